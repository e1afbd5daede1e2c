"""A bounded look at what is stored of a stream: all of it where it is little, else rows from all over it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.store.engine import Store
from bridge.store.packing import Packing

_BATCH = 500
_OF = "source = ? AND stream = ? AND superseded_at IS NULL"
# Neighbours are much alike: multiples of the golden ratio spread row ids evenly, few or many, and always in the same way.
_FACTOR, _RANGE = 2_654_435_761, 2**32


@dataclass(slots=True)
class Look:
    """The payloads of a look, and how many of how many were looked at so far."""

    store: Store = field(repr=False)
    source: str
    stream: str
    most: int
    total: int
    looked: int = 0

    def payloads(self) -> Iterator[Mapping[str, Any]]:
        """Oldest first, in batches: memory stays bounded."""
        packing, last = Packing(self.store), 0
        share = _RANGE if self.total <= self.most else self.most * _RANGE // self.total
        while self.looked < self.most:
            batch = list(
                self.store.rows(
                    f"SELECT id, payload FROM raw_records WHERE {_OF} AND id > ? AND (id * ?) % ? < ? ORDER BY id LIMIT ?",
                    (self.source, self.stream, last, _FACTOR, _RANGE, share, _BATCH),
                )
            )
            if not batch:
                return
            for _, blob in batch[: self.most - self.looked]:
                self.looked += 1
                yield packing.unpack(blob)
            last = batch[-1][0]


def look(store: Store, source: str, stream: str, most: int) -> Look:
    """At no more than `most` of the current contents of a stream."""
    row = store.one(f"SELECT count(*) FROM raw_records WHERE {_OF}", (source, stream))
    return Look(store, source, stream, most, row[0] if row else 0)


def streams(store: Store, source: str) -> tuple[str, ...]:
    """The streams of which anything is stored."""
    return tuple(
        name for (name,) in store.rows("SELECT DISTINCT stream FROM raw_records WHERE source = ? ORDER BY 1", (source,))
    )
