"""All tasks with their history, kept in memory by a process that needs them again, and brought up to date from the store."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from bridge.mapping.wire import Reader
from bridge.model import Change, Task, TaskKey
from bridge.reconcile.situation import TaskRecord
from bridge.store import tasks, writes
from bridge.store.engine import Store
from bridge.store.tasks import BOOKKEEPING
from bridge.store.writes import Mark

_MANY = 0.2
"""Share of all tasks from which on reading everything is the shorter way."""
_MOST_PLACES = -8
"""M_ARENA_MAX of the GNU C library; others have no `mallopt`."""


class Known:
    """The tasks of one store as they were when they were last read; nothing before the first time."""

    def __init__(self) -> None:
        self._file: tuple[int, int] | None = None
        self._mark: Mark | None = None
        self._reader = Reader()
        self._records: dict[TaskKey, TaskRecord] = {}
        self._in_order: tuple[TaskRecord, ...] = ()

    def records(self, store: Store) -> tuple[TaskRecord, ...]:
        """Every task in order of source and id. Records that nobody wrote since the last time are the same objects.

        Whatever is in doubt is read from the start: another file, schema or mapping, or traces that do not add up.
        Call it inside `store.snapshot()`, so that all of it is of one moment.
        """
        file, mark, before = store.identity, writes.mark(store), self._mark
        self._mark = None
        written = None
        if before is not None and file == self._file:
            written = writes.written_since(store, before, mark)
        if written is None or len(written) > _MANY * mark.tasks:
            self._read_all(store)
        elif written:
            self._read_again(store, written)
        self._file, self._mark = file, mark
        return self._in_order

    def _read_all(self, store: Store) -> None:
        self._reader, self._records = Reader(), {}
        found = tasks.all_tasks(store, self._reader)
        self._in_order = joined(found, tasks.changes(store, without=BOOKKEEPING))

    def _read_again(self, store: Store, written: set[TaskKey]) -> None:
        if not self._records:
            self._records = {record.task.ref: record for record in self._in_order}
        found = writes.some_tasks(store, sorted(written), self._reader)
        fresh = joined(found, writes.their_changes(store, sorted(written), BOOKKEEPING))
        is_new = any(record.task.ref not in self._records for record in fresh)
        for record in fresh:
            self._records[record.task.ref] = record
        # Where only known tasks were written their places in the order stay as they are.
        records = self._records
        self._in_order = tuple([records[ref] for ref in (sorted(records) if is_new else records)])
        if is_new:
            self._records = {record.task.ref: record for record in self._in_order}


def joined(found: Iterable[tuple[Task, datetime]], changes: Iterable[Change]) -> tuple[TaskRecord, ...]:
    """Tasks, each with its own changes in their order."""
    history: dict[TaskKey, list[Change]] = {}
    for change in changes:
        history.setdefault(change.ref, []).append(change)
    return tuple([TaskRecord(task, first_seen, tuple(history.pop(task.ref, ()))) for task, first_seen in found])


@contextmanager
def unswept() -> Iterator[None]:
    """Millions of objects are made here that are all needed: looking for unneeded ones meanwhile doubles the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def sweep() -> None:
    """Let go of what only refers to itself.

    The program seldom looks for such by itself, for a command makes little of it and ends. What lives for months does
    it after each job, or it would keep what thousands of requests have left. What many threads have freed goes back to
    the system with it, where the C library can be asked for that.
    """
    gc.collect()
    _asked_of_c("malloc_trim", 0)


def keep_together() -> None:
    """Let all threads take their memory from two places instead of one or two for each: to be called before they begin.

    A job runs in whichever thread is free. What it leaves behind in the place of that thread is used again only where
    the next job of its size happens to come there, so that over weeks every place grows to what the largest job needs.
    """
    _asked_of_c("mallopt", _MOST_PLACES, 2)


def _asked_of_c(name: str, *values: int) -> None:
    """Call a function of the C library; nothing where it has none of that name."""
    if os.name == "posix":
        import ctypes  # only what lives long pays for it

        function = getattr(ctypes.CDLL(None), name, None)
        if function is not None:
            function(*values)
