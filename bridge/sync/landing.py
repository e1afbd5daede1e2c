"""Where a page lands: raw contents, mapped tasks, their changes and the cursor, all in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from bridge.mapping.apply import MappedRow, Problem, Surroundings
from bridge.mapping.document import MappingFile
from bridge.model import Change
from bridge.store import effort, quarantine, raw, tasks, writes
from bridge.store.clockwork import stamp
from bridge.store.engine import Store
from bridge.store.mappings import FROM_FILE, Origin
from bridge.store.packing import Packing
from bridge.sync.differences import differing, reason_of
from bridge.sync.outcome import Counts
from bridge.sync.parcels import Parcel
from connectors.contract import Reject


class Turn(Struct, frozen=True, dict=True):
    """One source's turn in one run: what every page of it is written with."""

    store: Store
    source: str
    run: int
    mapping: MappingFile
    about: Surroundings
    origin: Origin = FROM_FILE
    """Where the mapping comes from, and who wanted it why."""

    @cached_property
    def packing(self) -> Packing:
        return Packing(self.store)

    @property
    def at(self) -> datetime:
        return self.about.now


class Arrival(NamedTuple):
    """A raw content on its way to becoming a task."""

    external_id: str
    scope: str
    raw: int
    mapped: MappedRow
    seen: bool = True
    """Whether the source has just shown it; a replay of stored payloads revives nothing."""
    is_new: bool = False
    """Whether nothing was ever stored of it, so that there is nothing to look up."""


def land(
    turn: Turn,
    stream: str,
    scope: str,
    arrived: Sequence[Parcel],
    *,
    is_task: bool,
    gone: set[str],
    is_first: bool = False,
) -> Counts:
    """Store objects and, of a task stream, the tasks they become; unchanged contents write nothing.

    `gone` are the ids of tasks marked as gone: one that is seen again is looked at even if its content is the same.
    `is_first`: before this run nothing of the stream was stored, so that hardly any of them can be known.
    """
    found = {parcel.content.external_id: parcel for parcel in arrived}
    counts = Counts(fetched=len(found))
    compared, ids = _keep(turn, stream, scope, [parcel.content for parcel in found.values()], is_first=is_first)
    if is_task:
        changed = {entry.external_id for entry in compared.differing} | (gone & found.keys())
        arrivals = [_arrival(turn, scope, parcel, ids) for key, parcel in found.items() if key in changed]
        arrivals += _save_new(turn, scope, [found[entry.external_id] for entry in compared.new], ids, counts)
        save_arrivals(turn, stream, arrivals, counts, cause="source")
    else:
        counts.created, counts.updated = len(compared.new), len(compared.differing)
    counts.unchanged = counts.fetched - counts.created - counts.updated - counts.gone - counts.revived
    counts.unchanged -= counts.quarantined
    return counts


def _keep(
    turn: Turn, stream: str, scope: str, contents: Sequence[raw.Content], *, is_first: bool
) -> tuple[raw.Compared, Mapping[str, int]]:
    """Keep what is new of these contents; returns how they compare with what was stored, and the row id of each."""
    place = (turn.store, turn.packing, turn.source, stream, scope)
    if is_first:
        ids = raw.save_unknown(*place, contents, run=turn.run, at=turn.at)
        if ids is not None:
            return raw.Compared([*contents], [], {}), ids
    compared = raw.compare(turn.store, turn.source, stream, contents)
    if not (compared.new or compared.differing):
        return compared, compared.known
    return compared, compared.known | raw.save(*place, compared, run=turn.run, at=turn.at)


def _arrival(turn: Turn, scope: str, parcel: Parcel, ids: Mapping[str, int], *, is_new: bool = False) -> Arrival:
    key = parcel.content.external_id
    return Arrival(key, scope, ids[key], parcel.row(turn.mapping, turn.about), is_new=is_new)


def _save_new(turn: Turn, scope: str, fresh: Sequence[Parcel], ids: Mapping[str, int], counts: Counts) -> list[Arrival]:
    """Save the tasks that need nothing of the store; the others are returned to be judged."""
    if effort.has_any(turn.store, turn.source):
        return [_arrival(turn, scope, parcel, ids, is_new=True) for parcel in fresh]
    now = stamp(turn.at)
    rows, others, problems = [], [], {}
    for unmapped in fresh:
        parcel = unmapped.mapped(turn.mapping, turn.about)
        task = parcel.task
        if task is None:
            others.append(_arrival(turn, scope, parcel, ids, is_new=True))
            continue
        rows.append(tasks.TaskRow(task, scope, ids[parcel.content.external_id], now))
        counts.gone += task.gone
        counts.created += not task.gone
        if parcel.problems:
            problems[task.id] = _problems(parcel.problems)
    tasks.save(turn.store, rows)
    tasks.save_problems(turn.store, turn.source, problems, turn.at, former=())
    return others


