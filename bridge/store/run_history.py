"""What was run when, newest first: for who looks back at how the service fared."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from bridge.store.clockwork import instant
from bridge.store.engine import Store, marks


class SourceOf(Struct, frozen=True):
    """One source in a run; `report` is what a sync prints of it."""

    source: str
    outcome: str
    mode: str
    report: Mapping[str, Any]


class Run(Struct, frozen=True):
    """`finished_at` is None while it is under way, and of one that was cut off."""

    id: int
    kind: str
    today: str
    started_at: datetime
    finished_at: datetime | None
    sources: tuple[SourceOf, ...] = ()


def newest(store: Store, limit: int, kinds: Collection[str] = (), sources: Collection[str] = ()) -> list[Run]:
    """The last runs of these kinds (none: all) that read one of these sources (none: whatever they did)."""
    where, values = ["1 = 1"], list[object]()
    if kinds:
        where.append(f"kind IN ({marks(len(kinds))})")
        values += kinds
    if sources:
        where.append(f"id IN (SELECT run FROM source_runs WHERE source IN ({marks(len(sources))}))")
        values += sources
    sql = f"SELECT id, kind, today, started_at, finished_at FROM runs WHERE {' AND '.join(where)} ORDER BY id DESC LIMIT ?"
    return [
        Run(number, kind, today, instant(started), finished and instant(finished), _sources(store, number))
        for number, kind, today, started, finished in list(store.rows(sql, (*values, limit)))
    ]


def _sources(store: Store, run: int) -> tuple[SourceOf, ...]:
    # What each scope came to is left where it is: of a large source it is most of the report.
    report_of = store.dialect.without_member.format("report", "streams")
    sql = f"SELECT source, outcome, mode, {report_of} FROM source_runs WHERE run = ? ORDER BY source"
    return tuple(SourceOf(s, outcome, mode, json.loads(report)) for s, outcome, mode, report in store.rows(sql, (run,)))
