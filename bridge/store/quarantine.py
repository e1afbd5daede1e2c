"""Rows that could not become tasks: kept aside, told of, tried again, and let go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store, marks

UNNAMED = "?"
"""How the id of a row begins that came without one: its payload is not stored, only its beginning in `detail`."""


class Held(Struct, frozen=True):
    """One row in quarantine. `project` is the name under which tasks of its scope are known, else the scope."""

    source: str
    stream: str
    id: str
    project: str
    reason: str
    detail: str
    first_seen_at: datetime
    last_seen_at: datetime

    @property
    def is_unnamed(self) -> bool:
        return self.id.startswith(UNNAMED)


def listing(store: Store, sources: Sequence[str] = ()) -> Iterator[Held]:
    """What is held of these sources (none: of all), the longest held first within each source."""
    where = f"WHERE q.source IN ({marks(len(sources))})" if sources else ""
    sql = (
        "SELECT q.source, q.stream, q.external_id, coalesce((SELECT t.project_name FROM tasks t "
        "WHERE t.source = q.source AND t.scope = q.scope LIMIT 1), q.scope), q.reason, q.detail, "
        f"q.first_seen_at, q.last_seen_at FROM quarantine q {where} "
        "ORDER BY q.source, q.first_seen_at, q.stream, q.external_id"
    )
    for row in store.rows(sql, tuple(sources)):
        source, stream, key, project, reason, detail, first, last = row
        yield Held(source, stream, key, project, reason, detail, instant(first), instant(last))


def put(store: Store, source: str, stream: str, scope: str, rows: Iterable[tuple[str, str, str]], at: datetime) -> None:
    """Rows (external id, reason, detail) that could not become tasks; their raw payload is kept as any other."""
    sql = (
        "INSERT INTO quarantine (source, stream, external_id, scope, reason, detail, first_seen_at, last_seen_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, stream, external_id) DO UPDATE SET "
        "scope = excluded.scope, reason = excluded.reason, detail = excluded.detail, last_seen_at = excluded.last_seen_at"
    )
    now = stamp(at)
    store.execute_many(sql, [(source, stream, key, scope, why, what, now, now) for key, why, what in rows])


def release(store: Store, source: str, stream: str, external_ids: Sequence[str]) -> None:
    store.delete_many(
        "quarantine", ("source", "stream", "external_id"), [(source, stream, key) for key in external_ids]
    )


def release_unnamed(store: Store, source: str, stream: str, scope: str) -> None:
    """Forget the rows without an id that were met in a scope: a complete read has met none any more."""
    sql = "DELETE FROM quarantine WHERE source = ? AND stream = ? AND scope = ? AND external_id LIKE '?%'"
    store.execute(sql, (source, stream, scope))


def count(store: Store, source: str | None = None, before: str | None = None) -> int:
    where = "WHERE first_seen_at < ?" + (" AND source = ?" if source else "")
    row = store.one(f"SELECT count(*) FROM quarantine {where}", (before or "9999", *([source] if source else [])))
    return int(row[0]) if row else 0
