"""The outside view: quantiles of a class of finished milestones, and what they mean for a new one."""

from datetime import date

import pytest

from bridge.forecast.reference import ReferenceClass, finishes, quantile, share_on_time
from bridge.plan.calendar import WorkCalendar

CHINA = WorkCalendar.china()
START, FINISH = date(2026, 6, 1), date(2026, 6, 15)


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [
        ([15, 20, 35, 40, 50], 0.05, 15),
        ([15, 20, 35, 40, 50], 0.30, 20),
        ([15, 20, 35, 40, 50], 0.40, 20),
        ([15, 20, 35, 40, 50], 0.50, 35),
        ([15, 20, 35, 40, 50], 1.00, 50),
        ([3, 1, 2], 0, 1),
        ([1.4], 0.85, 1.4),
        ([], 0.5, None),
    ],
)
def test_the_nearest_rank(values, q, expected):
    assert quantile(values, q) == expected


def test_a_rank_is_not_missed_by_rounding():
    assert quantile(range(1, 21), 0.55) == 11
    assert quantile(range(1, 101), 0.29) == 29


def test_a_share_lies_between_0_and_1():
    with pytest.raises(ValueError, match="share"):
        quantile([1], 1.5)


def test_ten_finished_milestones_say_when_this_one_ends():
    plan = CHINA.workdays(START, FINISH)
    outcomes = ReferenceClass(START, FINISH, tuple((5 + number, 5) for number in range(10)))

    days = finishes(outcomes, START, CHINA)

    assert days[0] == FINISH
    assert days[-1] == CHINA.add_workdays(START, -(-plan * 14 // 5))
    assert days == sorted(days)


def test_nine_are_not_enough_and_a_plan_of_no_days_says_nothing():
    nine = ((5, 5),) * 9

    assert finishes(ReferenceClass(START, FINISH, (*nine, (3, 0))), START, CHINA) is None
    assert finishes(ReferenceClass(START, START, (*nine, (5, 5))), START, CHINA) is None


def test_no_finish_is_before_today():
    late = date(2026, 9, 1)

    assert set(finishes(ReferenceClass(START, FINISH, ((5, 5),) * 10), late, CHINA)) == {late}


def test_the_share_on_time_is_nothing_once_the_day_has_passed():
    days = [date(2026, 6, 10), date(2026, 6, 12), date(2026, 6, 20), date(2026, 6, 30)]

    assert share_on_time(days, date(2026, 6, 12), START) == 0.5
    assert share_on_time(days, date(2026, 6, 12), date(2026, 6, 13)) == 0
