"""How each source stands: when it was last read, what of it could not be, and what it does not have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from bridge.store import quarantine, runs, tasks
from bridge.store.engine import Store
from bridge.usecases.workspace import Workspace
from connectors.contract import SourceConfig


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
    lacking: Mapping[str, str] = {}
    """Optional streams that the server or the app does not have, and why."""


def look(space: Workspace) -> list[SourceState]:
    """Every configured source, in the order of the settings."""
    if not space.has_store:
        return [SourceState(source.name, source.kind) for source in space.sources()]
    with space.store() as store, store.snapshot():
        return [_state(store, source) for source in space.sources()]


def _state(store: Store, source: SourceConfig) -> SourceState:
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
        report.get("unavailable") or {},
    )


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
