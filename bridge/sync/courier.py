"""Sends a long reading to a process of its own, so that both processors work: one asks and maps, the other stores."""

from __future__ import annotations

import pickle
import select
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import Any

from bridge.sync import pipes
from bridge.sync.errand import READY, Errand, Failed, unflat
from bridge.sync.landing import Turn
from bridge.sync.reading import Event, Task
from connectors.errors import Interrupted

# Looked at so often whether somebody wants to stop.
TICK_S = 0.2
# Less than the grace of whoever waits for this one.
GRACE_S = 1.5
LOST = "the reading process ended unexpectedly ({how}); the next run resumes at the last committed page"


class Courier:
    """One process that reads; it ends when this one closes it, or is gone."""

    def __init__(self, written: Callable[[Turn], Errand], stop: threading.Event) -> None:
        self._written = written
        self._errand: Errand | None = None
        self._stop = stop
        self._child: subprocess.Popen[bytes] | None = None

    def warm(self) -> None:
        if self._child is None:
            self._child = pipes.started("bridge.sync.errand")  # where there is none `start` says so

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
        pipes.end(child, GRACE_S)
        if child.stdout is not None:
            child.stdout.close()

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
            if self._stop.is_set() and self._child is not None:
                pipes.hush(self._child)  # what is under way comes to its end, and says so
        message = pipes.received(pipe)
        if message is None:
            raise Interrupted(LOST.format(how=self._how()))
        return pickle.loads(message)  # noqa: S301 - from the process that this one started

    def _how(self) -> str:
        code = self._child.wait() if self._child is not None else 0
        return f"signal {-code}" if code < 0 else f"code {code}"
