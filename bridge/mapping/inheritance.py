"""Reads `[[projects]]`: what a file adds for some projects only. Their rules are asked first, then those of the source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bridge.language import Phrase
from bridge.mapping import texts
from bridge.mapping.declaration import Attempt, Conditions, Rule
from bridge.mapping.grammar import Grammar
from bridge.mapping.paths import Path
from bridge.mapping.positions import Keys
from bridge.mapping.targets import TASK_TARGETS, Target, field
from bridge.mapping.words import word

SECTION = "projects"
SECTION_KEYS = ("only", "task", "fields")
# What tells which project and which task it is cannot depend on the project.
ADDABLE: Mapping[str, Target] = {
    target.name: target for target in TASK_TARGETS if target.name != "id" and "." not in target.name
}
_NAMED_BY = ("project.id", "project.key", "project.name")

Rules = dict[str, Rule]


class Inheritance(Struct, frozen=True):
    """The rules of a source, to which those of some projects are added."""

    grammar: Grammar
    tasks: Rules
    own: Rules

    def added(self, tables: Any) -> tuple[Rules, Rules]:
        """The rules of the task and of the own fields with what the sections add; earlier sections are asked first."""
        if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
            self.grammar.ledger.wrong_type((SECTION,), tables, texts.TABLES)
            return self.tasks, self.own
        tasks, own = dict(self.tasks), dict(self.own)
        for index in reversed(range(len(tables))):
            keys: Keys = (SECTION, index)
            only = self._only(keys, tables[index])
            for name, rule in self._rules((*keys, "task"), tables[index].get("task", {}), ADDABLE):
                tasks[name] = _joined(rule, only, tasks.get(name))
            given = tables[index].get("fields", {})
            targets = {name: field(name) for name in given} if isinstance(given, dict) else {}
            for name, rule in self._rules((*keys, "fields"), given, targets):
                own[name] = _joined(rule, only, own.get(name))
        return {target.name: tasks[target.name] for target in TASK_TARGETS if target.name in tasks}, own

    def _only(self, keys: Keys, table: Mapping[str, Any]) -> Conditions:
        """The condition that a payload belongs to one of the projects."""
        ledger = self.grammar.ledger
        ledger.known_keys(keys, table, SECTION_KEYS)
        given = table.get("only")
        words = [word(one) for one in given] if isinstance(given, list) else []
        if not words or not all(words):
            if given is None:
                ledger.refuse(keys, texts.MISSING_KEYS, keys="only")
            else:
                ledger.wrong_type((*keys, "only"), given, texts.PROJECTS)
            return ()
        paths = list(dict.fromkeys(self._named()))
        if not paths and "project.id" in self.tasks:
            ledger.refuse((*keys, "only"), texts.NO_PROJECT_THERE)
        said = frozenset(one for one in words if one)
        return tuple(((path, said),) for path in paths)

    def _named(self) -> Iterator[Path]:
        """Where a payload itself says to which project it belongs."""
        for name in _NAMED_BY:
            rule = self.tasks.get(name)
            for attempt in rule.attempts if rule else ():
                if not (attempt.lookup or attempt.inside or attempt.pattern or attempt.values or attempt.when):
                    yield from attempt.paths

    def _rules(self, keys: Keys, tables: Any, targets: Mapping[str, Target]) -> Iterator[tuple[str, Rule]]:
        ledger = self.grammar.ledger
        if not isinstance(tables, dict):
            ledger.wrong_type(keys, tables, texts.A_TABLE)
            return
        for name, table in tables.items():
            if name not in targets:
                ledger.unknown((*keys, name), targets, code="unknown_target")
            elif isinstance(table, dict) and "otherwise" in table:
                why = Phrase(texts.SOURCE_DECIDES, {})
                ledger.refuse((*keys, name, "otherwise"), texts.MISPLACED, key="otherwise", target=name, why=why)
            elif rule := self.grammar.rule((*keys, name), targets[name], table):
                yield name, rule


def _joined(added: Rule, only: Conditions, former: Rule | None) -> Rule:
    attempts = tuple(replace(attempt, when=_both(only, attempt.when)) for attempt in added.attempts)
    if former is None:
        return replace(added, attempts=attempts)
    return replace(former, attempts=(*attempts, *former.attempts))


def _both(first: Conditions, second: Conditions) -> Conditions:
    """Conditions that hold where both hold."""
    return tuple((*one, *other) for one in first for other in second or ((),))


def section_of(attempt: Attempt) -> Keys:
    """The section of projects in which an attempt stands; empty for those of the source."""
    return attempt.keys[:2] if attempt.keys[:1] == (SECTION,) else ()
