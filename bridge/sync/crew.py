"""Stretches of stored payloads replayed in order: here, and where there are many of them by other processes as well.

Mapping takes all of a core, and one Python process uses only one. The process that writes maps too, whenever there is
nothing to write, so that each core has one process and none waits. The others are started anew (never forked, for this
one may have threads), read the store for themselves and are told only which rows to look at, so that memory does not
grow with what is stored.
"""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

from bridge.store.replays import Stretch
from bridge.sync.replay import Outcome, Replayer, Task

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

WORTH_A_CREW = 15_000
"""Rows from which on starting a process, about a third of a second of another core, pays for itself."""
MOST = 4
AHEAD = 3
"""Stretches that each process may be ahead of the one that writes."""

_own: Replayer | None = None


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
    # Only here: a run with nothing to map again must not wait for what starts processes.
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    try:
        pool = ProcessPoolExecutor(others, get_context("spawn"), _begin, (task,))
    except OSError:
        return  # a container without shared memory
    crew = _Crew(pool, own, left, others * AHEAD)
    with pool:
        try:
            begun = pool.submit(_is_there)
            while left and not begun.done():
                yield own.replay(left.popleft())
            yield from crew.outcomes()
        except BrokenProcessPool:
            # A process was killed, perhaps for want of memory. The same stretches become the same here, if slower.
            crew.take_back()
        finally:
            pool.shutdown(cancel_futures=True)


class _Crew:
    """Stretches given to others, and those behind them that were done here while the others were busy."""

    def __init__(self, pool: Executor, own: Replayer, left: deque[Stretch], most: int) -> None:
        self._pool, self._own, self._left, self._most = pool, own, left, most
        self._ahead: deque[tuple[Stretch, Future[Outcome]]] = deque()

    def outcomes(self) -> Iterator[Outcome]:
        while self._left or self._ahead:
            self._hand_out()
            first = self._ahead[0][1]
            if not first.done() and self._left and len(self._ahead) < 2 * self._most:
                self._do_one()
                continue
            yield first.result()
            self._ahead.popleft()

    def take_back(self) -> None:
        """What has not been given to the one that writes is left again."""
        self._left.extendleft(stretch for stretch, _ in reversed(self._ahead))

    def _hand_out(self) -> None:
        free = self._most - sum(not future.done() for _, future in self._ahead)
        for _ in range(min(free, len(self._left), 2 * self._most - len(self._ahead))):
            # Left until it was accepted, which a process that was killed prevents.
            self._ahead.append((self._left[0], self._pool.submit(_replay, self._left[0])))
            self._left.popleft()

    def _do_one(self) -> None:
        from concurrent.futures import Future

        done: Future[Outcome] = Future()
        done.set_result(self._own.replay(self._left[0]))
        self._ahead.append((self._left.popleft(), done))


def _begin(task: Task) -> None:
    """A process of the crew: Ctrl-C is for the one that began it, and when that one is gone there is nothing to do."""
    global _own
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Payloads and rows are no cycles: looking for some every few hundred objects costs a third of the time.
    gc.set_threshold(100_000, 20, 50)
    _own = Replayer(task)


def _is_there() -> None:
    """Whoever can be asked has begun."""


def _end_with_parent() -> None:
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _replay(stretch: Stretch) -> Outcome:
    if _own is None:
        raise RuntimeError("a process of the crew was asked before it had begun")
    return _own.replay(stretch)
