"""A small portfolio worked out by hand, compared whole: dates, slips, forecast, progress, reasons, money, order."""

from datetime import date
from decimal import Decimal

import pytest

from bridge.model import Colour
from bridge.plan.document import Tier
from bridge.reconcile.situation import (
    Forecast,
    Money,
    Progress,
    PushRecord,
    Slip,
    Span,
    WorkCounts,
)


@pytest.fixture
def portfolio(world):
    """Monday 2026-08-24. M-1 is re-baselined, pushed twice, a third done; M-2 is done, M-3 without work, M-4 on plan."""
    world.deal(amount=Decimal(1000000), penalty_rate=(Tier(1, Decimal("0.0005")),))
    world.milestone(
        "M-1", rebaselines=(("2026-09-10", "2026-08-01"),), contractual=True, amount=Decimal(300000), scope="tag:one"
    )
    moves = (("2026-08-05", "due_on", "2026-09-01", "2026-09-10"), ("2026-08-20", "due_on", "2026-09-10", "2026-09-18"))
    world.own_item("own", due="2026-09-18", history=moves, milestone=None, tags=("one",))
    one = {"milestone": None, "tags": ("one",)}
    world.task("a", due="2026-08-14", status="done", completed="2026-08-14", estimate_hours=24.0, **one)
    world.task("b", due="2026-08-21", status="doing", progress=0.25, estimate_hours=40.0, **one)
    world.task("c", due="2026-09-18", owners=(), estimate_hours=16.0, **one)

    world.milestone("M-2", promised="2026-08-10", contractual=True, amount=Decimal(100))
    world.task("d", milestone="M-2", status="done", completed="2026-08-12", due="2026-08-10")
    world.milestone("M-3", amount=Decimal(100))
    world.milestone("M-4", promised="2026-09-01")
    world.task("e", milestone="M-4", due="2026-08-31", status="doing")
    world.task("free", milestone=None)
    return world


def test_the_dates_and_slips_of_a_rebaselined_milestone(portfolio):
    row = portfolio.row("M-1")

    assert (str(row.first_promise), str(row.commitment), str(row.due)) == ("2026-09-01", "2026-09-10", "2026-09-18")
    assert row.slip == Slip(plan=Span(6, 8), forecast=Span(29, 47))
    assert row.slip_first == Slip(plan=Span(13, 17), forecast=Span(36, 56))
    assert row.pushes == PushRecord(2, 17, date(2026, 9, 1), date(2026, 9, 18))


def test_its_forecast_follows_the_earned_schedule(portfolio):
    """PV by weeks from 08-10: 24, 64, 64, 64, 64, 80; EV = 24 + 10 = 34, so ES = 1.25, AT = 2.2, SPI(t) = 0.568 and
    EAC(t) = 10.56 weeks: 53 working days after Sunday 08-09. One finish in seven weeks is too little for a P."""
    end = date(2026, 10, 27)

    assert portfolio.row("M-1").forecast == Forecast(
        "earned_schedule", end, end, end, None, None, "too_few_finishes", {"due_dates": date(2026, 9, 18)}
    )


def test_its_progress_and_its_work(portfolio):
    row = portfolio.row("M-1")

    assert row.progress == Progress("hours", Decimal(34), Decimal(80), 0.425, 0.8)
    assert row.work == WorkCounts(tasks=3, open=2, overdue=1, unassigned=1)
    assert row.leaves == {"pingcode/a": 24.0, "pingcode/b": 40.0, "pingcode/c": 16.0}
    assert row.weight_kind == "hours"


def test_every_reason_that_holds_is_listed_worst_first(portfolio):
    row = portfolio.row("M-1")

    assert (row.colour, row.own_colour, row.claimed) == (Colour.RED, Colour.RED, Colour.GREEN)
    assert [(finding.code, finding.severity, finding.workdays) for finding in row.findings] == [
        ("FORECAST_LATE", "red", 29),
        ("TSPI_HIGH", "red", None),
        ("BEHIND", "amber", None),
        ("CLAIM_MISMATCH", "amber", None),
        ("DUE_AFTER_PROMISE", "amber", 6),
        ("EXECUTION_LOW", "amber", None),
        ("PUSHED", "amber", None),
        ("UNASSIGNED", "amber", None),
    ]


def test_its_money(portfolio):
    """Forty-seven days at 0.05 % of the deal; the quarter ends on 09-30, between promise and forecast."""
    assert portfolio.row("M-1").money == Money(
        currency="CNY",
        at_risk_gross=Decimal(300000),
        at_risk_expected=Decimal(300000),
        assumed=True,
        penalty_today=Decimal(0),
        penalty_p85=Decimal(23500),
        leaving_quarter=Decimal(300000),
    )


def test_a_done_milestone_speaks_of_what_was(portfolio):
    row = portfolio.row("M-2")

    assert (row.colour, str(row.actual), row.due) == (Colour.DONE, "2026-08-12", None)
    assert row.slip == row.slip_first == Slip(actual=Span(2, 2))
    assert row.forecast == Forecast()
    assert row.findings == ()
    assert row.money == Money("CNY", Decimal(0), Decimal(0), False, Decimal(1000), Decimal(1000), Decimal(0))


def test_a_milestone_without_work_cannot_be_judged(portfolio):
    row = portfolio.row("M-3")

    assert (row.colour, row.progress, row.weight_kind, row.work) == (Colour.GREY, None, None, WorkCounts())
    assert [finding.code for finding in row.findings] == ["NO_DUE_DATE", "NO_LINKED_TASK"]
    assert row.forecast == Forecast(why_not="no_history")
    assert (row.money.at_risk_gross, row.money.at_risk_expected, row.money.assumed) == (0, 0, True)


def test_a_milestone_on_plan_has_no_reason(portfolio):
    row = portfolio.row("M-4")

    assert (row.colour, row.findings) == (Colour.GREEN, ())
    assert row.slip == Slip(plan=Span(-1, -1), forecast=Span(-1, -1))


def test_the_portfolio_as_a_whole(portfolio):
    result = portfolio.assess()

    assert [row.milestone.key for row in result.assessments] == ["M-1", "M-3", "M-4", "M-2"]
    assert result.deal_colours == {"D-1": Colour.RED}
    assert result.links["M-1"] == tuple(("pingcode", name) for name in ("a", "b", "c", "own"))
    assert result.tasks_without_milestone == 1
