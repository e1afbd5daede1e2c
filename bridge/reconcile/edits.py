"""What differs between two states of all tasks, told apart by which objects they are: equal is what is the same object."""

from __future__ import annotations

from collections.abc import Container, Sequence
from itertools import compress
from operator import is_, is_not

from bridge.model import TaskKey
from bridge.reconcile.situation import TaskRecord

RecordEdit = tuple[TaskRecord | None, TaskRecord]
"""A record before and after; None before the task was known."""
_AT_ONCE = 4_096


def edits_between(
    before: Sequence[TaskRecord], after: Sequence[TaskRecord], known: Container[TaskKey]
) -> list[RecordEdit] | None:
    """Changed and added records in their order; None where tasks were taken away or stand in another order.

    `known` holds the keys of all tasks `before`.
    """
    if len(before) == len(after):
        edited = [(before[at], after[at]) for at in compress(range(len(after)), map(is_not, before, after))]
        if all(was.task.ref == now.task.ref for was, now in edited):
            return list(edited)
    edits: list[RecordEdit] = []
    old = new = 0
    while new < len(after):
        # Tuples are compared object by object, and stretches that did not change are passed over in one go.
        if _is_same(before[old : old + _AT_ONCE], after[new : new + _AT_ONCE]):
            step = min(_AT_ONCE, len(before) - old)
            old, new = old + step, new + step
            if old == len(before):
                break
            continue
        for _ in range(_AT_ONCE):
            if new == len(after):
                break
            was, now = (before[old] if old < len(before) else None), after[new]
            if was is now:
                old, new = old + 1, new + 1
            elif was is not None and was.task.ref == now.task.ref:
                edits.append((was, now))
                old, new = old + 1, new + 1
            elif now.task.ref not in known:
                edits.append((None, now))
                new += 1
            else:
                return None
    edits += [(None, now) for now in after[new:]]
    if old < len(before) or any(was is None and now.task.ref in known for was, now in edits):
        return None
    return edits


def _is_same(before: Sequence[TaskRecord], after: Sequence[TaskRecord]) -> bool:
    return len(before) == len(after) and all(map(is_, before, after))
