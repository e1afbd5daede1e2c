"""A vendor's own history on its way into the change log: every event once, at the instant at which it happened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from bridge.mapping import history as telling
from bridge.model import Change
from bridge.store import history, tasks
from bridge.sync.landing import Turn

Payloads = Iterable[Mapping[str, Any]]


def record_events(turn: Turn, stream: str, task: str, payloads: Payloads) -> int:
    """Record what rows of a detail stream tell of a task and was not recorded yet; call it inside a transaction.

    Returns the number of new events. Rows may be shown as often and in as many parts as one likes.
    """
    names = _names(turn, stream)
    if not names:
        return 0
    told = telling.read(turn.mapping, stream, task, payloads, turn.about)
    history.save_problems(turn.store, turn.source, task, names, told.problems, turn.at)
    if not told.changes:
        return 0
    known = telling.in_force(history.recorded(turn.store, turn.source, task))
    fresh = _unknown(told.changes, known, turn.at)
    tasks.record(turn.store, fresh, turn.run)
    return len(fresh)


def remap_events(turn: Turn, stream: str) -> int:
    """Read the stored rows of a detail stream with a new mapping, inside a transaction; returns the entries written.

    What was recorded stays, for a past day was judged by it; where the reading of an instant is another one now, the
    new one is recorded beside it with cause `mapping`, and counts from now on.
    """
    names, count = _names(turn, stream), 0
    for task, payloads in history.rows_by_task(turn.store, turn.packing, turn.source, stream):
        told = telling.read(turn.mapping, stream, task, payloads, turn.about)
        if names:
            history.save_problems(turn.store, turn.source, task, names, told.problems, turn.at)
        known = telling.in_force(history.recorded(turn.store, turn.source, task))
        corrected = _corrected(turn, told.changes, known)
        fresh = _unknown(told.changes, [*known, *corrected], turn.at)
        tasks.record(turn.store, [*corrected, *fresh], turn.run)
        count += len(corrected) + len(fresh)
    return count


def _names(turn: Turn, stream: str) -> list[str]:
    return [teller.name for teller in turn.mapping.histories if teller.stream == stream]


def _unknown(told: Sequence[Change], known: Sequence[Change], now: datetime) -> list[Change]:
    """Events that are not recorded, as they are to be recorded: a vendor's clock may be ahead, but nothing is to come."""
    left = [replace(event, at=_no_later(event.at, now)) for event in told if not any(_same(event, k) for k in known)]
    return list(dict.fromkeys((e.field, e.at, repr(e.old), repr(e.new)) for e in left) and _first_of_each(left))


def _first_of_each(events: Sequence[Change]) -> list[Change]:
    found: dict[tuple[object, ...], Change] = {}
    for event in events:
        found.setdefault((event.field, event.at, repr(event.old), repr(event.new)), event)
    return list(found.values())


def _same(event: Change, known: Change) -> bool:
    """Whether an event is the one recorded; one dated ahead was recorded at the instant of its recording."""
    if (event.field, event.old, event.new) != (known.field, known.old, known.new):
        return False
    return known.at == _no_later(event.at, known.recorded_at)


def _no_later(at: datetime, now: datetime) -> datetime:
    return at if at <= now else now.replace(microsecond=0)


def _corrected(turn: Turn, told: Sequence[Change], known: Sequence[Change]) -> list[Change]:
    """New readings of instants of which something else is recorded."""
    return []
