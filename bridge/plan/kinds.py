"""The kinds of plan columns: how a cell of each is read, written back so that it reads the same, and explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bridge.language import Lang, Text
from bridge.plan import cells, clauses, scope
from bridge.plan.document import Leave, Tier

Written = str | Decimal | int | bool | date
"""What a cell may be written as; each file format has its own way to spell these."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of column. `choices` are the canonical words with what people call them."""

    read: Callable[[object], Any]
    hint: Text
    python: Any = str
    write: Callable[[Any], Written] = lambda value: value
    choices: Mapping[Any, Text] | None = None

    def written(self, value: Any, lang: Lang | None = None) -> Written:
        """`value` for a cell; a word of a closed list is in `lang`, or canonical without one."""
        if self.choices is not None and lang is not None:
            return self.choices[value].say(lang)
        return self.write(value)


def _scope(raw: object) -> str:
    written = cells.text(raw)
    scope.parse(written)
    return written


def _tiers(value: tuple[Tier, ...]) -> Written:
    if len(value) == 1 and value[0].from_day == 1:
        return value[0].rate
    return "; ".join(f"{tier.from_day}:{tier.rate:f}" for tier in value)


def _leave(value: tuple[Leave, ...]) -> str:
    return "; ".join(f"{days.first.isoformat()}..{days.last.isoformat()}" for days in value)


def _rules(value: Mapping[str, float]) -> str:
    return "; ".join(f"{name}={Decimal(repr(number)).normalize():f}" for name, number in value.items())


def _closed(choices: Mapping[str, Text], hint: Text, **also: str) -> Kind:
    meanings = {word: word for word in choices}
    meanings |= {name: word for word, text in choices.items() for name in (text.zh, text.en)}
    return Kind(cells.choice_of(meanings | also), hint, choices=choices)


_BASES = {"deal": Text(zh="项目", en="deal"), "milestone": Text(zh="里程碑", en="milestone")}
AUDIENCES = {"team": Text(zh="团队", en="team"), "customer": Text(zh="客户", en="customer")}
_RESOURCES = {
    "人力": Text(zh="人力", en="people"),
    "物资": Text(zh="物资", en="material"),
    "资金": Text(zh="资金", en="money"),
}

TEXT = Kind(cells.text, Text(zh="文字", en="text"))
KEY = Kind(cells.key, Text(zh="编号，在本表中唯一，长期不变", en="a key, unique in this sheet, never changed later"))
MILESTONE_KEY = Kind(cells.listable_key, KEY.hint)
REFERENCE = Kind(cells.key, Text(zh="另一张表里的编号", en="a key of another sheet"))
KEYS = Kind(
    clauses.keys,
    Text(zh="其他里程碑的编号，用逗号分隔：M-1, M-2", en="keys of other milestones, separated by commas: M-1, M-2"),
    tuple[str, ...],
    ", ".join,
)
DATE = Kind(
    cells.day,
    Text(
        zh="日期：2026-09-01、2026/9/1、2026年9月1日，或日期单元格；不能是纯数字",
        en="a date: 2026-09-01, 2026/9/1, 2026年9月1日 or a date cell; never a bare number",
    ),
    date,
)
MONEY = Kind(
    cells.money,
    Text(
        zh="金额：只写数字，最多一个小数点，不带货币符号和逗号，例如 300000",
        en="an amount: digits with at most one point, no currency mark, no comma, such as 300000",
    ),
    Decimal,
)
NUMBER = Kind(cells.number, Text(zh="数，例如 5000000 或 95", en="a number, such as 5000000 or 95"), Decimal)
AMOUNT = Kind(
    cells.amount_between(Decimal(0), Decimal(10) ** 12),
    Text(zh="不小于 0 的数", en="a number not below 0"),
    Decimal,
)
HOURS = Kind(
    cells.amount_between(Decimal(0), Decimal(24)), Text(zh="小时数，0 到 24", en="hours, from 0 to 24"), Decimal
)
RATE = Kind(
    clauses.rate,
    Text(zh="比率，0 到 1：0.3、30%、5‰、万分之五", en="a share from 0 to 1: 0.3, 30%, 5‰, 万分之五"),
    Decimal,
)
WIN_RATE = Kind(clauses.positive_rate, Text(zh="大于 0 的比率：0.3 或 30%", en="a share above 0: 0.3 or 30%"), Decimal)
TIERS = Kind(
    clauses.tiers,
    Text(
        zh="每天的比率：0.05%、0.5‰、万分之五；或分段（从第几天起）：1:0.001; 11:0.005",
        en="a rate a day: 0.05%, 0.5‰, 万分之五; or tiers (from which late day on): 1:0.001; 11:0.005",
    ),
    tuple[Tier, ...],
    _tiers,
)
WHOLE = Kind(cells.whole_between(0, 9999), Text(zh="整数，不小于 0", en="a whole number, not below 0"), int)
EVERY = Kind(cells.whole_between(1, 9999), Text(zh="天数，至少 1", en="days, at least 1"), int)
SCORE = Kind(cells.whole_between(1, 5), Text(zh="评分，1 到 5 的整数", en="a score, a whole number from 1 to 5"), int)
YES_NO = Kind(
    cells.yes_no,
    Text(zh="是 或 否；留空为否", en="yes or no; blank is no"),
    bool,
    choices={True: Text(zh="是", en="yes"), False: Text(zh="否", en="no")},
)
CURRENCY = Kind(cells.currency, Text(zh="三个字母的货币代码；留空为 CNY", en="three letters; blank is CNY"))
RULES = Kind(
    clauses.rules,
    Text(
        zh="只对本项目生效的阈值：stale_workdays=8; p_red=0.4",
        en="thresholds for this deal only: stale_workdays=8; p_red=0.4",
    ),
    dict[str, float],
    _rules,
)
LEAVE = Kind(
    clauses.leave,
    Text(zh="休假，首尾两天都算：2026-10-08..2026-10-12; …", en="leave, both days included: 2026-10-08..2026-10-12; …"),
    tuple[Leave, ...],
    _leave,
)
SCOPE = Kind(
    _scope,
    Text(
        zh="哪些任务属于本里程碑：source:pingcode project:PAY release:2.4.0 -tag:internal；用 | 分隔多种可能",
        en="which tasks belong to the milestone: source:pingcode project:PAY release:2.4.0 -tag:internal; "
        "separate alternatives with |",
    ),
)
BASE = _closed(_BASES, Text(zh="项目 或 里程碑（按谁的金额计算）；留空为项目", en="deal or milestone; blank is deal"))
AUDIENCE = _closed(AUDIENCES, Text(zh="团队 或 客户", en="team or customer"))
RESOURCE = _closed(_RESOURCES, Text(zh="人力、物资 或 资金", en="人力, 物资 or 资金: people, material or money"))
