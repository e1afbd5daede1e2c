"""Forecasts corrected by how those of finished milestones came out, where the settings ask for it; else a hint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from bridge.forecast.calibration import CORRECTED, Calibrated, Record, asked_for, chosen, later, ratio_of
from bridge.forecast.facts import waits_for
from bridge.forecast.outlook import Outlook, OutlookInputs, outlook
from bridge.forecast.quantity import exact
from bridge.plan.calendar import WorkCalendar
from bridge.reconcile.case import Outline, Situation
from bridge.reconcile.situation import Portfolio


def remember_forecasts(ratios: dict[str | None, list[float]], outline: Outline, calendar: WorkCalendar) -> None:
    """Add what a finished milestone took against what was forecast of it; an open one says nothing yet."""
    commitment = outline.promise.commitment
    if outline.actual is None or commitment is None:
        return
    records = [Record(kept.day, kept.method, kept.raw_p50) for kept in outline.snapshots]
    ratio = ratio_of(records, commitment, outline.actual, calendar)
    if ratio is not None:
        ratios.setdefault(outline.milestone.class_, []).append(ratio)


def corrected(
    seen: Outlook,
    inputs: OutlookInputs,
    ratios: Mapping[str | None, Sequence[float]],
    class_: str | None,
    portfolio: Portfolio,
) -> tuple[Outlook, Calibrated | None]:
    """The forecast to publish, and what past ones say of it.

    Without enough finished milestones, or for a method that projects no pace, the forecast is what it was and nothing
    is said.
    """
    found = chosen(ratios, class_) if seen.method in CORRECTED and seen.p85 is not None else None
    if found is None or seen.p85 is None:
        return seen, None
    move = _Move(inputs, found.factor)
    is_applied = portfolio.calibrate and found.is_sound
    calibrated = Calibrated(
        factor=float(found.factor),
        n=found.n,
        raw_p50=seen.p50,
        raw_p85=seen.p85,
        corrected_p85=move(seen.method, seen.p85),
        is_applied=is_applied,
    )
    return (_stretched(seen, move) if is_applied else seen), calibrated


def uncorrected(day: date, at: Situation) -> date:
    """The day for which an uncorrected forecast must be asked to answer for `day`."""
    if at.calibration is None or not at.calibration.is_applied:
        return day
    return asked_for(day, at.today, exact(at.calibration.factor), at.portfolio.calendar)


class _Move:
    """Dates of one milestone as the multiplier corrects them."""

    def __init__(self, inputs: OutlookInputs, factor: Fraction) -> None:
        self.inputs, self.factor = inputs, factor
        waits = inputs.due is not None and waits_for(inputs.facts, inputs.due)
        # However well the rest goes, a leaf that has not started cannot be expected before its own date.
        self._not_before = inputs.due if waits else None

    def __call__(self, method: str | None, day: date) -> date:
        moved = later(day, self.inputs.today, self.factor, self.inputs.calendar)
        return max(moved, self._not_before) if method == "earned_schedule" and self._not_before else moved


def _stretched(seen: Outlook, move: _Move) -> Outlook:
    inputs, chance = move.inputs, seen.on_time_probability
    if chance is not None and inputs.commitment is not None:
        # The same distribution, asked for the day that the correction moves to the commitment.
        asked = asked_for(inputs.commitment, inputs.today, move.factor, inputs.calendar)
        chance = outlook(replace(inputs, commitment=asked)).on_time_probability
    return replace(
        seen,
        p50=seen.p50 and move(seen.method, seen.p50),
        p85=seen.p85 and move(seen.method, seen.p85),
        p95=seen.p95 and move(seen.method, seen.p95),
        on_time_probability=chance,
        spread={name: move(name, day) if name in CORRECTED else day for name, day in seen.spread.items()},
    )
