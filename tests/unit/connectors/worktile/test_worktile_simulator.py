"""The simulated vendor renders the documented shapes, no more, and stays fast with many tasks."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import connectors.worktile
from connectors.testing import Request, SimItem, hex_id
from connectors.worktile.envelopes import unwrap
from connectors.worktile.simulator_single import dead_token, throttled

SAMPLES = Path(connectors.worktile.__file__).parent / "samples"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def shape(value: Any) -> Any:
    """Keys and the kinds of their values, without the values."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return type(value).__name__


@pytest.fixture
def ask(open_team):
    """Asks a simulator directly, signed in."""

    def asker(**options: Any):
        team = open_team(**options)
        secret = {"client_id": "demo", "client_secret": team.config().client_secret.get_secret_value()}
        reply = team.sim.handle(Request("POST", "/open-api/tenant-access-token", {}, {}, secret))
        token = {"access_token": reply.body["tenant_access_token"]}

        def get(path: str, **query: str) -> Any:
            return team.sim.handle(Request("GET", f"/open-api{path}", {**query, **token}, {}, None))

        return team, get

    return asker


def rich(project: str) -> dict[str, Any]:
    """Everything a task may have, so that every key of the sample is rendered."""
    return {
        "project": project,
        "parent": hex_id("task", 90_001),
        "participants": (hex_id("p"),),
        "description": "计划与备注",
    }


@pytest.mark.parametrize(
    ("name", "options", "path"),
    [
        ("tasks", {}, "/mission/get-project-tasks-by-page"),
        ("tasks_wrapped_properties", {"property_form": "wrapped"}, "/mission/get-project-tasks-by-page"),
        ("tasks_v2", {}, "/mission/projects/{project}/tasks"),
        ("tasks_v2_wrapped", {"envelope": "wrapped", "property_form": "wrapped"}, "/mission/projects/{project}/tasks"),
        ("tasks_by_ids", {}, "/mission/get-tasks-by-ids"),
        ("task_detail", {}, "/mission/tasks/{task}"),
        ("projects", {}, "/mission/get-projects-by-page"),
        ("members", {}, "/contact/get-members-by-page"),
        ("members_by_ids", {}, "/contact/get-members-by-ids"),
    ],
)
def test_the_simulator_renders_exactly_the_shape_of_the_sample(ask, name, options, path):
    team, get = ask(**options)
    task, project = hex_id("task", 0), team.project("EMPTY")
    team.world.edit(task, **rich(project), assignee=next(iter(team.world.people)))
    team.world.add(SimItem(hex_id("child"), "8", "child", team.project("SVC"), parent=task))
    fields = "assignee,participant,start,due,priority,tag,desc,ht_milestone"
    uid = next(iter(team.world.people))
    team.sim.switches.comments[task] = [{"content": "好", "created_by": uid, "created_at": 1, "attachments": ["f"]}]
    query = {"project_id": project, "task_ids": task, "fields": fields, "uids": uid}

    reply = get(path.format(project=project, task=task), columns="properties,comments", **query)

    assert shape(reply.body) == shape(sample(name))


def test_a_related_task_has_the_shape_of_the_sample(ask):
    team, get = ask()
    task, other, fields = hex_id("task", 0), hex_id("task", 1), "assignee,start,due"
    team.world.edit(other, **rich(team.project("MKT")), links=(("relates", task),))
    team.world.add(SimItem(hex_id("child"), "8", "child", team.project("SVC"), parent=other))

    reply = get("/mission/get-relation-tasks", task_id=task, fields=fields)

    assert shape(reply.body) == shape(sample("relations"))


@pytest.mark.parametrize(
    "name", sorted(p.stem for p in SAMPLES.glob("*.json") if p.stem not in ("task_detail", "sign_in", "dead_token"))
)
def test_every_sample_of_a_list_opens(name):
    assert unwrap(sample(name)).rows


def test_a_detail_without_columns_is_almost_nothing(ask):
    _, get = ask()

    reply = get(f"/mission/tasks/{hex_id('task', 0)}")

    assert set(reply.body["data"]["value"]) == {"_id", "title"}


