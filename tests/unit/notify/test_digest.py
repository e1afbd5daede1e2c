"""What is said to whom: short, worst first, with a link, what changed, how old the data is; the same in both languages."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bridge.notify import digest
from bridge.notify.mail_page import page
from bridge.notify.message import Message, text_lines
from bridge.notify.weekly import weekly
from bridge.report.rows import rows

GOLDEN = Path(__file__).parents[2] / "golden" / "report"


@pytest.fixture
def sample() -> Callable[[str], Any]:
    return lambda lang: json.loads((GOLDEN / f"sample.{lang}.json").read_text(encoding="utf-8"))


def said(message: Message) -> str:
    return "\n".join([message.title, *text_lines(message)])


def many_red(view: Any, count: int) -> Any:
    red = next(item for item in view["milestones"] if item["status"] == "red")
    view["milestones"] = [{**red, "key": f"R-{number}", "name": f"红色 {number}"} for number in range(count)]
    return view


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_digest_tells_the_headline_the_worst_the_changes_and_the_age_of_the_data(lang, sample):
    view = sample(lang)

    text = said(digest.digest(view, lang))

    assert {"zh": "4 个会失守", "en": "4 of 12 promises slipping"}[lang] in text
    assert {"zh": "12 分钟前", "en": "12 min ago"}[lang] in text
    assert text.count("https://") >= 2
    assert "{" not in text and "None" not in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_at_most_five_concerns_are_told_and_how_many_more_there_are(lang, sample):
    message = digest.digest(many_red(sample(lang), 9), lang)

    concerns = message.blocks[1].lines
    assert [line.text[:2] for line in concerns[:-1]] == ["1.", "2.", "3.", "4.", "5."]
    assert "4" in concerns[-1].text and len(concerns) == 6


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_where_nothing_is_red_it_says_so(lang, sample):
    view = sample(lang)
    view["milestones"] = [item for item in view["milestones"] if item["status"] == "green"]

    assert {"zh": "没有会失守的承诺", "en": "No promise is slipping"}[lang] in said(digest.digest(view, lang))


def test_what_changed_is_told_with_what_it_was(sample):
    view = sample("zh")
    view["milestones"][0]["change"] = {"since": "2026-08-21", "status": "amber", "forecast_workdays": 4}

    text = said(digest.digest(view, "zh"))

    assert "状态原为要留意" in text and "预测推迟了 4 个工作日" in text


def test_those_who_own_what_is_told_are_to_be_called_each_once(sample):
    message = digest.digest(many_red(sample("zh"), 9), "zh")

    assert len(message.people) == 1


def test_only_a_contractual_milestone_that_was_judged_otherwise_has_turned_red(sample):
    view = many_red(sample("zh"), 5)
    changes = ({"status": "amber"}, {"status": "red"}, None, {"status": "green"}, {"status": "grey"})
    for item, change in zip(view["milestones"], changes, strict=True):
        item["change"] = change and {"since": "2026-08-21", "forecast_workdays": None, **change}
        item["contractual"] = item["key"] != "R-4"

    assert digest.turned_red(view) == ["R-0", "R-3"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_alert_is_urgent_and_of_one_milestone(lang, sample):
    message = digest.urgent(many_red(sample(lang), 3), "R-1", lang, more=2)

    assert message.is_urgent
    assert "红色 1" in said(message) and "红色 2" not in said(message) and "2" in message.blocks[0].lines[-1].text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_summary_of_a_week_has_money_by_currency_and_goals(lang, sample):
    text = said(weekly(sample(lang), lang))

    assert "¥780,000 + US$86,500" in text
    assert {"zh": "缺口 900,000", "en": "gap 900,000"}[lang] in text


def test_the_summary_of_a_week_tells_how_the_counts_moved_and_what_turned(sample):
    view = sample("zh")
    first, second, third, fourth = view["milestones"][:4]
    for item in view["milestones"]:
        item["change"] = None
    for item, before, after, days in (
        (first, "amber", "red", 4),
        (second, "red", "green", -2),
        (third, "green", "done", None),
        (fourth, "amber", "amber", 9),
    ):
        item["change"] = {"since": "2026-08-17", "status": before, "forecast_workdays": days}
        item["status"] = after

    text = said(weekly(view, "zh"))

    assert "状态（与8月17日相比）" in text
    # Compared is what was judged then: of two amber ones one is left, of one red one none, and another came.
    assert "要留意 2（-1）" in text and "会失守 4，" in text and "已完成 2（+1）" in text
    assert f"新转为会失守 1 个：{first['name']}，涉及 ¥480,000。" in text
    assert f"不再会失守 1 个：{second['name']}，涉及 ¥300,000。" in text
    assert f"完成 1 个：{third['name']}，涉及 US$86,500。" in text
    assert f"预测推迟 2 个，最多的是「{fourth['name']}」，9 个工作日。" in text
    assert f"预测提前 1 个，最多的是「{second['name']}」，2 个工作日。" in text
    assert "华东医药连锁：会失守，3 个里程碑，风险金额 ¥480,000。" in text
    assert "有变化的" not in text, "what moved milestone by milestone is told by the digest"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_summary_without_a_week_before_says_so_and_compares_nothing(lang, sample):
    view = sample(lang)
    for item in view["milestones"]:
        item["change"] = None

    text = said(weekly(view, lang))

    assert {"zh": "没有一周前的判定可比", "en": "no judgement of a week ago"}[lang] in text
    assert {"zh": "这一周", "en": "This week"}[lang] not in text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_summary_names_three_concerns_and_five_customers_and_calls_nobody(lang, sample):
    view = many_red(sample(lang), 9)
    view["customers"] = [{**view["customers"][0], "name": f"客户 {number}"} for number in range(7)]

    message = weekly(view, lang)

    text = said(message)
    assert message.people == ()
    assert "客户 4" in text and "客户 5" not in text and {"zh": "另有 2 家", "en": "2 more"}[lang] in text
    assert "红色 2" in text and "4. " not in text


def test_the_day_compared_with_is_said_once_for_all_changes(sample):
    text = said(digest.digest(sample("zh"), "zh"))

    assert text.count("8月17日") == 1 and "有变化的（8月17日以来）" in text


def test_the_page_of_a_mail_has_a_table_of_what_worries_and_escapes_everything(sample):
    view = sample("zh")
    view["milestones"][0]["name"] = '<img src=x onerror="alert(1)">'
    message = digest.digest(view, "zh", url="https://bridge.example/")

    html = page(message, rows(view, "zh"))

    worrying = [item for item in view["milestones"] if item["status"] in ("red", "amber")]
    assert html.count("border-left:4px") == len(worrying)
    assert html.startswith("<!DOCTYPE html>") and "<style" not in html and "class=" not in html
    assert "<img" not in html and "&lt;img" in html
    assert 'href="https://bridge.example/"' in html
