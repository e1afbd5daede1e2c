"""Findings with their life: one row for each time that a reason of a milestone began to hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

from msgspec import Struct

from bridge.model import Severity
from bridge.reconcile.findings import as_before
from bridge.reconcile.register import Episode
from bridge.store.engine import Store, dumps


class Book(Struct, frozen=True):
    """Where lives of one kind are kept: those of milestones, or those of the service itself."""

    table: str
    subject: str
    answers: str


MILESTONES = Book("findings", "milestone", "acknowledgements")
SERVICE = Book("notices", "place", "notice_acknowledgements")
COLUMNS = (
    "code",
    "opened_on",
    "opened_run",
    "opened_severity",
    "severity",
    "worsened_on",
    "turned_on",
    "seen_on",
    "cleared_on",
    "steps",
)


def open_before(store: Store, day: date, book: Book = MILESTONES) -> tuple[Episode, ...]:
    """Those that were open when `day` began, as they stood then, whatever `day` and later days have made of them."""
    until = day.isoformat()
    where = f"WHERE opened_on < ? AND (cleared_on IS NULL OR cleared_on >= ?) ORDER BY opened_on, opened_run, {book.subject}"
    rows = store.rows(f"{_read(book)} {where}", (until, until))
    then = (as_before(_episode(row), day) for row in rows)
    return tuple(episode for episode in then if episode is not None)


def recorded_since(store: Store, day: date) -> date | None:
    """The first day of which findings are on record, if it is before `day`."""
    row = store.one("SELECT min(opened_on) FROM findings WHERE opened_on < ?", (day.isoformat(),))
    return _date(row[0]) if row else None


def save(store: Store, day: date, episodes: Iterable[Episode], book: Book = MILESTONES) -> None:
    """Keep the judgement of `day` in place of what an earlier run of that day said, in the caller's transaction.

    Written is what became of anything on this day, and what an earlier run of the day had made of the others.
    """
    on = day.isoformat()
    store.delete_many(book.table, ("opened_on",), [(on,)])
    undone = set(store.rows(f"SELECT {book.subject}, code, opened_on FROM {book.table} WHERE turned_on = ?", (on,)))
    rows = [_row(e) for e in episodes if e.turned_on == day or (e.milestone, e.code, e.opened_on.isoformat()) in undone]
    store.upsert_many(book.table, (book.subject, *COLUMNS), rows)


def episodes(store: Store, milestone: str | None = None, book: Book = MILESTONES) -> tuple[Episode, ...]:
    """All that are on record, of one milestone or of all, by milestone, code and day."""
    where = "" if milestone is None else f" WHERE {book.subject} = ?"
    values = () if milestone is None else (milestone,)
    return tuple(map(_episode, store.rows(f"{_read(book)}{where} ORDER BY 1, 2, opened_on", values)))


def newest_day(store: Store, before: date | None = None) -> date | None:
    """The last day that was judged, or the last one before a day: whatever is open held on it."""
    where, values = ("", ()) if before is None else (" WHERE day < ?", (before.isoformat(),))
    row = store.one(f"SELECT max(day) FROM assessments{where}", values)
    return _date(row[0]) if row else None


def _read(book: Book) -> str:
    return f"SELECT {book.subject}, code, opened_run, seen_on, cleared_on, steps FROM {book.table}"


def _row(e: Episode) -> tuple[object, ...]:
    return (
        e.milestone,
        e.code,
        e.opened_on.isoformat(),
        e.opened_run,
        e.opened_severity.value,
        e.severity.value,
        _text(e.worsened_on),
        e.turned_on.isoformat(),
        _text(e.seen_on),
        _text(e.cleared_on),
        dumps([(day.isoformat(), severity.value) for day, severity in e.steps]),
    )


def _episode(row: tuple[Any, ...]) -> Episode:
    milestone, code, run, seen_on, cleared_on, steps = row
    return Episode(
        milestone,
        code,
        steps=tuple((date.fromisoformat(day), Severity(severity)) for day, severity in json.loads(steps)),
        seen_on=_date(seen_on),
        opened_run=run,
        cleared_on=_date(cleared_on),
    )


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
