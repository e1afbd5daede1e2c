"""The simulated server speaks as documented: shapes, envelopes, filters, tokens and errors."""

import json
import time
from datetime import timedelta
from importlib.resources import files

import pytest

from connectors.testing import SimProject, World, hex_id
from tests.unit.connectors.pingcode.conftest import NOW, OPS, PAY, Calls, a_world, an_item, full, some_items

WATERFALL = SimProject(hex_id("DLV"), "DLV", "交付项目", kind="waterfall")


def keys(shape):
    """The names of a shape and of everything in it."""
    if isinstance(shape, dict):
        inner = {f"{name}.{key}" for name, value in shape.items() if name != "properties" for key in keys(value)}
        return set(shape) | inner
    return {f"[].{key}" for part in shape for key in keys(part)} if isinstance(shape, list) else set()


def sample(name):
    return json.loads((files("connectors.pingcode") / "samples" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("profile", "name"), [("a", "work_item_a"), ("c", "work_item_c")])
def test_a_work_item_has_the_keys_of_the_sample(profile, name):
    calls = Calls(full(1), an_item(2), an_item(3, kind="phase"), profile=profile)

    assert keys(calls.items()["values"][0]) == keys(sample(name))


def test_a_milestone_of_a_waterfall_project_lacks_what_the_sample_lacks():
    milestone = an_item(9, WATERFALL, kind="milestone")
    calls = Calls(world=a_world(milestone, projects=(WATERFALL,)))

    shown = calls.items()["values"][0]

    assert keys(shown) == keys(sample("work_item_c_milestone"))
    assert "parent_id" not in shown
    assert len(shown["type"]) == 24


def test_projects_people_types_and_states_have_the_keys_of_the_samples():
    calls = Calls(full(1), an_item(2), an_item(3, kind="phase"))
    project = {"project_id": PAY.id}

    shown = {
        "project": calls.get("/v1/pjm/projects").body,
        "user": calls.get("/v1/directory/users").body,
        "work_item_type": calls.get("/v1/pjm/work_item/types", **project).body,
        "work_item_state": calls.get("/v1/pjm/work_item/states", work_item_type_id="task", **project).body,
    }

    for name, page in shown.items():
        assert keys(page["values"][0]) == keys(sample(name)), name
        assert set(page) == {"page_size", "page_index", "total", "values"}


def test_releases_are_spelled_as_the_generation_does():
    items = {profile: Calls(full(1), profile=profile).items()["values"][0] for profile in "abcd"}

    assert items["a"]["version"]["name"] == "2.4.0" and "versions" not in items["a"]
    assert items["b"]["versions"][0]["name"] == items["c"]["versions"][0]["name"] == "2.4.0"
    assert items["c"]["version"] is None
    assert items["d"]["releases"][0]["name"] == "2.4.0"


def test_a_page_holds_thirty_rows_unless_told_and_never_more_than_a_hundred():
    calls = Calls(*some_items(250))

    assert [len(calls.items()["values"]), calls.items()["total"]] == [30, 250]
    assert len(calls.items(page_size="100", page_index="2")["values"]) == 50
    assert calls.items(page_size="100", page_index="9")["values"] == []
    assert calls.items(page_size="101")["code"] == "100004"


def test_deleted_and_archived_items_are_shown_on_demand():
    calls = Calls(an_item(1), an_item(2, deleted=True), an_item(3, archived=True))

    assert calls.items()["total"] == 1
    assert calls.items(include_deleted="true", include_archived="true")["total"] == 3
    assert calls.search(include_deleted=True, include_archived=True).body["total"] == 3
    deleted = calls.get(f"/v1/pjm/work_items/{an_item(2).id}", include_deleted="true").body
    assert deleted["is_deleted"] == 1 and deleted["url"].endswith("?include_deleted=true")
    assert calls.get(f"/v1/pjm/work_items/{an_item(2).id}").body["code"] == "100317"


@pytest.mark.parametrize(
    ("kind", "enabled"),
    [
        ("scrum", {"史诗", "特性", "用户故事", "任务", "缺陷"}),
        ("kanban", {"史诗", "特性", "用户故事", "任务", "缺陷", "事务"}),
        ("waterfall", {"需求", "任务", "缺陷", "阶段", "里程碑"}),
        ("hybrid", {"史诗", "特性", "用户故事", "需求", "任务", "缺陷", "事务", "阶段", "里程碑"}),
    ],
)
def test_a_project_offers_the_types_of_its_kind(kind, enabled):
    project = SimProject(hex_id(kind), "K", "项目", kind=kind)
    calls = Calls(world=World(now=NOW, projects=[project]))

    rows = calls.get("/v1/pjm/work_item/types", project_id=project.id).body["values"]

    assert {row["name"] for row in rows} == enabled


def test_a_world_with_items_its_projects_cannot_have_is_refused():
    with pytest.raises(ValueError, match="PAY-1: a scrum project has no 'milestone'"):
        Calls(world=a_world(an_item(1, kind="milestone"), projects=(SimProject(PAY.id, "PAY", "p", kind="scrum"),)))


def test_the_same_state_name_has_another_id_in_each_type():
    calls = Calls(an_item(1))
    ask = {"project_id": PAY.id}

    ids = {
        kind: {row["id"] for row in calls.get("/v1/pjm/work_item/states", work_item_type_id=kind, **ask).body["values"]}
        for kind in ("task", "bug")
    }

    assert len(ids["task"]) == 4 and not ids["task"] & ids["bug"]


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/v1/pjm/work_item/types", {}, 400, "100008"),
        ("/v1/pjm/work_item/states", {"project_id": PAY.id}, 400, "100008"),
        ("/v1/pjm/work_item/types", {"project_id": "nobody"}, 400, "100300"),
        ("/v1/pjm/nothing", {}, 404, "100002"),
        ("/v1/pjm/workitems", {}, 404, "100002"),
        ("/v1/project/work_items", {}, 404, "100002"),
    ],
)
def test_a_wrong_question_gets_the_documented_refusal(path, query, status, code):
    reply = Calls(an_item(1)).get(path, **query)

    assert (reply.status, reply.body["code"]) == (status, code)


