"""Which days are worked in China: announced holidays, make-up working days (调休) and what an admin adds to them.

The package `holidays` knows both kinds of day for every year the State Council has announced and silently lacks the
make-up days of later ones, so a year without any is *estimated*: it is computed with, and reports say so. An imported
announcement wins over the package, and the company's own days over both.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from holidays.countries.china import China

WORKDAY = "workday"
OFF = "off"

Override = tuple[date, str, str]
"""(day, "workday" or "off", name): one line of an announcement or of the company's own calendar."""

# The package computes holidays inside these years only; outside them weekends are the best that is known.
_FIRST_YEAR, _LAST_YEAR = 1950, 2100

# Announcements name a make-up day after its holiday; a company's own working Saturday does not confirm a year.
_FESTIVAL = re.compile(
    "元旦|春节|清明|劳动节|端午|中秋|国庆|调休|new year|spring festival|qingming|tomb|labou?r day|dragon boat"
    "|mid-autumn|national day|make-?up",
    re.IGNORECASE,
)


class _Exceptions(NamedTuple):
    """Days that are not what their weekday says, over the years `first` to `last`, with running sums of ±1.

    `worked` remembers the days of these years that were asked for: how many were worked until then.
    """

    first: int
    last: int
    ordinals: list[int]
    sums: list[int]
    worked: dict[date, int]


class WorkCalendar:
    """Working days as one table: `wd(a, b)` of the detection rules is `workdays(a, b)`, in days.

    Counting is arithmetic over weekdays plus a search in the list of exceptions, so it costs the same for a week and
    for a decade. Never raises for a year that nobody has announced.
    """

    __slots__ = ("_confirmed", "_exceptions", "_overrides", "_seed")

    def __init__(
        self,
        overrides: Iterable[Override] = (),
        *,
        announced: Iterable[Override] = (),
        seed: Mapping[int, Iterable[Override]] | None = None,
    ) -> None:
        self._overrides: dict[date, bool] = {}
        self._confirmed: set[int] = set()
        self._seed = {year: _exceptional(days) for year, days in (seed or {}).items()}
        for day, kind, name in (*announced, *overrides):
            if kind not in (WORKDAY, OFF):
                raise ValueError(f"{day}: {kind!r} is neither {WORKDAY!r} nor {OFF!r}")
            self._overrides[day] = kind == WORKDAY
            if is_make_up(day, kind) and _FESTIVAL.search(name):
                self._confirmed.add(day.year)
        # Whatever an announcement calls its make-up days, nobody else announces any.
        self._confirmed.update(day.year for day, kind, _ in announced if is_make_up(day, kind))
        self._exceptions = _Exceptions(_LAST_YEAR, _FIRST_YEAR, [], [0], {})

    @classmethod
    def china(
        cls,
        overrides: Iterable[Override] = (),
        *,
        announced: Iterable[Override] = (),
        seed: Mapping[int, Iterable[Override]] | None = None,
    ) -> WorkCalendar:
        """The Chinese calendar; of several overrides of one day the last counts.

        `announced` are the days of imported announcements, which the overrides of the company win over. `seed` gives
        the days of a year as they were listed at another time, in place of what the package lists now. Raises
        `ValueError` for a kind of day that does not exist.
        """
        return cls(tuple(overrides), announced=tuple(announced), seed=seed)

    def __eq__(self, other: object) -> bool:
        """Whether both know the same days."""
        if not isinstance(other, WorkCalendar):
            return NotImplemented
        return (self._overrides, self._confirmed) == (other._overrides, other._confirmed)

    def __hash__(self) -> int:
        return hash(frozenset(self._overrides.items()))

    def is_workday(self, day: date) -> bool:
        """Whether `day` is worked, make-up days and overrides included."""
        if day in self._overrides:
            return self._overrides[day]
        worked = day.weekday() < 5
        return not worked if day in self._listed(day.year) else worked

    def workdays(self, a: date, b: date) -> int:
        """Working days in (a, b], negative when b < a, 0 when a = b."""
        worked = self._exceptions.worked
        if a in worked and b in worked:
            return worked[b] - worked[a]
        exceptions = self._spanning(min(a, b).year, max(a, b).year)
        return _remembered(exceptions, b) - _remembered(exceptions, a)

    def add_workdays(self, day: date, n: int) -> date:
        """The first date with `workdays(day, date) == n`; `day` itself for n = 0.

        For n ≠ 0 that is always a working day. A result after the year 9999 raises `OverflowError`.
        """
        if n == 0:
            return day
        start = day.toordinal()
        reach = 2 * abs(n) + 30
        while True:
            low, high = max(start - reach, 1), min(start + reach, date.max.toordinal())
            exceptions = self._spanning(date.fromordinal(low).year, date.fromordinal(high).year)
            target = _worked_until(exceptions, start) + n
            # A year of company holidays could make the first guess too short; then look twice as far.
            if _worked_until(exceptions, low) < target <= _worked_until(exceptions, high):
                found = bisect_left(range(low, high + 1), target, key=lambda at: _worked_until(exceptions, at))
                return date.fromordinal(low + found)
            if low == 1 or high == date.max.toordinal():
                raise OverflowError(f"{n} working days from {day} leave the calendar")
            reach *= 2

    def estimated(self, year: int) -> bool:
        """Whether the holidays of `year` are a guess: no make-up working day is listed for it.

        An imported announcement ends that: overrides with a worked weekend day named after a public holiday.
        """
        return year not in self._confirmed and not any(day.weekday() >= 5 for day in self._listed(year))

    def unannounced_year(self, today: date) -> int | None:
        """The next year, from 1 December on, as long as nobody has confirmed it; else None."""
        return today.year + 1 if today.month == 12 and self.estimated(today.year + 1) else None

    def _listed(self, year: int) -> frozenset[date]:
        """Days of `year` on which the calendar without overrides disagrees with the weekday."""
        return self._seed[year] if year in self._seed else _listed(year)

    def _spanning(self, first: int, last: int) -> _Exceptions:
        known = self._exceptions
        first, last = max(first, _FIRST_YEAR), min(last, _LAST_YEAR)
        if (known.first <= first and last <= known.last) or (first > last and known.first <= known.last):
            return known
        # Replaced as a whole, never changed in place: threads that share a calendar see the old list or the new one.
        self._exceptions = self._collect(min(first, known.first), max(last, known.last))
        return self._exceptions

    def _collect(self, first: int, last: int) -> _Exceptions:
        worked: dict[date, bool] = {}
        for year in range(first, last + 1):
            worked.update((day, day.weekday() >= 5) for day in self._listed(year))
        worked.update(self._overrides)
        days = sorted(day for day, works in worked.items() if works != (day.weekday() < 5))
        signs = (1 if worked[day] else -1 for day in days)
        return _Exceptions(first, last, [day.toordinal() for day in days], list(accumulate(signs, initial=0)), {})


