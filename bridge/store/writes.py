"""Which tasks were written since a moment, so that a process that knows them all need not read them all again.

A write leaves one of three traces: a row that was not there before, an entry in the history of the task, or a touch,
where only what is no history was written (somebody's name). A mapping that was put into force leaves its own.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

import orjson

from bridge.mapping.history import each_once
from bridge.mapping.wire import Reader
from bridge.model import Change, Task, TaskKey
from bridge.store.clockwork import instant
from bridge.store.engine import Store
from bridge.store.tasks import changes_where

_AT_ONCE = 400


class Mark(NamedTuple):
    """A moment of the store: how far each trace had come, how many tasks there were, and what they were read by."""

    row: int
    change: int
    touch: int
    tasks: int
    mapping: str
    schema: int


def mark(store: Store) -> Mark:
    """The present moment; take it in the transaction in which the tasks are read."""
    row = store.one(
        "SELECT coalesce((SELECT max(rowid) FROM tasks), 0), coalesce((SELECT max(seq) FROM task_changes), 0), "
        "coalesce((SELECT max(seq) FROM task_touches), 0), (SELECT count(*) FROM tasks), "
        "coalesce((SELECT max(activated_at) FROM mapping_versions), '')"
    )
    assert row is not None
    newest, change, touched, tasks, mapping = row
    return Mark(newest, change, touched, tasks, mapping, store.schema_version)


def touch(store: Store, refs: Iterable[TaskKey]) -> None:
    """Tell that tasks were written of whose history there is no new entry."""
    store.insert_many("task_touches", ("source", "id"), refs)


def written_since(store: Store, then: Mark, now: Mark) -> set[TaskKey] | None:
    """Tasks written between two moments; None where the traces do not tell: another mapping, schema or file."""
    same = (then.mapping, then.schema) == (now.mapping, now.schema)
    if not same or now.row < then.row or now.change < then.change or now.touch < then.touch:
        return None
    new = {(source, key) for source, key in store.rows("SELECT source, id FROM tasks WHERE rowid > ?", (then.row,))}
    if then.tasks + len(new) != now.tasks:
        return None
    told = store.rows(
        "SELECT source, id FROM task_changes WHERE seq > ? UNION SELECT source, id FROM task_touches WHERE seq > ?",
        (then.change, then.touch),
    )
    return new | {(source, key) for source, key in told}


def some_tasks(store: Store, refs: Collection[TaskKey], reader: Reader) -> Iterator[tuple[Task, datetime]]:
    """Those of the tasks that there are, with the instant at which each was first seen."""
    for source, key in refs:
        sql = "SELECT data, first_seen_at FROM tasks WHERE source = ? AND id = ?"
        for data, first_seen_at in store.rows(sql, (source, key)):
            yield reader.task(orjson.loads(data)), instant(first_seen_at)


def their_changes(store: Store, refs: Collection[TaskKey], without: Collection[str]) -> Iterator[Change]:
    """The recorded changes of some tasks, as `tasks.changes` gives those of all."""
    rest = iter(refs)
    while some := list(islice(rest, _AT_ONCE)):
        pairs = ", ".join(["(?, ?)"] * len(some))
        values = [part for ref in some for part in ref]
        found = [
            change
            for change in changes_where(store, f"(source, id) IN (VALUES {pairs})", values)
            if change.field not in without
        ]
        told = {change.field for change in found if change.how == "activity"}
        yield from each_once(found, told) if told else found
