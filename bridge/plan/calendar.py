"""Which days are worked in China: announced holidays, make-up working days (调休) and what an admin adds to them.

The package `holidays` knows both kinds of day for every year the State Council has announced and silently lacks the
make-up days of later ones, so a year without any is *estimated*: it is computed with, and reports say so. Overrides
come from an imported announcement or from the company and always win over the package.
"""

from __future__ import annotations

import csv
import io
import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from holidays.countries.china import China

from bridge.errors import Problems, UsageProblem
from bridge.language import Text

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
    """Days that are not what their weekday says, over the years `first` to `last`, with running sums of ±1."""

    first: int
    last: int
    ordinals: list[int]
    sums: list[int]


class WorkCalendar:
    """Working days as one table: `wd(a, b)` of the detection rules is `workdays(a, b)`.

    Counting is arithmetic over weekdays plus a search in the list of exceptions, so it costs the same for a week and
    for a decade. Never raises for a year that nobody has announced.
    """

    __slots__ = ("_confirmed", "_exceptions", "_overrides")

    def __init__(self, overrides: Iterable[Override] = ()) -> None:
        self._overrides: dict[date, bool] = {}
        self._confirmed: set[int] = set()
        for day, kind, name in overrides:
            if kind not in (WORKDAY, OFF):
                raise ValueError(f"{day}: {kind!r} is neither {WORKDAY!r} nor {OFF!r}")
            self._overrides[day] = kind == WORKDAY
            if kind == WORKDAY and day.weekday() >= 5 and _FESTIVAL.search(name):
                self._confirmed.add(day.year)
        self._exceptions = _Exceptions(_LAST_YEAR, _FIRST_YEAR, [], [0])

    @classmethod
    def china(cls, overrides: Iterable[Override] = ()) -> WorkCalendar:
        """The Chinese calendar; of several overrides of one day the last counts."""
        return cls(overrides)

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
        return not worked if day in _listed(day.year) else worked

    def workdays(self, a: date, b: date) -> int:
        """Working days in (a, b], negative when b < a, 0 when a = b."""
        exceptions = self._spanning(min(a, b).year, max(a, b).year)
        return _worked_until(exceptions, b.toordinal()) - _worked_until(exceptions, a.toordinal())

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
        return year not in self._confirmed and not any(day.weekday() >= 5 for day in _listed(year))

    def unannounced_year(self, today: date) -> int | None:
        """The next year, from 1 December on, as long as nobody has confirmed it; else None."""
        return today.year + 1 if today.month == 12 and self.estimated(today.year + 1) else None

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
            worked.update((day, day.weekday() >= 5) for day in _listed(year))
        worked.update(self._overrides)
        days = sorted(day for day, works in worked.items() if works != (day.weekday() < 5))
        signs = (1 if worked[day] else -1 for day in days)
        return _Exceptions(first, last, [day.toordinal() for day in days], list(accumulate(signs, initial=0)))


def _worked_until(exceptions: _Exceptions, ordinal: int) -> int:
    """Working days from the Monday 0001-01-01 to the day, both included."""
    weeks, rest = divmod(ordinal, 7)
    return 5 * weeks + min(rest, 5) + exceptions.sums[bisect_right(exceptions.ordinals, ordinal)]


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


_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)")
_KINDS: Mapping[str, str] = {
    "workday": WORKDAY,
    "工作日": WORKDAY,
    "上班": WORKDAY,
    "off": OFF,
    "休息日": OFF,
    "休息": OFF,
    "放假": OFF,
}

_HEADING = Text(
    zh="{place} 里的日历读不了，一天也没有采用：", en="{place}: this calendar cannot be used, no day of it was taken:"
)
_BAD_DATE = Text(
    zh="{place} {row}：日期 {value!r} 认不出；请写成 2027-02-06",
    en="{place} {row}: {value!r} is not a date; write it as 2027-02-06",
)
_BAD_KIND = Text(
    zh="{place} {row}：第二列 {value!r} 不认识；请写 workday（上班）或 off（休息）",
    en="{place} {row}: {value!r} in the second column is unknown; write workday or off",
)
_TWICE = Text(
    zh="{place} {row}：{value} 与 {other} 矛盾；请只留一行",
    en="{place} {row}: {value} contradicts {other}; keep one of them",
)
_BAD_JSON = Text(
    zh="{place}：不是 JSON（{value}）；请重新下载放假安排文件",
    en="{place}: not JSON ({value}); download the announcement again",
)
_BAD_SHAPE = Text(
    zh='{place} {row}：{value} 不是 {{"name", "date", "isOffDay"}}；请使用 holiday-cn 的年度文件',
    en='{place} {row}: {value} is not {{"name", "date", "isOffDay"}}; use a year file of holiday-cn',
)


