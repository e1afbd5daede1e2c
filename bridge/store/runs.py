"""What was run when, how completely each source was read, and which rows could not be mapped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from bridge.store import tallies
from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store, dumps


class SourceRun(Struct, frozen=True):
    """How the reading of one source ended."""

    source: str
    outcome: str
    mode: str
    finished_at: datetime
    as_of: datetime | None
    partial_scopes: tuple[str, ...]
    unreadable: tuple[tuple[str, ...], ...]
    report: Mapping[str, Any]


def start(store: Store, kind: str, today: date, at: datetime) -> int:
    return store.insert("runs", {"kind": kind, "today": today.isoformat(), "started_at": stamp(at)})


def finish(store: Store, run: int, at: datetime) -> None:
    """Say that a run is at its end, and count it."""
    store.execute("UPDATE runs SET finished_at = ? WHERE id = ?", (stamp(at), run))
    tallies.add_run(store, run)


def newest_day(store: Store) -> date | None:
    """The latest civil day on which anything was recorded."""
    row = store.one("SELECT max(today) FROM runs")
    return date.fromisoformat(row[0]) if row and row[0] else None


def first_day(store: Store) -> date | None:
    """The civil day of the first record; nothing was known before it."""
    row = store.one("SELECT min(today) FROM runs")
    return date.fromisoformat(row[0]) if row and row[0] else None


def last_instant_of(store: Store, day: date) -> datetime | None:
    """When the last run of a civil day was recorded."""
    row = store.one("SELECT max(coalesce(finished_at, started_at)) FROM runs WHERE today = ?", (day.isoformat(),))
    return instant(row[0]) if row and row[0] else None


def save_source(store: Store, run: int, entry: SourceRun) -> None:
    row = {
        "run": run,
        "source": entry.source,
        "outcome": entry.outcome,
        "mode": entry.mode,
        "finished_at": stamp(entry.finished_at),
        "as_of": None if entry.as_of is None else stamp(entry.as_of),
        "partial_scopes": dumps(entry.partial_scopes),
        "unreadable": dumps(entry.unreadable),
        "report": dumps(entry.report),
    }
    store.upsert_many("source_runs", tuple(row), [tuple(row.values())])


def latest(store: Store, source: str, before: str | None = None) -> SourceRun | None:
    """The last run of a source, with `as_of` = end of the last run that read every task (before an instant, if given)."""
    limit = before or "9999"
    row = store.one(
        "SELECT outcome, mode, finished_at, partial_scopes, unreadable, report FROM source_runs "
        "WHERE source = ? AND finished_at < ? ORDER BY run DESC LIMIT 1",
        (source, limit),
    )
    if row is None:
        return None
    complete = store.one(
        "SELECT max(as_of) FROM source_runs WHERE source = ? AND finished_at < ?",
        (source, limit),
    )
    outcome, mode, finished_at, partial, unreadable, report = row
    return SourceRun(
        source,
        outcome,
        mode,
        instant(finished_at),
        instant(complete[0]) if complete and complete[0] else None,
        tuple(json.loads(partial)),
        tuple(tuple(names) for names in json.loads(unreadable)),
        json.loads(report),
    )


def requests_since(store: Store, source: str, since: datetime) -> int:
    """How many requests the runs that ended after an instant have sent."""
    requests = store.dialect.sum_of_member.format("report", "requests")
    sql = f"SELECT {requests} FROM source_runs WHERE source = ? AND finished_at > ?"
    row = store.one(sql, (source, stamp(since)))
    return int(row[0] or 0) if row else 0


def was_read(store: Store, source: str) -> bool:
    """Whether a run of this source has ever come to its end with something read."""
    sql = "SELECT 1 FROM source_runs WHERE source = ? AND outcome <> 'failed' LIMIT 1"
    return store.one(sql, (source,)) is not None


def sources(store: Store) -> list[str]:
    """Names of every source that was ever read."""
    return [row[0] for row in store.rows("SELECT DISTINCT source FROM source_runs ORDER BY source")]


def failed_streams(store: Store, source: str) -> set[tuple[str, str]]:
    """(stream, scope) of everything the last run of a source could not read completely."""
    last = latest(store, source)
    streams = last.report.get("streams", []) if last else []
    return {(entry["stream"], entry["scope"]) for entry in streams if entry["outcome"] != "complete"}


def mapping_basis(store: Store, source: str) -> str | None:
    """What the tasks of a source were last mapped with: mapping version and a hash of what it looked up."""
    row = store.one("SELECT basis FROM mapping_versions WHERE source = ? ORDER BY activated_at DESC LIMIT 1", (source,))
    return row[0] if row else None


def mapping_version(store: Store, source: str) -> str | None:
    row = store.one(
        "SELECT version FROM mapping_versions WHERE source = ? ORDER BY activated_at DESC LIMIT 1", (source,)
    )
    return row[0] if row else None
