"""Promise against dates: overdue, due after the promise, forecasts, pushes and trends."""

import pytest

from bridge.reconcile.situation import Slip, Span


def test_an_open_milestone_past_its_promise_is_overdue_by_working_and_calendar_days(world):
    world.milestone(promised="2026-08-20")
    world.task("a", due="2026-08-20")

    row = world.row()

    assert row.slip.overdue == Span(workdays=2, days=4)
    assert world.reasons()["OVERDUE"].workdays == 2


def test_on_the_promised_day_nothing_is_overdue_yet(world):
    world.milestone(promised="2026-08-24")
    world.task("a", due="2026-08-24")

    assert world.severity("OVERDUE") is None
    assert world.row().slip.overdue is None


@pytest.mark.parametrize(("contractual", "severity"), [(True, "red"), (False, "amber")])
def test_overdue_is_red_only_for_a_contract_milestone(world, contractual, severity):
    world.milestone(promised="2026-08-20", contractual=contractual)
    world.task("a", due="2026-08-20")

    assert world.severity("OVERDUE") == severity


def test_the_national_holiday_is_no_working_day_but_six_days_late(world):
    world.today = "2026-10-07"
    world.milestone(promised="2026-10-01", contractual=True)
    world.task("a")

    assert world.row().slip.overdue == Span(workdays=0, days=6)


def test_without_a_promise_nothing_is_late(world):
    world.milestone(promised=None)
    world.task("a", due="2026-08-28")

    assert world.row().slip == Slip()
    assert list(world.reasons()) == ["NO_PROMISE"]
    assert world.row().colour == "grey"


def test_a_date_one_day_after_the_promise_is_amber(world):
    world.milestone(promised="2026-09-01")
    world.task("a", due="2026-09-02")

    assert world.severity("DUE_AFTER_PROMISE") == "amber"
    assert world.reasons()["DUE_AFTER_PROMISE"].evidence == (("pingcode", "a"),)


@pytest.mark.parametrize(("due", "severity"), [("2026-09-15", "amber"), ("2026-09-16", "red")])
def test_more_than_ten_working_days_after_the_promise_is_red(world, due, severity):
    world.milestone(promised="2026-09-01")
    world.task("a", due=due)

    assert world.severity("DUE_AFTER_PROMISE") == severity


def test_a_weekend_after_the_promise_is_late_by_no_working_day(world):
    world.milestone(promised="2026-08-28")
    world.task("a", due="2026-08-30")

    assert world.row().slip.plan == Span(workdays=0, days=2)
    assert world.severity("DUE_AFTER_PROMISE") == "amber"


@pytest.mark.parametrize(("due", "severity"), [("2026-09-20", "amber"), ("2026-09-21", "red")])
def test_a_long_plan_may_slip_by_a_fifth_of_its_length_before_it_is_red(world, due, severity):
    """2026-05-25 to the promise are 70 working days; 09-20 is a worked Sunday, 14 working days after it, 09-21 is 15."""
    world.milestone(promised="2026-09-01")
    world.snapshot("2026-07-02", earliest_start="2026-05-25")
    world.task("a", due=due)

    assert world.severity("DUE_AFTER_PROMISE") == severity


def test_the_length_of_the_plan_counts_from_the_first_snapshot_after_the_promise_came(world):
    world.milestone(promised="2026-09-01", imported="2026-07-01")
    world.snapshot("2026-06-30", earliest_start="2025-01-01")
    world.snapshot("2026-07-01", earliest_start="2026-08-31")
    world.snapshot("2026-07-02", earliest_start="2025-01-01")
    world.task("a", due="2026-09-16", start="2025-01-01")

    assert world.severity("DUE_AFTER_PROMISE") == "red"


def test_before_the_first_snapshot_the_present_start_is_the_one_it_will_keep(world):
    world.milestone(promised="2026-09-01")
    world.task("a", due="2026-09-16", start="2026-01-05")

    assert world.severity("DUE_AFTER_PROMISE") == "amber"


def test_the_commitment_is_the_latest_rebaseline_and_the_first_promise_is_kept_beside_it(world):
    world.milestone(promised="2026-09-01", rebaselines=(("2026-09-10", "2026-08-01"),))
    world.task("a", due="2026-09-18")

    row = world.row()

    assert (str(row.first_promise), str(row.commitment)) == ("2026-09-01", "2026-09-10")
    assert row.slip.plan == Span(workdays=6, days=8)
    assert row.slip_first.plan == Span(workdays=13, days=17)


def test_the_date_of_the_own_item_goes_before_the_dates_of_the_work(world):
    world.milestone()
    world.own_item("m", due="2026-09-04")
    world.task("a", due="2026-09-30")

    assert str(world.row().due) == "2026-09-04"


def test_of_several_own_items_the_latest_counts_and_a_cancelled_one_does_not(world):
    world.milestone()
    world.own_item("m1", due="2026-09-04")
    world.own_item("m2", due="2026-09-07")
    world.own_item("m3", due="2026-12-31", status="cancelled")

    assert str(world.row().due) == "2026-09-07"


def test_an_own_item_without_a_date_leaves_the_word_to_the_open_work(world):
    world.milestone()
    world.own_item("m", due=None)
    world.task("a", due="2026-09-07")
    world.task("b", due="2026-09-30", status="done")

    assert str(world.row().due) == "2026-09-07"


