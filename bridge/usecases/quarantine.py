"""Rows that could not become tasks: which they are, and another try with the mapping as it is now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

import connectors
from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.mapping.apply import to_row
from bridge.mapping.concealment import Mask
from bridge.store import quarantine, raw, runs
from bridge.store.engine import Store
from bridge.store.quarantine import Held
from bridge.sync.landing import Arrival, Turn, save_arrivals
from bridge.sync.outcome import Counts, rfc3339
from bridge.sync.remap import lookups
from bridge.usecases.mapping_use import in_use
from bridge.usecases.people import names_in
from bridge.usecases.workspace import Workspace
from connectors.contract import SourceConfig

BATCH = 500
MOST_NAMED = 8

NOT_HELD = Text(
    zh="没有符合 {wish} 的被隔离的行；现有的原因：{reasons}。pbridge quarantine --json 列出每一行的编号。",
    en="no row in quarantine fits {wish}; the reasons there are: {reasons}. pbridge quarantine --json shows the id of each.",
)
NONE = Text(zh="无", en="none")


class Choice(Struct, frozen=True):
    """Which held rows are meant: all, those of some sources, of one reason, or a single one."""

    sources: Sequence[str] = ()
    reason: str | None = None
    id: str | None = None

    def takes(self, row: Held) -> bool:
        return self.reason in (None, row.reason) and self.id in (None, row.id)

    @property
    def is_narrow(self) -> bool:
        return self.reason is not None or self.id is not None

    @property
    def said(self) -> str:
        parts = (("--reason", self.reason), ("--id", self.id))
        return " ".join(f"{option} {value}" for option, value in parts if value is not None)


class Retried(Struct, frozen=True):
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


def list_held(space: Workspace, choice: Choice = Choice(), *, payloads: bool = False) -> Iterator[dict[str, Any]]:
    """Rows in quarantine as JSON objects, those of the most frequent reason first, without secrets and people.

    `payloads` adds as `raw` what the source sent; None of a row that came without an id: its beginning is its `detail`.
    """
    sources = [source.name for source in space.sources(choice.sources)] if choice.sources else []
    with space.store() as store:
        rows = [row for row in quarantine.listing(store, sources) if choice.takes(row)]
        counts = Counter(row.reason for row in rows)
        rows.sort(key=lambda row: (-counts[row.reason], row.reason))
        mask = Mask(names_in(space, store)) if rows else Mask()
        text = lru_cache(maxsize=4_096)(mask.text)  # thousands of rows are held for one and the same reason
        for row in rows:
            found = _as_json(row, text)
            if payloads:
                found["raw"] = None if row.is_unnamed else _payload(store, row, mask)
            yield found


def _as_json(row: Held, text: Callable[[str], str]) -> dict[str, Any]:
    return {
        "source": row.source,
        "stream": row.stream,
        "id": None if row.is_unnamed else row.id,
        "project": row.project or None,
        "reason": row.reason,
        "detail": text(row.detail),
        "first_seen_at": rfc3339(row.first_seen_at),
        "last_seen_at": rfc3339(row.last_seen_at),
    }


def _payload(store: Store, row: Held, mask: Mask) -> Any:
    stored = next(raw.of(store, row.source, row.stream, [row.id]), None)
    return None if stored is None else mask(stored.payload)


def retry(space: Workspace, choice: Choice = Choice()) -> list[Retried]:
    """Map the stored payloads of held rows again, without the network; a row that came without an id stays."""
    configs = space.sources(choice.sources)
    with space.store() as store:  # nothing was ever recorded: there is nothing to try, and no store is made for it
        _refuse_nothing(store, [source.name for source in configs], choice)
    with space.store(create=True) as store:
        space.refuse_the_past(store)
        run = runs.start(store, "retry", space.clock.today, space.clock.now())
        done = [_retry_source(space, store, source, run, choice) for source in configs]
        runs.finish(store, run, space.clock.now())
    return done


def _refuse_nothing(store: Store, sources: Sequence[str], choice: Choice) -> None:
    """A reason or an id that no held row has is a slip of the finger: nothing is done."""
    if not choice.is_narrow:
        return
    held = list(quarantine.listing(store, sources))
    if not any(choice.takes(row) for row in held):
        reasons = ", ".join(sorted({row.reason for row in held})[:MOST_NAMED])
        raise UsageProblem(NOT_HELD, wish=choice.said, reasons=reasons or NONE)


def _retry_source(space: Workspace, store: Store, source: SourceConfig, run: int, choice: Choice) -> Retried:
    stream = connectors.load(source.kind).task_stream
    held = [row for row in quarantine.listing(store, (source.name,)) if choice.takes(row)]
    ids = [row.id for row in held if row.stream == stream and not row.is_unnamed]
    if ids:
        turn = _turn(space, store, source, run)
        for start in range(0, len(ids), BATCH):
            _map_again(turn, stream, ids[start : start + BATCH])
    chosen = {(row.stream, row.id) for row in held}
    remaining = sum(1 for row in quarantine.listing(store, (source.name,)) if (row.stream, row.id) in chosen)
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
