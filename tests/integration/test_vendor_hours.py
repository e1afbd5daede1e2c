"""Hours registered at a vendor reach their tasks as an exact sum, follow every correction, and are never made up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bridge.mapping.document import parse
from bridge.store import effort, raw, tasks
from bridge.sync.effort import refresh_effort

from .desk import MAPPING, Desk, opened


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = opened(tmp_path)
    yield made
    made.store.close()


def test_hours_spent_are_the_exact_sum_of_what_counts(desk: Desk):
    desk.task()
    work = [desk.work("w1", 0.1), desk.work("w2", 0.2), desk.work("w3", 8, review="approved")]
    desk.rows(
        "workloads", "p1", [*work, desk.work("w4", 5, review="rejected"), desk.work("w5", 5, review="terminated")]
    )

    assert desk.add_up() == 1
    assert desk.spent() == 8.3
    assert desk.moves("spent_hours") == [("diff", None, 8.3)]


def test_a_task_without_registered_hours_has_none_and_not_zero(desk: Desk):
    desk.task()
    desk.rows("workloads", "p1", [desk.work("w1", 5, review="rejected"), desk.work("w2", 3, key="elsewhere")])

    assert desk.add_up() == 0
    assert desk.spent() is None


def test_hours_follow_corrections_moves_and_withdrawals(desk: Desk):
    desk.task()
    desk.task("t2")
    desk.rows("workloads", "p1", [desk.work("w1", 2), desk.work("w2", 3)])
    desk.add_up()
    found = [(desk.spent("t1"), desk.spent("t2"))]

    for rows in ([desk.work("w1", 2.5)], [desk.work("w2", 3, key="t2")], [desk.work("w1", 2.5, review="rejected")]):
        desk.later(hours=1)
        desk.rows("workloads", "p1", rows)
        desk.add_up()
        found.append((desk.spent("t1"), desk.spent("t2")))
    with desk.store.transaction():
        raw.withdraw(desk.store, "pc", "workloads", "p1", {"w1"}, desk.now)
    desk.add_up()
    found.append((desk.spent("t1"), desk.spent("t2")))

    assert found == [(5.0, None), (5.5, None), (2.5, 3.0), (None, 3.0), (None, None)]


def test_nothing_changed_writes_nothing(desk: Desk):
    desk.task()
    desk.rows("workloads", "p1", [desk.work(f"w{n}", 1) for n in range(1200)])
    desk.add_up()
    turn = desk.turn()
    before = desk.rows_written()

    with desk.store.transaction():
        count = refresh_effort(turn, "workloads")

    assert (count, desk.rows_written() - before) == (0, 0)
    assert desk.spent() == 1200.0


def test_hours_registered_before_the_task_was_seen_are_filled_in_when_it_lands(desk: Desk):
    desk.rows("workloads", "p1", [desk.work("w1", 4)])
    desk.add_up()
    row: dict[str, Any] = {"id": "t1", "spent_hours": None}
    own: dict[str, Any] = {"id": "t1", "spent_hours": 1.0}

    effort.fill_in(desk.store, "pc", [row, own, {"id": "t9", "spent_hours": None}])

    assert (row["spent_hours"], own["spent_hours"]) == (4.0, 1.0)


def test_a_mapping_that_reads_hours_from_the_task_itself_wins(desk: Desk):
    desk.mapping = parse(f'{MAPPING}\n[task.spent_hours]\nfrom = "properties.hours"\n', name="own.toml")
    desk.task(properties={"hours": 7})
    desk.rows("workloads", "p1", [desk.work("w1", 4)])

    assert desk.add_up() == 0
    assert desk.spent() == 7.0


def test_another_mapping_counts_all_hours_anew_and_says_that_it_is_the_cause(desk: Desk):
    desk.task()
    desk.rows("workloads", "p1", [desk.work("w1", 2), desk.work("w2", 3, review="pending")])
    desk.add_up()

    desk.mapping = parse(MAPPING.replace('["rejected", "terminated"]', '["rejected", "pending"]'), name="own.toml")
    desk.later(hours=1)
    desk.add_up()

    assert desk.spent() == 2.0
    assert [(c.old, c.new, c.cause) for c in desk.log("spent_hours")] == [(None, 5.0, "source"), (5.0, 2.0, "mapping")]


def test_hours_that_cannot_be_read_are_a_problem_until_they_can(desk: Desk):
    desk.task()
    desk.rows("workloads", "p1", [desk.work("w1", "viel"), desk.work("w2", 1)])
    desk.add_up()
    told = tasks.problem_counts(desk.store)

    desk.rows("workloads", "p1", [desk.work("w1", 2)])
    desk.add_up()

    assert told == [("pc", "workloads.hours", "unreadable_value", "viel", 1)]
    assert tasks.problem_counts(desk.store) == []
    assert desk.spent() == 3.0
