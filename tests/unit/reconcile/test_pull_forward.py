"""Which milestones could still be brought into a period: what is reachable, in which order, in which currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bridge.plan.document import Goal
from bridge.reconcile.pull_forward import currency_of

END = date(2026, 9, 30)


def goal(**values):
    fields = {"target": Decimal(5000), "current": Decimal(1000), "due": END, "unit": "CNY"} | values
    return Goal("G-1", "三季度回款", **fields)


def pulled(world, **values):
    world.goals = [goal(**values)]
    return [(one.milestone, one.workdays) for one in world.assess().goals[0].pull_forward]


@pytest.fixture
def world(make_world):
    """Today is 24 August, the goal ends on 30 September, a Wednesday before eight days off; 9 and 12 October are worked."""
    made = make_world()
    made.deal(goal="G-1")
    return made


def planned(world, key="M-1", due="2026-10-12", amount=600, **values):
    world.milestone(key, amount=None if amount is None else Decimal(amount), **values)
    world.task(f"of-{key}", due=due, milestone=key)


def test_what_is_expected_soon_after_the_end_could_be_brought_into_the_period(world):
    """After 30 September come 8, 9, 10 (a make-up Saturday) and 12 October."""
    planned(world)

    assert pulled(world) == [("M-1", 4)]


def test_days_off_alone_need_no_working_day(world):
    planned(world, due="2026-10-07")

    assert pulled(world) == [("M-1", 0)]


@pytest.mark.parametrize(
    ("due", "reachable"), [("2026-09-30", False), ("2026-10-20", True), ("2026-10-21", False), (None, False)]
)
def test_it_must_come_after_the_end_and_no_more_than_ten_working_days_after(world, due, reachable):
    planned(world, due=due)

    assert bool(pulled(world)) is reachable


def test_no_more_days_can_be_gained_than_are_left(world):
    """On 28 September two working days are left until the end, and four must be gained."""
    world.today = "2026-09-28"
    planned(world, promised="2026-10-20")

    assert pulled(world) == []


def test_an_even_chance_is_reachable_whatever_the_cautious_forecast_says(world):
    """One week in seven finishes everything: an even chance within five weeks, 85 % only after thirteen."""
    planned(world, due=None, promised="2026-12-01")
    world.finished(10, on="2026-07-15")

    forecast = world.row().forecast
    row = pulled(world)

    assert forecast.p50 <= END < forecast.p85
    assert [key for key, _ in row] == ["M-1"]


def test_what_is_blocked_waits_for_somebody_else(world):
    planned(world)
    world.task("stuck", due="2026-09-20", blocked=True)

    assert pulled(world) == []


def test_a_predecessor_that_comes_after_the_end_holds_its_successor(world):
    planned(world, "M-1", due="2026-10-09")
    planned(world, "M-2", depends_on=("M-1",), amount=None)
    planned(world, "M-3", depends_on=("M-1",))

    assert pulled(world) == [("M-1", 2)]


def test_what_brings_most_money_for_each_day_stands_first_and_days_off_before_all(world):
    planned(world, "M-1", due="2026-10-12", amount=800)
    planned(world, "M-2", due="2026-10-09", amount=500)
    planned(world, "M-3", due="2026-10-05", amount=1)
    planned(world, "M-4", due="2026-10-08", amount=250)

    assert pulled(world) == [("M-3", 0), ("M-2", 2), ("M-4", 1), ("M-1", 4)]


def test_missing_amounts_done_work_other_goals_and_other_currencies_are_left_out(world):
    world.deal("D-2")
    world.deal("D-3", goal="G-1", currency="USD")
    planned(world, "M-1", amount=None)
    planned(world, "M-2", actual="2026-08-20")
    planned(world, "M-3", deal="D-2")
    planned(world, "M-4", deal="D-3")
    planned(world, "M-5")

    assert pulled(world) == [("M-5", 4)]


def test_a_goal_that_is_reached_or_has_no_end_needs_nothing(world):
    planned(world)

    assert pulled(world, current=Decimal(9000)) == []
    assert pulled(world, due=None) == []


def test_where_the_gap_is_unknown_the_candidates_are_told_nevertheless(world):
    planned(world)

    assert pulled(world, target=None) == [("M-1", 4)]


def test_over_the_whole_portfolio_the_calendar_quarter_is_the_period(world):
    world.deal("D-2", currency="USD")
    planned(world, "M-1")
    planned(world, "M-2", deal="D-2", due="2026-10-08")

    found = [(one.milestone, one.currency, one.workdays) for one in world.assess().pull_forward]

    assert found == [("M-2", "USD", 1), ("M-1", "CNY", 4)]


@pytest.mark.parametrize(
    ("unit", "currencies", "counted_in"),
    [
        ("cny", ["CNY"], "CNY"),
        ("元", ["CNY"], "CNY"),
        ("美元", ["CNY"], "USD"),
        (None, ["USD"], "USD"),
        (None, ["USD", "CNY"], None),
        ("万元", ["CNY"], None),
        ("单", ["CNY"], None),
        ("ARR", ["CNY"], None),
        ("KZT", ["KZT"], "KZT"),
    ],
)
def test_a_goal_is_counted_in_the_currency_of_its_unit(unit, currencies, counted_in):
    assert currency_of(goal(unit=unit), currencies) == counted_in


def test_amounts_of_another_currency_than_the_goals_are_not_added_to_it(world):
    world.goals = [goal(unit="USD")]
    planned(world, due="2026-09-10")

    state = world.assess().goals[0]

    assert (state.expected, state.gap) == (None, None)
