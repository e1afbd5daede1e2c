"""Reasons, methods and the portfolio as sentences: both languages, every code, numbers and dates said plainly."""

import os
from datetime import date, timedelta
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from bridge.forecast.trend import Verdict
from bridge.language import LANGUAGES, Text
from bridge.model import Colour
from bridge.reconcile.reasons import REASONS
from bridge.reconcile.situation import Span
from bridge.report import wording
from bridge.report.reason_names import NAMES
from bridge.report.reason_sentences import NOUNS, SENTENCES, TIMES
from bridge.report.wording import facts_text, headline, method_name, reason_name, status_name, why_not_text

GOLDEN = Path(__file__).parents[2] / "golden" / "wording" / "reasons.txt"
TODAY = date(2026, 8, 24)

FACTS = {
    "today": TODAY,
    "promise": date(2026, 9, 1),
    "first_promise": date(2026, 8, 15),
    "late": Span(13, 17),
    "due": date(2026, 9, 18),
    "forecast": date(2027, 1, 8),
    "method": "throughput",
    "sure": 0.85,
    "chance": 0.124,
    "wanted": 0.85,
    "pushes": 2,
    "count": 3,
    "days": 17,
    "since": date(2026, 7, 1),
    "open": 5,
    "blocked": 2,
    "longest": 7,
    "titles": ("接口联调", "压力测试"),
    "blockers": ("PAY-7",),
    "deciding": 2,
    "finish": date(2026, 9, 18),
    "short": 13,
    "slack": 3,
    "circle": "PAY-1 → PAY-2 → PAY-1",
    "tspi": 1.25,
    "spi": 0.568,
    "weeks": 0.95,
    "weekly": 3.5,
    "expected": 8,
    "finished": 5,
    "never_dated": 1,
    "reversals": 2,
    "doing": 4,
    "least": 9,
    "waiting": 1,
    "start": date(2026, 8, 10),
    "of_open": 9,
    "unassigned": 2,
    "people": ("林悦", "陈晨"),
    "week": date(2026, 8, 31),
    "load": 1.35,
    "growth": 0.25,
    "added": 3,
    "removed": 1,
    "milestone_date": date(2026, 9, 1),
    "later": 2,
    "latest": date(2026, 9, 20),
    "actual": date(2026, 8, 20),
    "red_for": 4,
    "informed": date(2026, 6, 30),
    "feedback": 2,
    "oldest": date(2026, 8, 3),
    "every": 7,
    "last": date(2026, 8, 10),
    "causes": ("核心人员离职",),
    "watched": "M-2",
    "colour": Colour.RED,
    "on": date(2026, 8, 20),
    "keys": ("PAY-1",),
    "sources": ("pingcode", "worktile"),
    "age": timedelta(hours=49),
    "projects": (("pingcode", "客户管理"),),
    "tasks": 10,
    "unmapped": 4,
    "statuses": ("待确认", "挂起"),
}
"""A likely value of every fact that a sentence may speak of."""


def said(key, lang, **changed):
    code, _, how = key.partition("/")
    return facts_text(code, {**FACTS, "how": how or None, **changed}, lang)


def spoken_of_main(key):
    return gaps(SENTENCES[key].main.zh)


