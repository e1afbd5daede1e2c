"""What people said of milestones, every version of it: acknowledged findings, colours held for right, notes.

Nothing is changed or deleted; the last row counts, so a past day is read by what was recorded before its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from bridge.model import Colour, Severity
from bridge.reconcile.register import Acknowledgement, Note, Override
from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store
from bridge.store.findings import MILESTONES, Book

EVER = "9999"
NOTE = "milestone, category, account, reason, recovery_plan, owner, recovery_date, customer_informed, who, recorded_at"


def acknowledgements(
    store: Store, before: str | None = None, book: Book = MILESTONES
) -> dict[tuple[str, str], Acknowledgement]:
    """(milestone or place, code) -> what was said last; what was taken back is left out."""
    found = {}
    for milestone, code, opened_on, severity, until, who, why, recorded_on, recorded_at in store.rows(
        f"SELECT {book.subject}, code, opened_on, severity, until, who, why, recorded_on, recorded_at FROM {book.answers} "
        f"WHERE seq IN (SELECT max(seq) FROM {book.answers} WHERE recorded_at < ? GROUP BY {book.subject}, code) "
        "AND until IS NOT NULL",
        (before or EVER,),
    ):
        found[milestone, code] = Acknowledgement(
            milestone,
            code,
            date.fromisoformat(opened_on),
            Severity(severity),
            date.fromisoformat(until),
            who,
            why,
            date.fromisoformat(recorded_on),
            instant(recorded_at),
        )
    return found


def acknowledge(store: Store, said: Acknowledgement, *, taken_back: bool = False, book: Book = MILESTONES) -> None:
    store.insert(
        book.answers,
        {
            book.subject: said.milestone,
            "code": said.code,
            "opened_on": said.opened_on.isoformat(),
            "severity": said.severity.value,
            "until": None if taken_back else said.until.isoformat(),
            "who": said.by,
            "why": said.reason,
            "recorded_on": said.recorded_on.isoformat(),
            "recorded_at": stamp(said.recorded_at),
        },
    )


def overrides(store: Store, before: str | None = None) -> dict[str, Override]:
    """Milestone -> the colour held for right last; what was taken back is left out."""
    rows = store.rows(
        "SELECT milestone, colour, until, who, why, recorded_at FROM overrides "
        "WHERE seq IN (SELECT max(seq) FROM overrides WHERE recorded_at < ? GROUP BY milestone) "
        "AND colour IS NOT NULL",
        (before or EVER,),
    )
    return {
        milestone: Override(milestone, Colour(colour), date.fromisoformat(until), who, why, instant(recorded_at))
        for milestone, colour, until, who, why, recorded_at in rows
    }


def override(store: Store, said: Override) -> None:
    _keep_override(
        store, said.milestone, said.status.value, said.until.isoformat(), said.by, said.reason, said.recorded_at
    )


def withdraw_override(store: Store, milestone: str, by: str, reason: str, at: datetime) -> None:
    _keep_override(store, milestone, None, None, by, reason, at)


def _keep_override(
    store: Store, milestone: str, colour: str | None, until: str | None, who: str, why: str, at: datetime
) -> None:
    row = {"milestone": milestone, "colour": colour, "until": until, "who": who, "why": why, "recorded_at": stamp(at)}
    store.insert("overrides", row)


def notes(store: Store, before: str | None = None) -> dict[str, Note]:
    """Milestone -> the last version of its note."""
    rows = store.rows(
        f"SELECT {NOTE} FROM notes WHERE seq IN (SELECT max(seq) FROM notes WHERE recorded_at < ? GROUP BY milestone)",
        (before or EVER,),
    )
    return {note.milestone: note for note in map(_note, rows)}


def versions(store: Store, milestone: str) -> Iterator[Note]:
    """Every version of a milestone's note, oldest first."""
    return map(_note, store.rows(f"SELECT {NOTE} FROM notes WHERE milestone = ? ORDER BY seq", (milestone,)))


def every_version(store: Store, before: str | None = None) -> Iterator[Note]:
    """Every version of every note that was recorded before an instant, oldest first."""
    return map(_note, store.rows(f"SELECT {NOTE} FROM notes WHERE recorded_at < ? ORDER BY seq", (before or EVER,)))


def keep_note(store: Store, note: Note) -> None:
    store.insert(
        "notes",
        {
            "milestone": note.milestone,
            "category": note.category,
            "account": note.account,
            "reason": note.reason,
            "recovery_plan": note.recovery_plan,
            "owner": note.owner,
            "recovery_date": None if note.recovery_date is None else note.recovery_date.isoformat(),
            "customer_informed": None if note.customer_informed is None else note.customer_informed.isoformat(),
            "who": note.by,
            "recorded_at": stamp(note.recorded_at),
        },
    )


def _note(row: tuple[Any, ...]) -> Note:
    milestone, category, account, reason, plan, owner, recovery, informed, who, recorded_at = row
    return Note(
        milestone,
        who,
        instant(recorded_at),
        category=category,
        account=account,
        reason=reason,
        recovery_plan=plan,
        owner=owner,
        recovery_date=None if recovery is None else date.fromisoformat(recovery),
        customer_informed=None if informed is None else date.fromisoformat(informed),
    )
