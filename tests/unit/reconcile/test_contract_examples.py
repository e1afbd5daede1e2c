"""Whole contracts by hand: penalties over holidays, tiers, grace and cap, money at risk, the quarter, currencies, yen."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.plan.document import Tier
from bridge.reconcile.money import penalty
from bridge.reconcile.run import assess
from bridge.report import view

HALF_PER_MILLE = (Tier(1, Decimal("0.0005")),)
RISING = (Tier(1, Decimal("0.0005")), Tier(11, Decimal("0.001")))


def reported(world):
    portfolio = world.portfolio()
    return view.build(portfolio, assess(portfolio), lang="zh", generated_at=datetime(2026, 10, 7, tzinfo=UTC))


def owed(world):
    row = reported(world)["milestones"][0]
    return row["money"]["penalty_today"], row["money"]["penalty_p85"]


def contract(world, promised="2026-09-30", due="2026-09-29", **deal):
    terms = {"amount": Decimal(1000000), "penalty_rate": HALF_PER_MILLE} | deal
    world.deal(**terms)
    world.milestone(promised=promised, contractual=True, amount=Decimal(300000))
    world.task("a", due=due)


@pytest.mark.parametrize(
    ("today", "late"),
    [("2026-09-30", "0.00"), ("2026-10-01", "500.00"), ("2026-10-07", "3500.00"), ("2026-10-08", "4000.00")],
)
def test_the_national_day_week_is_no_working_day_and_costs_for_each_of_its_days(make_world, today, late):
    world = make_world(today)
    contract(world)

    assert owed(world) == (late, late)


def test_the_slip_over_the_holiday_is_no_working_day_while_the_penalty_runs(make_world):
    world = make_world("2026-10-07")
    contract(world)

    row = reported(world)["milestones"][0]

    assert row["slip"]["overdue"] == {"workdays": 0, "days": 7}
    assert row["money"]["penalty_today"] == "3500.00"


def test_a_first_day_of_the_holiday_as_promise_makes_six_penalty_days_of_no_working_day(make_world):
    world = make_world("2026-10-07")
    contract(world, promised="2026-10-01")

    row = reported(world)["milestones"][0]

    assert row["slip"]["overdue"] == {"workdays": 0, "days": 6}
    assert row["money"]["penalty_today"] == "3000.00"


def test_grace_days_are_calendar_days_too(make_world):
    """Three days of grace end on 3 October; the 4th to the 7th cost."""
    world = make_world("2026-10-07")
    contract(world, penalty_grace_days=3)

    assert owed(world) == ("2000.00", "2000.00")


def test_tiers_count_from_the_first_day_after_the_grace(make_world):
    """19 late days, 5 of grace: ten days at 0.5 ‰ and four at 1 ‰ of a million."""
    world = make_world("2026-10-19")
    contract(world, penalty_rate=RISING, penalty_grace_days=5)

    assert owed(world) == ("9000.00", "9000.00")


def test_the_cap_holds_for_each_milestone_and_milestones_are_added_without_netting(make_world):
    world = make_world("2026-12-31")
    contract(world, penalty_cap=Decimal("0.02"))
    world.milestone("M-2", promised="2026-09-30", contractual=True, amount=Decimal(100000))
    world.task("b", due="2026-09-29", milestone="M-2")

    document = reported(world)

    assert [row["money"]["penalty_today"] for row in document["milestones"]] == ["20000.00", "20000.00"]
    assert document["summary"]["penalty_today"] == {"CNY": "40000.00"}


def test_the_forecast_costs_up_to_its_day_also_where_it_is_only_the_due_date(make_world):
    world = make_world("2026-09-28")
    contract(world, due="2026-10-08")

    assert owed(world) == ("0.00", "4000.00")


def test_gross_and_expected_money_at_risk_differ(make_world):
    """Red counts in full, an amber one by half as an assumption, a broken promise in full; done and grey count nothing."""
    world = make_world()
    world.milestone("M-1", amount=Decimal("1000.005"), promised="2026-09-10", contractual=True)
    world.task("a", due="2026-12-01", milestone="M-1")
    world.milestone("M-2", amount=Decimal(200), promised="2026-09-10")
    world.task("b", due="2026-09-11", milestone="M-2")
    world.milestone("M-3", amount=Decimal(40), promised="2026-08-20")
    world.task("c", due="2026-08-21", milestone="M-3")
    world.milestone("M-4", amount=Decimal(8), promised="2026-08-20", actual="2026-08-19")

    document = reported(world)
    rows = {row["key"]: row for row in document["milestones"]}

    assert {key: row["status"] for key, row in rows.items()} == {
        "M-1": "red", "M-2": "amber", "M-3": "amber", "M-4": "done",
    }  # fmt: skip
    assert [rows[key]["money"]["at_risk_expected"] for key in ("M-1", "M-2", "M-3", "M-4")] == [
        "1000.01", "100.00", "40.00", "0.00",
    ]  # fmt: skip
    assert [rows[key]["money"]["assumed"] for key in ("M-1", "M-2", "M-3", "M-4")] == [True, True, False, False]
    assert document["summary"]["at_risk_gross"] == {"CNY": "1000.01"}
    assert document["summary"]["at_risk_expected"] == {"CNY": "1140.01"}


def test_currencies_stand_side_by_side_and_yen_have_no_decimals(make_world):
    world = make_world("2026-10-07")
    for number, currency in enumerate(("CNY", "JPY", "USD"), 1):
        key = f"D-{number}"
        world.deal(key, currency=currency, amount=Decimal(1001), penalty_rate=HALF_PER_MILLE)
        world.milestone(f"M-{number}", deal=key, promised="2026-10-04", contractual=True, amount=Decimal("100.5"))
        world.task(f"t{number}", due="2026-10-04", milestone=f"M-{number}")

    summary = reported(world)["summary"]

    assert summary["penalty_today"] == {"CNY": "1.50", "JPY": "2", "USD": "1.50"}
    assert summary["at_risk_gross"] == {"CNY": "100.50", "JPY": "101", "USD": "100.50"}


def test_money_leaves_the_quarter_by_a_forecast_beyond_its_last_day(make_world):
    """Three tasks are left; the weeks so far finished one in three: the cautious forecast is in October."""
    world = make_world()
    world.milestone(amount=Decimal(300), promised="2026-09-15")
    for number in range(8):
        world.task(f"open{number}")
    for week in range(1, 8):
        world.finished(2, on=f"2026-07-{week * 3 + 5:02}", prefix=f"w{week}-")

    row = reported(world)
    forecast = row["milestones"][0]["forecast"]

    assert (forecast["method"], forecast["p85"] > "2026-09-30") == ("throughput", True)
    assert row["summary"]["leaving_quarter"] == {"CNY": "300.00"}


BASES = st.decimals(0, 10**9, places=2)
RATES = st.decimals(0, 1, places=5)
TIERS = st.lists(st.tuples(st.integers(1, 60), RATES), max_size=4, unique_by=lambda tier: tier[0])
CAPS = st.none() | RATES


@given(BASES, st.integers(-50, 400), TIERS, st.integers(0, 30), CAPS)
def test_a_penalty_is_the_sum_of_its_days(base, late, tiers, grace, cap):
    """Each late day after the grace costs the rate of the last tier that has begun; the cap ends it."""
    total = Decimal(0)
    for day in range(1, late - grace + 1):
        begun = [tier for tier in tiers if tier[0] <= day]
        total += max(begun)[1] * base if begun else 0

    assert penalty(base, late, tiers, grace, cap) == (total if cap is None else min(total, cap * base))


@given(BASES, st.integers(-50, 400), TIERS, st.integers(0, 30), CAPS)
def test_another_late_day_never_makes_a_penalty_smaller(base, late, tiers, grace, cap):
    assert penalty(base, late + 1, tiers, grace, cap) >= penalty(base, late, tiers, grace, cap) >= 0


def test_a_day_before_the_promise_owes_nothing(make_world):
    world = make_world(str(date(2026, 9, 1)))
    contract(world)

    assert owed(world) == ("0.00", "0.00")
