"""Reading plan cells with a small grammar of their own: rates and tiers, leave, rules, lists of keys."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from bridge import thresholds
from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan import cells
from bridge.plan.document import Leave, Tier

NOT_A_RATE = Text(
    zh="“{value}”不是比率；请写小数（0.0005）或 0.05%、0.5‰、万分之五",
    en='"{value}" is not a rate; write a fraction (0.0005) or 0.05%, 0.5‰, 万分之五',
)
NOT_TIERS = Text(
    zh="“{value}”中的“{part}”不是分段日率；请写成“起始天:日率”，用分号分隔，例如 1:0.001; 11:0.005",
    en='"{part}" in "{value}" is not a tier; write "first day:daily rate" separated by semicolons, '
    "such as 1:0.001; 11:0.005",
)
TIERS_OUT_OF_ORDER = Text(
    zh="“{value}”中的起始天没有从小到大排列，或有重复；请按天数从小到大写",
    en='the first days in "{value}" do not rise; write the tiers in order of days, each day once',
)
NOT_LEAVE = Text(
    zh="“{value}”中的“{part}”不是休假；请写成 2026-10-08..2026-10-12，用分号分隔",
    en='"{part}" in "{value}" is not a leave; write 2026-10-08..2026-10-12, separated by semicolons',
)
LEAVE_BACKWARDS = Text(
    zh="“{value}”中的“{part}”结束早于开始；请对调两个日期",
    en='"{part}" in "{value}" ends before it begins; swap the two dates',
)
NOT_A_RULE = Text(
    zh="“{value}”中的“{part}”不是规则；请写成“名称=数值”，用分号分隔，例如 stale_workdays=8; p_red=0.4",
    en='"{part}" in "{value}" is not a rule; write "name=number" separated by semicolons, '
    "such as stale_workdays=8; p_red=0.4",
)
UNKNOWN_RULE = Text(
    zh="“{value}”中的规则“{part}”不存在；可能想写 {nearest}",
    en='"{value}" names the unknown rule "{part}"; did you mean {nearest}?',
)
RULE_OF_ALL = Text(
    zh="“{value}”中的“{part}”针对整个来源，不能按项目设定；请写在设置的 [rules] 里",
    en='"{part}" in "{value}" holds for whole sources, not for one deal; set it under [rules] of the settings',
)
RULE_TWICE = Text(
    zh="“{value}”中的规则“{part}”写了两次；请只留一个",
    en='"{value}" sets the rule "{part}" twice; keep one of them',
)
RULE_RANGE = Text(
    zh="“{value}”中的“{part}”是概率，应在 0 到 1 之间；请改写",
    en='"{part}" in "{value}" is a probability and lies between 0 and 1; correct it',
)

_NUMERALS = {**{mark: number for number, mark in enumerate("零一二三四五六七八九")}, "〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100}
_PARTS = {"百": 100, "千": 1000, "万": 10_000}
_MARKS = {"": 1, "%": 100, "‰": 1000, "‱": 10_000}
_ZERO, _ONE = Decimal(0), Decimal(1)


def rate(raw: object) -> Decimal:
    """A fraction from 0 to 1, however it is written."""
    found = _rate(raw)
    if found is None:
        raise cells.refuse(NOT_A_RATE, raw)
    if found > 1:
        raise cells.refuse(cells.OUT_OF_RANGE, raw, low=0, high="1 (100%)")
    return found


def positive_rate(raw: object) -> Decimal:
    """A fraction above 0, because something is divided by it."""
    found = rate(raw)
    if found == 0:
        raise cells.refuse(cells.OUT_OF_RANGE, raw, low="0.0001", high="1 (100%)")
    return found


def _rate(raw: object) -> Decimal | None:
    if not isinstance(raw, str):
        return cells.unsigned(raw)
    written = cells.words(raw)
    if chinese := re.fullmatch(r"([百千万])分之(.+)", written):
        share = _chinese_number(chinese[2])
        return None if share is None else cells.plain(share / _PARTS[chinese[1]])
    found = re.fullmatch(r"([0-9.]+)\s*([%‰‱]?)", written)
    share = cells.unsigned(found[1]) if found else None
    return None if found is None or share is None else cells.plain(share / _MARKS[found[2]])


def _chinese_number(written: str) -> Decimal | None:
    """五, 十五, 二十五, 零点五, 5 or 0.5; None for anything else."""
    digits = cells.unsigned(written)
    if digits is not None:
        return digits
    head, point, tail = written.partition("点")
    if (point and not tail) or not head or any(mark not in _NUMERALS for mark in tail):
        return None
    whole = _chinese_whole(head)
    fraction = "".join(str(_NUMERALS[mark]) for mark in tail)
    return None if whole is None else Decimal(f"{whole}.{fraction}" if fraction else whole)


def _chinese_whole(written: str) -> int | None:
    form = re.fullmatch(
        r"(?:([一二两三四五六七八九])(百)零?)?(?:([一二三四五六七八九])?(十))?([零〇一二两三四五六七八九])?", written
    )
    if form is None:
        return None
    hundreds, hundred, tens, ten, ones = form.groups()
    total = _NUMERALS[hundreds] * _UNITS[hundred] if hundred else 0
    total += (_NUMERALS[tens] if tens else 1) * _UNITS[ten] if ten else 0
    return total + (_NUMERALS[ones] if ones else 0)


def tiers(raw: object) -> tuple[Tier, ...]:
    """One daily rate, or several that each hold from a late day on."""
    if not isinstance(raw, str) or not re.search(r"[:;\n]", cells.words(raw)):
        return (Tier(1, rate(raw)),)
    found = tuple(_tier(part, raw) for part in _parts(raw))
    days = [tier.from_day for tier in found]
    if days != sorted(set(days)):
        raise cells.refuse(TIERS_OUT_OF_ORDER, raw)
    return found


def _tier(part: str, raw: str) -> Tier:
    form = re.fullmatch(r"([0-9]{1,5})\s*:\s*(.+)", part)
    share = _rate(form[2]) if form else None
    if form is None or share is None or share > 1 or int(form[1]) < 1:
        raise cells.refuse(NOT_TIERS, raw, part=part)
    return Tier(int(form[1]), share)


def leave(raw: object) -> tuple[Leave, ...]:
    if not isinstance(raw, str):
        single = cells.day(raw)
        return (Leave(single, single),)
    return tuple(_leave(part, raw) for part in _parts(raw))


def _leave(part: str, raw: str) -> Leave:
    first, _, last = part.partition("..")
    try:
        days = Leave(cells.day(first), cells.day(last or first))
    except UsageProblem as error:
        raise cells.refuse(NOT_LEAVE, raw, part=part) from error
    if days.last < days.first:
        raise cells.refuse(LEAVE_BACKWARDS, raw, part=part)
    return days


def rules(raw: object) -> dict[str, float]:
    """Thresholds of one deal, by the names of `bridge.thresholds`."""
    found: dict[str, float] = {}
    for name, value in _assignments(raw):
        if name not in thresholds.NAMES:
            nearest = difflib.get_close_matches(name, thresholds.NAMES, n=1, cutoff=0.0)[0]
            raise cells.refuse(UNKNOWN_RULE, raw, part=name, nearest=nearest)
        if name not in thresholds.PER_DEAL:
            raise cells.refuse(RULE_OF_ALL, raw, part=name)
        if name in found:
            raise cells.refuse(RULE_TWICE, raw, part=name)
        number = cells.unsigned(value)
        if number is None:
            raise cells.refuse(NOT_A_RULE, raw, part=f"{name}={cells.shown(value)}")
        if name.startswith("p_") and number > 1:
            raise cells.refuse(RULE_RANGE, raw, part=f"{name}={cells.shown(value)}")
        found[name] = float(number)
    return found


def _assignments(raw: object) -> Iterator[tuple[str, object]]:
    if isinstance(raw, Mapping):
        yield from ((str(name), value) for name, value in raw.items())
        return
    for part in _parts(raw):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name or not value:
            raise cells.refuse(NOT_A_RULE, raw, part=part)
        yield name.lower(), value


def _parts(raw: object) -> list[str]:
    return [part for piece in re.split(r"[;\n]", cells.words(raw)) if (part := piece.strip())]


def keys(raw: object) -> tuple[str, ...]:
    """Keys of other rows, as a list or in one cell; each once, in the order written."""
    if isinstance(raw, (list, tuple)):
        found = [cells.key(entry) for entry in raw]
    elif isinstance(raw, str):
        found = [cells.clean(part) for part in re.split(r"[,;、，；\n]", raw)]
    else:
        found = [cells.key(raw)]
    return tuple(dict.fromkeys(entry for entry in found if entry))
