"""Is the data alive: stale work, late starts, sources not read in time or in full."""

from datetime import timedelta

import pytest

from bridge.reconcile.situation import SourceState


@pytest.mark.parametrize(("updated", "severity"), [("2026-08-17", None), ("2026-08-14", "amber")])
def test_work_in_progress_without_an_update_for_more_than_five_working_days_is_stale(world, updated, severity):
    world.milestone()
    world.task("a", due="2026-08-28", status="doing", updated=updated)

    assert world.severity("STALE") == severity


def test_one_lively_task_in_progress_is_enough(world):
    world.milestone()
    world.task("a", due="2026-08-28", status="doing", updated="2026-07-01")
    world.task("b", due="2026-08-28", status="doing", updated="2026-08-21")

    assert world.severity("STALE") is None
    assert world.row().work.stale == 1


def test_work_that_has_not_begun_makes_no_milestone_stale(world):
    world.milestone()
    world.task("a", due="2026-08-28", status="todo", updated="2026-07-01")

    assert world.severity("STALE") is None


def test_a_status_nobody_knows_is_never_stale(world):
    world.milestone()
    world.task("a", due="2026-08-28", status="unmapped", updated="2026-07-01")

    assert world.row().work.stale == 0


def test_without_an_update_time_the_last_recorded_change_counts_but_not_our_own_mapping(world):
    world.milestone()
    changes = (
        ("2026-08-10", "priority", None, "high"),
        ("2026-08-24", "status", "todo", "doing", "mapping"),
    )
    world.task("a", due="2026-08-28", status="doing", updated=None, history=changes)

    assert world.reasons()["STALE"].facts["least"] == 10


def test_an_update_from_the_future_counts_as_now(world):
    world.milestone()
    world.task("a", due="2026-08-28", status="doing", updated="2027-01-01")

    assert world.severity("STALE") is None


def test_a_deal_may_wait_longer_before_it_calls_work_stale(world):
    world.milestone()
    world.deal(rules={"stale_workdays": 8.0})
    world.task("a", due="2026-08-28", status="doing", updated="2026-08-12")
    assert world.severity("STALE") is None

    world.deal(rules={})

    assert world.severity("STALE") == "amber"


@pytest.mark.parametrize(
    ("start", "severity"), [("2026-08-24", None), ("2026-08-22", "amber"), ("2026-08-21", "amber")]
)
def test_work_that_should_have_begun_a_working_day_ago_is_a_late_start(world, start, severity):
    world.milestone()
    world.task("a", due="2026-08-28", start=start)

    assert world.severity("LATE_START") == severity


def test_a_start_on_the_first_day_of_a_holiday_is_late_only_after_it(world):
    world.today = "2026-10-07"
    world.milestone(promised="2026-12-01")
    world.task("a", due="2026-10-30", start="2026-10-01")

    assert world.severity("LATE_START") is None


def source(world, hours=0.0, name="pingcode", **values):
    now = world.portfolio().now
    return SourceState(name, name, "complete", now - timedelta(hours=hours), **values)


@pytest.mark.parametrize(("hours", "severity"), [(26, None), (26.1, "grey")])
def test_a_source_read_more_than_26_hours_ago_cannot_be_judged_from(world, hours, severity):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.sources = [source(world, hours)]

    assert world.severity("SOURCE_STALE") == severity


def test_a_source_that_was_never_completely_read_is_stale(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.sources = [SourceState("worktile", "worktile", "never", None)]

    assert world.reasons()["SOURCE_STALE"].facts["sources"] == ("worktile",)


def test_a_source_that_the_scope_excludes_is_not_needed(world):
    world.milestone(scope="source:pingcode tag:pilot")
    world.task("a", due="2026-08-28")
    world.sources = [source(world), source(world, 99, "worktile")]
    assert world.severity("SOURCE_STALE") is None

    world.milestone(scope="source:pingcode | tag:pilot")

    assert world.severity("SOURCE_STALE") == "grey"


def test_an_unreadable_project_matters_only_where_it_could_hold_work(world):
    world.sources = [source(world, unreadable=(("p9", "CRM", "客户管理"),))]
    world.task("a", due="2026-08-28")

    world.milestone(scope="project:PAY")
    assert world.severity("SOURCE_PARTIAL") is None

    world.milestone(scope="project:crm")
    assert world.reasons()["SOURCE_PARTIAL"].facts["projects"] == (("pingcode", "客户管理"),)

    world.milestone(scope="-project:CRM")
    assert world.severity("SOURCE_PARTIAL") == "grey"
