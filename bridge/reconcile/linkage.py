"""Which linked tasks speak for a milestone: its own items, its leaves, and of those what is in scope and what is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.model import Kind, Status, Task
from bridge.reconcile.situation import TaskRecord


@dataclass(frozen=True, slots=True)
class Work:
    """The linked tasks of one milestone, told apart once; every tuple keeps the order of `linked`."""

    linked: tuple[TaskRecord, ...] = ()
    own: tuple[TaskRecord, ...] = ()
    """Linked items of kind `milestone`: they carry the date, not the work."""
    leaves: tuple[TaskRecord, ...] = ()
    """In scope only."""
    open: tuple[TaskRecord, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Nothing to judge by: neither an in-scope leaf nor an own item."""
        return not self.leaves and not self.own


def work_of(linked: Iterable[TaskRecord]) -> Work:
    """Tell the linked tasks of one milestone apart in one pass, whatever their order and however deep the tree."""
    records = tuple(linked)
    parents = parents_of([record.task for record in records])
    own, leaves, still_open = [], [], []
    for record in records:
        task = record.task
        if task.kind is Kind.MILESTONE:
            own.append(record)
        elif in_scope(task) and (task.source, task.id) not in parents:
            leaves.append(record)
            if is_open(task):
                still_open.append(record)
    return Work(records, tuple(own), tuple(leaves), tuple(still_open))


def parents_of(tasks: Iterable[Task]) -> frozenset[tuple[str, str]]:
    """Keys of the tasks that have a child which still counts; a cancelled or shelved child leaves its parent a leaf."""
    return frozenset(
        (task.source, task.parent_id)
        for task in tasks
        if task.parent_id is not None
        and task.parent_id != task.id
        and task.status is not Status.CANCELLED
        and (not task.archived or task.status is Status.DONE)
    )


def in_scope(task: Task) -> bool:
    """Neither cancelled nor put into the archive while still open."""
    return task.status is not Status.CANCELLED and not (task.archived and task.status is not Status.DONE)


def is_open(task: Task) -> bool:
    """Not done, for a task in scope; an unmapped status counts as open, never as done."""
    return task.status is not Status.DONE
