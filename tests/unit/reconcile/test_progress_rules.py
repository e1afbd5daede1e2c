"""Plan against work: earned schedule, execution, blocks and growing scope."""

import pytest

PLAN = (("a", "2026-08-07"), ("b", "2026-08-14"), ("c", "2026-08-21"), ("d", "2026-08-28"))


def four_weeks(world, done):
    """Four equal tasks due on the Fridays of August, the first `done` of them finished; today is the Monday after the
    third, so AT = 3 + 1/5 weeks."""
    world.milestone(promised="2026-12-31")
    for number, (name, due) in enumerate(PLAN):
        finished = {"status": "done", "completed": due} if number < done else {}
        world.task(name, due=due, **finished)


def test_work_on_plan_gives_no_reason(world):
    four_weeks(world, done=4)

    assert set(world.reasons()) <= {"CLAIM_MISMATCH"}


def test_one_of_three_weeks_earned_is_behind_and_must_speed_up(world):
    """ES = 1: SPI(t) = 1/3.2, SV(t) = -2.2 weeks, TSPI = (4 - 1)/(4 - 3.2) = 3.75."""
    four_weeks(world, done=1)

    found = world.reasons()

    assert found["BEHIND"].facts["spi"] == pytest.approx(1 / 3.2)
    assert found["BEHIND"].facts["weeks"] == pytest.approx(2.2)
    assert found["TSPI_HIGH"].facts["tspi"] == pytest.approx(3.75)
    assert found["BEHIND"].evidence == (("pingcode", "b"), ("pingcode", "c"))
    assert (found["TSPI_HIGH"].severity, found["BEHIND"].severity) == ("red", "amber")


def test_too_few_finished_tasks_count_those_never_dated_as_due(world):
    four_weeks(world, done=3)
    assert world.severity("EXECUTION_LOW") is None

    world.task("never dated")

    found = world.reasons()["EXECUTION_LOW"]
    assert (found.facts["finished"], found.facts["expected"], found.facts["never_dated"]) == (3, 4, 1)


def test_before_anything_was_to_be_finished_nothing_is_behind(world):
    world.milestone(promised="2026-12-31")
    world.task("a", due="2026-09-30", start="2026-07-01", status="doing")
    world.task("b")

    assert not {"BEHIND", "TSPI_HIGH", "EXECUTION_LOW"} & set(world.reasons())


def test_a_moved_date_does_not_move_the_baseline(world):
    four_weeks(world, done=0)
    world.task("e", due="2026-12-01", history=(("2026-08-01", "due_on", "2026-08-03", "2026-12-01"),))

    assert ("pingcode", "e") in world.reasons()["EXECUTION_LOW"].evidence


@pytest.mark.parametrize(("since", "severity"), [("2026-08-17", "amber"), ("2026-08-14", "red")])
def test_a_block_is_red_after_more_than_five_working_days(world, since, severity):
    world.milestone()
    world.task("a", due="2026-08-28", blocked=True, history=((since, "blocked", False, True),))

    assert world.severity("BLOCKED") == severity


def test_a_block_that_was_lifted_in_between_counts_from_the_new_one(world):
    world.milestone()
    moves = (
        ("2026-07-10", "blocked", False, True),
        ("2026-07-20", "blocked", True, False),
        ("2026-08-20", "blocked", False, True),
    )
    world.task("a", due="2026-08-28", blocked=True, history=moves)

    assert world.reasons()["BLOCKED"].facts["longest"] == 2


def test_a_blocked_task_that_is_done_blocks_nothing(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.task("b", status="done", blocked=True)

    assert world.severity("BLOCKED") is None


def leaves(count, weight=8.0):
    return {f"pingcode/{number}": weight for number in range(count)}


def test_scope_that_grew_by_more_than_a_tenth_since_the_commitment_is_amber(world):
    world.milestone()
    world.snapshot("2026-07-02", leaves=leaves(10), weight_kind="hours")
    for number in range(12):
        world.task(str(number), due="2026-08-28", estimate_hours=8.0)

    found = world.reasons()["SCOPE_GROWTH"]

    assert found.facts["growth"] == pytest.approx(0.2)
    assert (found.facts["added"], found.facts["removed"]) == (2, 0)
    assert found.evidence == (("pingcode", "10"), ("pingcode", "11"))


def test_a_tenth_more_is_no_growth_yet_and_removed_work_counts_against_added(world):
    world.milestone()
    world.snapshot("2026-07-02", leaves=leaves(10), weight_kind="hours")
    for number in range(11):
        world.task(str(number), due="2026-08-28", estimate_hours=8.0)
    assert world.severity("SCOPE_GROWTH") is None

    world.task("11", due="2026-08-28", estimate_hours=8.0)
    world.task("0", due="2026-08-28", estimate_hours=8.0, status="cancelled")
    world.records.pop(0)

    assert world.severity("SCOPE_GROWTH") is None


def test_growth_is_measured_from_the_first_snapshot_at_or_after_the_commitment(world):
    world.milestone(rebaselines=(("2026-09-10", "2026-08-10"),))
    world.snapshot("2026-07-02", leaves=leaves(1), weight_kind="count")
    world.snapshot("2026-08-10", leaves=leaves(12), weight_kind="count")
    world.snapshot("2026-08-11", leaves=leaves(1), weight_kind="count")
    for number in range(12):
        world.task(str(number), due="2026-08-28")

    assert world.severity("SCOPE_GROWTH") is None


def test_an_older_snapshot_is_weighed_again_in_todays_kind_of_weight(world):
    """Then two tasks by count; today in hours: 10 then (8 for task 0 before it was re-estimated, 2), 12 added."""
    world.milestone()
    world.snapshot("2026-07-02", leaves=leaves(2, weight=1.0), weight_kind="count")
    world.task("0", due="2026-08-28", estimate_hours=6.0, history=(("2026-08-01", "estimate_hours", 8, 6),))
    world.task("1", due="2026-08-28", estimate_hours=2.0)
    world.task("2", due="2026-08-28", estimate_hours=12.0)

    assert world.reasons()["SCOPE_GROWTH"].facts["growth"] == pytest.approx(1.2)


def test_a_first_run_has_no_growth(world):
    world.milestone()
    world.task("0", due="2026-08-28")

    assert world.severity("SCOPE_GROWTH") is None
