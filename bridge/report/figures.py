"""The figures of the delay report as one flat row a milestone: the same values as its JSON, without sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.reconcile.situation import Result
from bridge.report.entry import figures

SPANS = ("plan", "overdue", "forecast", "actual")
WORK = ("tasks", "open", "overdue", "undated", "unassigned", "blocked", "stale", "unmapped")

PATHS: Mapping[str, str] = {
    "milestone": "key",
    "name": "name",
    "deal": "deal.key",
    "deal_name": "deal.name",
    "deal_status": "deal.status",
    "customer": "customer",
    "owner": "owner",
    "sales_owner": "sales_owner",
    "delivery_owner": "delivery_owner",
    "contractual": "contractual",
    "amount": "amount.amount",
    "currency": "amount.currency",
    "status": "status",
    "claimed_status": "claimed_status",
    "promised": "promised",
    "baseline": "baseline",
    "due_in_tool": "due_in_tool",
    "actual": "actual",
    "forecast_method": "forecast.method",
    "forecast_p50": "forecast.p50",
    "forecast_p85": "forecast.p85",
    "forecast_p95": "forecast.p95",
    "on_time_probability": "forecast.on_time_probability",
    "forecast_samples": "forecast.samples",
    "forecast_why_not": "forecast.why_not",
    **{f"slip_{span}_{unit}": f"slip.{span}.{unit}" for span in SPANS for unit in ("workdays", "days")},
    **{f"slip_first_{span}_{unit}": f"slip_first.{span}.{unit}" for span in SPANS for unit in ("workdays", "days")},
    "pushes": "pushes.count",
    "pushed_days": "pushes.days",
    "first_promise_in_tool": "pushes.first_promise",
    "last_promise_in_tool": "pushes.last_promise",
    "weighed_by": "progress.weighed_by",
    "work_done": "progress.done",
    "work_total": "progress.total",
    "progress_ratio": "progress.ratio",
    "expected_ratio": "progress.expected_ratio",
    **{f"tasks_{name}" if name != "tasks" else name: f"work.{name}" for name in WORK},
    "at_risk_gross": "money.at_risk_gross",
    "at_risk_expected": "money.at_risk_expected",
    "at_risk_assumed": "money.assumed",
    "penalty_today": "money.penalty_today",
    "penalty_p85": "money.penalty_p85",
}
"""Column -> where the value stands in a milestone of the JSON."""
_WAYS = tuple((name, tuple(path.split("."))) for name, path in PATHS.items())


def flat(result: Result) -> Iterator[dict[str, Any]]:
    """In the order of the report; yes and no are 1 and 0, reasons their codes with commas between, worst first."""
    for position, row in enumerate(result.assessments, 1):
        found = figures(row, result.deal_colours.get(row.deal.key))
        yield {
            "position": position,
            **{name: _at(found, way) for name, way in _WAYS},
            "reasons": ",".join(str(finding.code) for finding in row.findings),
        }


def _at(found: Any, way: tuple[str, ...]) -> Any:
    """The value there; null where what it belongs to is unknown as a whole."""
    for part in way:
        if found is None:
            return None
        found = found[part]
    return int(found) if isinstance(found, bool) else found
