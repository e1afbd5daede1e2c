"""What the fast lanes make of single values: at once in the form that the wire carries, by sight or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from bridge.mapping import people
from bridge.mapping.clock import MOST_REMEMBERED, Clock, written
from bridge.mapping.conversions import END, FIRST
from bridge.mapping.declaration import Attempt, Lookup
from bridge.mapping.outcome import Surroundings, Unfit
from bridge.mapping.paths import Path, getter, may_stand
from bridge.mapping.stages import STRANGER, Stage, found_by, pipeline
from bridge.mapping.targets import Target
from bridge.mapping.words import clean, fold


class Sign(Enum):
    """What a lane gives instead of a value."""

    LATE = "ask the rule"
    UNLISTED = "a word that is not listed"


LATE, UNLISTED = Sign.LATE, Sign.UNLISTED
MOST_WHOLE = 10**15
_LONGEST_REMEMBERED = 64
_WEB = ("https://", "http://")

Convert = Callable[[Any, Surroundings, Clock], Any]
"""A raw value that is not None -> the JSON value, None where nothing is set, a sign, or `STRANGER`."""


def conversion(target: Target, attempt: Attempt, *, unlisted: Sign) -> Convert | None:
    """All stages between the path and the field as one step; None where there are others than the usual ones."""
    if attempt.template is not None:
        return _tried(pipeline(target, attempt)) if target.gives == "text" else None
    if not attempt.paths or attempt.pattern is not None:
        return None
    takes_lists = attempt.contains is not None or (attempt.conversion is not None and attempt.conversion.takes_lists)
    if not takes_lists and (attempt.together or any(path.many for path in attempt.paths)):
        return None
    found = _core(target, attempt, unlisted)
    if found is not None and attempt.lookup is not None and is_looked_up(target, attempt):
        found = None if takes_lists else _looked_up(attempt.lookup, found)
    return found if found is None or not attempt.inside else _inside(attempt.inside, found)


def is_looked_up(target: Target, attempt: Attempt) -> bool:
    """People are looked up for their names only, and by themselves."""
    return attempt.lookup is not None and target.gives != "people"


def _core(target: Target, attempt: Attempt, unlisted: Sign) -> Convert | None:
    name = None if attempt.conversion is None else attempt.conversion.name
    if attempt.contains is not None:
        return _containing(attempt.contains)
    if attempt.values is not None:
        return _listed(attempt.values, unlisted) if name is None else None
    if name in ("people", "person"):
        return _people(attempt.lookup)
    if name == "number":
        return _number(target)
    if name == "unix_instant":
        return _instant if target.ends_now else None
    return _PLAIN.get(name or "")


def _tried(stage: Stage) -> Convert:
    """A stage whose values are on the wire what they are."""

    def tried(raw: Any, about: Surroundings, _clock: Clock) -> Any:
        try:
            return stage(raw, about)
        except Unfit:
            return LATE

    return tried


def text(raw: Any, _about: Surroundings, _clock: Clock) -> Any:
    if type(raw) is str:
        return clean(raw)
    return str(raw) if type(raw) is int and -MOST_WHOLE < raw < MOST_WHOLE else LATE


def _url(raw: Any, _about: Surroundings, _clock: Clock) -> Any:
    found = raw.strip() if type(raw) is str else ""
    return found if found.isascii() and found.startswith(_WEB) else LATE


def _flag(raw: Any, _about: Surroundings, _clock: Clock) -> Any:
    return False if raw == 0 else True if raw == 1 else LATE


def _day(raw: Any, _about: Surroundings, clock: Clock) -> Any:
    if type(raw) is int:
        if FIRST <= raw < END:
            return clock.day[raw]
        if raw == 0:
            return None
    return LATE


def _instant(raw: Any, _about: Surroundings, clock: Clock) -> Any:
    if type(raw) is int:
        if FIRST <= raw < END:
            return written(raw if raw <= clock.latest else clock.latest)
        if raw == 0:
            return None
    return LATE


def _number(target: Target) -> Convert:
    lowest = -MOST_WHOLE if target.lowest is None else target.lowest
    highest = MOST_WHOLE - 1 if target.highest is None else target.highest

    def number(raw: Any, _about: Surroundings, _clock: Clock) -> Any:
        kind = type(raw)
        return float(raw) if (kind is int or kind is float) and lowest <= raw <= highest else LATE

    return number


def _listed(values: Mapping[str, Any], unlisted: Sign) -> Convert:
    """Each spelling is folded once."""
    words = {said: found.value if isinstance(found, Enum) else found for said, found in values.items()}
    known: dict[str, Any] = {}

    def listed(raw: Any, _about: Surroundings, _clock: Clock) -> Any:
        if type(raw) is int:
            return words.get(str(raw), unlisted) if -MOST_WHOLE < raw < MOST_WHOLE else LATE
        if type(raw) is not str:
            return LATE
        found = known.get(raw)
        if found is None:
            said = fold(raw)
            found = words.get(said, unlisted) if said else words.get(said)
            if len(raw) <= _LONGEST_REMEMBERED:
                if len(known) >= MOST_REMEMBERED:
                    known.clear()
                known[raw] = found
        return found

    return listed


def _looked_up(lookup: Lookup, convert: Convert) -> Convert:
    sought = found_by(lookup)

    def looked_up(raw: Any, about: Surroundings, clock: Clock) -> Any:
        if type(raw) is not str:
            return LATE
        identity = clean(raw)
        if identity is None:
            return None
        found = sought(identity, about)
        return found if found is None or found is STRANGER else convert(found, about, clock)

    return looked_up


def _inside(inside: tuple[Path, ...], convert: Convert) -> Convert:
    getters = [getter(path) for path in inside]

    def opened(raw: Any, about: Surroundings, clock: Clock) -> Any:
        if type(raw) is not dict:
            return LATE if type(raw) is list else convert(raw, about, clock)
        for get in getters:
            found = get(raw)
            if found is not None:
                return LATE if type(found) is list else convert(found, about, clock)
        return None if not raw or any(may_stand(path.steps, raw) for path in inside) else LATE

    return opened


def _people(lookup: Lookup | None) -> Convert:
    """One person in full, or one id that the stream knows."""
    sought = None if lookup is None else found_by(lookup)

    def people(raw: Any, about: Surroundings, _clock: Clock) -> Any:
        if type(raw) is dict:
            identity, name = raw.get("id"), raw.get("display_name")
        elif type(raw) is str and sought is not None and (identity := clean(raw)):
            name = sought(identity, about)
        else:
            return LATE
        if type(identity) is not str or type(name) is not str:
            return LATE
        identity, name = identity.strip(), name.strip()
        is_usual = identity.isascii() and (name.isascii() or name.isprintable())
        return [{"id": identity, "name": name}] if is_usual and identity and name else LATE

    return people


def _names(raw: Any, _about: Surroundings, _clock: Clock) -> Any:
    found = []
    for entry in raw if type(raw) is list else (raw,):
        name = entry.get("name") if type(entry) is dict else entry
        if type(name) is not str:
            return LATE
        said = name.strip()
        if not said or not (said.isascii() or said.isprintable()):
            return LATE
        found.append(said)
    return found if len(found) < 2 else list(dict.fromkeys(found))


def _last_ending(raw: Any, about: Surroundings, clock: Clock) -> Any:
    if type(raw) is list and len(raw) > 1:
        try:
            return people.last_ending(raw, about)
        except Unfit:
            return LATE
    found = _names(raw, about, clock)
    return found if found is LATE else found[0] if found else None


def _containing(words: frozenset[str]) -> Convert:
    def containing(raw: Any, about: Surroundings, clock: Clock) -> Any:
        found = _names(raw, about, clock)
        if found is LATE:
            return LATE
        for name in found:  # noqa: SIM110 - this runs for every payload, and a generator takes three times as long
            if name in words or fold(name) in words:
                return True
        return False

    return containing


_PLAIN: Mapping[str, Convert] = {
    "text": text,
    "url": _url,
    "flag": _flag,
    "unix_date": _day,
    "names": _names,
    "last_ending": _last_ending,
}
