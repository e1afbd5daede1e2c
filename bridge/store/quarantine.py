"""Rows that could not become tasks, to be looked at and tried again; `runs` puts them there and takes them out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.store.clockwork import instant
from bridge.store.engine import Store, marks

UNNAMED = "?"
"""How the id of a row begins that came without one: its payload is not stored, only its beginning in `detail`."""


@dataclass(frozen=True, slots=True)
class Held:
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
