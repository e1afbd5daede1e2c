"""How much memory a process and its children hold at once, looked at from outside a few times a second.

What the system counts as a process's peak (`ru_maxrss`) includes what its parent held when it began it, so a small
process started by a large one, such as a test run, is not told by it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

EVERY_S = 0.1
PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / 1024 / 1024


class Together:
    """While the block lasts, `peak_mib` is the most that was seen; what processes share is counted for each."""

    def __init__(self, process: int) -> None:
        self.peak_mib = 0.0
        self._process = process
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Together:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(EVERY_S):
            self.peak_mib = max(self.peak_mib, sum(map(_resident_mib, family(self._process))))


def own_peak_mib() -> float:
    """The most that this process has held since its program began."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def family(process: int) -> Iterator[int]:
    """A process and everything below it."""
    yield process
    for child in children(process):
        yield from family(child)


def children(process: int) -> Iterator[int]:
    """What a process has started; it and its threads may end while they are looked at."""
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
    except OSError:
        return
    for thread in threads:
        try:
            found = (thread / "children").read_text().split()
        except OSError:
            continue  # it has ended meanwhile
        yield from map(int, found)


def _resident_mib(process: int) -> float:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_MIB
    except OSError:
        return 0.0
