"""Sums over everything that was ever read and run: they are kept as it happens, so that no counter ever falls."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from bridge.store.clockwork import instant
from bridge.store.engine import Store
from bridge.store.tables_watch import COUNTED

_SUMMED = ("runs", *COUNTED, "slept_seconds")
_COLUMNS = ("source", "outcome", "mode", *_SUMMED)
_ADD_SOURCE = (
    f"INSERT INTO source_tallies ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    f"ON CONFLICT (source, outcome, mode) DO UPDATE SET {', '.join(f'{name} = source_tallies.{name} + excluded.{name}' for name in _SUMMED)}"
)


class SourceTally(Struct, frozen=True):
    """What all readings of a source with one outcome and mode have cost and found; `sums` has `runs` and the counts."""

    source: str
    outcome: str
    mode: str
    sums: Mapping[str, float]


class RunTally(Struct, frozen=True):
    kind: str
    runs: int
    seconds: float
    last_seconds: float
    last_at: datetime


def add_source(store: Store, source: str, outcome: str, mode: str, counts: Mapping[str, float]) -> None:
    """Count one reading of a source. The caller's transaction."""
    values = [counts[name] for name in _SUMMED if name != "runs"]
    store.execute(_ADD_SOURCE, (source, outcome, mode, 1, *values))


def add_run(store: Store, run: int) -> None:
    """Count a run that is at its end."""
    took = store.dialect.seconds_between.format("started_at", "finished_at")
    store.execute(
        "INSERT INTO run_tallies (kind, runs, seconds, last_seconds, last_at) "
        f"SELECT kind, 1, took, took, finished_at FROM (SELECT kind, finished_at, {took} AS took "
        "FROM runs WHERE id = ?) AS ended WHERE 1 = 1 "
        "ON CONFLICT (kind) DO UPDATE SET runs = run_tallies.runs + 1, seconds = run_tallies.seconds + excluded.seconds, "
        "last_seconds = excluded.last_seconds, last_at = excluded.last_at",
        (run,),
    )


def of_sources(store: Store) -> list[SourceTally]:
    sql = f"SELECT {', '.join(_COLUMNS)} FROM source_tallies ORDER BY source, outcome, mode"
    return [
        SourceTally(source, outcome, mode, dict(zip(_SUMMED, sums, strict=True)))
        for source, outcome, mode, *sums in store.rows(sql)
    ]


def of_runs(store: Store) -> list[RunTally]:
    sql = "SELECT kind, runs, seconds, last_seconds, last_at FROM run_tallies ORDER BY kind"
    return [RunTally(kind, count, total, last, instant(at)) for kind, count, total, last, at in store.rows(sql)]
