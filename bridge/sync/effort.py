"""What tasks took: the registered hours of a source summed up by task, as a field of the task like any other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from bridge.mapping.outcome import Problem
from bridge.mapping.readings import Timesheet
from bridge.model import Change
from bridge.store import effort, history, raw, tasks
from bridge.sync.landing import Turn

BATCH = 500
# How far the registered hours were read, and with which mapping: kept beside the cursors of the streams.
_CURSOR = "(effort)"


def refresh_effort(turn: Turn, stream: str) -> int:
    """Bring the spent hours of tasks up to date with a stream; call it inside a transaction. Returns changed tasks.

    Only registrations that came or went since are looked at, unless the mapping is another one. A mapping that reads
    spent hours from the task itself wins.
    """
    sheet = turn.mapping.effort
    if sheet is None or sheet.stream != stream or "spent_hours" in turn.mapping.targets:
        return 0
    store, source, version = turn.store, turn.source, turn.mapping.version
    known = raw.cursor_of(store, source, _CURSOR, stream)
    is_same = known.get("mapping") == version
    touched = effort.forget_withdrawn(store, source) if is_same else effort.forget_all(store, source)
    last = int(known["raw"]) if is_same else 0
    for batch in effort.since(store, turn.packing, source, stream, last):
        touched |= _register(turn, sheet, batch)
        last = batch[-1].raw
    raw.save_cursor(store, source, _CURSOR, stream, {"mapping": version, "raw": last}, turn.at)
    return _spread(turn, sorted(touched), "source" if is_same or not known else "mapping")


def _register(turn: Turn, sheet: Timesheet, batch: Sequence[effort.Row]) -> set[str]:
    """Keep what rows say; returns the tasks they speak of now or spoke of before."""
    store, source = turn.store, turn.source
    touched = effort.forget(store, source, [row.external_id for row in batch])
    problems: dict[str, list[Problem]] = {row.external_id: [] for row in batch}
    found: list[effort.Registration] = []
    for row in batch:
        hours = sheet.read(row.payload, turn.about, problems[row.external_id])
        if hours is not None:
            found.append(effort.Registration(row.external_id, hours.task, hours.hours, row.raw))
    names = (f"{sheet.stream}.task", f"{sheet.stream}.hours")
    history.save_problems(store, source, names, problems, turn.at)
    effort.save(store, source, found)
    return touched | {row.task for row in found}


def _spread(turn: Turn, touched: Sequence[str], cause: Literal["source", "mapping"]) -> int:
    count = 0
    for start in range(0, len(touched), BATCH):
        batch = touched[start : start + BATCH]
        count += _write(turn, tasks.known(turn.store, turn.source, batch).items(), batch, cause)
    return count


def _write(
    turn: Turn, known: Iterable[tuple[str, tasks.KnownTask]], batch: Sequence[str], cause: Literal["source", "mapping"]
) -> int:
    sums = effort.spent(turn.store, turn.source, batch)
    rows, changes = [], []
    for key, before in known:
        old, new = before.data["spent_hours"], sums.get(key)
        if old != new:
            task = tasks.filed({**before.data, "spent_hours": new})
            rows.append(tasks.TaskRow(task, before.scope, before.raw, before.first_seen_at))
            changes.append(Change(turn.source, key, turn.at, "spent_hours", old, new, "diff", turn.at, cause))
    tasks.save(turn.store, rows)
    tasks.record(turn.store, changes, turn.run)
    return len(rows)
