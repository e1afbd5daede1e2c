"""What was in force at an instant: the contents of a stream, and the mapping by which they were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.store.engine import Store
from bridge.store.packing import Packing

_LATER_THAN_ALL = "9999"


def contents(
    store: Store, source: str, stream: str, before: str | None = None
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(id, payload) of every object of a stream as it was known before an instant; without one, as it is known now."""
    end = before or _LATER_THAN_ALL
    packing = Packing(store)
    for external_id, blob in store.rows(
        "SELECT external_id, payload FROM raw_records WHERE source = ? AND stream = ? "
        "AND first_seen_at < ? AND (superseded_at IS NULL OR superseded_at >= ?) ORDER BY id",
        (source, stream, end, end),
    ):
        yield external_id, packing.unpack(blob)


def mapping_text(store: Store, source: str, before: str | None = None) -> str | None:
    """The text of the mapping that was in force before an instant; None where nothing had been mapped."""
    row = store.one(
        "SELECT text FROM mapping_versions WHERE source = ? AND activated_at < ? ORDER BY activated_at DESC LIMIT 1",
        (source, before or _LATER_THAN_ALL),
    )
    return None if row is None else str(row[0])
