"""What mapping everything stored again reads and writes: payloads by stretches, with what is known of their tasks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Literal, NamedTuple

from bridge.store.clockwork import stamp
from bridge.store.engine import Store, dumps, marks
from bridge.store.tasks import CHANGE_COLUMNS

Stretch = tuple[int, int]
"""First and last id of neighbouring raw rows."""
# Of what could not be read, that which the task's own payload told: detail rows file theirs as "stream.field".
_TOLD_BY_TASK = "(target NOT LIKE '%.%' OR target LIKE 'project.%' OR target LIKE 'fields.%')"
# Texts of tasks come and go as bytes: making a string of one and bytes of that takes as long as storing it.


class Known(NamedTuple):
    """A stored task: its row, its JSON text, where it was read, and the raw content it was mapped from."""

    row: int
    text: bytes
    scope: str
    raw: int
    first_seen_at: str
    gone: int


Noted = tuple[str, str, str, str]
"""A difference: task; field; its value before and now, as JSON."""
Edited = tuple[bytes, int | None, str, int]
"""A task that stays where it is and in its project: JSON text; whether open, if that is another; version; row."""
Rewritten = tuple[bytes, str, str | None, str, int, int, str, int]
"""A task that stays where it is: JSON text; project, its key and name; whether open; raw content; version; row."""


class Lying(NamedTuple):
    """A current content, and the task that was made of it: None where there is none, or it was read elsewhere."""

    raw: int
    external_id: str
    scope: str
    blob: bytes
    row: int | None
    text: bytes | None
    """The JSON text of that task, where it was asked for."""


def _of_stream(store: Store) -> str:
    return f"raw_records{store.dialect.in_order_of_rows} WHERE source = ? AND stream = ? AND superseded_at IS NULL"


def stretches(store: Store, source: str, stream: str, size: int) -> list[tuple[int, int, int]]:
    """(first id, last id, number of rows) of every `size` current rows of a stream, in order of id."""
    found = (row[0] for row in store.rows(f"SELECT id FROM {_of_stream(store)} ORDER BY id", (source, stream)))
    # Cut here: numbering the rows takes the engine as long as finding them.
    parts = iter(lambda: list(islice(found, size)), [])
    return [(part[0], part[-1], len(part)) for part in parts]


def standing(
    store: Store, source: str, stream: str, stretch: Stretch, version: str, *, with_text: bool
) -> Iterator[Lying]:
    """The current contents of a stretch, each with the row of the task that this version of a mapping made of it."""
    text = store.dialect.in_utf8.format("t.data") if with_text else "NULL"
    sql = (
        f"SELECT r.id, r.external_id, r.scope, r.payload, t.rowid, {text} FROM raw_records AS r{store.dialect.in_order_of_rows} "
        "LEFT JOIN tasks AS t ON t.source = r.source AND t.id = r.external_id AND t.raw = r.id AND t.scope = r.scope "
        "AND t.mapping_version = ? WHERE r.source = ? AND r.stream = ? AND r.superseded_at IS NULL "
        "AND r.id BETWEEN ? AND ? ORDER BY r.id"
    )
    return map(Lying._make, store.rows(sql, (version, source, stream, *stretch)))


def known(store: Store, source: str, ids: Sequence[str]) -> dict[str, Known]:
    """The stored tasks among `ids`, their JSON as text."""
    text = store.dialect.in_utf8.format("data")
    sql = f"SELECT id, rowid, {text}, scope, raw, first_seen_at, gone FROM tasks WHERE source = ? AND id IN"
    rows = store.rows(f"{sql} ({marks(len(ids))})", (source, *ids))
    return {row[0]: Known(*row[1:]) for row in rows}


def held(store: Store, source: str, stream: str, external_ids: Sequence[str]) -> set[str]:
    """Those of these rows that are in quarantine."""
    sql = "SELECT external_id FROM quarantine WHERE source = ? AND stream = ? AND external_id IN"
    rows = store.rows(f"{sql} ({marks(len(external_ids))})", (source, stream, *external_ids))
    return {row[0] for row in rows}


def troubled(store: Store, source: str, ids: Sequence[str]) -> set[str]:
    """Those of these tasks of which something could not be read."""
    sql = f"SELECT DISTINCT id FROM mapping_problems WHERE {_TOLD_BY_TASK} AND source = ? AND id IN"
    return {row[0] for row in store.rows(f"{sql} ({marks(len(ids))})", (source, *ids))}


def rewrite(store: Store, rows: Iterable[Rewritten]) -> None:
    """Write tasks that stay where they are; no index is touched."""
    store.execute_many(
        f"UPDATE tasks SET data = {_text(store)}, project = ?, project_key = ?, project_name = ?, is_open = ?, raw = ?, "
        "mapping_version = ? WHERE rowid = ?",
        rows,
    )


def edit(store: Store, rows: Iterable[Edited]) -> None:
    """Write tasks of which some values are others."""
    store.execute_many(
        f"UPDATE tasks SET data = {_text(store)}, is_open = coalesce(?, is_open), mapping_version = ? WHERE rowid = ?",
        rows,
    )


def _text(store: Store) -> str:
    return store.dialect.from_utf8.format("?")


def rename(store: Store, version: str, cut: int, rows: Sequence[int]) -> None:
    """Tasks of which only the version is another one: it ends their JSON text, whose last `cut` characters it replaces."""
    end = f'"mapping_version":{dumps(version)}' + "}"
    store.execute(
        "UPDATE tasks SET data = substr(data, 1, length(data) - ?) || ?, mapping_version = ? "
        f"WHERE rowid IN ({marks(len(rows))})",
        (cut, end, version, *rows),
    )


def record(
    store: Store, source: str, found: Iterable[Noted], *, at: datetime, cause: Literal["source", "mapping"], run: int
) -> None:
    """Write differences into the history of their tasks, as `tasks.record` does."""
    now = stamp(at)
    rows = ((source, key, now, now, name, old, new, "diff", cause, run, None) for key, name, old, new in found)
    store.insert_many("task_changes", CHANGE_COLUMNS, rows)


def mend(store: Store, source: str, found: Iterable[tuple[str, str]]) -> None:
    """Forget what could not be read of these targets of these tasks."""
    store.delete_many("mapping_problems", ("source", "id", "target"), ((source, *each) for each in found))


def forget_problems(store: Store, source: str, ids: Iterable[str]) -> None:
    """Forget what could not be read of these tasks' own payloads."""
    sql = f"DELETE FROM mapping_problems WHERE {_TOLD_BY_TASK} AND source = ? AND id = ?"
    store.execute_many(sql, ((source, key) for key in ids))


def save_problems(store: Store, source: str, found: Iterable[tuple[str, str, str, str, str]], at: datetime) -> None:
    """(task, target, code, path, value) of what could not be read."""
    columns = ("source", "id", "target", "code", "path", "value", "first_seen_at")
    now = stamp(at)
    store.upsert_many("mapping_problems", columns, ((source, *row, now) for row in found))
