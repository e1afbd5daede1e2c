"""A vendor's own history on its way into the change log: every event once, at the instant at which it happened.

Nothing that was recorded is taken back, for past days were judged by it. Where the same instant reads otherwise now,
because the mapping is another one or the vendor calls a state by a new name, the new reading is recorded beside the
former with cause `mapping`, and counts from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from bridge.mapping import history as telling
from bridge.model import Change
from bridge.store import history, tasks
from bridge.sync.landing import Turn

Payloads = Iterable[Mapping[str, Any]]


def record_events(turn: Turn, stream: str, task: str, payloads: Payloads) -> int:
    """Record what rows of a detail stream tell of a task and was not recorded yet; call it inside a transaction.

    Returns the number of new entries. Rows may be shown as often and in as many parts as one likes.
    """
    told = _read(turn, stream, task, payloads)
    return _record(turn, told, _known(turn, task)) if told else 0


def remap_events(turn: Turn) -> int:
    """Read every stored row of a detail stream with a new mapping, inside a transaction; returns new entries.

    An instant of which the rows tell nothing any more is recorded as one at which nothing moved.
    """
    count = 0
    for task, rows in history.rows_by_task(turn.store, turn.packing, turn.source):
        told = [event for stream, payloads in rows.items() for event in _read(turn, stream, task, payloads)]
        known = _known(turn, task)
        lost = [entry for entry in known if not any(_is_of(event, entry) for event in told)]
        nothing = [_reading(turn, entry, None, None) for entry in lost]
        tasks.record(turn.store, nothing, turn.run)
        count += len(nothing) + _record(turn, told, [entry for entry in known if entry not in lost])
    return count


def _read(turn: Turn, stream: str, task: str, payloads: Payloads) -> tuple[Change, ...]:
    names = [teller.name for teller in turn.mapping.histories if teller.stream == stream]
    if not names:
        return ()
    told = telling.read(turn.mapping, stream, task, payloads, turn.about)
    history.save_problems(turn.store, turn.source, names, {task: told.problems}, turn.at)
    return told.changes


def _known(turn: Turn, task: str) -> list[Change]:
    return telling.in_force(history.recorded(turn.store, turn.source, task))


def _record(turn: Turn, told: Sequence[Change], known: Sequence[Change]) -> int:
    unnamed = [entry for entry in known if entry.actor is None]
    if unnamed:
        history.name_actors(turn.store, [event for event in told if any(_same(event, entry) for entry in unnamed)])
    fresh: dict[tuple[object, ...], Change] = {}
    for event in told:
        if any(_same(event, entry) for entry in known):
            continue
        former = [entry for entry in known if _is_of(event, entry) and not any(_same(one, entry) for one in told)]
        is_reading = any(not _follow(entry, event) for entry in former)
        new = _reading(turn, event, event.old, event.new) if is_reading else event
        fresh.setdefault((new.field, new.at, repr(new.old), repr(new.new)), new)
    tasks.record(turn.store, fresh.values(), turn.run)
    return len(fresh)


def _reading(turn: Turn, event: Change, old: object, new: object) -> Change:
    """Another reading of the instant and field of a recorded entry."""
    return replace(event, old=old, new=new, recorded_at=turn.at, cause="mapping")


def _same(event: Change, entry: Change) -> bool:
    return _is_of(event, entry) and (event.old, event.new) == (entry.old, entry.new)


def _is_of(event: Change, entry: Change) -> bool:
    """Whether both speak of one instant of one field."""
    return (event.field, event.at) == (entry.field, entry.at)


def _follow(entry: Change, event: Change) -> bool:
    """Whether these are two moves within a second, of which one goes on where the other ended."""
    return entry.new == event.old or event.new == entry.old
