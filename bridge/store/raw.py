"""What the sources sent, word for word: one row per distinct content, the current one without `superseded_at`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from msgspec import Struct

from bridge.store.clockwork import stamp
from bridge.store.engine import Store, dumps, marks
from bridge.store.packing import Packing, encode

_COLUMNS = ("id", "source", "stream", "scope", "external_id", "hash", "payload", "first_run", "first_seen_at")
_READ_BATCH = 500
# Half of a SHA-256 tells any two contents apart, and processors compute it faster than any other.
_HASH_DIGITS = 32
_PIECE = 2_047
_LONG = 16 * _PIECE


class Content(NamedTuple):
    """One object as sent: its identity, its JSON text and the hash that tells contents apart."""

    external_id: str
    text: bytes
    hash: str


class Stored(Struct, frozen=True):
    """A current content in the store."""

    raw: int
    external_id: str
    scope: str
    payload: Mapping[str, Any]


class Compared(Struct, frozen=True):
    """Contents against what is stored. `known` has the row ids of the objects that are stored, whatever their content."""

    new: list[Content]
    differing: list[Content]
    known: dict[str, int]


def content(external_id: str, payload: Mapping[str, Any]) -> Content:
    """A payload ready to be compared; key order in the source's JSON does not make a difference."""
    text = encode(payload)
    return Content(external_id, text, _digest(text))


def _digest(text: bytes) -> str:
    """Texts of usual length are hashed in pieces, for which hashlib does not let other threads in.

    Two threads that take turns thousands of times a second do nothing else.
    """
    if len(text) > _LONG:
        return hashlib.sha256(text).hexdigest()[:_HASH_DIGITS]
    found = hashlib.sha256(text[:_PIECE])
    for start in range(_PIECE, len(text), _PIECE):
        found.update(text[start : start + _PIECE])
    return found.hexdigest()[:_HASH_DIGITS]


def compare(store: Store, source: str, stream: str, contents: Sequence[Content]) -> Compared:
    """Which of these objects are new, and which look different from what is stored."""
    hashes: dict[str, str] = {}
    known: dict[str, int] = {}
    for start in range(0, len(contents), _READ_BATCH):
        batch = contents[start : start + _READ_BATCH]
        for external_id, digest, raw in store.rows(
            "SELECT external_id, hash, id FROM raw_records WHERE source = ? AND stream = ? AND superseded_at IS NULL "
            f"AND external_id IN ({marks(len(batch))})",
            (source, stream, *(entry.external_id for entry in batch)),
        ):
            hashes[external_id], known[external_id] = digest, raw
    new = [entry for entry in contents if entry.external_id not in known]
    differing = [entry for entry in contents if hashes.get(entry.external_id, entry.hash) != entry.hash]
    return Compared(new, differing, known)


def save(
    store: Store,
    packing: Packing,
    source: str,
    stream: str,
    scope: str,
    compared: Compared,
    *,
    run: int,
    at: datetime,
) -> dict[str, int]:
    """Keep the new contents and supersede those they replace; returns the row id of each."""
    now = stamp(at)
    store.execute_many(
        "UPDATE raw_records SET superseded_at = ? WHERE id = ?",
        [(now, compared.known[entry.external_id]) for entry in compared.differing],
    )
    fresh = [*compared.new, *compared.differing]
    blobs = packing.pack(f"{source}/{stream}", [entry.text for entry in fresh], at)
    ids = _insert(store, (source, stream, scope), fresh, blobs, run, now)
    if ids is None:
        raise RuntimeError(f"{source}/{stream} was written by somebody else while it was read")
    return ids


def _insert(
    store: Store, place: tuple[str, str, str], fresh: Sequence[Content], blobs: Sequence[bytes], run: int, now: str
) -> dict[str, int] | None:
    """The row id of each; None, and nothing kept, where one of them stands there already."""
    first = store.take_numbers("raw_records", len(fresh))
    rows = [
        (first + number, *place, entry.external_id, entry.hash, blob, run, now)
        for number, (entry, blob) in enumerate(zip(fresh, blobs, strict=True))
    ]
    if store.insert_new("raw_records", _COLUMNS, rows) < len(rows):
        # The index of current contents has refused one.
        store.execute("DELETE FROM raw_records WHERE id >= ?", (first,))
        return None
    return {row[0]: first + number for number, row in enumerate(fresh)}


