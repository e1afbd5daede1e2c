"""The table of what the last judgement published, a row a milestone: what other programs read through a view."""

from __future__ import annotations

from bridge.store.table import Table, optional

_DATES = ("promised", "baseline", "due_in_tool", "actual", "forecast_p50", "forecast_p85", "forecast_p95")
_SPANS = tuple(
    f"{slip}_{kind}_{unit}"
    for slip in ("slip", "slip_first")
    for kind in ("plan", "overdue", "forecast", "actual")
    for unit in ("workdays", "days")
)
_COUNTS = ("undated", "unassigned", "blocked", "stale", "unmapped")

PUBLISHED: tuple[Table, ...] = (
    Table(
        "published_rows",
        {
            "position": "INTEGER",
            "as_of": "TEXT",
            "judged_at": "TEXT",
            "milestone": "TEXT",
            "name": "TEXT",
            "deal": "TEXT",
            "deal_name": "TEXT",
            "deal_status": "TEXT",
            "customer": "TEXT",
            "owner": "TEXT",
            "sales_owner": "TEXT",
            "delivery_owner": "TEXT",
            "contractual": "INTEGER",
            "amount": "TEXT",
            "currency": "TEXT",
            "status": "TEXT",
            "claimed_status": "TEXT",
            **dict.fromkeys(_DATES[:4], "TEXT"),
            "forecast_method": "TEXT",
            **dict.fromkeys(_DATES[4:], "TEXT"),
            "on_time_probability": "REAL",
            "forecast_samples": "INTEGER",
            "forecast_why_not": "TEXT",
            **dict.fromkeys(_SPANS, "INTEGER"),
            "pushes": "INTEGER",
            "pushed_days": "INTEGER",
            "first_promise_in_tool": "TEXT",
            "last_promise_in_tool": "TEXT",
            "weighed_by": "TEXT",
            "work_done": "TEXT",
            "work_total": "TEXT",
            "progress_ratio": "REAL",
            "expected_ratio": "REAL",
            "tasks": "INTEGER",
            "tasks_open": "INTEGER",
            "tasks_overdue": "INTEGER",
            **{f"tasks_{name}": "INTEGER" for name in _COUNTS},
            "at_risk_gross": "TEXT",
            "at_risk_expected": "TEXT",
            "at_risk_assumed": "INTEGER",
            "penalty_today": "TEXT",
            "penalty_p85": "TEXT",
            "reasons": "TEXT",
        },
        key=("milestone",),
        optional=optional(
            *("deal_status", "customer", "owner", "sales_owner", "delivery_owner", "amount", "claimed_status"),
            *(*_DATES, *_SPANS, "forecast_method", "on_time_probability", "forecast_samples", "forecast_why_not"),
            *("first_promise_in_tool", "last_promise_in_tool", "weighed_by", "work_done", "work_total"),
            *("progress_ratio", "expected_ratio", "at_risk_gross", "at_risk_expected", "penalty_today", "penalty_p85"),
        ),
        since=13,
    ),
)
