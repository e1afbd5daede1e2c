"""Pushes of a date and the verdicts of milestone trend analysis."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.forecast.trend import history_since, milestone_trend, pushes, weekly

START = date(2026, 3, 1)
DUE = date(2026, 6, 1)


def reports(*moves, every=7):
    """Weekly reports whose forecast moves by so many days each time."""
    points, due = [(START, DUE)], DUE
    for number, move in enumerate(moves, 1):
        due += timedelta(move)
        points.append((START + timedelta(every * number), due))
    return points


@pytest.mark.parametrize(
    ("points", "verdict"),
    [
        ([], "few"),
        (reports(), "few"),
        (reports(30), "few"),
        (reports(0, 0), "stable"),
        (reports(3, -3, 3), "zigzag"),
        (reports(3, 0, -3, 0, 3), "zigzag"),
        (reports(0, 0, 14), "late_jump"),
        (reports(5, 0, 0, 0, 20), "late_jump"),
        (reports(0, 0, 20, 0), "late_jump"),
        (reports(0, 0, 13), "moving"),
        (reports(5, 0, 0, 20), "moving"),
        (reports(0, 20), "moving"),
        (reports(2, 2, 2), "continuous_slip"),
        (reports(2, 0, 2), "moving"),
        (reports(-2, -2, -2), "moving"),
        (reports(0, 0, 1, 0, 0), "stable"),
    ],
)
def test_the_first_verdict_that_holds(points, verdict):
    assert milestone_trend(points).verdict == verdict


def test_a_milestone_that_slips_half_a_day_each_day_is_projected_on_the_diagonal():
    points = reports(7, 7, 7, every=14)

    trend = milestone_trend(points)

    assert trend.slope == pytest.approx(0.5)
    assert (trend.pushes, trend.pulls, trend.last_move, trend.reversals) == (3, 0, 7, 0)
    # 92 days ahead on the first report, the gap closes by half a day a day: after 184 days.
    assert trend.projected == START + timedelta(184)


@pytest.mark.parametrize("points", [reports(7, 7, 7), reports(7, 7), reports(0, 0, 0, 0)])
def test_there_is_no_projection_without_three_moves_or_when_the_end_runs_away(points):
    assert milestone_trend(points).projected is None


def test_pulls_and_reversals_are_counted_between_real_moves():
    trend = milestone_trend(reports(5, 0, -2, -1, 0, 4))

    assert (trend.pushes, trend.pulls, trend.last_move, trend.reversals) == (2, 2, 4, 2)


def test_one_report_or_none_has_no_slope():
    assert milestone_trend([]).slope is None
    assert milestone_trend(reports()).slope is None
    assert milestone_trend(reports()).last_move == 0


def test_the_order_of_reports_does_not_matter_and_the_last_of_a_day_counts():
    points = reports(1, 5, 9)

    assert milestone_trend(points[::-1]) == milestone_trend(points)
    assert milestone_trend([(START, date(2027, 1, 1)), *points]) == milestone_trend(points)


def test_the_trend_is_judged_on_the_last_report_of_each_week():
    monday = date(2026, 3, 2)
    points = [
        (monday, DUE),
        (monday + timedelta(6), DUE + timedelta(1)),
        (monday + timedelta(7), None),
        (monday + timedelta(14), DUE + timedelta(2)),
        (monday + timedelta(15), None),
        (monday + timedelta(21), DUE + timedelta(3)),
    ]

    assert weekly(points) == [(points[1][0], points[1][1]), (points[5][0], points[5][1])]


def days(*dues):
    return [(START + timedelta(number), due) for number, due in enumerate(dues)]


@pytest.mark.parametrize(
    ("dues", "expected"),
    [
        ([], (0, 0, 0, 0)),
        ([None, None], (0, 0, 0, 0)),
        ([DUE], (0, 0, 0, 0)),
        ([None, DUE], (0, 0, 0, 0)),
        ([DUE, DUE + timedelta(9), DUE + timedelta(17)], (2, 0, 0, 17)),
        ([DUE, DUE + timedelta(9), DUE + timedelta(2)], (1, 1, 0, 9)),
        ([DUE, None, DUE + timedelta(9)], (1, 0, 1, 9)),
        ([DUE, None, None, DUE], (0, 0, 1, 0)),
        ([DUE, None, DUE - timedelta(1), None], (0, 1, 2, 0)),
    ],
)
def test_moves_of_a_date(dues, expected):
    moved = pushes(days(*dues))

    assert (moved.pushes, moved.pulls, moved.cleared, moved.pushed_days) == expected


def test_first_and_last_are_the_dates_that_were_given():
    moved = pushes(days(None, DUE, DUE + timedelta(9), None))

    assert (moved.first, moved.last) == (DUE, DUE + timedelta(9))
    assert (pushes([]).first, pushes([]).last) == (None, None)


def test_there_and_back_on_one_day_is_no_move():
    same_day = [(START, DUE), (START, DUE + timedelta(9)), (START, DUE)]

    assert pushes(same_day) == pushes([(START, DUE)])


def test_pushes_against_a_promise_start_from_the_value_of_its_day():
    history = days(DUE, DUE + timedelta(5), DUE + timedelta(9))

    assert pushes(history_since(history, START)).pushes == 2
    assert pushes(history_since(history, START + timedelta(1))).pushes == 1
    assert pushes(history_since(history, START + timedelta(2))).pushes == 0
    assert pushes(history_since(history, START - timedelta(1))).pushes == 2


def test_a_date_cleared_before_the_promise_is_still_what_the_next_is_compared_with():
    history = days(DUE, None, DUE + timedelta(9))

    moved = pushes(history_since(history, START + timedelta(1)))

    assert (moved.pushes, moved.pushed_days, moved.cleared) == (1, 9, 0)


@given(st.lists(st.integers(-30, 30), max_size=20))
def test_pushes_less_pulls_lead_from_the_first_date_to_the_last(moves):
    due, dues = DUE, [DUE]
    for move in moves:
        due += timedelta(move)
        dues.append(due)
    moved, back = pushes(days(*dues)), pushes(days(*dues[::-1]))

    assert moved.pushed_days - back.pushed_days == (moved.last - moved.first).days
    assert (moved.pushes, moved.pulls) == (back.pulls, back.pushes)