def parse_csv(text: str, place: str = "calendar") -> tuple[Override, ...]:
    """Overrides from lines `date,workday|off,name`; a heading line and blank lines are skipped.

    Raises `Problems` that names every wrong row at once as a spreadsheet counts it (first line = 1).
    """
    found: list[tuple[str, Override]] = []
    problems: list[UsageProblem] = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    for cells in ([cell.strip() for cell in row] for row in reader):
        if not any(cells) or (not found and not problems and cells[0].casefold() in ("date", "日期")):
            continue
        row, (day_text, kind_text, name) = f"row {reader.line_num}", (*cells, "", "")[:3]
        day, kind = _date(day_text), _KINDS.get(kind_text.casefold())
        if day is None:
            problems.append(UsageProblem(_BAD_DATE, place=place, row=row, value=day_text))
        elif kind is None:
            problems.append(UsageProblem(_BAD_KIND, place=place, row=row, value=kind_text))
        else:
            found.append((row, (day, kind, name)))
    return _agreed(place, found, problems)


def parse_announcement(json_text: str, place: str = "announcement") -> tuple[Override, ...]:
    """Overrides from a year file of the public holiday-cn data: `{"year", "days": [{"name", "date", "isOffDay"}]}`.

    Raises `Problems` that names every wrong entry at once.
    """
    try:
        document = json.loads(json_text)
    except ValueError as error:
        wrong = UsageProblem(_BAD_JSON, place=place, value=str(error))
        raise Problems(_HEADING, [wrong], place=place) from error
    days = document.get("days") if isinstance(document, dict) else None
    if not isinstance(days, list):
        wrong = UsageProblem(_BAD_SHAPE, place=place, row="days", value=_shown(days))
        raise Problems(_HEADING, [wrong], place=place)
    found: list[tuple[str, Override]] = []
    problems: list[UsageProblem] = []
    for number, entry in enumerate(days, 1):
        row = f"days[{number}]"
        if not isinstance(entry, dict) or not isinstance(entry.get("isOffDay"), bool):
            problems.append(UsageProblem(_BAD_SHAPE, place=place, row=row, value=_shown(entry)))
        elif (day := _date(str(entry.get("date", "")))) is None:
            problems.append(UsageProblem(_BAD_DATE, place=place, row=row, value=str(entry.get("date", ""))))
        else:
            found.append((row, (day, OFF if entry["isOffDay"] else WORKDAY, str(entry.get("name", "")))))
    return _agreed(place, found, problems)


def _agreed(
    place: str, found: Sequence[tuple[str, Override]], problems: Sequence[UsageProblem]
) -> tuple[Override, ...]:
    """The overrides, unless something was wrong or one day is named both worked and off."""
    first: dict[date, tuple[str, str]] = {}
    contradictions: list[UsageProblem] = []
    for row, (day, kind, _) in found:
        other_row, other_kind = first.setdefault(day, (row, kind))
        if other_kind != kind:
            contradictions.append(
                UsageProblem(_TWICE, place=place, row=row, value=f"{day} {kind}", other=f"{other_row} ({other_kind})")
            )
    if problems or contradictions:
        raise Problems(_HEADING, [*problems, *contradictions], place=place)
    return tuple(override for _, override in found)


def _date(text: str) -> date | None:
    match = _DATE.fullmatch(text.strip())
    if match is None:
        return None
    year, month, day = (int(part) for part in match.groups() if part is not None)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _shown(value: object) -> str:
    """A wrong value for a message, cut to a readable length."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"


def monday(day: date) -> date:
    """The Monday of the week of `day`; weeks run Monday to Sunday everywhere."""
    return day - timedelta(days=day.weekday())
