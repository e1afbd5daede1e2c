"""Announced holidays on their way into the reports: imported as a whole, told, and known as of a past day as they were."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from .conftest import PLAN, Site
from .test_reports import milestone, run_day, without_clock

BEFORE = date(2026, 11, 20)
TODAY = date(2026, 11, 27)
DECEMBER = date(2026, 12, 1)
CSV = "date,kind,name\n2027-02-05,off,春节\n2027-02-13,workday,春节\n"
FILE = {
    "year": 2027,
    "days": [
        {"name": "元旦", "date": "2026-12-27", "isOffDay": False},
        {"name": "春节", "date": "2027-02-11", "isOffDay": True},
        {"name": "春节", "date": "2027-02-13", "isOffDay": False},
    ],
}


@pytest.fixture
def planned(site: Site) -> Site:
    """M-1 is promised for 2027."""
    site.write("plan.toml", PLAN.replace("2026-09-01", "2027-02-26"))
    run_day(site, BEFORE)
    return site


def report(site: Site, day: date, *more: str) -> dict[str, Any]:
    return site.run("report", "--format", "json", *more, today=day).json  # type: ignore[no-any-return]


def test_an_imported_year_is_no_estimate_any_more_and_says_what_it_touches(planned: Site):
    path = str(planned.write("2027.csv", CSV))
    before = report(planned, TODAY)

    done = planned.run("calendar", "import", path, "--by", "王敏", "--json", today=TODAY)

    (told,) = done.json["years"]
    assert done.code == 0
    assert before["calendar"]["estimated_years"] == [2027]
    assert milestone(before, "M-1")["estimated_years"] == [2027]
    assert report(planned, TODAY)["calendar"]["estimated_years"] == []
    assert (told["year"], told["off"], told["make_up"], told["changed_days"]) == (2027, 1, 1, 1)
    assert told["workdays"] == told["workdays_before"] + 1
    assert told["promises"] == ["M-1"]


def test_the_json_of_holiday_cn_is_read_with_the_make_up_day_of_the_december_before(planned: Site):
    path = str(planned.write("2027.json", json.dumps(FILE)))

    said = planned.run("calendar", "import", path, "--lang", "en", today=TODAY).out
    december = planned.run("calendar", "show", "2026", "--json", today=TODAY).json

    assert "3 day(s) differ" in said
    assert "M-1" in said
    assert {"date": "2026-12-27", "kind": "workday", "name": "元旦", "origin": "announced"} in december["days"]
    assert december["workdays"] == 249


def test_a_wrong_file_changes_nothing_and_names_every_line(planned: Site):
    path = str(planned.write("2027.csv", CSV + "2027-02-30,off,x\n2027-03-01,maybe,x\n"))
    before = (planned.folder / "data" / "bridge.db").read_bytes()

    refused = planned.run("calendar", "import", path, "--lang", "en", today=TODAY)

    assert refused.code == 2
    assert "row 4: '2027-02-30'" in refused.err
    assert "row 5: 'maybe'" in refused.err
    assert (planned.folder / "data" / "bridge.db").read_bytes() == before


def test_a_file_that_is_not_there_is_named(planned: Site):
    refused = planned.run("calendar", "import", "nowhere.json", today=TODAY)

    assert refused.code == 2
    assert "nowhere.json" in refused.err


def test_a_corrected_announcement_replaces_the_year_as_a_whole(planned: Site):
    planned.run("calendar", "import", str(planned.write("2027.json", json.dumps(FILE))), today=TODAY)

    planned.run("calendar", "import", str(planned.write("2027.csv", CSV)), today=TODAY)
    again = planned.run("calendar", "import", str(planned.write("2027.csv", CSV)), "--json", today=TODAY).json

    shown = planned.run("calendar", "show", "2027", "--json", today=TODAY).json
    announced = [day["date"] for day in shown["days"] if day["origin"] == "announced"]
    assert announced == ["2027-02-05", "2027-02-13"]
    assert again["years"][0]["is_new"] is False
    assert planned.run("calendar", "show", "2026", "--json", today=TODAY).json["workdays"] == 248


def test_an_announcement_without_a_make_up_day_is_taken_but_stays_an_estimate_and_says_so(planned: Site):
    path = str(planned.write("2027.csv", "2027-02-05,off,春节\n"))

    done = planned.run("calendar", "import", path, "--lang", "en", today=TODAY)

    assert "stays an estimate" in done.err
    assert report(planned, TODAY)["calendar"]["estimated_years"] == [2027]


def test_from_december_on_check_and_report_ask_for_the_next_year_until_it_is_confirmed(planned: Site):
    november = planned.run("check", "--json", today=date(2026, 11, 30)).json["checks"]
    asked = planned.run("check", "--json", today=DECEMBER).json["checks"]
    said = {form: planned.run("report", "--format", form, today=DECEMBER).out for form in ("table", "md", "html")}
    quality = report(planned, DECEMBER)["data_quality"]
    planned.run("calendar", "import", str(planned.write("2027.csv", CSV)), today=DECEMBER)
    after = planned.run("check", "--json", today=DECEMBER).json["checks"]

    def code(checks: list[dict[str, Any]]) -> str:
        return next(line["code"] for line in checks if line["place"] == "calendar")

    assert [code(november), code(asked), code(after)] == ["ok", "year_not_announced", "ok"]
    assert all("2027年的放假安排还没有确认" in "".join(text.split()) for text in said.values())
    assert quality["unannounced_year"] == 2027
    assert report(planned, DECEMBER)["data_quality"]["unannounced_year"] is None


@pytest.mark.parametrize("form", ["table", "md", "html", "csv", "json"])
def test_every_form_of_the_report_tells_that_a_year_is_estimated(planned: Site, form: str):
    printed = planned.run("report", "--format", form, today=TODAY).out

    told = {"csv": "工作日为估算的年份", "json": '"estimated_years": [2027]'}.get(form, "2027 年的放假安排还没有公布")
    assert "".join(told.split()) in "".join(printed.split())
    assert "2027" in printed


def test_a_past_day_is_shown_with_the_calendar_that_was_known_then(planned: Site):
    then = report(planned, BEFORE)
    planned.write("days.csv", "2026-11-23,off,公司休息\n")
    settings = (planned.folder / "config.toml").read_text(encoding="utf-8")
    planned.write("config.toml", settings + '\n[calendar]\noverrides = "days.csv"\n')
    run_day(planned, TODAY)
    planned.run("calendar", "import", str(planned.write("2027.json", json.dumps(FILE))), today=TODAY)

    now, looked_back = report(planned, TODAY), report(planned, TODAY, "--as-of", str(BEFORE))
    today_again = report(planned, TODAY, "--as-of", str(TODAY))

    assert without_clock(looked_back) == without_clock(then)
    assert without_clock(today_again) == without_clock(now)
    assert now["calendar"] != then["calendar"]


def test_company_days_are_recorded_by_reconcile_and_outlive_the_file(planned: Site):
    plain = milestone(report(planned, TODAY), "M-2")["slip"]["overdue"]["workdays"]
    planned.write("days.csv", "2026-11-23,off,公司休息\n2026-11-24,off,公司休息\n")
    settings = (planned.folder / "config.toml").read_text(encoding="utf-8")
    planned.write("config.toml", settings + '\n[calendar]\noverrides = "days.csv"\n')
    run_day(planned, TODAY)
    then = report(planned, TODAY)
    planned.write("config.toml", settings)
    run_day(planned, DECEMBER)

    looked_back = report(planned, DECEMBER, "--as-of", str(TODAY))

    assert without_clock(looked_back) == without_clock(then)
    assert milestone(then, "M-2")["slip"]["overdue"]["workdays"] == plain - 2
