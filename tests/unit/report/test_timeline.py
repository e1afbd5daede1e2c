"""Dates on the axis that all rows share."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bridge.report.rows import Row, rows
from bridge.report.timeline import EDGE, WIDTH, axis, timeline
from tests.replacing import replace

TODAY = date(2026, 8, 24)


@pytest.fixture
def open_row(sample) -> Row:
    return rows(sample("zh"), "zh")[1]


def test_later_days_lie_further_right_and_all_of_them_inside(open_row):
    on = axis([open_row], TODAY)

    places = [on.x(day) for day in (open_row.first_promise, open_row.promise, open_row.due, open_row.p85)]

    assert places == sorted(places)
    assert EDGE <= on.x(TODAY) < places[0]
    assert places[-1] <= WIDTH - EDGE


def test_worrying_rows_decide_the_axis_and_what_lies_beyond_is_drawn_at_its_edge(open_row):
    far = replace(open_row, status="green", promise=TODAY + timedelta(days=400), due=None, p50=None, p85=None)
    on = axis([open_row, far], TODAY)

    line = timeline(far, on, "zh")

    assert on.last < TODAY + timedelta(days=100)
    assert [(mark.x, mark.is_off) for mark in line.marks if mark.kind == "promise"] == [(WIDTH - EDGE, True)]


def test_a_report_of_done_milestones_alone_still_has_an_axis_around_today():
    on = axis([], TODAY)

    assert on.first < TODAY < on.last
    assert on.months("zh")


def test_lateness_reaches_from_the_promise_to_the_latest_expected_date(open_row):
    on = axis([open_row], TODAY)

    line = timeline(open_row, on, "zh")

    assert line.late == (on.x(open_row.promise), on.x(open_row.p85))
    assert line.forecast == (on.x(open_row.p50), on.x(open_row.p85))


def test_an_early_milestone_is_not_late(open_row):
    early = replace(open_row, promise=TODAY + timedelta(days=90))

    assert timeline(early, axis([early], TODAY), "zh").late is None


def test_dates_from_due_dates_alone_are_no_forecast(open_row):
    bare = replace(open_row, is_from_due_dates=True, p50=None)

    line = timeline(bare, axis([bare], TODAY), "zh")

    assert line.forecast is None
    assert "P50" not in line.text


def test_a_method_that_gives_one_date_is_drawn_as_a_point(open_row):
    single = replace(open_row, p50=None)
    on = axis([single], TODAY)

    assert timeline(single, on, "zh").forecast == (on.x(single.p85), on.x(single.p85))


def test_a_milestone_without_any_date_has_no_line(open_row):
    blank = replace(open_row, first_promise=None, promise=None, due=None, p50=None, p85=None)

    assert timeline(blank, axis([blank], TODAY), "zh") is None


def test_the_line_is_told_in_words(open_row):
    line = timeline(open_row, axis([open_row], TODAY), "en")

    assert line.text == (
        "first promise 1 Sep; promise 10 Sep; date in the tool 18 Sep; forecast (P50–P85) 14 Sep – 20 Sep"
    )


def test_months_are_named_across_the_turn_of_the_year_and_thinned_where_they_are_many():
    december = date(2026, 12, 20)
    on = replace(axis([], december), first=date(2026, 11, 20), last=date(2028, 2, 10))

    names = [name for _, name in on.months("en")]

    assert len(names) == 15
    assert [name for name in names if name][:2] == ["Dec", "Mar"]
