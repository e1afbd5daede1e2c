"""Every example of the language's description holds, and the description names everything the language has."""

from __future__ import annotations

import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import asdict

from bridge.errors import Problems
from bridge.mapping import history, options, wire
from bridge.mapping.alternative import ATTEMPT_KEYS
from bridge.mapping.apply import Surroundings, to_task
from bridge.mapping.conversions import CONVERSIONS
from bridge.mapping.document import PARTS, MappingFile, parse
from bridge.mapping.entities import FEEDBACK_TARGETS, PERSON_TARGETS
from bridge.mapping.grammar import RULE_KEYS
from bridge.mapping.inheritance import SECTION_KEYS
from bridge.mapping.links import LINK_KINDS, LINK_TARGETS
from bridge.mapping.outcome import Problem
from bridge.mapping.readings import Hours
from bridge.mapping.sections import CLAIM_KEYS, EFFORT_KEYS, HISTORY_KEYS
from bridge.mapping.targets import TASK_TARGETS

README = (Path(__file__).parents[3] / "mappings" / "README.md").read_text(encoding="utf-8")
NEEDED = {"id": "id", "title": "title", "project.id": "project.id", "status": "state"}
BLOCK = re.compile(r"```toml\n((?:(?!```).)*)```\n((?:- [^\n]*\n)*)", re.DOTALL)
EXAMPLE = re.compile(r"- `(\{.*\})` → `([\w.]+)` is `(.*?)`(?: with `(\w+)`)?")
REFUSAL = re.compile(r"- refused: `(.*)`")
MOVE = re.compile(r"- `(\{.*\})` tells (?:`(\w+)` from `(.*?)` to `(.*?)`|nothing(?:, with `(\w+)`)?)")
HOURS = re.compile(r"- `(\{.*\})` counts (?:`(.*?)` for `(.*?)`|nothing(?:, with `(\w+)`)?)")
CLAIM = re.compile(r"- `(\{.*\})` claims `(.*?)`")

LINK = re.compile(
    r"- `(\{.*\})` (?:lets `\"(\w+)\"` wait for `\"(\w+)\"` by `(\w+)`(?:, (\d+) days later)?|links nothing)(?:, with `(\w+)`)?"
)
ENTITY = re.compile(r"- `(\{.*\})` reads as (?:`(.*?)`|nothing)(?:, with `(\w+)`)?")

BLOCKS = BLOCK.findall(README)
EXAMPLES = [(toml, *found) for toml, lines in BLOCKS for found in EXAMPLE.findall(lines)]
REFUSALS = [(toml, message) for toml, lines in BLOCKS for message in REFUSAL.findall(lines)]
MOVES = [(toml, *found) for toml, lines in BLOCKS for found in MOVE.findall(lines)]
COUNTED = [(toml, *found) for toml, lines in BLOCKS for found in HOURS.findall(lines)]
CLAIMS = [(toml, *found) for toml, lines in BLOCKS for found in CLAIM.findall(lines)]
ENTITIES = [(toml, *found) for toml, lines in BLOCKS for found in ENTITY.findall(lines)]
LINKED = [(toml, *found) for toml, lines in BLOCKS for found in LINK.findall(lines)]


def surroundings(mapping: MappingFile) -> Surroundings:
    found = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert found
    facts: dict[str, Any] = json.loads(found[1])
    now, lists = datetime.fromisoformat(facts["now"]), facts["lookups"]
    lookups = lists | options.tables(mapping, lambda stream: lists[stream].values())
    return Surroundings("readme", ZoneInfo(facts["timezone"]), now, lookups, facts["settings"])


def whole(fragment: str) -> MappingFile:
    """A file of the fragment; what every file needs and the fragment leaves out is taken from plain members."""
    rest = [
        f'[task.{name}]\nfrom = "{path}"' + ('\nvalues = { open = "todo" }' if name == "status" else "")
        for name, path in NEEDED.items()
        if f"task.{name}]" not in fragment and f"task.{name}.any]" not in fragment
    ]
    return parse("\n".join(['kind = "readme"\n', fragment, *rest]), name="readme.toml")


