"""Figures of finished milestones: worked by hand, and where nothing can be said."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.report.retro import metrics

FIVE = [
    (10, 12, 4, 2, 0.9, False),
    (20, 20, 0, 0, 0.8, True),
    (5, 10, 8, 5, 0.4, False),
    (40, 36, -4, -4, None, True),
    (25, 30, 5, 0, 1.0, True),
]


def test_five_milestones_worked_by_hand():
    found = metrics(FIVE)

    assert found.n == 5
    assert found.on_time_first == pytest.approx(2 / 5)
    assert found.on_time_last == pytest.approx(3 / 5)
    assert found.mean_slip == pytest.approx((2 + 0 + 5 - 4 + 0) / 5)
    assert found.median_slip == 0
    assert found.late_mean == pytest.approx(3.5)
    assert found.p85_slip == 5
    assert found.ratio_of_sums == pytest.approx(108 / 100)
    assert found.geometric_mean == pytest.approx((1.2 * 1.0 * 2.0 * 0.9 * 1.2) ** 0.2)
    assert found.p85_ratio == 2.0
    assert found.brier == pytest.approx((0.81 + 0.04 + 0.16 + 0.0) / 4)


def test_nothing_finished_says_nothing():
    found = metrics([])

    assert found.n == 0
    assert {getattr(found, name) for name in type(found).__slots__ if name != "n"} == {None}


def test_one_milestone_is_its_own_mean_median_and_quantile():
    found = metrics([(8, 10, 3, 3, 0.25, False)])

    assert (found.mean_slip, found.median_slip, found.late_mean, found.p85_slip) == (3, 3, 3, 3)
    assert found.ratio_of_sums == found.p85_ratio == 1.25
    assert found.geometric_mean == pytest.approx(1.25)
    assert found.brier == 0.0625


def test_where_all_are_on_time_nothing_is_said_of_the_late_ones():
    found = metrics([(10, 9, -1, -1, None, True), (10, 10, 0, 0, None, True)])

    assert (found.on_time_first, found.on_time_last) == (1.0, 1.0)
    assert found.late_mean is None
    assert found.brier is None


def test_a_plan_without_a_working_day_has_no_ratio_but_counts_in_the_sums():
    found = metrics([(0, 3, 3, 3, None, False), (10, 9, -1, -1, None, True)])

    assert found.p85_ratio == 0.9
    assert found.geometric_mean == pytest.approx(0.9)
    assert found.ratio_of_sums == 1.2


def test_plans_of_no_working_day_alone_have_no_ratio_at_all():
    found = metrics([(0, 3, 3, 3, None, False), (0, 0, 0, 0, None, True)])

    assert (found.ratio_of_sums, found.geometric_mean, found.p85_ratio) == (None, None, None)


def test_what_took_no_working_day_has_a_ratio_but_no_logarithm():
    found = metrics([(4, 0, -4, -4, None, True)])

    assert found.ratio_of_sums == found.p85_ratio == 0.0
    assert found.geometric_mean is None


def test_unknown_values_are_left_out_and_never_count_as_nothing():
    found = metrics([(None, None, None, None, 0.5, None), (10, 20, 6, 6, 0.5, False), (10, None, None, -2, None, True)])

    assert found.n == 3
    assert found.on_time_first == 0.0
    assert found.on_time_last == 0.5
    assert found.mean_slip == 2
    assert found.ratio_of_sums == 2.0
    assert found.brier == 0.25


def test_certain_and_right_scores_nothing_and_certain_and_wrong_scores_one():
    assert metrics([(1, 1, 0, 0, 1.0, True), (1, 1, 0, 0, 0, False)]).brier == 0
    assert metrics([(1, 1, 0, 0, 1.0, False), (1, 1, 0, 0, 0, True)]).brier == 1


days = st.integers(0, 300)
slips = st.integers(-60, 200)
rows = st.tuples(days, days, slips, slips, st.none() | st.floats(0, 1), st.booleans())


@given(st.lists(rows, min_size=1, max_size=30), st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(some, random):
    other = list(some)
    random.shuffle(other)

    one, two = metrics(some), metrics(other)

    for name in type(one).__slots__:
        assert getattr(one, name) == pytest.approx(getattr(two, name))


@given(st.lists(rows, min_size=1, max_size=30))
def test_every_figure_stays_within_what_it_is_made_of(some):
    found = metrics(some)
    last = [row[3] for row in some]
    ratios = [Fraction(row[1], row[0]) for row in some if row[0] > 0]

    assert min(last) - 1e-9 <= found.mean_slip <= max(last) + 1e-9
    assert found.p85_slip in last
    assert found.on_time_last == pytest.approx(sum(slip <= 0 for slip in last) / len(last))
    assert found.late_mean is None or found.late_mean > 0
    assert found.brier is None or 0 <= found.brier <= 1
    if ratios:
        assert sum(ratio <= found.p85_ratio * (1 + 1e-12) for ratio in ratios) >= math.ceil(0.85 * len(ratios) - 1e-9)
