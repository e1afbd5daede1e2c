"""The V2 task list fills what V1 leaves out, and where it fails, asking by task id does."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.errors import Interrupted, Retry
from connectors.testing import Reply, Request, hex_id


def assignees(records) -> dict[str, object]:
    return {r.external_id: r.payload["properties"].get("assignee", "(absent)") for r in records}


def v2(reply: Reply) -> Callable[[Request], Reply | None]:
    return lambda request: reply if request.path.endswith("/tasks") else None


def failing(**replies: Reply) -> Callable[[Request], Reply | None]:
    """Answers for V2 (`v2=`) and for tasks by id (`by_ids=`) that stand in for the server's."""
    endings = {"/tasks": replies.get("v2"), "/get-tasks-by-ids": replies.get("by_ids")}
    return lambda request: next((reply for end, reply in endings.items() if request.path.endswith(end)), None)


def owners(team, key: str = "MKT") -> dict[str, object]:
    return {item.id: item.assignee for item in team.world.items_of(team.project(key))}


GONE, DOWN = Reply("<html>", 404), Reply("<html>", 503)


@pytest.mark.parametrize("envelope", ["items", "wrapped", "bare"])
@pytest.mark.parametrize("key", ["MKT", "SVC"])
def test_v2_fills_the_assignee_that_v1_leaves_out(open_team, envelope, key):
    team = open_team(v1_assignee=False, envelope=envelope)

    records = team.records(key)

    people = {item.id: item.assignee for item in team.world.items_of(team.project(key))}
    assert assignees(records) == people
    assert set(people.values()) - {None}


def test_v2_is_not_asked_where_v1_leaves_nothing_out(open_team):
    team = open_team()

    team.records()

    assert not any(call.endswith("/tasks") for call in team.sim.calls)


def test_v2_is_not_asked_where_the_settings_forbid_it(open_team):
    team = open_team(v1_assignee=False)

    records = team.records(use_v2=False)

    assert assignees(records) == owners(team)
    assert not any(call.endswith("/tasks") for call in team.sim.calls)


@pytest.mark.parametrize("v2", [GONE, Reply("<html>", 403), DOWN, Reply({"total": 3}), Reply([])])
def test_a_failure_of_v2_takes_no_owner_away_because_tasks_are_asked_for_by_id(open_team, v2):
    team = open_team(tasks=95, v1_assignee=False, faults=failing(v2=v2))

    records = team.records()

    assert assignees(records) == owners(team)
    assert team.sim.count("get-tasks-by-ids") == 3


def test_only_tasks_without_the_key_are_asked_for_by_id(open_team):
    team = open_team(v1_assignee=False)

    def only_page_0(request: Request) -> Reply | None:
        return Reply({}, 400) if request.path.endswith("/tasks") and request.query["page_index"] == "1" else None

    asked: list[str] = []

    def watch(request: Request) -> Reply | None:
        if request.path.endswith("/get-tasks-by-ids"):
            asked.extend(request.query["task_ids"].split(","))
        return only_page_0(request)

    team.sim.faults = watch

    assert assignees(team.records()) == owners(team)
    assert len(asked) == 15


def test_a_server_with_neither_v2_nor_tasks_by_id_is_read_without_owners(open_team):
    team = open_team(v1_assignee=False, faults=failing(v2=GONE, by_ids=GONE))
    connector = team.connector()

    pages = [team.pages("SVC", connector)[-1] for _ in range(5)]

    assert all(page.complete for page in pages)
    assert set(assignees(pages[-1].records).values()) == {"(absent)"}
    assert team.sim.count("get-tasks-by-ids") == 3


@pytest.mark.parametrize("replies", [{"v2": DOWN, "by_ids": GONE}, {"v2": GONE, "by_ids": DOWN}])
def test_a_project_whose_owners_cannot_be_read_just_now_is_not_read_at_all(open_team, replies):
    team = open_team(v1_assignee=False, faults=failing(**replies))
    connector = team.connector()

    with pytest.raises(Retry):
        team.pages("SVC", connector)
    team.sim.faults = None

    assert assignees(team.records("SVC", connector)) == owners(team, "SVC")


