"""Money at risk, penalties and the quarter, by hand."""

from datetime import date
from decimal import Decimal

import pytest

from bridge.model import Colour
from bridge.plan.document import Tier
from bridge.reconcile.money import at_risk, leaves_quarter, penalty, quarter_end, share_at_risk
from bridge.reconcile.situation import Forecast

RATE = [(1, Decimal("0.001"))]


def test_a_penalty_grows_by_calendar_day_from_the_first_late_one():
    assert penalty(Decimal(100000), 6, RATE, 0, None) == Decimal(600)
    assert penalty(Decimal(100000), 0, RATE, 0, None) == 0
    assert penalty(Decimal(100000), -5, RATE, 0, None) == 0


def test_days_of_grace_cost_nothing_and_are_not_counted():
    assert penalty(Decimal(100000), 5, RATE, 5, None) == 0
    assert penalty(Decimal(100000), 7, RATE, 5, None) == Decimal(200)


def test_a_tier_holds_from_its_first_day_until_the_next_one():
    """Ten days at 0.1 %, then two days at 0.5 %, of 1,000."""
    tiers = [(1, Decimal("0.001")), (11, Decimal("0.005"))]

    assert penalty(Decimal(1000), 10, tiers, 0, None) == Decimal(10)
    assert penalty(Decimal(1000), 12, tiers, 0, None) == Decimal(20)
    assert penalty(Decimal(1000), 12, list(reversed(tiers)), 0, None) == Decimal(20)


def test_days_before_the_first_tier_cost_nothing():
    assert penalty(Decimal(1000), 12, [(11, Decimal("0.005"))], 0, None) == Decimal(10)


def test_the_cap_is_a_share_of_the_base():
    assert penalty(Decimal(100000), 365, RATE, 0, Decimal("0.05")) == Decimal(5000)


def test_expected_risk_sums_what_is_known():
    rows = [
        (Decimal("300000"), 0.12),
        (Decimal(100), 1),
        (None, 0.5),
        (Decimal(50), None),
        (Decimal(10), Decimal("0.5")),
    ]

    assert at_risk(rows) == Decimal("264005")


@pytest.mark.parametrize(
    ("colour", "commitment", "chance", "share", "assumed"),
    [
        (Colour.DONE, "2026-08-01", None, "0", False),
        (Colour.GREEN, "2026-08-23", 0.9, "1", False),
        (Colour.GREEN, "2026-08-24", 0.9, "0.1", False),
        (Colour.RED, "2026-09-01", None, "1", True),
        (Colour.AMBER, "2026-09-01", None, "0.5", True),
        (Colour.GREY, None, None, "0", True),
        (Colour.GREEN, "2026-09-01", None, "0", True),
    ],
)
def test_the_share_at_risk(colour, commitment, chance, share, assumed):
    promised = None if commitment is None else date.fromisoformat(commitment)

    assert share_at_risk(colour, promised, chance, date(2026, 8, 24)) == (Decimal(share), assumed)


@pytest.mark.parametrize(
    ("day", "end"),
    [
        ("2026-01-01", "2026-03-31"),
        ("2026-06-30", "2026-06-30"),
        ("2026-09-30", "2026-09-30"),
        ("2026-10-01", "2026-12-31"),
    ],
)
def test_the_end_of_a_calendar_quarter(day, end):
    assert str(quarter_end(date.fromisoformat(day))) == end


def leaving(commitment, expected, method="throughput", colour=Colour.RED):
    forecast = Forecast(method, None, date.fromisoformat(expected), None)
    return leaves_quarter(colour, date.fromisoformat(commitment), forecast, date(2026, 8, 24))


def test_money_leaves_the_quarter_when_it_was_promised_by_its_end_and_is_forecast_after_it():
    assert leaving("2026-09-30", "2026-10-01")
    assert leaving("2026-05-01", "2026-10-01")
    assert not leaving("2026-10-01", "2026-12-01")
    assert not leaving("2026-09-30", "2026-09-30")


def test_plain_due_dates_and_done_work_take_nothing_out_of_the_quarter():
    assert not leaving("2026-09-30", "2026-10-01", method="due_dates")
    assert not leaving("2026-09-30", "2026-10-01", colour=Colour.DONE)


def test_an_open_contract_milestone_owes_from_its_promise_to_today_and_to_its_forecast(world):
    world.deal(amount=Decimal(1000000), penalty_rate=(Tier(1, Decimal("0.0005")),), penalty_grace_days=2)
    world.milestone(promised="2026-08-20", contractual=True, amount=Decimal(300000))
    world.task("a", due="2026-08-31")

    money = world.row().money

    assert money.penalty_today == Decimal(1000)
    assert money.penalty_p85 == Decimal(4500)


def test_the_penalty_base_may_be_the_milestone_and_is_capped_there(world):
    world.deal(
        amount=Decimal(1000000),
        penalty_rate=(Tier(1, Decimal("0.01")),),
        penalty_base="milestone",
        penalty_cap=Decimal("0.02"),
    )
    world.milestone(promised="2026-08-20", contractual=True, amount=Decimal(300000))
    world.task("a", due="2026-08-31")

    assert world.row().money.penalty_today == Decimal(6000)


def test_a_done_milestone_owes_up_to_its_actual_date_in_both_figures(world):
    world.deal(amount=Decimal(1000000), penalty_rate=(Tier(1, Decimal("0.0005")),))
    world.milestone(promised="2026-08-10", contractual=True, actual="2026-08-12", amount=Decimal(300000))

    money = world.row().money

    assert (money.penalty_today, money.penalty_p85) == (Decimal(1000), Decimal(1000))
    assert (money.at_risk_gross, money.at_risk_expected) == (0, 0)


def test_without_a_forecast_date_the_penalty_at_p85_is_unknown(world):
    world.deal(amount=Decimal(1000), penalty_rate=(Tier(1, Decimal("0.0005")),))
    world.milestone(promised="2026-08-10", contractual=True)
    world.task("a")

    assert world.row().money.penalty_p85 is None
    assert world.row().money.penalty_today == Decimal(7)


def test_nothing_is_owed_outside_the_contract(world):
    world.deal(penalty_rate=(Tier(1, Decimal("0.0005")),))
    world.milestone(promised="2026-08-10")
    world.task("a")

    assert (world.row().money.penalty_today, world.row().money.penalty_p85) == (0, 0)


def test_a_missing_amount_is_unknown_and_the_deals_amount_never_stands_in(world):
    world.deal(amount=Decimal(1000000))
    world.milestone(promised="2026-08-10", contractual=True)
    world.task("a", due="2026-08-31")

    money = world.row().money

    assert (money.at_risk_gross, money.at_risk_expected, money.leaving_quarter) == (None, None, None)


def test_an_amber_milestone_past_its_promise_puts_its_whole_amount_at_expected_risk(world):
    world.milestone(promised="2026-08-10", amount=Decimal(500))
    world.task("a", due="2026-08-20")

    money = world.row().money

    assert (money.at_risk_gross, money.at_risk_expected, money.assumed) == (0, Decimal(500), False)
