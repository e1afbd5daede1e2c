"""What vendors remember themselves reaches the change log once, at the instant at which it happened."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bridge.model import Person
from bridge.store import history, tasks

from .desk import MAPPING, MONDAY, STATES, ZONE, Desk, T, due_moved, opened, seconds, state, transition


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = opened(tmp_path)
    yield made
    made.store.close()


def test_history_from_before_the_first_sight_is_told_at_the_vendors_instants(desk: Desk):
    desk.task(end_at=seconds("2026-09-10"))

    count = desk.tell(
        "activities",
        [
            due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), T),
            due_moved("a2", seconds("2026-09-04"), seconds("2026-09-10"), T + 86_400),
        ],
    )

    assert count == 2
    assert [(c.at.day, c.old, c.new, c.how) for c in desk.log("due_on")] == [
        (12, "2026-09-01", "2026-09-04", "activity"),
        (13, "2026-09-04", "2026-09-10", "activity"),
    ]


def test_the_same_history_read_again_writes_nothing(desk: Desk):
    desk.task()
    rows = [transition("h0", None, "未开始"), transition("h1", "未开始", "进行中", T + 5)]
    desk.tell("transitions", rows)
    desk.later(days=1)
    before = desk.log()

    assert desk.tell("transitions", rows) == 0
    assert desk.log() == before
    assert len(before) == 2


def test_who_moved_a_date_is_kept_where_the_row_says_so(desk: Desk):
    desk.task(end_at=seconds("2026-09-10"))
    moved = due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), T)
    silent = due_moved("a2", seconds("2026-09-04"), seconds("2026-09-10"), T + 86_400)
    moved["created_by"] = {"id": "u1", "name": "lin", "display_name": "林悦"}
    silent.pop("created_by", None)

    desk.tell("activities", [moved, silent])

    assert [c.actor and (c.actor.id, c.actor.name) for c in desk.log("due_on")] == [("u1", "林悦"), None]


def test_who_it_was_is_added_to_a_move_on_record_and_nothing_else_is_written(desk: Desk):
    desk.task(end_at=seconds("2026-09-10"))
    row = due_moved("a1", seconds("2026-09-01"), seconds("2026-09-10"), T)
    row.pop("created_by", None)
    desk.tell("activities", [row])
    (before,) = desk.log("due_on")

    count = desk.tell("activities", [{**row, "created_by": {"id": "u1", "display_name": "林悦"}}])

    (after,) = desk.log("due_on")
    assert count == 0 and before.actor is None
    assert after == replace(before, actor=Person("u1", "林悦"))


def test_a_move_that_our_own_difference_shows_too_is_listed_once_at_the_instant_of_the_vendor(desk: Desk):
    desk.task(end_at=seconds("2026-09-01"))
    desk.later(days=1)
    desk.task(end_at=seconds("2026-09-04"))
    happened = int((desk.now - timedelta(hours=3)).timestamp())

    desk.tell("activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), happened)])

    assert desk.moves("due_on") == [("activity", "2026-09-01", "2026-09-04")]
    assert desk.log("due_on")[0].at == desk.now - timedelta(hours=3)


def test_a_past_day_knows_only_what_had_been_recorded_by_then(desk: Desk):
    desk.task(end_at=seconds("2026-09-01"))
    desk.later(days=1)
    desk.task(end_at=seconds("2026-09-04"))
    desk.later(days=1)
    desk.tell(
        "activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), int(MONDAY.timestamp()) + 60)]
    )

    before = desk.moves("due_on", recorded_before="2026-08-26T00:00:00.000000Z")
    then = {task.id: task.due_on for task, _ in tasks.tasks_on(desk.store, date(2026, 8, 24), ZONE)}

    assert before == [("diff", "2026-09-01", "2026-09-04")]
    assert desk.moves("due_on") == [("activity", "2026-09-01", "2026-09-04")]
    assert then == {"t1": date(2026, 9, 1)}


def test_a_day_before_a_vendors_old_history_became_known_is_not_rebuilt_from_it(desk: Desk):
    desk.task(end_at=seconds("2026-09-10"))
    desk.later(days=3)
    desk.tell("activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-10"))])

    then = {task.id: task.due_on for task, _ in tasks.tasks_on(desk.store, date(2026, 8, 24), ZONE)}

    assert then == {"t1": date(2026, 9, 10)}


def test_changes_since_a_day_leave_out_a_move_that_the_vendor_dates_earlier(desk: Desk):
    desk.task(end_at=seconds("2026-09-01"))
    desk.later(days=2)
    desk.task(end_at=seconds("2026-09-04"))
    desk.tell(
        "activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), int(MONDAY.timestamp()) + 60)]
    )

    assert desk.moves("due_on", since="2026-08-26T00:00:00.000000Z") == []
    assert len(desk.moves("due_on", since="2026-08-24T00:00:00.000000Z")) == 1


def test_an_event_of_a_clock_that_is_ahead_happened_when_it_was_recorded_and_is_known_again_later(desk: Desk):
    desk.task()
    ahead = [transition("h1", "未开始", "进行中", int(desk.now.timestamp()) + 3600)]
    desk.tell("transitions", ahead)

    desk.later(days=1)
    again = desk.tell("transitions", ahead)

    assert again == 0
    assert {change.at for change in desk.log()} == {MONDAY}


def test_two_moves_within_one_second_are_two(desk: Desk):
    desk.task()
    rows = [transition("h1", "未开始", "进行中"), transition("h2", "进行中", "已完成")]

    desk.tell("transitions", rows[:1])
    desk.tell("transitions", rows[1:])
    desk.tell("transitions", rows)

    assert desk.moves("status") == [("activity", "todo", "doing"), ("activity", "doing", "done")]


def test_a_state_that_got_another_name_does_not_double_its_past(desk: Desk):
    desk.task()
    desk.tell("transitions", [transition("h1", "未开始", "进行中")])
    renamed = transition("h1", "未开始", "进行中")
    renamed["to_state"] = {"name": "开发中", "type": "in_progress"}

    desk.later(minutes=1)
    counts = [desk.tell("transitions", [renamed]) for _ in range(3)]

    assert counts == [1, 0, 0]
    assert desk.moves("status_raw") == [("activity", "未开始", "开发中")]
    assert desk.moves("status") == [("activity", "todo", "doing")]


def test_what_cannot_be_read_is_a_problem_of_the_task_until_it_can(desk: Desk):
    desk.task()
    desk.tell("activities", [due_moved("a1", "soon", seconds("2026-09-04"))])
    told = tasks.problem_counts(desk.store)

    desk.tell("activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"))])

    assert told == [("pc", "activities.due_on", "unreadable_value", "soon", 1)]
    assert tasks.problem_counts(desk.store) == []


def test_a_mapping_that_learns_a_key_finds_the_moves_in_what_is_stored(desk: Desk):
    desk.task()
    desk.tell("activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), key="plan_end")])
    assert desk.moves("due_on") == []

    desk.remap(MAPPING.replace('"due_at", "due"]', '"due_at", "due", "plan_end"]'))

    assert desk.moves("due_on") == [("activity", "2026-09-01", "2026-09-04")]


def test_a_mapping_that_reads_states_otherwise_corrects_the_past_once_and_keeps_what_was_known_then(desk: Desk):
    desk.task()
    desk.tell("transitions", [transition("h1", "未开始", "进行中"), transition("h2", "进行中", "已完成", T + 60)])
    desk.later(days=1)
    then = f"{desk.now:%Y-%m-%dT%H:%M:%S}.000000Z"
    desk.later(minutes=1)
    other = MAPPING.replace('in_progress = "doing"', 'in_progress = "todo"')

    counts = [desk.remap(other) for _ in range(2)]

    assert counts == [2, 0]
    assert desk.moves("status") == [("activity", "todo", "done")]
    assert desk.moves("status", recorded_before=then) == [("activity", "todo", "doing"), ("activity", "doing", "done")]


def test_a_mapping_without_history_takes_the_vendors_entries_out_again(desk: Desk):
    desk.task()
    desk.tell("transitions", [transition("h1", "未开始", "进行中")])

    desk.later(minutes=1)
    desk.remap(MAPPING[: MAPPING.index("[[history]]")])

    assert desk.moves() == []


WORDS = st.sampled_from(sorted(STATES))


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A way through the states, now and then several steps in a second, now and then dated ahead."""
    at, name, rows = T, draw(WORDS), [transition("h0", None, "未开始")]
    rows[0]["to_state"] = state(name)
    for number in range(1, draw(st.integers(1, 7))):
        at += draw(st.sampled_from([0, 1, 3600, 86_400, 5_000_000]))
        to = draw(WORDS.filter(lambda word, name=name: word != name))
        rows.append(transition(f"h{number}", name, to, at))
        name = to
    return rows


