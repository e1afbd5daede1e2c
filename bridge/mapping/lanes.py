"""Fast lanes: what the rules of usual shape make of usual values, at once in the form that the wire carries.

A lane never tells of a problem and never guesses: what it does not know by sight is `LATE`, and then the rule itself is
asked. So a lane may only ever be faster than its rule, never different.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from bridge.mapping.clock import Clock
from bridge.mapping.declaration import Attempt, Rule
from bridge.mapping.glances import LATE, UNLISTED, Convert, conversion, is_looked_up
from bridge.mapping.outcome import Payload, Surroundings
from bridge.mapping.paths import Each, Getter, Key, Path, getter
from bridge.mapping.rules import Applies, applies
from bridge.mapping.stages import STRANGER

Lane = Callable[[Payload, Surroundings, Clock], Any]


def single(rule: Rule) -> tuple[tuple[str, ...], Convert] | None:
    """The one or two keys at which a value stands alone, and what becomes of it; None where it is not that simple."""
    attempt = rule.attempts[0]
    is_alone = len(rule.attempts) == 1 and len(attempt.paths) == 1 and not attempt.together
    if not is_alone or attempt.when or rule.has_otherwise or is_looked_up(rule.target, attempt):
        return None
    keys = tuple(step.name for step in attempt.paths[0].steps if isinstance(step, Key))
    if len(keys) != len(attempt.paths[0].steps) or len(keys) > 2:
        return None
    convert = conversion(rule.target, attempt, unlisted=LATE)
    return None if convert is None else (keys, convert)


def lane(rule: Rule) -> Lane | None:
    """The rule of several ways, or of one that is not simple, as a function; None where no lane fits."""
    ways: list[tuple[Getter, Applies | None, Convert]] = []
    for attempt in rule.attempts:
        convert = conversion(rule.target, attempt, unlisted=UNLISTED)
        getters = _getters(attempt)
        if convert is None or not getters:
            return None
        ways += [(get, applies(attempt.when), convert) for get in getters]
    otherwise = rule.otherwise.value if isinstance(rule.otherwise, Enum) else rule.otherwise
    if isinstance(otherwise, list | tuple | dict):
        return None
    may_be_strange = rule.optional and rule.attempts[0].lookup is not None
    if len(ways) == 1 and ways[0][1] is None and not rule.has_otherwise and not may_be_strange:
        return _alone(ways[0][0], ways[0][2])
    return _chain(ways, otherwise, told_unlisted=not rule.has_otherwise, told_strangers=not rule.optional)


def _alone(get: Getter, convert: Convert) -> Lane:
    def lane(payload: Payload, about: Surroundings, clock: Clock) -> Any:
        raw = get(payload)
        if raw is None:
            return None
        value = convert(raw, about, clock)
        return LATE if value is UNLISTED or value is STRANGER else value

    return lane


def _chain(
    ways: list[tuple[Getter, Applies | None, Convert]], otherwise: Any, *, told_unlisted: bool, told_strangers: bool
) -> Lane:
    def lane(payload: Payload, about: Surroundings, clock: Clock) -> Any:
        sign = None
        for get, holds, convert in ways:
            if holds is not None and not holds(payload):
                continue
            raw = get(payload)
            if raw is None:
                continue
            value = convert(raw, about, clock)
            if value is LATE:
                return LATE
            if value is UNLISTED or value is STRANGER:
                sign = STRANGER if sign is STRANGER else value
            elif value is not None and value is not False and value != []:
                return value
        if sign is not None and (told_strangers if sign is STRANGER else told_unlisted):
            return LATE
        return otherwise

    return lane


def _getters(attempt: Attempt) -> list[Getter]:
    if attempt.template is not None:
        return [lambda payload: payload]
    if any(path.many for path in attempt.paths) or attempt.together:
        gather = _gathered(attempt.paths) if attempt.together or len(attempt.paths) == 1 else None
        return [] if gather is None else [gather]
    return [getter(path) for path in attempt.paths]


def _gathered(paths: tuple[Path, ...]) -> Getter | None:
    """All that `key`, `key[]` or `key[].inner` give; None where a path has another shape."""
    places: list[tuple[str, str]] = []
    for path in paths:
        match path.steps:
            case (Key(name),) | (Key(name), Each()):
                places.append((name, ""))
            case (Key(name), Each(), Key(inner)):
                places.append((name, inner))
            case _:
                return None

    if len(places) == 1 and places[0][1]:
        return _inner(*places[0])

    def gather(payload: Payload) -> Any:
        found: list[Any] = []
        for name, inner in places:
            node = payload.get(name)
            if node is None:
                continue
            entries = node if type(node) is list else [node]
            if not inner:
                found += entries
                continue
            for entry in entries:
                if type(entry) is not dict:
                    return LATE
                if (value := entry.get(inner)) is not None:
                    found.append(value)
        return found or None

    return gather


def _inner(name: str, inner: str) -> Getter:
    """All that `key[].inner` gives."""

    def gather(payload: Payload) -> Any:
        node = payload.get(name)
        if not node:
            return None if node is None or type(node) is list else LATE
        found = []
        for entry in node if type(node) is list else (node,):
            if type(entry) is not dict:
                return LATE
            if (value := entry.get(inner)) is not None:
                found.append(value)
        return found or None

    return gather
