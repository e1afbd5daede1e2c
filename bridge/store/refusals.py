"""Channels that take no message, as findings with a life: one row for each time that a channel began to refuse by a code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store

_COLUMNS = (
    "seq",
    "channel",
    "kind",
    "code",
    "state",
    "parts",
    "opened_at",
    "seen_at",
    "cleared_at",
    "until",
    "who",
    "why",
    "said_at",
)
_READ = f"SELECT {', '.join(_COLUMNS)} FROM refusals"


@dataclass(frozen=True, slots=True)
class Answer:
    """Who answers for a refusal, until which day, and why."""

    until: date
    by: str
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """`state` is that of its parts in the outbox: given up, or perhaps arrived; `code` is the vendor's or our own."""

    seq: int
    channel: str
    kind: str
    code: str
    state: str
    parts: int
    opened_at: datetime
    seen_at: datetime
    cleared_at: datetime | None
    answer: Answer | None

    def is_quiet(self, today: date) -> bool:
        """Whether somebody answers for it today."""
        return self.answer is not None and today <= self.answer.until


def met(store: Store, channel: str, kind: str, code: str, state: str, at: datetime) -> None:
    """A part was stopped: the finding of that code opens, or an open one was seen once more. The caller's transaction."""
    row = store.one(f"{_READ} WHERE channel = ? AND code = ? AND cleared_at IS NULL", (channel, code))
    if row is not None:
        sql = "UPDATE refusals SET seen_at = ?, parts = parts + 1, state = ? WHERE seq = ?"
        store.execute(sql, (stamp(at), state, row[0]))
        return
    now = stamp(at)
    values = {"channel": channel, "kind": kind, "code": code, "state": state, "parts": 1}
    store.insert("refusals", {**values, "opened_at": now, "seen_at": now})


def clear(store: Store, channel: str, at: datetime) -> None:
    """The channel has taken a message: whatever it refused by is over."""
    store.execute("UPDATE refusals SET cleared_at = ? WHERE channel = ? AND cleared_at IS NULL", (stamp(at), channel))


def answer(store: Store, seq: int, said: Answer | None) -> None:
    """Somebody answers for it; None takes that back."""
    values = (None,) * 4 if said is None else (said.until.isoformat(), said.by, said.reason, stamp(said.recorded_at))
    store.execute("UPDATE refusals SET until = ?, who = ?, why = ?, said_at = ? WHERE seq = ?", (*values, seq))


def listed(store: Store) -> list[Refusal]:
    """All on record, oldest first."""
    return [_refusal(row) for row in store.rows(f"{_READ} ORDER BY opened_at, seq")]


def still_open(store: Store) -> list[Refusal]:
    """Those that are not over, oldest first."""
    return [_refusal(row) for row in store.rows(f"{_READ} WHERE cleared_at IS NULL ORDER BY opened_at, seq")]


def _refusal(row: Sequence[Any]) -> Refusal:
    seq, channel, kind, code, state, parts, opened_at, seen_at, cleared_at, until, who, why, said_at = row
    said = None if until is None else Answer(date.fromisoformat(until), who, why, instant(said_at))
    over = None if cleared_at is None else instant(cleared_at)
    return Refusal(seq, channel, kind, code, state, parts, instant(opened_at), instant(seen_at), over, said)
