"""Compiles what a file declares about one target into a function, once for all payloads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from bridge.mapping import stages
from bridge.mapping.declaration import Attempt, Conditions, Rule
from bridge.mapping.outcome import Payload, Problem, Surroundings, Unfit
from bridge.mapping.paths import Getter, Path, getter
from bridge.mapping.targets import Target
from bridge.mapping.words import ABSENT, shown, word
from bridge.model import Status

Read = Callable[[Payload, Surroundings, list[Problem]], Any]
Applies = Callable[[Payload], bool]


class _Way(Struct, frozen=True):
    """An attempt at a single place, ready to run."""

    label: str
    get: Getter
    convert: stages.Stage
    applies: Applies | None


def compiled(rule: Rule) -> Read:
    """The rule as a function: the value, never an exception; what it could not read is added to the problems."""
    ways = [way for attempt in rule.attempts for way in _ways(rule.target, attempt)]
    may_ignore = rule.optional and any(attempt.lookup for attempt in rule.attempts)
    if len(ways) > 1 or ways[0].applies or rule.has_otherwise or may_ignore or must_be_told(rule.target):
        return _general(rule, ways)
    return _plain(rule.target, ways[0])


def _plain(target: Target, way: _Way) -> Read:
    name, empty, get, convert, label = target.name, target.empty, way.get, way.convert, way.label

    def read(payload: Payload, about: Surroundings, problems: list[Problem]) -> Any:
        raw = get(payload)
        if raw is None:
            return empty
        try:
            value = convert(raw, about)
        except Unfit as unfit:
            problems.append(unfit.problem(name, label))
            value = unfit.kept
        return empty if value is None else value

    return read


def _general(rule: Rule, ways: list[_Way]) -> Read:
    name, empty = rule.target.name, rule.target.empty
    steps = [(way.label, way.get, way.convert, way.applies) for way in ways]

    def read(payload: Payload, about: Surroundings, problems: list[Problem]) -> Any:
        failed: tuple[Unfit, str] | None = None
        for label, get, convert, applies in steps:
            if applies is not None and not applies(payload):
                continue
            raw = get(payload)
            if raw is None:
                continue
            try:
                value = convert(raw, about)
            except Unfit as unfit:
                # An unknown reference stays the reason: what comes after it can only know less.
                if failed is None or not isinstance(failed[0], stages.Unknown):
                    failed = (unfit, label)
                value = unfit.kept
                if not value:
                    continue
                problems.append(unfit.problem(name, label))
            # A "no" and an empty list let the next alternative speak.
            if value is not None and value is not False and value != ():
                if value is Status.UNMAPPED:
                    problems.append(Problem("unmapped_value", name, label, shown(raw)))
                return value
        return _nothing_found(failed, problems)

    def _nothing_found(failed: tuple[Unfit, str] | None, problems: list[Problem]) -> Any:
        if failed is not None and _is_told(rule, failed[0]):
            problems.append(failed[0].problem(name, failed[1]))
        elif failed is None and not rule.has_otherwise and must_be_told(rule.target):
            problems.append(Problem("unmapped_value", name, rule.label, ABSENT))
        return empty if rule.otherwise is None else rule.otherwise

    return read


def _is_told(rule: Rule, unfit: Unfit) -> bool:
    """`otherwise` answers words that are not listed, `optional` unknown references; a wrong shape is always told."""
    if isinstance(unfit, stages.Unknown):
        return not rule.optional
    return unfit.code == "unreadable_value" or not rule.has_otherwise


def must_be_told(target: Target) -> bool:
    """A task without a status is as unmapped as one with an unknown status."""
    return target.canonical is not None and not target.guessable


def _ways(target: Target, attempt: Attempt) -> list[_Way]:
    convert, holds = stages.pipeline(target, attempt), applies(attempt.when)
    if attempt.template is not None or not attempt.paths:
        return [_Way(attempt.label, lambda payload: payload, convert, holds)]
    if attempt.together:
        return [_Way(attempt.label, _all(attempt.paths), convert, holds)]
    return [_Way(_label(path, attempt), getter(path), convert, holds) for path in attempt.paths]


def _label(path: Path, attempt: Attempt) -> str:
    return f"{path.text} → {attempt.lookup.label}" if attempt.lookup else path.text


def _all(paths: tuple[Path, ...]) -> Getter:
    getters = [getter(path) for path in paths]

    def get(payload: Payload) -> Any:
        found: list[Any] = []
        for one in getters:
            value = one(payload)
            if isinstance(value, list):
                found += value
            elif value is not None:
                found.append(value)
        return found or None

    return get


def applies(when: Conditions) -> Applies | None:
    """Whether a payload is one for which the conditions hold; None where there are none."""
    if not when:
        return None
    groups = [[(getter(path), words) for path, words in group] for group in when]
    return lambda payload: any(all(_holds(get(payload), words) for get, words in group) for group in groups)


def fits(payload: Payload, path: Path, words: frozenset[str]) -> bool:
    """Whether a payload fits one condition."""
    return _holds(getter(path)(payload), words)


def _holds(value: Any, words: frozenset[str]) -> bool:
    return any(word(entry) in words for entry in (value if isinstance(value, list) else [value]))
