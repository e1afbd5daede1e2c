"""Which days were worked by the calendar in force: what the package listed, what was announced, what the company added."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

from msgspec import Struct

from bridge.plan.calendar import Override
from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store

Origin = Literal["package", "announced", "company"]


class RecordedCalendar(Struct, frozen=True):
    """Days that are not what their weekday says; of one year, or of the company (`year` None) whatever the year."""

    origin: Origin
    year: int | None
    days: tuple[Override, ...]
    recorded_at: datetime
    file: str | None = None
    imported_by: str | None = None


def in_force(store: Store, before: str | None = None) -> tuple[RecordedCalendar, ...]:
    """The calendars in force, or those in force before an instant, in the order in which they were recorded."""
    end = before or "9999"
    days: dict[int, list[Override]] = {}
    for number, day, kind, name in store.rows("SELECT calendar, day, kind, name FROM calendar_days ORDER BY 1, 2"):
        days.setdefault(number, []).append((date.fromisoformat(day), kind, name))
    return tuple(
        RecordedCalendar(origin, year, tuple(days.get(number, ())), instant(recorded_at), file, imported_by)
        for number, origin, year, file, imported_by, recorded_at in store.rows(
            "SELECT id, origin, year, file, imported_by, recorded_at FROM calendars "
            "WHERE recorded_at < ? AND (until_at IS NULL OR until_at >= ?) ORDER BY id",
            (end, end),
        )
    )


def replace(
    store: Store,
    origin: Origin,
    year: int | None,
    days: Iterable[Override],
    *,
    at: datetime,
    file: str | None = None,
    imported_by: str | None = None,
) -> bool:
    """Put a calendar in force in place of the one of the same origin and year, in the caller's transaction.

    Returns False, and writes nothing, where the days are those that are in force already.
    """
    named = dict(sorted((day, (kind, name)) for day, kind, name in days))
    current = next((one for one in in_force(store) if (one.origin, one.year) == (origin, year)), None)
    if named == {day: (kind, name) for day, kind, name in (current.days if current else ())}:
        return False
    of_year, values = ("year IS NULL", ()) if year is None else ("year = ?", (year,))
    store.execute(
        f"UPDATE calendars SET until_at = ? WHERE origin = ? AND {of_year} AND until_at IS NULL",
        (stamp(at), origin, *values),
    )
    number = store.insert(
        "calendars",
        {"origin": origin, "year": year, "file": file, "imported_by": imported_by, "recorded_at": stamp(at)},
    )
    store.insert_many(
        "calendar_days",
        ("calendar", "day", "kind", "name"),
        [(number, day.isoformat(), kind, name) for day, (kind, name) in named.items()],
    )
    return True
