"""Tasks that one complete read did not show: gone only if the next complete read does not show them either."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bridge.store.clockwork import stamp
from bridge.store.engine import Store


def of(store: Store, source: str, *, before_run: int) -> set[str]:
    """Tasks that a complete read of an earlier run missed already."""
    return {
        row[0] for row in store.rows("SELECT task FROM absences WHERE source = ? AND run < ?", (source, before_run))
    }


def note(store: Store, source: str, tasks: Collection[str], run: int, at: datetime) -> None:
    """Keeps the first run that missed a task."""
    sql = "INSERT INTO absences (source, task, run, at) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING"
    store.execute_many(sql, [(source, task, run, stamp(at)) for task in sorted(tasks)])


def forget(store: Store, source: str, tasks: Collection[str]) -> None:
    store.delete_many("absences", ("source", "task"), [(source, task) for task in sorted(tasks)])
