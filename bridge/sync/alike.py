"""Two mappings side by side: what a new file says otherwise of a stored row, so that only that need be written.

Most edits touch a rule or two. What any other rule says of a row was written down when it was mapped last; of the rules
that were edited each row is asked by both files, for its value and its problems.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import orjson
from msgspec import Struct

from bridge.mapping import wire
from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.mapping.rows import place, write_of
from bridge.mapping.rules import Read
from bridge.mapping.targets import TASK_TARGETS, Target, field
from bridge.store.packing import decode, is_plain

_TARGETS = {target.name: target for target in TASK_TARGETS}
# Which task and project a row is of decides what else is written of it; so does what fills in its hours.
_DECISIVE = frozenset({"id", "project.id"})
_ELSEWHERE = ("wrapped", "effort")
# Told of by other words where the rule finds nothing.
_REPLACED = frozenset({"title"})
# A title may be taken from the key; a project's names stand in columns too; hours are filled in from elsewhere; what was
# gone before stays gone.
_DELICATE = frozenset({"key", "project.key", "project.name", "spent_hours", "gone"})
_FIELD = "fields."
# What rows say is mostly one of few things: a state, a kind, a date. What is of more kinds, as titles are, hardly comes
# again: from then on nothing is remembered.
_REMEMBERED = 2_000
_SHORT = 400
"""Bytes; what is longer hardly comes again, and is not remembered."""


class Pair(NamedTuple):
    """A rule as it was and as it is now."""

    target: str
    old: Read
    new: Read
    key: str
    """Where its value stands in the row."""
    member: str
    """Where in the object that stands there; empty where the value itself does."""
    write: Callable[[Any], Any] | None
    """What makes a JSON value of it, where it is none."""


class Edit(Struct):
    """What a new file says otherwise of a row."""

    values: dict[str, Any]
    """Key of the row -> JSON value, in the order of the schema; of the admin's own fields only those that are others."""
    mended: list[str]
    """Targets of which something was told that is not true any more."""
    problems: list[Problem]


NOTHING = Edit({}, [], [])


