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
    now, held = stamp(at), [(source, stream, key, scope, why, what) for key, why, what in rows]
    new = {row[2] for row in held} - _held(store, source, stream, [row[2] for row in held])
    store.execute_many(sql, [(*row, now, now) for row in held])
    columns = ("source", "stream", "external_id", "since", "until")
    store.insert_many("quarantine_stays", columns, [(source, stream, key, now, None) for key in sorted(new)])


def release(store: Store, source: str, stream: str, external_ids: Sequence[str], at: datetime) -> None:
    """Let rows go that could be mapped now; that they were held stays known of the days on which they were."""
    keys = [(source, stream, key) for key in _held(store, source, stream, external_ids)]
    if not keys:
        return
    store.delete_many("quarantine", ("source", "stream", "external_id"), keys)
    sql = "UPDATE quarantine_stays SET until = ? WHERE source = ? AND stream = ? AND external_id = ? AND until IS NULL"
    store.execute_many(sql, [(stamp(at), *key) for key in keys])


def _held(store: Store, source: str, stream: str, ids: Sequence[str]) -> set[str]:
    if not ids:
        return set()
    sql = f"SELECT external_id FROM quarantine WHERE source = ? AND stream = ? AND external_id IN ({marks(len(ids))})"
    return {row[0] for row in store.rows(sql, (source, stream, *ids))}


def scopes_with_unnamed(store: Store, source: str, stream: str) -> set[str]:
    """Scopes in which rows without an id were met."""
    sql = "SELECT DISTINCT scope FROM quarantine WHERE source = ? AND stream = ? AND external_id LIKE '?%'"
    return {row[0] for row in store.rows(sql, (source, stream))}


def release_unnamed(store: Store, source: str, stream: str, scope: str, at: datetime) -> None:
    """Forget the rows without an id that were met in a scope: a complete read has met none any more."""
    sql = "SELECT external_id FROM quarantine WHERE source = ? AND stream = ? AND scope = ? AND external_id LIKE '?%'"
    release(store, source, stream, [row[0] for row in store.rows(sql, (source, stream, scope))], at)


def count(store: Store, source: str | None = None, before: str | None = None) -> int:
    """How many rows are held, or were held just before an instant."""
    of_source, values = (" AND source = ?", (source,)) if source else ("", ())
    if before is None:
        row = store.one(f"SELECT count(*) FROM quarantine WHERE 1 = 1{of_source}", values)
    else:
        sql = f"SELECT count(*) FROM quarantine_stays WHERE since < ? AND (until IS NULL OR until >= ?){of_source}"
        row = store.one(sql, (before, before, *values))
    return int(row[0]) if row else 0
