"""Drafts of letters to a customer, from templates that an admin may edit: only what a customer may know gets in.

A template sees nothing but the facts of `Facts`; what is not known stays a visible blank. What was written is read again
before anybody gets it, and one word of ours that is no customer's business refuses the whole letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jinja2 import PackageLoader, StrictUndefined, nodes
from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from bridge.errors import UsageProblem
from bridge.language import Lang, Phrase, Text
from bridge.report.cells import one_line
from bridge.report.phrases import MONTHS

KINDS = ("delay", "progress")
MOST_TEMPLATE, MOST_LETTER = 20_000, 50_000
FILTERS = ("lower", "trim", "upper")
"""What a template may do to a text; others could make a small template fill the memory."""
GRAMMAR = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Const,
    nodes.For,
    nodes.If,
    nodes.Filter,
    nodes.Compare,
    nodes.Operand,
    nodes.Not,
    nodes.And,
    nodes.Or,
)
"""All that a template is made of: no call, no import, no variable of its own, no way to make large texts of small ones."""

BLANK = Text("【待填：{what}】", "[to be filled in: {what}]")
BLANKS = {
    "customer": Text("客户名称", "customer"),
    "deal": Text("项目名称", "project"),
    "milestone": Text("里程碑", "milestone"),
    "promised": Text("原定日期", "agreed date"),
    "new_date": Text("新的日期，须经负责人批准", "new date, once its owner has approved it"),
    "reason": Text("事实原因", "the reason, as a fact"),
    "impact": Text("对客户的影响", "what it means for the customer"),
    "measure": Text("措施", "measure"),
    "who": Text("负责人", "who is in charge"),
    "need": Text("需要客户提供的内容", "what the customer has to provide"),
    "by": Text("日期", "day"),
    "next_update": Text("下次通报日期", "day of the next report"),
    "contact": Text("联系人", "contact"),
}
STATES = {
    "done": Text("已完成", "completed"),
    "open": Text("进行中", "in progress"),
    "late": Text(
        "进行中，日期有变化，另行说明", "in progress; its date has changed and is told in a letter of its own"
    ),
}
REASONS: dict[str, Text] = {
    "BLOCKED": Text("一项前置工作受阻，后续工作不能按计划开始。", "Work that others depend on was held up."),
    "SCOPE_GROWTH": Text("工作范围比约定时有所增加。", "The scope of the work has grown since it was agreed."),
    "OVERDUE": Text("到约定日期时，仍有部分工作没有完成。", "Some of the work was not finished by the agreed date."),
    "DUE_AFTER_PROMISE": Text("剩余工作需要的时间比原计划长。", "The remaining work takes longer than planned."),
    "FORECAST_LATE": Text("剩余工作需要的时间比原计划长。", "The remaining work takes longer than planned."),
}
"""What may be said to a customer about a reason of ours, the first that holds."""

NEVER = re.compile(
    r"P50|P85|P95|浮动时间|总浮动|\bfloat\b|概率|把握|\bprobabilit|\blikelihood\b|违约金|\bpenalt|\bliquidated damages\b|"
    r"风险金额|\bat risk\b|[%％‰]",
    re.IGNORECASE,
)
LEAKS = Text(
    zh="信中出现了不能告诉客户的内容：{what}。请改写参数或模板 {template}；没有生成任何文件。",
    en="the letter holds what no customer may be told: {what}. Change the options or the template {template}; nothing was written.",
)
BAD_TEMPLATE = Text(
    zh="信函模板 {template} 不能用：{why}。请改正，或删去该文件以使用内置模板。",
    en="the template {template} cannot be used: {why}. Correct it, or remove the file to use the built-in one.",
)
TOO_LONG = Text(zh="超过 {most} 个字符", en="longer than {most} characters")
NOT_ALLOWED = Text(zh="用到了不允许的功能", en="it uses what is not allowed")
NO_SUCH = Text(zh="{detail}；可用的有：{known}", en="{detail}; known: {known}")
AT_LINE = Text(zh="第 {line} 行：{detail}", en="line {line}: {detail}")


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody has to do or provide, who, and by when; None is a visible blank."""

    what: str
    who: str | None = None
    by: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a letter may say; None where it is not known, or may not be said yet."""

    today: date
    customer: str | None
    deal: str | None
    contact: str | None
    milestone: str | None = None
    promised: date | None = None
    new_date: date | None = None
    reason: str | None = None
    impact: str | None = None
    measures: tuple[Need, ...] = ()
    needs: tuple[Need, ...] = ()
    next_update: date | None = None
    milestones: tuple[tuple[str, str, date | None], ...] = ()
    """(name, state, promised date) of each milestone of the deal; the state is one of `STATES`."""


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    lines: tuple[str, ...]
    blanks: int = 0
    """How many are still to be filled in."""

    @property
    def text(self) -> str:
        return "\n".join((self.subject, "", *self.lines)) + "\n"


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    text: str = field(repr=False)


def built_in(kind: str, lang: Lang) -> Template:
    """The template that ships with the program."""
    name = f"{kind}.{lang}.txt"
    loader = PackageLoader("bridge.report", "templates/letters")
    return Template(name, loader.get_source(_environment(), name)[0])


def draft(template: Template, facts: Facts, lang: Lang, internal: Iterable[str] = ()) -> Letter:
    """The letter; refused where the template is wrong, or where it says what must not leave the house.

    `internal` are names that only we use: people but for those the customer deals with, keys of tasks.
    """
    said = _said(facts, lang)
    text = _rendered(template, said)
    found = leaks(text, internal, _allowed(facts))
    if found:
        raise UsageProblem(LEAKS, what="、".join(found), template=template.name)
    subject, _, body = text.strip().partition("\n")
    lines = re.sub(r"\n{3,}", "\n\n", body.strip()).split("\n")
    return Letter(one_line(subject), tuple(line.rstrip() for line in lines), text.count(_opening(lang)))


def leaks(text: str, internal: Iterable[str], allowed: Iterable[str] = ()) -> list[str]:
    """Words in a text that no customer may read, each once."""
    # What the customer calls things (a milestone "first 30 %") is known to them, and may contain another name.
    rest = text
    for name in sorted(allowed, key=len, reverse=True):
        rest = rest.replace(name, "")
    words = [match.group(0) for match in NEVER.finditer(rest)]
    names = [name for name in internal if len(name) > 1 and _stands_in(name, rest)]
    return list(dict.fromkeys([*words, *names]))


def reason_for(codes: Sequence[str], lang: Lang) -> str | None:
    """A fact that may be told, from our reasons; None where none of them is a customer's business."""
    return next((text.say(lang) for code, text in REASONS.items() if code in codes), None)


