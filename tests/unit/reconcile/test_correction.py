"""Forecasts corrected by finished ones: off unless asked for, and then dates and probability move together."""

from datetime import date

import pytest

from bridge.reconcile.run import assess
from bridge.reconcile.snapshot import snapshots
from tests.replacing import replace


def finished(world, count, took=15):
    """Milestones forecast to need 10 more working days, 10 working days before the promise, that took `took`."""
    calendar = world.portfolio().calendar
    promised = date(2026, 6, 30)
    seen = calendar.add_workdays(promised, -10)
    for number in range(count):
        key = f"F-{number}"
        world.milestone(
            key, promised="2026-06-30", imported="2026-01-05", actual=str(calendar.add_workdays(seen, took))
        )
        world.snapshot(str(seen), key=key, method="throughput", raw_p50=calendar.add_workdays(seen, 10), reasons={})


def running(world):
    world.milestone(promised="2026-09-30")
    for week, monday in enumerate(("2026-07-06", "2026-07-13", "2026-07-20", "2026-07-27", "2026-08-03", "2026-08-10")):
        world.finished(2 + week % 2, on=monday, prefix=f"w{week}")
    for number in range(8):
        world.task(f"open{number}", due="2026-09-25")


def row(world, calibrate):
    result = assess(replace(world.portfolio(), calibrate=calibrate))
    return next(row for row in result.assessments if row.milestone.key == "M-1")


@pytest.fixture
def told(world):
    running(world)
    return world


def test_nothing_finished_leaves_every_figure_and_says_nothing(told):
    assert row(told, True).forecast == row(told, False).forecast
    assert row(told, True).forecast.calibration is None


def test_five_finished_milestones_hint_but_never_correct(told):
    plain = row(told, True).forecast
    finished(told, 5)

    hinted = row(told, True).forecast

    assert hinted.calibration.n == 5
    assert not hinted.calibration.is_applied
    assert hinted.calibration.corrected_p85 > hinted.p85 == plain.p85


def test_ten_finished_milestones_correct_only_where_the_settings_ask_for_it(told):
    plain = row(told, True).forecast
    finished(told, 10)

    off, on = row(told, False).forecast, row(told, True).forecast

    assert (off.p50, off.p85, off.p95, off.on_time_probability) == (
        plain.p50,
        plain.p85,
        plain.p95,
        plain.on_time_probability,
    )
    assert on.calibration.is_applied
    assert on.p85 == off.calibration.corrected_p85 > on.calibration.raw_p85 == plain.p85
    assert on.on_time_probability <= off.on_time_probability
    assert on.spread["due_dates"] == off.spread["due_dates"]


def test_work_that_used_to_be_done_sooner_makes_the_forecast_earlier(told):
    finished(told, 12, took=5)

    off, on = row(told, False).forecast, row(told, True).forecast

    assert on.p85 < off.p85
    assert on.on_time_probability >= off.on_time_probability


def test_a_lead_is_no_reason_to_expect_unstarted_work_before_its_own_date(world):
    world.milestone(promised="2026-10-30")
    world.task("a", due="2026-08-07", status="done", completed="2026-08-07")
    world.task("b", due="2026-08-14", status="done", completed="2026-08-14")
    world.task("c", due="2026-09-18")
    finished(world, 12, took=3)

    on = row(world, True).forecast

    assert on.method == "earned_schedule"
    assert on.calibration.is_applied
    assert on.p85 == on.calibration.corrected_p85 == date(2026, 9, 18)


def test_the_snapshot_keeps_what_the_method_said_so_that_corrections_do_not_pile_up(told):
    finished(told, 10)
    portfolio = replace(told.portfolio(), calibrate=True)
    result = assess(portfolio)

    kept = next(one for one in snapshots(result, portfolio.today) if one.milestone == "M-1")

    assert kept.raw_p50 == row(told, False).forecast.p50
    assert kept.raw_p50 < row(told, True).forecast.p50
