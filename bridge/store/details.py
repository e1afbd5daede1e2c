"""Which tasks are to be asked about one by one, and when each was asked last."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from bridge.store.clockwork import stamp
from bridge.store.engine import Store


class Due(Struct, frozen=True):
    """A task whose details are not known as it is now; `raw` is its present content."""

    task: str
    scope: str
    raw: int


# A closed task that was never asked about tells nothing about a delay to come.
_DUE = """
    FROM tasks AS t LEFT JOIN detail_reads AS d ON d.source = t.source AND d.stream = ? AND d.task = t.id
    WHERE t.source = ? AND t.gone = 0 AND (
        (d.task IS NULL AND t.is_open = 1) OR d.raw <> t.raw OR (t.is_open = 1 AND d.read_at < ?)
    )
"""


def due(store: Store, source: str, stream: str, *, before: datetime, most: int) -> list[Due]:
    """At most so many tasks: first those that changed since, then those never asked about, then those last asked
    `before` an instant, because not everything that belongs to a task changes the task."""
    rows = store.rows(
        f"SELECT t.id, t.scope, t.raw {_DUE} ORDER BY d.task IS NULL, d.raw = t.raw, d.read_at, t.id LIMIT ?",
        (stream, source, stamp(before), most),
    )
    return [Due(*row) for row in rows]


def count_due(store: Store, source: str, stream: str, *, before: datetime) -> int:
    row = store.one(f"SELECT count(*) {_DUE}", (stream, source, stamp(before)))
    return int(row[0]) if row else 0


def mark_read(store: Store, source: str, stream: str, entry: Due, at: datetime) -> None:
    columns = ("source", "stream", "task", "raw", "read_at")
    store.upsert_many("detail_reads", columns, [(source, stream, entry.task, entry.raw, stamp(at))])
