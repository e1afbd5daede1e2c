"""Reading days that an admin imports: every wrong row named at once, nothing taken from a wrong file."""

import json
from datetime import date

import pytest

from bridge.errors import Problems
from bridge.plan.calendar import WorkCalendar
from bridge.plan.calendar_files import parse_announcement, parse_csv, read_announcement

ANNOUNCEMENT = {
    "$schema": "…",
    "year": 2028,
    "papers": [],
    "days": [
        {"name": "春节", "date": "2028-01-26", "isOffDay": True},
        {"name": "春节", "date": "2028-01-30", "isOffDay": False},
    ],
}


def problems_of(read, text):
    with pytest.raises(Problems) as caught:
        read(text, "days.txt")
    return caught.value


def test_a_csv_is_read_with_or_without_a_heading():
    lines = "2026-09-01,off,司庆\n2026/9/5,workday\n\n2026年9月12日,上班,盘点\n"

    expected = (
        (date(2026, 9, 1), "off", "司庆"),
        (date(2026, 9, 5), "workday", ""),
        (date(2026, 9, 12), "workday", "盘点"),
    )
    assert parse_csv(lines) == expected
    assert parse_csv("\ufeffdate,kind,name\r\n" + lines) == expected


def test_an_empty_csv_changes_nothing():
    assert parse_csv("") == ()
    assert parse_csv("date,kind,name\n") == ()


def test_every_wrong_row_of_a_csv_is_named_with_its_value():
    problems = problems_of(parse_csv, "date,kind,name\n2026-02-30,off,x\n2026-09-01,maybe,y\n20260901,off,z\n")

    said = problems.say("en")
    assert len(problems.problems) == 3
    assert "days.txt row 2: '2026-02-30'" in said
    assert "days.txt row 3: 'maybe'" in said
    assert "days.txt row 4: '20260901'" in said
    assert "第二列" in problems.say("zh")


def test_a_day_cannot_be_both_worked_and_off():
    problems = problems_of(parse_csv, "2026-09-05,off,a\n2026-09-05,workday,b\n2026-09-05,off,c\n")

    assert len(problems.problems) == 1
    assert "row 2" in problems.say("en")
    assert "row 1 (off)" in problems.say("en")


def test_an_announcement_confirms_its_year():
    calendar = WorkCalendar.china(parse_announcement(json.dumps(ANNOUNCEMENT)))

    assert calendar.is_workday(date(2028, 1, 30))
    assert not calendar.is_workday(date(2028, 1, 26))
    assert not calendar.estimated(2028)


@pytest.mark.parametrize(
    ("document", "named"),
    [
        ("{", "not JSON"),
        ("[]", "days"),
        ('{"days": 3}', "days: 3"),
        ('{"days": [7]}', "days[1]: 7"),
        ('{"days": [{"name": "x", "date": "2028-01-26", "isOffDay": "yes"}]}', "days[1]"),
        ('{"days": [{"name": "x", "date": "26.1.2028", "isOffDay": true}]}', "'26.1.2028'"),
        ('{"days": [{"name": "x", "isOffDay": true}]}', "days[1]: ''"),
    ],
)
def test_a_wrong_announcement_names_the_place_and_the_value(document, named):
    problems = problems_of(parse_announcement, document)

    assert named in problems.say("en")
    assert problems.say("zh").startswith("days.txt")


def test_the_shape_of_an_announcement_is_told_by_its_first_character():
    (from_json,) = read_announcement("\ufeff " + json.dumps(ANNOUNCEMENT))
    (from_csv,) = read_announcement("2028-01-26,off,春节\n2028-01-30,workday,春节\n")

    assert from_json == from_csv
    assert from_json.year == 2028
    assert from_json.has_make_up_days


def test_a_csv_of_several_years_is_cut_by_year_and_new_year_takes_the_december_before():
    lines = "2027-12-26,workday,元旦\n2028-01-01,off,元旦\n2028-01-30,workday,春节\n2029-02-12,off,春节\n"

    found = read_announcement(lines)

    assert [(one.year, len(one.days), one.has_make_up_days) for one in found] == [(2028, 3, True), (2029, 1, False)]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('{"days": []}', "year: null"),
        ('{"year": "2028", "days": []}', 'year: "2028"'),
        ('{"year": true, "days": []}', "year: true"),
        ('{"year": 20280, "days": []}', "year: 20280"),
        ('{"year": 2028, "days": []}', "no day in it"),
        ('{"year": 2028, "days": [{"name": "x", "date": "2029-01-01", "isOffDay": true}]}', "2029-01-01"),
        ('{"year": 2028, "days": [{"name": "x", "date": "2027-11-30", "isOffDay": true}]}', "2027-11-30"),
        ("date,kind,name\n", "no day in it"),
        ("2028-01-26,off\n2028-13-01,off\n", "row 2"),
    ],
)
def test_an_announcement_that_is_wrong_anywhere_is_refused_with_the_place(text, named):
    assert named in problems_of(read_announcement, text).say("en")