def set_aside(turn: Turn, stream: str, scope: str, rejected: Sequence[Reject]) -> int:
    """Keep what came without an id, so that somebody can see it; returns how many."""
    rows = [
        (
            f"?{hashlib.sha256(f'{scope}/{reject.excerpt}'.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}",
            reject.reason,
            reject.excerpt,
        )
        for reject in rejected
    ]
    quarantine.put(turn.store, turn.source, stream, scope, rows, turn.at)
    return len(rows)


def save_arrivals(
    turn: Turn,
    stream: str,
    arrivals: Sequence[Arrival],
    counts: Counts,
    *,
    cause: Literal["source", "mapping"],
) -> None:
    """Write mapped tasks with what changed about them; rows that could not be mapped go to quarantine."""
    if not arrivals:
        return
    _quarantine(turn, stream, arrivals, counts)
    good = [(arrival, data) for arrival in arrivals if (data := arrival.mapped.data) is not None]
    if turn.mapping.effort is not None:
        effort.fill_in(turn.store, turn.source, [data for _, data in good])
    known = tasks.known(turn.store, turn.source, [data["id"] for arrival, data in good if not arrival.is_new])
    rows, changes, silent = [], [], []
    now = stamp(turn.at)
    for arrival, data in good:
        before = known.get(data["id"])
        if before is None:
            counts.gone += int(data["gone"])
            counts.created += int(not data["gone"])
            rows.append(tasks.TaskRow(tasks.filed(data), arrival.scope, arrival.raw, now))
            continue
        if before.data["gone"] and not arrival.seen:
            data["gone"] = True
        found = differences(before.data, data, turn.at, cause)
        _count(counts, before.data, found)
        changes += found
        is_same = before.raw == arrival.raw and before.scope == arrival.scope
        if not is_same or any(before.data.get(name) != value for name, value in data.items()):
            rows.append(tasks.TaskRow(tasks.filed(data), arrival.scope, arrival.raw, before.first_seen_at))
            if not found:
                silent.append((turn.source, data["id"]))
    tasks.save(turn.store, rows)
    tasks.record(turn.store, changes, turn.run)
    writes.touch(turn.store, silent)
    former = [data["id"] for arrival, data in good if not arrival.is_new]
    problems = {data["id"]: _problems(arrival.mapped.problems) for arrival, data in good if arrival.mapped.problems}
    tasks.save_problems(turn.store, turn.source, problems, turn.at, former=former)


def differences(
    old: Mapping[str, Any], new: Mapping[str, Any], at: datetime, cause: Literal["source", "mapping"]
) -> list[Change]:
    """One change for each field that differs, in the order of the schema."""
    return [
        Change(new["source"], new["id"], at, name, was, value, "diff", at, cause)
        for name, was, value in differing(old, new)
    ]


def mark_gone(turn: Turn, ids: Sequence[str]) -> None:
    """Mark tasks that a complete read did not show any more; their history and last content stay."""
    changes, rows = [], []
    for key, before in tasks.known(turn.store, turn.source, ids).items():
        changes.append(Change(turn.source, key, turn.at, "gone", False, True, "diff", turn.at))
        task = tasks.filed({**before.data, "gone": True})
        rows.append(tasks.TaskRow(task, before.scope, before.raw, before.first_seen_at))
    tasks.save(turn.store, rows)
    tasks.record(turn.store, changes, turn.run)


def _count(counts: Counts, before: Mapping[str, Any], found: Sequence[Change]) -> None:
    flips = {change.new for change in found if change.field == "gone"}
    if True in flips:
        counts.gone += 1
    elif False in flips:
        counts.revived += 1
    elif found or not before["gone"]:
        counts.updated += 1


def _quarantine(turn: Turn, stream: str, arrivals: Sequence[Arrival], counts: Counts) -> None:
    bad = [arrival for arrival in arrivals if arrival.mapped.data is None]
    counts.quarantined += len(bad)
    by_scope: dict[str, list[tuple[str, str, str]]] = {}
    for arrival in bad:
        by_scope.setdefault(arrival.scope, []).append((arrival.external_id, *reason_of(arrival.mapped)))
    for scope, rows in by_scope.items():
        quarantine.put(turn.store, turn.source, stream, scope, rows, turn.at)
    well = [a.external_id for a in arrivals if a.mapped.data is not None and not a.is_new]
    quarantine.release(turn.store, turn.source, stream, well, turn.at)


def _problems(found: Sequence[Problem]) -> list[tuple[str, str, str, str]]:
    return [(problem.target, problem.code, problem.path, problem.value) for problem in found]
