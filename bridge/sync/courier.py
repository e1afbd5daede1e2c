"""Sends a long reading to a process of its own, so that both processors work: one asks and maps, the other stores."""

from __future__ import annotations

import os
import pickle
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bridge.sync.errand import LENGTH, READY, Errand, Failed, unflat
from bridge.sync.landing import Turn
from bridge.sync.reading import Event, Task
from connectors.errors import Interrupted

# Looked at so often whether somebody wants to stop.
TICK_S = 0.2
# Less than the grace of whoever waits for this one.
GRACE_S = 1.5
# What waits in a pipe saves both sides from waiting for each other.
PIPE_BYTES = 1024 * 1024
LOST = "the reading process ended unexpectedly ({how}); the next run resumes at the last committed page"


class Courier:
    """One process that reads; it ends when this one closes it, or is gone."""

    def __init__(self, written: Callable[[Turn], Errand], stop: threading.Event) -> None:
        self._written = written
        self._errand: Errand | None = None
        self._stop = stop
        self._child: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        if self._child is not None or not sys.executable:
            return
        # Found where this process finds its own modules, and nowhere else.
        places = os.pathsep.join(str(Path(place).absolute()) for place in sys.path)
        command = [sys.executable, "-P", "-m", "bridge.sync.errand"]
        try:
            self._child = subprocess.Popen(  # noqa: S603 - this very program
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": places},
                pipesize=PIPE_BYTES,
            )
        except OSError:
            return  # `start` says so

    def instruct(self, turn: Turn) -> None:
        self._errand = self._written(turn)

    def start(self) -> bool:
        self.warm()
        if self._child is None:
            return False
        try:
            self._tell(self._errand)
            return bool(self._message() == READY)
        except (OSError, Interrupted):
            return False

    def send(self, errands: Sequence[Task]) -> None:
        """Raises `Interrupted` where the process is gone, or was told to stop meanwhile."""
        self._tell(list(errands))

    def next(self) -> Event:
        """Raises `Interrupted` where the process is gone."""
        message = self._message()
        if isinstance(message, Failed):
            raise RuntimeError(message.words)
        return unflat(message)

    def has_next(self, within_s: float) -> bool:
        return bool(select.select([self._pipes()[1]], [], [], within_s)[0])

    def close(self) -> None:
        child = self._child
        if child is None:
            return
        self._hush()
        try:
            child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()

    def _hush(self) -> None:
        """The end of its input tells it to stop."""
        child = self._child
        if child is not None and child.stdin is not None:
            try:
                child.stdin.close()
            except BrokenPipeError:
                return  # it has stopped already

    def _tell(self, what: Any) -> None:
        pipe = self._pipes()[0]
        try:
            pickle.dump(what, pipe, protocol=pickle.HIGHEST_PROTOCOL)
            pipe.flush()
        except (OSError, ValueError) as err:
            raise Interrupted(LOST.format(how=self._how())) from err

    def _pipes(self) -> tuple[Any, int]:
        child = self._child
        if child is None or child.stdin is None or child.stdout is None:
            raise RuntimeError("the process was not started")
        return child.stdin, child.stdout.fileno()

    def _message(self) -> Any:
        pipe = self._pipes()[1]
        while not select.select([pipe], [], [], TICK_S)[0]:
            if self._stop.is_set():
                self._hush()  # what is under way comes to its end, and says so
        size = LENGTH.unpack(self._exactly(pipe, LENGTH.size))[0]
        return pickle.loads(self._exactly(pipe, size))  # noqa: S301 - from the process that this one started

    def _exactly(self, pipe: int, size: int) -> bytearray:
        found = bytearray(size)
        rest = memoryview(found)
        while rest:
            count = os.readv(pipe, [rest])
            if not count:
                raise Interrupted(LOST.format(how=self._how()))
            rest = rest[count:]
        return found

    def _how(self) -> str:
        code = self._child.wait() if self._child is not None else 0
        return f"signal {-code}" if code < 0 else f"code {code}"