def state_of(item: Mapping[str, Any]) -> str:
    """What a customer may be told of a milestone: done, open, or that its date has changed."""
    if item["status"] == "done":
        return "done"
    is_late = any(reason["code"] == "OVERDUE" for reason in item["reasons"])
    return "late" if is_late or item["baseline"] != item["promised"] else "open"


def _stands_in(name: str, text: str) -> bool:
    """Names of letters only as whole words; Chinese ones anywhere."""
    if name.isascii():
        return re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text, re.IGNORECASE) is not None
    return name in text


def _allowed(facts: Facts) -> list[str]:
    known = (facts.customer, facts.deal, facts.milestone, facts.contact, *(one.who for one in facts.measures))
    return [name for name in (*known, *(name for name, _, _ in facts.milestones)) if name]


def _said(facts: Facts, lang: Lang) -> dict[str, Any]:
    def text(name: str, value: str | None) -> str:
        return _blank(name, lang) if not value else one_line(value)

    def day(name: str, value: date | None) -> str:
        return _blank(name, lang) if value is None else _day(value, lang)

    plain = {
        name: text(name, getattr(facts, name))
        for name in ("customer", "deal", "milestone", "reason", "impact", "contact")
    }
    days = {name: day(name, getattr(facts, name)) for name in ("promised", "new_date", "next_update")}
    measures = facts.measures or (Need(""),)
    return {
        **plain,
        **days,
        "today": _day(facts.today, lang),
        "measures": [{"what": text("measure", one.what), "who": text("who", one.who)} for one in measures],
        "needs": [{"what": text("need", one.what), "by": day("by", one.by)} for one in facts.needs or (Need(""),)],
        "milestones": [
            {"name": one_line(name), "state": STATES[state].say(lang), "promised": day("promised", on)}
            for name, state, on in facts.milestones
        ],
    }


def _day(day: date, lang: Lang) -> str:
    """With its year: a letter is read long after."""
    if lang == "zh":
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _blank(name: str, lang: Lang) -> str:
    return BLANK.say(lang, what=BLANKS[name])


def _opening(lang: Lang) -> str:
    return BLANK.say(lang, what="\0").partition("\0")[0]


def _rendered(template: Template, said: Mapping[str, Any]) -> str:
    if len(template.text) > MOST_TEMPLATE:
        raise _bad(template, TOO_LONG, most=MOST_TEMPLATE)
    try:
        environment = _environment()
        if not all(isinstance(node, GRAMMAR) for node in environment.parse(template.text).find_all(nodes.Node)):
            raise SecurityError(template.name)
        made = environment.from_string(template.text)
        text = _collected(made.generate(said))
    except TemplateSyntaxError as err:
        raise _bad(template, AT_LINE, line=err.lineno, detail=err.message or "") from err
    except SecurityError as err:
        raise UsageProblem(BAD_TEMPLATE, template=template.name, why=_phrase(NOT_ALLOWED)) from err
    except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RecursionError) as err:
        raise _bad(template, NO_SUCH, detail=str(err)[:200], known=", ".join(sorted(said))) from err
    if text is None:
        raise _bad(template, TOO_LONG, most=MOST_LETTER)
    return text


def _collected(pieces: Iterable[str]) -> str | None:
    """None as soon as it is longer than any letter."""
    kept, length = [], 0
    for piece in pieces:
        kept.append(piece)
        length += len(piece)
        if length > MOST_LETTER:
            return None
    return "".join(kept)


def _bad(template: Template, text: Text, **facts: object) -> UsageProblem:
    return UsageProblem(BAD_TEMPLATE, template=template.name, why=_phrase(text, **facts))


def _phrase(text: Text, **facts: object) -> Phrase:
    return Phrase(text, facts)


class _Sandbox(ImmutableSandboxedEnvironment):
    """A second lock behind the grammar: no attribute and no call, whatever a template looks like."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        return False


def _environment() -> _Sandbox:
    made = _Sandbox(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    filters: dict[str, Callable[..., Any]] = {name: made.filters[name] for name in FILTERS}
    made.filters.clear()
    made.filters.update(filters)
    made.globals.clear()
    return made