@pytest.mark.parametrize(("toml", "payload", "target", "expected", "code"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_description_holds(toml: str, payload: str, target: str, expected: str, code: str):
    row = {"id": "t1", "title": "t", "project": {"id": "p"}}
    plain = {} if target == "status" else {"state": "open"}

    mapping = whole(toml)
    outcome = to_task(mapping, {**row, **plain, **json.loads(payload)}, surroundings(mapping))

    assert outcome.task is not None
    assert wire.as_json(outcome.task)[target] == json.loads(expected)
    told = [problem.code for problem in outcome.problems if problem.target == target]
    assert told == ([code] if code else [])


@pytest.mark.parametrize("toml", [toml for toml, lines in BLOCKS if "refused: " not in lines])
def test_whatever_is_not_said_to_be_refused_is_a_mapping(toml: str):
    assert whole(toml).kind == "readme"


@pytest.mark.parametrize(("toml", "message"), REFUSALS, ids=range(len(REFUSALS)))
def test_an_example_of_a_refusal_is_refused_in_these_words(toml: str, message: str):
    with pytest.raises(Problems) as caught:
        whole(toml)

    assert message.rstrip(".") in caught.value.say("en")


@pytest.mark.parametrize(("toml", "row", "field", "old", "new", "code"), MOVES, ids=range(len(MOVES)))
def test_an_example_of_a_history_holds(toml: str, row: str, field: str, old: str, new: str, code: str):
    mapping = whole(toml)

    told = history.read(mapping, mapping.histories[0].stream, "t1", [json.loads(row)], surroundings(mapping))

    expected = [(field, json.loads(old), json.loads(new))] if field else []
    assert [(change.field, change.old, change.new) for change in told.changes] == expected
    assert [problem.code for problem in told.problems] == ([code] if code else [])


@pytest.mark.parametrize(("toml", "row", "hours", "task", "code"), COUNTED, ids=range(len(COUNTED)))
def test_an_example_of_spent_hours_holds(toml: str, row: str, hours: str, task: str, code: str):
    mapping, problems = whole(toml), list[Problem]()
    assert mapping.effort

    found = mapping.effort.read(json.loads(row), surroundings(mapping), problems)

    assert found == (Hours(json.loads(task), Decimal(hours)) if hours else None)
    assert [problem.code for problem in problems] == ([code] if code else [])


@pytest.mark.parametrize(("toml", "row", "colour"), CLAIMS, ids=range(len(CLAIMS)))
def test_an_example_of_a_claim_holds(toml: str, row: str, colour: str):
    mapping = whole(toml)
    assert mapping.claim

    assert mapping.claim.read(json.loads(row), surroundings(mapping)) == json.loads(colour)


@pytest.mark.parametrize(("toml", "row", "expected", "code"), ENTITIES, ids=range(len(ENTITIES)))
def test_an_example_of_an_entity_holds(toml: str, row: str, expected: str, code: str):
    mapping, problems = whole(toml), list[Problem]()
    reader = mapping.person or mapping.feedback
    assert reader

    found = reader.read(json.loads(row), surroundings(mapping), problems)

    read = json.loads(json.dumps(asdict(found), default=str)) if found else None
    assert read == (json.loads(expected) if expected else None)
    assert [problem.code for problem in problems] == ([code] if code else [])


@pytest.mark.parametrize(("toml", "row", "after", "before", "kind", "lag", "code"), LINKED, ids=range(len(LINKED)))
def test_an_example_of_a_link_holds(toml: str, row: str, after: str, before: str, kind: str, lag: str, code: str):
    mapping, problems = whole(toml), list[Problem]()
    assert mapping.links

    found = mapping.links.read(json.loads(row), surroundings(mapping), problems)

    expected = (before, after, kind, int(lag or 0)) if kind else None
    assert (found and (found.predecessor, found.successor, found.kind, found.lag)) == expected
    assert [problem.code for problem in problems] == ([code] if code else [])


def test_the_description_has_examples_of_every_sort():
    assert len(LINKED) == 7
    assert len(EXAMPLES) > 60
    assert (len(MOVES), len(COUNTED), len(CLAIMS), len(ENTITIES)) == (7, 3, 2, 6)
    assert len(REFUSALS) == 7


@pytest.mark.parametrize(
    "word",
    [
        *CONVERSIONS,
        *ATTEMPT_KEYS,
        *RULE_KEYS,
        *(target.name for target in TASK_TARGETS),
        *HISTORY_KEYS,
        *EFFORT_KEYS,
        *CLAIM_KEYS,
        *PARTS,
        *SECTION_KEYS,
        *(target.name for target in (*PERSON_TARGETS, *FEEDBACK_TARGETS, *LINK_TARGETS)),
        *LINK_KINDS,
        "option_of",
        "--live",
    ],
)
def test_the_description_names_every_word_of_the_language(word: str):
    assert re.search(rf"`[^`\n]*(?<!\w){re.escape(word)}\b[^`\n]*`", README)
