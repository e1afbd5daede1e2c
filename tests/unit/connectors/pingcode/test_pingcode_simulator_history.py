"""The simulated server tells the history of an item as the documentation has it, and refuses what it refuses."""

from datetime import timedelta

import pytest

from connectors.testing import Change, Edit, World
from tests.unit.connectors.pingcode.conftest import LIN, NOW, PAY, RELEASE, Calls, an_item

ITEM = an_item(1).id


def test_a_world_remembers_what_its_edits_changed_and_nothing_else():
    edits = [Edit(NOW + timedelta(days=1), ITEM, {"state": "doing", "title": "任务 1"})]
    world = World(now=NOW, projects=[PAY], items=[an_item(1)], edits=edits)
    before = dict(world.changes)

    world.advance_to(NOW + timedelta(days=2))
    world.edit(ITEM, title="neu")

    assert before == {}
    assert world.changes == {
        ITEM: [
            Change(NOW + timedelta(days=1), "state", "todo", "doing"),
            Change(NOW + timedelta(days=2), "title", "任务 1", "neu"),
        ]
    }


def test_links_are_told_by_kind_to_who_asks_for_one():
    calls = Calls(an_item(1, links=(("block", an_item(2).id), ("relate", an_item(3).id))), an_item(2), an_item(3))

    rows = calls.get(f"/v1/pjm/work_items/{ITEM}/relations", relation_type="relate").body

    assert rows["total"] == 1
    assert set(rows["values"][0]) == {"id", "url", "relation_type", "origin_work_item", "target_work_item"}
    assert rows["values"][0]["origin_work_item"]["id"] == ITEM


def test_the_newest_generation_spells_the_ends_in_one_word():
    calls = Calls(an_item(1, links=(("block", an_item(2).id),)), an_item(2), profile="d")

    (row,) = calls.get(f"/v1/pjm/workitems/{ITEM}/relations").body["values"]

    assert (row["origin_workitem"]["id"], row["target_workitem"]["id"]) == (ITEM, an_item(2).id)


def test_links_of_an_unknown_item_are_an_empty_list_and_a_short_id_is_no_path():
    calls = Calls(an_item(1))

    unknown = calls.get(f"/v1/pjm/work_items/{an_item(9).id}/relations")
    short = calls.get("/v1/pjm/work_items/k3VnQ7aB/relations")

    assert (unknown.status, unknown.body["total"]) == (200, 0)
    assert (short.status, short.body["code"]) == (404, "100002")


def test_a_state_with_a_name_of_the_team_is_told_under_that_name():
    calls = Calls(an_item(1))
    calls.world.edit(ITEM, state="doing", state_name="联调中")

    rows = calls.get(f"/v1/pjm/work_items/{ITEM}/transition_histories").body["values"]

    assert [row["to_state"]["name"] for row in rows] == ["未开始", "联调中"]
    assert rows[1]["from_state"]["id"] == rows[0]["to_state"]["id"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"principal_id": ITEM}, "100008"),
        ({"principal_type": "work_item"}, "100008"),
        ({"principal_type": "pjm_work_item", "principal_id": ITEM}, "100049"),
        ({"principal_type": "workitem", "principal_id": ITEM}, "100049"),
    ],
)
def test_activities_need_a_principal_of_a_known_type(query, code):
    reply = Calls(an_item(1)).get("/v1/activities", **query)

    assert (reply.status, reply.body["code"]) == (400, code)


def test_the_oldest_generation_has_no_activities():
    reply = Calls(an_item(1), profile="a").get("/v1/activities", principal_type="work_item", principal_id=ITEM)

    assert (reply.status, reply.body["code"]) == (404, "100002")


def test_values_in_activities_follow_the_kind_of_their_property():
    calls = Calls(an_item(1))
    calls.world.edit(
        ITEM, sprint=RELEASE, releases=(RELEASE,), assignee=LIN.id, state="done", story_points=3, start=NOW
    )

    rows = calls.get("/v1/activities", principal_type="work_item", principal_id=ITEM).body["values"]

    told = {row["content"]["property_key"]: row["content"]["target"] for row in rows}
    assert told["iteration"] == {"id": RELEASE.id, "name": RELEASE.name}
    assert told["version"] == [{"id": RELEASE.id, "name": RELEASE.name}]
    assert told["assignee"]["display_name"] == LIN.name
    assert told["state"]["type"] == "completed"
    assert (told["story_points"], told["start_at"]) == (3, int(NOW.timestamp()))
