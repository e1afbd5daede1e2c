"""Which task waits for which, from when until when it was known, so that a past day is judged by the links of then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from bridge.model import LinkKind, TaskLink
from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store

_COLUMNS = ("source", "stream", "task", "predecessor", "successor", "kind", "word", "lag", "mapping_version")


class Told(NamedTuple):
    """A link as the rows of one of its ends tell it."""

    predecessor: str
    successor: str
    kind: str
    word: str | None
    lag: int


def of_task(store: Store, source: str, stream: str, task: str) -> dict[Told, int]:
    """What a stream tells now of the links of one task, with the row of each."""
    sql = (
        "SELECT seq, predecessor, successor, kind, word, lag FROM task_links "
        "WHERE source = ? AND task = ? AND stream = ? AND until IS NULL"
    )
    return {Told(*row[1:]): row[0] for row in store.rows(sql, (source, task, stream))}


def of_source(store: Store, source: str) -> dict[tuple[str, str], dict[Told, int]]:
    """(stream, task) -> what is told now, of every task of a source that has links."""
    found: dict[tuple[str, str], dict[Told, int]] = {}
    sql = (
        "SELECT stream, task, seq, predecessor, successor, kind, word, lag FROM task_links "
        "WHERE source = ? AND until IS NULL"
    )
    for stream, task, seq, *told in store.rows(sql, (source,)):
        found.setdefault((stream, task), {})[Told(*told)] = seq
    return found


def replace(
    store: Store,
    source: str,
    stream: str,
    task: str,
    *,
    known: Mapping[Told, int],
    now: Collection[Told],
    version: str,
    at: datetime,
) -> None:
    """End what is not told any more and begin what is new; what is told as before stays as it was recorded."""
    ended = [(stamp(at), seq) for told, seq in known.items() if told not in now]
    store.execute_many("UPDATE task_links SET until = ? WHERE seq = ?", ended)
    begun = [(source, stream, task, *told, version, stamp(at)) for told in dict.fromkeys(now) if told not in known]
    store.insert_many("task_links", (*_COLUMNS, "recorded_at"), begun)


def forget_problems(store: Store, source: str, targets: Collection[str]) -> None:
    """What could not be read of links, where none are read any more."""
    store.delete_many("mapping_problems", ("source", "target"), [(source, target) for target in targets])


def known(store: Store, before: str | None = None) -> tuple[TaskLink, ...]:
    """The links in force, or those known before an instant: each once, whichever of its ends told it, in stable order."""
    end = before or "9999"
    rows = store.rows(
        "SELECT source, predecessor, successor, kind, word, lag, min(recorded_at) FROM task_links "
        "WHERE recorded_at < ? AND (until IS NULL OR until >= ?) GROUP BY 1, 2, 3, 4, 5, 6 ORDER BY 1, 2, 3, 4, 5, 6",
        (end, end),
    )
    return tuple(_each(rows))


def _each(rows: Iterable[tuple[str, str, str, str, str | None, int, str]]) -> Iterable[TaskLink]:
    for source, first, last, kind, word, lag, seen in rows:
        yield TaskLink(source, first, last, LinkKind(kind), word, lag, instant(seen))
