"""Looks in payloads for what a mapping expects of them: paths that must stand somewhere, conditions that must fit one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from bridge.language import Phrase, Text
from bridge.mapping.declaration import Attempt, Conditions, Rule
from bridge.mapping.document import MappingFile
from bridge.mapping.inheritance import section_of
from bridge.mapping.masking import leads_to_people
from bridge.mapping.outcome import Payload
from bridge.mapping.paths import Path, getter, may_stand
from bridge.mapping.positions import Keys
from bridge.mapping.remarks import Remark, masked_value
from bridge.mapping.rules import Applies, applies
from bridge.mapping.standing import CUTOFF, SURELY, Standing
from bridge.mapping.words import shown, word

MOST_WORDS = 12
MOST_NOTED = 200

NOWHERE = Text(
    zh="{target}：{total} 条数据里都没有 {path}；请更正路径，或写 optional = true。",
    en="{target}: none of {total} payloads has {path}; correct the path, or write optional = true.",
)
NOWHERE_NEAR = Text(
    zh="{target}：{total} 条数据里都没有 {path}；最接近的是 {near}。请更正路径，或写 optional = true。",
    en="{target}: none of {total} payloads has {path}; the nearest is {near}. Correct the path, or write optional = true.",
)
PERHAPS_MEANT = Text(
    zh="{target}：{total} 条数据里都没有 {path}，有 {near}；若不是写错，可以不管。",
    en="{target}: none of {total} payloads has {path}, but {near}; unless it is misspelt, nothing is wrong.",
)
CONDITION_NOWHERE = Text(
    zh="{target}：{total} 条数据里都没有 when 的 {path}，所以条件从不成立；请更正路径。",
    en="{target}: none of {total} payloads has {path} of when, so it never holds; correct the path.",
)
FITS_NONE = Text(
    zh="{target}：when 不符合 {total} 条中的任何一条；{path} 处的值有：{words}。",
    en="{target}: when fits none of {total} rows; at {path} they have {words}.",
)
NO_SUCH_PROJECT = Text(
    zh="only 里的项目在 {total} 条数据里都没有；数据里有 {words}。请更正。",
    en="none of {total} payloads belongs to a project of only; they have {words}. Correct it.",
)


class Watch(Protocol):
    """Something that at least one payload should show."""

    target: str

    @property
    def is_settled(self) -> bool: ...

    def see(self, payload: Payload) -> None: ...

    def told(self, total: int, standing: Standing) -> Iterator[Remark]: ...


def watches(mapping: MappingFile) -> list[Watch]:
    """Everything that the rules of the task expect of payloads."""
    found: list[Watch] = []
    for target, rule in mapping.targets.items():
        found += _path_watches(target, rule)
        found += [
            _ConditionWatch(target, attempt.keys, attempt.when, bool(section_of(attempt)))
            for attempt in rule.attempts
            if attempt.when
        ]
    return found


def _path_watches(target: str, rule: Rule) -> Iterator[Watch]:
    groups: dict[Keys, list[Attempt]] = {}
    for attempt in rule.attempts:
        groups.setdefault(section_of(attempt), []).append(attempt)
        for part in attempt.template.parts if attempt.template else ():
            if isinstance(part, Path):
                yield _PathWatch(target, (*attempt.keys, "template"), part.text, (part,), attempt.when, rule.optional)
    for section, attempts in groups.items():
        paths = tuple(path for attempt in attempts for path in attempt.paths)
        label = " | ".join(dict.fromkeys(attempt.label for attempt in attempts))
        if paths:
            # What only some projects have is only looked for in them.
            when = tuple(group for attempt in attempts for group in attempt.when) if section else ()
            yield _PathWatch(target, attempts[0].origin, label, paths, when, rule.optional)


@dataclass(slots=True)
class _PathWatch:
    """Paths of which one must stand in a payload for which the condition holds."""

    target: str
    keys: Keys
    label: str
    paths: tuple[Path, ...]
    when: Conditions
    optional: bool
    is_settled: bool = False
    fitting: int = 0
    holds: Applies | None = field(init=False)

    def __post_init__(self) -> None:
        self.holds = applies(self.when)

    def see(self, payload: Payload) -> None:
        if self.holds is None or self.holds(payload):
            self.fitting += 1
            self.is_settled = any(may_stand(path.steps, payload) for path in self.paths)

    def told(self, total: int, standing: Standing) -> Iterator[Remark]:
        if self.is_settled or not self.fitting:
            return
        cutoff = SURELY if self.optional else CUTOFF
        near = next(filter(None, (standing.nearest(path.text, cutoff=cutoff) for path in self.paths)), "")
        facts = {"target": self.target, "path": self.label, "total": self.fitting, "near": near}
        if not self.optional:
            yield Remark.of("path_nowhere", self.keys, NOWHERE_NEAR if near else NOWHERE, **facts)
        elif near and not any(standing.has(path) for path in self.paths):
            yield Remark("path_misspelt", self.keys, Phrase(PERHAPS_MEANT, facts), "info")


@dataclass(slots=True)
class _ConditionWatch:
    """A condition that must hold for a payload."""

    target: str
    keys: Keys
    when: Conditions
    in_section: bool
    is_settled: bool = False
    standing: set[str] = field(default_factory=set)
    words: dict[str, Counter[str]] = field(default_factory=dict)
    holds: Applies | None = field(init=False)

    def __post_init__(self) -> None:
        self.holds = applies(self.when)

    def see(self, payload: Payload) -> None:
        if self.holds is None or self.holds(payload):
            self.is_settled = True
            return
        for path in {path.text: path for group in self.when for path, _ in group}.values():
            if may_stand(path.steps, payload):
                self.standing.add(path.text)
            note_word(self.words, path, payload)

    def told(self, total: int, _standing: Standing) -> Iterator[Remark]:
        if self.is_settled:
            return
        if not any(all(path.text in self.standing for path, _ in group) for group in self.when):
            paths = dict.fromkeys(path.text for group in self.when for path, _ in group)
            missing = ", ".join(path for path in paths if path not in self.standing)
            facts = {"target": self.target, "path": missing, "total": total}
            yield Remark.of("condition_nowhere", self._place, CONDITION_NOWHERE, **facts)
            return
        if self.in_section:
            words = "; ".join(f"{path}: {quoted(path, said)}" for path, said in self.words.items())
            yield Remark.of("condition_fits_none", self._place, NO_SUCH_PROJECT, total=total, words=words)
            return
        for path, said in list(self.words.items())[:1]:
            facts = {"target": self.target, "path": path, "total": total, "words": quoted(path, said)}
            # That no task is in this state just now is no mistake.
            yield Remark("condition_fits_none", self._place, Phrase(FITS_NONE, facts), "info")

    @property
    def _place(self) -> Keys:
        return (*self.keys[:2], "only") if self.in_section else (*self.keys, "when")


def note_word(words: dict[str, Counter[str]], path: Path, payload: Payload) -> None:
    """Note the word that stands where a condition looks."""
    said = word(getter(path)(payload))
    if said is not None:
        noted = words.setdefault(path.text, Counter())
        if said in noted or len(noted) < MOST_NOTED:
            noted[said] += 1


def quoted(path: str, words: Counter[str]) -> str:
    """The most frequent words that stand at a path."""
    person = leads_to_people(path)
    return ", ".join(f'"{masked_value(shown(one), person)}"' for one, _ in words.most_common(MOST_WORDS))
