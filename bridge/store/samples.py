"""Contents of a stream for a look at what there is: all of them, or as many as are wanted, evenly spread over all."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from bridge.store.engine import Store, marks
from bridge.store.packing import Packing

_BATCH = 500


class Sample(Struct, frozen=True):
    """`chosen` of `total` current contents; the payloads come one by one, so memory stays bounded."""

    total: int
    chosen: int
    payloads: Iterator[Mapping[str, Any]]


def spread(store: Store, source: str, stream: str, most: int | None = None) -> Sample:
    """At most so many contents; the same ones as long as nothing new is stored."""
    sql = "SELECT id FROM raw_records WHERE source = ? AND stream = ? AND superseded_at IS NULL"
    ids = array("q", sorted(row[0] for row in store.rows(sql, (source, stream))))
    total = len(ids)
    if most is not None and most < total:
        ids = array("q", (ids[place * total // most] for place in range(most)))
    return Sample(total, len(ids), _payloads(store, ids))


def _payloads(store: Store, ids: array[int]) -> Iterator[Mapping[str, Any]]:
    packing = Packing(store)
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        sql = f"SELECT payload FROM raw_records WHERE id IN ({marks(len(batch))}) ORDER BY id"
        for (blob,) in store.rows(sql, batch):
            yield packing.unpack(blob)
