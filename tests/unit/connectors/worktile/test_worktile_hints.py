"""A webhook's body names at most a task to look at; nothing else in it is used."""

from __future__ import annotations

import json

import pytest

from connectors.worktile.hints import hinted

TASK = "64bb00000000000000000010"
CHANGED = {"event": "?", "payload": {"task": {"id": TASK, "title": "x"}, "update_by": {"uid": "u"}, "id": "an event"}}
CREATED = {"event": "?", "payload": {"id": TASK, "title": "x", "creator": {"uid": "u"}}}


@pytest.mark.parametrize("body", [CHANGED, CREATED])
@pytest.mark.parametrize(
    "sent",
    [
        lambda body: body,
        lambda body: json.dumps(body),
        lambda body: json.dumps(body).encode(),
        lambda body: {"event": "?", "payload": json.dumps(body["payload"])},
    ],
    ids=["json", "text", "bytes", "form"],
)
def test_the_task_is_found_in_every_form_of_the_body(body, sent):
    assert hinted(sent(body)) == (TASK,)


@pytest.mark.parametrize("action", ["create_task", "complete_task", "comment_task"])
def test_a_body_of_the_retired_generation_says_nothing(action):
    legacy = {"action": action, "data": {"tid": "t", "project": {"pid": "p"}}, "payload": {"id": TASK}}

    assert hinted(legacy) == ()


@pytest.mark.parametrize("wrong", [None, "", 17, ["x"], {"$ne": 1}, "a,b", "../x", "a b", "x" * 65, "汉字", "a&b=c"])
def test_what_is_no_id_is_no_hint(wrong):
    assert hinted({"event": "?", "payload": {"id": wrong}}) == ()
    assert hinted({"event": "?", "payload": {"task": {"id": wrong}, "id": TASK}}) == ()


@pytest.mark.parametrize(
    "body", [None, "", "text", 17, [], {}, [CHANGED], {"payload": None}, {"payload": []}, "[" * 100_000, b"\xff\xfe"]
)
def test_any_other_body_is_no_hint_and_no_error(body):
    assert hinted(body) == ()
