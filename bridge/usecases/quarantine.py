"""Rows that could not become tasks: which they are, and another try with the mapping as it is now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import connectors
from bridge.mapping.apply import to_row
from bridge.store import quarantine, raw, runs
from bridge.store.engine import Store
from bridge.sync.landing import Arrival, Turn, save_arrivals
from bridge.sync.outcome import Counts, rfc3339
from bridge.sync.remap import lookups
from bridge.usecases.mapping_use import in_use
from bridge.usecases.workspace import Workspace
from connectors.contract import SourceConfig

BATCH = 500


@dataclass(frozen=True, slots=True)
class Retried:
    """How many rows of a source were tried, left quarantine and stay."""

    source: str
    tried: int
    released: int
    remaining: int

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "tried": self.tried,
            "released": self.released,
            "remaining": self.remaining,
        }


def list_held(space: Workspace, sources: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
    """Rows in quarantine as JSON objects."""
    if sources:
        space.sources(sources)
    with space.store() as store:
        for row in quarantine.listing(store, sources):
            yield {
                "source": row.source,
                "stream": row.stream,
                "id": None if row.is_unnamed else row.id,
                "project": row.project or None,
                "reason": row.reason,
                "detail": row.detail,
                "first_seen_at": rfc3339(row.first_seen_at),
                "last_seen_at": rfc3339(row.last_seen_at),
            }


def retry(space: Workspace, sources: Sequence[str] = ()) -> list[Retried]:
    """Map the stored payloads of held rows again, without the network; a row that came without an id stays."""
    configs = space.sources(sources)
    space.store().close()  # nothing was ever recorded: there is nothing to try, and no store is made for it
    with space.store(create=True) as store:
        space.refuse_the_past(store)
        run = runs.start(store, "retry", space.clock.today, space.clock.now())
        done = [_retry_source(space, store, source, run) for source in configs]
        runs.finish(store, run, space.clock.now())
    return done


def _retry_source(space: Workspace, store: Store, source: SourceConfig, run: int) -> Retried:
    stream = connectors.load(source.kind).task_stream
    held = list(quarantine.listing(store, (source.name,)))
    ids = [row.id for row in held if row.stream == stream and not row.is_unnamed]
    if ids:
        turn = _turn(space, store, source, run)
        for start in range(0, len(ids), BATCH):
            _map_again(turn, stream, ids[start : start + BATCH])
    remaining = sum(1 for _ in quarantine.listing(store, (source.name,)))
    return Retried(source.name, len(ids), len(held) - remaining, remaining)


def _turn(space: Workspace, store: Store, source: SourceConfig, run: int) -> Turn:
    mapping = in_use(space, source).mapping
    about = space.mapping_surroundings(source, lookups(store, source.name, mapping))
    return Turn(store, source.name, run, mapping, about)


def _map_again(turn: Turn, stream: str, ids: Sequence[str]) -> None:
    with turn.store.transaction():
        arrivals = [
            Arrival(row.external_id, row.scope, row.raw, to_row(turn.mapping, row.payload, turn.about), seen=False)
            for row in raw.of(turn.store, turn.source, stream, ids)
        ]
        save_arrivals(turn, stream, arrivals, Counts(), cause="mapping")
