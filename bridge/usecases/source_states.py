"""How each source stands: when it was last read, what of it could not be, and what it does not have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

import connectors
from bridge.store import quarantine, runs, tasks
from bridge.store.engine import Store
from bridge.usecases.workspace import Workspace
from connectors import contract
from connectors.contract import SourceConfig


class Optional(Struct, frozen=True):
    """A stream that a server, an edition or an app's permissions may lack.

    `state` is `lacking` with why, `not_asked`, or the outcome of its last reading.
    """

    stream: str
    state: str
    why: str | None = None


class SourceState(Struct, frozen=True):
    """One source; what was never read is None."""

    name: str
    kind: str
    as_of: datetime | None = None
    """The end of its last complete read of tasks."""
    read_at: datetime | None = None
    outcome: str | None = None
    tasks: int | None = None
    held: int = 0
    """Rows in quarantine."""
    troubles: tuple[Mapping[str, Any], ...] = ()
    """What was not read completely last time: stream, scope, name, outcome, why."""
    optional: tuple[Optional, ...] = ()
    """What a server or an app may lack, as it was found last time."""


def look(space: Workspace) -> list[SourceState]:
    """Every configured source, in the order of the settings."""
    if not space.has_store:
        return [SourceState(source.name, source.kind) for source in space.sources()]
    with space.store() as store, store.snapshot():
        return [_state(space, store, source) for source in space.sources()]


def _state(space: Workspace, store: Store, source: SourceConfig) -> SourceState:
    last = runs.latest(store, source.name)
    if last is None:
        return SourceState(source.name, source.kind)
    report = last.report or {}
    return SourceState(
        source.name,
        source.kind,
        last.as_of,
        last.finished_at,
        last.outcome,
        tasks.count_present(store, source.name),
        quarantine.count(store, source.name),
        tuple(_troubles(report)),
        tuple(_optional(space, source, report)),
    )


def _optional(space: Workspace, source: SourceConfig, report: Mapping[str, Any]) -> Iterator[Optional]:
    """In the order of the alphabet; which there are depends on the settings."""
    connector = connectors.load(source.kind)(source, contract.Surroundings(space.clock.timezone))
    try:
        streams = {*connector.optional_streams, *connector.detail_streams}
    finally:
        connector.close()
    lacking = report.get("unavailable") or {}
    outcomes: dict[str, set[str]] = {}
    for entry in report.get("streams", ()):
        outcomes.setdefault(entry["stream"], set()).add(entry["outcome"])
    for stream in sorted(streams | lacking.keys()):
        if stream in lacking:
            yield Optional(stream, "lacking", lacking[stream])
        else:
            ended = outcomes.get(stream)
            worst = next((one for one in ("failed", "partial", "complete") if one in (ended or ())), "not_asked")
            yield Optional(stream, worst)


def _troubles(report: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = [] if not report.get("error") else [_trouble({"stream": "", "scope": "", "outcome": "failed", **report})]
    return found + [_trouble(entry) for entry in report.get("streams", ()) if entry["outcome"] != "complete"]


def _trouble(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    error = entry.get("error")
    return {
        "stream": entry.get("stream", ""),
        "scope": entry.get("scope", ""),
        "name": entry.get("name", ""),
        "outcome": entry["outcome"],
        "why": f"{error['code']}: {error['message']}" if error else None,
    }
