"""What the oracle remembers: every observation of the tasks, every plan, every report that was a day's snapshot."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .civil import DAY, Days, Json, day, local_day
from .linkage import Work
from .network import Links

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
    calls: list[tuple[date, dict[Key, str]]] = field(default_factory=list)
    """(source, project id) -> the word by which people call the project, as listed in each read."""

    links: Links = field(default_factory=dict)
    """What was read of work that stands in the way of other work."""

    def tasks_on(self, when: date) -> list[Json]:
        return next((tasks for seen, tasks in reversed(self.observations) if seen <= when), [])

    entries: list[tuple[date, list[Json]]] = field(default_factory=list)
    """What the vendors' own histories had told by each read: changes with `how` activity."""

    def entries_of(self, ref: Key, name: str) -> list[tuple[date, Json]]:
        """(local day, entry) of one field of a task, oldest first; what a vendor dates ahead happened by now."""
        told = self.entries[-1][1] if self.entries else []
        mine = [one for one in told if (one["source"], one["id"]) == ref and one["field"] == name]
        return [(min(at, self.entries[-1][0]), one) for one in mine if (at := local_day(one["at"]))]

    def dues(self, task: Json) -> list[tuple[date, date | None]]:
        """(day, due date at its end) of a task: what was read, and what its vendor tells at its own instants."""
        entries = self.entries_of(ref(task), "due_on")
        read = [(seen, then["due_on"]) for seen, then in self.states(ref(task))]
        found: dict[date, str | None] = {}
        if entries and entries[0][0] <= read[0][0]:
            first = entries[0][0]
            created = local_day(task["created_at"])
            found[created if created is not None and created <= first else first - DAY] = entries[0][1]["old"]
        for when in sorted({at for at, _ in entries} | {at for at, _ in read}):
            last_entry = [(at, one["new"]) for at, one in entries if at <= when][-1:]
            last_read = [(at, value) for at, value in read if at <= when][-1:]
            # What is read later in the day than it was changed says the same.
            found[when] = max(last_read + last_entry, key=lambda one: one[0])[1]
        return [(when, day(value)) for when, value in sorted(found.items())]

    def calls_on(self, when: date) -> dict[Key, str]:
        return next((calls for seen, calls in reversed(self.calls) if seen <= when), {})

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
        return next((due for _, due in self.dues(task) if due is not None), None)

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
        entries = self.entries_of(ref(task), "status")
        if entries and entries[-1][1]["new"] == "done" and entries[-1][0] <= found:
            open_before = [seen for seen, then in self.states(ref(task)) if seen < found and then["status"] != "done"]
            # An entry from before the work was last seen open tells of an earlier end.
            if not open_before or entries[-1][0] >= open_before[-1]:
                return entries[-1][0]
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

    The tasks are those that are own items or in scope now, with the dates they had then; a vendor's own history tells
    them on the day on which they were moved.
    """
    own = [task for task in work.own if task["status"] != "cancelled"]
    own = own if any(due for task in own for _, due in known.dues(task)) else []
    histories = [known.dues(task) for task in own or work.in_scope]
    days = {when for when, _ in known.observations} | {when for history in histories for when, _ in history}
    found: dict[date, date | None] = {}
    for when in days:
        last = [[due for seen, due in history if seen <= when][-1:] for history in histories]
        found[when] = max((due for then in last for due in then if due), default=None)
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
