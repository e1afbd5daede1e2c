"""A payload straight as the JSON object of its task: what `wire.as_json` makes of the task, without making the task.

Usual values take the fast lanes. What a lane does not know is read by its rule, in the order of the schema, so that
values and problems are those that the rules give.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from bridge.mapping import wire
from bridge.mapping.clock import Clock
from bridge.mapping.declaration import Rule
from bridge.mapping.glances import LATE, MOST_WHOLE, Convert, text
from bridge.mapping.lanes import Lane, lane, single
from bridge.mapping.outcome import MappedRow, Payload, Problem, Surroundings
from bridge.mapping.rules import Read
from bridge.mapping.targets import TASK_TARGETS, Target
from bridge.mapping.words import ABSENT, clean
from bridge.model import Status

_NAMES = tuple(target.name for target in TASK_TARGETS)
_STATUS = _NAMES.index("status")
_PROJECT = "project."
_UNMAPPED = Status.UNMAPPED.value
_WRITTEN: Mapping[str, Callable[[Any], Any]] = {
    "date": wire.day,
    "instant": wire.moment,
    "people": wire.people,
    "names": list,
}

Stop = tuple[str, str, Convert | None, int]
"""(key in the payload's node, key in the row, what becomes of a value: None for plain text, index of the target)."""
Tour = tuple[bool, str, tuple[Stop, ...]]
"""(whether the row's project is filled, key of the node or "" for the payload itself, what stands in it)."""


class Plan(Struct):
    """The rules of one file, arranged so that a payload is walked once."""

    blank: dict[str, Any]
    labels: Mapping[str, str]
    readers: Mapping[int, Read]
    field_readers: tuple[tuple[str, Read], ...]
    tours: tuple[Tour, ...]
    lanes: tuple[tuple[int, bool, str, Lane], ...]
    slow: tuple[int, ...]
    """Targets for whose rules there is no lane."""
    clock: Clock
    """That of the last payload: one now and one zone hold for a whole run."""

    def row(self, payload: Payload, about: Surroundings) -> MappedRow:
        clock = self.clock
        if clock.now is not about.now or clock.zone is not about.timezone:
            self.clock = clock = Clock(about.now, about.timezone)
        row = self.blank.copy()
        project: dict[str, Any] = {"id": None, "key": None, "name": None}
        row["source"], row["project"], row["fields"] = about.source, project, {}
        row["assignees"], row["releases"], row["tags"] = [], [], []
        late = [*self.slow]
        self._tour(payload, about, clock, row, late)
        for index, is_project, name, read in self.lanes:
            value = read(payload, about, clock)
            if value is LATE:
                late.append(index)
            elif value is not None:
                (project if is_project else row)[name] = value
        problems: list[Problem] = []
        # A status that is unmapped must be told of, also where a lane was sure of it or found nothing.
        if late or row["status"] == _UNMAPPED:
            self._ask(late, payload, about, row, problems)
        if row["id"] is None or project["id"] is None or row["title"] is None or project["name"] is None:
            self._complete(row, problems)
            if row["id"] is None or project["id"] is None:
                return MappedRow(None, tuple(problems))
        for name, read_own in self.field_readers:
            row["fields"][name] = read_own(payload, about, problems)
        return MappedRow(row, tuple(problems))

    def _tour(self, payload: Payload, about: Surroundings, clock: Clock, row: dict[str, Any], late: list[int]) -> None:
        for is_project, parent, stops in self.tours:
            node = payload
            if parent:
                node = payload.get(parent)  # type: ignore[assignment]
                if not isinstance(node, dict):
                    continue
            get, into = node.get, row["project"] if is_project else row
            for key, name, convert, index in stops:
                raw = get(key)
                if raw is None:
                    continue
                if convert is not None:
                    value = convert(raw, about, clock)
                    if value is LATE:
                        late.append(index)
                    elif value is not None:
                        into[name] = value
                elif type(raw) is str:
                    said = raw.strip()
                    # What `clean` does, without a call for the most frequent values there are.
                    into[name] = said or None if said.isascii() or said.isprintable() else clean(said)
                elif type(raw) is int and -MOST_WHOLE < raw < MOST_WHOLE:
                    into[name] = str(raw)
                else:
                    late.append(index)

    def _ask(
        self, late: list[int], payload: Payload, about: Surroundings, row: dict[str, Any], problems: list[Problem]
    ) -> None:
        """Read by their rules what took no lane, in the order of the schema."""
        asked = {*late, _STATUS} if row["status"] == _UNMAPPED else set(late)
        for index in sorted(asked):
            target = TASK_TARGETS[index]
            value = self.readers[index](payload, about, problems)
            write = write_of(target)
            key, member = place(target.name)
            into, name = (row[key], member) if member else (row, key)
            into[name] = value if write is None else write(value)

    def _complete(self, row: dict[str, Any], problems: list[Problem]) -> None:
        """What a task cannot be without is told of, or taken from elsewhere."""
        project = row["project"]
        lacking = [name for name, value in (("id", row["id"]), ("project.id", project["id"])) if value is None]
        if lacking:
            problems[:0] = [self._missing(name) for name in lacking]
            return
        if row["title"] is None:
            problems.append(self._missing("title"))
            row["title"] = row["key"] or row["id"]
        if project["name"] is None:
            project["name"] = project["id"]

    def _missing(self, target: str) -> Problem:
        return Problem("missing_required", target, self.labels[target], ABSENT)


def planned(
    version: str,
    rules: Mapping[str, Rule],
    readers: tuple[tuple[int, Read], ...],
    field_readers: tuple[tuple[str, Read], ...],
) -> Plan:
    """The plan of a file from its rules by target, and the same rules compiled."""
    tours: dict[tuple[bool, str], list[Stop]] = {}
    lanes: list[tuple[int, bool, str, Lane]] = []
    slow: list[int] = []
    for index, _ in readers:
        rule, name = rules[_NAMES[index]], _NAMES[index].removeprefix(_PROJECT)
        is_project = _is_project(_NAMES[index])
        if (alone := single(rule)) is not None:
            keys, convert = alone
            stop = (keys[-1], name, None if convert is text else convert, index)
            tours.setdefault((is_project, keys[0] if len(keys) > 1 else ""), []).append(stop)
        elif (fitting := lane(rule)) is not None:
            lanes.append((index, is_project, name, fitting))
        else:
            slow.append(index)
    return Plan(
        _blank(version),
        {name: rule.label for name, rule in rules.items()},
        dict(readers),
        field_readers,
        tuple((*where, tuple(stops)) for where, stops in tours.items()),
        tuple(lanes),
        tuple(slow),
        Clock(datetime.fromtimestamp(0, UTC), ZoneInfo("UTC")),
    )


def _blank(version: str) -> dict[str, Any]:
    """A row in the order of the schema, as it is before anything was read."""
    return {**dict.fromkeys(wire.KEYS), "kind": "other", "status": _UNMAPPED, **_FLAGS, "mapping_version": version}


_FLAGS = {target.name: False for target in TASK_TARGETS if target.gives == "flag"}


def write_of(target: Target) -> Callable[[Any], Any] | None:
    """What makes a JSON value of what the rule of a target gives; None where it is one."""
    return _word if target.canonical is not None else _WRITTEN.get(target.gives)


def _word(value: Any) -> Any:
    return value.value


def place(target: str) -> tuple[str, str]:
    """The key of a row at which the value of a target stands, and its key in the object there, or nothing."""
    head, _, member = target.partition(".")
    return head, member


def _is_project(target: str) -> bool:
    return target.startswith(_PROJECT)
