"""Messages on their way: one row a part, known by channel, report and part, so that none is sent for a second time."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store, dumps, marks

WAITING, SENDING, SENT, DEAD, UNCLEAR = "waiting", "sending", "sent", "dead", "unclear"
STATES = (WAITING, SENDING, SENT, DEAD, UNCLEAR)
_COLUMNS = ("channel", "report", "part", "parts", "kind", "bytes", "body", "state", "queued_at", "due_at", "tries")
_READ = f"{', '.join(_COLUMNS)}, tried_at, sent_at, code, said"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One part of a report for one channel; `body` is empty once it has arrived."""

    channel: str
    report: str
    part: int
    parts: int
    kind: str
    bytes: int
    body: Mapping[str, Any]
    state: str
    queued_at: datetime
    due_at: datetime
    tries: int
    tried_at: datetime | None
    sent_at: datetime | None
    code: str | None
    said: str | None

    @property
    def key(self) -> str:
        """The same each time this part is sent."""
        return f"{self.channel}/{self.report}/{self.part}"


def put(
    store: Store, channel: str, report: str, kind: str, bodies: Sequence[tuple[Mapping[str, Any], int]], at: datetime
) -> bool:
    """Queue all parts (body, bytes) of a report; False, and nothing is queued, where it was before. The caller's transaction."""
    if known(store, channel, report) is not None:
        return False
    now, count = stamp(at), len(bodies)
    store.insert_many(
        "outbox",
        _COLUMNS,
        [
            (channel, report, number, count, kind, size, dumps(body), WAITING, now, now, 0)
            for number, (body, size) in enumerate(bodies, 1)
        ],
    )
    return True


def known(store: Store, channel: str, report: str) -> datetime | None:
    """When a report was queued for a channel; None where it never was."""
    row = store.one("SELECT min(queued_at) FROM outbox WHERE channel = ? AND report = ?", (channel, report))
    return instant(row[0]) if row and row[0] else None


def count_of(store: Store, channel: str, beginning: str) -> int:
    """How many reports of a channel have a name that begins so."""
    sql = "SELECT count(DISTINCT report) FROM outbox WHERE channel = ? AND substr(report, 1, ?) = ?"
    row = store.one(sql, (channel, len(beginning), beginning))
    return int(row[0]) if row else 0


def next_due(store: Store, channels: Collection[str], now: datetime) -> Parcel | None:
    """What has waited longest of these channels; a part never goes before the one in front of it."""
    if not channels:
        return None
    sql = (
        f"SELECT {_READ} FROM outbox AS one WHERE state = 'waiting' AND due_at <= ? AND channel IN ({marks(len(channels))}) "
        "AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.channel = one.channel AND other.report = one.report "
        "AND other.part < one.part AND other.state IN ('waiting', 'sending')) ORDER BY queued_at, channel, report, part LIMIT 1"
    )
    row = store.one(sql, (stamp(now), *channels))
    return None if row is None else _parcel(row)


def listed(store: Store, states: Collection[str] = STATES, channels: Collection[str] = ()) -> list[Parcel]:
    """Parcels in these states, oldest first."""
    where = f" AND channel IN ({marks(len(channels))})" if channels else ""
    sql = f"SELECT {_READ} FROM outbox WHERE state IN ({marks(len(states))}){where} ORDER BY queued_at, channel, report, part"
    return [_parcel(row) for row in store.rows(sql, (*states, *channels))]


def tried_since(store: Store, channel: str, since: datetime) -> list[datetime]:
    """When parts were sent to a channel from an instant on, oldest first."""
    sql = "SELECT tried_at FROM outbox WHERE channel = ? AND tried_at >= ? ORDER BY tried_at"
    return [instant(row[0]) for row in store.rows(sql, (channel, stamp(since)))]


def begin(store: Store, parcel: Parcel, at: datetime) -> None:
    """Say that it is being sent, before it is: whoever finds this after a crash knows that it may have arrived."""
    _set(store, parcel, state=SENDING, tried_at=stamp(at), tries=parcel.tries + 1)


def sent(store: Store, parcel: Parcel, at: datetime) -> None:
    """It has arrived; what was sent is not kept."""
    _set(store, parcel, state=SENT, sent_at=stamp(at), body="{}", code=None, said=None)


def again(store: Store, parcel: Parcel, due_at: datetime, code: str | None = None, said: str | None = None) -> None:
    _set(store, parcel, state=WAITING, due_at=stamp(due_at), code=code, said=said)


def hold(store: Store, channel: str, until: datetime) -> None:
    """Nothing of a channel goes before an instant."""
    sql = "UPDATE outbox SET due_at = ? WHERE channel = ? AND state = 'waiting' AND due_at < ?"
    store.execute(sql, (stamp(until), channel, stamp(until)))


def stop(store: Store, parcel: Parcel, state: str, code: str, said: str = "") -> None:
    """It is not sent any more, and neither is what follows it in the same report: half a message is worse than none."""
    _set(store, parcel, state=state, code=code, said=said)
    if state == DEAD:
        store.execute(
            "UPDATE outbox SET state = 'dead', code = 'earlier_part', said = '' "
            "WHERE channel = ? AND report = ? AND part > ? AND state = 'waiting'",
            (parcel.channel, parcel.report, parcel.part),
        )


def revive(store: Store, parcels: Iterable[Parcel], at: datetime) -> None:
    """Have stopped parts sent again, because somebody says so."""
    now = stamp(at)
    sql = "UPDATE outbox SET state = 'waiting', queued_at = ?, due_at = ?, code = NULL, said = NULL"
    rows = [(now, now, one.channel, one.report, one.part) for one in parcels]
    store.execute_many(f"{sql} WHERE channel = ? AND report = ? AND part = ? AND state IN ('dead', 'unclear')", rows)


def _set(store: Store, parcel: Parcel, **values: object) -> None:
    columns = ", ".join(f"{name} = ?" for name in values)
    sql = f"UPDATE outbox SET {columns} WHERE channel = ? AND report = ? AND part = ?"
    store.execute(sql, (*values.values(), parcel.channel, parcel.report, parcel.part))


def _parcel(row: Sequence[Any]) -> Parcel:
    *first, tried_at, sent_at, code, said = row
    channel, report, part, parts, kind, size, body, state, queued_at, due_at, tries = first
    return Parcel(
        channel,
        report,
        part,
        parts,
        kind,
        size,
        json.loads(body),
        state,
        instant(queued_at),
        instant(due_at),
        tries,
        None if tried_at is None else instant(tried_at),
        None if sent_at is None else instant(sent_at),
        code,
        said,
    )
