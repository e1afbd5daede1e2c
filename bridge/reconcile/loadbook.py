"""Who has how much to do, kept up to date: an edit adds to and takes from the exact sums of the people concerned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import fsum, isfinite

from bridge.model import Status, Task, TaskKey
from bridge.plan.identity import Identity
from bridge.reconcile.linkage import in_scope
from bridge.reconcile.load import Scale, WeekLoad, hours_of, is_counted
from bridge.reconcile.situation import TaskRecord

Records = Mapping[TaskKey, TaskRecord]


@dataclass(slots=True)
class _Week:
    """The hours of one person in one week: `kept` and `fresh` add up to them exactly."""

    tasks: int = 0
    kept: tuple[float, ...] = ()
    fresh: list[float] = field(default_factory=list)

    def hours(self) -> float:
        """The correctly rounded sum, as `fsum` gives it over the hours of all tasks."""
        parts = [*self.kept, *self.fresh]
        total = fsum(parts)
        # What rounding left out is a sum as well; with it the next sum is exact again, without the single parts.
        kept, left = [total], fsum([*parts, -total])
        while left and isfinite(left):
            kept.append(left)
            left = fsum([*parts, *[-part for part in kept]])
        self.kept, self.fresh = tuple(kept), []
        return total


@dataclass(slots=True)
class _Person:
    """What one person has to do, and by how many tasks they go by which name."""

    names: Counter[Identity] = field(default_factory=Counter)
    weeks: dict[date, _Week] = field(default_factory=dict)


class LoadBook:
    """The hours of every person. `weeks` is what `load.loads` gives over the same tasks."""

    def __init__(self, records: Records, scale: Scale, weeks: dict[str, tuple[WeekLoad, ...]]) -> None:
        """`weeks` are the loads of the records, which are known already."""
        self.weeks = weeks
        self._scale = scale
        tasks = [record.task for record in records.values()]
        self._children: Counter[TaskKey] = Counter(
            [(task.source, task.parent_id) for task in tasks if task.parent_id is not None and _shields(task)]
        )
        self._people: dict[str, _Person] = {}
        done, children = Status.DONE, self._children
        for ref, task in zip(records, tasks, strict=True):
            # Most tasks of a long programme are done: they are passed over without asking further.
            if task.status is not done and task.due_on is not None and is_counted(task) and ref not in children:
                self._enter(task, 1)
        for person in self._people.values():
            for week in person.weeks.values():
                week.hours()

    def update(self, edits: Iterable[tuple[Task | None, Task]], records: Records) -> None:
        """Take over edits that `records` holds already, each task edited once."""
        concerned: set[str] = set()
        for ref, (before, had_work_below) in self._touched(edits, records).items():
            after = records[ref].task
            if before is not None and is_counted(before) and not had_work_below:
                concerned |= self._enter(before, -1)
            if is_counted(after) and self._children[ref] <= 0:
                concerned |= self._enter(after, 1)
        for key in concerned:
            weeks = self._weeks_of(key)
            if weeks:
                self.weeks[key] = weeks
            else:
                self.weeks.pop(key, None)

    def _touched(
        self, edits: Iterable[tuple[Task | None, Task]], records: Records
    ) -> dict[TaskKey, tuple[Task | None, bool]]:
        """What must be looked at again, as it was before, and whether other work lay below it then.

        That is edited tasks, and parents that gained or lost a child.
        """
        edits = list(edits)
        touched = {after.ref: (before, self._children[after.ref] > 0) for before, after in edits}
        for before, after in edits:
            for task, step in ((before, -1), (after, 1)):
                if task is not None and task.parent_id is not None and _shields(task):
                    node = (task.source, task.parent_id)
                    if node not in touched and node in records:
                        touched[node] = (records[node].task, self._children[node] > 0)
                    self._children[node] += step
        return touched

    def _enter(self, task: Task, step: int) -> set[str]:
        """Add the hours of a counted task to those of its owners, or take them away; their keys."""
        weeks = self._scale.shares(task)
        if not weeks:
            return set()
        share = hours_of(task) / len(task.assignees)
        owners = self._scale.owners.of(task)
        for who in owners:
            person = self._people.get(who.key)
            if person is None:
                person = self._people[who.key] = _Person()
            person.names[who] += step
            for day, part in weeks.items():
                week = person.weeks.get(day)
                if week is None:
                    week = person.weeks[day] = _Week()
                week.tasks += step
                week.fresh.append(step * (share * part))
        return {who.key for who in owners}

    def _weeks_of(self, key: str) -> tuple[WeekLoad, ...]:
        person = self._people[key]
        person.names = +person.names
        person.weeks = {day: week for day, week in person.weeks.items() if week.tasks}
        return self._scale.loads_of(person.names, {day: week.hours() for day, week in person.weeks.items()})


def _shields(task: Task) -> bool:
    """Whether the task makes its parent one whose hours are not counted."""
    return not task.gone and task.parent_id != task.id and in_scope(task)
