"""A new mapping, or a new name for something it looks up, applied to everything stored, without the network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from bridge.mapping.apply import to_task
from bridge.mapping.document import MappingFile
from bridge.store import raw, runs
from bridge.store.engine import Store, dumps
from bridge.sync.landing import Arrival, Turn, save_arrivals
from bridge.sync.outcome import Counts

BATCH = 500
Lookups = Mapping[str, Mapping[str, Mapping[str, Any]]]


def lookups(store: Store, source: str, streams: Sequence[str]) -> Lookups:
    """Stream -> external id -> payload, for everything a mapping may look up."""
    return {stream: {row.external_id: row.payload for row in raw.current(store, source, stream)} for stream in streams}


def basis(mapping: MappingFile, found: Lookups, settings: Mapping[str, str]) -> str:
    """A fingerprint of everything besides the payload that decides what a task looks like."""
    text = dumps([mapping.version, found, sorted(settings.items())])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def remap_if_needed(turn: Turn, stream: str, streams: Sequence[str]) -> Counts:
    """Map every stored payload again where the mapping or what it looks up has changed; one transaction."""
    counts = Counts()
    now = basis(turn.mapping, turn.about.lookups, turn.about.settings)
    if runs.mapping_basis(turn.store, turn.source) == now:
        return counts
    former = runs.mapping_version(turn.store, turn.source)
    cause: Literal["source", "mapping"] = "source" if former in (None, turn.mapping.version) else "mapping"
    with turn.store.transaction():
        batch: list[Arrival] = []
        for row in raw.current(turn.store, turn.source, stream):
            mapped = to_task(turn.mapping, row.payload, turn.about)
            batch.append(Arrival(row.external_id, row.scope, row.raw, mapped, seen=False))
            if len(batch) == BATCH:
                save_arrivals(turn, stream, batch, counts, cause=cause)
                batch = []
        save_arrivals(turn, stream, batch, counts, cause=cause)
        runs.activate_mapping(turn.store, turn.source, turn.mapping.version, now, turn.mapping.text, turn.at)
    return counts