def test_a_done_milestone_keeps_the_date_it_had_in_the_last_snapshot_before(world):
    world.milestone()
    world.task("a", due="2026-08-10", status="done", completed="2026-08-20")
    world.snapshot("2026-08-18", due="2026-08-15")
    world.snapshot("2026-08-19", due="2026-08-17")
    world.snapshot("2026-08-20", colour="done", due="2026-08-10")

    row = world.row()

    assert str(row.due) == "2026-08-17"
    assert row.slip == Slip(actual=Span(workdays=-8, days=-12))


def test_a_forecast_after_the_promise_is_late_unless_it_only_repeats_due_dates(world):
    world.milestone(promised="2026-09-01")
    world.task("a", due="2026-09-10")
    assert world.row().forecast.method == "due_dates"
    assert world.severity("FORECAST_LATE") is None

    world.finished(10)
    world.today = "2026-08-31"

    assert world.row().forecast.method == "throughput"
    assert world.severity("FORECAST_LATE") is not None


def test_a_chance_under_one_half_is_red_and_under_85_percent_amber(world):
    """Seven whole weeks since 2026-07-06, two of them with five finishes each: one open task is done in a week with
    2/7, in two weeks with 1 - (5/7)² = 24/49, in five with 1 - (5/7)⁵ = 0.81."""
    world.task("a")
    world.finished(5, on="2026-07-08", prefix="x")
    world.finished(5, on="2026-07-15", prefix="y")

    world.milestone(promised="2026-09-07")
    assert world.row().forecast.on_time_probability == pytest.approx(24 / 49)
    assert world.severity("UNLIKELY") == "red"

    world.milestone(promised="2026-09-28")
    assert world.severity("UNLIKELY") is None
    assert world.severity("DOUBTFUL") == "amber"


def test_a_probability_is_not_judged_once_the_promise_has_passed(world):
    world.milestone(promised="2026-08-21")
    world.task("a")
    world.finished(5, on="2026-07-08", prefix="x")
    world.finished(5, on="2026-07-15", prefix="y")

    assert world.row().forecast.on_time_probability == 0.0
    assert "UNLIKELY" not in world.reasons()
    assert "OVERDUE" in world.reasons()


MOVES = (
    ("2026-07-10", "due_on", "2026-08-20", "2026-08-24"),
    ("2026-07-20", "due_on", "2026-08-24", "2026-08-28"),
    ("2026-07-30", "due_on", "2026-08-28", "2026-09-01"),
)


@pytest.mark.parametrize(("moves", "severity"), [(1, None), (2, "amber"), (3, "red")])
def test_two_pushes_are_amber_and_three_are_red(world, moves, severity):
    world.milestone(promised="2026-09-01")
    world.task("a", due=MOVES[moves - 1][3], history=MOVES[:moves])

    assert world.severity("PUSHED") == severity
    assert world.row().pushes.count == moves


def test_pushes_before_the_rebaseline_are_forgiven_but_still_counted(world):
    world.milestone(promised="2026-09-01", rebaselines=(("2026-09-10", "2026-07-20"),))
    world.task("a", due="2026-09-01", history=MOVES)

    row = world.row()

    assert world.severity("PUSHED") is None
    assert (row.pushes.count, row.pushes.days) == (3, 12)
    assert (str(row.pushes.first_promise), str(row.pushes.last_promise)) == ("2026-08-20", "2026-09-01")


def test_a_new_mapping_is_nobodys_push(world):
    world.milestone(promised="2026-09-01")
    moves = (*MOVES[:1], (*MOVES[1], "mapping"), (*MOVES[2], "mapping"))
    world.task("a", due="2026-09-01", history=moves)

    assert world.row().pushes.count == 1
    assert world.severity("PUSHED") is None


def test_a_date_that_turns_to_and_fro_is_a_zigzag(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    for monday, due in (("2026-08-03", "2026-08-28"), ("2026-08-10", "2026-08-31"), ("2026-08-17", "2026-08-27")):
        world.snapshot(monday, due=due)

    assert world.reasons()["ZIGZAG"].facts["reversals"] == 2


def test_a_jump_after_quiet_weeks_is_a_late_jump(world):
    world.milestone(promised="2026-09-30")
    world.task("a", due="2026-09-15")
    for monday in ("2026-07-27", "2026-08-03", "2026-08-10", "2026-08-17"):
        world.snapshot(monday, due="2026-09-01")

    assert world.reasons()["LATE_JUMP"].facts["days"] == 14


def test_a_date_that_slips_every_week_is_a_continuous_slip(world):
    world.milestone(promised="2026-09-30")
    world.task("a", due="2026-09-07")
    for monday, due in (("2026-08-03", "2026-08-28"), ("2026-08-10", "2026-08-31"), ("2026-08-17", "2026-09-03")):
        world.snapshot(monday, due=due)

    assert world.reasons()["CONTINUOUS_SLIP"].facts["count"] == 3


def test_neither_a_date_nor_a_forecast_is_said(world):
    world.milestone()
    world.task("a")

    assert world.severity("NO_DUE_DATE") == "grey"
