"""People, names and releases out of the many shapes in which vendors nest them: an id, an object, an array of either."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bridge.mapping.outcome import Surroundings, Unfit
from bridge.mapping.words import clean, numeral
from bridge.model import Person

_NAME_KEYS = ("name", "display_name", "text", "title")
_PERSON_ID_KEYS = ("id", "uid", "_id")
_PERSON_NAME_KEYS = ("display_name", "name", "user_name")
_NESTED_KEYS = ("user", "user_group")
_MOST_DIGITS = 15
_LATEST = 10**15

Kept = TypeVar("Kept")
Convert = Callable[[Any, Surroundings], Any]
NameOf = Callable[[str, Surroundings], str | None]
"""Id -> name; None where nobody of that id is known, and it cannot be helped."""


def names(value: Any, _about: Surroundings) -> tuple[str, ...]:
    """Names in their order, each once; objects are asked for theirs."""
    found, bad = [], []
    for entry in value if isinstance(value, list) else [value]:
        name = _first(entry, _NAME_KEYS) if isinstance(entry, dict) else _text(entry)
        if name is not None:
            found.append(name)
        elif not _is_unset(entry):
            bad.append(entry)
    return _told(tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found), bad)


def last_ending(value: Any, _about: Surroundings) -> str | None:
    """Of several releases the name of the one with the greatest `end_at`; without one it ends before all others."""
    best: tuple[float, str] | None = None
    bad = []
    for entry in value if isinstance(value, list) else [value]:
        name = _first(entry, _NAME_KEYS) if isinstance(entry, dict) else _text(entry)
        end = entry.get("end_at") if isinstance(entry, dict) else None
        order = _moment(end)
        if name is None:
            bad += [] if _is_unset(entry) else [entry]
        elif best is None or order >= best[0]:
            best = (order, name)
    return _told(best and best[1], bad)


def called_by(name_of: NameOf, *, known: Callable[[Surroundings], bool]) -> Convert:
    """Everybody once, in order; `name_of` is asked for names not given, and who has none is called by the id.

    Who is not found is told, where anybody is `known` at all.
    """

    def convert(value: Any, about: Surroundings) -> tuple[Person, ...]:
        if isinstance(value, dict) and (alone := _in_full(value)) is not None:
            return alone
        found: dict[str, Person] = {}
        bad, strangers = [], []
        for entry in value if isinstance(value, list) else [value]:
            if _is_unset(entry):
                continue
            identity, name = _person(entry)
            if identity is None:
                bad.append(entry)
                continue
            if name is None:
                name = name_of(identity, about)
                if name is None and known(about):
                    strangers.append(identity)
            found.setdefault(identity, Person(identity, name or identity))
        if strangers and not bad:
            raise Unfit("unmapped_value", strangers[0], tuple(found.values()))
        return _told(tuple(found.values()), bad)

    return convert


def at_most_one(convert: Convert) -> Convert:
    def one(value: Any, about: Surroundings) -> Any:
        if isinstance(value, list) and len(value) > 1:
            raise Unfit("unreadable_value", value)
        return convert(value, about)

    return one


people = called_by(lambda _identity, _about: None, known=lambda _about: False)
person = at_most_one(people)


def _in_full(entry: dict[str, Any]) -> tuple[Person] | None:
    """The form that most rows have: one person with id and name."""
    identity, name = entry.get("id"), entry.get("display_name")
    if not (isinstance(identity, str) and isinstance(name, str)):
        return None
    identity, name = clean(identity), clean(name)
    return (Person(identity, name),) if identity and name else None


def _person(entry: Any) -> tuple[str | None, str | None]:
    """Id and name as far as the value gives them; no id means it is no person."""
    if not isinstance(entry, dict):
        return _text(entry), None
    for key in _NESTED_KEYS:
        inner = entry.get(key)
        if isinstance(inner, dict):
            entry = inner
            break
    return _first(entry, _PERSON_ID_KEYS), _first(entry, _PERSON_NAME_KEYS)


def _first(entry: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        found = entry.get(key)
        if isinstance(found, str):
            found = clean(found)
        elif found is not None:
            found = numeral(found)
        if found is not None:
            return found
    return None


def _text(value: Any) -> str | None:
    return clean(value) if isinstance(value, str) else numeral(value)


def _is_unset(value: Any) -> bool:
    """Null, blank text, and the zero that vendors write where there is nobody and nothing."""
    return value is None or (isinstance(value, str) and not value.strip()) or (type(value) is int and value == 0)


def _moment(value: Any) -> float:
    """Seconds, 0 where there are none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < _MOST_DIGITS:
        return float(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) < _LATEST else 0.0


def _told(kept: Kept, bad: list[Any]) -> Kept:
    """What could be read; the rest is reported."""
    if bad:
        raise Unfit("unreadable_value", bad[0], kept)
    return kept
