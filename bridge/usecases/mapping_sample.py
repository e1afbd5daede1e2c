"""Which stored rows a preview looks at, and what it finds in them: counts by field with a few examples."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from bridge.sync.replay import Outcome

FIRST = ("status", "due_on", "assignees", "milestone")
"""Told of always, also where nothing would change."""
EXAMPLES = 3
SPREAD = 20
"""A sample of so few rows that they fit one stretch is taken from so many places nevertheless."""
AT_MOST = 500
_OWN = "fields"


def stretch_size(limit: int | None) -> int:
    """Rows in a stretch: small enough that a sample comes from many places."""
    return AT_MOST if limit is None else max(1, min(AT_MOST, limit // SPREAD))


def spread(stretches: Sequence[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The same stretches in an order of which every beginning is spread evenly over the whole."""
    digits = max(1, (len(stretches) - 1).bit_length())
    turned = (int(format(number, f"0{digits}b")[::-1], 2) for number in range(1 << digits))
    return [stretches[place] for place in turned if place < len(stretches)]


def total(stretches: Iterable[tuple[int, int, int]]) -> int:
    """How many rows there are in all."""
    return sum(count for _, _, count in stretches)


def at_most(stretches: Sequence[tuple[int, int, int]], limit: int | None) -> Iterator[tuple[int, int, int]]:
    """As many stretches as hold no more than `limit` rows."""
    taken = 0
    for stretch in stretches:
        taken += stretch[2]
        if limit is not None and taken > limit:
            return
        yield stretch


class Example(Struct, frozen=True):
    """One task of which a field would be read otherwise."""

    id: str
    old: object
    new: object


class Findings(Struct):
    """What the rows looked at would become."""

    rows: int
    """How many there are."""
    examined: int = 0
    changed: int = 0
    new: int = 0
    fields: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIRST, 0))
    examples: dict[str, list[Example]] = field(default_factory=dict)
    to_quarantine: int = 0
    held: list[tuple[str, str]] = field(default_factory=list)
    """(id, detail) of a few rows that would go to quarantine."""
    from_quarantine: int = 0
    released: list[str] = field(default_factory=list)

    def take(self, outcome: Outcome) -> None:
        """Count one stretch."""
        self.examined += outcome.count
        self.changed += len({key for key, *_ in outcome.changes})
        self.new += len(outcome.new)
        for key, changed, *values in outcome.changes:
            for name, old, new in _parts(changed, *values):
                self.fields[name] = self.fields.get(name, 0) + 1
                shown = self.examples.setdefault(name, [])
                if len(shown) < EXAMPLES:
                    shown.append(Example(key, json.loads(old), json.loads(new)))
        self.to_quarantine += len(outcome.newly_held)
        self.from_quarantine += len(outcome.released)
        details = {row[0]: row[3] for row in outcome.held}
        self.held += [(key, details[key]) for key in outcome.newly_held[: EXAMPLES - len(self.held)]]
        self.released += outcome.released[: EXAMPLES - len(self.released)]

    def ids(self) -> list[str]:
        """Every task that an example is of."""
        return list(dict.fromkeys(one.id for shown in self.examples.values() for one in shown))


def _parts(changed: str, was: str, value: str) -> Iterator[tuple[str, str, str]]:
    """A field of the admin's own is one of its own, not a part of an object."""
    if changed != _OWN:
        yield changed, was, value
        return
    old, new = json.loads(was) or {}, json.loads(value) or {}
    for name in dict.fromkeys((*old, *new)):
        if old.get(name) != new.get(name):
            yield f"{_OWN}.{name}", json.dumps(old.get(name)), json.dumps(new.get(name))
