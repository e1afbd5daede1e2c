"""Small pieces of a report as a reader sees them: one clean line of text, days, money, shares, ages, safe links."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from bridge.language import Lang
from bridge.report.labels import label
from bridge.report.phrases import MONTHS, money_text

# Joiners make emoji and some scripts readable; every other invisible character may only mislead.
_JOINERS = frozenset("\u200c\u200d\ufe0f")

SHORT_ID = 8


@dataclass(frozen=True, slots=True)
class Link:
    """A task as it is named in its tool; `url` is None unless it is safe to follow."""

    text: str
    url: str | None


def one_line(text: str) -> str:
    """People's text without line breaks, terminal escapes and characters that turn the writing direction."""
    if text.isprintable():  # nothing of the Unicode categories C and Z in it but blanks
        return text if "  " not in text and text.strip() == text else " ".join(text.split())
    kept = (" " if unicodedata.category(sign) in _SPACES else sign for sign in text if _is_shown(sign))
    return " ".join("".join(kept).split())


_SPACES = frozenset({"Cc", "Zl", "Zp", "Zs"})


def _is_shown(sign: str) -> bool:
    return sign in _JOINERS or unicodedata.category(sign) not in {"Cf", "Cs"}


def day_of(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def short_day(day: date, today: date) -> str:
    """`09-10` in columns of digits; the year only where it is not this year's."""
    return f"{day.month:02}-{day.day:02}" if day.year == today.year else day.isoformat()


def spoken_day(day: date, today: date, lang: Lang) -> str:
    """`9月10日`, `10 Sep`: a date in a narrow cell; the year only where it is not this year's."""
    if lang == "zh":
        return f"{day.month}月{day.day}日" if day.year == today.year else f"{day.year}年{day.month}月{day.day}日"
    short = f"{day.day} {MONTHS[day.month - 1]}"
    return short if day.year == today.year else f"{short} {day.year}"


def money_of(amount: str, currency: str) -> str:
    return money_text(Decimal(amount), currency)


def estimate_of(amount: str, currency: str) -> str:
    """An amount times a probability, in whole units: its cents say nothing."""
    return money_text(Decimal(amount).quantize(Decimal(1), rounding=ROUND_HALF_UP), currency)


def age_text(minutes: int | None, lang: Lang) -> str:
    """How old, in the unit a person would use."""
    if minutes is None:
        return label("unknown_age", lang)
    if minutes < 120:
        return label("minutes_ago", lang, count=minutes)
    return (
        label("hours_ago", lang, count=minutes // 60)
        if minutes < 48 * 60
        else label("days_ago", lang, count=minutes // 1440)
    )


def link_of(evidence: Mapping[str, Any]) -> Link:
    """Named by its human number; where the tool has none, by the end of its id."""
    return _link(evidence["key"], evidence["id"], evidence["url"])


# A late task is evidence of several reasons of several milestones; it is named once.
@lru_cache(maxsize=65_536)
def _link(key: str | None, identity: str, url: str | None) -> Link:
    identity = one_line(identity)
    short = identity if len(identity) <= SHORT_ID else f"#{identity[-SHORT_ID:]}"
    return Link(one_line(key) if key else short, safe_url(url))


def safe_url(url: str | None) -> str | None:
    """The address if a browser may be sent there: http or https with a host, and nothing invisible inside."""
    if url is None or not url.isprintable() or any(map(str.isspace, url)):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:  # such as a bracket that does not close
        return None
    return url if parts.scheme in ("http", "https") and parts.netloc else None
