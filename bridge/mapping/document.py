"""A mapping file: TOML text in, a checked and compiled mapping out, or every problem of the file at once."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from bridge.errors import Problems
from bridge.language import Phrase
from bridge.mapping import entities, targets, texts
from bridge.mapping.declaration import Rule
from bridge.mapping.entities import FeedbackRecord, PersonRecord, Reader
from bridge.mapping.grammar import Grammar
from bridge.mapping.inheritance import SECTION, Inheritance
from bridge.mapping.ledger import TOP, FileProblem, Ledger, written
from bridge.mapping.links import LinkRecord, links
from bridge.mapping.paths import Wrapping
from bridge.mapping.positions import Keys, Place, declared_twice, locate, nearest
from bridge.mapping.readings import Claimant, Teller, Timesheet, claimant, teller, timesheet
from bridge.mapping.rows import Plan, planned
from bridge.mapping.rules import Read, compiled
from bridge.mapping.sections import Sections

_TASK = {target.name: target for target in targets.TASK_TARGETS}
_PROJECT = "project"
PARTS = (
    "kind",
    "wrapped",
    "task",
    "fields",
    SECTION,
    "history",
    "effort",
    "project",
    "person",
    "feedback",
    "links",
    "listed",
)
UNKNOWN_TARGET = "unknown_target"
_NEEDED = tuple(target.name for target in targets.TASK_TARGETS if target.needed)
_POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)")


class MappingFile(Struct, frozen=True):
    """How the payloads of one kind of source become tasks."""

    kind: str
    version: str
    """Changes exactly when the meaning may have changed: with any character of the text but its line ends."""
    text: str
    targets: Mapping[str, Rule]
    """Target (`due_on`, `project.id`, `fields.region`) -> what the file declares, in the order of the schema."""
    readers: tuple[tuple[int, Read], ...]
    """(index of the target in the schema's order, its compiled rule)."""
    field_readers: tuple[tuple[str, Read], ...]
    """(name of the admin's own field, its compiled rule)."""
    plan: Plan
    """The same rules, arranged for mapping many payloads."""
    histories: tuple[Teller, ...] = ()
    """What tells of former values, one entry a stream and field."""
    effort: Timesheet | None = None
    claim: Claimant | None = None
    person: Reader[PersonRecord] | None = None
    feedback: Reader[FeedbackRecord] | None = None
    links: Reader[LinkRecord] | None = None
    """What tells which task waits for which."""
    listed: Mapping[str, str] = field(default_factory=dict)
    """Member of the payload -> the list of what may stand in it; with `.*` the list of the members of that member."""
    places: Mapping[Keys, Place] = field(default_factory=dict)
    """Where each key of the file stands."""

    def place(self, keys: Keys) -> Place:
        return nearest(self.places, keys) or TOP


def parse(text: str, *, name: str) -> MappingFile:
    """The mapping in `text`; `name` is the file as messages call it. Raises `Problems` with all that is wrong."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    document, places = _toml(text, name)
    ledger = Ledger(name, places)
    ledger.known_keys((), document, PARTS)
    kind = _kind(ledger, document)
    grammar = Grammar(ledger, _wrapping(ledger, document.get("wrapped")))
    tasks = _task_rules(grammar, document.get("task", {}))
    own = _field_rules(grammar, document.get("fields", {}))
    if SECTION in document:
        tasks, own = Inheritance(grammar, tasks, own).added(document[SECTION])
    sections = Sections(grammar, tasks)
    histories = sections.histories(document["history"]) if "history" in document else ()
    effort = sections.effort(document["effort"]) if "effort" in document else None
    claim = sections.claim(document["project"]) if "project" in document else None
    person = entities.person(grammar, document["person"]) if "person" in document else None
    feedback = entities.feedback(grammar, document["feedback"]) if "feedback" in document else None
    linking = links(grammar, document["links"]) if "links" in document else None
    listed = sections.listed(document.get("listed", {}))
    ledger.finish()
    version = f"{kind}-{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"
    readers = tuple((index, compiled(tasks[name])) for index, name in enumerate(_TASK) if name in tasks)
    field_readers = tuple((name, compiled(rule)) for name, rule in own.items())
    return MappingFile(
        kind,
        version,
        text,
        {**tasks, **{rule.target.name: rule for rule in own.values()}},
        readers,
        field_readers,
        planned(version, tasks, readers, field_readers),
        tuple(teller(telling, tasks) for telling in histories),
        None if effort is None else timesheet(effort),
        None if claim is None else claimant(claim),
        person,
        feedback,
        linking,
        listed,
        places,
    )


def _toml(text: str, name: str) -> tuple[dict[str, Any], dict[Keys, Place]]:
    try:
        document = tomllib.loads(text)
        return document, locate(text)
    except tomllib.TOMLDecodeError as err:
        raise _alone(name, _syntax_problem(name, text, str(err))) from None
    except RecursionError:
        raise _alone(name, FileProblem("too_deep", name, TOP, Phrase(texts.TOO_DEEP, {}))) from None


def _alone(name: str, problem: FileProblem) -> Problems:
    return Problems(texts.HEADING, [problem], file=name, count=1)


def _syntax_problem(name: str, text: str, message: str) -> FileProblem:
    """What is declared twice by both places; else the parser's own words, with its position as in all messages."""
    match = _POSITION.search(message)
    end = Place(text.count("\n") + 1, len(text) - text.rfind("\n"))
    place = Place(int(match[1]), int(match[2])) if match and match[1] else end
    twice = declared_twice(text)
    if twice is not None and twice[2].line <= place.line:
        keys, first, second = twice
        code = "duplicate_target" if keys[0] in ("task", "fields") else "duplicate_key"
        return FileProblem(code, name, second, Phrase(texts.DUPLICATE, {"first": first.line}), written(keys))
    detail = _POSITION.sub("", message)
    return FileProblem("not_toml", name, place, Phrase(texts.NOT_TOML, {"detail": detail}))


def _kind(ledger: Ledger, document: Mapping[str, Any]) -> str:
    kind = document.get("kind")
    if kind is None:
        ledger.refuse(("kind",), texts.MISSING_KIND)
    elif not isinstance(kind, str) or not re.fullmatch(r"[a-z][a-z0-9_-]*", kind):
        ledger.wrong_type(("kind",), kind, texts.A_NAME)
    return str(kind)


def _wrapping(ledger: Ledger, table: Any) -> Wrapping | None:
    if table is None:
        return None
    keys: Keys = ("wrapped",)
    is_table = isinstance(table, dict)
    unless = table.get("unless", []) if is_table else None
    if not is_table or not isinstance(table.get("under"), str) or not isinstance(table.get("value"), str):
        ledger.wrong_type(keys, table, texts.WRAPPED)
        return None
    ledger.known_keys(keys, table, ("under", "value", "unless"))
    if not isinstance(unless, list) or not all(isinstance(one, str) for one in unless):
        ledger.wrong_type((*keys, "unless"), unless, texts.WORDS)
        return None
    return Wrapping(table["under"], table["value"], tuple(unless))


def _task_rules(grammar: Grammar, tables: Any) -> dict[str, Rule]:
    if not isinstance(tables, dict):
        grammar.ledger.wrong_type(("task",), tables, texts.A_TABLE)
        return {}
    found: dict[str, Rule] = {}
    known = [name for name in _TASK if not name.startswith(f"{_PROJECT}.")]
    for name, table in tables.items():
        if name == _PROJECT and isinstance(table, dict):
            found |= _project_rules(grammar, table)
        elif name not in known:
            grammar.ledger.unknown(("task", name), [*known, _PROJECT], code=UNKNOWN_TARGET)
        elif rule := grammar.rule(("task", name), _TASK[name], table):
            found[name] = rule
    _refuse_missing(grammar.ledger, tables)
    return {name: found[name] for name in _TASK if name in found}


def _project_rules(grammar: Grammar, tables: Mapping[str, Any]) -> dict[str, Rule]:
    found = {}
    for name, table in tables.items():
        target = _TASK.get(f"{_PROJECT}.{name}")
        if target is None:
            grammar.ledger.unknown(("task", _PROJECT, name), ("id", "key", "name"), code=UNKNOWN_TARGET)
        elif rule := grammar.rule(("task", _PROJECT, name), target, table):
            found[target.name] = rule
    return found


def _refuse_missing(ledger: Ledger, tables: Mapping[str, Any]) -> None:
    for name in _NEEDED:
        node: Any = tables
        for part in name.split("."):
            node = node.get(part) if isinstance(node, dict) else None
        if node is None:
            ledger.refuse(("task", *name.split(".")), texts.MISSING_TARGET, target=name)


def _field_rules(grammar: Grammar, tables: Any) -> dict[str, Rule]:
    if not isinstance(tables, dict):
        grammar.ledger.wrong_type(("fields",), tables, texts.A_TABLE)
        return {}
    rules = {name: grammar.rule(("fields", name), targets.field(name), table) for name, table in tables.items()}
    return {name: rule for name, rule in rules.items() if rule is not None}