def save_unknown(
    store: Store,
    packing: Packing,
    source: str,
    stream: str,
    scope: str,
    contents: Sequence[Content],
    *,
    run: int,
    at: datetime,
) -> dict[str, int] | None:
    """Keep contents of which most likely nothing is stored, without asking; None, and nothing kept, where some is."""
    blobs = packing.pack(f"{source}/{stream}", [entry.text for entry in contents], at)
    return _insert(store, (source, stream, scope), contents, blobs, run, stamp(at))


def withdraw(store: Store, source: str, stream: str, scope: str, seen: Collection[str], at: datetime) -> int:
    """Supersede, without a successor, the contents of a scope that a complete read did not show; returns how many."""
    rows = store.rows(
        "SELECT id, external_id FROM raw_records "
        "WHERE source = ? AND stream = ? AND scope = ? AND superseded_at IS NULL",
        (source, stream, scope),
    )
    gone = [(stamp(at), raw) for raw, external_id in rows if external_id not in seen]
    store.execute_many("UPDATE raw_records SET superseded_at = ? WHERE id = ?", gone)
    return len(gone)


def has_any(store: Store, source: str, stream: str) -> bool:
    """Whether anything of a stream was ever read."""
    sql = "SELECT 1 FROM raw_records WHERE source = ? AND stream = ? LIMIT 1"
    return store.one(sql, (source, stream)) is not None


def current(store: Store, source: str, stream: str, scope: str | None = None) -> Iterator[Stored]:
    """Every current content of a stream (or of one of its scopes), oldest first; memory stays bounded."""
    packing = Packing(store)
    where, values = "source = ? AND stream = ? AND superseded_at IS NULL", [source, stream]
    if scope is not None:
        where, values = f"{where} AND scope = ?", [*values, scope]
    last = 0
    while True:
        batch = list(
            store.rows(
                f"SELECT id, external_id, scope, payload FROM raw_records WHERE {where} AND id > ? ORDER BY id LIMIT ?",
                (*values, last, _READ_BATCH),
            )
        )
        if not batch:
            return
        for raw, external_id, place, blob in batch:
            yield Stored(raw, external_id, place, packing.unpack(blob))
        last = batch[-1][0]


def of(store: Store, source: str, stream: str, external_ids: Sequence[str]) -> Iterator[Stored]:
    """The current contents of these objects."""
    packing = Packing(store)
    for start in range(0, len(external_ids), _READ_BATCH):
        batch = external_ids[start : start + _READ_BATCH]
        for raw, external_id, scope, blob in store.rows(
            "SELECT id, external_id, scope, payload FROM raw_records "
            f"WHERE source = ? AND stream = ? AND superseded_at IS NULL AND external_id IN ({marks(len(batch))})",
            (source, stream, *batch),
        ):
            yield Stored(raw, external_id, scope, packing.unpack(blob))


def cursor_of(store: Store, source: str, stream: str, scope: str) -> Mapping[str, Any]:
    """Where to resume; `{}` is the start."""
    row = store.one("SELECT cursor FROM cursors WHERE source = ? AND stream = ? AND scope = ?", (source, stream, scope))
    return json.loads(row[0]) if row else {}


def cursors_of(store: Store, source: str, stream: str) -> dict[str, Mapping[str, Any]]:
    """Where to resume in each scope that was begun."""
    sql = "SELECT scope, cursor FROM cursors WHERE source = ? AND stream = ?"
    return {scope: json.loads(text) for scope, text in store.rows(sql, (source, stream))}


def save_cursor(store: Store, source: str, stream: str, scope: str, cursor: Mapping[str, Any], at: datetime) -> bool:
    """Remember where to resume; returns False, writing nothing, where that has not moved."""
    text = dumps(dict(cursor))
    row = store.one("SELECT cursor FROM cursors WHERE source = ? AND stream = ? AND scope = ?", (source, stream, scope))
    if (row[0] if row else "{}") == text:
        return False
    put_cursors(store, source, {(stream, scope): cursor}, at)
    return True


def put_cursors(store: Store, source: str, cursors: Mapping[tuple[str, str], Mapping[str, Any]], at: datetime) -> None:
    """Remember where to resume in each scope of a stream, whatever stood there."""
    columns = ("source", "stream", "scope", "cursor", "saved_at")
    rows = [(source, *place, dumps(dict(cursor)), stamp(at)) for place, cursor in cursors.items()]
    store.upsert_many("cursors", columns, rows)
