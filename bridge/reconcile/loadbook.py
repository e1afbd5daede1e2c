"""Who has how much to do, kept up to date: after an edit only the weeks of the people concerned are added up anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from bridge.model import Task, TaskKey
from bridge.plan.identity import Identity
from bridge.reconcile.linkage import in_scope
from bridge.reconcile.load import Scale, WeekLoad, is_counted
from bridge.reconcile.situation import TaskRecord

Records = Mapping[TaskKey, TaskRecord]


class LoadBook:
    """The counted tasks of every person. `weeks` is what `load.loads` gives over the same tasks."""

    def __init__(self, records: Records, scale: Scale, weeks: dict[str, tuple[WeekLoad, ...]]) -> None:
        """`weeks` are the loads of the records, which are known already."""
        self.weeks = weeks
        self._scale = scale
        self._children: Counter[TaskKey] = Counter(
            [
                (task.source, task.parent_id)
                for task in (record.task for record in records.values())
                if task.parent_id is not None and _shields(task)
            ]
        )
        self._work: dict[str, dict[TaskKey, None]] = {}
        for ref, record in records.items():
            if is_counted(record.task) and ref not in self._children:
                self._enter(ref, record.task)

    def update(self, edits: Iterable[tuple[Task | None, Task]], records: Records) -> None:
        """Take over edits that `records` holds already."""
        concerned: set[str] = set()
        for ref, before in self._touched(edits, records).items():
            after = records[ref].task
            concerned |= self._strike(ref, before)
            if is_counted(after) and self._children[ref] <= 0:
                concerned |= self._enter(ref, after)
        for key in concerned:
            weeks = self._scale.weeks_of(self._entries(key, records))
            if weeks:
                self.weeks[key] = weeks
            else:
                self.weeks.pop(key, None)

    def _touched(self, edits: Iterable[tuple[Task | None, Task]], records: Records) -> dict[TaskKey, Task]:
        """What must be looked at again, as it was before: edited tasks, and parents that gained or lost a child."""
        touched: dict[TaskKey, Task] = {}
        parents: set[TaskKey] = set()
        for before, after in edits:
            touched[after.ref] = before or after
            for task, step in ((before, -1), (after, 1)):
                if task is not None and task.parent_id is not None and _shields(task):
                    node = (task.source, task.parent_id)
                    self._children[node] += step
                    parents.add(node)
        for node in parents - touched.keys():
            if node in records:
                touched[node] = records[node].task
        return touched

    def _enter(self, ref: TaskKey, task: Task) -> set[str]:
        keys = {who.key for who in self._scale.owners.of(task)}
        for key in keys:
            self._work.setdefault(key, {})[ref] = None
        return keys

    def _strike(self, ref: TaskKey, task: Task) -> set[str]:
        keys = {who.key for who in self._scale.owners.of(task) if ref in self._work.get(who.key, ())}
        for key in keys:
            del self._work[key][ref]
        return keys

    def _entries(self, key: str, records: Records) -> Iterator[tuple[Identity, Task]]:
        for ref in self._work.get(key, ()):
            task = records[ref].task
            for who in self._scale.owners.of(task):
                if who.key == key:
                    yield who, task


def _shields(task: Task) -> bool:
    """Whether the task makes its parent one whose hours are not counted."""
    return not task.gone and task.parent_id != task.id and in_scope(task)
