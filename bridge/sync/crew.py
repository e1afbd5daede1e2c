"""Stretches of stored payloads replayed in order: here, or where there are many of them by processes side by side.

Mapping takes all of a core, and one Python process uses only one. The processes are started anew (never forked, for
this one may have threads), read the store for themselves and are told only which rows to look at, so that memory does
not grow with what is stored.
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
    from concurrent.futures import Future

WORTH_A_CREW = 8_000
"""Rows from which on starting processes, about a third of a second, pays for itself."""
MOST = 4
AHEAD = 3
"""Stretches that each process may be ahead of the one that writes."""

_own: Replayer | None = None


def outcomes(task: Task, stretches: Sequence[tuple[int, int, int]]) -> Iterator[Outcome]:
    """What each stretch becomes, in their order."""
    size = min(os.cpu_count() or 1, MOST)
    if size > 1 and sum(count for _, _, count in stretches) >= WORTH_A_CREW:
        yield from _side_by_side(task, stretches, size)
    else:
        yield from _here(task, [stretch[:2] for stretch in stretches])


def _here(task: Task, stretches: Sequence[Stretch]) -> Iterator[Outcome]:
    with closing(Replayer(task)) as replayer:
        for stretch in stretches:
            yield replayer.replay(stretch)


def _side_by_side(task: Task, stretches: Sequence[tuple[int, int, int]], size: int) -> Iterator[Outcome]:
    # Only here: a run with nothing to map again must not wait for what starts processes.
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    ahead: deque[tuple[Stretch, Future[Outcome]]] = deque()
    left = deque(stretch[:2] for stretch in stretches)
    try:
        pool = ProcessPoolExecutor(size, get_context("spawn"), _begin, (task,))
    except OSError:
        yield from _here(task, list(left))  # a container without shared memory
        return
    with pool:
        try:
            while left or ahead:
                while left and len(ahead) < size * AHEAD:
                    ahead.append((left[0], pool.submit(_replay, left[0])))
                    left.popleft()
                yield ahead[0][1].result()
                ahead.popleft()
            return
        except BrokenProcessPool:
            # A process was killed, perhaps for want of memory. The same stretches become the same here, if slower.
            left.extendleft(stretch for stretch, _ in reversed(ahead))
        finally:
            pool.shutdown(cancel_futures=True)
    yield from _here(task, list(left))


def _begin(task: Task) -> None:
    """A process of the crew: Ctrl-C is for the one that began it, and when that one is gone there is nothing to do."""
    global _own
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Payloads and rows are no cycles: looking for some every few hundred objects costs a third of the time.
    gc.set_threshold(100_000, 20, 50)
    _own = Replayer(task)


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
