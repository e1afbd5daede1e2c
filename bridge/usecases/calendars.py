"""The working calendar of a run: of now from package, announcements and company, of a past day as it was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan.calendar import WORKDAY, Override, WorkCalendar, listed_by_package
from bridge.plan.calendar_files import parse_csv
from bridge.store import calendars
from bridge.store.calendars import RecordedCalendar
from bridge.store.engine import Store
from bridge.usecases.workspace import NOT_UTF8, Workspace

NO_OVERRIDES = Text(
    zh="读不到日历文件 {path}（[calendar] overrides）：{why}。请更正路径或留空。",
    en="the calendar file {path} ([calendar] overrides) cannot be read: {why}. Correct the path or leave it empty.",
)
NOT_ANNOUNCED = Text(
    zh="{year} 年的放假安排还没有导入，那一年的工作日只是估算。国务院公布后请运行 pbridge calendar import FILE"
    "（holiday-cn 的 {year}.json，或 CSV）。",
    en="the holidays of {year} are not confirmed, so its working days are an estimate. Once they are announced run "
    "pbridge calendar import FILE (the {year}.json of holiday-cn, or a CSV).",
)

SEEDED_YEARS = range(-3, 5)
"""Years around today whose days in the package are recorded: a later package may know more of them."""


def present_calendar(space: Workspace, store: Store | None = None) -> WorkCalendar:
    """As things are now: the package, what was imported, and the company's file as it is."""
    announced = [] if store is None else _days(calendars.in_force(store), "announced")
    return WorkCalendar.china(company_days(space), announced=announced)


def calendar_before(space: Workspace, store: Store, before: str) -> WorkCalendar:
    """As it was recorded before an instant; a store that had recorded none then is judged by the present one."""
    recorded = calendars.in_force(store, before)
    if not any(one.origin == "package" for one in recorded):
        return WorkCalendar.china(company_days(space), announced=_days(recorded, "announced"))
    seed = {one.year: one.days for one in recorded if one.origin == "package" and one.year is not None}
    return WorkCalendar.china(_days(recorded, "company"), announced=_days(recorded, "announced"), seed=seed)


def record(space: Workspace, store: Store) -> None:
    """Keep what the package and the company's file say now, so that today can be looked back at."""
    at, company = space.clock.now(), company_days(space)
    path = space.settings.calendar.overrides or None
    years = [space.clock.today.year + offset for offset in SEEDED_YEARS]
    with store.transaction():
        calendars.replace(store, "company", None, company, at=at, file=path)
        for year in years:
            calendars.replace(store, "package", year, listed_by_package(year), at=at)


def unannounced_year(space: Workspace) -> int | None:
    """The next year, from 1 December on, until it is confirmed; else None. Writes nothing."""
    if not space.has_store:
        return present_calendar(space).unannounced_year(space.clock.today)
    with space.store() as store:
        return present_calendar(space, store).unannounced_year(space.clock.today)


def company_days(space: Workspace) -> tuple[Override, ...]:
    """What `[calendar] overrides` names; refused as a whole when a line of it is wrong."""
    if not space.settings.calendar.overrides:
        return ()
    path = space.settings.path(space.settings.calendar.overrides)
    return parse_csv(read_text(path, NO_OVERRIDES), path.name)


def _days(found: Sequence[RecordedCalendar], origin: str) -> list[Override]:
    return [day for one in found if one.origin == origin for day in one.days]


def read_text(path: Path, refusal: Text) -> str:
    """A text file; raises the refusal with path and reason where it cannot be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as err:
        why = getattr(err, "strerror", None) or NOT_UTF8
        raise UsageProblem(refusal, path=str(path), why=why) from err


def days_of(year: int) -> list[date]:
    """Every day of a year."""
    first = date(year, 1, 1)
    return [first + timedelta(number) for number in range((date(year, 12, 31) - first).days + 1)]


class YearShown(Struct, frozen=True):
    """One year as it is reckoned with: its days off and make-up days, and the company's own days."""

    year: int
    estimated: bool
    workdays: int
    days: tuple[tuple[date, str, str, str], ...]
    """(day, off or workday, name, origin) of the days that are not what their weekday says, in order."""

    def as_json(self) -> dict[str, Any]:
        return {
            "year": self.year,
            "estimated": self.estimated,
            "workdays": self.workdays,
            "days": [
                {"date": day.isoformat(), "kind": kind, "name": name, "origin": origin}
                for day, kind, name, origin in self.days
            ],
        }


def shown(space: Workspace, year: int) -> YearShown:
    """The calendar of a year as it is now."""
    announced: list[Override] = []
    if space.has_store:
        with space.store() as store:
            announced = _days(calendars.in_force(store), "announced")
    company = company_days(space)
    calendar = WorkCalendar.china(company, announced=announced)
    named: dict[date, tuple[str, str, str]] = {}
    for origin, found in (("package", listed_by_package(year)), ("announced", announced), ("company", company)):
        named.update({day: (kind, name, origin) for day, kind, name in found if day.year == year})
    days = [
        (day, *said)
        for day, said in sorted(named.items())
        if (said[0] == WORKDAY) != (day.weekday() < 5) or said[2] != "package"
    ]
    return YearShown(year, calendar.estimated(year), sum(map(calendar.is_workday, days_of(year))), tuple(days))
