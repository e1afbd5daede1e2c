"""The recipes of the guide for admins do what they say, and its scopes are scopes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bridge.mapping import wire
from bridge.mapping.apply import to_task
from bridge.plan import scope

from .test_mapping_readme import BLOCK, EXAMPLE, surroundings, whole

GUIDE = (Path(__file__).parents[3] / "docs" / "guide-admin.md").read_text(encoding="utf-8")
RECIPES = [(toml, lines) for toml, lines in BLOCK.findall(GUIDE) if lines]
EXAMPLES = [(toml, *found) for toml, lines in RECIPES for found in EXAMPLE.findall(lines)]
SCOPES = re.findall(r"^\| `([^`]+)` \|", GUIDE.split("“范围”一列")[1], re.MULTILINE)


@pytest.mark.parametrize(("toml", "payload", "target", "expected", "code"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_a_recipe_does_what_it_says(toml: str, payload: str, target: str, expected: str, code: str):
    row = {"id": "t1", "title": "t", "project": {"id": "p"}}
    plain = {} if target == "status" else {"state": "open"}
    mapping = whole(toml)

    outcome = to_task(mapping, {**row, **plain, **json.loads(payload)}, surroundings(mapping))

    assert outcome.task is not None
    assert wire.as_json(outcome.task)[target] == json.loads(expected)
    assert [problem.code for problem in outcome.problems if problem.target == target] == ([code] if code else [])


def test_every_line_below_a_recipe_is_an_example():
    for _, lines in RECIPES:
        assert len(EXAMPLE.findall(lines)) == len(lines.strip().split("\n"))
    assert len(RECIPES) >= 10


@pytest.mark.parametrize("written", SCOPES)
def test_a_scope_of_the_guide_is_one(written: str):
    scope.parse(written.replace("\\|", "|"))


def test_the_guide_shows_scopes():
    assert len(SCOPES) >= 6
