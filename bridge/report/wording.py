"""Findings, methods and the whole portfolio as sentences a sales lead understands, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bridge.language import Lang, Text
from bridge.model import Colour
from bridge.reconcile.situation import Assessment, Finding, Span
from bridge.report.labels import BRANDS
from bridge.report.phrases import (
    Noun,
    age_text,
    counted,
    day_text,
    fraction_text,
    money_text,
    names_text,
    quoted,
    share_text,
    span_text,
    times_text,
)
from bridge.report.reason_names import NAMES
from bridge.report.reason_sentences import NOUNS, SENTENCES, TIMES
from bridge.report.reason_words import MEASURES, QUOTED, Sentence
from bridge.report.selection import folded

METHODS: dict[str, Text] = {
    "network": Text("任务先后关系", "the chain of dependent tasks"),
    "throughput": Text("近几周的完成速度", "the pace of the last weeks"),
    "earned_schedule": Text("实际进度与计划之比", "progress against plan"),
    "reference_class": Text("同类里程碑的实际工期", "how long milestones of this class took"),
    "due_dates": Text("任务的截止日期", "the due dates of the tasks"),
}

WHY_NOT: dict[str, Text] = {
    "too_few_weeks": Text(
        "历史还不到六周，暂不给出按时的把握", "There are fewer than six weeks of history, too few for a probability"
    ),
    "too_few_finishes": Text(
        "近期完成的任务还太少，暂不给出按时的把握", "Too few tasks were finished lately to give a probability"
    ),
    "no_finishes": Text("近期没有完成任何任务，无法推算", "Nothing was finished lately, so nothing can be projected"),
    "no_history": Text("还没有历史记录，无法推算", "There is no history yet, so nothing can be projected"),
    "nothing_open": Text("没有未完成的任务，不需要推算", "No task is open, so there is nothing to project"),
    "past_promise": Text("承诺日已过，按时已不可能", "The promised date has passed, so on time is no longer possible"),
    "no_promise": Text("没有承诺日期，谈不上是否按时", "There is no promised date to be on time for"),
    "beyond_horizon": Text("按现在的速度十年内都完不成", "At the present pace it would take more than ten years"),
    "method_gives_none": Text("所用的推算方法只给日期，不给把握", "The method used gives a date but no probability"),
}

STATUSES: dict[Colour, Text] = {
    Colour.RED: Text("会失守", "slipping"),
    Colour.AMBER: Text("要留意", "at risk"),
    Colour.GREY: Text("无法判断", "cannot judge"),
    Colour.GREEN: Text("正常", "on track"),
    Colour.DONE: Text("已完成", "done"),
}


DECIMALS: dict[str, int] = {"tspi": 2, "weeks": 1, "weekly": 1}
"""Fractions said with so many decimals; every other one is a share and said in per cent."""


def reason_text(finding: Finding, assessment: Assessment, lang: Lang) -> str:
    """Why this milestone has its colour, in one sentence with its numbers, dates and names."""
    facts: dict[str, object] = {"promise": assessment.commitment, **finding.facts}
    return facts_text(finding.code, facts, lang)


def facts_text(code: str, facts: Mapping[str, object], lang: Lang) -> str:
    """The sentence of a reason from its facts alone; a fact that the sentence needs and that is missing raises."""
    sentence = sentence_of(code, facts)
    today = facts["today"]
    if not isinstance(today, date):
        raise TypeError(f"{code}: today must be a date, not {today!r}")
    said = {name: _say(name, fact, today, lang) for name, fact in facts.items() if fact is not None}
    main = sentence.one[1] if sentence.one and _is_one(facts.get(sentence.one[0])) else sentence.main
    clauses = [main] + [text for name, text in sentence.more if _is_something(name, facts.get(name))]
    return "".join(clause.say(lang, **said) for clause in clauses)


def _is_one(fact: object) -> bool:
    return len(fact) == 1 if isinstance(fact, tuple) else fact == 1


def _is_something(name: str, fact: object) -> bool:
    """Neither missing nor nothing, nor what would be said as nothing."""
    if isinstance(fact, float) and name in DECIMALS:
        return fraction_text(fact, DECIMALS[name]) not in ("0", "-0")
    return bool(fact)


def sentence_of(code: str, facts: Mapping[str, object]) -> Sentence:
    """The sentence of a code; where it depends on circumstances the fact `how` says which."""
    how = facts.get("how")
    return SENTENCES[code if how is None else f"{code}/{how}"]


def fact_text(name: str, fact: object, today: date, lang: Lang) -> str:
    """One fact of a reason by itself, as its sentence would say it."""
    return _say(name, fact, today, lang)


def reason_name(code: str, lang: Lang) -> str:
    """A label of a few characters, for table cells and filters."""
    return NAMES[code].say(lang)


def why_not_text(code: str, lang: Lang) -> str:
    """Why there is no probability of being on time."""
    return WHY_NOT[code].say(lang)


def method_name(method: str, lang: Lang) -> str:
    return METHODS[method].say(lang)


def status_name(colour: Colour | str, lang: Lang) -> str:
    return STATUSES[Colour(colour)].say(lang)


def headline(view: Mapping[str, Any], lang: Lang) -> str:
    """The portfolio in one sentence: how many promises are slipping, for how many customers, and what is at stake."""
    summary = view["summary"]
    if summary["milestones"] == 0:
        return Text("没有可以列出的里程碑。", "There are no milestones to list.").say(lang)
    red = [row for row in view["milestones"] if row["status"] == Colour.RED]
    customers = len({folded(row["customer"]) for row in red if row["customer"]})
    money = _stakes(summary["at_risk_gross"], lang)
    said = {
        "all": _count(summary["milestones"], ("promise", "promises"), lang),
        "red": len(red),
        "amber": summary["amber"],
        "grey": summary["grey"],
        "customers": _count(customers, ("customer", "customers"), lang),
        "money": money,
    }
    clauses = (
        (red, Text("{all} 个承诺里 {red} 个会失守", "{red} of {all} slipping")),
        (not red, Text("{all} 个承诺里没有会失守的", "None of {all} slipping")),
        (customers, Text("（{customers} 家客户）", " ({customers})")),
        (money, Text("，涉及 {money}", ", {money} at stake")),
        (not red and summary["amber"], Text("，{amber} 个要留意", ", {amber} at risk")),
        (summary["grey"], Text("；{grey} 个无法判断", "; {grey} cannot be judged")),
        (True, Text("。", ".")),
    )
    return "".join(clause.say(lang, **said) for holds, clause in clauses if holds)


def _count(number: int, noun: Noun, lang: Lang) -> str:
    return str(number) if lang == "zh" else counted(number, noun)


def _stakes(amounts: Mapping[str, str], lang: Lang) -> str:
    """Currencies are listed side by side, never added; nothing at stake is not said."""
    said = [money_text(Decimal(text), currency) for currency, text in sorted(amounts.items()) if Decimal(text) != 0]
    return ("、" if lang == "zh" else " and ").join(said)


def _say(name: str, fact: object, today: date, lang: Lang) -> str:
    """One fact in words; its type, and for counts its name, say how."""
    match fact:
        case Colour():
            return status_name(fact, lang)
        case Span():
            return span_text(fact, lang)
        case date():
            return day_text(fact, today, lang)
        case timedelta():
            return age_text(fact, lang)
        case int() if name in TIMES:
            return times_text(fact, lang)
        case int() if lang == "en" and name in NOUNS:
            return counted(fact, NOUNS[name])
        case int() | str():
            return method_name(fact, lang) if name == "method" and isinstance(fact, str) else str(fact)
        case float():
            return _fraction(name, fact, lang)
        case tuple():
            return names_text([_named(name, item, lang) for item in fact], lang, MEASURES.get(name, "项"))
    raise TypeError(f"the fact {name} cannot be said: {fact!r}")


def _fraction(name: str, fact: float, lang: Lang) -> str:
    if name not in DECIMALS:
        return share_text(fact)
    said = fraction_text(fact, DECIMALS[name])
    one, several = NOUNS.get(name, ("", ""))
    return f"{said} {one if said == '1' else several}" if lang == "en" and one else said


def _named(name: str, item: object, lang: Lang) -> str:
    """An entry of a list: a tool by its own spelling, a project with its tool, what people wrote in quotation marks."""
    if isinstance(item, tuple):
        source, project = BRANDS.get(item[0], item[0]), item[1]
        if project is None:
            return str(source)
        said = quoted(project, lang)
        return f"{source} 的{said}" if lang == "zh" else f"{said} of {source}"
    if name == "sources":
        return BRANDS.get(str(item), str(item))
    return quoted(str(item), lang) if name in QUOTED else str(item)
