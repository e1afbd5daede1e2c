"""Views of the report that people gave a name, each person's own."""

from __future__ import annotations

from datetime import datetime

from bridge.store.clockwork import stamp
from bridge.store.engine import Store


def of(store: Store, user: str) -> list[tuple[str, str]]:
    """(name, query) in the order of names."""
    rows = store.rows('SELECT name, query FROM saved_views WHERE "user" = ? ORDER BY name', (user,))
    return [(name, query) for name, query in rows]


def save(store: Store, user: str, name: str, query: str, at: datetime) -> None:
    """A view of this name is replaced."""
    store.upsert_many("saved_views", ("user", "name", "query", "saved_at"), [(user, name, query, stamp(at))])


def remove(store: Store, user: str, name: str) -> bool:
    """Whether there was one."""
    return store.execute('DELETE FROM saved_views WHERE "user" = ? AND name = ?', (user, name)) > 0
