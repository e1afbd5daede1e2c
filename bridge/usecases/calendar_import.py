"""Importing the announcement of a year: the year is replaced as a whole, and what that changes is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from bridge.language import Text
from bridge.plan.calendar import OFF, WorkCalendar, is_make_up
from bridge.plan.calendar_files import Announcement, read_announcement
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Assessment
from bridge.store import calendars, plans, runs
from bridge.store.engine import Store
from bridge.usecases.calendars import days_of, present_calendar, read_text
from bridge.usecases.portfolio import present
from bridge.usecases.workspace import Workspace

NO_FILE = Text(
    zh="读不到放假安排 {path}：{why}。请更正路径。",
    en="the announcement {path} cannot be read: {why}. Correct the path.",
)


class YearImported(Struct, frozen=True):
    """What the announcement of one year changed. `promises` and `forecasts` are milestones with such a day in it."""

    year: int
    changed_days: int
    off: int
    make_up: int
    workdays_before: int
    workdays: int
    estimated: bool
    promises: tuple[str, ...]
    forecasts: tuple[str, ...]
    is_new: bool

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__struct_fields__}


def import_file(space: Workspace, path: Path, by: str | None) -> tuple[YearImported, ...]:
    """Put the announced years of a file in force, each as a whole; a wrong file changes nothing."""
    found = read_announcement(read_text(path, NO_FILE), path.name)
    with space.store(create=True) as store:
        space.refuse_the_past(store)
        before = present_calendar(space, store)
        at = space.clock.now()
        new: dict[int, bool] = {}
        with store.transaction():
            run = runs.start(store, "calendar", space.clock.today, at)
            for one in found:
                file = str(path.absolute())
                new[one.year] = calendars.replace(
                    store, "announced", one.year, one.days, at=at, file=file, imported_by=by
                )
            runs.finish(store, run, at)
        after = present_calendar(space, store)
        rows = _rows(space, store)
    return tuple(_imported(one, before, after, rows, is_new=new[one.year]) for one in found)


def _rows(space: Workspace, store: Store) -> tuple[Assessment, ...]:
    return assess(present(space, store)).assessments if plans.newest(store) is not None else ()


def _imported(
    one: Announcement, before: WorkCalendar, after: WorkCalendar, rows: Sequence[Assessment], *, is_new: bool
) -> YearImported:
    days = days_of(one.year)
    return YearImported(
        one.year,
        # New Year may be made up for at the end of the year before.
        changed_days=sum(before.is_workday(day) != after.is_workday(day) for day in (*days_of(one.year - 1), *days)),
        off=sum(kind == OFF for _, kind, _ in one.days),
        make_up=sum(is_make_up(day, kind) for day, kind, _ in one.days),
        workdays_before=sum(map(before.is_workday, days)),
        workdays=sum(map(after.is_workday, days)),
        estimated=after.estimated(one.year),
        promises=_keys(rows, one.year, lambda row: (row.commitment, row.first_promise)),
        forecasts=_keys(rows, one.year, lambda row: (row.forecast.p50, row.forecast.p85, row.forecast.p95)),
        is_new=is_new,
    )


def _keys(
    rows: Sequence[Assessment], year: int, dates: Callable[[Assessment], Sequence[date | None]]
) -> tuple[str, ...]:
    return tuple(sorted(row.milestone.key for row in rows if any(day and day.year == year for day in dates(row))))
