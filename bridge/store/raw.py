"""What the sources sent, word for word: one row per distinct content, the current one without `superseded_at`."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.store.clockwork import stamp
from bridge.store.engine import Store, dumps, marks

_COLUMNS = ("source", "stream", "scope", "external_id", "hash", "payload", "first_run", "first_seen_at")
_READ_BATCH = 500


@dataclass(frozen=True, slots=True)
class Content:
    """One object as sent: its identity, its JSON text and the hash that tells contents apart."""

    external_id: str
    payload: Mapping[str, Any]
    hash: str
    blob: bytes


@dataclass(frozen=True, slots=True)
class Stored:
    """A current content in the store."""

    raw: int
    external_id: str
    scope: str
    payload: Mapping[str, Any]


def content(external_id: str, payload: Mapping[str, Any]) -> Content:
    """Pack a payload; key order in the source's JSON does not make a difference."""
    text = json.dumps(payload, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode(
        "utf-8", "surrogatepass"
    )
    digest = hashlib.blake2b(text, digest_size=16).hexdigest()
    return Content(external_id, payload, digest, zlib.compress(text, 1))


def changed(store: Store, source: str, stream: str, contents: Sequence[Content]) -> tuple[list[Content], list[Content]]:
    """(new objects, objects whose content differs from what is stored)."""
    known: dict[str, str] = {}
    for start in range(0, len(contents), _READ_BATCH):
        batch = contents[start : start + _READ_BATCH]
        known.update(
            store.rows(
                "SELECT external_id, hash FROM raw_records WHERE source = ? AND stream = ? AND superseded_at IS NULL "
                f"AND external_id IN ({marks(len(batch))})",
                (source, stream, *(entry.external_id for entry in batch)),
            )
        )
    new = [entry for entry in contents if entry.external_id not in known]
    return new, [entry for entry in contents if known.get(entry.external_id, entry.hash) != entry.hash]


def save(
    store: Store, source: str, stream: str, scope: str, contents: Iterable[Content], *, run: int, at: datetime
) -> None:
    """Supersede the former contents of these objects and keep the new ones."""
    now = stamp(at)
    rows = list(contents)
    store.db.conn.executemany(
        "UPDATE raw_records SET superseded_at = ? "
        "WHERE source = ? AND stream = ? AND external_id = ? AND superseded_at IS NULL",
        [(now, source, stream, row.external_id) for row in rows],
    )
    store.insert_many(
        "raw_records",
        _COLUMNS,
        [(source, stream, scope, row.external_id, row.hash, row.blob, run, now) for row in rows],
    )


def ids(store: Store, source: str, stream: str, external_ids: Sequence[str]) -> dict[str, int]:
    """Row ids of the current contents."""
    return dict(
        store.rows(
            "SELECT external_id, id FROM raw_records WHERE source = ? AND stream = ? AND superseded_at IS NULL "
            f"AND external_id IN ({marks(len(external_ids))})",
            (source, stream, *external_ids),
        )
    )


def current(store: Store, source: str, stream: str) -> Iterator[Stored]:
    """Every current content of a stream, in order of arrival; read in batches, so memory stays bounded."""
    last = 0
    while True:
        batch = list(
            store.rows(
                "SELECT id, external_id, scope, payload FROM raw_records "
                "WHERE source = ? AND stream = ? AND superseded_at IS NULL AND id > ? ORDER BY id LIMIT ?",
                (source, stream, last, _READ_BATCH),
            )
        )
        if not batch:
            return
        for raw, external_id, scope, blob in batch:
            yield Stored(raw, external_id, scope, unpack(blob))
        last = batch[-1][0]


def unpack(blob: bytes) -> Mapping[str, Any]:
    payload: Mapping[str, Any] = json.loads(zlib.decompress(blob).decode("utf-8", "surrogatepass"))
    return payload


def cursor_of(store: Store, source: str, stream: str, scope: str) -> Mapping[str, Any]:
    """Where to resume; `{}` is the start."""
    row = store.one("SELECT cursor FROM cursors WHERE source = ? AND stream = ? AND scope = ?", (source, stream, scope))
    return json.loads(row[0]) if row else {}


def save_cursor(store: Store, source: str, stream: str, scope: str, cursor: Mapping[str, Any], at: datetime) -> bool:
    """Remember where to resume; returns False, writing nothing, where that has not moved."""
    text = dumps(dict(cursor))
    row = store.one("SELECT cursor FROM cursors WHERE source = ? AND stream = ? AND scope = ?", (source, stream, scope))
    if (row[0] if row else "{}") == text:
        return False
    columns = ("source", "stream", "scope", "cursor", "saved_at")
    store.upsert_many("cursors", columns, [(source, stream, scope, text, stamp(at))])
    return True
