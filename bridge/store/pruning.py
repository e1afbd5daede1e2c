"""What may go because no report of any day needs it: found first, then removed a little at a time.

A past day is looked at through the contents, runs and snapshots that stood at its end. So of what is old enough stays
whatever stood at the end of some day, and the numbers of rows are never given to others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from bridge.store.clockwork import end_of, instant, stamp
from bridge.store.engine import Store, dumps
from bridge.store.tables import BY_NAME

BATCH = 2_000
"""Rows of one transaction: nobody who writes waits for long."""
A_DAY = timedelta(days=1)

Stream = tuple[str, str]


class Doomed(Struct, frozen=True):
    """Rows of one table that may go, by their key, and how much is in them."""

    table: str
    before: str
    keys: Sequence[tuple[object, ...]]
    bytes: int


def contents(store: Store, before: datetime, zone: ZoneInfo, lasting: Collection[Stream]) -> Doomed:
    """Superseded contents; of the `lasting` streams, which past days are read from, only those that no day ended with."""
    found = store.rows(
        f"SELECT id, source, stream, first_seen_at, superseded_at, {_weight(store, 'raw_records')} FROM raw_records "
        "WHERE superseded_at < ? AND id NOT IN (SELECT raw FROM tasks) AND id NOT IN (SELECT raw FROM efforts) "
        "AND id < (SELECT max(id) FROM raw_records)",
        (stamp(before),),
    )
    rows = (
        ((number,), size)
        for number, source, stream, first, last, size in found
        if (source, stream) not in lasting or _local(first, zone) == _local(last, zone)
    )
    return _doomed("raw_records", before.date(), rows)


def leaves(store: Store, before: date, starts: Callable[[str], Collection[date]]) -> Doomed:
    """Snapshots with weights of tasks that no growth of scope is measured against.

    It is measured from the first snapshot with any on or after a day in `starts` of the milestone.
    """
    weights = store.dialect.at_member.format("data", "leaves")
    found = store.rows(
        f"SELECT milestone, day, {store.dialect.bytes_of_text.format(weights)} FROM assessments "
        f"WHERE day < ? AND {weights} <> '{{}}' ORDER BY milestone, day",
        (before.isoformat(),),
    )
    by_milestone: dict[str, list[tuple[str, int]]] = {}
    for milestone, day, size in found:
        by_milestone.setdefault(milestone, []).append((day, size))
    rows: list[tuple[tuple[object, ...], int]] = []
    for milestone, days in by_milestone.items():
        needed = {next((day for day, _ in days if day >= start.isoformat()), None) for start in starts(milestone)}
        rows += [((milestone, day), size) for day, size in days if day not in needed]
    return _doomed("assessments", before, rows)


def runs(store: Store, before: date, zone: ZoneInfo) -> Doomed:
    """All runs of a day but the one whose instant the day is looked at from."""
    found = store.rows(
        f"SELECT id, {_weight(store, 'runs')} FROM (SELECT *, row_number() OVER "
        "(PARTITION BY today ORDER BY coalesce(finished_at, started_at) DESC, id DESC) AS place FROM runs) AS placed "
        "WHERE place > 1 AND today < ? AND coalesce(finished_at, started_at) < ? AND id < (SELECT max(id) FROM runs)",
        (before.isoformat(), _start_of(before, zone)),
    )
    return _doomed("runs", before, (((number,), size) for number, size in found))


def source_runs(store: Store, before: date, zone: ZoneInfo) -> Doomed:
    """All reads of a source on a day but its last one, the last that read something, and the last that read all."""
    found = list(
        store.rows(
            f"SELECT run, source, finished_at, as_of, outcome <> 'failed', {_weight(store, 'source_runs')} FROM source_runs "
            "WHERE finished_at < ? ORDER BY run",
            (_start_of(before, zone),),
        )
    )
    kept: dict[tuple[str, date, str], tuple[str, int]] = {}
    for run, source, finished_at, as_of, has_read, _ in found:
        day = _local(finished_at, zone)
        kept[source, day, "last"] = ("", run)
        if has_read:
            kept[source, day, "read"] = ("", run)
        if as_of is not None:
            kept[source, day, "complete"] = max(kept.get((source, day, "complete"), ("", 0)), (as_of, run))
    needed = {(run, source) for (source, _, _), (_, run) in kept.items()}
    rows = (((row[0], row[1]), row[5]) for row in found if (row[0], row[1]) not in needed)
    return _doomed("source_runs", before, rows)


def parcels(store: Store, before: datetime) -> Doomed:
    """Messages of which every part has arrived."""
    found = store.rows(
        f"SELECT channel, report, part, {_weight(store, 'outbox')} FROM outbox AS one WHERE NOT EXISTS "
        "(SELECT 1 FROM outbox AS other WHERE other.channel = one.channel AND other.report = one.report "
        "AND (other.state <> 'sent' OR other.sent_at >= ?))",
        (stamp(before),),
    )
    return _doomed("outbox", before.date(), ((row[:3], row[3]) for row in found))


def audit(store: Store, before: datetime) -> Doomed:
    return _older(store, "audit", "seq", "at", before)


def sessions(store: Store, now: datetime) -> Doomed:
    """Those that are over."""
    return _older(store, "sessions", "id", "ends_at", now)


def failures(store: Store, before: datetime) -> Doomed:
    return _older(store, "login_failures", "seq", "at", before)


def remove(store: Store, doomed: Doomed) -> None:
    """Remove what was found, in short transactions; what has gone meanwhile is no matter."""
    for start in range(0, len(doomed.keys), BATCH):
        batch = doomed.keys[start : start + BATCH]
        with store.transaction():
            if doomed.table == "assessments":
                _forget_leaves(store, batch)
            else:
                store.delete_many(doomed.table, BY_NAME[doomed.table].key, batch)


def _forget_leaves(store: Store, keys: Iterable[tuple[object, ...]]) -> None:
    """A snapshot stays; only the weights of single tasks go from it."""
    for key in keys:
        row = store.one("SELECT data FROM assessments WHERE milestone = ? AND day = ?", key)
        if row is not None:
            data = dumps({**json.loads(row[0]), "leaves": {}})
            store.execute("UPDATE assessments SET data = ? WHERE milestone = ? AND day = ?", (data, *key))


def _older(store: Store, table: str, key: str, column: str, before: datetime) -> Doomed:
    sql = f"SELECT {key}, {_weight(store, table)} FROM {table} WHERE {column} < ?"
    return _doomed(table, before.date(), (((row[0],), row[1]) for row in store.rows(sql, (stamp(before),))))


def _doomed(table: str, before: date, rows: Iterable[tuple[tuple[Any, ...], int]]) -> Doomed:
    keys, size = [], 0
    for key, bytes_ in rows:
        keys.append(key)
        size += bytes_
    return Doomed(table, before.isoformat(), keys, size)


def _weight(store: Store, table: str) -> str:
    """The bytes of what is in a row."""
    words = store.dialect
    sizes = (
        (words.bytes_of_blob if kind == "BLOB" else words.bytes_of_text).format(name)
        for name, kind in BY_NAME[table].columns.items()
    )
    return " + ".join(f"coalesce({size}, 0)" for size in sizes)


def _local(at: str, zone: ZoneInfo) -> date:
    return instant(at).astimezone(zone).date()


def _start_of(day: date, zone: ZoneInfo) -> str:
    return end_of(day - A_DAY, zone)


def mapping_texts(store: Store) -> Iterator[tuple[str, str]]:
    """(source, text) of every mapping that was ever in force."""
    yield from store.rows("SELECT DISTINCT source, text FROM mapping_versions")
