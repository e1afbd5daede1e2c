"""How the figures at the top of the report differ from what was recorded a week before, for the same milestones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bridge.language import Lang, Text
from bridge.report import numbers
from bridge.report.cells import estimate_of, spoken_day
from bridge.report.labels import label
from bridge.report.order import customer_of

WEEK, OLDEST = timedelta(days=7), timedelta(days=13)
"""The newest record that is a week old counts, as long as it is of that week."""
COUNTS = ("red", "amber", "grey")
MONEY = ("at_risk_gross", "at_risk_expected", "penalty_today", "penalty_p85")
AFFECTING = ("red", "amber")
COMPARED = Text("▲▼ 与{day}的记录相比", "▲▼ against the record of {day}")
UNKNOWN = Text("没有一周前的记录，看不出变化", "There is no record of a week ago, so no change is known")
SAME, UNKNOWN_CHANGE = "±0", "?"


@dataclass(frozen=True, slots=True)
class Kept:
    """What was recorded of a milestone; `money` holds sums by figure, and is None where that was not recorded yet."""

    colour: str
    at_risk_expected: Decimal | None
    money: Mapping[str, Decimal | None] | None


@dataclass(frozen=True, slots=True)
class Then:
    day: date
    kept: Mapping[str, Kept]


@dataclass(frozen=True, slots=True)
class Week:
    """What to say: a line about the day, and beside each figure how it changed; nothing where no day is known."""

    line: str
    counts: Mapping[str, str]
    money: Mapping[str, str]
    """By the name that the figure has in the page."""
    affected: str


def compared(view: Mapping[str, Any], then: Then | None, lang: Lang) -> Week:
    """The rows of the view as they are, against what was recorded of the same milestones."""
    if then is None:
        return Week(UNKNOWN.say(lang), {}, {}, "")
    rows = {row["key"]: row for row in view["milestones"]}
    kept = {key: one for key, one in then.kept.items() if key in rows}
    summary = view["summary"]
    return Week(
        COMPARED.say(lang, day=spoken_day(then.day, date.fromisoformat(view["as_of"]), lang)),
        {name: _step(summary[name] - sum(one.colour == name for one in kept.values())) for name in COUNTS},
        {label(name, lang): _money(name, summary[name], rows, kept) for name in MONEY},
        _step(summary["customers_affected"] - _affected(rows, kept)),
    )


def _affected(rows: Mapping[str, Mapping[str, Any]], kept: Mapping[str, Kept]) -> int:
    named = (rows[key] for key, one in kept.items() if one.colour in AFFECTING)
    return len({customer_of(row) for row in named if row["customer"]})


def _step(change: int) -> str:
    return SAME if not change else f"{'▲' if change > 0 else '▼'}{abs(change)}"


def _money(name: str, now: Mapping[str, str], rows: Mapping[str, Mapping[str, Any]], kept: Mapping[str, Kept]) -> str:
    """Each currency by itself; unknown as soon as one milestone has no such figure on record."""
    if name != "at_risk_expected" and any(one.money is None for one in kept.values()):
        return UNKNOWN_CHANGE
    said = []
    for currency, amount in sorted(now.items()):
        theirs = [one for key, one in kept.items() if rows[key]["money"]["currency"] == currency]
        before = numbers.money_sum((_figure(one, name) for one in theirs), currency)
        change = Decimal(amount) - Decimal(before)
        if change:
            said.append(f"{'▲' if change > 0 else '▼'}{estimate_of(str(abs(change)), currency)}")
    return " ".join(said) or SAME


def _figure(one: Kept, name: str) -> Decimal | None:
    return one.at_risk_expected if name == "at_risk_expected" else (one.money or {}).get(name)