def gaps(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_reason_has_a_sentence_and_a_label():
    assert {key.partition("/")[0] for key in SENTENCES} == set(REASONS) == set(NAMES)


@pytest.mark.parametrize("key", SENTENCES)
def test_both_languages_speak_of_the_same_facts(key):
    sentence = SENTENCES[key]

    for text in sentence.texts:
        assert gaps(text.zh) == gaps(text.en)
        assert gaps(text.zh) <= set(FACTS)
    for name, more in sentence.more:
        assert gaps(more.zh) == {name}


@pytest.mark.parametrize("key", SENTENCES)
def test_chinese_is_punctuated_in_full_width_and_has_no_blank_before_a_character(key):
    text = said(key, "zh")

    assert not set(",;:()?!") & set(text)
    assert "日 " not in text


@pytest.mark.parametrize("key", SENTENCES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_sentence_leaves_out_what_is_not_known(key, lang):
    """Facts named in `more` may be missing or nothing; all others must be there."""
    optional = {name for name, _ in SENTENCES[key].more}

    without = said(key, lang, **dict.fromkeys(optional - (spoken_of_main(key))))

    assert "None" not in without
    assert len(without) < len(said(key, lang)) or not optional - spoken_of_main(key)


def test_a_missing_fact_is_an_error_and_not_a_gap():
    with pytest.raises(KeyError, match="late"):
        facts_text("OVERDUE", {"today": TODAY, "promise": TODAY}, "zh")


SEVERITY = {
    "OVERDUE": "red amber",
    "DUE_AFTER_PROMISE": "red amber",
    "FORECAST_LATE": "red amber",
    "BLOCKED": "red amber",
    "PUSHED": "red amber",
    "UNLIKELY": "red",
    "NEGATIVE_FLOAT": "red",
    "TSPI_HIGH": "red",
    "RED_HELD": "red",
    **dict.fromkeys(("NO_PROMISE", "NO_LINKED_TASK", "NO_DUE_DATE"), "grey"),
    **dict.fromkeys(("SOURCE_STALE", "SOURCE_PARTIAL", "UNMAPPED_STATUS"), "grey"),
}
"""The severities a code can have; amber where nothing stands here."""

LIKELY = {
    "DOUBTFUL": {"chance": 0.62},
    "UNASSIGNED": {"of_open": 9, "unassigned": 2},
    "LATE_START": {"waiting": 3},
}
"""Facts that fit a code better than the likely ones."""

SHAPES = {
    "late": (Span(1, 1), Span(0, 6)),
    "due": (date(2027, 2, 3),),
    "forecast": (date(2026, 9, 30),),
    "method": ("network", "earned_schedule", "reference_class"),
    "chance": (0.0, 0.004, 0.285, 0.999),
    "pushes": (1, 3),
    "count": (1, 2),
    "days": (1,),
    "open": (1,),
    "blocked": (1,),
    "blockers": (("PAY-7", "PAY-8", "PAY-9", "OPS-2"),),
    "deciding": (1,),
    "short": (1,),
    "slack": (1,),
    "longest": (1,),
    "titles": (("接口联调",), ("接口联调", "压力测试", "上线演练", "数据迁移", "验收")),
    "spi": (0.949,),
    "weeks": (1.0, 0.02, 3.25),
    "weekly": (1.0, 2.25),
    "expected": (1,),
    "finished": (1,),
    "never_dated": (2,),
    "reversals": (3,),
    "doing": (1,),
    "least": (1,),
    "waiting": (1,),
    "of_open": (1,),
    "unassigned": (1,),
    "unmapped": (1,),
    "people": (("林悦",), ("林悦", "陈晨", "赵宁", "王敏", "孙嘉宁")),
    "load": (1.003,),
    "added": (1,),
    "removed": (2,),
    "later": (1,),
    "red_for": (1,),
    "feedback": (1,),
    "every": (1,),
    "causes": (("核心人员离职", "供应商延期"),),
    "keys": (("PAY-1", "PAY-2"),),
    "sources": (("worktile",), ("内网PingCode", "worktile")),
    "age": (timedelta(hours=1), timedelta(days=5)),
    "projects": (((("pingcode", "客户管理"), ("worktile", None))),),
    "tasks": (1,),
    "statuses": (("待确认",), ("甲", "乙", "丙", "丁")),
}
"""The other shapes a fact can have: one instead of several, a day of another year, a share that would round to nothing."""


def usual(key):
    code = key.partition("/")[0]
    return {name: fact for name, fact in {**FACTS, **LIKELY.get(code, {})}.items() if name in spoken_of(key)}


def spoken_of(key):
    sentence = SENTENCES[key]
    return {name for text in sentence.texts for name in gaps(text.zh)} | {name for name, _ in sentence.more}


def shapes(key):
    """(what is special, the facts that differ): as usual, without what may be missing, and each other shape once."""
    yield "as usual", {}
    optional = [name for name, _ in SENTENCES[key].more]
    if optional:
        yield f"without {', '.join(optional)}", dict.fromkeys(optional)
    for name in usual(key):
        for fact in SHAPES.get(name, ()):
            yield f"{name} {fact if not isinstance(fact, Span) else (fact.workdays, fact.days)}", {name: fact}


def test_every_sentence_reads_as_a_person_approved_it_in_every_shape():
    """Regenerate with UPDATE_GOLDEN=1 and read the difference."""
    blocks = []
    for key in SENTENCES:
        lines = [f"{key} ({SEVERITY.get(key.partition('/')[0], 'amber')})"]
        for what, facts in shapes(key):
            changed = {**LIKELY.get(key.partition("/")[0], {}), **facts}
            lines += [f"  {what}", f"    {said(key, 'zh', **changed)}", f"    {said(key, 'en', **changed)}"]
        blocks.append("\n".join(lines) + "\n")
    text = "\n".join(blocks)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")

    assert text == GOLDEN.read_text(encoding="utf-8")


def test_every_fact_that_counts_lists_or_measures_has_more_than_one_shape():
    spoken = {name for key in SENTENCES for name in spoken_of(key)}
    measured = {name for name in spoken if isinstance(FACTS[name], (int, tuple, Span, timedelta))}

    assert measured - set(SHAPES) == set()
    assert set(SHAPES) <= spoken


def test_only_codes_that_exist_have_a_severity():
    assert set(SEVERITY) <= set(REASONS)


def test_the_promise_that_was_broken_is_said_with_dates_and_pushes():
    facts = {**FACTS, "first_promise": None}

    assert (
        facts_text("DUE_AFTER_PROMISE", facts, "zh")
        == "承诺 9 月 1 日，工具中已排到 9 月 18 日，晚 13 个工作日；已推迟 2 次"
    )


def test_a_year_is_said_only_where_it_is_not_this_one():
    assert "2027 年 1 月 8 日" in said("FORECAST_LATE", "zh")
    assert "8 Jan 2027" in said("FORECAST_LATE", "en")
    assert "2026" not in said("FORECAST_LATE", "zh")


def test_days_without_a_working_day_between_are_said_as_days():
    assert "晚 6 天（都是休息日）" in said("OVERDUE", "zh", late=Span(0, 6))
    assert "6 days (no working day) late" in said("OVERDUE", "en", late=Span(0, 6))


def test_english_counts_have_a_singular():
    assert (
        said("BLOCKED", "en", blocked=1, longest=1, titles=None, blockers=None, deciding=None)
        == "1 task is blocked, the longest for 1 working day"
    )
    assert "pushed once" in said("DUE_AFTER_PROMISE", "en", pushes=1)
    assert "pushed 3 times" in said("DUE_AFTER_PROMISE", "en", pushes=3)


@pytest.mark.parametrize(
    ("ratio", "text"), [(0.124, "12%"), (0.125, "13%"), (0.0, "0%"), (0.004, "<1%"), (0.999, ">99%"), (1.0, "100%")]
)
def test_a_chance_is_said_in_whole_per_cent_but_never_as_none_or_all(ratio, text):
    assert said("UNLIKELY", "zh", chance=ratio, open=0) == f"承诺 9 月 1 日完成，按时的把握只有 {text}"


def test_of_many_names_the_first_are_said():
    many = tuple(f"任务 {number}" for number in range(5))

    facts = {"titles": many, "blockers": (), "deciding": 0}
    assert said("BLOCKED", "zh", **facts).endswith("：「任务 0」、「任务 1」、「任务 2」等 5 项")
    assert said("BLOCKED", "en", **facts).endswith(": “任务 0”, “任务 1”, “任务 2” and 2 more")
    assert "林悦、陈晨、赵宁等 4 人" in said("OVERLOADED", "zh", people=("林悦", "陈晨", "赵宁", "王敏"))


@pytest.mark.parametrize(("ratio", "text"), [(0.285, "29%"), (0.575, "58%"), (1.003, ">100%"), (1.35, "135%")])
def test_a_half_is_rounded_up_as_it_is_written_and_a_little_too_much_is_not_all(ratio, text):
    assert text in said("OVERLOADED", "zh", load=ratio)


def test_a_delay_that_rounds_to_nothing_is_not_said():
    assert said("BEHIND", "zh", weeks=0.04) == "推进速度只有计划的 57%"
    assert said("BEHIND", "en", weeks=0.95).endswith("is 1 week behind the plan")
    assert said("BEHIND", "en", weeks=0.05).endswith("is 0.1 weeks behind the plan")


def test_old_data_is_said_in_hours_and_then_in_days():
    assert "49 小时前" in said("SOURCE_STALE/old", "zh")
    assert "5 天前" in said("SOURCE_STALE/old", "zh", age=timedelta(days=5))
    assert "5 days ago" in said("SOURCE_STALE/old", "en", age=timedelta(days=5))


def test_every_counting_fact_that_is_named_is_used():
    used = {name for sentence in SENTENCES.values() for text in sentence.texts for name in gaps(text.en)}

    assert set(NOUNS) | TIMES | set(wording.DECIMALS) <= used


WHY_NOT = [
    "too_few_weeks",
    "too_few_finishes",
    "no_finishes",
    "no_history",
    "nothing_open",
    "past_promise",
    "no_promise",
    "beyond_horizon",
    "method_gives_none",
]
METHODS = ["network", "throughput", "earned_schedule", "reference_class", "due_dates"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_published_word_has_its_text(lang):
    texts = [why_not_text(code, lang) for code in WHY_NOT]
    texts += [method_name(method, lang) for method in METHODS]
    texts += [status_name(colour, lang) for colour in Colour]
    texts += [reason_name(code, lang) for code in REASONS]

    assert all(texts)
    assert len(set(texts)) == len(texts)
    assert {"zigzag", "late_jump", "continuous_slip"} <= set(get_args(Verdict))


def test_a_status_may_be_named_by_its_word_in_the_report():
    assert status_name("red", "zh") == status_name(Colour.RED, "zh")


def row(status, customer="华东银行"):
    return {"status": status, "customer": customer}


def view(rows, **money):
    counts = {colour.value: sum(one["status"] == colour for one in rows) for colour in Colour}
    return {"summary": {"milestones": len(rows), **counts, "at_risk_gross": money}, "milestones": rows}


def test_the_headline_counts_promises_customers_and_money():
    rows = [row("red"), row("red"), row("red", "南方电网"), row("amber", "别人"), row("green")]

    shown = view(rows, CNY="1200000.00")

    assert headline(shown, "zh") == "5 个承诺里 3 个会失守（2 家客户），涉及 ¥1,200,000。"
    assert headline(shown, "en") == "3 of 5 promises slipping (2 customers), ¥1,200,000 at stake."


def test_currencies_stand_side_by_side_and_nothing_at_stake_is_not_said():
    rows = [row("red", None), row("grey")]

    assert headline(view(rows, CNY="10.50", SGD="2000", USD="0.00"), "zh") == (
        "2 个承诺里 1 个会失守，涉及 ¥10.50、SGD 2,000；1 个无法判断。"
    )
    assert headline(view([row("red", None)], CNY="0.00"), "en") == "1 of 1 promise slipping."


def test_a_calm_portfolio_is_said_calmly():
    assert headline(view([row("green"), row("done")]), "zh") == "2 个承诺里没有会失守的。"
    assert headline(view([row("amber"), row("done")]), "en") == "None of 2 promises slipping, 1 at risk."


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_empty_plan_is_said(lang):
    assert headline(view([]), lang) == Text("没有可以列出的里程碑。", "There are no milestones to list.").say(lang)
