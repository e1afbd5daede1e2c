"""Tasks in the common schema as they are now, and every difference that was seen since they were first seen."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import orjson
from msgspec import Struct

from bridge.mapping import wire
from bridge.mapping.history import each_once
from bridge.model import Change, Person, Task, TaskKey
from bridge.store.clockwork import end_of, instant, stamp
from bridge.store.engine import Store, dumps, marks

CLOSED = frozenset({"done", "cancelled"})
CHANGE_COLUMNS = ("source", "id", "at", "recorded_at", "field", "old", "new", "how", "cause", "run", "actor")
# The vendor's own bookkeeping: kept so that a past day can be rebuilt, not shown as something a person changed.
BOOKKEEPING = frozenset({"updated_at"})
_SHORT = 40
intern = sys.intern


class Filed(NamedTuple):
    """A task as its row holds it: the JSON object as text, and beside it what tasks are looked up by."""

    source: str
    id: str
    project: str
    project_key: str | None
    project_name: str
    gone: int
    mapping_version: str
    data: str
    is_open: int

    def read(self) -> dict[str, Any]:
        """The task as the JSON object that was filed."""
        found: dict[str, Any] = orjson.loads(self.data)
        return found


class TaskRow(NamedTuple):
    """A task to be saved, where it was read, and the raw content it was mapped from."""

    task: Filed
    scope: str
    raw: int
    first_seen_at: str


_COLUMNS = (*Filed._fields, *TaskRow._fields[1:])


class KnownTask(Struct, frozen=True):
    """A task as stored: its JSON object, where it was read and when it was first seen."""

    data: Mapping[str, Any]
    scope: str
    raw: int
    first_seen_at: str


def known(store: Store, source: str, ids: Sequence[str]) -> dict[str, KnownTask]:
    """The stored tasks among `ids`."""
    rows = store.rows(
        f"SELECT id, data, scope, raw, first_seen_at FROM tasks WHERE source = ? AND id IN ({marks(len(ids))})",
        (source, *ids),
    )
    return {key: KnownTask(orjson.loads(data), scope, raw, seen) for key, data, scope, raw, seen in rows}


def filed(data: Mapping[str, Any]) -> Filed:
    """A task, given as its JSON object, ready to be saved."""
    project = data["project"]
    return Filed(
        data["source"],
        data["id"],
        project["id"],
        project["key"],
        project["name"],
        int(data["gone"]),
        data["mapping_version"],
        orjson.dumps(data).decode(),
        int(data["status"] not in CLOSED),
    )


def save(store: Store, rows: Iterable[TaskRow]) -> None:
    """Write tasks over what was known of them."""
    values = ((*row.task, row.scope, row.raw, row.first_seen_at) for row in rows)
    store.upsert_many("tasks", _COLUMNS, values)


def record(store: Store, changes: Iterable[Change], run: int) -> None:
    store.insert_many(
        "task_changes",
        CHANGE_COLUMNS,
        [
            (
                change.source,
                change.id,
                stamp(change.at),
                stamp(change.recorded_at),
                change.field,
                dumps(change.old),
                dumps(change.new),
                change.how,
                change.cause,
                run,
                None if change.actor is None else dumps({"id": change.actor.id, "name": change.actor.name}),
            )
            for change in changes
        ],
    )


def present_ids(store: Store, source: str, scope: str) -> set[str]:
    """Tasks last read in this scope that are not gone."""
    return {
        row[0]
        for row in store.rows("SELECT id FROM tasks WHERE source = ? AND scope = ? AND gone = 0", (source, scope))
    }


def count_present(store: Store, source: str) -> int:
    row = store.one("SELECT count(*) FROM tasks WHERE source = ? AND gone = 0", (source,))
    return int(row[0]) if row else 0


def project_name(store: Store, source: str, scope: str) -> str:
    """The name of the project that a scope is, as its tasks have it; else the scope."""
    row = store.one("SELECT project_name FROM tasks WHERE source = ? AND scope = ? LIMIT 1", (source, scope))
    return row[0] if row else scope


def gone_ids(store: Store, source: str) -> set[str]:
    return {row[0] for row in store.rows("SELECT id FROM tasks WHERE source = ? AND gone = 1", (source,))}


def scopes(store: Store, source: str) -> set[str]:
    """Scopes that hold tasks of a source which are not gone."""
    # One look into the index for each scope: DISTINCT would walk past every task.
    following = "(SELECT scope FROM tasks WHERE source = ? AND gone = 0 {} ORDER BY scope LIMIT 1)"
    rows = store.rows(
        f"WITH RECURSIVE found(scope) AS (SELECT {following.format('')} UNION ALL "
        f"SELECT {following.format('AND scope > found.scope')} FROM found WHERE found.scope IS NOT NULL) "
        "SELECT scope FROM found WHERE scope IS NOT NULL",
        (source, source),
    )
    return {row[0] for row in rows}


def listing(
    store: Store,
    *,
    source: Sequence[str] = (),
    project: str | None = None,
    gone: bool = False,
    after: TaskKey | None = None,
    limit: int | None = None,
) -> Iterator[Mapping[str, Any]]:
    """JSON objects of the tasks that are there, or of those that are gone, in order of source and id: those behind
    `after`, at most `limit`."""
    where, values = ["gone = ?"], list[object]([int(gone)])
    if source:
        where.append(f"source IN ({marks(len(source))})")
        values += source
    if project is not None:
        where.append("(project = ? OR project_key = ? OR project_name = ?)")
        values += [project] * 3
    if after is not None:
        where.append("(source, id) > (?, ?)")
        values += after
    sql = f"SELECT data FROM tasks WHERE {' AND '.join(where)} ORDER BY source, id LIMIT ?"
    values.append(store.dialect.no_limit if limit is None else limit)
    for row in store.rows(sql, values):
        yield json.loads(row[0])


def all_tasks(store: Store, reader: wire.Reader | None = None) -> Iterator[tuple[Task, datetime]]:
    """Every task with the instant it was first seen, in order of source and id; equal parts of tasks are one object."""
    read = (reader or wire.Reader()).task
    instants: dict[str, datetime] = {}
    for data, first_seen_at in store.rows("SELECT data, first_seen_at FROM tasks ORDER BY source, id"):
        first_seen = instants.get(first_seen_at)
        if first_seen is None:
            first_seen = instants[first_seen_at] = instant(first_seen_at)
        yield read(orjson.loads(data)), first_seen


def changes(
    store: Store,
    *,
    task: str | None = None,
    since: str | None = None,
    recorded_before: str | None = None,
    without: Collection[str] = (),
) -> Iterator[Change]:
    """Recorded changes in the order in which they happened, each move once; `task` is an id or a human key."""
    told = {row[0] for row in store.rows("SELECT DISTINCT field FROM task_changes WHERE how = 'activity'")}
    where, values = ["1 = 1"], list[object]()
    if task is not None:
        key = store.dialect.at_member.format("data", "key")
        where.append(f"(id = ? OR id IN (SELECT id FROM tasks WHERE {key} = ?))")
        values += [task, task]
    if since is not None:
        # What a vendor's entry tells is not told again by our later difference, so the earlier entries are needed.
        where.append(f"({_happened(store)} >= ? OR how = 'activity')")
        values.append(since)
    if recorded_before is not None:
        where.append("recorded_at < ?")
        values.append(recorded_before)
    if without:
        where.append(f"field NOT IN ({marks(len(without))})")
        values += without
    found = changes_where(store, " AND ".join(where), values)
    start = None if since is None else instant(since)
    for change in each_once(found, told) if told else found:
        if start is None or change.at >= start:
            yield change


def changes_where(store: Store, where: str, values: Sequence[object]) -> Iterator[Change]:
    """Recorded changes in the order in which they happened, whoever told of them."""
    instants: dict[str, datetime] = {}
    actors: dict[str | None, Person | None] = {None: None}
    sql = (
        "SELECT source, id, at, recorded_at, field, old, new, how, cause, actor FROM task_changes "
        f"WHERE {where} ORDER BY {_happened(store)}, at, seq"
    )
    for source, key, at, recorded_at, field, old, new, how, cause, who in store.rows(sql, values):
        known = instants.get(recorded_at)
        if known is None:
            known = instants[recorded_at] = instant(recorded_at)
        # A vendor's clock may be ahead, but nothing was recorded before it happened.
        happened = known if at >= recorded_at else instant(at)
        actor = actors.get(who)
        if actor is None and who is not None:
            actor = actors[who] = actor_of(who)
        yield Change(source, key, happened, intern(field), _value(old), _value(new), how, known, cause, actor)


def actor_of(text: str | None) -> Person | None:
    """Who did it, as recorded."""
    return None if text is None else Person(**json.loads(text))


def _happened(store: Store) -> str:
    return store.dialect.least.format("at", "recorded_at")


def _value(text: str) -> object:
    """A recorded value; what stands in thousands of entries (a state, a date) is one object."""
    found = json.loads(text)
    return intern(found) if isinstance(found, str) and len(found) <= _SHORT else found


def tasks_on(store: Store, day: date, zone: ZoneInfo) -> Iterator[tuple[Task, datetime]]:
    """Every task as it was known at the end of a day: later arrivals left out, later changes undone."""
    end = end_of(day, zone)
    undo: dict[TaskKey, dict[str, Any]] = {}
    for source, key, name, old in store.rows(
        "SELECT source, id, field, old FROM task_changes WHERE recorded_at >= ? AND how = 'diff' ORDER BY seq DESC",
        (end,),
    ):
        undo.setdefault((source, key), {})[name] = json.loads(old)
    for source, key, data, first_seen_at in store.rows(
        "SELECT source, id, data, first_seen_at FROM tasks WHERE first_seen_at < ? ORDER BY source, id", (end,)
    ):
        then = {**json.loads(data), **undo.get((source, key), {})}
        yield wire.from_json(then), instant(first_seen_at)


def save_problems(
    store: Store,
    source: str,
    problems: Mapping[str, Sequence[tuple[str, str, str, str]]],
    at: datetime,
    *,
    former: Collection[str],
) -> None:
    """What could not be read of each task now; of the `former` ones whatever was noted before is forgotten."""
    store.delete_many("mapping_problems", ("source", "id"), [(source, key) for key in former])
    store.upsert_many(
        "mapping_problems",
        ("source", "id", "target", "code", "path", "value", "first_seen_at"),
        [
            (source, key, target, code, path, value, stamp(at))
            for key, entries in problems.items()
            for target, code, path, value in entries
        ],
    )


def problem_counts(store: Store) -> list[tuple[str, str, str, str, int]]:
    """(source, target, code, value, number of tasks) of everything the mapping could not read."""
    return list(
        store.rows(
            "SELECT source, target, code, value, count(*) FROM mapping_problems "
            "GROUP BY 1, 2, 3, 4 ORDER BY 5 DESC, 1, 2, 4"
        )
    )
