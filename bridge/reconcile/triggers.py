"""When a registered risk strikes by a fact: its trigger read, and held against the colours and dates of the day.

A trigger is text. Of three forms the program sees by itself whether they hold, several may stand beside each other
with `;`, and one that holds is enough:

    status:M-1=red      the milestone has this colour, by its own reasons before any trigger counts
    overdue:M-1         it is open and its promise has passed
    date:2026-10-01     the day has come

Colours before triggers, so that two risks which watch each other's milestones have one answer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bridge.language import Text
from bridge.model import Colour
from bridge.plan.cells import fold
from bridge.plan.document import Plan, Risk
from bridge.reconcile.situation import Assessment
from bridge.reconcile.standing import has_struck, is_closed

How = Literal["status", "overdue", "date"]

HOWS: Mapping[str, How] = {
    "status": "status",
    "状态": "status",
    "overdue": "overdue",
    "逾期": "overdue",
    "date": "date",
    "日期": "date",
}
COLOURS: Mapping[str, Colour] = {
    **{colour.value: colour for colour in Colour},
    "红": Colour.RED,
    "黄": Colour.AMBER,
    "灰": Colour.GREY,
    "绿": Colour.GREEN,
    "完成": Colour.DONE,
}
NO_COLOUR = Text(
    zh="“{value}”里没有认得的颜色；请写成 status:M-1=red（red、amber、grey、green、done）",
    en='"{value}" has no colour that is known; write it like status:M-1=red (red, amber, grey, green, done)',
)
NO_MILESTONE = Text(
    zh="“{value}”所说的里程碑不在计划里；请改成计划里的编号",
    en='the milestone of "{value}" is not in the plan; write a key of the plan',
)
NO_DATE = Text(
    zh="“{value}”里的日期读不懂；请写成 date:2026-10-01",
    en='the date in "{value}" cannot be read; write it like date:2026-10-01',
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One readable form; `milestone` and `colour` or `day` as the form has them."""

    how: How
    milestone: str | None = None
    colour: Colour | None = None
    day: date | None = None


@dataclass(frozen=True, slots=True)
class Trigger:
    """A trigger as written. Without conditions it is text that a person must watch; `problems` say what was meant to be
    a condition and is none."""

    text: str
    conditions: tuple[Condition, ...] = ()
    problems: tuple[tuple[Text, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Struck:
    """A risk whose trigger holds, with the fact that shows it."""

    risk: str
    cause: str
    how: How
    facts: Mapping[str, object]


def read(text: str, milestones: Mapping[str, str]) -> Trigger:
    """What a trigger says; `milestones`: folded key -> key of the plan."""
    conditions: list[Condition] = []
    problems: list[tuple[Text, str]] = []
    for part in text.replace("；", ";").split(";"):
        written = part.strip()
        found = _read(written, milestones)
        if isinstance(found, Condition):
            conditions.append(found)
        elif found is not None:
            problems.append((found, written))
    return Trigger(text, tuple(conditions), tuple(problems))


def _read(written: str, milestones: Mapping[str, str]) -> Condition | Text | None:
    """A condition, what is wrong with it, or None where it is plain text."""
    word, colon, rest = written.replace("：", ":").partition(":")
    how = HOWS.get(fold(word)) if colon else None
    if how is None:
        return None
    if how == "date":
        return _dated(rest)
    named, _, colour = rest.replace("＝", "=").partition("=") if how == "status" else (rest, "", "")
    key = milestones.get(fold(named))
    if key is None:
        return NO_MILESTONE
    if how == "overdue":
        return Condition(how, key)
    meant = COLOURS.get(fold(colour))
    return NO_COLOUR if meant is None else Condition(how, key, meant)


def _dated(rest: str) -> Condition | Text:
    try:
        return Condition("date", day=date.fromisoformat(rest.strip()))
    except ValueError:
        return NO_DATE


def holds(condition: Condition, rows: Mapping[str, Assessment], today: date) -> dict[str, object] | None:
    """The fact that makes a condition true, for its sentence; None where it is not true."""
    if condition.how == "date":
        is_there = condition.day is not None and today >= condition.day
        return {"on": condition.day} if is_there else None
    row = rows.get(condition.milestone or "")
    if row is None:
        return None
    if condition.how == "overdue":
        late = row.slip.overdue
        return None if late is None else {"watched": row.milestone.key, "late": late}
    return {"watched": row.milestone.key, "colour": row.colour} if row.colour is condition.colour else None


def keys_of(plan: Plan) -> dict[str, str]:
    """Folded key -> key of every milestone."""
    return {fold(row.key): row.key for row in plan.milestones}


def struck_by_facts(plan: Plan, rows: Mapping[str, Assessment], today: date) -> Iterator[tuple[Risk, Struck]]:
    """Registered risks that are not closed and whose trigger holds, in the order of the plan."""
    keys = keys_of(plan)
    for risk in plan.risks:
        if not risk.trigger or is_closed(risk.status):
            continue
        for condition in read(risk.trigger, keys).conditions:
            facts = holds(condition, rows, today)
            if facts is not None:
                yield risk, Struck(risk.key, risk.cause, condition.how, facts)
                break


def struck_by_milestone(plan: Plan, rows: Mapping[str, Assessment], today: date) -> dict[str, tuple[Struck, ...]]:
    """Open milestone -> the risks that struck it by a fact; a risk of no milestone strikes all of its deal.

    What the plan itself calls struck needs no trigger and is not told twice.
    """
    found: dict[str, list[Struck]] = defaultdict(list)
    of_deal: dict[str, list[str]] = defaultdict(list)
    for row in plan.milestones:
        of_deal[row.deal].append(row.key)
    for risk, struck in struck_by_facts(plan, rows, today):
        for key in [risk.milestone] if risk.milestone is not None else of_deal[risk.deal]:
            judged = rows.get(key)
            if judged is not None and judged.colour is not Colour.DONE:
                found[key].append(struck)
    return {key: tuple(entries) for key, entries in found.items()}


def is_struck(risk: Risk, fact: Struck | None) -> bool:
    """By the word of the plan, or by a fact."""
    return not is_closed(risk.status) and (has_struck(risk.status) or fact is not None)
