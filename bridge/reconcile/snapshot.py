"""What is kept of a run: one snapshot a milestone, enough to remember colours, dates and scope of a past day."""

from __future__ import annotations

from datetime import date

from bridge.reconcile.situation import Assessment, Result, Snapshot

KEPT = ("at_risk_gross", "penalty_today", "penalty_p85")


def snapshots(result: Result, day: date) -> tuple[Snapshot, ...]:
    """The snapshots of `day`, by milestone key; a later run of the same day replaces them."""
    return tuple(sorted((_snapshot(row, day) for row in result.assessments), key=lambda kept: kept.milestone))


def _snapshot(row: Assessment, day: date) -> Snapshot:
    return Snapshot(
        milestone=row.milestone.key,
        day=day,
        colour=row.colour,
        own_colour=row.own_colour,
        due=row.due,
        forecast_p85=row.forecast.p85,
        at_risk_expected=row.money.at_risk_expected,
        total_weight=None if row.progress is None else row.progress.total,
        weight_kind=row.weight_kind,
        leaves=row.leaves,
        earliest_start=row.earliest_start,
        on_time_probability=row.forecast.on_time_probability,
        claimed=row.claimed,
        reasons={str(finding.code): finding.severity.value for finding in row.findings},
        method=row.forecast.method,
        money={name: getattr(row.money, name) for name in KEPT},
        raw_p50=row.forecast.calibration.raw_p50 if row.forecast.calibration else row.forecast.p50,
    )
