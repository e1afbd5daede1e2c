"""How full the next four weeks of each person are: hours of open work against the hours they have.

A person is who the linked accounts say; without them the same in every tool and in the plan when the names agree but
for width, blanks and case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import compress
from math import fsum
from operator import attrgetter

from bridge.model import Kind, Status, Task
from bridge.plan.calendar import WorkCalendar
from bridge.plan.cells import fold
from bridge.plan.document import Leave, Resource
from bridge.plan.identity import NOBODY, Everybody, Identity
from bridge.reconcile.linkage import in_scope, is_open, parents_of

WEEKS = 4
FINISHED = (Status.DONE, Status.CANCELLED)
ONE_DAY = timedelta(days=1)
_by_name = attrgetter("name")
OF_PEOPLE = frozenset({"人力", "人员", "people", "person", "human", "staff"})
"""Kinds of resource that have hours; a blank kind means a person too."""


@dataclass(frozen=True, slots=True)
class WeekLoad:
    """One week (Monday) of one person; `ratio` is None when there are hours to do and none to do them in."""

    person: str
    week: date
    hours: float
    ratio: float | None
    key: str
    """What tells the person apart from others."""


@dataclass(frozen=True, slots=True)
class Capacity:
    hours_per_day: float
    leave: tuple[Leave, ...] = ()


def loads(
    tasks: Iterable[Task],
    resources: Sequence[Resource],
    calendar: WorkCalendar,
    today: date,
    hours_per_day: float,
    people: Everybody = NOBODY,
) -> dict[str, tuple[WeekLoad, ...]]:
    """Loads of the running week and the three after it, by the person's key; only weeks with hours in them.

    Work without a date or without hours is not counted; work past its due date falls on this week.
    """
    scale = Scale(resources, calendar, today, hours_per_day, people)
    work: dict[str, _Work] = {}
    teams: dict[tuple[str, int], list[_Work]] = {}
    for task in counted(tasks):
        weeks = scale.shares(task)
        if not weeks:
            continue
        # Many tasks share one tuple of assignees; which object it is tells it apart while the tasks are held.
        owners = task.assignees
        team = (task.source, id(owners))
        theirs = teams.get(team)
        if theirs is None:
            theirs = teams[team] = [_of(work, who) for who in scale.owners.of(task)]
        share = hours_of(task) / len(owners)
        for week, part in weeks.items():
            for one in theirs:
                one.weeks[week].append(share * part)
    # The exact sum does not depend on the order in which tasks are stored.
    sums = {key: {week: fsum(hours) for week, hours in one.weeks.items()} for key, one in work.items()}
    return {key: full for key, one in work.items() if (full := scale.loads_of(one.names, sums[key]))}


@dataclass(slots=True)
class _Work:
    """What one person has to do, and the names by which tasks call them."""

    names: dict[Identity, None] = field(default_factory=dict)
    weeks: defaultdict[date, list[float]] = field(default_factory=lambda: defaultdict(list))


def _of(work: dict[str, _Work], who: Identity) -> _Work:
    one = work.setdefault(who.key, _Work())
    one.names[who] = None
    return one


class Scale:
    """What work is weighed against on one day: the weeks to come, and what each person can do in them."""

    def __init__(
        self,
        resources: Sequence[Resource],
        calendar: WorkCalendar,
        today: date,
        hours_per_day: float,
        people: Everybody,
    ) -> None:
        self.owners = Owners(people)
        self._people, self._calendar, self._today = people, calendar, today
        self._capacities = capacities_of(resources, hours_per_day, people)
        self._whole = Capacity(hours_per_day)
        self._hours: dict[tuple[date, Capacity], float] = {}
        self._spread: dict[tuple[date | None, date | None], dict[date, float]] = {}

    def loads_of(self, people: Iterable[Identity], hours: Mapping[date, float]) -> tuple[WeekLoad, ...]:
        """The weeks of one person, who goes by these names, with these hours in them; none without a name."""
        known = min(people, key=_by_name, default=None)
        if known is None:
            return ()
        capacity = self._capacities.get(self._people.key_by_name(known), self._whole)
        return tuple(_load(known, week, hours[week], self._available(week, capacity)) for week in sorted(hours))

    def _available(self, week: date, capacity: Capacity) -> float:
        found = self._hours.get((week, capacity))
        if found is None:
            found = self._hours[week, capacity] = hours_available(week, capacity, self._calendar)
        return found

    def shares(self, task: Task) -> dict[date, float]:
        """Which share of a task's hours falls on which week."""
        # Half a million tasks have a few thousand pairs of dates, of which many began in the past: then today counts.
        dates = (task.start_on, task.due_on)
        weeks = self._spread.get(dates)
        if weeks is None:
            ahead = (max(task.start_on or self._today, self._today), task.due_on)
            weeks = self._spread.get(ahead)
            if weeks is None:
                monday = self._today - timedelta(days=self._today.weekday())
                weeks = weeks_of(task, self._calendar, self._today, monday)
            self._spread[dates] = self._spread[ahead] = weeks
        return weeks


