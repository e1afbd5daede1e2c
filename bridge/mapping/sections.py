"""Reads the sections beside the task: what tells of former values, of hours spent, and of a project's own claim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bridge.language import Phrase
from bridge.mapping import texts
from bridge.mapping.declaration import Conditions, Rule
from bridge.mapping.grammar import Grammar
from bridge.mapping.positions import Keys
from bridge.mapping.targets import TASK_TARGETS, Target, field, number, text
from bridge.model import Colour

OWN_READING = ("inside", "convert", "values")
HISTORY_KEYS = ("stream", "field", "when", "at", "by", "old", "new", "old_required", "member", *OWN_READING)
EFFORT_KEYS = ("stream", "task", "hours", "convert", "when", "unless")
CLAIM_KEYS = ("stream", "from", "values", "when")
PROJECTS = "projects"
# What identifies a task has no history, and what the vendor or this program keeps for itself is none.
_WITHOUT_HISTORY = frozenset({"id", "created_at", "updated_at", "spent_hours", "gone"})
HISTORY_FIELDS: Mapping[str, Target] = {
    target.name: target for target in TASK_TARGETS if "." not in target.name and target.name not in _WITHOUT_HISTORY
}
# Not cut off at now, unlike a task's own instants: whoever reads the row again must find the same instant in it.
AT = Target("at", "instant")
BY = Target("by", "people", "person", empty=(), personal=True)
CLAIM = Target("claim", "text", canonical={colour.value: colour for colour in (Colour.AMBER, Colour.RED)})


class Telling(Struct, frozen=True):
    """How the rows of a detail stream tell what a field of their task was before and after.

    With `member` the values are read as the task's own rule reads a payload that has them as this member.
    """

    stream: str
    field: Target
    at: Rule
    old: Rule
    new: Rule
    member: str | None
    old_required: bool
    """A row without an old value tells how the task began, which is no change."""
    when: Conditions
    keys: Keys
    """Where it stands in its file."""
    by: Rule | None = None
    """Who did it."""


class Effort(Struct, frozen=True):
    """How the rows of a stream tell which task took how many hours; rows for which `unless` holds do not count."""

    stream: str
    task: Rule
    hours: Rule
    when: Conditions
    unless: Conditions


class Claim(Struct, frozen=True):
    """How the rows of the stream of projects tell that people call a project endangered or late."""

    stream: str
    rule: Rule


class Sections(Struct, frozen=True):
    """Reads the optional sections of one file; `tasks` are the rules of its task."""

    grammar: Grammar
    tasks: Mapping[str, Rule]

    def histories(self, tables: Any) -> tuple[Telling, ...]:
        if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
            self.grammar.ledger.wrong_type(("history",), tables, texts.TABLES)
            return ()
        return tuple(
            telling for index, table in enumerate(tables) for telling in self._tellings(("history", index), table)
        )

    def _tellings(self, keys: Keys, table: Mapping[str, Any]) -> list[Telling]:
        if not self._holds(keys, table, HISTORY_KEYS, ("stream", "field", "at", "old", "new")):
            return []
        stream, at, when = (
            self._text(keys, table, "stream"),
            self._at(keys, table["at"]),
            self._when(keys, table, "when"),
        )
        by = self._by(keys, table["by"]) if "by" in table else None
        member, required = self._member(keys, table), table.get("old_required", False)
        if not isinstance(required, bool):
            self.grammar.ledger.wrong_type((*keys, "old_required"), required, texts.TRUTH)
        found = []
        for target in self._fields(keys, table, member):
            both = self._both(keys, table, field(target.name) if member else target)
            if both is not None and at is not None:
                found.append(Telling(stream, target, at, *both, member, required is True, when, keys, by))
        return found

    def _both(self, keys: Keys, table: Mapping[str, Any], target: Target) -> tuple[Rule, Rule] | None:
        """The rules of the old and the new value, which differ in where they stand only."""
        old = self._rule(keys, "old", target, table, OWN_READING)
        new = self.grammar.paths((*keys, "new"), table["new"], wrapped=True)
        if old is None or not new:
            return None
        label = " | ".join(path.text for path in new)
        return old, replace(old, attempts=(replace(old.attempts[0], paths=new, label=label),))

    def _at(self, keys: Keys, given: Any) -> Rule | None:
        table = {"from": given, "convert": "unix_instant"} if isinstance(given, str) else given
        return self.grammar.rule((*keys, "at"), AT, table)

    def _by(self, keys: Keys, given: Any) -> Rule | None:
        table = {"from": given, "convert": "person"} if isinstance(given, str) else given
        return self.grammar.rule((*keys, "by"), BY, table)

    def _fields(self, keys: Keys, table: Mapping[str, Any], member: str | None) -> list[Target]:
        given = table["field"]
        listed = given if isinstance(given, list) else [given]
        if not listed or not all(isinstance(name, str) for name in listed):
            self.grammar.ledger.wrong_type((*keys, "field"), given, texts.FIELDS)
            return []
        found = []
        for name in listed:
            if name not in HISTORY_FIELDS:
                self.grammar.ledger.unknown((*keys, "field"), HISTORY_FIELDS, name)
            elif member and name not in self.tasks:
                self.grammar.ledger.refuse((*keys, "member"), texts.NO_RULE_OF_TASK, target=name)
            else:
                found.append(HISTORY_FIELDS[name])
        return found

    def _member(self, keys: Keys, table: Mapping[str, Any]) -> str | None:
        if "member" not in table:
            return None
        for key in (key for key in OWN_READING if key in table):
            why = Phrase(texts.READ_AS_THE_TASK, {})
            self.grammar.ledger.refuse((*keys, key), texts.MISPLACED, key=key, target="member", why=why)
        return self._text(keys, table, "member")

    def effort(self, table: Any) -> Effort | None:
        keys: Keys = ("effort",)
        if not self._holds(keys, table, EFFORT_KEYS, ("stream", "task", "hours")):
            return None
        task = self._rule(keys, "task", text("task"), table)
        hours = self._rule(keys, "hours", number("hours"), table, ("convert",))
        when, unless = self._when(keys, table, "when"), self._when(keys, table, "unless")
        stream = self._text(keys, table, "stream")
        return Effort(stream, task, hours, when, unless) if task and hours else None

    def claim(self, table: Any) -> Claim | None:
        if not self._holds(("project",), table, ("claim",), ("claim",)):
            return None
        keys, given = ("project", "claim"), table["claim"]
        if not self._holds(keys, given, CLAIM_KEYS, ("from", "values")):
            return None
        stream = self._text(keys, given, "stream") if "stream" in given else PROJECTS
        rule = self.grammar.rule(keys, CLAIM, {key: value for key, value in given.items() if key != "stream"})
        return None if rule is None else Claim(stream, rule)

    def listed(self, table: Any) -> dict[str, str]:
        """Member of the payload -> the list of the source that says what may stand there."""
        if not isinstance(table, dict):
            self.grammar.ledger.wrong_type(("listed",), table, texts.A_TABLE)
            return {}
        return {member: self._text(("listed",), table, member) for member in table}

    def _rule(
        self, keys: Keys, key: str, target: Target, table: Mapping[str, Any], reading: tuple[str, ...] = ()
    ) -> Rule | None:
        """The rule of the value whose path stands under `key`, read as the keys `reading` of the same table say."""
        if not self.grammar.paths((*keys, key), table[key], wrapped=True):
            return None
        ways = {name: table[name] for name in reading if name in table}
        return self.grammar.rule(keys, target, {"from": table[key], **ways})

    def _when(self, keys: Keys, table: Mapping[str, Any], key: str) -> Conditions:
        return self.grammar.conditions((*keys, key), table[key]) if key in table else ()

    def _holds(self, keys: Keys, table: Any, known: tuple[str, ...], needed: tuple[str, ...]) -> bool:
        """Whether it is a table that has what it needs; keys that it cannot have are refused."""
        if not isinstance(table, dict):
            self.grammar.ledger.wrong_type(keys, table, texts.A_TABLE)
            return False
        self.grammar.ledger.known_keys(keys, table, known)
        missing = [key for key in needed if key not in table]
        # A misspelt key has been told already; what is missing is most likely what it meant.
        if missing and all(key in known for key in table):
            self.grammar.ledger.refuse(keys, texts.MISSING_KEYS, keys=", ".join(missing))
        return not missing

    def _text(self, keys: Keys, table: Mapping[str, Any], key: str) -> str:
        given = table[key]
        if not isinstance(given, str) or not given.strip():
            self.grammar.ledger.wrong_type((*keys, key), given, texts.A_TEXT)
            return ""
        return given.strip()
