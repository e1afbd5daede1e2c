"""What the tools say of a milestone's dates and liveliness today: due date, completion, history, growth, stale work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from math import floor

from bridge.forecast.facts import Facts
from bridge.forecast.observed import (
    DueSeries,
    completion_date,
    field_on,
    latest_due_series,
    latest_series,
    local_day,
)
from bridge.forecast.progress import Weights
from bridge.forecast.quantity import exact
from bridge.forecast.trend import Trend, milestone_trend, weekly
from bridge.model import Colour, Status, TaskKey
from bridge.plan.document import Milestone
from bridge.reconcile.case import Growth
from bridge.reconcile.leaves import leaf_name
from bridge.reconcile.linkage import Work
from bridge.reconcile.promise import Promise
from bridge.reconcile.situation import Portfolio, Snapshot, TaskRecord

_YEARS = 3_650
ONE_DAY = timedelta(days=1)
_STATED = {"hours": "estimate_hours", "points": "story_points"}


def actual_date(milestone: Milestone, work: Work, portfolio: Portfolio) -> date | None:
    """A: what the plan says if it is not in the future, else the day the last of all work and own items was done."""
    if milestone.actual is not None and milestone.actual <= portfolio.today:
        return milestone.actual
    if work.open:
        return None
    judged = (*work.leaves, *work.own)
    if not judged or any(record.task.status is not Status.DONE for record in judged):
        return None
    days = (completion_date(record, portfolio.timezone, portfolio.today) for record in judged)
    return max(day for day in days if day is not None)


def own_due_date(work: Work) -> date | None:
    """The latest date that an own item carries, cancelled ones aside."""
    return _latest(record for record in work.own if record.task.status is not Status.CANCELLED)


def due_date(work: Work, facts: Facts, is_done: bool, snapshots: Sequence[Snapshot]) -> date | None:
    """D. Of a done milestone: what D was when it was last recorded as not done."""
    if is_done:
        return next((snapshot.due for snapshot in reversed(snapshots) if snapshot.colour is not Colour.DONE), None)
    return own_due_date(work) or max(filter(None, facts.open(facts.dues)), default=None)


def date_history(work: Work, portfolio: Portfolio, facts: Facts) -> DueSeries:
    """The date in the tool as it was observed: of the own items if they ever had one, else of all leaves in scope."""
    own = [record for record in work.own if record.task.status is not Status.CANCELLED]
    series = latest_due_series(own, portfolio.timezone) if own else []
    if any(due is not None for _, due in series):
        return series
    return latest_series(facts.seen, facts.dues, facts.series, portfolio.timezone)


def trend_of(due: date | None, snapshots: Sequence[Snapshot], today: date) -> Trend:
    """Of the weekly last snapshots; what is seen now is this week's last, for it is what today's snapshot will keep."""
    return milestone_trend(weekly([*((snapshot.day, snapshot.due) for snapshot in snapshots), (today, due)]))


def earliest_start(work: Work) -> date | None:
    return min(filter(None, work.columns.starts), default=None)


def first_start(promise: Promise, work: Work, snapshots: Sequence[Snapshot]) -> date | None:
    """S: the earliest start at the first snapshot since the first promise; today's, if that is still to be taken."""
    if promise.first_on is None:
        return None
    for snapshot in snapshots:
        if snapshot.day >= promise.first_on:
            return snapshot.earliest_start
    return earliest_start(work)


def growth_of(
    promise: Promise,
    work: Work,
    weights: Weights,
    snapshots: Sequence[Snapshot],
    records: dict[TaskKey, TaskRecord],
    portfolio: Portfolio,
) -> Growth | None:
    """Net scope added since the first snapshot with linked work at or after the commitment; None without one."""
    if promise.committed_on is None:
        return None
    since = promise.committed_on
    start = next((snapshot for snapshot in snapshots if snapshot.day >= since and snapshot.leaves), None)
    if start is None:
        return None
    now = {leaf_name(ref): ref for ref in work.refs}
    added = [ref for name, ref in now.items() if name not in start.leaves]
    removed = [name for name in start.leaves if name not in now]
    if not added and not removed:
        return None
    then = _weights_then(start, weights, records, portfolio)
    before = sum(then.values(), Fraction(0))
    if before <= 0:
        return None
    net = weights.together(added) - sum((then[name] for name in removed), Fraction(0))
    return Growth(start.day, float(net / before), tuple(added), len(removed))