class Comparison(Struct, frozen=True):
    """What is to be asked of a row that was mapped by the former file and still lies where it lay."""

    former: str
    """Version of the former mapping."""
    pairs: tuple[Pair, ...]
    members: tuple[str, ...]
    """What of a payload the rules of the pairs look at."""
    fields: tuple[str, ...]
    """The admin's own fields, in the order in which a row holds them."""
    is_rearranged: bool
    """Whether those were others before, or in another order."""

    @property
    def asks(self) -> bool:
        """Whether any row has to be looked at."""
        return bool(self.pairs) or self.is_rearranged

    def edit(self, payload: Payload, about: Surroundings) -> Edit | None:
        """What is to be written of a row, `NOTHING` where all stays as it is; None where only mapping it can tell."""
        found = Edit({"fields": {}}, [], []) if self.is_rearranged else NOTHING
        for pair in self.pairs:
            before: list[Problem] = []
            after: list[Problem] = []
            was, value = pair.old(payload, about, before), pair.new(payload, about, after)
            if pair.target in _REPLACED and (value is None or was is None):
                return None
            is_same = _are_alike(pair.key, was, value)
            if is_same and before == after:
                continue
            if pair.target in _DELICATE:
                return None
            if found is NOTHING:
                found = Edit({}, [], [])
            if not is_same:
                _note(found.values, pair, value)
            if before != after:
                found.mended += [pair.target] if before else []
                found.problems += after
        if len(found.values) > 1 and self.is_rearranged:
            found.values = dict(sorted(found.values.items(), key=lambda item: wire.KEYS.index(item[0])))
        return found

    def rearranged(self, was: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
        """The admin's own fields of a row, of which some have other values now."""
        return {name: changed[name] if name in changed else was.get(name) for name in self.fields}


def _are_alike(key: str, was: Any, value: Any) -> bool:
    """Anything may stand in an admin's own field, and there `true` is not 1."""
    return bool(value == was) and (key != "fields" or repr(value) == repr(was))


def _note(values: dict[str, Any], pair: Pair, value: Any) -> None:
    written = value if pair.write is None else pair.write(value)
    if pair.member:
        values.setdefault(pair.key, {})[pair.member] = written
    else:
        values[pair.key] = written


class Asker:
    """Asks the texts of payloads, of which it reads no more than it needs; it remembers what it was told."""

    def __init__(self, comparison: Comparison, about: Surroundings) -> None:
        self._comparison, self._about = comparison, about
        self._told: dict[tuple[bytes, ...], Edit | None] = {}
        self._names = tuple(f"member_{number}" for number in range(len(comparison.members)))
        self._decoder = _decoder(self._names, comparison.members)
        self._cut = _cutter(self._names)
        self._remembers = True

    def edit(self, text: bytes) -> Edit | None:
        """As `Comparison.edit`, of the payload that this is the text of."""
        if self._decoder is None or is_plain(text):
            return self._comparison.edit(decode(text), self._about)
        parts = self._cut(self._decoder.decode(text))
        if self._remembers and parts in self._told:
            return self._told[parts]
        members = zip(self._comparison.members, parts, strict=True)
        edit = self._comparison.edit({name: orjson.loads(part) for name, part in members if part}, self._about)
        if self._remembers and sum(map(len, parts)) <= _SHORT:
            self._told[parts] = edit
            self._remembers = len(self._told) < _REMEMBERED
        return edit


def _cutter(names: Sequence[str]) -> Callable[[Any], tuple[bytes, ...]]:
    """What takes the texts of the members out of what the decoder found."""
    if len(names) == 1:
        return lambda found: (bytes(found.member_0),)
    return lambda found: tuple([bytes(getattr(found, name)) for name in names])


def _decoder(names: Sequence[str], members: Sequence[str]) -> msgspec.json.Decoder[Any] | None:
    """What cuts these members out of an object; None where one has a name that cannot be looked for."""
    fields = [(name, msgspec.Raw, msgspec.Raw(b"")) for name in names]
    try:
        return msgspec.json.Decoder(msgspec.defstruct("Members", fields, rename=dict(zip(names, members, strict=True))))
    except ValueError:
        return None


def compared(former: MappingFile, mapping: MappingFile) -> Comparison | None:
    """What tells what becomes of rows; None where every row has to be mapped again."""
    if _elsewhere(former) != _elsewhere(mapping):
        return None
    changed = {
        name
        for name in former.targets.keys() | mapping.targets.keys()
        if former.targets.get(name) != mapping.targets.get(name)
    }
    if changed & _DECISIVE:
        return None
    old, new = _readers(former), _readers(mapping)
    pairs = [_pair(name, old, new) for name in sorted(changed)]
    rules = [file.targets[name] for file in (former, mapping) for name in changed if name in file.targets]
    return Comparison(
        former.version,
        tuple(sorted(pairs, key=lambda pair: wire.KEYS.index(pair.key))),
        tuple(sorted({member for rule in rules for member in rule.members})),
        _fields(mapping),
        _fields(former) != _fields(mapping),
    )


def _pair(name: str, old: Mapping[str, Read], new: Mapping[str, Read]) -> Pair:
    target = _TARGETS.get(name) or field(name.removeprefix(_FIELD))
    nothing = _nothing(target)
    return Pair(name, old.get(name, nothing), new.get(name, nothing), *place(name), write_of(target))


def _elsewhere(mapping: MappingFile) -> list[Any]:
    document = tomllib.loads(mapping.text)
    return [document.get(part) for part in _ELSEWHERE]


def _fields(mapping: MappingFile) -> tuple[str, ...]:
    return tuple(name for name, _ in mapping.field_readers)


def _readers(mapping: MappingFile) -> dict[str, Read]:
    names = tuple(_TARGETS)
    found = {names[index]: read for index, read in mapping.readers}
    return found | {_FIELD + name: read for name, read in mapping.field_readers}


def _nothing(target: Target) -> Read:
    """What a target without a rule always has."""
    return lambda _payload, _about, _problems: target.empty
