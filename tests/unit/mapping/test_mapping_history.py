"""What a vendor's own history, its registered hours and its project states become."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bridge.mapping.history import each_once, events, in_force, read, streams
from bridge.model import Change, Colour

MORNING = 1786500000  # 2026-08-12T02:00:00Z
JUNE, JULY = 1782403199, 1783007999  # 2026-06-25 and 2026-07-02, the last second of the day in Shanghai


def transition(old, new, at=MORNING):
    kinds = {"未开始": "pending", "进行中": "in_progress", "已完成": "completed", "已搁置": "parked"}
    states = [None if name is None else {"name": name, "type": kinds[name]} for name in (old, new)]
    return {"id": "h1", "from_state": states[0], "to_state": states[1], "created_at": at}


def moved(origin, target, at=MORNING, key="end_at", **content):
    content = {"property_key": key, "origin": origin, "target": target, **content}
    return {"id": "a1", "template": "update-property", "content": content, "created_at": at}


def told(changes):
    return [(change.field, change.old, change.new) for change in changes]


def test_a_transition_is_read_with_the_words_of_the_task(pingcode, about):
    found = events(pingcode, "transitions", "t1", [transition("未开始", "进行中")], about())

    assert told(found) == [("status", "todo", "doing"), ("status_raw", "未开始", "进行中")]
    assert {(c.source, c.id, c.at, c.recorded_at, c.how, c.cause) for c in found} == {
        ("test", "t1", datetime(2026, 8, 12, 2, 0, tzinfo=UTC), about().now, "activity", "source")
    }


def test_the_row_of_the_creation_is_no_change(pingcode, about):
    outcome = read(pingcode, "transitions", "t1", [transition(None, "未开始")], about())

    assert (outcome.changes, outcome.problems) == ((), ())


def test_a_moved_due_date_is_the_local_day_as_in_the_task(pingcode, about):
    rows = [moved(None, JUNE, MORNING), moved(JUNE, JULY, MORNING + 60), moved(JULY, 0, MORNING + 120)]

    found = events(pingcode, "activities", "t1", reversed(rows), about())

    assert told(found) == [
        ("due_on", None, "2026-06-25"),
        ("due_on", "2026-06-25", "2026-07-02"),
        ("due_on", "2026-07-02", None),
    ]


@pytest.mark.parametrize("key", ["end_at", "due_at", "due"])
def test_each_key_that_the_shipped_file_expects_for_a_moved_date_is_understood(pingcode, about, key):
    assert events(pingcode, "activities", "t1", [moved(JUNE, JULY, key=key)], about())


def test_other_activities_are_passed_over_in_silence(pingcode, about):
    rows = [
        moved(None, {"id": "s", "name": "Sprint 9"}, key="iteration"),
        {"template": "comment"},
        {},
        moved(JUNE, JUNE - 3600),
    ]

    outcome = read(pingcode, "activities", "t1", rows, about())

    assert (outcome.changes, outcome.problems) == ((), ())


@pytest.mark.parametrize(
    ("row", "code", "path"),
    [
        (moved("soon", JULY), "unreadable_value", "content.origin"),
        (moved(JUNE, {"day": 3}), "unreadable_value", "content.target"),
        (moved(JUNE, JULY, at=None), "unreadable_value", "created_at"),
        ({"template": "update-property", "created_at": 1, "content": {"property_key": "due", "origin": JUNE}},
         "unreadable_value", "content.target"),
    ],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_is_skipped_and_reported_and_leaves_the_others_alone(
    pingcode, about, row, code, path
):
    outcome = read(pingcode, "activities", "t1", [row, moved(JUNE, JULY)], about())

    assert told(outcome.changes) == [("due_on", "2026-06-25", "2026-07-02")]
    assert (code, "activities.due_on", path) in [(p.code, p.target, p.path) for p in outcome.problems]


def test_a_state_that_no_list_has_is_reported_and_its_name_still_told(pingcode, about):
    outcome = read(pingcode, "transitions", "t1", [transition("进行中", "已搁置")], about())

    assert told(outcome.changes) == [("status_raw", "进行中", "已搁置")]
    assert [(p.code, p.target, p.value) for p in outcome.problems] == [
        ("unmapped_value", "transitions.status", "parked")
    ]


def test_a_stream_without_a_section_tells_nothing(pingcode, worktile, about):
    assert streams(pingcode) == ("transitions", "activities")
    assert events(pingcode, "links", "t1", [moved(JUNE, JULY)], about()) == ()
    assert events(worktile, "activities", "t1", [moved(JUNE, JULY)], about()) == ()


def test_hours_are_read_exactly_unless_they_were_refused(pingcode, about):
    row = {"principal": {"id": "t1"}, "duration": 0.7, "review_state": "no_review"}
    problems: list = []

    counted = pingcode.effort.read(row, about(), problems)
    refused = [pingcode.effort.read({**row, "review_state": word}, about(), problems) for word in ("rejected", "terminated")]  # fmt: skip

    assert (counted.task, counted.hours) == ("t1", Decimal("0.7"))
    assert refused == [None, None]
    assert problems == []


@pytest.mark.parametrize("bad", [{"duration": "many"}, {"duration": -1}, {"duration": None}, {"principal": None}])
def test_hours_that_cannot_be_read_count_nothing_and_are_reported(pingcode, about, bad):
    problems: list = []

    assert pingcode.effort.read({"principal": {"id": "t1"}, "duration": 1, **bad}, about(), problems) is None
    assert [problem.code for problem in problems] == ["unreadable_value"]


@pytest.mark.parametrize(
    ("name", "claimed"), [(" 预警", Colour.AMBER), ("延期", Colour.RED), ("正常", None), ("", None), (None, None)]
)
def test_a_project_state_claims_amber_or_red_by_its_name(pingcode, about, name, claimed):
    assert pingcode.claim.read({"state": {"name": name}}, about()) == claimed
    assert pingcode.claim.read({}, about()) is None


# --- The change log -----------------------------------------------------------------------------------------------------


NOON = datetime(2026, 8, 12, 4, 0, tzinfo=UTC)


def entry(hour, old, new, how="activity", cause="source", recorded=48, field="due_on"):
    return Change(
        "pc", "t1", NOON + timedelta(hours=hour), field, old, new, how, NOON + timedelta(hours=recorded), cause
    )


def difference(hour, old, new, cause="source"):
    return entry(hour, old, new, "diff", cause, recorded=hour)


def once(*changes):
    return [(c.how, c.old, c.new) for c in each_once(sorted(changes, key=lambda c: c.at), {"due_on"})]


def test_a_move_that_the_vendor_and_we_saw_stands_once_at_the_vendors_instant():
    assert once(entry(1, "a", "b"), difference(5, "a", "b")) == [("activity", "a", "b")]


def test_several_moves_between_two_looks_replace_the_one_difference_that_we_saw():
    found = once(entry(1, "a", "b"), entry(2, "b", "c"), difference(5, "a", "c"))

    assert found == [("activity", "a", "b"), ("activity", "b", "c")]


def test_a_difference_that_no_entry_explains_stays():
    assert once(difference(5, "a", "b")) == [("diff", "a", "b")]
    assert once(entry(1, "a", "b"), difference(5, "a", "c")) == [("activity", "a", "b"), ("diff", "a", "c")]


def test_a_difference_from_where_no_entry_came_stays_for_what_we_saw_is_not_lost():
    """Somebody moved a to b without a trace, then b to c: only our difference still knows of a."""
    found = once(entry(1, "b", "c"), difference(5, "a", "c"))

    assert found == [("activity", "b", "c"), ("diff", "a", "c")]


def test_an_entry_from_before_we_saw_the_task_explains_nothing_that_came_later():
    assert once(entry(1, "a", "b"), difference(5, "x", "b")) == [("activity", "a", "b"), ("diff", "x", "b")]


def test_there_and_back_and_there_again_is_three_moves_whenever_we_looked():
    ways = [entry(1, "a", "b"), entry(2, "b", "a"), entry(3, "a", "b")]
    told = [("activity", c.old, c.new) for c in ways]

    assert once(*ways, difference(5, "a", "b")) == told
    assert once(*ways, difference(1.5, "a", "b"), difference(2.5, "b", "a"), difference(5, "a", "b")) == told


def test_a_date_that_was_cleared_and_set_is_two_moves_however_we_saw_it():
    ways = [entry(1, "a", None), entry(2, None, "b")]
    told = [("activity", "a", None), ("activity", None, "b")]

    assert once(*ways, difference(5, "a", "b")) == told
    assert once(*ways, difference(1.5, "a", None), difference(5, None, "b")) == told


def test_several_moves_during_a_run_are_not_told_again():
    found = once(difference(5, "a", "c"), entry(5.01, "a", "b"), entry(5.02, "b", "c"), entry(9, "c", "d"))

    assert found == [("diff", "a", "c"), ("activity", "c", "d")]


def test_a_move_long_after_a_run_is_its_own_even_if_it_is_the_same():
    found = once(difference(5, "a", "b"), entry(100, "a", "b"))

    assert found == [("diff", "a", "b"), ("activity", "a", "b")]


def test_an_entry_explains_one_difference_only():
    found = once(entry(1, "a", "b"), difference(5, "a", "b"), difference(6, "b", "a"), difference(7, "a", "b"))

    assert found == [("activity", "a", "b"), ("diff", "b", "a"), ("diff", "a", "b")]


def test_a_move_during_a_run_is_not_told_again_because_the_run_dates_its_differences_earlier():
    assert once(difference(5, "a", "b"), entry(5.01, "a", "b")) == [("diff", "a", "b")]


def test_a_new_mapping_of_ours_neither_explains_nor_separates():
    found = once(entry(1, "a", "b"), difference(2, "a", "a2", cause="mapping"), difference(5, "a2", "b"))

    assert found == [("activity", "a", "b"), ("diff", "a", "a2")]


def test_a_later_reading_of_an_entry_replaces_the_former_one():
    former, later = entry(1, "a", "b"), entry(1, "a", "c", cause="mapping", recorded=50)

    assert once(former, later) == [("activity", "a", "c")]
    assert [(c.new, c.cause) for c in in_force([former, later])] == [("c", "source")]


def test_a_reading_that_finds_no_move_takes_the_entry_out():
    assert once(entry(1, "a", "b"), entry(1, None, None, cause="mapping", recorded=50)) == []


def test_fields_without_a_vendors_history_are_passed_on_as_they_are():
    changes = [entry(5, "a", "b", "diff", field="priority"), entry(6, "b", "a", "diff", field="priority")]

    assert list(each_once(changes, {"due_on"})) == changes
