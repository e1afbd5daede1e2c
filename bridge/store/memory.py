"""What is worth knowing again in the next run of a source: small facts by name, never secrets."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.store.engine import Store


def of(store: Store, source: str) -> dict[str, str]:
    return dict(store.rows("SELECT name, value FROM source_memory WHERE source = ?", (source,)))


def save(store: Store, source: str, facts: Mapping[str, str]) -> None:
    """Make these the facts of a source; writes only what differs."""
    known = of(store, source)
    store.delete_many("source_memory", ("source", "name"), [(source, name) for name in known if name not in facts])
    changed = [(source, name, value) for name, value in facts.items() if known.get(name) != value]
    store.upsert_many("source_memory", ("source", "name", "value"), changed)