def test_v1_stays_the_record_where_both_lists_know_a_property(open_team):
    team = open_team(v1_assignee=False)
    key = hex_id("task", 90_001)
    row = {"_id": key, "title": "other", "properties": {"due": {"date": 1}, "assignee": "v2", "more": [1]}}
    team.sim.faults = v2(Reply({"value": [row], "meta": {"has_more": False}}))

    payload = next(r.payload for r in team.records("SVC") if r.external_id == key)

    assert payload["title"] == team.world.items[key].title
    assert payload["properties"]["due"]["date"] > 1
    assert (payload["properties"]["assignee"], payload["properties"]["more"]) == ("v2", [1])


@pytest.mark.parametrize(
    "reply",
    [Reply("<html>", 404), Reply("<html>", 403), Reply("<html>", 500), Reply({"total": 3}), Reply({"ok": False})],
)
def test_a_failing_v2_list_degrades_and_the_sweep_completes(open_team, reply):
    team = open_team(v1_assignee=False, faults=v2(reply))
    connector = team.connector()

    pages = team.pages("MKT", connector)

    assert {r.external_id for page in pages for r in page.records} == team.living()
    assert pages[-1].complete
    details = [f.detail for f in connector.check().findings if f.code == "v2_unavailable"]
    assert any(detail.startswith("MKT: ") for detail in details)


def test_a_server_without_v2_is_asked_three_times_in_a_row_and_then_left_alone(open_team):
    team = open_team(v1_assignee=False, v2=False)
    connector = team.connector()

    for _ in range(5):
        assert len(team.records("SVC", connector)) == 2

    assert sum(call.endswith("/tasks") for call in team.sim.calls) == 3


def test_what_v2_delivered_before_it_failed_is_kept(open_team):
    team = open_team(v1_assignee=False)

    def fail_on_page_1(request: Request) -> Reply | None:
        late = request.path.endswith("/tasks") and request.query["page_index"] == "1"
        return Reply({}, 400) if late or request.path.endswith("/get-tasks-by-ids") else None

    team.sim.faults = fail_on_page_1

    found = list(assignees(team.records()).values())

    assert found.count("(absent)") == 15
    assert len(found) == 25


def test_a_task_that_slipped_through_v2_is_sought_once_more(open_team):
    team = open_team(v1_assignee=False)
    asked = []

    def leave_one_out(request: Request) -> Reply | None:
        if not request.path.endswith("/tasks"):
            return None
        asked.append(1)
        keep = team.world.items_of(team.project("SVC"))[len(asked) == 1 :]
        return Reply({"value": team.sim._rows_v2(keep), "meta": {"has_more": False}})

    team.sim.faults = leave_one_out
    connector = team.connector()

    assert "(absent)" not in assignees(team.records("SVC", connector)).values()
    assert len(asked) == 2
    assert [f.code for f in connector.check().findings] == ["capability_unavailable"]


def test_what_v1_has_learnt_between_two_walks_wins_over_v2(open_team):
    team = open_team(v1_assignee=False)
    key = hex_id("task", 0)

    def assign_after_v2(request: Request) -> None:
        if team.sim.count("get-project-tasks") == 4 and request.query.get("page_index") == "0":
            team.sim.v1_assignee = True
            team.world.edit(key, assignee="f" * 32)

    team.sim.faults = assign_after_v2

    assert assignees(team.records())[key] == "f" * 32


def test_a_wish_to_stop_while_v2_is_read_is_no_failure_of_v2(open_team):
    team = open_team(v1_assignee=False)
    connector = team.connector()

    def stop(request: Request) -> Reply | None:
        if request.path.endswith("/tasks"):
            connector._surroundings.stop.set()
            return Reply("<html>", 503)
        return None

    team.sim.faults = stop

    with pytest.raises(Interrupted):
        team.pages("SVC", connector)
    assert connector._extras.failures() == {}
