"""A new mapping, or a new name for something it looks up, applied to everything stored, without the network."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

from bridge.mapping import options
from bridge.mapping.apply import to_row
from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Lookups
from bridge.mapping.paths import Path, getter
from bridge.store import raw, runs
from bridge.store.engine import Store, dumps
from bridge.sync.history import remap_events
from bridge.sync.landing import Arrival, Turn, save_arrivals
from bridge.sync.outcome import Counts

BATCH = 500


def looked_up(mapping: MappingFile) -> dict[str, set[Path]]:
    """Stream -> the paths at which the mapping reads it for names of things that payloads only refer to."""
    found: dict[str, set[Path]] = {}
    for rule in mapping.targets.values():
        for attempt in rule.attempts:
            if attempt.lookup is not None and attempt.lookup.option_of is None:
                for stream in attempt.lookup.streams:
                    found.setdefault(stream, set()).update(attempt.lookup.paths)
    return found


def lookups(store: Store, source: str, mapping: MappingFile) -> Lookups:
    """Stream -> external id -> payload, for everything the mapping may look up."""
    plain = {
        stream: {row.external_id: row.payload for row in raw.current(store, source, stream)}
        for stream in sorted(looked_up(mapping))
    }
    return plain | options.tables(mapping, lambda stream: (row.payload for row in raw.current(store, source, stream)))


def basis(mapping: MappingFile, found: Lookups, settings: Mapping[str, str]) -> str:
    """A fingerprint of everything besides the payload that decides what a task looks like."""
    values: dict[str, Any] = {}
    for stream, paths in sorted(looked_up(mapping).items()):
        getters = [getter(path) for path in sorted(paths, key=lambda path: path.text)]
        values[stream] = {key: [get(row) for get in getters] for key, row in sorted(found.get(stream, {}).items())}
    for table in map(options.name, sorted(options.wanted(mapping))):
        values[table] = found.get(table, {})
    text = dumps([mapping.version, values, sorted(settings.items())])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def remap_if_needed(turn: Turn, stream: str) -> Counts:
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
            mapped = to_row(turn.mapping, row.payload, turn.about)
            batch.append(Arrival(row.external_id, row.scope, row.raw, mapped, seen=False))
            if len(batch) == BATCH:
                save_arrivals(turn, stream, batch, counts, cause=cause)
                batch = []
        save_arrivals(turn, stream, batch, counts, cause=cause)
        if cause == "mapping":
            remap_events(turn)
        runs.activate_mapping(turn.store, turn.source, turn.mapping.version, now, turn.mapping.text, turn.at)
    return counts
