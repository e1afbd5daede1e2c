"""Rules for some projects: asked first in theirs, never in others, and exactly as if they stood in the source's own."""

from __future__ import annotations

import json

import pytest

from bridge.errors import Problems
from bridge.mapping import wire
from bridge.mapping.apply import to_row, to_task

SECTION = """
[task.project.key]
from = "project.identifier"
[task.project.name]
from = "project.name"
[task.priority]
from = "priority"
[[projects]]
only = ["p1", "ＰＡＹ", "市场"]
task.priority = { from = "urgency", values = { high = ["急"] } }
task.blocked = { from = "tags", contains = ["卡住"] }
fields.region = { from = "region" }
"""


@pytest.fixture
def read(a_file, about):
    mapping = a_file(SECTION)

    def of(project, **members):
        payload = {"id": "t", "title": "t", "project": project, "state": {"type": "pending"}, **members}
        outcome = to_task(mapping, payload, about())
        row = to_row(mapping, payload, about())
        # The fast lanes know of sections what the rules know.
        assert row.problems == outcome.problems
        assert json.dumps(row.data) == json.dumps(wire.as_json(outcome.task))
        return outcome

    return of


@pytest.mark.parametrize(
    "project",
    [{"id": "p1"}, {"id": "x", "identifier": "pay"}, {"id": "x", "name": " 市场 "}],
    ids=["id", "key", "name"],
)
def test_a_project_is_named_by_id_key_or_name_however_it_is_spelt(read, project):
    found = read(project, urgency="急", priority="普通", tags=["卡住"], region="华东").task

    assert (found.priority, found.blocked, found.fields) == ("high", True, {"region": "华东"})


def test_other_projects_have_the_rules_of_the_source_alone(read):
    found = read({"id": "p2"}, urgency="急", priority="普通", tags=["卡住"], region="华东").task

    assert (found.priority, found.blocked, found.fields) == ("普通", False, {"region": None})


def test_what_the_section_does_not_know_is_left_to_the_source(read):
    outcome = read({"id": "p1"}, urgency="缓", priority="普通")

    assert outcome.task.priority == "普通"
    assert outcome.problems == ()


def test_what_neither_knows_is_told(read):
    outcome = read({"id": "p1"}, urgency="缓")

    assert outcome.task.priority is None
    assert [(p.code, p.path, p.value) for p in outcome.problems] == [("unmapped_value", "urgency", "缓")]


def test_the_first_section_in_the_file_is_asked_first(a_file, about):
    text = "".join(f'[[projects]]\nonly = ["p1"]\ntask.key = {{ from = "{key}" }}\n' for key in ("first", "second"))
    payload = {"id": "t", "title": "t", "project": {"id": "p1"}, "state": {"type": "pending"}}

    keys = [
        to_task(a_file(text), payload | found, about()).task.key
        for found in ({"first": "1", "second": "2"}, {"second": "2"})
    ]

    assert keys == ["1", "2"]


def test_a_condition_of_a_section_holds_beside_that_of_the_project(a_file, about):
    mapping = a_file(
        '[[projects]]\nonly = ["p1", "p2"]\n'
        'task.milestone = { constant = "M-1", when = [{ type = "risk" }, { type = "bug" }] }\n'
    )
    rows = [("p1", "risk"), ("p2", "bug"), ("p1", "task"), ("p3", "risk")]

    found = [
        to_task(
            mapping, {"id": "t", "title": "t", "project": {"id": p}, "type": t, "state": {"type": "pending"}}, about()
        ).task.milestone
        for p, t in rows
    ]

    assert found == ["M-1", "M-1", None, None]


@pytest.mark.parametrize(
    ("section", "said"),
    [
        ("task.key = { from = 'a' }", "[projects[1]]: lacks only"),
        ("only = []", "must be a list of projects"),
        ("only = 'PAY'", "must be a list of projects"),
        ("only = ['p']\ntask.id = { from = 'x' }", '"id" is unknown here'),
        ("only = ['p']\ntask.due = { from = 'x' }", 'the nearest is "due_on"'),
        ("only = ['p']\nhistory = 3", '"history" is unknown here'),
        ("only = ['p']\ntask = 3", "must be a table"),
        ("only = ['p']\ntask.key = { from = 'a', otherwise = 'b' }", "left to the rule of the source"),
    ],
)
def test_a_section_that_is_wrong_is_refused_where_it_stands(a_file, section: str, said: str):
    with pytest.raises(Problems) as caught:
        a_file(f"[[projects]]\n{section}")

    assert said in caught.value.say("en")


def test_sections_need_payloads_that_name_their_project(a_file):
    text = '[task.project.id]\nfrom = "p"\nlookup = { stream = "projects", path = "id" }\n[[projects]]\nonly = ["p"]'

    with pytest.raises(Problems) as caught:
        a_file(text)

    assert "Read one of them directly" in caught.value.say("en")
