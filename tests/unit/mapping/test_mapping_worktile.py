"""The shipped Worktile file against the oddities that its API is known for."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bridge.mapping.apply import Mapped, Problem, to_task
from bridge.model import Kind, Person, Status

SAMPLES = Path(__file__).parents[3] / "connectors" / "worktile" / "samples"
ROW = {
    "_id": "64bb00000000000000000010",
    "identifier": "1042",
    "title": "拜访十家经销商",
    "project_id": "64aa00000000000000000001",
    "task_state": {"name": "进行中", "type": 2},
    "state_type": 2,
    "task_type": {"name": "任务"},
}
LOOKUPS = {
    "projects": {"64aa00000000000000000001": {"name": "华东渠道", "identifier": "EA"}},
    "members": {"u1": {"uid": "u1", "name": "wang", "display_name": "王磊"}, "u2": {"uid": "u2", "name": "chen"}},
}
DUE = 1786500000
WRAPPER = {"property_id": "650000000000000000000001", "updated_by": None, "updated_at": 1786000000}


@pytest.fixture
def task(worktile, about):
    def apply(
        properties: dict[str, Any] | None = None, web: str = "https://acme.worktile.com", **members: Any
    ) -> Mapped:
        surroundings = about(lookups=LOOKUPS, settings={"web_base_url": web})
        return to_task(worktile, {**ROW, "properties": properties or {}, **members}, surroundings)

    return apply


def wrapped(value: Any) -> dict[str, Any]:
    return {**WRAPPER, "value": value}


def in_state(name: str, kind: Any) -> dict[str, Any]:
    return {"task_state": {"name": name, "type": kind}, "state_type": kind}


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("未开始", 1, Status.TODO),
        ("待客户确认", 2, Status.DOING),
        ("已完成", 3, Status.DONE),
        ("已解决", 3, Status.DONE),
        ("已取消", 3, Status.CANCELLED),
        ("已关闭", 3, Status.CANCELLED),
        ("已作废", 3, Status.CANCELLED),
        ("报废清理", 3, Status.CANCELLED),
        ("Cancelled", 3, Status.CANCELLED),
        ("已关闭", 2, Status.DOING),
        ("已完成", "3", Status.DONE),
        ("已完成", 3.0, Status.DONE),
    ],
)
def test_the_type_of_the_state_decides_and_its_name_tells_given_up_from_done(task, name, kind, status):
    outcome = task(**in_state(name, kind))

    assert (outcome.task.status, outcome.problems) == (status, ())


def test_suspended_work_in_a_terminal_state_is_neither_done_nor_cancelled_but_told(task):
    outcome = task(**in_state("挂起", 3))

    assert outcome.task.status is Status.UNMAPPED
    assert outcome.problems == (Problem("unmapped_value", "status", "task_state.name", "挂起"),)


@pytest.mark.parametrize("kind", [0, 4, 7, "done"])
def test_an_unknown_number_is_never_done(task, kind):
    outcome = task(**in_state("已完成", kind))

    assert outcome.task.status is Status.UNMAPPED
    assert [(p.code, p.target, p.value) for p in outcome.problems] == [("unmapped_value", "status", str(kind))]


def test_the_state_type_of_the_row_stands_in_for_that_of_the_state(task):
    assert task(task_state=None, state_type=3).task.status is Status.DONE
    assert task(task_state={"name": "已取消"}, state_type=3).task.status is Status.CANCELLED


def test_a_row_without_any_state_is_unmapped_and_told(task):
    outcome = task(task_state=None, state_type=None)

    assert outcome.task.status is Status.UNMAPPED
    assert [(p.code, p.target) for p in outcome.problems] == [("unmapped_value", "status")]


@pytest.mark.parametrize(
    "due",
    [
        {"date": DUE, "with_time": 0},
        {"date": DUE, "with_time": True},
        {"date": DUE * 1000, "with_time": False},
        {"date": str(DUE)},
        DUE,
        {"begin": {"date": 1786000000, "with_time": 0}, "end": {"date": DUE, "with_time": 0}},
    ],
)
@pytest.mark.parametrize("form", [lambda value: value, wrapped], ids=["flat", "wrapped"])
def test_a_due_date_is_read_in_every_form(task, due, form):
    outcome = task({"due": form(due)})

    assert (outcome.task.due_on, outcome.problems) == (date(2026, 8, 12), ())


def test_a_span_starts_at_its_begin(task):
    span = {"begin": {"date": 1785900000}, "end": {"date": DUE}}

    assert task({"start": wrapped(span)}).task.start_on == date(2026, 8, 5)


@pytest.mark.parametrize(
    "unset", [None, 0, {}, {"date": None, "with_time": 0}, {"date": 0}, {"begin": None, "end": None}]
)
@pytest.mark.parametrize("form", [lambda value: value, wrapped], ids=["flat", "wrapped"])
def test_a_date_that_is_not_set_is_absent_without_a_word(task, unset, form):
    outcome = task({"due": form(unset)})

    assert (outcome.task.due_on, outcome.problems) == (None, ())


@pytest.mark.parametrize("wrong", ["soon", {"day": 3}, {"date": "soon"}, {"end": 12}, [DUE, DUE], True])
def test_a_due_date_of_an_unknown_form_is_told_and_not_dropped(task, wrong):
    outcome = task({"due": wrong})

    assert [(p.code, p.target, p.path) for p in outcome.problems] == [("unreadable_value", "due_on", "properties.due")]


def test_a_date_only_value_with_a_time_of_day_counts_as_its_local_day(task):
    at_17_02 = int(datetime(2026, 8, 12, 9, 2, 54, tzinfo=UTC).timestamp())

    assert task({"due": {"date": at_17_02, "with_time": False}}).task.due_on == date(2026, 8, 12)


@pytest.mark.parametrize(
    "assignee",
    [
        "u1",
        ["u1"],
        {"uid": "u1"},
        {"id": "u1", "display_name": "王磊"},
        [{"uid": "u1", "name": "wang", "display_name": "王磊"}],
    ],
)
@pytest.mark.parametrize("form", [lambda value: value, wrapped], ids=["flat", "wrapped"])
def test_an_owner_is_read_in_every_form(task, assignee, form):
    outcome = task({"assignee": form(assignee)})

    assert (outcome.task.assignees, outcome.problems) == ((Person("u1", "王磊"),), ())


def test_several_owners_are_all_kept_once_and_in_order(task):
    assert task({"assignee": ["u2", "u1", "u2"]}).task.assignees == (Person("u2", "chen"), Person("u1", "王磊"))


def test_an_owner_nobody_knows_keeps_the_id_as_name_and_is_told(task):
    outcome = task({"assignee": "left"})

    assert outcome.task.assignees == (Person("left", "left"),)
    path = "properties.assignee → members | unlisted_members"
    assert outcome.problems == (Problem("unmapped_value", "assignees", path, "left"),)


def test_an_owner_who_left_is_called_by_the_name_that_was_asked_for_by_id(worktile, about):
    left = {"unlisted_members": {"u7": {"uid": "u7", "name": "fang", "display_name": "方远"}}}
    row = {**ROW, "properties": {"assignee": ["u7", "u1"]}}

    outcome = to_task(worktile, row, about(lookups={**LOOKUPS, **left}))

    assert (outcome.task.assignees, outcome.problems) == ((Person("u7", "方远"), Person("u1", "王磊")), ())


def test_where_the_members_could_not_be_read_not_every_owner_is_a_problem(worktile, about):
    outcome = to_task(worktile, {**ROW, "properties": {"assignee": "u1"}}, about(lookups={**LOOKUPS, "members": {}}))

    assert (outcome.task.assignees, outcome.problems) == ((Person("u1", "u1"),), ())


@pytest.mark.parametrize("nobody", [None, "", [], 0, [None]])
def test_a_task_without_owner_has_none(task, nobody):
    outcome = task({"assignee": nobody, "participant": ["u1"]})

    assert (outcome.task.assignees, outcome.problems) == ((), ())


@pytest.mark.parametrize(
    "priority", ["高", {"_id": "x", "name": "高", "color": "#f00"}, wrapped("高"), {"_id": "x", "text": "高"}]
)
def test_a_priority_is_text_or_an_object(task, priority):
    assert task({"priority": priority}).task.priority == "高"


@pytest.mark.parametrize(
    "tags", [["华东", "阻塞"], [{"_id": "1", "name": "华东"}, {"_id": "2", "name": "阻塞"}], wrapped(["华东", "阻塞"])]
)
def test_tags_are_texts_or_objects(task, tags):
    found = task({"tag": tags}).task

    assert (found.tags, found.blocked) == (("华东", "阻塞"), True)


@pytest.mark.parametrize("unset", [0, None, ""])
def test_an_open_task_completed_at_zero_has_no_completion(task, unset):
    assert task(completed_at=unset).task.completed_at is None


def test_the_number_of_a_task_is_text_whatever_it_came_as(task):
    assert task(identifier=1042).task.key == "1042"
    assert task(identifier="DEV-1042").task.key == "DEV-1042"


def test_a_link_is_built_from_the_team_s_address_and_absent_without_it(task):
    assert task(web="https://acme.worktile.com/").task.url == (
        "https://acme.worktile.com/mission/projects/64aa00000000000000000001/tasks/64bb00000000000000000010"
    )
    assert task(web="").task.url is None


def test_an_id_cannot_break_out_of_a_link(task):
    assert task(_id="a/../b?x").task.url.endswith("/tasks/a%2F..%2Fb%3Fx")


def test_a_project_is_named_by_the_project_list_else_by_its_id_and_told(task):
    known, unknown = task(), task(project_id="p9")

    assert (known.task.project.key, known.task.project.name) == ("EA", "华东渠道")
    assert (unknown.task.project.key, unknown.task.project.name) == (None, "p9")
    assert unknown.problems == (Problem("unmapped_value", "project.name", "project_id → projects", "p9"),)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("里程碑", Kind.MILESTONE),
        ("用户故事", Kind.STORY),
        ("问题", Kind.ISSUE),
        ("巡店", Kind.OTHER),
        (None, Kind.OTHER),
    ],
)
def test_the_kind_follows_from_the_name_of_the_type(task, name, kind):
    outcome = task(task_type={"name": name})

    assert (outcome.task.kind, outcome.task.kind_raw, outcome.problems) == (kind, name, ())


def test_a_deleted_flag_is_taken_where_it_appears(task):
    assert task(is_deleted=1).task.gone is True
    assert task().task.gone is False


@pytest.mark.parametrize("name", ["tasks.json", "tasks_wrapped_properties.json"])
def test_a_recorded_row_becomes_a_task_without_a_problem(worktile, about, name):
    rows = json.loads((SAMPLES / name).read_text(encoding="utf-8"))["items"]
    members = json.loads((SAMPLES / "members.json").read_text(encoding="utf-8"))["items"]
    lookups = {"members": {m["uid"]: m for m in members}, "projects": {r["project_id"]: {"name": "x"} for r in rows}}

    for row in rows:
        outcome = to_task(worktile, row, about(lookups=lookups))

        assert outcome.problems == ()
        assert outcome.task.due_on == date(2026, 8, 12)
        assert outcome.task.assignees[0].name == "王磊"
