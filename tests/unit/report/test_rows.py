"""Which figures and words a reader is shown of a milestone."""

from __future__ import annotations

import pytest
from markupsafe import escape

from bridge.report import html, overview
from bridge.report.cells import age_text, one_line, short_day, spoken_day
from bridge.report.labels import DEFINITIONS
from bridge.report.rows import rows


def changed(sample, number, **changes):
    """The sample with one milestone changed, as a row."""
    view = sample("zh")
    view["milestones"][number].update(changes)
    return rows(view, "zh")[number]


@pytest.mark.parametrize(
    ("slip", "shown"),
    [
        ({"plan": (6, 8), "overdue": None, "forecast": (7, 10), "actual": None}, ("+7", "forecast")),
        ({"plan": (9, 12), "overdue": None, "forecast": (7, 10), "actual": None}, ("+9", "plan")),
        ({"plan": (-2, -2), "overdue": (3, 5), "forecast": None, "actual": None}, ("+3", "overdue")),
        ({"plan": (0, 0), "overdue": None, "forecast": (0, 0), "actual": None}, ("0", "forecast")),
        ({"plan": (-5, -7), "overdue": None, "forecast": None, "actual": None}, ("-5", "plan")),
        ({"plan": None, "overdue": None, "forecast": None, "actual": (4, 6)}, ("+4", "actual")),
        ({"plan": None, "overdue": None, "forecast": None, "actual": None}, None),
    ],
)
def test_the_largest_known_slip_is_shown_and_says_what_it_was_measured_by(sample, slip, shown):
    spans = {kind: span and {"workdays": span[0], "days": span[1]} for kind, span in slip.items()}

    found = changed(sample, 1, slip=spans).slip

    assert (found and (found.signed, found.kind)) == shown


def test_a_slip_that_only_repeats_the_due_dates_is_called_a_plan(sample):
    row = rows(sample("zh"), "zh")[2]

    assert row.is_from_due_dates
    assert row.slip.kind == "plan"


def test_the_first_promise_is_told_only_where_another_date_was_approved(sample):
    found = rows(sample("zh"), "zh")

    assert found[0].first_promise is not None
    assert found[2].first_promise is None


def test_reasons_of_one_severity_begin_with_what_says_most(sample):
    row = rows(sample("zh"), "zh")[0]

    assert [reason.code for reason in row.reasons] == [
        "OVERDUE",
        "FORECAST_LATE",
        "BLOCKED",
        "DUE_AFTER_PROMISE",
        "CUSTOMER_NOT_INFORMED",
    ]


def test_each_task_is_linked_once_however_many_reasons_it_shows(sample):
    row = rows(sample("zh"), "zh")[0]

    assert [link.text for link in row.links].count("PAY-142") == 1


def test_a_task_without_a_number_is_named_by_the_end_of_its_id(sample):
    row = rows(sample("zh"), "zh")[2]

    assert row.links[0].text == "#dddc1d77"


def test_an_assumed_risk_is_said_as_about(sample):
    found = rows(sample("zh"), "zh")

    assert (found[1].at_risk, found[2].at_risk) == ("风险 ¥264,000", "风险约 US$86,500")


def test_nothing_at_risk_and_nothing_known_are_not_said(sample):
    found = rows(sample("zh"), "zh")

    assert (found[10].at_risk, found[3].at_risk) == (None, None)


def test_a_change_says_what_is_different_and_silence_means_nothing_is(sample):
    same = changed(sample, 8, change={"since": "2026-08-17", "status": "green", "forecast_workdays": 0})
    other = changed(sample, 8, change={"since": "2026-08-17", "status": "red", "forecast_workdays": -3})

    assert same.changed is None
    assert other.changed is not None
    assert "8月17日" in other.changed
    assert "提前了 3 个工作日" in other.changed


def test_a_missing_probability_is_explained_unless_a_reason_says_it_already(sample):
    found = rows(sample("zh"), "zh")

    assert found[0].why_not is None
    assert "六周" in (found[2].why_not or "")


