"""The life of one milestone as the daily snapshots tell it: what was promised, seen, said and forecast, day by day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bridge.model import Colour
from bridge.plan.document import Baseline
from bridge.reconcile.promise import promise_of
from bridge.reconcile.situation import Assessment, Portfolio, Result, Slip, Snapshot
from bridge.reconcile.snapshot import snapshots
from bridge.report.retro import Row

SLIP_SEEN = frozenset({"OVERDUE", "DUE_AFTER_PROMISE", "FORECAST_LATE"})
"""Reasons that speak of a date after the promise: from the first of them on the slip could be known."""

CAUSES = (
    "BLOCKED",
    "UNASSIGNED",
    "OVERLOADED",
    "SCOPE_GROWTH",
    "LATE_START",
    "STALE",
    "TASK_AFTER_MILESTONE",
    "RISK_TRIGGERED",
    "FEEDBACK_OPEN",
    "CONTACT_DUE",
    "NO_LINKED_TASK",
    "SOURCE_PARTIAL",
    "SOURCE_STALE",
)
"""Reasons that may explain a slip; the others measure it (a late date, a low chance, a slow pace) and explain nothing."""

NO_FORECAST = frozenset({None, "due_dates"})


@dataclass(frozen=True, slots=True)
class Life:
    """`days` are the snapshots up to today, today's own included; `informed` all days on which the customer was told."""

    row: Assessment
    promises: tuple[tuple[date, date], ...]
    """(local day recorded, promised date): the first promise, then each approved re-baseline."""
    days: tuple[Snapshot, ...]
    informed: tuple[date, ...]
    start: date | None
    """S: earliest start of linked work at the first snapshot since the first promise."""

    @property
    def key(self) -> str:
        return self.row.milestone.key

    @property
    def is_done(self) -> bool:
        return self.row.actual is not None

    @property
    def slip_first(self) -> int | None:
        """Working days against the first promise: of what is done the real slip, else the largest that is seen."""
        return slip_seen(self.row.slip_first)

    @property
    def slip_last(self) -> int | None:
        return slip_seen(self.row.slip)

    @property
    def kept_first(self) -> bool | None:
        return _kept(self.row.first_promise, self.row.actual)

    @property
    def kept_last(self) -> bool | None:
        return _kept(self.row.commitment, self.row.actual)

    @property
    def is_rescheduled(self) -> bool:
        return len(self.promises) > 1

    @property
    def was_red(self) -> bool:
        return any(day.colour is Colour.RED for day in self.days)

    @property
    def is_recovered(self) -> bool:
        """Red on some day, and the promise kept all the same."""
        return self.was_red and self.kept_last is True

    @property
    def seen_on(self) -> date | None:
        """The first day on which the slip could be known: red, or with a date after the promise."""
        for day in self.days:
            if day.colour is Colour.RED or SLIP_SEEN & set(day.reasons or ()):
                return day.day
        return None

    @property
    def told_after(self) -> int | None:
        """Calendar days from the day the slip was seen to the first time the customer was told since; None if never."""
        seen = self.seen_on
        told = [day for day in self.informed if seen is not None and day >= seen]
        return (min(told) - seen).days if told and seen is not None else None

    @property
    def reasons(self) -> dict[str, int]:
        """Code -> number of recorded days on which it held."""
        found: dict[str, int] = {}
        for day in self.days:
            for code in day.reasons or ():
                found[code] = found.get(code, 0) + 1
        return found

    @property
    def unexplained_days(self) -> int:
        """Days recorded by an older version of the program, which kept no reasons."""
        return sum(day.reasons is None for day in self.days)

    @property
    def hits(self) -> tuple[bool, ...]:
        """For each day with a forecast F(0.85): whether it was met in the end. Due dates alone are no forecast."""
        actual = self.row.actual
        return tuple(
            actual <= day.forecast_p85
            for day in self.days
            if actual is not None and day.day < actual and day.forecast_p85 is not None
            if day.method not in NO_FORECAST
        )

    @property
    def stated(self) -> tuple[tuple[float, bool], ...]:
        """(P on time as stated, whether the promise of that day was kept), for each day that stated one."""
        actual, found = self.row.actual, []
        for day in self.days:
            promised = self.promised_on(day.day)
            if day.on_time_probability is None or promised is None or actual is None or day.day >= actual:
                continue
            found.append((day.on_time_probability, actual <= promised))
        return tuple(found)

    @property
    def flattered_days(self) -> int | None:
        """Days on which the tool said green or done and the data red; None where no day tells what the tool said."""
        known = [day for day in self.days if day.reasons is not None]
        if not known:
            return None
        return sum(day.claimed in (Colour.GREEN, Colour.DONE) and day.colour is Colour.RED for day in known)

    @property
    def red_since(self) -> tuple[date, ...]:
        """The days on which the milestone became red."""
        found, was = [], False
        for day in self.days:
            is_red = day.colour is Colour.RED
            if is_red and not was:
                found.append(day.day)
            was = is_red
        return tuple(found)

    def promised_on(self, day: date) -> date | None:
        """The promise that stood at the end of a day."""
        return next((promised for recorded, promised in reversed(self.promises) if recorded <= day), None)


def lives(portfolio: Portfolio, result: Result, informed: Mapping[str, Iterable[date]]) -> tuple[Life, ...]:
    """Every milestone of the plan, in the order of the plan. `informed`: key -> days on which customers were told."""
    today = {kept.milestone: kept for kept in snapshots(result, portfolio.today)}
    rows = {row.milestone.key: row for row in result.assessments}
    return tuple(
        _life(portfolio, rows[milestone.key], today[milestone.key], informed.get(milestone.key, ()))
        for milestone in portfolio.plan.milestones
    )


def figures(life: Life, portfolio: Portfolio) -> Row:
    """The row of `bridge.report.retro.metrics`; the probability is the one that was stated first."""
    wd, start, actual, promised = portfolio.calendar.workdays, life.start, life.row.actual, life.row.commitment
    is_planned = start is not None and promised is not None
    stated = life.stated
    return (
        wd(start, promised) if is_planned and start is not None and promised is not None else None,
        wd(start, actual) if start is not None and actual is not None else None,
        life.slip_first,
        life.slip_last,
        stated[0][0] if stated else None,
        life.kept_last,
    )


def slip_seen(slip: Slip) -> int | None:
    if slip.actual is not None:
        return slip.actual.workdays
    return max((span.workdays for span in (slip.plan, slip.overdue, slip.forecast) if span is not None), default=None)


def _life(portfolio: Portfolio, row: Assessment, today: Snapshot, informed: Iterable[date]) -> Life:
    baselines: Sequence[Baseline] = portfolio.baselines.get(row.milestone.key, ())
    days = (*portfolio.snapshots.get(row.milestone.key, ()), today)
    zone = portfolio.timezone
    first_on = promise_of(baselines, zone).first_on
    told = {*informed, *_day(row.milestone.customer_informed)}
    return Life(
        row=row,
        promises=tuple((one.recorded_at.astimezone(zone).date(), one.promised) for one in baselines),
        days=days,
        informed=tuple(sorted(day for day in told if day <= portfolio.today)),
        start=next((day.earliest_start for day in days if first_on is not None and day.day >= first_on), None),
    )


def _day(day: date | None) -> Iterator[date]:
    if day is not None:
        yield day


def _kept(promised: date | None, actual: date | None) -> bool | None:
    return None if promised is None or actual is None else actual <= promised
