"""Colours and figures rolled up from deals: to customers, and to the sales goals that deals serve."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridge.reconcile.situation import Assessment, Result
from bridge.reconcile.status import worst
from bridge.report.record import Entry
from bridge.report.selection import folded
from bridge.report.summary import money_by_currency


def customers(rows: Sequence[Assessment], result: Result, seen: Sequence[Assessment] | None = None) -> list[Entry]:
    """The customers of the rows shown, worst first as the rows are; a name written in two ways is one customer.

    The status is the worst of all deals of the customer and ignores filters; the figures are those of the rows shown.
    `seen` are the rows of the deals that the reader may know of, where that is not all.
    """
    shown: dict[str, list[Assessment]] = {}
    for row in rows:
        if row.deal.customer is not None:
            shown.setdefault(folded(row.deal.customer), []).append(row)
    deals: dict[str, set[str]] = {}
    for row in result.assessments if seen is None else seen:
        if row.deal.customer is not None:
            deals.setdefault(folded(row.deal.customer), set()).add(row.deal.key)
    return [
        {
            "name": theirs[0].deal.customer,
            "status": _status(deals[name], result),
            "milestones": len(theirs),
            "at_risk_gross": money_by_currency(theirs, "at_risk_gross"),
            "at_risk_expected": money_by_currency(theirs, "at_risk_expected"),
        }
        for name, theirs in shown.items()
    ]


def with_status(goals: Iterable[Entry], result: Result) -> list[Entry]:
    """A goal is as bad as the worst of the deals that serve it; null where none does."""
    deals: dict[object, set[str]] = {}
    for row in result.assessments:
        deals.setdefault(row.deal.goal, set()).add(row.deal.key)
    return [{**goal, "status": _status(deals.get(goal["key"], ()), result)} for goal in goals]


def _status(deals: Iterable[str], result: Result) -> str | None:
    colour = worst(result.deal_colours[key] for key in deals if key in result.deal_colours)
    return None if colour is None else colour.value
