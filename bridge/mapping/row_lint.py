"""What the sections beside the task make of the rows that are stored: values not read, conditions that fit nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from bridge.language import Phrase, Text
from bridge.mapping.declaration import Conditions, Rule
from bridge.mapping.document import MappingFile
from bridge.mapping.lint import EXAMPLES, NOWHERE, UNMAPPED, UNREADABLE
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.mapping.paths import getter, may_stand
from bridge.mapping.rules import applies
from bridge.mapping.words import shown, word

MOST_WORDS = 12

FITS_NONE = Text(
    zh="{target}：when 不符合 {total} 条中的任何一条；{path} 处的值有：{words}。",
    en="{target}: when fits none of {total} rows; at {path} they have {words}.",
)


@dataclass(frozen=True, slots=True)
class _Section:
    """One section over the rows of its stream, and what was met so far."""

    name: str
    when: Conditions
    rules: tuple[Rule, ...]
    read: Callable[[Payload, Surroundings, list[Problem]], object]
    problems: Counter[Problem] = field(default_factory=Counter)
    words: dict[str, Counter[str]] = field(default_factory=dict)
    """Path of a condition -> the words that stand there, as long as no row fits."""
    found: Counter[str] = field(default_factory=Counter)
    """Label of a rule -> rows that have its path; "" -> rows for which the conditions hold."""

    def see(self, row: Payload, about: Surroundings) -> None:
        holds = applies(self.when)
        if holds is not None and not holds(row):
            self._note_words(row)
            return
        self.found[""] += 1
        problems: list[Problem] = []
        self.read(row, about, problems)
        self.problems.update(problems)
        self.found.update(rule.label for rule in self.rules if any(may_stand(path.steps, row) for path in rule.paths))

    def _note_words(self, row: Payload) -> None:
        for path, _ in (condition for group in self.when for condition in group):
            said = word(getter(path)(row))
            if said is not None:
                self.words.setdefault(path.text, Counter())[said] += 1

    def told(self, total: int) -> Iterator[Phrase]:
        fitting = self.found[""]
        if not fitting:
            for path, words in self.words.items():
                said = ", ".join(f'"{shown(one)}"' for one, _ in words.most_common(MOST_WORDS))
                yield Phrase(FITS_NONE, {"target": self.name, "total": total, "path": path, "words": said})
            return
        for rule in self.rules:
            if not self.found[rule.label]:
                yield Phrase(NOWHERE, {"target": self.name, "path": rule.label, "total": fitting})
        yield from self._unread(fitting)

    def _unread(self, total: int) -> Iterator[Phrase]:
        # Of a path that leads nowhere everything has been said.
        told = [(problem, count) for problem, count in self.problems.most_common() if self.found[problem.path]]
        for problem, count in told:
            if problem.code == "unmapped_value":
                facts = {"target": problem.target, "path": problem.path, "value": problem.value}
                yield Phrase(UNMAPPED, {**facts, "count": count, "total": total})
        unreadable = [(problem, count) for problem, count in told if problem.code == "unreadable_value"]
        for target, path in dict.fromkeys((problem.target, problem.path) for problem, _ in unreadable):
            here = [(one, count) for one, count in unreadable if (one.target, one.path) == (target, path)]
            examples = ", ".join(f'"{one.value}"' for one, _ in here[:EXAMPLES])
            facts = {"target": target, "path": path, "examples": examples}
            yield Phrase(UNREADABLE, {**facts, "count": sum(count for _, count in here), "total": total})


def check(mapping: MappingFile, rows_of: Callable[[str], Iterable[Payload]], about: Surroundings) -> tuple[Phrase, ...]:
    """Everything to know about the sections beside the task; `rows_of` gives the stored rows of a stream."""
    found: list[Phrase] = []
    sections = _sections(mapping)
    for stream in dict.fromkeys(stream for stream, _ in sections):
        total = 0
        for row in rows_of(stream):
            total += 1
            for section in (one for name, one in sections if name == stream):
                section.see(row, about)
        for section in (one for name, one in sections if name == stream and total):
            found += section.told(total)
    return tuple(found)


def _sections(mapping: MappingFile) -> list[tuple[str, _Section]]:
    found = []
    for teller in mapping.histories:
        telling = teller.telling
        rules = (telling.at, telling.old, telling.new)
        found.append((teller.stream, _Section(teller.name, telling.when, rules, teller.read)))
    if mapping.effort is not None:
        effort = mapping.effort.effort
        found.append((effort.stream, _Section("effort", effort.when, (effort.task, effort.hours), mapping.effort.read)))
    if mapping.claim is not None:
        claim = mapping.claim
        section = _Section("project.claim", (), (claim.claim.rule,), lambda row, about, _: claim.read(row, about))
        found.append((claim.stream, section))
    return found
