"""What a check says of a mapping: a code for programs, the keys in the file for the position, and words for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct, field

from bridge.language import Lang, Phrase, Text
from bridge.mapping.masking import masked, masked_person
from bridge.mapping.outcome import Code, Problem
from bridge.mapping.positions import Keys

Severity = Literal["warning", "info"]
MOST_DISTINCT = 500
"""More different values of one place are only counted, so that a check of any store fits into memory."""


class Remark(Struct, frozen=True):
    """`info` is worth knowing, `warning` is a problem."""

    code: str
    keys: Keys
    text: Phrase
    severity: Severity = "warning"

    @classmethod
    def of(cls, code: str, keys: Keys, text: Text, /, **facts: object) -> Remark:
        return cls(code, keys, Phrase(text, facts))

    def say(self, lang: Lang) -> str:
        return self.text.say(lang)


class Group(Struct):
    """What was met of one problem at one path."""

    target: str
    code: Code
    path: str
    count: int = 0
    values: Counter[str] = field(default_factory=Counter)
    """The first different values and how often each was met."""
    beyond: int = 0
    """How often a value was met that is not among them."""

    def examples(self, most: int, *, person: bool = False) -> str:
        chosen = sorted(self.values.items(), key=lambda entry: (-entry[1], entry[0]))[:most]
        return ", ".join(f'"{masked_value(value, person)}"' for value, _ in chosen)


class Tally:
    """Counts problems by target, code and path; memory stays bounded whatever the payloads hold."""

    def __init__(self) -> None:
        self._groups: dict[tuple[str, str, str], Group] = {}

    def add(self, problems: tuple[Problem, ...] | list[Problem]) -> None:
        for problem in problems:
            key = (problem.target, problem.code, problem.path)
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = Group(problem.target, problem.code, problem.path)
            group.count += 1
            if problem.value in group.values or len(group.values) < MOST_DISTINCT:
                group.values[problem.value] += 1
            else:
                group.beyond += 1

    def of(self, target: str, code: Code) -> Iterator[Group]:
        yield from (group for group in self._groups.values() if (group.target, group.code) == (target, code))

    @property
    def targets(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(group.target for group in self._groups.values()))


def masked_value(value: str, person: bool) -> str:
    return masked_person(value) if person else masked(value)
