"""The closed list of conversions: what a vendor's value is turned into, or refused as unreadable.

Each gets a value that is not None and returns None for what the vendors write when nothing is set.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from bridge.mapping import people
from bridge.mapping.outcome import Surroundings, Unfit
from bridge.mapping.words import clean, fold, numeral

SMALLEST, LARGEST = -(2**63), 2**64 - 1
"""No integer beyond these is written into the store."""
Convert = Callable[[Any, Surroundings], Any]
Gives = Literal["text", "date", "instant", "number", "flag", "names", "people", "anything"]

# Both vendors write 0 for "not set", and zone shifts or snapping turn it into its neighbours: none of them is a date.
FIRST_YEAR, LAST_YEAR = 1980, 2199
FIRST = int(datetime(FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
END = int(datetime(LAST_YEAR + 1, 1, 1, tzinfo=UTC).timestamp())
_MILLISECONDS_FROM = 10**11
_NUMBER = re.compile(r"[+-]?(?:\d{1,15}(?:\.\d{0,12})?|\.\d{1,12})", re.ASCII)
_PLAIN_NUMBERS = frozenset({int, float})
_PLAIN_BELOW = 10**15
HOURS_PER_DAY = 8
DEEPEST = 20
_TRUE = frozenset({"true", "1", "yes", "y", "on", "是", "对"})
_FALSE = frozenset({"false", "0", "no", "n", "off", "否", "不", ""})


def text(value: Any, _about: Surroundings) -> str | None:
    """A string without outer blanks; a number as people write it."""
    if isinstance(value, str):
        return clean(value)
    written = numeral(value)
    if written is None:
        raise Unfit("unreadable_value", value)
    return written


def url(value: Any, about: Surroundings) -> str | None:
    """Text that is a web address; nothing else may become a link."""
    found = text(value, about)
    if found is not None and not found.lower().startswith(("https://", "http://")):
        raise Unfit("unreadable_value", value)
    return found


def html_text(value: Any, about: Surroundings) -> str | None:
    """What a reader of the HTML sees."""
    # The names of all entities take a while to load, and few files need them.
    from bridge.mapping import markup

    written = text(value, about)
    return None if written is None else clean(markup.text_of(written))


def number(value: Any, _about: Surroundings) -> float | None:
    """A finite number, also written as text."""
    return _number(value)


def _number(value: Any) -> float | None:
    if type(value) in _PLAIN_NUMBERS and -_PLAIN_BELOW < value < _PLAIN_BELOW:
        return float(value)
    if isinstance(value, str):
        value = _from_text(value)
        if value is None:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit("unreadable_value", value)
    try:
        found = float(value)
    except OverflowError:
        raise Unfit("unreadable_value", value) from None
    if not math.isfinite(found):
        raise Unfit("unreadable_value", value)
    return found


def _from_text(value: str) -> float | None:
    written = value.strip()
    if written and not _NUMBER.fullmatch(written):
        raise Unfit("unreadable_value", value)
    return float(written) if written else None


def hours_from_minutes(value: Any, about: Surroundings) -> float | None:
    found = number(value, about)
    return None if found is None else found / 60


def hours_from_days(value: Any, about: Surroundings) -> float | None:
    """Days of eight hours."""
    found = number(value, about)
    return None if found is None else found * HOURS_PER_DAY


def percent(value: Any, about: Surroundings) -> float | None:
    """0 to 100 as 0 to 1."""
    found = number(value, about)
    return None if found is None else found / 100


def flag(value: Any, _about: Surroundings) -> bool:
    """0, 1, true, false, or a word for them."""
    return truth(value)


def truth(value: Any) -> bool:
    if value is True or value is False:
        return bool(value)
    said = fold(value) if isinstance(value, str) else numeral(value)
    if said in _TRUE:
        return True
    if said in _FALSE:
        return False
    raise Unfit("unreadable_value", value)


def unix_date(value: Any, about: Surroundings) -> date | None:
    """Unix seconds (or milliseconds) as the civil date in the configured zone."""
    seconds = _seconds(value)
    return None if seconds is None else _civil(seconds, about.timezone)


def unix_instant(value: Any, _about: Surroundings) -> datetime | None:
    seconds = _seconds(value)
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _seconds(value: Any) -> int | None:
    if type(value) is int and FIRST <= value < END:
        return value
    if isinstance(value, str) and value.strip() and not value.strip().isdigit():
        raise Unfit("unreadable_value", value)
    found = _number(value)
    if not found:
        return None
    if found >= _MILLISECONDS_FROM:
        found /= 1000
    if not FIRST <= found < END:
        raise Unfit("unreadable_value", value)
    return int(found)


@lru_cache(maxsize=8192)
def _civil(seconds: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(seconds, zone).date()


def iso_date(value: Any, about: Surroundings) -> date | None:
    """An ISO 8601 date; of an instant its civil date in the configured zone, of a local time its own date."""
    moment = _iso(value)
    if moment is None:
        return None
    return (moment.astimezone(about.timezone) if moment.tzinfo else moment).date()


def iso_instant(value: Any, about: Surroundings) -> datetime | None:
    """An ISO 8601 instant; a local time counts in the configured zone."""
    moment = _iso(value)
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=about.timezone)).astimezone(UTC)


def _iso(value: Any) -> datetime | None:
    if not isinstance(value, str):
        raise Unfit("unreadable_value", value)
    written = value.strip()
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written).replace(microsecond=0)
    except ValueError:
        raise Unfit("unreadable_value", value) from None
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Unfit("unreadable_value", value)
    return moment


def as_is(value: Any, _about: Surroundings) -> Any:
    """The JSON value itself, in which text is cleaned."""
    return _kept(value, value, DEEPEST)


def _kept(value: Any, whole: Any, levels: int) -> Any:
    if isinstance(value, str):
        return clean(value)
    is_too_deep = isinstance(value, dict | list) and not levels
    if is_too_deep or (isinstance(value, int | float) and not _is_writable(value)):
        raise Unfit("unreadable_value", whole)
    if isinstance(value, list):
        return [_kept(entry, whole, levels - 1) for entry in value]
    if isinstance(value, dict):
        return {clean(key) or "": _kept(entry, whole, levels - 1) for key, entry in value.items()}
    return value


def _is_writable(value: float) -> bool:
    return math.isfinite(value) if isinstance(value, float) else SMALLEST <= value <= LARGEST


class Conversion(Struct, frozen=True):
    """A conversion by its name in mapping files."""

    name: str
    gives: Gives
    convert: Convert
    takes_lists: bool = False


CONVERSIONS: dict[str, Conversion] = {
    conversion.name: conversion
    for conversion in (
        Conversion("text", "text", text),
        Conversion("url", "text", url),
        Conversion("html_text", "text", html_text),
        Conversion("number", "number", number),
        Conversion("percent", "number", percent),
        Conversion("hours_from_minutes", "number", hours_from_minutes),
        Conversion("hours_from_days", "number", hours_from_days),
        Conversion("flag", "flag", flag),
        Conversion("unix_date", "date", unix_date),
        Conversion("unix_instant", "instant", unix_instant),
        Conversion("iso_date", "date", iso_date),
        Conversion("iso_instant", "instant", iso_instant),
        Conversion("names", "names", people.names, takes_lists=True),
        Conversion("last_ending", "text", people.last_ending, takes_lists=True),
        Conversion("person", "people", people.person, takes_lists=True),
        Conversion("people", "people", people.people, takes_lists=True),
        Conversion("as_is", "anything", as_is, takes_lists=True),
    )
}
