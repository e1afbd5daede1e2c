"""Where a page lands: raw contents, mapped tasks, their changes and the cursor, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from bridge.mapping import wire
from bridge.mapping.apply import Mapped, Surroundings, to_task
from bridge.mapping.document import MappingFile
from bridge.model import Change, Task
from bridge.store import raw, runs, tasks
from bridge.store.clockwork import stamp
from bridge.store.engine import Store
from bridge.sync.outcome import Counts
from connectors.contract import Page, Scope

# Which mapping produced a row is bookkeeping of ours, not something that happened to the task.
UNTRACKED = frozenset({"source", "id", "mapping_version"})


@dataclass(frozen=True, slots=True)
class Turn:
    """One source's turn in one run: what every page of it is written with."""

    store: Store
    source: str
    run: int
    mapping: MappingFile
    about: Surroundings

    @property
    def at(self) -> datetime:
        return self.about.now


@dataclass(frozen=True, slots=True)
class Arrival:
    """A raw content on its way to becoming a task."""

    external_id: str
    scope: str
    raw: int
    mapped: Mapped
    seen: bool = True
    """Whether the source has just shown it; a replay of stored payloads revives nothing."""


def commit_page(turn: Turn, stream: str, scope: Scope, page: Page, *, is_task: bool, gone: set[str]) -> Counts:
    """Store one page and where to resume after it; unchanged contents write nothing.

    `gone` are the ids of tasks marked as gone: one that is seen again is looked at even if its content is the same.
    """
    contents = {record.external_id: raw.content(record.external_id, record.payload) for record in page.records}
    counts = Counts(fetched=len(contents))
    with turn.store.transaction():
        new, differing = raw.changed(turn.store, turn.source, stream, list(contents.values()))
        fresh = [*new, *differing]
        if fresh:
            raw.save(turn.store, turn.source, stream, scope.id, fresh, run=turn.run, at=turn.at)
        if is_task:
            fresh_ids = {entry.external_id for entry in fresh}
            back = [contents[key] for key in contents if key in gone and key not in fresh_ids]
            _land_tasks(turn, stream, scope.id, [*fresh, *back], counts)
        else:
            counts.created, counts.updated = len(new), len(differing)
        raw.save_cursor(turn.store, turn.source, stream, scope.id, page.cursor, turn.at)
    counts.unchanged = counts.fetched - counts.created - counts.updated - counts.gone - counts.revived
    counts.unchanged -= counts.quarantined
    return counts


def _land_tasks(turn: Turn, stream: str, scope: str, contents: Sequence[raw.Content], counts: Counts) -> None:
    if not contents:
        return
    rows = raw.ids(turn.store, turn.source, stream, [entry.external_id for entry in contents])
    arrivals = [
        Arrival(entry.external_id, scope, rows[entry.external_id], to_task(turn.mapping, entry.payload, turn.about))
        for entry in contents
    ]
    save_arrivals(turn, stream, arrivals, counts, cause="source")


def save_arrivals(
    turn: Turn,
    stream: str,
    arrivals: Sequence[Arrival],
    counts: Counts,
    *,
    cause: Literal["source", "mapping"],
) -> None:
    """Write mapped tasks with what changed about them; rows that could not be mapped go to quarantine."""
    _quarantine(turn, stream, arrivals, counts)
    good = [(arrival, arrival.mapped.task) for arrival in arrivals if arrival.mapped.task is not None]
    known = tasks.known(turn.store, turn.source, [task.id for _, task in good])
    rows, changes = [], []
    for arrival, task in good:
        before = known.get(task.id)
        if before is not None and before.data["gone"] and not arrival.seen:
            task = replace(task, gone=True)
        data = wire.as_json(task)
        if before is None:
            counts.gone += int(task.gone)
            counts.created += int(not task.gone)
            first_seen_at = stamp(turn.at)
        else:
            first_seen_at = before.first_seen_at
            found = differences(task, before.data, data, turn.at, cause)
            _count(counts, before.data, found)
            changes += found
            if not found and before.raw == arrival.raw and before.data["mapping_version"] == task.mapping_version:
                continue
        rows.append((tasks.TaskRow(task, arrival.scope, arrival.raw), data, first_seen_at))
    tasks.save(turn.store, rows)
    tasks.record(turn.store, changes, turn.run)
    tasks.save_problems(turn.store, turn.source, {a.external_id: _problems(a.mapped) for a, _ in good}, turn.at)


def differences(
    task: Task, old: Mapping[str, Any], new: Mapping[str, Any], at: datetime, cause: Literal["source", "mapping"]
) -> list[Change]:
    """One change for each field that differs, in the order of the schema."""
    return [
        Change(task.source, task.id, at, name, old.get(name), value, "diff", at, cause)
        for name, value in new.items()
        if name not in UNTRACKED and old.get(name) != value
    ]


def mark_gone(turn: Turn, ids: Sequence[str]) -> None:
    """Mark tasks that a complete read did not show any more; their history and last content stay."""
    changes, rows = [], []
    for key, before in tasks.known(turn.store, turn.source, ids).items():
        task = replace(wire.from_json(dict(before.data)), gone=True)
        changes.append(Change(turn.source, key, turn.at, "gone", False, True, "diff", turn.at))
        rows.append((tasks.TaskRow(task, before.scope, before.raw), wire.as_json(task), before.first_seen_at))
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
    bad = [arrival for arrival in arrivals if arrival.mapped.task is None]
    counts.quarantined += len(bad)
    by_scope: dict[str, list[tuple[str, str, str]]] = {}
    for arrival in bad:
        first = arrival.mapped.problems[0]
        row = (arrival.external_id, first.code, f"{first.target} ← {first.path}: {first.value}")
        by_scope.setdefault(arrival.scope, []).append(row)
    for scope, rows in by_scope.items():
        runs.put_in_quarantine(turn.store, turn.source, stream, scope, rows, turn.at)
    runs.release(turn.store, turn.source, stream, [a.external_id for a in arrivals if a.mapped.task is not None])


def _problems(mapped: Mapped) -> list[tuple[str, str, str, str]]:
    return [(p.target, p.code, p.path, p.value) for p in mapped.problems]