def _worked_until(exceptions: _Exceptions, ordinal: int) -> int:
    """Working days from the Monday 0001-01-01 to the day, both included."""
    weeks, rest = divmod(ordinal, 7)
    return 5 * weeks + min(rest, 5) + exceptions.sums[bisect_right(exceptions.ordinals, ordinal)]


def _remembered(exceptions: _Exceptions, day: date) -> int:
    """`_worked_until` the day. A plan has a few hundred days, and asks for each of them thousands of times."""
    worked = _worked_until(exceptions, day.toordinal())
    if exceptions.first <= day.year <= exceptions.last:
        exceptions.worked[day] = worked
    return worked


def is_make_up(day: date, kind: str) -> bool:
    """Whether the day is a weekend day that is worked (调休)."""
    return kind == WORKDAY and day.weekday() >= 5


def _exceptional(days: Iterable[Override]) -> frozenset[date]:
    return frozenset(day for day, kind, _ in days if (kind == WORKDAY) != (day.weekday() < 5))


def listed_by_package(year: int) -> tuple[Override, ...]:
    """What the package `holidays` lists for a year that differs from the weekday, with Chinese names, in order."""
    days = sorted(_listed(year))
    names = China(years=sorted({day.year for day in days}), expand=False, language="zh_CN") if days else {}  # type: ignore[no-untyped-call]
    return tuple((day, WORKDAY if day.weekday() >= 5 else OFF, names.get(day) or "调休") for day in days)


@lru_cache(maxsize=256)
def _listed(year: int) -> frozenset[date]:
    """Days of `year` on which the package disagrees with the weekday: holidays Mon–Fri, make-up days Sat and Sun."""
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return frozenset()
    # The announcement of a year may make up for New Year in the last days of the year before.
    years = [year] if year == _LAST_YEAR else [year, year + 1]
    table = China(years=years, expand=False)  # type: ignore[no-untyped-call]
    holidays = {day for day in table if day.weekday() < 5}
    return frozenset(day for day in holidays | table.weekend_workdays if day.year == year)


def monday(day: date) -> date:
    """The Monday of the week of `day`; weeks run Monday to Sunday everywhere."""
    return day - timedelta(days=day.weekday())
