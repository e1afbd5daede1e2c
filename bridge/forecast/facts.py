"""What leaves say of themselves and of their past, as columns: each is read once, and again only when its record changes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from itertools import compress, repeat
from operator import attrgetter, is_not
from typing import NamedTuple, TypeVar

from bridge.forecast.columns import Follower
from bridge.forecast.observed import DueSeries, Observed, baseline_start, completion_date, due_history
from bridge.model import Person, Status, TaskKey

T = TypeVar("T")
_OF_A_TASK = attrgetter(
    "status", "due_on", "start_on", "estimate_hours", "story_points", "progress", "updated_at", "assignees", "blocked"
)


class Facts(NamedTuple):
    """Leaves in their order, for one zone and one day: columns, for they are many."""

    refs: tuple[TaskKey, ...] = ()
    seen: tuple[datetime, ...] = ()
    """When each was first seen."""
    statuses: tuple[Status, ...] = ()
    dues: tuple[date | None, ...] = ()
    begins: tuple[date | None, ...] = ()
    """`start_on` as it is now."""
    hours: tuple[float | None, ...] = ()
    points: tuple[float | None, ...] = ()
    shares: tuple[float | None, ...] = ()
    """Progress as the source states it."""
    updates: tuple[datetime | None, ...] = ()
    owners: tuple[tuple[Person, ...], ...] = ()
    blocked: tuple[bool, ...] = ()
    is_open: tuple[bool, ...] = ()
    baselines: tuple[date | None, ...] = ()
    """The first due date ever observed."""
    starts: tuple[date | None, ...] = ()
    """The first start ever observed of a leaf with a baseline date, else None."""
    completions: tuple[date | None, ...] = ()
    """Completion date, today at the latest; None while it is open."""
    series: tuple[DueSeries | None, ...] = ()
    """Its due dates day by day, None where the date never changed."""

    def open(self, column: Iterable[T]) -> list[T]:
        """Of a column the entries of the leaves that are not done."""
        return list(compress(column, self.is_open))


NO_FACTS = Facts()


def due_by(facts: Facts, day: date) -> int:
    """How many leaves were first planned to be finished by the day."""
    return sum(map(day.__ge__, filter(None, facts.baselines)))


def waits_for(facts: Facts, day: date) -> bool:
    """Whether a leaf that is due on the day has not begun."""
    return (Status.TODO, day) in zip(facts.statuses, facts.dues, strict=True)


def facts_of(
    leaves: Sequence[Observed],
    zone: tzinfo,
    today: date,
    refs: Iterable[TaskKey] | None = None,
    before: Sequence[Observed] = (),
    known: Facts = NO_FACTS,
) -> Facts:
    """Of every leaf in their order; `known` is what was said of the leaves `before`, for the same zone and day.

    `refs` are the keys of the leaves, where they are at hand: then one object stands for one key everywhere. Records
    never change, so what is known of one is true for as long as it is the same object.
    """
    keys = tuple([leaf.task.ref for leaf in leaves]) if refs is None else tuple(refs)
    if not before:
        return _read(leaves, zone, today)._replace(refs=keys)
    follow = Follower(leaves, before)
    if follow.is_same:
        return known
    if keys == known.refs:
        keys = known.refs
    fresh = _read(follow.fresh, zone, today)
    rest = [follow.column(old, new) for old, new in zip(known[1:], fresh[1:], strict=True)]
    return Facts(keys, *map(tuple, rest))


def _read(leaves: Sequence[Observed], zone: tzinfo, today: date) -> Facts:
    """Everything but the keys."""
    if not leaves:
        return NO_FACTS
    tasks = [leaf.task for leaf in leaves]
    statuses, dues, begins, hours, points, shares, updates, owners, blocked = zip(*map(_OF_A_TASK, tasks), strict=True)
    baselines, starts = list(dues), list(begins)
    series: list[DueSeries | None] = [None] * len(tasks)
    for at, leaf in enumerate(leaves):
        if leaf.changes:
            changed = {change.field for change in leaf.changes}
            if "due_on" in changed:
                baselines[at], series[at] = due_history(leaf, zone)
            if "start_on" in changed:
                starts[at] = baseline_start(leaf)
    if None in baselines:
        starts = [None if due is None else start for due, start in zip(baselines, starts, strict=True)]
    done = Status.DONE
    days: dict[date, date] = {}
    completions = [
        # A day is a new object each time it is worked out, and there are many more leaves than days.
        days.setdefault(day, day) if (day := completion_date(leaf, zone, today)) else None
        for leaf in leaves
    ]
    return Facts(
        seen=tuple([leaf.first_seen for leaf in leaves]),
        statuses=statuses,
        dues=dues,
        begins=begins,
        hours=hours,
        points=points,
        shares=shares,
        updates=updates,
        owners=owners,
        blocked=blocked,
        is_open=tuple(map(is_not, statuses, repeat(done))),
        baselines=tuple(baselines),
        starts=tuple(starts),
        completions=tuple(completions),
        series=tuple(series),
    )
