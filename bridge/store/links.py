"""Which task waits for which, from when until when it was known, so that a past day is judged by the links of then."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from bridge.model import LinkKind, TaskLink
from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store

_COLUMNS = ("source", "stream", "task", "predecessor", "successor", "kind", "word", "lag", "mapping_version")

# Looked up rather than called: an enum call is many times as slow as a dictionary.
_KINDS = {kind.value: kind for kind in LinkKind}


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
    """The links in force, or those known before an instant: each once, whichever of its ends told it first."""
    end = before or "9999"
    # Grouped here: the database would sort half a million rows of text for it.
    first: dict[tuple[str, str, str, str, str | None, int], str] = {}
    for *told, seen in store.rows(
        "SELECT source, predecessor, successor, kind, word, lag, recorded_at FROM task_links "
        "WHERE recorded_at < ? AND (until IS NULL OR until >= ?) ORDER BY seq",
        (end, end),
    ):
        first.setdefault(tuple(told), seen)
    instants = {seen: instant(seen) for seen in set(first.values())}
    return tuple(
        TaskLink(source, before_it, after_it, _KINDS[kind], word, lag, instants[seen])
        for (source, before_it, after_it, kind, word, lag), seen in first.items()
    )
