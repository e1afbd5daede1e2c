"""What the vendors' own histories told: which moves of a task are recorded, and the rows that told them."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from bridge.mapping.outcome import Problem
from bridge.model import Change
from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store, dumps, marks
from bridge.store.packing import Packing
from bridge.store.tasks import actor_of
from bridge.store.writes import touch


def recorded(store: Store, source: str, task: str) -> list[Change]:
    """Every entry of a vendor's history that was recorded of a task, whatever reading it is of, as recorded."""
    return [
        Change(
            *(source, task, instant(at), field, json.loads(old), json.loads(new), how, instant(recorded_at), cause),
            actor=actor_of(who),
        )
        for at, recorded_at, field, old, new, how, cause, who in store.rows(
            "SELECT at, recorded_at, field, old, new, how, cause, actor FROM task_changes "
            "WHERE source = ? AND id = ? AND how = 'activity' ORDER BY at, seq",
            (source, task),
        )
    ]


def name_actors(store: Store, events: Iterable[Change]) -> None:
    """Tell of moves on record who made them, where that was not recorded: nothing else about them is changed."""
    named = [(event, event.actor) for event in events if event.actor is not None]
    store.execute_many(
        "UPDATE task_changes SET actor = ? WHERE source = ? AND id = ? AND how = 'activity' AND at = ? "
        "AND field = ? AND old = ? AND new = ? AND actor IS NULL",
        [
            (
                dumps({"id": actor.id, "name": actor.name}),
                *(event.source, event.id, stamp(event.at), event.field, dumps(event.old), dumps(event.new)),
            )
            for event, actor in named
        ],
    )
    touch(store, sorted({event.ref for event, _ in named}))


def rows_by_task(
    store: Store, packing: Packing, source: str, wanted: Collection[str] | None = None
) -> Iterator[tuple[str, dict[str, list[Any]]]]:
    """(task, stream -> its rows) of every detail stream, or the wanted ones, whose scopes are the tasks; one task at a
    time is held."""
    streams = [row[0] for row in store.rows("SELECT DISTINCT stream FROM detail_reads WHERE source = ?", (source,))]
    streams = [stream for stream in streams if wanted is None or stream in wanted]
    found = store.rows(
        "SELECT scope, stream, payload FROM raw_records "
        f"WHERE source = ? AND stream IN ({marks(len(streams))}) AND superseded_at IS NULL ORDER BY scope, stream, id",
        (source, *streams),
    )
    for task, rows in groupby(found, key=lambda row: str(row[0])):
        by_stream: dict[str, list[Any]] = {}
        for _, stream, blob in rows:
            by_stream.setdefault(stream, []).append(packing.unpack(blob))
        yield task, by_stream


def save_problems(
    store: Store, source: str, names: Collection[str], problems: Mapping[str, Sequence[Problem]], at: datetime
) -> None:
    """What could not be read of the rows of these objects; of the names whatever was noted of them is forgotten."""
    ids = list(problems)
    kept = {
        (row[0], row[1]): tuple(row[2:])
        for row in store.rows(
            "SELECT id, target, code, path, value FROM mapping_problems "
            f"WHERE source = ? AND id IN ({marks(len(ids))}) AND target IN ({marks(len(names))})",
            (source, *ids, *names),
        )
    }
    now = {(key, one.target): (one.code, one.path, one.value) for key, found in problems.items() for one in found}
    store.delete_many(
        "mapping_problems", ("source", "id", "target"), [(source, *place) for place in kept if place not in now]
    )
    columns = ("source", "id", "target", "code", "path", "value", "first_seen_at")
    fresh = [(source, *place, *said, stamp(at)) for place, said in now.items() if kept.get(place) != said]
    store.upsert_many("mapping_problems", columns, fresh)
