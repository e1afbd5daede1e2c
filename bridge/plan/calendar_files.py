"""Reading calendars that people bring: a company's CSV, and the announcement of a year as CSV or holiday-cn JSON."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bridge.errors import Problems, UsageProblem
from bridge.language import Text
from bridge.plan.calendar import OFF, WORKDAY, Override, is_make_up

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


@dataclass(frozen=True, slots=True)
class Announcement:
    """The days that the State Council announced for one year, make-up days at the end of the year before included."""

    year: int
    days: tuple[Override, ...]

    @property
    def has_make_up_days(self) -> bool:
        """Without any the year goes on being estimated: no year was ever announced without one."""
        return any(is_make_up(day, kind) for day, kind, _ in self.days)


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
_NO_YEAR = Text(
    zh="{place} year：{value} 不是年份；请使用 holiday-cn 的年度文件，例如 2027.json",
    en="{place} year: {value} is no year; use a year file of holiday-cn such as 2027.json",
)
_OTHER_YEAR = Text(
    zh="{place}：{value} 不属于 {year} 年的放假安排；每个文件只写一年（可含上一年 12 月的调休日）",
    en="{place}: {value} is no part of the announcement of {year}; one year a file, with days of the December before",
)
_EMPTY = Text(
    zh="{place}：里面没有一天；请写上放假与调休的日期，每行 date,workday|off,name",
    en="{place}: there is no day in it; write the days off and the make-up days, one a line: date,workday|off,name",
)


def read_announcement(text: str, place: str = "announcement") -> tuple[Announcement, ...]:
    """The announcements in a file, by year: CSV, or JSON of holiday-cn, told apart by the first character.

    A CSV may hold several years. Days of a December without others in that year belong to the year after: New Year is
    made up for there. Raises `Problems` that names every wrong row at once; nothing of a wrong file is given.
    """
    if text.removeprefix("\ufeff").lstrip().startswith(("{", "[")):
        days = parse_announcement(text, place)
        stated = json.loads(text.removeprefix("\ufeff")).get("year")
        return (_of_year(days, stated, place),)
    by_year: dict[int, list[Override]] = {}
    days = parse_csv(text, place)
    if not days:
        raise Problems(_HEADING, [UsageProblem(_EMPTY, place=place)], place=place)
    months = Counter((day.year, day.month) for day, _, _ in days)
    for override in days:
        year = override[0].year
        is_tail = all(month == 12 for known, month in months if known == year) and (year + 1, 1) in months
        by_year.setdefault(year + 1 if is_tail else year, []).append(override)
    return tuple(Announcement(year, tuple(sorted(by_year[year]))) for year in sorted(by_year))


def _of_year(days: Sequence[Override], stated: object, place: str) -> Announcement:
    if not isinstance(stated, int) or isinstance(stated, bool) or not 1950 <= stated <= 2100:
        raise Problems(_HEADING, [UsageProblem(_NO_YEAR, place=place, value=_shown(stated))], place=place)
    if not days:
        raise Problems(_HEADING, [UsageProblem(_EMPTY, place=place)], place=place)
    foreign = [day for day, _, _ in days if not _belongs(day, stated)]
    if foreign:
        wrong = [UsageProblem(_OTHER_YEAR, place=place, value=day.isoformat(), year=stated) for day in foreign]
        raise Problems(_HEADING, wrong, place=place)
    return Announcement(stated, tuple(sorted(days)))


def _belongs(day: date, year: int) -> bool:
    return day.year == year or (day.year == year - 1 and day.month == 12)


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
        document = json.loads(json_text.removeprefix("\ufeff"))
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
