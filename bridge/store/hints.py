"""What webhooks spoke of and nobody has read again yet: one row per task, never more than a source can be told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store

WHOLE = ""
"""The task of a hint that means the whole source: something changed, nobody knows what."""
MOST_PER_SOURCE = 1_000
"""More tasks than this are not named one by one; the source as a whole is to be read then."""


class Hint(Struct, frozen=True):
    """`times` and `last_at` together tell this hint from a newer one about the same task."""

    source: str
    task: str
    first_at: datetime
    last_at: datetime
    times: int


def add(store: Store, source: str, tasks: Mapping[str, int], at: datetime) -> None:
    """Remember hints about tasks, each with how often it came; a known one counts up. One transaction of the caller."""
    now = stamp(at)
    store.execute_many(
        "INSERT INTO hints (source, task, first_at, last_at, times) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (source, task) DO UPDATE SET last_at = excluded.last_at, times = hints.times + excluded.times",
        [(source, task, now, now, times) for task, times in tasks.items()],
    )
    row = store.one("SELECT count(*), min(first_at), sum(times) FROM hints WHERE source = ?", (source,))
    if row is not None and row[0] > MOST_PER_SOURCE:
        _, first_at, times = row
        store.execute("DELETE FROM hints WHERE source = ?", (source,))
        store.insert_many(
            "hints", ("source", "task", "first_at", "last_at", "times"), [(source, WHOLE, first_at, now, times)]
        )


def pending(store: Store, source: str) -> list[Hint]:
    """The hints of a source, those that have waited longest first."""
    sql = "SELECT task, first_at, last_at, times FROM hints WHERE source = ? ORDER BY first_at, task"
    return [
        Hint(source, task, instant(first_at), instant(last_at), times)
        for task, first_at, last_at, times in store.rows(sql, (source,))
    ]


def done(store: Store, hints: Iterable[Hint]) -> None:
    """Forget hints that were followed, but for those that were given again meanwhile."""
    store.delete_many(
        "hints",
        ("source", "task", "last_at", "times"),
        [(hint.source, hint.task, stamp(hint.last_at), hint.times) for hint in hints],
    )
