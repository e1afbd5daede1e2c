"""Stretches of stored payloads replayed in order: here, and where there are many of them by other processes as well.

Mapping takes all of a core, and one Python process uses only one. The process that writes maps too, whenever there is
nothing to write, so that each core has one process and none waits. The others are started anew (never forked, for this
one may have threads), read the store for themselves and are told only which rows to look at, so that memory does not
grow with what is stored.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from typing import BinaryIO

import msgspec

from bridge.store.replays import Stretch
from bridge.sync import pipes
from bridge.sync.replay import Outcome, Replayer, Task

WORTH_A_CREW = 15_000
"""Rows from which on starting a process, about a fifth of a second of another core, pays for itself."""
MOST = 4
AHEAD = 3
"""Stretches that each process may be ahead of the one that writes."""
GRACE_S = 5.0


class _Lost(Exception):
    """A process is gone, perhaps killed for want of memory."""


def outcomes(task: Task, stretches: Sequence[tuple[int, int, int]]) -> Iterator[Outcome]:
    """What each stretch becomes, in their order."""
    others = min(os.cpu_count() or 1, MOST) - 1
    left = deque(stretch[:2] for stretch in stretches)
    with closing(Replayer(task)) as own:
        if others and not own.asks_nothing and sum(count for _, _, count in stretches) >= WORTH_A_CREW:
            yield from _side_by_side(task, own, left, others)
        while left:
            yield own.replay(left.popleft())


def _side_by_side(task: Task, own: Replayer, left: deque[Stretch], others: int) -> Iterator[Outcome]:
    """All of what is left; where the others cannot help any more, some of it stays."""
    begun = [Mate(child, task) for _ in range(others) if (child := pipes.started("bridge.sync.mate"))]
    crew = _Crew(begun, own, left)
    try:
        while left and not any(mate.is_there for mate in begun):
            yield own.replay(left.popleft())
        yield from crew.outcomes()
    except _Lost:
        # The same stretches become the same here, if slower; and what went wrong there is told where it does so here.
        crew.take_back()
    finally:
        for mate in begun:
            mate.close()


class Mate:
    """A process that replays stretches, in the order in which it is asked to."""

    def __init__(self, child: subprocess.Popen[bytes], task: Task) -> None:
        self.is_there = False
        """Whether it has begun, or will not."""
        self._child = child
        self._asked: deque[Future[Outcome]] = deque()
        self._is_lost = False
        self._lock = threading.Lock()
        self._tell(task)
        self._thread = threading.Thread(target=self._hear, name="crew", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> int:
        """Stretches that it was asked for and has not done."""
        return len(self._asked)

    def ask(self, stretch: Stretch) -> Future[Outcome]:
        """What a stretch becomes; `_Lost` where the process is gone before it was done."""
        future: Future[Outcome] = Future()
        with self._lock:
            if self._is_lost:
                future.set_exception(_Lost())
                return future
            self._asked.append(future)
        self._tell(stretch)
        return future

    def close(self) -> None:
        pipes.end(self._child, GRACE_S)
        self._thread.join()
        if self._child.stdout is not None:
            self._child.stdout.close()

    def _tell(self, what: Task | Stretch) -> None:
        pipe: BinaryIO | None = self._child.stdin  # type: ignore[assignment]
        if pipe is None:
            raise RuntimeError("the process was started without a pipe")
        try:
            pickle.dump(what, pipe, protocol=pickle.HIGHEST_PROTOCOL)
            pipe.flush()
        except OSError:
            return  # gone; `_hear` meets the end of what it says

    def _hear(self) -> None:
        try:
            self._take_in()
        finally:
            with self._lock:
                self._is_lost = self.is_there = True
            while self._asked:
                self._asked.popleft().set_exception(_Lost())

    def _take_in(self) -> None:
        """What it says, until it says no more."""
        decode, pipe = msgspec.msgpack.Decoder(Outcome).decode, self._child.stdout
        while pipe is not None and (message := pipes.received(pipe.fileno())) is not None:
            if message:
                outcome = decode(message)
                self._asked.popleft().set_result(outcome)
            self.is_there = True


class _Crew:
    """Stretches given to others, and those behind them that were done here while the others were busy."""

    def __init__(self, mates: Sequence[Mate], own: Replayer, left: deque[Stretch]) -> None:
        self._mates, self._own, self._left, self._most = mates, own, left, len(mates) * AHEAD
        self._ahead: deque[tuple[Stretch, Future[Outcome]]] = deque()

    def outcomes(self) -> Iterator[Outcome]:
        while self._left or self._ahead:
            self._hand_out()
            if self._left and len(self._ahead) < 2 * self._most and not self._is_first_done():
                self._do_one()
                continue
            yield self._ahead[0][1].result()
            self._ahead.popleft()

    def take_back(self) -> None:
        """What has not been given to the one that writes is left again."""
        self._left.extendleft(stretch for stretch, _ in reversed(self._ahead))

    def _is_first_done(self) -> bool:
        return bool(self._ahead) and self._ahead[0][1].done()

    def _hand_out(self) -> None:
        for mate in self._mates:
            while mate.busy < AHEAD and self._left and len(self._ahead) < 2 * self._most:
                stretch = self._left.popleft()
                self._ahead.append((stretch, mate.ask(stretch)))

    def _do_one(self) -> None:
        done: Future[Outcome] = Future()
        done.set_result(self._own.replay(self._left[0]))
        self._ahead.append((self._left.popleft(), done))
