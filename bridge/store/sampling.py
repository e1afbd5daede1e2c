"""A bounded look at what is stored of a stream: all of it where it is little, else rows from all over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from bridge.store.engine import Store, marks
from bridge.store.packing import Packing

_BATCH = 500
_OF = "source = ? AND stream = ? AND superseded_at IS NULL"
# Neighbours are much alike: multiples of the golden ratio spread row ids evenly, few or many, and always in the same way.
_FACTOR, _RANGE = 2_654_435_761, 2**32


class Look(Struct):
    """The payloads of a look, and how many of how many were looked at so far."""

    store: Store
    source: str
    stream: str
    most: int
    total: int
    looked: int = 0

    def payloads(self) -> Iterator[Mapping[str, Any]]:
        """Oldest first, in batches: memory stays bounded by the ids of the look and one batch."""
        packing = Packing(self.store)
        share = _RANGE if self.total <= self.most else self.most * _RANGE // self.total
        chosen = self.store.rows(
            f"SELECT id FROM raw_records WHERE {_OF} AND (id * ?) % ? < ? ORDER BY id LIMIT ?",
            (self.source, self.stream, _FACTOR, _RANGE, share, self.most),
        )
        ids = [row for (row,) in chosen]
        for start in range(0, len(ids), _BATCH):
            batch = ids[start : start + _BATCH]
            for (blob,) in self.store.rows(
                f"SELECT payload FROM raw_records WHERE id IN ({marks(len(batch))}) ORDER BY id", batch
            ):
                self.looked += 1
                yield packing.unpack(blob)


def look(store: Store, source: str, stream: str, most: int) -> Look:
    """At no more than `most` of the current contents of a stream."""
    row = store.one(f"SELECT count(*) FROM raw_records WHERE {_OF}", (source, stream))
    return Look(store, source, stream, most, row[0] if row else 0)


def streams(store: Store, source: str) -> tuple[str, ...]:
    """The streams of which anything is stored."""
    return tuple(
        name for (name,) in store.rows("SELECT DISTINCT stream FROM raw_records WHERE source = ? ORDER BY 1", (source,))
    )
