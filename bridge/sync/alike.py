"""Two mappings side by side: which stored rows certainly stay what they are, though their file was edited.

Most edits touch a rule or two. A row of which those rules say the same in both files, in value and in problems, needs not
be mapped again; what any other rule says of it was written down when it was mapped last.
"""

from __future__ import annotations

import tomllib
from typing import Any

from msgspec import Struct

from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.mapping.rules import Read
from bridge.mapping.targets import TASK_TARGETS

_NAMES = tuple(target.name for target in TASK_TARGETS)
# Which task and project a row is of decides what else is written of it; so does what fills in its hours.
_DECISIVE = frozenset({"id", "project.id"})
_ELSEWHERE = ("wrapped", "effort")
# Told of by other words, or filled from elsewhere, where the rule finds nothing.
_REPLACED = frozenset({"title", "project.name"})
_FIELD = "fields."

Pair = tuple[Read, Read, bool]
"""(the rule as it was, as it is now, whether finding nothing has consequences)."""


class Comparison(Struct, frozen=True):
    """What is to be asked of a row that was mapped by the former file and still lies where it lay."""

    former: str
    """Version of the former mapping."""
    pairs: tuple[Pair, ...]

    def is_alike(self, payload: Payload, about: Surroundings) -> bool:
        """Whether both files make the same of it."""
        for old, new, is_replaced in self.pairs:
            before: list[Problem] = []
            after: list[Problem] = []
            value = new(payload, about, after)
            if value != old(payload, about, before) or before != after or (is_replaced and value is None):
                return False
        return True


def compared(former: MappingFile, mapping: MappingFile) -> Comparison | None:
    """What tells rows that stay the same from others; None where every row has to be mapped again."""
    if _elsewhere(former) != _elsewhere(mapping):
        return None
    changed = {
        name
        for name in former.targets.keys() | mapping.targets.keys()
        if former.targets.get(name) != mapping.targets.get(name)
    }
    if changed & _DECISIVE or _fields(former) != _fields(mapping):
        return None
    old, new = _readers(former), _readers(mapping)
    pairs = tuple((old[name], new[name], name in _REPLACED) for name in sorted(changed))
    return Comparison(former.version, pairs)


def _elsewhere(mapping: MappingFile) -> list[Any]:
    document = tomllib.loads(mapping.text)
    return [document.get(part) for part in _ELSEWHERE]


def _fields(mapping: MappingFile) -> list[str]:
    """The admin's own fields, in the order in which a row holds them."""
    return [name for name, _ in mapping.field_readers]


def _readers(mapping: MappingFile) -> dict[str, Read]:
    found = {target.name: _nothing(target.empty) for target in TASK_TARGETS}
    found |= {_NAMES[index]: read for index, read in mapping.readers}
    return found | {_FIELD + name: _written(read) for name, read in mapping.field_readers}


def _written(read: Read) -> Read:
    """Anything may stand in an admin's own field, and there `true` is not 1."""
    return lambda payload, about, problems: repr(read(payload, about, problems))


def _nothing(empty: Any) -> Read:
    """What a target without a rule always has."""
    return lambda _payload, _about, _problems: empty
