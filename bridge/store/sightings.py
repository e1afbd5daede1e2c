"""Which ids a complete read has met, kept while it lasts, so that one which was cut short can still end in a sweep."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import orjson

from bridge.store.engine import Store

_WHERE = "source = ? AND stream = ? AND scope = ?"


def begin(store: Store, source: str, stream: str, scope: str) -> None:
    """A complete read begins: what an abandoned one had met is forgotten."""
    store.execute(f"DELETE FROM sightings WHERE {_WHERE}", (source, stream, scope))


def add(store: Store, source: str, stream: str, scope: str, page: int, ids: Iterable[str]) -> None:
    packed = zlib.compress(orjson.dumps(list(ids)), 1)
    store.insert("sightings", {"source": source, "stream": stream, "scope": scope, "page": page, "ids": packed})


def under_way(store: Store, source: str, stream: str) -> dict[str, int]:
    """Scope -> how many pages a complete read that is under way there has met."""
    sql = "SELECT scope, max(page) + 1 FROM sightings WHERE source = ? AND stream = ? GROUP BY scope"
    return dict(store.rows(sql, (source, stream)))


def end(store: Store, source: str, stream: str, scope: str) -> set[str]:
    """Every id the read has met; the read is over."""
    found: set[str] = set()
    for (packed,) in store.rows(f"SELECT ids FROM sightings WHERE {_WHERE}", (source, stream, scope)):
        found.update(orjson.loads(zlib.decompress(packed)))
    begin(store, source, stream, scope)
    return found