class Owners:
    """Who the assignees of tasks are; those that many tasks share are looked up once."""

    def __init__(self, people: Everybody) -> None:
        self._people = people
        self._known: dict[tuple[str, tuple[str, ...]], tuple[Identity, ...]] = {}

    def of(self, task: Task) -> tuple[Identity, ...]:
        """In the order of the assignees, one entry each."""
        key = (task.source, *[part for one in task.assignees for part in (one.id, one.name)])
        found = self._known.get(key)  # type: ignore[arg-type]
        if found is None:
            found = self._known[key] = tuple([self._people.who(task.source, one) for one in task.assignees])  # type: ignore[index]
        return found


def capacities_of(
    resources: Sequence[Resource], hours_per_day: float, people: Everybody = NOBODY
) -> dict[str, Capacity]:
    """What each person can do a day and when they are away; several rows of one person are added up."""
    found: dict[str, Capacity] = {}
    stated: dict[str, float] = {}
    for row in resources:
        if not row.owner or (row.kind is not None and fold(row.kind) not in OF_PEOPLE):
            continue
        key = people.called(row.owner).key
        if row.hours_per_day is not None:
            stated[key] = stated.get(key, 0.0) + float(row.hours_per_day)
        leave = found[key].leave + row.leave if key in found else row.leave
        found[key] = Capacity(stated.get(key, hours_per_day), leave)
    return found


def overloaded(
    people: Iterable[Identity], weeks: Mapping[str, tuple[WeekLoad, ...]], limit: float
) -> tuple[WeekLoad, ...]:
    """The fullest week above the limit of each of these people, in order of their names."""
    found: dict[str, WeekLoad] = {}
    for key in sorted({person.key for person in people}):
        over = [week for week in weeks.get(key, ()) if week.ratio is None or week.ratio > limit]
        if over:
            found[key] = max(over, key=lambda week: (week.ratio is None, week.ratio or 0.0, -week.week.toordinal()))
    return tuple(found.values())


def is_counted(task: Task) -> bool:
    """Open work with an owner, a date and hours, unless others lie below it."""
    return (
        task.status not in FINISHED
        and bool(task.assignees)
        and task.due_on is not None
        and not task.gone
        and not task.archived
        and task.kind is not Kind.MILESTONE
        and hours_of(task) > 0
    )


def counted(tasks: Iterable[Task]) -> list[Task]:
    """The open leaves that have an owner, a date and hours."""
    tasks = tuple(tasks)
    # Most tasks of a long programme are done: they are passed over without asking further.
    done = Status.DONE
    candidates = [task for task in tasks if task.status is not done and task.due_on is not None and is_counted(task)]
    # Only whether one of these is a parent matters, and few tasks are below one of them.
    names = {task.id for task in candidates}
    below = compress(tasks, map(names.__contains__, map(attrgetter("parent_id"), tasks)))
    parents = parents_of([task for task in below if not task.gone])
    return [task for task in candidates if (task.source, task.id) not in parents] if parents else candidates


def open_leaves(tasks: Iterable[Task]) -> list[Task]:
    """Open leaves of all sources, whether a milestone needs them or not: people do them all."""
    present = [task for task in tasks if not task.gone]
    parents = parents_of(present)
    return [
        task
        for task in present
        if task.kind is not Kind.MILESTONE and task.ref not in parents and in_scope(task) and is_open(task)
    ]


def hours_of(task: Task) -> float:
    """Hours still to be done, as far as the source states any."""
    return (task.remaining_hours if task.remaining_hours is not None else task.estimate_hours) or 0.0


def weeks_of(task: Task, calendar: WorkCalendar, today: date, monday: date, weeks: int = WEEKS) -> dict[date, float]:
    """Share of the task's hours in each of the next weeks, spread evenly over its working days still to come."""
    due = task.due_on
    if due is None or due < today:
        return {monday: 1.0}
    start = max(task.start_on or today, today)
    days = calendar.workdays(start - ONE_DAY, due)
    if days <= 0:  # only days off are left, or it is due before it starts: it falls on the week it is due
        week = due - timedelta(days=due.weekday())
        return {week: 1.0} if week < monday + timedelta(weeks=weeks) else {}
    shares: dict[date, float] = {}
    for number in range(weeks):
        week = monday + timedelta(weeks=number)
        first, last = max(start, week), min(due, week + timedelta(days=6))
        inside = calendar.workdays(first - ONE_DAY, last) if first <= last else 0
        if inside > 0:
            shares[week] = inside / days
    return shares


def _load(person: Identity, week: date, hours: float, available: float) -> WeekLoad:
    hours = round(hours, 6)  # a full week summed from fractions must not come out a hair above full
    return WeekLoad(person.name, week, hours, hours / available if available > 0 else None, person.key)


def hours_available(week: date, capacity: Capacity, calendar: WorkCalendar) -> float:
    """Hours per day × working days of the week (Monday) that are no leave."""
    days = [week + timedelta(days=number) for number in range(7)]
    free = sum(1 for day in days if calendar.is_workday(day) and not _away(day, capacity.leave))
    return capacity.hours_per_day * free


def _away(day: date, leave: Sequence[Leave]) -> bool:
    return any(span.first <= day <= span.last for span in leave)
