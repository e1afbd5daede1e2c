"""How dates, counts, shares, names and money are said to people in Chinese and in English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from bridge.language import Lang
from bridge.reconcile.situation import Span

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
NAMES_SHOWN = 3
DAYS_FROM_HOURS = 72
MARKS = {"CNY": "¥", "USD": "US$", "EUR": "€", "GBP": "£", "HKD": "HK$"}
"""Currency marks a reader cannot mistake; any other currency is said by its code."""

Noun = tuple[str, str]
"""English singular and plural of what a count counts, its verb included where the sentence needs one."""


def day_text(day: date, today: date, lang: Lang) -> str:
    """The year is said only where it is not this year's."""
    if lang == "zh":
        return (
            f"{day.month} 月 {day.day} 日" if day.year == today.year else f"{day.year} 年 {day.month} 月 {day.day} 日"
        )
    short = f"{day.day} {MONTHS[day.month - 1]}"
    return short if day.year == today.year else f"{short} {day.year}"


def long_day(day: date, lang: Lang) -> str:
    """With its year: for a page that is read again years later."""
    if lang == "zh":
        return f"{day.year} 年 {day.month} 月 {day.day} 日"
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def span_text(span: Span, lang: Lang) -> str:
    """Working days, because people plan in them; calendar days where no working day lies between."""
    if span.workdays != 0:
        return f"{span.workdays} 个工作日" if lang == "zh" else counted(span.workdays, ("working day", "working days"))
    return (
        f"{span.days} 天（都是休息日）" if lang == "zh" else f"{counted(span.days, ('day', 'days'))} (no working day)"
    )


def counted(number: int, noun: Noun) -> str:
    return f"{number} {noun[0] if number == 1 else noun[1]}"


def times_text(number: int, lang: Lang) -> str:
    if lang == "zh":
        return str(number)
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def share_text(ratio: float) -> str:
    """Whole per cent, half up; a share that is not quite nothing or everything, or barely more, is not rounded into it."""
    percent = Decimal(str(ratio)) * 100
    if 0 < percent < 1:
        return "<1%"
    if 99 < percent < 100:
        return ">99%"
    if 100 < percent < 101:
        return ">100%"
    return f"{percent.quantize(Decimal(1), rounding=ROUND_HALF_UP):f}%"


def fraction_text(value: float, places: int) -> str:
    """So many decimals at most, half up, without trailing zeros: the number as written decides, not its binary neighbour."""
    text = f"{Decimal(str(value)).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def age_text(age: timedelta, lang: Lang) -> str:
    """Whole hours up to three days, then whole days."""
    hours = age // timedelta(hours=1)
    if hours < DAYS_FROM_HOURS:
        return f"{hours} 小时" if lang == "zh" else counted(hours, ("hour", "hours"))
    return f"{age.days} 天" if lang == "zh" else counted(age.days, ("day", "days"))


def names_text(names: Sequence[str], lang: Lang, measure: str = "项") -> str:
    """The first few names, and how many there are in all when some are left out."""
    shown = list(names[:NAMES_SHOWN])
    if len(names) <= NAMES_SHOWN:
        return "、".join(shown) if lang == "zh" else ", ".join(shown)
    if lang == "zh":
        apart = " " if shown[-1][-1:].isascii() else ""
        return f"{'、'.join(shown)}{apart}等 {len(names)} {measure}"
    return f"{', '.join(shown)} and {len(names) - NAMES_SHOWN} more"


def quoted(name: str, lang: Lang) -> str:
    return f"「{name}」" if lang == "zh" else f"“{name}”"


def money_text(amount: Decimal, currency: str) -> str:
    """`¥1,200,000`, `¥36,000.50`, `SGD 1,000`: no decimals where there are none to say."""
    number = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    mark = MARKS.get(currency)
    return f"{mark}{number}" if mark else f"{currency} {number}"
