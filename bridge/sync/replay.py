"""One stretch of stored payloads mapped again and compared with the stored tasks: reads the store, writes nothing.

It works on its own connection, in this process or in another one, so that both cores can be used.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple

import orjson
from msgspec import Struct, field

from bridge.mapping import document
from bridge.mapping.apply import to_row
from bridge.mapping.outcome import MappedRow, Problem, Surroundings
from bridge.store import effort, opening, replays
from bridge.store.engine import dumps
from bridge.store.packing import Packing, decode
from bridge.store.replays import Edited, Known, Lying, Noted, Rewritten, Stretch
from bridge.store.tasks import CLOSED, TaskRow, filed
from bridge.sync.alike import NOTHING, Asker, Edit, compared
from bridge.sync.differences import differing, reason_of
from bridge.sync.splicing import span

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


class Fresh(NamedTuple):
    """A payload that was mapped, and where it is stored."""

    raw: int
    external_id: str
    scope: str
    mapped: MappedRow


class Outcome(Struct):
    """What a stretch becomes: rows to write, what differs, and what could not be read."""

    count: int = 0
    rewritten: list[Rewritten] = field(default_factory=list)
    edited: list[Edited] = field(default_factory=list)
    renamed: dict[int, list[int]] = field(default_factory=dict)
    """Length of what the version takes up in the stored text -> rows of tasks of which nothing else is another."""
    placed: list[TaskRow] = field(default_factory=list)
    """Tasks that are new, or stand in another place or state of presence than before."""
    new: list[str] = field(default_factory=list)
    changes: list[Noted] = field(default_factory=list)
    held: list[tuple[str, str, str, str]] = field(default_factory=list)
    """(id, scope, reason, detail) of rows that cannot become tasks."""
    newly_held: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    """Rows that are in quarantine and can become tasks now."""
    healed: list[str] = field(default_factory=list)
    """Tasks of which what was noted before is to be forgotten."""
    mended: list[tuple[str, str]] = field(default_factory=list)
    """Tasks and targets of which it is."""
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
        asks = self._comparison is not None and self._comparison.asks
        self._asker = Asker(self._comparison, task.about) if self._comparison and asks else None
        self._cut = len(_end_of(self._comparison.former)) if self._comparison else 0
        self._end = _end_of(self._mapping.version).encode()

    def close(self) -> None:
        self._store.close()

    @property
    def asks_nothing(self) -> bool:
        """Whether no payload has to be looked at: there is nothing then that another process could take over."""
        return self._comparison is not None and self._asker is None

    def replay(self, stretch: Stretch) -> Outcome:
        """The same store, mapping and surroundings always give the same outcome."""
        store, task = self._store, self._task
        outcome = Outcome()
        found = self._found(stretch, outcome)
        mapped = [one for one in found if isinstance(one, Fresh)]
        good = [one.mapped.data for one in mapped if one.mapped.data is not None]
        if self._mapping.effort is not None:
            effort.fill_in(store, task.source, good)
        ids = [data["id"] for data in good]
        known = replays.known(store, task.source, ids)
        outcome.healed = sorted(replays.troubled(store, task.source, ids))
        held = replays.held(store, task.source, task.stream, [one.external_id for one in mapped])
        for one in found:
            if isinstance(one, Fresh):
                _take(outcome, one, known, held, task)
            else:
                outcome.changes += one
        return outcome

    def _found(self, stretch: Stretch, outcome: Outcome) -> list[Fresh | list[Noted]]:
        """The rows of a stretch that were mapped, and what changes in those of which it was enough to edit a few values.

        Of those that stay as they are only the version is noted.
        """
        store, task, asker = self._store, self._task, self._asker
        version = self._comparison.former if self._comparison else ""
        found: list[Fresh | list[Noted]] = []
        alike: list[int] = []
        with_text = asker is not None
        for row in replays.standing(store, task.source, task.stream, stretch, version, with_text=with_text):
            outcome.count += 1
            if row.row is not None and asker is None:
                alike.append(row.row)
                continue
            # Each payload is let go once it is mapped: what is used next to what was used is soon at hand.
            text = self._packing.text(row.blob)
            if asker is not None and row.row is not None:
                edit = asker.edit(text)
                if edit is NOTHING:
                    alike.append(row.row)
                    continue
                noted = None if edit is None else self._edited(outcome, row, edit)
                if noted is not None:
                    found.append(noted)
                    continue
            mapped = to_row(self._mapping, decode(text), task.about)
            found.append(Fresh(row.raw, row.external_id, row.scope, mapped))
        if alike:
            outcome.renamed[self._cut] = alike
        return found

    def _edited(self, outcome: Outcome, row: Lying, edit: Edit) -> list[Noted] | None:
        """Put other values into the text of a task; returns what changes, None where only mapping it can tell."""
        assert row.row is not None and row.text is not None and self._comparison is not None
        text, noted, is_open = row.text, list[Noted](), None
        for key, value in edit.values.items():
            place = span(text, key)
            if place is None:
                return None
            begin, end = place
            was = text[begin:end]
            if key == "fields":
                value = self._comparison.rearranged(orjson.loads(was), value)
            now = orjson.dumps(value)
            text = text[:begin] + now + text[end:]
            if _is_other(key, was, now):
                noted.append((row.external_id, key, was.decode(), now.decode()))
            if key == "status":
                is_open = int(value not in CLOSED)
        outcome.edited.append((text[: -self._cut] + self._end, is_open, self._mapping.version, row.row))
        outcome.mended += [(row.external_id, target) for target in edit.mended]
        outcome.problems += _told(row.external_id, edit.problems)
        return noted


def _end_of(version: str) -> str:
    """What the text of a task ends with."""
    return f"{_VERSION.decode()}{dumps(version)}" + "}"


def _take(outcome: Outcome, one: Fresh, known: Mapping[str, Known], held: set[str], task: Task) -> None:
    data = one.mapped.data
    if data is None:
        outcome.held.append((one.external_id, one.scope, *reason_of(one.mapped)))
        if one.external_id not in held:
            outcome.newly_held.append(one.external_id)
        return
    if one.external_id in held:
        outcome.released.append(one.external_id)
    _compare(outcome, one, data, known.get(data["id"]))
    outcome.problems += _told(data["id"], one.mapped.problems)


def _told(key: str, problems: Iterable[Problem]) -> list[tuple[str, str, str, str, str]]:
    return [(key, problem.target, problem.code, problem.path, problem.value) for problem in problems]


def _compare(outcome: Outcome, row: Fresh, data: dict[str, Any], before: Known | None) -> None:
    if before is None:
        outcome.new.append(data["id"])
        outcome.placed.append(TaskRow(filed(data), row.scope, row.raw, ""))
        return
    if before.gone:
        # A replay of stored payloads revives nothing.
        data["gone"] = True
    text, old = orjson.dumps(data), before.text
    head, _, end = old.rpartition(_VERSION)
    is_placed = before.scope == row.scope and bool(before.gone) is data["gone"]
    if text.rpartition(_VERSION)[0] != head:
        outcome.changes += _noted(data["id"], orjson.loads(old), data)
    elif is_placed and before.raw == row.raw:
        if text != old:
            outcome.renamed.setdefault(len(_VERSION) + len(end), []).append(before.row)
        return
    if not is_placed:
        outcome.placed.append(TaskRow(filed(data), row.scope, row.raw, before.first_seen_at))
        return
    _rewrite(outcome, data, row.raw, before.row)


def _rewrite(outcome: Outcome, data: Mapping[str, Any], raw: int, row: int) -> None:
    project = data["project"]
    place = (project["id"], project["key"], project["name"])
    is_open, version = int(data["status"] not in CLOSED), data["mapping_version"]
    outcome.rewritten.append((orjson.dumps(data), *place, is_open, raw, version, row))


def _noted(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Noted]:
    return [(key, name, _json(was), _json(value)) for name, was, value in differing(old, new)]


def _is_other(key: str, was: bytes, now: bytes) -> bool:
    """Whether two values, as JSON, differ as values do: a text does where its JSON does."""
    if was == now or was.startswith(b'"') or now.startswith(b'"'):
        return was != now
    return any(differing({key: orjson.loads(was)}, {key: orjson.loads(now)}))


def _json(value: object) -> str:
    """A value of a task as the text of the task has it."""
    return orjson.dumps(value).decode()