def test_concerns_are_the_first_five_red_or_amber_rows(sample):
    found = overview.concerns(rows(sample("zh"), "zh"), "zh")

    assert [item.key for item in found] == ["M-1", "M-2", "M-3", "M-4", "M-5"]
    assert found[0].text.startswith("华东医药连锁「支付网关上线」：")
    assert found[0].text.endswith("；风险金额 ¥480,000。")


def test_a_concern_of_a_deal_without_a_customer_names_the_milestone(sample):
    view = sample("en")
    view["milestones"][0]["customer"] = None

    assert overview.concerns(rows(view, "en"), "en")[0].text.startswith("“Payment gateway goes live”: ")


def test_a_source_says_its_completeness_its_age_and_what_was_not_read(sample):
    view = sample("zh")
    view["sources"].append(
        {
            "name": "erp",
            "kind": "worktile",
            "as_of": None,
            "age_minutes": None,
            "outcome": "failed",
            "partial_scopes": [],
        }
    )

    assert [source.text for source in overview.sources(view, "zh")] == [
        "PingCode：完整，12 分钟前",
        "Worktile：部分读取，6 小时前（没读到：客户成功与服务）",
        "erp：从未完整读取",
    ]


def test_remarks_on_the_data_are_made_only_where_there_is_something_to_say(sample):
    view = sample("zh")
    view["unlinked"] = {"milestones_without_tasks": [], "tasks_without_milestone": 0}
    view["data_quality"] = {"unmapped_status": 0, "quarantined": 0, "undated_ratio": None, "unassigned_ratio": 0.0}
    view["calendar"] = {"estimated_years": []}

    assert overview.remarks(view, "zh") == []


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (0, "0 分钟前"),
        (119, "119 分钟前"),
        (120, "2 小时前"),
        (2879, "47 小时前"),
        (2880, "2 天前"),
        (None, "时间未知"),
    ],
)
def test_ages_are_told_in_the_unit_a_person_would_use(minutes, said):
    assert age_text(minutes, "zh") == said


def test_amounts_stand_side_by_side_and_zeros_are_left_out(sample):
    view = sample("en")
    view["summary"].update(
        at_risk_gross={"USD": "7.50", "CNY": "1200000.00", "JPY": "0"}, penalty_today={"CNY": "0.00"}
    )

    said = dict(overview.money(view, "en"))

    assert said["Money at risk"] == ["¥1,200,000", "US$7.50"]
    assert said["Penalty today"] == ["¥0"]


def test_cents_of_an_estimate_are_not_told(sample):
    money = {"at_risk_expected": "95436.50", "assumed": False, "currency": "CNY"}

    assert changed(sample, 1, money=money).at_risk == "风险 ¥95,437"


@pytest.mark.parametrize(
    ("method", "said"),
    [("throughput", None), ("earned_schedule", "按进度推算"), ("network", "按任务关系"), (None, None)],
)
def test_a_method_that_gives_one_date_is_named_in_place_of_a_second_date(sample, method, said):
    forecast = {**sample("zh")["milestones"][1]["forecast"], "method": method}

    row = changed(sample, 1, forecast=forecast)

    assert row.one_date == said
    assert (row.p50 is None) == (said is not None)


def test_the_year_is_told_only_where_it_is_another(sample):
    view = sample("zh")
    today, other = (rows(view, "zh")[number].due for number in (0, 7))

    assert (short_day(today, today), short_day(other, today)) == ("08-21", "2027-01-15")
    assert (spoken_day(today, today, "zh"), spoken_day(other, today, "en")) == ("8月21日", "15 Jan 2027")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("两行\n标题\t x ", "两行 标题 x"),
        ("\x1b[31m红\x07", "[31m红"),
        ("abc\u202edef", "abcdef"),
        ("👩\u200d💻 好", "👩\u200d💻 好"),
        ("半\ud800个", "半个"),
        ("全\u3000角", "全 角"),
    ],
)
def test_text_of_people_is_one_clean_line(text, line):
    assert one_line(text) == line


def test_every_word_the_report_uses_is_explained_on_the_page_in_both_languages(sample):
    shown = {lang: html.render(sample(lang), lang) for lang in ("zh", "en")}

    for word, meaning in DEFINITIONS:
        for lang in ("zh", "en"):
            assert escape(word.say(lang)) in shown[lang]
            assert escape(meaning.say(lang)) in shown[lang]
