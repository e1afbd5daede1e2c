"""What is asked about single tasks: relations, details, and where a task is when no list shows it any more."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors.contract import Scope
from connectors.errors import BadPayload, ConnectorError, NotPermitted, PathUnknown, Rejected, Retry
from connectors.testing import Reply, Request, hex_id

TASK = hex_id("task", 90_001)
OTHER = hex_id("task", 90_002)


def details(team, stream: str, task: str = TASK, connector=None):
    return (connector or team.connector()).details(stream, Scope(team.project("SVC")), task)


def answering(part: str, reply: Reply):
    return lambda request: reply if part in request.path else None


def test_a_task_that_names_no_relation_and_is_named_by_none_has_none(open_team):
    assert details(open_team(), "relations") == ()


def test_both_ends_of_a_relation_tell_of_it_and_each_record_has_an_id_of_its_own(open_team):
    team = open_team()
    team.world.edit(TASK, links=(("relates", OTHER), ("relates", hex_id("task", 3))))

    forth, back = details(team, "relations"), details(team, "relations", OTHER)

    assert {record.external_id for record in forth} == {f"{TASK}:{OTHER}", f"{TASK}:{hex_id('task', 3)}"}
    assert [record.external_id for record in back] == [f"{OTHER}:{TASK}"]
    assert back[0].stream == "relations"


def test_a_related_task_is_kept_exactly_as_it_was_sent(open_team):
    row = {"_id": OTHER, "title": "x", "properties": {"due": {"date": 1}}, "new key": [None]}
    team = open_team(faults=answering("get-relation-tasks", Reply([row])))

    (record,) = details(team, "relations")

    assert record.payload == row


def test_a_detail_brings_properties_and_comments_because_it_asks_for_the_columns(open_team):
    team = open_team()
    team.world.edit(TASK, description="计划与备注")
    comments = [{"content": "[@u1|Li] 好的 🚀", "created_by": "u1", "created_at": 1786000000, "attachments": ["f1"]}]
    team.sim.switches.comments[TASK] = comments

    (record,) = details(team, "task_details")

    assert (record.external_id, record.payload["comments"]) == (TASK, comments)
    assert record.payload["properties"]["desc"]["value"] == "计划与备注"
    assert team.sim.count(f"/mission/tasks/{TASK}") == 1


@pytest.mark.parametrize("wrap", [lambda v: {"code": 200, "data": {"value": v}}, lambda v: {"data": v}, lambda v: v])
def test_a_detail_opens_in_every_envelope(open_team, wrap):
    row = {"_id": TASK, "title": "x", "properties": {}}
    team = open_team(faults=answering("/mission/tasks/", Reply(wrap(row))))

    assert details(team, "task_details")[0].payload == row


@pytest.mark.parametrize(
    ("stream", "part", "body"),
    [
        ("task_details", "/mission/tasks/", {"code": 200, "data": {"value": {"_id": OTHER, "title": "x"}}}),
        ("task_details", "/mission/tasks/", {"code": 200, "data": {"value": None}}),
        ("task_details", "/mission/tasks/", []),
        ("relations", "get-relation-tasks", [None]),
        ("relations", "get-relation-tasks", [{"title": "x"}]),
        ("relations", "get-relation-tasks", {"total": 3}),
    ],
)
def test_an_answer_that_is_not_about_the_task_is_an_error_and_never_an_absence(open_team, stream, part, body):
    team = open_team(faults=answering(part, Reply(body)))

    with pytest.raises(BadPayload):
        details(team, stream)


def test_a_task_that_is_gone_has_no_details_and_no_relations(open_team):
    team = open_team()
    team.world.edit(TASK, deleted=True)

    assert details(team, "relations") == details(team, "task_details") == ()


@pytest.mark.parametrize(("status", "error"), [(404, PathUnknown), (403, NotPermitted)])
@pytest.mark.parametrize(("stream", "part"), [("relations", "get-relation-tasks"), ("task_details", "/mission/tasks/")])
def test_a_server_without_a_detail_says_so_as_long_as_the_task_is_there(open_team, stream, part, status, error):
    team = open_team(faults=answering(part, Reply("<html>", status)))

    with pytest.raises(error):
        details(team, stream)


def test_a_refusal_of_one_task_is_about_that_task_where_another_was_answered(open_team):
    team = open_team()
    connector = team.connector()
    details(team, "task_details", OTHER, connector)
    team.sim.faults = answering(f"/mission/tasks/{TASK}", Reply("<html>", 403))

    with pytest.raises(Rejected) as caught:
        details(team, "task_details", TASK, connector)
    assert not isinstance(caught.value, PathUnknown)


def test_an_unknown_detail_is_refused_by_name(open_team):
    with pytest.raises(LookupError, match="known: relations, task_details"):
        details(open_team(), "attachments")


def found(team, ids, connector=None):
    return {f.record.external_id: f for f in (connector or team.connector()).find(ids)}


def test_tasks_are_found_wherever_they_are_and_the_missing_are_absent(open_team):
    team = open_team()
    team.sim.switches.by_ids_reversed = True
    team.world.edit(TASK, project=team.project("EMPTY"))
    team.world.edit(OTHER, deleted=True)
    team.sim.switches.unfindable.add(hex_id("task", 2))

    met = found(team, [TASK, OTHER, hex_id("task", 1), hex_id("task", 2), hex_id("nothing")])

    assert {key: entry.scope for key, entry in met.items()} == {
        TASK: team.project("EMPTY"),
        hex_id("task", 1): team.project("MKT"),
    }


def test_archived_and_hidden_tasks_are_not_listed_and_still_found(open_team):
    team = open_team()
    team.sim.switches.archived_in_lists = False
    team.sim.switches.hidden.add(OTHER)
    team.world.edit(TASK, archived=True)

    assert team.records("SVC") == []
    assert found(team, [TASK, OTHER])[TASK].record.payload["is_archived"] == 1
    assert found(team, [OTHER]).keys() == {OTHER}


@pytest.mark.parametrize("v1_assignee", [True, False])
def test_a_found_task_has_the_properties_that_lists_have_shown_also_those_of_the_team(open_team, v1_assignee):
    team = open_team(v1_assignee=v1_assignee)
    connector = team.connector()
    listed = {record.external_id: record for record in team.records("SVC", connector)}

    met = found(team, [TASK], connector)[TASK].record

    assert met.payload == listed[TASK].payload
    assert met.updated_at == listed[TASK].updated_at
    assert "ht_milestone" in met.payload["properties"]


def test_the_next_run_still_knows_which_properties_to_ask_for(open_team):
    team = open_team()
    memory: dict[str, str] = {}
    team.records("SVC", team.connector(memory=memory))

    met = found(team, [TASK], team.connector(memory=memory))

    assert met[TASK].record.payload["properties"]["ht_milestone"]


def test_many_tasks_are_asked_for_forty_at_once(open_team):
    team = open_team(tasks=95)
    ids = [hex_id("task", number) for number in range(95)]

    assert found(team, [*ids, *ids]).keys() == set(ids)
    assert team.sim.count("get-tasks-by-ids") == 3
    assert team.connector().find(()) == ()
    assert team.connector().most_finds == 400


def test_more_property_keys_than_fit_into_an_address_are_asked_for_in_turns(open_team):
    team = open_team()
    many = {f"自定义属性{number}": number for number in range(120)}
    team.world.edit(TASK, properties=many)
    connector = team.connector()
    listed = {record.external_id: record.payload for record in team.records("SVC", connector)}
    longest = []
    team.sim.faults = lambda request: longest.append(len(str(request.query)))

    met = found(team, [TASK, OTHER], connector)

    assert {key: entry.record.payload for key, entry in met.items()} == listed
    assert max(longest) < 4_000


def test_a_task_in_a_project_that_is_not_read_is_not_found(open_team):
    team = open_team()

    met = found(team, [TASK, hex_id("task", 1)], team.connector(projects=("SVC",)))

    assert met.keys() == {TASK}


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply("<html>", 403), NotPermitted),
        (Reply("<html>", 404), PathUnknown),
        (Reply("<html>", 429), Retry),
        (Reply({"ok": False, "error_code": 7}), Rejected),
        (Reply({"total": 2}), BadPayload),
        (Reply([None]), BadPayload),
        (Reply([{"title": "whose?"}]), BadPayload),
        (Reply([{"_id": TASK}]), BadPayload),
    ],
)
def test_a_failed_search_is_an_error_and_never_an_absence(open_team, reply, error):
    team = open_team(faults=answering("get-tasks-by-ids", reply))

    with pytest.raises(error):
        team.connector().find([TASK])


def test_rows_that_nobody_asked_for_are_left_alone(open_team):
    row = {"_id": OTHER, "project_id": "p", "properties": {}}
    team = open_team(faults=answering("get-tasks-by-ids", Reply([row])))

    assert team.connector().find([TASK]) == ()


def test_a_search_needs_a_server_that_can_search(open_team):
    team = open_team()
    team.sim.switches.by_ids = False

    with pytest.raises(ConnectorError, match="no such address"):
        team.connector().find([TASK])


def test_a_dead_token_is_replaced_for_single_tasks_too(open_team):
    team = open_team()
    connector = team.connector()
    details(team, "task_details", TASK, connector)
    team.sim.expire_tokens()

    assert details(team, "task_details", TASK, connector)
    assert team.sim.count("tenant-access-token") == 2


def test_several_threads_may_ask_at_once(open_team):
    team = open_team(tasks=60, v1_assignee=False)
    connector = team.connector()
    scopes = connector.scopes("tasks")
    ids = [hex_id("task", number) for number in range(60)]

    def read(number: int) -> int:
        if number % 3 == 0:
            return sum(len(page.records) for scope in scopes for page in connector.pages("tasks", scope, {}))
        if number % 3 == 1:
            return sum(len(connector.details("task_details", scopes[0], key)) for key in ids[:20])
        return len(connector.find(ids))

    with ThreadPoolExecutor(3) as threads:
        counts = list(threads.map(read, range(9)))

    assert counts == [62, 20, 60] * 3
    assert team.sim.count("tenant-access-token") == 1


def test_a_request_names_the_columns_and_never_a_page(open_team):
    team = open_team()
    asked: list[Request] = []
    team.sim.faults = lambda request: asked.append(request)

    details(team, "task_details")

    query = next(request.query for request in asked if "/mission/tasks/" in request.path)
    assert {key: value for key, value in query.items() if key != "access_token"} == {"columns": "properties,comments"}
