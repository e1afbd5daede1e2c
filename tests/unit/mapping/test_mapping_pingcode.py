"""The shipped PingCode file against the oddities that its API is known for."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.mapping.apply import Mapped, Problem, to_task
from bridge.model import Kind, Person, Status

ROW = {
    "id": "65a1b2c3d4e5f60718293a4b",
    "identifier": "PAY-42",
    "title": "结算文件导入",
    "type": "story",
    "project": {"id": "64f0aa10c1d2e3f405060701", "identifier": "PAY", "name": "支付上线"},
    "state": {"id": "s1", "name": "进行中", "type": "in_progress"},
}
TYPES = {
    "5f01": {"id": "5f01", "name": "里程碑", "group": "plan"},
    "5f02": {"id": "5f02", "name": "阶段", "group": "plan"},
    "5f03": {"id": "5f03", "name": "需求", "group": "requirement"},
    "5f04": {"id": "5f04", "name": "风险", "group": "issue"},
    "5f05": {"id": "5f05", "name": "联调任务", "group": "task"},
    "5f06": {"id": "5f06", "name": "投标节点", "group": "plan"},
    "5f07": {"id": "5f07", "name": " MileStone ", "group": "plan"},
    "5f08": {"id": "5f08", "name": "别的", "group": "something new"},
    "story": {"id": "story", "name": "用户故事", "group": "requirement"},
}


@pytest.fixture
def item(pingcode, about):
    def apply(without: tuple[str, ...] = (), zone: str = "Asia/Shanghai", **members: Any) -> Mapped:
        row = {key: value for key, value in {**ROW, **members}.items() if key not in without}
        return to_task(pingcode, row, about(timezone=ZoneInfo(zone), lookups={"work_item_types": TYPES}))

    return apply


def local(year: int, month: int, day: int, *time: int) -> int:
    return int(datetime(year, month, day, *time, tzinfo=ZoneInfo("Asia/Shanghai")).timestamp())


@pytest.mark.parametrize(
    ("vendor", "status"),
    [
        ("pending", Status.TODO),
        ("in_progress", Status.DOING),
        ("completed", Status.DONE),
        ("closed", Status.CANCELLED),
        (" Completed ", Status.DONE),
    ],
)
def test_the_type_of_the_state_decides_the_status(item, vendor, status):
    outcome = item(state={"name": "随便叫什么", "type": vendor})

    assert (outcome.task.status, outcome.problems) == (status, ())


def test_an_unknown_type_of_state_is_unmapped_and_told_never_guessed(item):
    outcome = item(state={"name": "已完成", "type": "archived"})

    assert outcome.task.status is Status.UNMAPPED
    assert outcome.task.status_raw == "已完成"
    assert outcome.problems == (Problem("unmapped_value", "status", "state.type", "archived"),)


@pytest.mark.parametrize("state", [None, {}, {"type": None}, {"type": ""}, "进行中", [], 3])
def test_an_item_without_a_readable_state_is_unmapped_and_told(item, state):
    outcome = item(state=state)

    assert outcome.task.status is Status.UNMAPPED
    assert [(p.code, p.target) for p in outcome.problems] == [("unmapped_value", "status")]


def test_an_item_due_at_the_last_second_of_a_day_is_due_that_day(item):
    assert item(end_at=local(2026, 6, 25, 23, 59, 59)).task.due_on == date(2026, 6, 25)


def test_an_item_due_at_midnight_is_due_on_the_day_that_begins(item):
    assert item(end_at=local(2026, 6, 25)).task.due_on == date(2026, 6, 25)


def test_days_are_those_of_the_configured_zone(item):
    end = local(2026, 6, 25, 23, 59, 59)

    assert item(end_at=end, zone="America/New_York").task.due_on == date(2026, 6, 25)
    assert item(end_at=end, zone="Pacific/Auckland").task.due_on == date(2026, 6, 26)


@pytest.mark.parametrize("unset", [None, 0, "0", "", " ", 0.0])
def test_a_date_of_zero_is_not_set_and_never_1970(item, unset):
    outcome = item(start_at=unset, end_at=unset, completed_at=unset)

    assert (outcome.task.start_on, outcome.task.due_on, outcome.task.completed_at) == (None, None, None)
    assert outcome.problems == ()


@pytest.mark.parametrize(
    "wrong", ["2026-13-40", "soon", -1, 57599, True, [], {}, 10**30, 1e300, "９" * 10, {"date": 1}]
)
def test_a_date_that_cannot_be_read_is_absent_and_told(item, wrong):
    outcome = item(end_at=wrong)

    assert outcome.task.due_on is None
    assert [(p.code, p.target, p.path) for p in outcome.problems] == [("unreadable_value", "due_on", "end_at")]


@pytest.mark.parametrize("written", [1782403199, "1782403199", 1782403199.0, 1782403199000, "1782403199000"])
def test_seconds_and_milliseconds_as_numbers_or_digits_are_the_same_day(item, written):
    assert item(end_at=written).task.due_on == date(2026, 6, 25)


def test_an_instant_after_now_counts_as_now(item, about):
    ahead = int((about().now + timedelta(minutes=3)).timestamp())

    task = item(completed_at=ahead, created_at=ahead, updated_at=ahead, end_at=local(2027, 1, 1)).task

    assert task.completed_at == task.created_at == task.updated_at == datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
    assert task.due_on == date(2027, 1, 1)


def test_a_completion_time_on_a_pending_item_is_kept_as_the_source_states_it(item):
    task = item(state={"type": "pending"}, completed_at=1782000000).task

    assert (task.status, task.completed_at) == (Status.TODO, datetime(2026, 6, 21, tzinfo=UTC))


@pytest.mark.parametrize(
    ("vendor", "kind", "raw"),
    [
        ("story", Kind.STORY, "用户故事"),
        ("epic", Kind.EPIC, "epic"),
        ("milestone", Kind.MILESTONE, "milestone"),
        ("stage", Kind.PHASE, "stage"),
        ("5f01", Kind.MILESTONE, "里程碑"),
        ("5f02", Kind.PHASE, "阶段"),
        ("5f03", Kind.REQUIREMENT, "需求"),
        ("5f04", Kind.RISK, "风险"),
        ("5f05", Kind.TASK, "联调任务"),
        ("5f06", Kind.PHASE, "投标节点"),
        ("5f07", Kind.MILESTONE, "MileStone"),
        ("5f08", Kind.OTHER, "别的"),
    ],
)
def test_the_kind_follows_from_the_word_else_the_name_else_the_group_of_the_type(item, vendor, kind, raw):
    outcome = item(type=vendor)

    assert (outcome.task.kind, outcome.task.kind_raw, outcome.problems) == (kind, raw, ())


def test_a_type_that_no_list_knows_is_told_because_it_could_be_a_milestone(item):
    outcome = item(type="5fff")

    assert (outcome.task.kind, outcome.task.kind_raw) == (Kind.OTHER, "5fff")
    assert outcome.problems == (Problem("unmapped_value", "kind", "type → work_item_types", "5fff"),)


def test_an_item_without_a_type_is_of_another_kind(item):
    outcome = item(without=("type",))

    assert (outcome.task.kind, outcome.task.kind_raw, outcome.problems) == (Kind.OTHER, None, ())


def test_a_row_with_the_fewest_keys_is_still_a_task(item):
    task = item(without=("identifier", "type")).task

    assert (task.key, task.parent_id, task.assignees, task.releases, task.tags) == (None, None, (), (), ())
    assert (task.archived, task.gone, task.blocked, task.progress, task.spent_hours) == (
        False,
        False,
        False,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("flag", "expected"), [(0, False), (1, True), ("0", False), ("true", True), (True, True), (None, False)]
)
def test_flags_come_as_numbers_words_truth_values_or_not_at_all(item, flag, expected):
    task = item(is_archived=flag, is_deleted=flag).task

    assert (task.archived, task.gone) == (expected, expected)


def test_an_unknown_flag_is_no_and_told(item):
    outcome = item(is_deleted=2)

    assert outcome.task.gone is False
    assert outcome.problems == (Problem("unreadable_value", "gone", "is_deleted", "2"),)


@pytest.mark.parametrize(
    "members",
    [
        {"version": {"name": "2.4", "end_at": 1783007999}, "versions": []},
        {"version": None, "versions": [{"name": "2.4", "end_at": 1783007999}]},
        {"version": {"name": "2.4", "end_at": 1783007999}, "versions": [{"name": "2.4", "end_at": 1783007999}]},
        {"releases": [{"name": "2.4", "end_at": 1783007999}]},
    ],
)
def test_every_generation_of_releases_is_read(item, members):
    task = item(**members).task

    assert (task.release, task.releases) == ("2.4", ("2.4",))


def test_of_several_releases_the_one_that_ends_last_is_the_release(item):
    versions = [
        {"name": "早", "end_at": 1780243200},
        {"name": "晚", "end_at": 1783007999},
        {"name": "未定", "end_at": None},
    ]

    task = item(versions=versions).task

    assert (task.release, task.releases) == ("晚", ("早", "晚", "未定"))


def test_the_assignee_is_the_only_owner_and_participants_are_not(item):
    watcher = {"id": "u2", "type": "user", "user": {"id": "u2", "name": "wang"}}

    task = item(assignee={"id": "u1", "name": "lin", "display_name": "林悦"}, participants=[watcher]).task

    assert task.assignees == (Person("u1", "林悦"),)


def test_an_owner_without_a_display_name_is_called_by_the_login_name(item):
    assert item(assignee={"id": "u1", "name": "lin"}).task.assignees == (Person("u1", "lin"),)


@pytest.mark.parametrize("tag", ["阻塞", " Blocked", "ＢＬＯＣＫＥＤ"])
def test_an_item_with_a_blocking_tag_is_blocked(item, tag):
    assert item(tags=[{"name": "内部"}, {"name": tag}]).task.blocked is True


def test_a_link_is_a_web_address_or_nothing(item):
    outcome = item(html_url="javascript:alert(1)")

    assert outcome.task.url is None
    assert outcome.problems[0].code == "unreadable_value"


def test_the_parent_is_found_under_either_key(item):
    assert item(parent_id="p").task.parent_id == "p"
    assert item(parent={"id": "q"}).task.parent_id == "q"


@pytest.mark.parametrize(("hours", "expected"), [(16, 16.0), ("7.5", 7.5), (None, None), (0, 0.0)])
def test_hours_and_points_are_whole_or_decimal_numbers(item, hours, expected):
    task = item(estimated_workload=hours, remaining_workload=hours, story_points=hours).task

    assert (task.estimate_hours, task.remaining_hours, task.story_points) == (expected, expected, expected)


@pytest.mark.parametrize("wrong", [-1, "viel", float("nan"), float("inf"), True, 10**400])
def test_hours_that_cannot_be_are_absent_and_told(item, wrong):
    outcome = item(remaining_workload=wrong)

    assert outcome.task.remaining_hours is None
    assert [p.code for p in outcome.problems] == ["unreadable_value"]


@pytest.mark.parametrize(
    ("members", "target"),
    [({"id": " "}, "id"), ({"project": {"name": "x"}}, "project.id"), ({"project": None}, "project.id")],
)
def test_a_row_without_id_or_project_is_no_task_and_says_why_first(item, members, target):
    outcome = item(**members, end_at="soon")

    assert outcome.task is None
    assert (outcome.problems[0].code, outcome.problems[0].target) == ("missing_required", target)


def test_a_row_without_title_is_called_by_its_key_and_told(item):
    outcome = item(title=" ")

    assert outcome.task.title == "PAY-42"
    assert outcome.problems == (Problem("missing_required", "title", "title", "(absent)"),)


def test_half_characters_never_reach_the_store(item):
    task = item(title="坏\ud83d字", assignee={"id": "u1", "display_name": "林\udc00"}, tags=[{"name": "a\ud800"}]).task

    assert f"{task.title}{task.assignees[0].name}{task.tags[0]}".encode() == "坏?字林?a?".encode()
