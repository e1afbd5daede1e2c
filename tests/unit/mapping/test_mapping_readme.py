"""Every example of the language's description holds, and the description names everything the language has."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.errors import Problems
from bridge.mapping import wire
from bridge.mapping.apply import Surroundings, to_task
from bridge.mapping.conversions import CONVERSIONS
from bridge.mapping.document import MappingFile, parse
from bridge.mapping.grammar import ATTEMPT_KEYS, RULE_KEYS
from bridge.mapping.targets import TASK_TARGETS

README = (Path(__file__).parents[3] / "mappings" / "README.md").read_text(encoding="utf-8")
NEEDED = {"id": "id", "title": "title", "project.id": "project.id", "status": "state"}
BLOCK = re.compile(r"```toml\n(.*?)```\n((?:- [^\n]*\n)+)", re.DOTALL)
EXAMPLE = re.compile(r"- `(\{.*\})` → `([\w.]+)` is `(.*?)`(?: with `(\w+)`)?")
REFUSAL = re.compile(r"- refused: `(.*)`")

BLOCKS = BLOCK.findall(README)
EXAMPLES = [(toml, *found) for toml, lines in BLOCKS for found in EXAMPLE.findall(lines)]
REFUSALS = [(toml, message) for toml, lines in BLOCKS for message in REFUSAL.findall(lines)]


def surroundings() -> Surroundings:
    found = re.search(r"```json\n(.*?)```", README, re.DOTALL)
    assert found
    facts: dict[str, Any] = json.loads(found[1])
    now = datetime.fromisoformat(facts["now"])
    return Surroundings("readme", ZoneInfo(facts["timezone"]), now, facts["lookups"], facts["settings"])


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

    outcome = to_task(whole(toml), {**row, **plain, **json.loads(payload)}, surroundings())

    assert outcome.task is not None
    assert wire.as_json(outcome.task)[target] == json.loads(expected)
    told = [problem.code for problem in outcome.problems if problem.target == target]
    assert told == ([code] if code else [])


@pytest.mark.parametrize(("toml", "message"), REFUSALS, ids=range(len(REFUSALS)))
def test_an_example_of_a_refusal_is_refused_in_these_words(toml: str, message: str):
    with pytest.raises(Problems) as caught:
        whole(toml)

    assert message.rstrip(".") in caught.value.say("en")


def test_the_description_has_examples_of_both_sorts():
    assert len(EXAMPLES) > 40
    assert len(REFUSALS) == 3


@pytest.mark.parametrize(
    "word", [*CONVERSIONS, *ATTEMPT_KEYS, *RULE_KEYS, *(target.name for target in TASK_TARGETS), "wrapped"]
)
def test_the_description_names_every_word_of_the_language(word: str):
    assert re.search(rf"`[^`\n]*\b{re.escape(word)}\b[^`\n]*`", README)
