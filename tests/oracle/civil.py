"""Civil dates of the oracle: working days in China counted one by one, and dates out of JSON."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from holidays.countries.china import China

ZONE = ZoneInfo("Asia/Shanghai")
CHINA = China(years=range(2024, 2029))
DAY = timedelta(days=1)

WHOLE = ("JPY", "KRW")
"""Currencies without a minor unit."""

Json = dict[str, Any]


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def local_day(instant: str | None) -> date | None:
    """The civil date of an RFC 3339 instant."""
    return None if instant is None else datetime.fromisoformat(instant).astimezone(ZONE).date()


class Days:
    """Working days: weekdays less public holidays, plus make-up days, plus what a company says of single days."""

    def __init__(self, overrides: dict[date, bool] | None = None) -> None:
        self.overrides = overrides or {}

    def works(self, day: date) -> bool:
        if day in self.overrides:
            return self.overrides[day]
        return bool(CHINA.is_working_day(day))

    def wd(self, a: date, b: date) -> int:
        """Working days in (a, b]; negative when b < a."""
        if b < a:
            return -self.wd(b, a)
        count, at = 0, a
        while at < b:
            at += DAY
            count += self.works(at)
        return count

    def after(self, day: date, n: int) -> date:
        """The n-th working day after a date; the date itself for 0."""
        while n > 0:
            day += DAY
            n -= self.works(day)
        return day

    def both(self, a: date | None, b: date | None) -> Json | None:
        """A slip from a to b in working and calendar days."""
        if a is None or b is None:
            return None
        return {"workdays": self.wd(a, b), "days": (b - a).days}


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def exact(number: Any) -> Fraction:
    """A JSON number as it is written."""
    return Fraction(str(number))


def half_up(value: Fraction, places: int) -> Decimal:
    scaled = abs(value) * 10**places
    whole = (scaled + Fraction(1, 2)).__floor__()
    return (Decimal(whole if value >= 0 else -whole)).scaleb(-places)


def ratio(value: Fraction | None) -> float | None:
    return None if value is None else float(half_up(value, 4))


def quantity(value: Fraction) -> str:
    """Hours and points: at most two decimals, no trailing zeros."""
    shown = f"{half_up(value, 2):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def money(value: Decimal | None, currency: str) -> Decimal | None:
    if value is None:
        return None
    return value.quantize(Decimal(1) if currency in WHOLE else Decimal("0.01"), ROUND_HALF_UP)
