"""What finished forecasts say of the next one: ratios at fixed days, a multiplier that does not jump, dates moved by it."""

from datetime import date, timedelta
from fractions import Fraction
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.forecast.calibration import Record, asked_for, chosen, later, multiplier, ratio_of
from bridge.plan.calendar import WorkCalendar

CALENDAR = WorkCalendar.china()
PROMISED = date(2026, 8, 31)
TEN_BEFORE = CALENDAR.add_workdays(PROMISED, -10)


def after(day, workdays):
    return CALENDAR.add_workdays(day, workdays)


def record(day, forecast_in, method="throughput"):
    return Record(day, method, after(day, forecast_in))


def test_a_milestone_that_took_half_as_long_again_has_a_ratio_of_one_and_a_half():
    assert ratio_of([record(TEN_BEFORE, 10)], PROMISED, after(TEN_BEFORE, 15), CALENDAR) == pytest.approx(1.5)


def test_several_horizons_of_one_milestone_are_one_value():
    early = CALENDAR.add_workdays(PROMISED, -20)
    actual = after(TEN_BEFORE, 20)

    ratio = ratio_of([record(early, 15), record(TEN_BEFORE, 10)], PROMISED, actual, CALENDAR)

    assert ratio == pytest.approx((30 / 15 * 20 / 10) ** 0.5)


def test_a_record_that_is_too_old_for_the_horizon_says_nothing():
    old = CALENDAR.add_workdays(TEN_BEFORE, -6)

    assert ratio_of([record(old, 10)], PROMISED, PROMISED, CALENDAR) is None
    assert ratio_of([record(after(old, 1), 10)], PROMISED, PROMISED, CALENDAR) is not None


@pytest.mark.parametrize("method", ["due_dates", "network", "reference_class", None])
def test_only_methods_that_project_a_pace_are_judged(method):
    assert ratio_of([record(TEN_BEFORE, 10, method)], PROMISED, PROMISED, CALENDAR) is None


def test_a_record_from_before_probabilities_were_kept_says_nothing():
    assert ratio_of([Record(TEN_BEFORE, "throughput", None)], PROMISED, PROMISED, CALENDAR) is None


def test_a_forecast_of_today_or_an_end_on_that_day_has_no_ratio():
    assert ratio_of([record(TEN_BEFORE, 0)], PROMISED, PROMISED, CALENDAR) is None
    assert ratio_of([record(TEN_BEFORE, 3)], PROMISED, TEN_BEFORE, CALENDAR) is None


def test_fewer_than_five_milestones_say_nothing_and_fewer_than_ten_only_hint():
    assert multiplier([2.0] * 4) is None
    assert not multiplier([2.0] * 9).is_sound
    assert multiplier([2.0] * 10).is_sound


def test_the_multiplier_is_pulled_towards_one_by_the_size_of_the_group():
    found = multiplier([1.5] * 10)

    assert float(found.factor) == pytest.approx(exp(0.5 * log(1.5)), abs=1e-4)
    assert float(multiplier([1.5] * 90).factor) == pytest.approx(exp(0.9 * log(1.5)), abs=1e-4)


def test_a_multiplier_never_leaves_its_bounds():
    assert multiplier([100.0] * 50).factor == 2
    assert multiplier([0.01] * 50).factor == Fraction(1, 2)


def test_the_own_class_speaks_where_ten_of_it_are_finished_and_else_all_together():
    ratios = {"上线": [1.5] * 10, "验收": [0.8] * 3, None: [0.8] * 4}

    assert chosen(ratios, "上线").n == 10
    assert chosen(ratios, "验收").n == 17
    assert chosen(ratios, None).n == 17
    assert chosen({}, "上线") is None


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
factors = st.fractions(Fraction(1, 2), Fraction(2), max_denominator=100)


@given(days, st.integers(0, 200), st.integers(0, 200), factors)
def test_asking_for_the_earlier_day_is_asking_whether_the_corrected_forecast_is_in_time(today, left, until, factor):
    forecast, wanted = after(today, left), after(today, until)

    in_time = later(forecast, today, factor, CALENDAR) <= wanted

    assert in_time == (forecast <= asked_for(wanted, today, factor, CALENDAR))


@given(days, st.integers(0, 200), factors)
def test_a_multiplier_of_one_moves_nothing_and_a_larger_one_nothing_earlier(today, left, factor):
    forecast = after(today, left)

    assert later(forecast, today, Fraction(1), CALENDAR) == forecast
    assert later(forecast, today, max(factor, Fraction(1)), CALENDAR) >= forecast


def test_a_day_that_has_passed_stays_where_it_is():
    today = date(2026, 8, 24)

    assert asked_for(today - timedelta(days=3), today, Fraction(3, 2), CALENDAR) == today - timedelta(days=3)


@given(st.lists(st.floats(0.1, 10), min_size=5, max_size=40), st.floats(1.01, 3))
def test_longer_ratios_never_make_a_smaller_multiplier(ratios, more):
    assert multiplier([ratio * more for ratio in ratios]).factor >= multiplier(ratios).factor
