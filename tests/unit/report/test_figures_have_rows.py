"""No figure of a report stands without the rows it comes from: whatever is printed above the rows is theirs, added up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.reconcile.run import assess
from bridge.reconcile.situation import Portfolio
from bridge.report import view
from tests.unit.reconcile.portfolios import NOW, histories

SUMMED = ("at_risk_gross", "at_risk_expected", "leaving_quarter", "penalty_today", "penalty_p85")
OF_ROWS = ("at_risk_gross", "at_risk_expected", "penalty_today", "penalty_p85")
COLOURS = ("red", "amber", "green", "grey", "done")


def documents() -> st.SearchStrategy[tuple[Portfolio, dict[str, Any]]]:
    filters = st.sampled_from([{}, {"customer": "远帆"}, {"customer": "east"}])
    return st.builds(
        lambda life, wish: (
            life[-1],
            view.build(life[-1], assess(life[-1]), lang="zh", generated_at=NOW, **wish),
        ),
        histories(),
        filters,
    )


def folded(name: str) -> str:
    return normalize("NFKC", name).strip().casefold()


def added(rows: Iterable[dict[str, Any]], figure: str) -> dict[str, Decimal]:
    """Currency -> the printed amounts of these rows, added up; what is unknown adds nothing."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        found[row["money"]["currency"]] += Decimal(row["money"][figure] or 0)
    return dict(found)


def amounts(printed: dict[str, str]) -> dict[str, Decimal]:
    return {currency: Decimal(amount) for currency, amount in printed.items()}


@given(documents())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_sum_is_that_of_the_rows_shown_each_currency_by_itself(made: tuple[Portfolio, dict[str, Any]]):
    _, document = made
    rows, summary = document["milestones"], document["summary"]

    assert summary["milestones"] == len(rows)
    assert [summary[colour] for colour in COLOURS] == [
        sum(row["status"] == colour for row in rows) for colour in COLOURS
    ]
    for figure in OF_ROWS:
        assert amounts(summary[figure]) == added(rows, figure), figure
    for figure in SUMMED:
        assert set(summary[figure]) == {row["money"]["currency"] for row in rows}
    named = {folded(row["customer"]) for row in rows if row["customer"]}
    assert len(document["customers"]) == len(named)
    for customer in document["customers"]:
        theirs = [row for row in rows if row["customer"] and folded(row["customer"]) == folded(customer["name"])]
        assert customer["milestones"] == len(theirs)
        for figure in ("at_risk_gross", "at_risk_expected"):
            assert amounts(customer[figure]) == added(theirs, figure)


@given(documents())
@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_every_reason_names_rows_that_are_stored_and_every_figure_its_milestone(made: tuple[Portfolio, dict[str, Any]]):
    portfolio, document = made
    tasks = {record.task.ref for record in portfolio.tasks}
    tickets = {(ticket.source, ticket.id) for ticket in portfolio.recorded.tickets}
    keys = {row["key"] for row in document["milestones"]}
    planned = {milestone.key for milestone in portfolio.plan.milestones}

    for row in document["milestones"]:
        for reason in row["reasons"]:
            assert {(one["source"], one["id"]) for one in reason["evidence"]} <= tasks | tickets, reason
        for step in (row["network"] or {"chain": ()})["chain"]:
            assert (step["source"], step["id"]) in tasks
        assert (row["money"]["at_risk_gross"] is None) <= (row["money"]["at_risk_expected"] is None)
    listed = [one["key"] for some in document["pull_forward"]["milestones"].values() for one in some]
    assert set(listed) <= keys <= planned
    assert set(document["unlinked"]["milestones_without_tasks"]) <= keys
    assert document["unlinked"]["tasks_without_milestone"] <= len(tasks)
