"""The working calendar: China's announced years, guesses for later ones, and what an admin adds."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.plan.calendar import WorkCalendar, listed_by_package, monday

CHINA = WorkCalendar.china()
DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))


def test_2026_has_248_working_days():
    days = [date(2026, 1, 1) + timedelta(number) for number in range(365)]

    assert sum(map(CHINA.is_workday, days)) == 248
    assert CHINA.workdays(date(2025, 12, 31), date(2026, 12, 31)) == 248


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        (date(2026, 9, 30), date(2026, 10, 8), 1),
        (date(2026, 2, 13), date(2026, 2, 14), 1),
        (date(2026, 10, 1), date(2026, 10, 7), 0),
        (date(2026, 9, 1), date(2026, 9, 10), 7),
        (date(2026, 9, 10), date(2026, 9, 1), -7),
        (date(2026, 10, 3), date(2026, 10, 3), 0),
    ],
)
def test_workdays_count_after_the_first_day_up_to_the_last(a, b, expected):
    assert CHINA.workdays(a, b) == expected


@pytest.mark.parametrize("day", [date(2018, 12, 29), date(2026, 1, 4), date(2026, 2, 28), date(2026, 10, 10)])
def test_a_make_up_weekend_day_is_worked(day):
    assert day.weekday() >= 5
    assert CHINA.is_workday(day)


def test_years_without_an_announcement_are_estimated_and_never_raise():
    assert [year for year in range(2018, 2027) if CHINA.estimated(year)] == []
    assert CHINA.estimated(2028)
    assert CHINA.estimated(1900)
    assert CHINA.estimated(9999)
    assert not CHINA.is_workday(date(2028, 10, 2))
    assert CHINA.workdays(date(2026, 1, 1), date(9999, 12, 31)) > 2_000_000


def test_overrides_win_over_the_package():
    calendar = WorkCalendar.china(
        [
            (date(2026, 10, 5), "workday", "release"),
            (date(2026, 9, 1), "off", "founders"),
            (date(2026, 9, 5), "off", ""),
        ]
    )

    assert calendar.is_workday(date(2026, 10, 5))
    assert not calendar.is_workday(date(2026, 9, 1))
    assert calendar.workdays(date(2026, 8, 31), date(2026, 9, 6)) == 3
    assert calendar.workdays(date(2026, 9, 30), date(2026, 10, 8)) == 2


def test_of_two_overrides_of_a_day_the_last_counts():
    day = date(2026, 9, 1)

    assert WorkCalendar.china([(day, "off", ""), (day, "workday", "")]).is_workday(day)


def test_an_imported_announcement_ends_the_estimate_of_its_year_only():
    calendar = WorkCalendar.china([(date(2028, 1, 30), "workday", "春节"), (date(2028, 1, 27), "off", "春节")])

    assert not calendar.estimated(2028)
    assert calendar.estimated(2029)


def test_a_companys_own_days_do_not_confirm_a_year():
    calendar = WorkCalendar.china([(date(2028, 3, 4), "workday", "盘点"), (date(2028, 3, 6), "off", "公司休息")])

    assert calendar.is_workday(date(2028, 3, 4))
    assert calendar.estimated(2028)


def test_a_kind_of_day_that_does_not_exist_is_refused():
    with pytest.raises(ValueError, match="holiday"):
        WorkCalendar.china([(date(2026, 9, 1), "holiday", "")])


def test_from_december_on_the_next_year_must_be_announced():
    announced = WorkCalendar.china([(date(2028, 1, 30), "workday", "春节")])

    assert CHINA.unannounced_year(date(2027, 11, 30)) is None
    assert CHINA.unannounced_year(date(2027, 12, 1)) == 2028
    assert announced.unannounced_year(date(2027, 12, 31)) is None
    assert CHINA.unannounced_year(date(2025, 12, 31)) is None


def test_adding_no_working_day_stays_even_on_a_holiday():
    assert CHINA.add_workdays(date(2026, 10, 1), 0) == date(2026, 10, 1)


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (date(2026, 9, 30), 1, date(2026, 10, 8)),
        (date(2026, 10, 3), 1, date(2026, 10, 8)),
        (date(2026, 10, 9), 1, date(2026, 10, 10)),
        (date(2026, 10, 8), -1, date(2026, 9, 30)),
        (date(2026, 9, 1), -1, date(2026, 8, 31)),
    ],
)
def test_adding_working_days_jumps_over_days_off(day, n, expected):
    assert CHINA.add_workdays(day, n) == expected


def test_adding_past_a_year_off_finds_the_next_working_day():
    off = [(date(2027, 1, 1) + timedelta(number), "off", "closed") for number in range(365)]

    assert WorkCalendar.china(off).add_workdays(date(2026, 12, 31), 1).year == 2028


def test_leaving_the_calendar_is_an_error_of_arithmetic():
    with pytest.raises(OverflowError, match="9999"):
        CHINA.add_workdays(date(9999, 12, 1), 1_000)


@given(DAYS, st.integers(-900, 900))
def test_adding_working_days_is_the_inverse_of_counting_them(day, n):
    reached = CHINA.add_workdays(day, n)

    assert CHINA.workdays(day, reached) == n
    assert n == 0 or CHINA.is_workday(reached)


@given(DAYS, st.integers(0, 400))
def test_counting_agrees_with_looking_at_every_day(day, length):
    days = [day + timedelta(number) for number in range(1, length + 1)]

    assert CHINA.workdays(day, day + timedelta(length)) == sum(map(CHINA.is_workday, days))


@given(st.lists(DAYS, min_size=3, max_size=3))
def test_counts_add_up_over_any_stop_on_the_way(days):
    a, b, c = days

    assert CHINA.workdays(a, b) + CHINA.workdays(b, c) == CHINA.workdays(a, c)


@given(st.lists(DAYS, min_size=2, max_size=12))
def test_the_order_of_questions_does_not_change_answers(days):
    calendar = WorkCalendar.china()

    assert [calendar.workdays(a, b) for a, b in pairwise(days)] == [CHINA.workdays(a, b) for a, b in pairwise(days)]


def test_weeks_begin_on_monday():
    assert monday(date(2026, 8, 30)) == monday(date(2026, 8, 24)) == date(2026, 8, 24)


def test_an_announcement_confirms_its_year_whatever_it_calls_its_days_and_the_company_wins_over_it():
    announced = [(date(2028, 1, 30), "workday", ""), (date(2028, 1, 28), "off", "")]
    calendar = WorkCalendar.china([(date(2028, 1, 28), "workday", "交付")], announced=announced)

    assert not calendar.estimated(2028)
    assert calendar.is_workday(date(2028, 1, 30))
    assert calendar.is_workday(date(2028, 1, 28))


def test_a_year_may_be_judged_by_what_was_listed_of_it_at_another_time():
    seed = {2026: [(date(2026, 10, 1), "off", "国庆节")]}
    calendar = WorkCalendar.china(seed=seed)

    assert calendar.estimated(2026)
    assert not calendar.is_workday(date(2026, 10, 1))
    assert calendar.is_workday(date(2026, 10, 2))
    assert not calendar.estimated(2025)


@given(st.integers(2005, 2040))
def test_the_list_of_the_package_is_all_that_a_year_is_reckoned_with(year):
    seeded = WorkCalendar.china(seed={year: listed_by_package(year)})
    days = [date(year, 1, 1) + timedelta(number) for number in range(365)]

    assert list(map(seeded.is_workday, days)) == list(map(CHINA.is_workday, days))
    assert seeded.estimated(year) == CHINA.estimated(year)
