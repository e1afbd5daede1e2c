"""One stretch of stored payloads mapped again and compared with the stored tasks: reads the store, writes nothing.

It works on its own connection, in this process or in another one, so that both cores can be used.
"""

from __future__ import annotations

from typing import Any, Literal, NamedTuple

import orjson
from msgspec import Struct, field

from bridge.mapping import document
from bridge.mapping.apply import to_row
from bridge.mapping.outcome import MappedRow, Surroundings
from bridge.model import Change
from bridge.store import effort, opening, replays
from bridge.store.engine import dumps
from bridge.store.packing import Packing
from bridge.store.replays import Known, Rewritten, Stretch
from bridge.store.tasks import CLOSED, TaskRow, filed
from bridge.sync.alike import compared
from bridge.sync.landing import differences, reason_of

# The version is the last key of a task: where all before it is the same, nothing has changed.
_VERSION = b'"mapping_version":'


class Task(Struct, frozen=True):
    """What to do, in a form that another process can be given."""

    place: opening.Place
    """Where the store is."""
    source: str
    stream: str
    text: str
    about: Surroundings
    cause: Literal["source", "mapping"]
    former: str = ""
    """The mapping that made the stored tasks, where nothing else than the mapping is another now; empty otherwise."""


class Place(NamedTuple):
    """Where a payload is stored."""

    raw: int
    external_id: str
    scope: str


class Outcome(Struct):
    """What a stretch becomes: rows to write, what differs, and what could not be read."""

    count: int = 0
    rewritten: list[Rewritten] = field(default_factory=list)
    renamed: dict[int, list[int]] = field(default_factory=dict)
    """Length of what the version takes up in the stored text -> rows of tasks of which nothing else is another."""
    placed: list[TaskRow] = field(default_factory=list)
    """Tasks that are new, or stand in another place or state of presence than before."""
    new: list[str] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    held: list[tuple[str, str, str, str]] = field(default_factory=list)
    """(id, scope, reason, detail) of rows that cannot become tasks."""
    newly_held: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    """Rows that are in quarantine and can become tasks now."""
    healed: list[str] = field(default_factory=list)
    """Tasks of which what was noted before is to be forgotten."""
    problems: list[tuple[str, str, str, str, str]] = field(default_factory=list)


class Replayer:
    """Maps stretches again, by one mapping."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._store = opening.opened(task.place, read_only=True)
        self._packing = Packing(self._store)
        self._mapping = document.parse(task.text, name=task.source)
        former = document.parse(task.former, name=task.source) if task.former else None
        self._comparison = None if former is None else compared(former, self._mapping)

    def close(self) -> None:
        self._store.close()

    def replay(self, stretch: Stretch) -> Outcome:
        """The same store, mapping and surroundings always give the same outcome."""
        store, task = self._store, self._task
        outcome = Outcome()
        mapped = self._mapped(stretch, outcome)
        good = [one.data for _, one in mapped if one.data is not None]
        if self._mapping.effort is not None:
            effort.fill_in(store, task.source, good)
        ids = [data["id"] for data in good]
        known = replays.known(store, task.source, ids)
        outcome.healed = sorted(replays.troubled(store, task.source, ids))
        held = replays.held(store, task.source, task.stream, [row.external_id for row, _ in mapped])
        for row, one in mapped:
            if one.data is None:
                _keep_aside(outcome, row, one, held)
                continue
            if row.external_id in held:
                outcome.released.append(row.external_id)
            _compare(outcome, row, one.data, known.get(one.data["id"]), task)
            if one.problems:
                key = one.data["id"]
                outcome.problems += [(key, p.target, p.code, p.path, p.value) for p in one.problems]
        return outcome

    def _mapped(self, stretch: Stretch, outcome: Outcome) -> list[tuple[Place, MappedRow]]:
        """What the rows of a stretch become; of those that stay as they are only the version is noted."""
        store, task, comparison = self._store, self._task, self._comparison
        version = comparison.former if comparison else ""
        mapped, alike = [], []
        for row in replays.standing(store, self._packing, task.source, task.stream, stretch, version):
            outcome.count += 1
            if comparison and row.row is not None and not comparison.pairs:
                alike.append(row.row)
                continue
            # Each payload is let go once it is mapped: what is used next to what was used is soon at hand.
            payload = row.payload
            if comparison and row.row is not None and comparison.is_alike(payload, task.about):
                alike.append(row.row)
                continue
            mapped.append((Place(row.raw, row.external_id, row.scope), to_row(self._mapping, payload, task.about)))
        if alike:
            outcome.renamed[len(_VERSION) + len(dumps(version)) + 1] = alike
        return mapped


def _keep_aside(outcome: Outcome, row: Place, mapped: MappedRow, held: set[str]) -> None:
    outcome.held.append((row.external_id, row.scope, *reason_of(mapped)))
    if row.external_id not in held:
        outcome.newly_held.append(row.external_id)


def _compare(outcome: Outcome, row: Place, data: dict[str, Any], before: Known | None, task: Task) -> None:
    if before is None:
        outcome.new.append(data["id"])
        outcome.placed.append(TaskRow(filed(data), row.scope, row.raw, ""))
        return
    if before.gone:
        # A replay of stored payloads revives nothing.
        data["gone"] = True
    text, old = orjson.dumps(data), before.text.encode()
    head, _, end = old.rpartition(_VERSION)
    is_placed = before.scope == row.scope and bool(before.gone) is data["gone"]
    if text.rpartition(_VERSION)[0] != head:
        outcome.changes += differences(orjson.loads(old), data, task.about.now, task.cause)
    elif is_placed and before.raw == row.raw:
        if text != old:
            outcome.renamed.setdefault(len(_VERSION) + len(end), []).append(before.row)
        return
    if not is_placed:
        outcome.placed.append(TaskRow(filed(data), row.scope, row.raw, before.first_seen_at))
        return
    project = data["project"]
    is_open, version = int(data["status"] not in CLOSED), data["mapping_version"]
    place = (project["id"], project["key"], project["name"])
    outcome.rewritten.append((text.decode(), *place, is_open, row.raw, version, before.row))
