"""Weights of leaves, what was earned, and what should have been by now."""

from datetime import UTC, date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.forecast.facts import facts_of
from bridge.forecast.progress import earned_units, planned_units, progress, weigh
from bridge.forecast.quantity import decimal, exact
from bridge.model import Status

TODAY = date(2026, 6, 1)
PAST, FUTURE = date(2026, 5, 20), date(2026, 6, 20)


def state_of(leaves):
    facts = facts_of(leaves, UTC, TODAY)
    weights = weigh(facts)
    return progress(facts, weights, TODAY, planned_units(facts, weights))


def test_hours_weigh_when_four_of_five_leaves_have_them(record):
    leaves = [record(estimate_hours=hours, story_points=1.0) for hours in (8.0, 4.0, 2.0, 2.0, None)]

    weights = weigh(facts_of(leaves, UTC, TODAY))

    assert weights.kind == "hours"
    assert weights.of(leaves[0].task.ref) == 8
    assert weights.of(leaves[4].task.ref) == 4
    assert weights.total == 20


def test_points_weigh_when_hours_are_too_rare(record):
    leaves = [record(estimate_hours=hours, story_points=3.0) for hours in (8.0, 4.0, 2.0, None, None)]

    assert weigh(facts_of(leaves, UTC, TODAY)).kind == "points"


@pytest.mark.parametrize("amount", [None, 0.0, -3.0])
def test_items_are_counted_when_nothing_else_is_known(record, amount):
    leaves = [record(estimate_hours=amount, story_points=amount) for _ in range(3)]

    weights = weigh(facts_of(leaves, UTC, TODAY))

    assert (weights.kind, weights.total) == ("count", 3)


def test_a_mean_that_does_not_divide_is_exact(record):
    known = [record(estimate_hours=hours) for hours in (0.1, 0.2, 0.3, 0.3, 0.1, 0.1, 0.2)]
    unknown = record()

    weights = weigh(facts_of([*known, unknown], UTC, TODAY))

    assert weights.of(unknown.task.ref) == Fraction(13, 70)
    assert weights.total == Fraction(13, 10) + Fraction(13, 70)
    assert weights.amounts[0] == 0.1


def test_no_leaves_have_no_progress():
    assert state_of([]) is None


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": Status.DONE, "progress": 0.3}, 1),
        ({"status": Status.DOING, "progress": 0.3}, Fraction(3, 10)),
        ({"status": Status.DOING}, 0),
        ({"status": Status.TODO, "progress": 1.4}, 1),
        ({"status": Status.TODO, "progress": -0.1}, 0),
        ({"status": Status.UNMAPPED}, 0),
    ],
)
def test_a_leaf_earns_by_status_then_by_stated_progress(record, fields, expected):
    assert earned_units(facts_of([record(**fields)], UTC, TODAY), [1]) == expected


def test_progress_compares_what_is_done_with_what_was_planned(record):
    leaves = [
        record(estimate_hours=24.0, status=Status.DONE, due_on=PAST),
        record(estimate_hours=20.0, progress=0.5, due_on=TODAY),
        record(estimate_hours=36.0, due_on=FUTURE, changes=((TODAY, "due_on", "2026-06-10", "2026-06-20"),)),
    ]

    state = state_of(leaves)

    assert (state.weighed_by, state.done, state.total) == ("hours", Decimal(34), Decimal(80))
    assert (state.ratio, state.expected_ratio) == (0.425, 0.55)


def test_the_first_date_is_expected_not_the_pushed_one(record):
    pushed = record(due_on=FUTURE, changes=((TODAY, "due_on", "2026-05-20", "2026-06-20"),))

    assert state_of([pushed]).expected_ratio == 1


def test_nothing_is_expected_when_too_little_weight_has_a_date(record):
    leaves = [record(estimate_hours=79.0, due_on=PAST), record(estimate_hours=21.0)]
    enough = [record(estimate_hours=80.0, due_on=PAST), record(estimate_hours=20.0)]

    assert state_of(leaves).expected_ratio is None
    assert state_of(enough).expected_ratio == 1


@given(st.lists(st.integers(1, 4_000), min_size=1, max_size=30))
def test_everything_done_is_exactly_one(hundredths):
    weights = [exact(amount / 100) for amount in hundredths]

    assert sum(weights) == Fraction(sum(hundredths), 100)
    assert decimal(Fraction(sum(hundredths), 100)) == Decimal(sum(hundredths)) / 100