def test_a_token_dies_at_the_instant_it_names():
    calls = Calls(an_item(1), token_lifetime=timedelta(hours=1))

    alive = calls.get("/v1/pjm/projects").status
    calls.world.advance_to(NOW + timedelta(hours=1))

    assert calls.dies == int((NOW + timedelta(hours=1)).timestamp())
    assert (alive, calls.get("/v1/pjm/projects").status) == (200, 401)


def test_answers_carry_the_time_of_the_world():
    assert Calls().get("/v1/pjm/projects").headers["Date"] == "Mon, 24 Aug 2026 01:30:00 GMT"


def test_progress_members_dictionaries_and_properties_are_served():
    calls = Calls(full(1, properties={"region": "华东"}), an_item(2, state="done"), an_item(3, kind="phase"))
    ask = {"project_id": PAY.id}

    progress = calls.get(f"/v1/pjm/projects/{PAY.id}/progress").body["work_item"]
    members = calls.get(f"/v1/pjm/projects/{PAY.id}/members").body["values"]
    properties = calls.get("/v1/pjm/work_item/properties", work_item_type_id="story", **ask).body["values"]

    assert progress == {"total": 3, "pending_count": 1, "in_progress_count": 1, "completed_count": 1}
    assert [member["user"]["display_name"] for member in members] == ["林悦"]
    assert [row["id"] for row in properties] == ["region"]
    assert calls.get("/v1/pjm/work_item/priorities", **ask).body["total"] == 5
    assert [row["name"] for row in calls.get("/v1/pjm/work_item/tags", **ask).body["values"]] == ["试点"]
    assert calls.get("/v1/pjm/work_item_types").body["values"][0]["is_system"] is True
    assert calls.get("/v1/pjm/project/states").body["total"] == 5


def test_an_item_that_moves_is_listed_where_it_is_now():
    calls = Calls(an_item(1), an_item(1, OPS))
    assert calls.items(project_id=PAY.id)["total"] == 1

    calls.world.edit(an_item(1).id, project=OPS.id, key="OPS-2")

    assert calls.items(project_id=PAY.id)["total"] == 0
    assert [row["identifier"] for row in calls.items(project_id=OPS.id)["values"]] == ["OPS-1", "OPS-2"]


@pytest.mark.parametrize("profile", ["a", "c"])
def test_twenty_thousand_items_are_served_in_no_time(profile):
    calls = Calls(*some_items(20_000), profile=profile)
    calls.items(page_size="100")
    started = time.process_time()

    for index in range(10):
        if profile == "a":
            moment = int(NOW.timestamp())
            calls.items(page_size="100", page_index=str(index), project_ids=PAY.id, created_between=f"1,{moment}")
        else:
            calls.search({"project.id": {"in": [PAY.id]}, "created_at": {"gte": 1}}, page_size=100, page_index=index)

    assert (time.process_time() - started) / 10 < 0.05
