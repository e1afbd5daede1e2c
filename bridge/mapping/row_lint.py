"""What the sections beside the task make of the rows that are stored: values not read, conditions that fit nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, field
from msgspec.structs import replace

from bridge.language import Phrase
from bridge.mapping.declaration import Conditions, Rule
from bridge.mapping.document import MappingFile
from bridge.mapping.lint import unmapped, unreadable
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.mapping.paths import may_stand
from bridge.mapping.positions import Keys
from bridge.mapping.remarks import Remark, Severity, Tally
from bridge.mapping.rules import applies, fits
from bridge.mapping.watching import FITS_NONE, NOWHERE, note_word, quoted

MANY = 20
"""Of fewer rows none may be of the kind that a condition looks for, and nothing is wrong."""


class _Section(Struct, frozen=True):
    """One section over the rows of its stream, and what was met so far."""

    name: str
    keys: Keys
    when: Conditions
    rules: tuple[Rule, ...]
    read: Callable[[Payload, Surroundings, list[Problem]], object]
    seen: Tally = field(default_factory=Tally)
    words: dict[str, Counter[str]] = field(default_factory=dict)
    """Path of a condition -> the words that stand there, as long as no row fits."""
    found: Counter[str] = field(default_factory=Counter)
    """Label of a rule -> rows that have its path; "" -> rows for which the conditions hold."""

    def see(self, row: Payload, about: Surroundings) -> None:
        holds = applies(self.when)
        if holds is not None and not holds(row):
            for path, wanted in (condition for group in self.when for condition in group):
                # What fits by itself does not explain why nothing fits.
                if not fits(row, path, wanted):
                    note_word(self.words, path, row)
            return
        self.found[""] += 1
        problems: list[Problem] = []
        self.read(row, about, problems)
        self.seen.add(problems)
        self.found.update(rule.label for rule in self.rules if any(may_stand(path.steps, row) for path in rule.paths))

    def told(self, total: int) -> Iterator[Remark]:
        fitting = self.found[""]
        if not fitting:
            for path, words in self.words.items():
                facts = {"target": self.name, "total": total, "path": path, "words": quoted(path, words)}
                severity: Severity = "info" if total < MANY else "warning"
                yield Remark("condition_fits_none", (*self.keys, "when"), Phrase(FITS_NONE, facts), severity)
            return
        for rule in self.rules:
            if rule.paths and not rule.optional and not self.found[rule.label]:
                facts = {"target": self.name, "path": rule.label, "total": fitting}
                yield Remark.of("path_nowhere", rule.attempts[0].origin, NOWHERE, **facts)
        yield from self._unread(fitting)

    def _unread(self, total: int) -> Iterator[Remark]:
        for target in self.seen.targets:
            # Of a path that leads nowhere everything has been said.
            for group in self.seen.of(target, "unmapped_value"):
                if self._is_there(group.path):
                    yield from unmapped(self._rule_of(target, group.path), [group], total)
        for target in self.seen.targets:
            for group in self.seen.of(target, "unreadable_value"):
                if self._is_there(group.path):
                    yield unreadable(self._rule_of(target, group.path), group, total)

    def _is_there(self, path: str) -> bool:
        return bool(self.found[path]) or any(
            self.found[rule.label] for rule in self.rules for one in rule.paths if one.text == path
        )

    def _rule_of(self, target: str, path: str) -> Rule:
        """The rule that a problem comes from: that of the target, else the one that reads this path."""
        named = [rule for rule in self.rules if target.endswith(f".{rule.target.name}")]
        there = [rule for rule in self.rules if path == rule.label or any(one.text == path for one in rule.paths)]
        return next(iter([*(rule for rule in named if rule in there), *there, *named, *self.rules]))


def check(mapping: MappingFile, rows_of: Callable[[str], Iterable[Payload]], about: Surroundings) -> tuple[Remark, ...]:
    """Everything to know about the sections beside the task; `rows_of` gives the stored rows of a stream."""
    found: list[Remark] = []
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
        rules, keys = (telling.at, telling.old, telling.new), telling.keys
        found.append((teller.stream, _Section(teller.name, keys, telling.when, rules, teller.read)))
    if mapping.effort is not None:
        effort = mapping.effort.effort
        section = _Section("effort", ("effort",), effort.when, (effort.task, effort.hours), mapping.effort.read)
        found.append((effort.stream, section))
    if mapping.claim is not None:
        claim = mapping.claim
        section = _Section(
            "project.claim", ("project", "claim"), (), (claim.claim.rule,), lambda row, about, _: claim.read(row, about)
        )
        found.append((claim.stream, section))
    for entity in (mapping.person, mapping.feedback, mapping.links):
        if entity is not None:
            section = _Section(entity.name, (entity.name,), entity.when, entity.rules, entity.read)
            # What was met in one list says nothing of another.
            found += [(stream, replace(section, seen=Tally(), words={}, found=Counter())) for stream in entity.streams]
    return found
