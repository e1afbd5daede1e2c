"""What the oracle remembers: every observation of the tasks, every plan, every report that was a day's snapshot."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .civil import Days, Json, day, local_day
from .linkage import Work

Key = tuple[str, str]


@dataclass
class Known:
    """Everything that was observed, oldest first; the last observation and plan are the present ones."""

    days: Days
    rules: Json = field(default_factory=dict)
    """Thresholds of the settings."""
    observations: list[tuple[date, list[Json]]] = field(default_factory=list)
    plans: list[tuple[date, Json]] = field(default_factory=list)
    snapshots: dict[date, Json] = field(default_factory=dict)

    def tasks_on(self, when: date) -> list[Json]:
        return next((tasks for seen, tasks in reversed(self.observations) if seen <= when), [])

    def plan_on(self, when: date) -> Json | None:
        return next((plan for seen, plan in reversed(self.plans) if seen <= when), None)

    def row_on(self, when: date, key: str) -> Json | None:
        rows = self.snapshots[when]["milestones"]
        return next((row for row in rows if row["key"] == key), None)

    def rows(self, key: str, today: date) -> list[tuple[date, Json]]:
        """The milestone on snapshot days before today, oldest first."""
        found = [(when, self.row_on(when, key)) for when in sorted(self.snapshots) if when < today]
        return [(when, row) for when, row in found if row is not None]

    def promises(self, key: str) -> list[tuple[date, date]]:
        """(day imported, promised date): B0 first, then each re-baseline."""
        found: list[tuple[date, date]] = []
        for seen, plan in self.plans:
            for row in plan["milestones"]:
                promised = day(row["promised"])
                if row["key"] == key and promised is not None and (not found or found[-1][1] != promised):
                    found.append((seen, promised))
        return found

    def states(self, ref: Key) -> list[tuple[date, Json]]:
        """A task as it was at each observation."""
        return [
            (seen, task) for seen, tasks in self.observations for task in tasks if (task["source"], task["id"]) == ref
        ]

    def first_seen(self, task: Json) -> date:
        return self.states(ref(task))[0][0]

    def first_due(self, task: Json) -> date | None:
        """The baseline date: the first due date ever observed."""
        return next((day(then["due_on"]) for _, then in self.states(ref(task)) if then["due_on"]), None)

    def first_start(self, task: Json) -> date | None:
        return next((day(then["start_on"]) for _, then in self.states(ref(task)) if then["start_on"]), None)

    def completion(self, task: Json) -> date:
        """The local date of `completed_at`, else the day on which the present `done` was first observed."""
        stated = local_day(task["completed_at"])
        if stated is not None:
            return min(stated, self.observations[-1][0])
        found = self.observations[-1][0]
        for seen, then in reversed(self.states(ref(task))):
            if then["status"] != "done":
                break
            found = seen
        return found

    def blocked_since(self, task: Json) -> date:
        """The day on which the present block was first seen."""
        found = self.observations[-1][0]
        for seen, then in reversed(self.states(ref(task))):
            if not then["blocked"]:
                break
            found = seen
        return found

    def last_activity(self, task: Json) -> date:
        return local_day(task["updated_at"]) or self.first_seen(task)


def ref(task: Json) -> Key:
    return (task["source"], task["id"])


def points(known: Known, milestone: Json, work: Work) -> list[tuple[date, date | None]]:
    """The pushes series: one point per day of observation, the last value of the day.

    The tasks are those that are own items or in scope now, with the dates they had then.
    """
    own = [task for task in work.own if task["status"] != "cancelled"]
    own = own if any(then["due_on"] for task in own for _, then in known.states(ref(task))) else []
    chosen = own or work.in_scope
    found: dict[date, date | None] = {}
    histories = [known.states(ref(task)) for task in chosen]
    for when, _ in known.observations:
        dues = []
        for history in histories:
            then = [task for seen, task in history if seen <= when]
            if then and then[-1]["due_on"]:
                dues.append(day(then[-1]["due_on"]))
        found[when] = max((due for due in dues if due), default=None)
    return sorted(found.items())


def moves(series: list[tuple[date, date | None]]) -> list[tuple[date, int]]:
    """(day observed, calendar days): each non-null value against the last non-null one before it."""
    found, last = [], None
    for when, value in series:
        if value is not None:
            if last is not None and value != last:
                found.append((when, (value - last).days))
            last = value
    return found


def pushes(series: list[tuple[date, date | None]]) -> Json:
    dates = [value for _, value in series if value is not None]
    late = [size for _, size in moves(series) if size > 0]
    return {
        "count": len(late),
        "days": sum(late),
        "first_promise": dates[0].isoformat() if dates else None,
        "last_promise": dates[-1].isoformat() if dates else None,
    }


def pushes_since(series: list[tuple[date, date | None]], since: date) -> int:
    """Pushes on days after `since`, compared with the value of that day."""
    return sum(1 for when, size in moves(series) if when > since and size > 0)


def jumped_late(sizes: list[int]) -> bool:
    """The last move is 14 days or more, after at least 3 reports without one; the first report moves nothing."""
    while sizes and not sizes[-1]:
        sizes = sizes[:-1]
    quiet = [True, *(size == 0 for size in sizes)]
    return bool(sizes) and sizes[-1] >= 14 and len(quiet) >= 4 and all(quiet[-4:-1])


def trend(reports: list[tuple[date, date]]) -> str:
    """The verdict of the milestone trend analysis over (report date, date told), last report of each week."""
    if len(reports) < 3:
        return "few"
    sizes = [(b - a).days for (_, a), (_, b) in itertools.pairwise(reports)]
    real = [size for size in sizes if size]
    reversals = sum(1 for a, b in itertools.pairwise(real) if (a > 0) != (b > 0))
    if reversals >= 2:
        return "zigzag"
    if jumped_late(sizes):
        return "late_jump"
    x = [Fraction(when.toordinal()) for when, _ in reports]
    y = [Fraction(told.toordinal()) for _, told in reports]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    slope = sum((a - mx) * (b - my) for a, b in zip(x, y, strict=True)) / sum((a - mx) ** 2 for a in x)
    if slope >= Fraction(1, 5) and sum(1 for size in sizes if size > 0) >= 3:
        return "continuous_slip"
    return "stable" if abs(slope) < Fraction(1, 20) else "moving"
