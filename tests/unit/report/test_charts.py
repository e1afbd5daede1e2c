"""What charts show of a history that is known, and what they say where there is too little of it."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bridge.language import LANGUAGES, Lang
from bridge.report.chart_course import Burn, Said, burn_up, course
from bridge.report.chart_load import Week, load
from bridge.report.chart_portfolio import Counted, Dated, contractual, statuses
from bridge.report.chart_risks import risks
from bridge.report.chart_work import MOST, Bar, Wait, work
from bridge.report.charts import Chart

TODAY = date(2026, 8, 24)
PROMISE, LATER = date(2026, 9, 1), date(2026, 9, 10)
REPORTS = (
    Said(date(2026, 8, 3), PROMISE, date(2026, 8, 28), None, "green"),
    Said(date(2026, 8, 10), PROMISE, date(2026, 9, 4), date(2026, 9, 8), "amber"),
    Said(TODAY, LATER, date(2026, 9, 4), date(2026, 9, 12), "amber"),
)
BURN = Burn(
    "hours",
    ((date(2026, 7, 20), Decimal(8)), (date(2026, 8, 10), Decimal("20.5"))),
    ((date(2026, 8, 3), Decimal(60)), (TODAY, Decimal(64))),
    Decimal(4),
    "throughput",
    date(2026, 9, 7),
    date(2026, 9, 14),
    PROMISE,
)
BARS = (
    Bar(("pc", "1"), "PAY-1 开发", "late", date(2026, 8, 10), date(2026, 8, 20), date(2026, 8, 3), date(2026, 8, 14)),
    Bar(("pc", "2"), "PAY-2 联调", "todo", None, date(2026, 8, 28)),
    Bar(("pc", "3"), "PAY-3 验收", "todo", None, None),
)
COUNTS = {"red": 1, "amber": 2, "grey": 0, "green": 3, "done": 4}


def series(chart: Chart, name: str) -> dict[str, Any]:
    assert chart.option is not None
    (found,) = (one for one in chart.option["series"] if one.get("name") == name)
    return dict(found)


def values(chart: Chart, name: str) -> list[list[Any]]:
    return [point["value"] for point in series(chart, name)["data"]]


def test_the_trend_has_every_recorded_day_and_nothing_between():
    chart = course(REPORTS, TODAY, "zh")

    assert values(chart, "承诺") == [
        ["2026-08-03", "2026-09-01"],
        ["2026-08-10", "2026-09-01"],
        ["2026-08-24", "2026-09-10"],
    ]
    assert values(chart, "工具中的日期")[1] == ["2026-08-10", "2026-09-04"]
    assert values(chart, "预计 P85")[0] == ["2026-08-03", None]
    assert chart.rows[0] == ("8月24日", "要留意", "9月10日", "9月4日", "9月12日")
    assert len(chart.rows) == 3


def test_a_day_like_the_one_before_needs_no_row_but_the_newest_has_one():
    same = [Said(date(2026, 8, day), PROMISE, PROMISE, None, "green") for day in (3, 4, 5)]

    assert [row[0] for row in course(same, TODAY, "zh").rows] == ["8月5日", "8月3日"]


def test_one_recorded_day_is_no_course():
    chart = course(REPORTS[:1], TODAY, "en")

    assert chart.option is None and "1 day(s) on record" in chart.blank and len(chart.rows) == 1


def test_finished_work_and_all_of_it_are_drawn_as_far_as_they_are_known():
    chart = burn_up(BURN, TODAY, "zh")

    assert values(chart, "已完成") == [["2026-07-20", 8.0], ["2026-08-10", 20.5], ["2026-08-24", 20.5]]
    assert values(chart, "总量") == [["2026-08-03", 60.0], ["2026-08-24", 64.0]]
    assert "已完成 20.5 / 64 小时" in chart.said and "9月7日到9月14日" in chart.said
    assert ("8月3日", "8", "60") in chart.rows and ("7月20日", "8", None) in chart.rows
    assert any("4" in line for line in chart.remarks)


def test_the_fan_opens_from_what_is_finished_today_to_all_of_it():
    chart = burn_up(BURN, TODAY, "zh")

    corners = series(chart, "预计范围 P50–P85")["data"]
    assert corners == [["2026-08-24", 20.5], ["2026-09-07", 64.0], ["2026-09-14", 64.0]]
    assert values(chart, "预计 P85") == [["2026-08-24", 20.5], ["2026-09-14", 64.0]]


@pytest.mark.parametrize(
    ("burn", "why"),
    [(None, "no tasks"), (Burn("count", (), ((TODAY, Decimal(3)),)), "none finished")],
)
def test_work_of_which_nothing_is_finished_is_said_and_not_drawn(burn: Burn | None, why: str):
    chart = burn_up(burn, TODAY, "zh")

    assert chart.option is None and "还画不出完成量" in chart.blank, why


def test_a_forecast_far_away_is_told_beside_the_drawing():
    far = burn_up(Burn("count", BURN.finished, BURN.totals, method="throughput", p85=date(2029, 1, 1)), TODAY, "zh")

    assert far.option is not None and far.option["xAxis"]["max"] < "2027"
    assert "P85 是2029年1月1日，远在图外" in far.remarks


def test_a_bar_holds_its_last_day_and_an_arrow_leads_to_what_waits():
    chart = work(BARS, (Wait(("pc", "1"), ("pc", "2")), Wait(("pc", "2"), ("pc", "9"))), PROMISE, TODAY, "zh")

    assert values(chart, "已逾期") == [["2026-08-10", "2026-08-21", 0, 0.5, 0.14]]
    assert values(chart, "最初的日期") == [["2026-08-03", "2026-08-15", 0, 0.16, 0.72]]
    assert chart.option is not None
    (arrows,) = (one for one in chart.option["series"] if one.get("shape") == "arrow")
    assert arrows["data"] == [["2026-08-21", 0, "2026-08-28", 1, 0]]
    assert chart.option["yAxis"]["data"] == ["PAY-1 开发", "PAY-2 联调"]
    assert "另有 1 个任务没有日期，没有画" in chart.remarks


def test_only_the_most_urgent_tasks_are_drawn_and_the_others_counted():
    many = [Bar(("pc", str(n)), f"PAY-{n}", "todo", TODAY, TODAY) for n in range(MOST + 5)]
    chart = work(many, (), None, TODAY, "en")

    assert len(values(chart, "to do")) == MOST
    assert "5 more" in chart.remarks[0]


def test_statuses_stack_worst_first_and_what_is_nothing_has_no_number():
    days = [Counted(date(2026, 8, 17), COUNTS), Counted(TODAY, {**COUNTS, "grey": 1})]
    chart = statuses(days, TODAY, "zh")

    assert chart.option is not None
    assert [one["name"] for one in chart.option["series"]] == ["会失守", "要留意", "无法判断", "正常", "已完成"]
    assert values(chart, "无法判断") == [["2026-08-17", None], ["2026-08-24", 1]]
    assert statuses(days[:1], TODAY, "zh").option is None


def test_each_contractual_milestone_has_the_last_date_of_every_week():
    dates = ((date(2026, 8, 3), PROMISE), (date(2026, 8, 5), LATER), (date(2026, 8, 12), None), (TODAY, LATER))
    known = Dated("M-1", "联调", "red", dates)
    fresh = Dated("M-2", "上线", "green", ((TODAY, LATER),))
    chart = contractual((known, fresh), TODAY, "zh")

    assert values(chart, "M-1") == [["2026-08-05", "2026-09-10"], ["2026-08-24", "2026-09-10"]]
    assert [row[0] for row in chart.rows] == ["M-1 联调", "M-2 上线"]
    assert contractual((fresh,), TODAY, "zh").option is None


def test_a_week_shows_what_does_not_fit():
    chart = load((Week(date(2026, 8, 24), 40, 8, 40),), TODAY, "zh")

    assert values(chart, "排得下") == [[0, 40]] and values(chart, "排不下") == [[0, 8]]
    assert load((Week(date(2026, 8, 24), 0, 0, 40),), TODAY, "zh").option is None


def test_a_risk_without_figures_is_counted_beside_the_matrix():
    risk = {"key": "R-1", "cause": "x", "state": "open", "expected_amount": "10.00", "currency": "CNY"}
    placed, bare = ({**risk, "probability": p, "impact_days": d} for p, d in ((0.4, "6"), (None, "6")))
    chart = risks([placed, bare], "zh")

    assert values(chart, "监控中") == [[6.0, 40.0]] and "另有 1 项" in chart.remarks[0]
    assert risks([bare], "zh").option is None


@pytest.mark.parametrize("lang", LANGUAGES)
def test_options_are_data_whose_colours_are_names_of_the_style_sheet(lang: Lang):
    drawn = (
        course(REPORTS, TODAY, lang),
        burn_up(BURN, TODAY, lang),
        work(BARS, (), PROMISE, TODAY, lang),
        statuses([Counted(date(2026, 8, 17), COUNTS), Counted(TODAY, COUNTS)], TODAY, lang),
        load((Week(TODAY, 1, 1, 1),), TODAY, lang),
    )

    for chart in drawn:
        text = json.dumps(chart.option)
        assert "#" not in text and "rgb" not in text and "var(--" in text, chart.name
        assert chart.title and chart.said
