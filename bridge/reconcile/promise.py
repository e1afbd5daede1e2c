"""Which dates a milestone is held to: the first promise, the commitment that stands now, and the distances to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, tzinfo

from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Baseline
from bridge.reconcile.situation import Slip, Span


@dataclass(frozen=True, slots=True)
class Promise:
    """B0 and C with the local days on which they were imported or approved; all None without a promise."""

    first: date | None = None
    first_on: date | None = None
    commitment: date | None = None
    committed_on: date | None = None
    number: int = 0
    """0 while the first promise stands, then the number of the re-baseline."""


def promise_of(baselines: Sequence[Baseline], zone: tzinfo) -> Promise:
    if not baselines:
        return Promise()
    ordered = sorted(baselines, key=lambda baseline: baseline.number)
    first, last = ordered[0], ordered[-1]
    return Promise(
        first.promised,
        first.recorded_at.astimezone(zone).date(),
        last.promised,
        last.recorded_at.astimezone(zone).date(),
        last.number,
    )


def slip_against(
    promised: date | None,
    due: date | None,
    actual: date | None,
    expected: date | None,
    today: date,
    calendar: WorkCalendar,
) -> Slip:
    """Every distance from one promised date, late positive; `actual` is known only of a done milestone."""
    if promised is None:
        return Slip()
    if actual is not None:
        return Slip(actual=span(promised, actual, calendar))
    return Slip(
        plan=None if due is None else span(promised, due, calendar),
        overdue=span(promised, today, calendar) if today > promised else None,
        forecast=None if expected is None else span(promised, expected, calendar),
    )


def span(first: date, last: date, calendar: WorkCalendar) -> Span:
    """Signed, in working days of (first, last] and in calendar days."""
    return Span(calendar.workdays(first, last), (last - first).days)
