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
    # Half a million tasks pass here: names are looked up once, and no function is called for most of them.
    milestone, done, cancelled = Kind.MILESTONE, Status.DONE, Status.CANCELLED
    for record in records:
        task = record.task
        status = task.status
        if task.kind is milestone:
            own.append(record)
        elif status is cancelled or (task.archived and not in_scope(task)):
            continue
        elif not parents or (task.source, task.id) not in parents:
            leaves.append(record)
            if status is not done:
                still_open.append(record)
    return Work(records, tuple(own), tuple(leaves), tuple(still_open))


def parents_of(tasks: Iterable[Task]) -> frozenset[tuple[str, str]]:
    """Keys of the tasks that have a child which still counts; a cancelled or shelved child leaves its parent a leaf."""
    cancelled = Status.CANCELLED
    return frozenset(
        [
            (task.source, parent)
            for task in tasks
            if (parent := task.parent_id) is not None
            and task.status is not cancelled
            and parent != task.id
            and (not task.archived or task.status is Status.DONE)
        ]
    )


def in_scope(task: Task) -> bool:
    """Neither cancelled nor put into the archive while still open."""
    return task.status is not Status.CANCELLED and not (task.archived and task.status is not Status.DONE)


def is_open(task: Task) -> bool:
    """Not done, for a task in scope; an unmapped status counts as open, never as done."""
    return task.status is not Status.DONE
