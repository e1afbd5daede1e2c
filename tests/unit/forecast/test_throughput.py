"""Throughput: exact chances of being finished after w weeks, and the weeks they are learned from."""

from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.forecast.throughput import HORIZON_WEEKS, finish_distribution, weekly_history
from bridge.plan.calendar import WorkCalendar

HISTORIES = st.lists(st.integers(0, 6), min_size=1, max_size=13)


def test_the_published_example():
    distribution = finish_distribution([1, 1, 3], 2)

    assert distribution.cdf(1) == pytest.approx(1 / 3)
    assert distribution.cdf(2) == 1
    assert distribution.percentile(0.50) == distribution.percentile(0.85) == 2


def test_a_fair_coin_a_week_gives_the_negative_binomial():
    distribution = finish_distribution([0, 1], 2)

    assert [distribution.cdf(weeks) for weeks in range(6)] == [0, 0, 1 / 4, 1 / 2, 11 / 16, 13 / 16]
    assert distribution.percentile(0.5) == 3


def test_nothing_left_is_finished_now_whatever_the_history():
    for history in ([], [0, 0], [3]):
        assert finish_distribution(history, 0).cdf(0) == 1
        assert finish_distribution(history, 0).percentile(0.95) == 0


@pytest.mark.parametrize("history", [[], [0], [0, 0, 0]])
def test_a_history_without_a_finish_says_nothing(history):
    distribution = finish_distribution(history, 3)

    assert distribution.cdf(10) is None
    assert distribution.percentile(0.5) is None


def test_one_steady_week_is_certain():
    distribution = finish_distribution([4], 9)

    assert [distribution.cdf(weeks) for weeks in (0, 2, 3, 600)] == [0, 0, 1, 1]
    assert distribution.percentile(0.5) == distribution.percentile(1) == 3


def test_before_now_nothing_is_finished():
    assert finish_distribution([1, 2], 3).cdf(-1) == 0


def test_beyond_ten_years_there_is_no_percentile():
    assert finish_distribution([1], HORIZON_WEEKS).percentile(0.85) == HORIZON_WEEKS
    assert finish_distribution([1], HORIZON_WEEKS + 1).percentile(0.85) is None
    assert finish_distribution([0, 1, 2], 600).percentile(0.5) is None
    assert finish_distribution([0] * 12 + [1], 40).percentile(0.5) is not None


def test_a_percentile_on_the_boundary_is_not_missed_by_rounding():
    ten_weeks = [1] * 7 + [0] * 3

    assert finish_distribution(ten_weeks, 1).percentile(0.7) == 1
    assert finish_distribution([1] * 17 + [0] * 3, 1).percentile(0.85) == 1


@pytest.mark.parametrize(("history", "remaining"), [([-1, 2], 3), ([1], -1)])
def test_counts_are_never_negative(history, remaining):
    with pytest.raises(ValueError, match="negative"):
        finish_distribution(history, remaining)


@pytest.mark.parametrize("q", [0, -0.1, 1.01])
def test_a_confidence_lies_between_0_and_1(q):
    with pytest.raises(ValueError, match="confidence"):
        finish_distribution([1], 1).percentile(q)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=4), st.integers(1, 9), st.integers(0, 5))
def test_counting_equals_trying_every_sequence_of_weeks(history, remaining, weeks):
    sums = Counter(sum(sequence) for sequence in product(history, repeat=weeks))
    enough = sum(times for total, times in sums.items() if total >= remaining)

    got = finish_distribution(history, remaining).cdf(weeks)

    assert got == (float(Fraction(enough, len(history) ** weeks)) if any(history) else None)


@given(HISTORIES.filter(any), st.integers(1, 40))
def test_chances_never_fall_from_week_to_week(history, remaining):
    distribution = finish_distribution(history, remaining)
    chances = [distribution.cdf(weeks) for weeks in range(60)]

    assert chances == sorted(chances)
    assert 0 <= chances[0] <= chances[-1] <= 1


@settings(max_examples=50)
@given(HISTORIES.filter(any), st.integers(1, 30), st.floats(0.01, 0.99))
def test_a_percentile_is_the_first_week_with_enough_chance(history, remaining, q):
    distribution = finish_distribution(history, remaining)

    week = distribution.percentile(q)

    assert week is None or (distribution.cdf(week) >= q and distribution.cdf(week - 1) < q)
    assert week is not None or distribution.cdf(HORIZON_WEEKS) < q


@given(HISTORIES.filter(any), st.integers(1, 20), st.integers(0, 20))
def test_more_work_never_has_a_better_chance(history, remaining, weeks):
    less, more = finish_distribution(history, remaining), finish_distribution(history, remaining + 1)

    assert less.cdf(weeks) >= more.cdf(weeks)


@given(st.permutations([0, 3, 1, 0, 2, 5]), st.integers(1, 30))
def test_the_order_of_past_weeks_does_not_matter(history, remaining):
    assert finish_distribution(history, remaining).cdf(5) == finish_distribution([0, 3, 1, 0, 2, 5], remaining).cdf(5)


def test_a_thousand_forecasts_are_quick():
    history = [0, 3, 1, 2, 4, 0, 2, 1, 3, 2, 0, 5, 1]
    begin = process_time()

    for number in range(1_000):
        distribution = finish_distribution(history, 30 + number % 21)
        _ = [distribution.percentile(q) for q in (0.5, 0.85, 0.95)], distribution.cdf(9)

    assert process_time() - begin < 2


TODAY = date(2026, 8, 26)  # a Wednesday
CHINA = WorkCalendar.china()


def test_the_history_holds_the_weeks_that_ended_before_today():
    finished = [date(2026, 8, 3), date(2026, 8, 9), date(2026, 8, 10), date(2026, 8, 23), date(2026, 8, 24)]

    assert weekly_history(finished, date(2026, 1, 5), TODAY, CHINA, 4) == (0, 2, 1, 1)


def test_a_week_that_ends_today_is_not_over():
    sunday = date(2026, 8, 23)

    assert weekly_history([sunday], date(2026, 1, 5), sunday, CHINA, 2) == (0, 0)
    assert weekly_history([sunday], date(2026, 1, 5), sunday + timedelta(1), CHINA, 2) == (0, 1)


def test_the_history_begins_with_the_week_after_the_first_work():
    finished = [date(2026, 8, 6), date(2026, 8, 12)]

    assert weekly_history(finished, date(2026, 8, 9), TODAY, CHINA, 13) == (1, 0)
    assert weekly_history(finished, date(2026, 8, 10), TODAY, CHINA, 13) == (0,)
    assert weekly_history(finished, TODAY, TODAY, CHINA, 13) == ()
    assert weekly_history(finished, None, TODAY, CHINA, 13) == ()


def test_a_week_without_a_working_day_is_left_out():
    # The Spring Festival of 2026 takes the whole week of 16 February.
    weeks = weekly_history([date(2026, 2, 10), date(2026, 2, 17)], date(2026, 1, 5), date(2026, 3, 2), CHINA, 4)

    assert weeks == (0, 1, 0)
