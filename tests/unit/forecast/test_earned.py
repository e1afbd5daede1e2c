"""Earned schedule and its indices: constructed cases, the late project, and the edges."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.forecast.earned import earned_schedule, indices

PLANS = st.lists(st.integers(0, 20), min_size=1, max_size=12).map(
    lambda steps: [sum(steps[: number + 1]) for number in range(len(steps))]
)


def test_the_published_example():
    state = indices([4, 10, 20], 7, 3)

    assert earned_schedule([4, 10, 20], 7) == pytest.approx(1.5)
    assert (state.es, state.sv_t, state.spi_t, state.eac_t) == (1.5, -1.5, 0.5, 6)
    assert (state.sv, state.spi) == (-13, 0.35)
    assert state.eac_t_plan_rate == 4.5
    assert state.tspi is None


def test_a_project_that_ends_late_keeps_its_lateness():
    plan = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]

    state = indices(plan, 100, 14)

    assert state.spi == 1
    assert state.spi_t == pytest.approx(0.714, abs=0.005)
    assert (state.sv, state.sv_t, state.eac_t) == (0, -4, 14)


def test_in_the_middle_of_a_late_project_the_rest_must_be_faster():
    state = indices([10, 20, 30, 40, 50], 15, 3)

    assert (state.es, state.sv_t, state.spi_t) == (1.5, -1.5, 0.5)
    assert state.eac_t == 10
    assert state.eac_t_plan_rate == 6.5
    assert state.tspi == pytest.approx(1.75)


def test_time_inside_a_period_is_interpolated():
    state = indices([10, 20], 5, 0.5)

    assert (state.es, state.sv, state.spi, state.sv_t, state.spi_t) == (0.5, 0, 1, 0, 1)


def test_work_ahead_of_the_plan_is_positive():
    state = indices([10, 20, 40], 30, 2)

    assert (state.es, state.sv_t, state.spi_t) == (2.5, 0.5, 1.25)
    assert state.eac_t == pytest.approx(2.4)


@pytest.mark.parametrize(
    ("plan", "earned", "expected"),
    [
        ([4, 10, 20], 0, 0),
        ([4, 10, 20], 4, 1),
        ([4, 10, 20], 20, 3),
        ([4, 10, 20], 25, 3),
        ([4, 4, 10], 4, 2),
        ([0, 0, 5], 0, 2),
        ([0, 0, 5], 1, 2.2),
        ([5, 10, 10, 10], 10, 2),
        ([8], 2, 0.25),
    ],
)
def test_earned_schedule_at_the_edges_of_a_plan(plan, earned, expected):
    assert earned_schedule(plan, earned) == pytest.approx(expected)


@pytest.mark.parametrize("plan", [[], [0], [0, 0, 0]])
def test_a_plan_without_weight_has_no_earned_schedule(plan):
    state = indices(plan, 0, 1)

    assert earned_schedule(plan, 0) is None
    assert (state.es, state.sv, state.spi, state.sv_t, state.spi_t) == (None,) * 5
    assert (state.eac_t, state.eac_t_plan_rate, state.tspi) == (None,) * 3


def test_before_the_start_and_without_earnings_ratios_are_unknown():
    before, nothing = indices([5, 10], 0, 0), indices([5, 10], 0, 1)

    assert (before.spi, before.spi_t, before.eac_t, before.tspi) == (None, None, None, 1)
    assert (nothing.spi, nothing.spi_t, nothing.eac_t, nothing.eac_t_plan_rate) == (0, 0, None, 3)


def test_a_cumulative_plan_cannot_fall():
    with pytest.raises(ValueError, match="fall"):
        earned_schedule([5, 4], 1)


def test_a_quantity_must_be_a_number():
    with pytest.raises(ValueError, match="nan"):
        earned_schedule([1, 2], float("nan"))


def test_decimal_hours_do_not_drift():
    assert earned_schedule([0.1, 0.3], 0.1 + 0.0) == 1
    assert earned_schedule([0.1, 0.3, 0.6], 0.3) == 2


@given(PLANS.filter(lambda plan: plan[-1] > 0), st.fractions(0, 250))
def test_the_plan_wanted_just_what_was_earned_at_the_earned_schedule(plan, earned):
    es = earned_schedule(plan, earned)
    whole = int(es)
    before = plan[whole - 1] if whole else 0
    wanted = before + (Fraction(es) - whole) * (plan[whole] - before) if whole < len(plan) else plan[-1]

    assert float(wanted) == pytest.approx(float(min(earned, plan[-1])))


@given(PLANS.filter(lambda plan: plan[-1] > 0), st.integers(0, 200), st.integers(0, 20))
def test_earning_more_never_sets_back(plan, earned, more):
    assert earned_schedule(plan, earned) <= earned_schedule(plan, earned + more) <= len(plan)