def with_their_second(part: list[dict[str, Any]], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A part in which more than two moves of one second are not torn apart: nobody can tell how such a chain hangs together."""
    crowded = {second for second, count in Counter(row["created_at"] for row in rows).items() if count > 2}
    touched = {row["created_at"] for row in part} & crowded
    return [row for row in rows if row["created_at"] in touched or row in part]


@given(rows=histories(), data=st.data())
@settings(max_examples=40, deadline=None)
def test_however_often_and_in_whatever_parts_a_history_is_read_each_event_is_written_once(
    rows: list[dict[str, Any]], data: st.DataObject
):
    with tempfile.TemporaryDirectory() as folder:
        desk = opened(Path(folder))
        whole = opened_beside(Path(folder))
        for _ in range(data.draw(st.integers(1, 5))):
            part = data.draw(st.lists(st.sampled_from(rows), unique_by=lambda row: row["id"]))
            desk.tell("transitions", with_their_second(part, rows))
            desk.later(seconds=data.draw(st.sampled_from([0, 60, 90_000, 9_000_000])))
        desk.tell("transitions", rows)
        whole.now = desk.now
        whole.tell("transitions", rows)

        rows_kept = len(history.recorded(desk.store, "pc", "t1"))
        written = [(c.field, c.old, c.new) for c in desk.log()]
        expected = [(c.field, c.old, c.new) for c in whole.log()]
        desk.store.close(), whole.store.close()

    assert sorted(written) == sorted(expected)
    assert rows_kept == len(expected)
    assert len(written) >= 2 * (len(rows) > 1)


def opened_beside(folder: Path) -> Desk:
    (folder / "beside").mkdir()
    return opened(folder / "beside")
