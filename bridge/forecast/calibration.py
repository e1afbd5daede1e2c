"""How past forecasts came out, and what that says of the next one: a multiplier of the working days still to come.

Of each finished milestone the forecast F(0.50) of a few days is compared with what it then took. The days are fixed
before anything is known of the end: the last record at most `STALE_AFTER` working days older than each of `HORIZONS`
working days before the commitment. One ratio a day, actual / forecast remaining working days; one value a milestone,
their geometric mean, so that a milestone that was looked at often weighs no more than another.

The multiplier of n milestones is exp(Z × mean of log ratios) with Z = n / (n + `CREDENCE`): the credibility weighting of
Bühlmann ("Experience rating and credibility", ASTIN Bulletin 4, 1967), which pulls a small group towards 1. It is kept
within `BOUNDS`. The middle forecast is compared because a good one is passed as often as not; against F(0.85) a good
forecast would look too long.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil, exp, floor, fsum, log

from bridge.forecast.quantity import exact
from bridge.plan.calendar import WorkCalendar

CORRECTED = frozenset({"throughput", "earned_schedule"})
"""Methods that project a pace. A network and a class of finished milestones have learnt already; due dates forecast nothing."""

HORIZONS = (40, 20, 10)
"""Working days before the commitment at which a forecast is judged."""

STALE_AFTER = 5
SHOWN_FROM = 5
APPLIED_FROM = 10
CREDENCE = 10
"""Milestones after which the group is believed as much as having no group."""

BOUNDS = (Fraction(1, 2), Fraction(2))


@dataclass(frozen=True, slots=True)
class Record:
    """What was forecast of a milestone on a day."""

    day: date
    method: str | None
    p50: date | None


@dataclass(frozen=True, slots=True)
class Multiplier:
    """`factor` above 1: it took longer than forecast. `n` is the number of finished milestones it was learnt from."""

    factor: Fraction
    n: int

    @property
    def is_sound(self) -> bool:
        """Enough milestones to correct a forecast, and not only to hint."""
        return self.n >= APPLIED_FROM


@dataclass(frozen=True, slots=True)
class Calibrated:
    """What the multiplier makes of one forecast. `is_applied`: the published dates are the corrected ones."""

    factor: float
    n: int
    raw_p50: date | None
    raw_p85: date | None
    corrected_p85: date | None
    is_applied: bool


def ratio_of(records: Sequence[Record], commitment: date, actual: date, calendar: WorkCalendar) -> float | None:
    """Geometric mean of actual / forecast remaining working days at the horizons; None where no record fits one.

    `records` are in order of their days. A day on which no working day was left, by the forecast or in fact, has none.
    """
    logs = []
    for horizon in HORIZONS:
        wanted = calendar.add_workdays(commitment, -horizon)
        record = _last(records, wanted)
        if record is None or record.p50 is None or calendar.workdays(record.day, wanted) > STALE_AFTER:
            continue
        expected, took = calendar.workdays(record.day, record.p50), calendar.workdays(record.day, actual)
        if expected > 0 and took > 0:
            logs.append(log(took / expected))
    return exp(fsum(logs) / len(logs)) if logs else None


def multiplier(ratios: Iterable[float]) -> Multiplier | None:
    """What the finished milestones of a group say together; None while they are fewer than 5."""
    logs = [log(ratio) for ratio in ratios]
    if len(logs) < SHOWN_FROM:
        return None
    credibility = len(logs) / (len(logs) + CREDENCE)
    factor = exact(round(exp(credibility * fsum(logs) / len(logs)), 4))
    return Multiplier(min(max(factor, BOUNDS[0]), BOUNDS[1]), len(logs))


def chosen(ratios: Mapping[str | None, Sequence[float]], class_: str | None) -> Multiplier | None:
    """Of the milestone's own class where at least 10 of it are finished, else of all finished milestones together."""
    own = multiplier(ratios.get(class_, ())) if class_ is not None else None
    if own is not None and own.is_sound:
        return own
    return multiplier([ratio for group in ratios.values() for ratio in group])


def later(day: date, today: date, factor: Fraction, calendar: WorkCalendar) -> date:
    """The day after `factor` times as many working days from today, rounded up to whole ones."""
    return calendar.add_workdays(today, ceil(factor * calendar.workdays(today, day)))


def asked_for(day: date, today: date, factor: Fraction, calendar: WorkCalendar) -> date:
    """The day by which an uncorrected forecast must be done for the corrected one to be done by `day`.

    F × factor ≤ days is F ≤ days / factor, so a probability of the corrected forecast is one of this earlier day.
    """
    if day <= today:
        return day
    return calendar.add_workdays(today, floor(calendar.workdays(today, day) / factor))


def _last(records: Sequence[Record], day: date) -> Record | None:
    return next((one for one in reversed(records) if one.day <= day and one.method in CORRECTED), None)