def stale_work(work: Work, facts: Facts, portfolio: Portfolio, limit: float) -> dict[TaskKey, TaskRecord]:
    """Open leaves of known status without activity for more than `limit` working days."""
    idle: dict[date, bool] = {}
    found: dict[TaskKey, TaskRecord] = {}
    (old, fresh), unmapped = _surely(portfolio, limit), Status.UNMAPPED
    columns = (work.open_refs, work.open, facts.open(facts.updates), facts.open(facts.statuses))
    for ref, record, updated, status in zip(*columns, strict=True):
        if status is unmapped:
            continue
        if updated is None or old <= updated < fresh:
            day = last_activity(record, portfolio)
            if day not in idle:
                idle[day] = portfolio.calendar.workdays(day, portfolio.today) > limit
            if idle[day]:
                found[ref] = record
        elif updated < old:
            found[ref] = record
    return found


def _surely(portfolio: Portfolio, limit: float) -> tuple[datetime, datetime]:
    """Instants before which everything is stale, and from which on nothing is; between them its day decides."""
    workdays = floor(min(limit, _YEARS))
    first = portfolio.calendar.add_workdays(portfolio.today, -workdays) if workdays > 0 else portfolio.today
    # A clock that is put back may repeat the end of a day. In UTC, for that compares fastest with what is in UTC.
    old, fresh = (
        datetime.combine(day, time(), portfolio.timezone).astimezone(UTC) for day in (first - ONE_DAY, first + ONE_DAY)
    )
    return old if 1 <= limit < _YEARS else datetime.min.replace(tzinfo=UTC), fresh


def last_activity(record: TaskRecord, portfolio: Portfolio) -> date:
    """When the source last touched the task; a change made by our own mapping is no activity."""
    return local_day(_last_touched(record, portfolio), portfolio.timezone)


def last_activity_of(records: Iterable[TaskRecord], portfolio: Portfolio) -> date:
    """The latest day of activity of several tasks."""
    instants = [_last_touched(record, portfolio) for record in records]
    # A clock that is put back may repeat the end of a day, so the last instant alone does not decide.
    begin = max(instants) - ONE_DAY
    return max(local_day(instant, portfolio.timezone) for instant in instants if instant > begin)


def _last_touched(record: TaskRecord, portfolio: Portfolio) -> datetime:
    instant = record.task.updated_at
    if instant is None:
        changes = (change.at for change in reversed(record.changes) if change.cause == "source")
        instant = next(changes, record.first_seen)
    return min(instant, portfolio.now)


def _weights_then(
    start: Snapshot, weights: Weights, records: dict[TaskKey, TaskRecord], portfolio: Portfolio
) -> dict[str, Fraction]:
    """Weights of the leaves of a snapshot in today's kind of weight; one that states none weighs the others' mean."""
    if start.weight_kind == weights.kind:
        return {name: exact(weight) for name, weight in start.leaves.items()}
    if weights.kind == "count":
        return dict.fromkeys(start.leaves, Fraction(1))
    field = _STATED[weights.kind]
    known: dict[str, Fraction] = {}
    for name in start.leaves:
        source, _, number = name.partition("/")
        record = records.get((source, number))
        value = None if record is None else field_on(record, field, start.day, portfolio.timezone)
        if isinstance(value, (int, float)) and value > 0:
            known[name] = exact(value)
    mean = sum(known.values(), Fraction(0)) / len(known) if known else Fraction(1)
    return {name: known.get(name, mean) for name in start.leaves}


def _latest(records: Iterable[TaskRecord]) -> date | None:
    return max([due for record in records if (due := record.task.due_on) is not None], default=None)
