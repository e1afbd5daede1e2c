"""The fields that a source has: how a mapping names them, what they are called and hold, and how often they are filled.

From what the source says of its fields and from what stands in its payloads; people are taken out of every example.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from bridge.mapping.concealment import MASK, Mask
from bridge.mapping.observed import MOST_LABELS, Node, Observed
from bridge.mapping.words import shown

EXAMPLES = 3
LONGEST_SHOWN = 40
_BARE = re.compile(r"[^.\[\]\"\s=][^.\[\]\"]*")
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ISO_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_HTML = re.compile(r"<(?:p|div|br|span|ul|ol|li|h\d|img|a|table)\b[^>]{0,200}>", re.IGNORECASE)
_FIRST_SECOND, _LAST_SECOND = 1_000_000_000, 5_000_000_000
_OF_PEOPLE = frozenset({"member", "members", "user", "users"})
_OF_DAYS = frozenset({"date", "datetime", "date_range"})


class Defined(Struct, frozen=True):
    """What the source says of one of its fields. `type` None: it only says what values at this path mean."""

    path: str
    name: str | None
    type: str | None
    options: Mapping[str, str] = field(default_factory=dict)


class Field(Struct, frozen=True):
    """One field. `type` is the source's own word where it has one, else what the values look like; None: never filled."""

    path: str
    name: str | None
    type: str | None
    options: tuple[tuple[str, str], ...]
    more_options: bool
    filled: int
    total: int
    examples: tuple[str, ...]

    @property
    def share(self) -> float:
        return self.filled / self.total if self.total else 0.0


def catalogue(seen: Observed, defined: Iterable[Defined], mask: Mask, people: Container[str]) -> tuple[Field, ...]:
    """Every field once, those that are only defined after those that were met; `people` are the ids of accounts."""
    known: dict[str, Defined] = {}
    for one in defined:
        known[one.path] = _merged(known.get(one.path), one)
    teller = _Teller(seen.total, known, mask, people)
    found = tuple(teller.under(seen.root, "", in_person=False))
    rest = [one for path, one in known.items() if path not in teller.met and one.type is not None]
    return (*found, *(_only_defined(one, seen.total) for one in rest))


class _Teller(Struct, frozen=True):
    total: int
    known: Mapping[str, Defined]
    mask: Mask
    people: Container[str]
    met: set[str] = field(default_factory=set)
    """Paths that are defined and were met."""

    def under(self, node: Node, path: str, *, in_person: bool) -> Iterator[Field]:
        for child in (*node.children.values(), *([node.each] if node.each else [])):
            place = path + _step(child, is_first=not path)
            if self.mask.text(place) != place:
                continue  # a name or an address that serves as a key is no field
            said = self.known.get(place) or self.known.get(place.removesuffix("[]"))
            is_person = in_person or _is_person(child, said)
            if said is not None:
                self.met.add(said.path)
            is_whole = said is not None and said.type is not None and child.each is None
            if child.kinds or child.labels or is_whole or not (child.children or child.each):
                yield self._field(child, place, said, is_person)
            yield from self.under(child, place, in_person=is_person)

    def _field(self, node: Node, path: str, said: Defined | None, is_person: bool) -> Field:
        kind = said.type if said and said.type else _type(node, is_person)
        is_day = kind in _OF_DAYS or kind in ("unix_seconds", "unix_milliseconds")
        options = () if is_person else self._options(node, said)
        return Field(
            path,
            said.name if said else None,
            kind,
            options[:MOST_LABELS],
            len(options) > MOST_LABELS or len(node.labels) >= MOST_LABELS,
            node.filled - (node.zeros if is_day else 0),
            self.total,
            tuple(dict.fromkeys(self._examples(node, is_person, is_day)))[:EXAMPLES],
        )

    def _options(self, node: Node, said: Defined | None) -> tuple[tuple[str, str], ...]:
        options = {**node.labels, **(said.options if said else {})}
        return tuple((key, self.mask.text(label)) for key, label in options.items())

    def _examples(self, node: Node, is_person: bool, is_day: bool) -> Iterator[str]:
        for value in node.examples:
            if is_day and value == 0:
                continue
            if (is_person and not isinstance(value, bool)) or self.mask.hides(node.key) or value in self.people:
                yield MASK
                continue
            text = shown(self.mask({"": value})[""])
            yield text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def _is_person(node: Node, said: Defined | None) -> bool:
    if said and said.type in _OF_PEOPLE:
        return True
    return Mask().is_person(node.key, node.children or None)


def _step(node: Node, *, is_first: bool) -> str:
    if not node.step.startswith("."):
        return node.step
    name = node.key if _BARE.fullmatch(node.key) and node.key == node.key.rstrip() else f'"{node.key}"'
    return name if is_first else f".{name}"


def _type(node: Node, is_person: bool) -> str | None:
    if node.labels and not node.kinds:
        return "person" if is_person else "object"
    kinds = set(node.kinds)
    if not kinds:
        return None
    if kinds == {bool}:
        return "flag"
    if kinds <= {int, float}:
        return _of_numbers(node)
    if kinds == {str}:
        return _of_texts([text for text in node.examples if isinstance(text, str)])
    return "mixed"


def _of_numbers(node: Node) -> str:
    if node.low >= _FIRST_SECOND and node.high < _LAST_SECOND:
        return "unix_seconds"
    if node.low >= _FIRST_SECOND * 1000 and node.high < _LAST_SECOND * 1000:
        return "unix_milliseconds"
    return "number"


def _of_texts(texts: list[str]) -> str:
    if all(_ISO_INSTANT.match(text) for text in texts):
        return "iso_instant"
    if all(_ISO_DATE.fullmatch(text) for text in texts):
        return "iso_date"
    return "html" if any(_HTML.search(text) for text in texts) else "text"


def _merged(known: Defined | None, one: Defined) -> Defined:
    if known is None:
        return one
    return Defined(one.path, known.name or one.name, known.type or one.type, {**known.options, **one.options})


def _only_defined(one: Defined, total: int) -> Field:
    options = tuple(one.options.items())
    return Field(one.path, one.name, one.type, options[:MOST_LABELS], len(options) > MOST_LABELS, 0, total, ())


def defined_by(row: Mapping[str, Any], keys: Mapping[str, str]) -> Defined | None:
    """A row that defines a field; None where it does not say which. `keys`: under, key, name, type, options, …"""
    key = row.get(keys["key"])
    if not isinstance(key, str) or not key:
        return None
    listed = row.get(keys["options"])
    options = {
        one[keys["option_id"]]: one[keys["option_label"]]
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict)
        and isinstance(one.get(keys["option_id"]), str)
        and isinstance(one.get(keys["option_label"]), str)
    }
    name, kind = (value if isinstance(value := row.get(keys[what]), str) else None for what in ("name", "type"))
    step = key if _BARE.fullmatch(key) else f'"{key}"'
    return Defined(f"{keys['under']}.{step}", name, kind or "", options)
