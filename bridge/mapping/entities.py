"""Entities beside the task: how a tool lists a person, and a customer's ticket as feedback; a row in, a value out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Generic, TypeVar

from msgspec import Struct

from bridge.language import Phrase
from bridge.mapping import texts
from bridge.mapping.declaration import Conditions, Rule
from bridge.mapping.grammar import Grammar
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.mapping.positions import Keys
from bridge.mapping.rules import applies, compiled
from bridge.mapping.targets import Target, text
from bridge.mapping.words import ABSENT

Entity = TypeVar("Entity")
Day = date
"""The type `date`, for the record that has a field of this name."""
OWN_KEYS = ("stream", "when")


class PersonRecord(Struct, frozen=True):
    """A person as one tool lists them; what a tool does not tell is None."""

    id: str
    name: str | None
    email: str | None
    mobile: str | None
    employee_number: str | None


class FeedbackRecord(Struct, frozen=True):
    """What a customer said, out of a ticket; `customer`, `deal` and `milestone` are words of the tool, not yet keys."""

    id: str
    date: date | None
    text: str | None
    score: float | None
    customer: str | None
    deal: str | None
    status: str | None
    milestone: str | None = None
    key: str | None = None
    url: str | None = None
    owner: str | None = None
    due: Day | None = None


PERSON_TARGETS: tuple[Target, ...] = (
    text("id", needed=True),
    text("name", personal=True),
    text("email", personal=True),
    text("mobile", personal=True),
    text("employee_number", personal=True),
)
FEEDBACK_TARGETS: tuple[Target, ...] = (
    text("id", needed=True),
    Target("date", "date"),
    text("text"),
    Target("score", "number", "number", lowest=1.0, highest=5.0),
    text("customer"),
    text("deal"),
    text("status"),
    text("milestone"),
    text("key"),
    text("url"),
    text("owner", personal=True),
    Target("due", "date"),
)


class Reader(Struct, Generic[Entity], frozen=True):
    """A section ready to run; `read` gives None for rows that it does not concern and for those without an id."""

    name: str
    streams: tuple[str, ...]
    rules: tuple[Rule, ...]
    when: Conditions
    read: Callable[[Payload, Surroundings, list[Problem]], Entity | None]


def person(grammar: Grammar, table: Any) -> Reader[PersonRecord] | None:
    return _section(grammar, "person", table, PERSON_TARGETS, PersonRecord)


def feedback(grammar: Grammar, table: Any) -> Reader[FeedbackRecord] | None:
    return _section(grammar, "feedback", table, FEEDBACK_TARGETS, FeedbackRecord)


def _section(
    grammar: Grammar, name: str, table: Any, targets: tuple[Target, ...], made: Callable[..., Entity]
) -> Reader[Entity] | None:
    keys: Keys = (name,)
    if not isinstance(table, dict):
        grammar.ledger.wrong_type(keys, table, texts.A_TABLE)
        return None
    known = {target.name: target for target in targets}
    grammar.ledger.known_keys(keys, table, (*OWN_KEYS, *known))
    missing = [key for key in ("stream", "id") if key not in table]
    if missing:
        grammar.ledger.refuse(keys, texts.MISSING_KEYS, keys=", ".join(missing))
        return None
    streams = grammar.streams((*keys, "stream"), table["stream"])
    when = grammar.conditions((*keys, "when"), table["when"]) if "when" in table else ()
    rules = rules_of(grammar, name, known, table)
    if "id" not in rules:
        return None
    return Reader(name, streams, tuple(rules.values()), when, _reading(name, tuple(known), rules, when, made))


def rules_of(grammar: Grammar, name: str, known: Mapping[str, Target], table: Mapping[str, Any]) -> dict[str, Rule]:
    """The rule of each target that the table of a section declares, as far as it could be read."""
    return {
        key: rule
        for key, target in known.items()
        if key in table and (rule := _rule(grammar, (name, key), target, table[key])) is not None
    }


def _rule(grammar: Grammar, keys: Keys, target: Target, table: Any) -> Rule | None:
    rule = grammar.rule(keys, target, table)
    for attempt in rule.attempts if rule else ():
        if attempt.lookup is not None:
            why = Phrase(texts.ONLY_FOR_TASKS, {})
            grammar.ledger.refuse((*attempt.keys, "lookup"), texts.MISPLACED, key="lookup", target=target.name, why=why)
    return rule


def _reading(
    name: str, members: tuple[str, ...], rules: Mapping[str, Rule], when: Conditions, made: Callable[..., Entity]
) -> Callable[[Payload, Surroundings, list[Problem]], Entity | None]:
    readers = {key: compiled(rule) for key, rule in rules.items()}
    holds = applies(when)

    def read(row: Payload, about: Surroundings, problems: list[Problem]) -> Entity | None:
        if holds is not None and not holds(row):
            return None
        found: list[Problem] = []
        values = {key: readers[key](row, about, found) if key in readers else None for key in members}
        problems += [Problem(one.code, f"{name}.{one.target}", one.path, one.value) for one in found]
        if values["id"] is None:
            problems.append(Problem("missing_required", f"{name}.id", rules["id"].label, ABSENT))
            return None
        return made(**values)

    return read