def test_every_state_has_its_documented_type_and_a_closed_task_is_terminal(ask):
    team, get = ask()
    for number, state in enumerate(("todo", "doing", "done", "cancelled")):
        team.world.edit(hex_id("task", number), state=state)
    team.world.edit(hex_id("task", 4), state="done", state_name="已验收")

    rows = get("/mission/get-project-tasks-by-page", project_id=team.project("MKT")).body["items"]

    assert [(row["task_state"]["name"], row["state_type"]) for row in rows[:5]] == [
        ("未开始", 1),
        ("进行中", 2),
        ("已完成", 3),
        ("已关闭", 3),
        ("已验收", 3),
    ]
    assert rows[2]["completed_at"] == int(team.world.now.timestamp())
    assert rows[3]["completed_at"] == 0


def test_a_dead_token_comes_with_a_good_status(ask):
    team, get = ask()
    team.sim.expire_tokens()

    reply = get("/mission/get-projects-by-page")

    assert (reply.status, reply.body) == (200, sample("dead_token"))


def test_what_is_hidden_or_archived_leaves_lists_and_is_still_there_by_id(ask):
    team, get = ask()
    team.sim.switches.archived_in_lists = False
    team.sim.switches.hidden.add(hex_id("task", 90_002))
    team.world.edit(hex_id("task", 90_001), archived=True)
    ids = f"{hex_id('task', 90_002)},{hex_id('task', 90_001)}"

    listed = get("/mission/get-project-tasks-by-page", project_id=team.project("SVC")).body["items"]
    by_ids = get("/mission/get-tasks-by-ids", task_ids=ids).body

    assert (listed, [row["is_archived"] for row in by_ids]) == ([], [0, 1])
    team.sim.switches.by_ids_reversed = True
    assert [row["is_archived"] for row in get("/mission/get-tasks-by-ids", task_ids=ids).body] == [1, 0]


def test_the_second_list_may_come_in_another_envelope_and_form_than_the_first(ask):
    team, get = ask(v2_envelope="wrapped", v2_form="wrapped")
    project = team.project("SVC")

    first = get("/mission/get-project-tasks-by-page", project_id=project).body
    second = get(f"/mission/projects/{project}/tasks").body

    assert isinstance(first["items"][0]["properties"]["assignee"], str)
    assert "property_id" in second["data"]["value"][0]["properties"]["assignee"]


@pytest.mark.parametrize("code", [1102, 1103])
def test_a_dead_token_of_either_kind_and_a_throttled_page_can_be_played(code):
    assert dead_token(code).status == 200
    assert dead_token(code).body["error_code"] == code
    assert (throttled("7").status, throttled("7").headers) == (429, {"Retry-After": "7"})
    assert str(throttled().body).startswith("<html>")


def test_a_deleted_task_vanishes_and_an_archived_project_leaves_the_list(ask):
    team, get = ask()
    team.world.edit(hex_id("task", 90_001), deleted=True)
    team.world.projects[team.project("EMPTY")].archived = True

    tasks = get("/mission/get-project-tasks-by-page", project_id=team.project("SVC")).body
    by_ids = get("/mission/get-tasks-by-ids", task_ids=hex_id("task", 90_001)).body
    projects = get("/mission/get-projects-by-page").body

    assert (tasks["total"], by_ids, projects["total"]) == (1, [], 2)


def test_days_that_pass_show_their_edits(ask):
    team, get = ask()
    team.world.advance_to(team.world.now + timedelta(days=3))
    team.world.edit(hex_id("task", 90_001), due=team.world.now)

    rows = get("/mission/get-project-tasks-by-page", project_id=team.project("SVC")).body["items"]

    now = int(team.world.now.timestamp())
    assert (rows[0]["properties"]["due"]["date"], rows[0]["updated_at"]) == (now, now)


def test_twenty_thousand_tasks_are_served_page_by_page_in_no_time(ask):
    team, get = ask(tasks=20_000)
    started = time.monotonic()

    for page in range(200):
        query = {"page_index": str(page), "page_size": "100", "project_id": team.project("MKT")}
        assert len(get("/mission/get-project-tasks-by-page", **query).body["items"]) == 100

    assert time.monotonic() - started < 5
