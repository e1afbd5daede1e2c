"""Goal gap and the pipeline needed to close it."""

from datetime import date
from decimal import Decimal

import pytest

from bridge.plan.document import Goal

HALF = Decimal("0.5")


def goal(**values):
    fields = {"target": Decimal(5000), "current": Decimal(3000), "due": date(2026, 9, 30), "win_rate": HALF} | values
    return Goal("G-1", "三季度签约", **fields)


def test_what_is_expected_by_the_end_of_the_period_narrows_the_gap(world):
    world.goals = [goal()]
    world.deal(goal="G-1")
    world.milestone("M-1", amount=Decimal(600), promised="2026-09-01")
    world.milestone("M-2", amount=Decimal(700), promised="2026-09-01")
    world.task("in", due="2026-09-30", milestone="M-1")
    world.task("after", due="2026-10-08", milestone="M-2")

    state = world.assess().goals[0]

    assert (state.expected, state.gap, state.pipeline_needed) == (Decimal(3600), Decimal(1400), Decimal(2800))


def test_a_probability_is_asked_for_the_end_of_the_period_not_for_the_promise(world):
    """Seven weeks, two of them with five finishes: five whole weeks of five working days until 09-30 (27 of them)."""
    world.goals = [goal()]
    world.deal(goal="G-1")
    world.milestone(amount=Decimal(1000), promised="2026-08-25")
    world.task("a")
    world.finished(5, on="2026-07-08", prefix="x")
    world.finished(5, on="2026-07-15", prefix="y")

    state = world.assess().goals[0]

    assert float(state.expected) == pytest.approx(3000 + 1000 * (1 - (5 / 7) ** 5))


def test_what_is_done_is_in_the_current_value_already(world):
    world.goals = [goal()]
    world.deal(goal="G-1")
    world.milestone(amount=Decimal(600), actual="2026-08-20")
    world.snapshot("2026-08-19", due="2026-08-20")

    assert world.assess().goals[0].expected == Decimal(3000)


def test_money_of_other_goals_and_missing_amounts_add_nothing(world):
    world.goals = [goal()]
    world.deal("D-2", goal="G-2")
    world.deal(goal="G-1")
    world.milestone("M-1", deal="D-2", amount=Decimal(600))
    world.milestone("M-2")

    assert world.assess().goals[0].expected == Decimal(3000)


def test_currencies_are_never_added(world):
    world.goals = [goal()]
    world.deal(goal="G-1")
    world.deal("D-2", goal="G-1", currency="USD")
    world.milestone("M-1", amount=Decimal(600))
    world.milestone("M-2", deal="D-2", amount=Decimal(600))

    state = world.assess().goals[0]

    assert (state.expected, state.gap, state.pipeline_needed) == (None, None, None)


@pytest.mark.parametrize("missing", ["target", "current", "due", "win_rate"])
def test_what_cannot_be_computed_is_unknown(world, missing):
    world.goals = [goal(**{missing: None})]

    state = world.assess().goals[0]

    assert state.pipeline_needed is None
    assert (state.gap is None) == (missing != "win_rate")
