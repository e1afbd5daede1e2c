"""Work without an owner, and owners with more hours to do than to spend."""

from datetime import date
from decimal import Decimal

import pytest

from bridge.model import Person
from bridge.plan.document import Leave, Resource
from bridge.reconcile.load import loads
from tests.replacing import replace


def test_more_than_a_tenth_of_the_open_work_without_an_owner_is_amber(world):
    world.milestone()
    for number in range(9):
        world.task(str(number), due="2026-08-28")
    world.task("nobody", due="2026-08-28", owners=())
    assert world.severity("UNASSIGNED") is None

    world.task("nobody else", due="2026-08-28", owners=())

    assert world.reasons()["UNASSIGNED"].evidence == (("pingcode", "nobody"), ("pingcode", "nobody else"))


def test_finished_work_needs_no_owner(world):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.task("b", status="done", owners=())

    assert world.severity("UNASSIGNED") is None


def week_of(world, person="林悦", resources=()):
    portfolio = world.portfolio()
    tasks = [record.task for record in portfolio.tasks]
    found = loads(tasks, resources, portfolio.calendar, portfolio.today, 8)
    return {str(load.week): load.ratio for load in found.get(person, ())}


def test_hours_are_spread_over_the_working_days_to_come(world):
    """Ten working days from Monday 08-24 to Friday 09-04 carry 40 hours: half of a 40 hour week in each."""
    world.task("a", due="2026-09-04", estimate_hours=40.0)

    assert week_of(world) == {"2026-08-24": 0.5, "2026-08-31": 0.5}


def test_remaining_hours_go_before_the_estimate_and_owners_share_evenly(world):
    world.task("a", due="2026-08-28", estimate_hours=100.0, remaining_hours=40.0, owners=("林悦", "陈晨"))

    assert week_of(world) == {"2026-08-24": 0.5}


def test_work_past_its_date_falls_on_this_week_and_undated_work_on_none(world):
    world.task("late", due="2026-08-03", estimate_hours=20.0)
    world.task("undated", estimate_hours=500.0)
    world.task("no hours", due="2026-08-28")

    assert week_of(world) == {"2026-08-24": 0.5}


def test_work_after_the_four_weeks_is_not_counted(world):
    world.task("a", start="2026-09-21", due="2026-09-30", estimate_hours=80.0)

    assert week_of(world) == {}


def test_leave_and_hours_a_day_of_a_person_make_their_capacity(world):
    world.task("a", due="2026-08-28", estimate_hours=12.0)
    away = Resource("林悦", Decimal(4), (Leave(date(2026, 8, 27), date(2026, 8, 30)),))

    assert week_of(world, resources=(away,)) == {"2026-08-24": 1.0}


@pytest.mark.parametrize(
    ("spans", "free_days"),
    [
        ([("2026-09-19", "2026-09-20")], 5),  # Sunday is a make-up day of the week before National Day
        ([("2026-09-18", "2026-09-20")], 4),
        ([("2026-09-19", "2026-09-19")], 6),  # an ordinary Saturday costs nothing
        ([("2026-09-16", "2026-09-18"), ("2026-09-17", "2026-09-20")], 2),  # overlapping days are away once
        ([("2026-09-20", "2026-09-14")], 6),  # the plan refuses such a span; it takes nothing
        ([("2026-09-01", "2026-09-14")], 5),  # leave that began before
    ],
)
def test_leave_takes_working_days_once_make_up_days_among_them(make_world, spans, free_days):
    """The week from 2026-09-14 has six working days: Monday to Friday, and the make-up Sunday 09-20."""
    world = make_world("2026-09-14")
    world.task("a", due="2026-09-20", estimate_hours=8.0)
    leave = tuple(Leave(date.fromisoformat(first), date.fromisoformat(last)) for first, last in spans)

    assert week_of(world, resources=(Resource("林悦", None, leave),)) == {"2026-09-14": pytest.approx(1 / free_days)}


def test_leave_of_several_rows_of_one_person_is_one_leave(make_world):
    world = make_world("2026-09-14")
    world.task("a", due="2026-09-18", estimate_hours=8.0)
    rows = [
        Resource("林悦", Decimal(8), (Leave(date(2026, 9, 14), date(2026, 9, 15)),)),
        Resource(" 林悦 ", None, (Leave(date(2026, 9, 15), date(2026, 9, 18)),)),
    ]

    assert week_of(world, resources=rows) == {"2026-09-14": 1.0}


def test_a_week_of_holidays_alone_has_hours_and_nowhere_to_put_them(make_world):
    world = make_world("2026-10-01")
    world.task("a", due="2026-10-02", estimate_hours=8.0)

    assert week_of(world) == {"2026-09-28": pytest.approx(8 / 24)}


def test_a_person_on_leave_all_week_has_no_ratio(world):
    world.task("a", due="2026-08-28", estimate_hours=1.0)
    away = Resource("林悦", None, (Leave(date(2026, 8, 24), date(2026, 8, 30)),))

    assert week_of(world, resources=(away,)) == {"2026-08-24": None}


@pytest.mark.parametrize(("hours", "severity"), [(40.0, None), (41.0, "amber")])
def test_an_owner_above_capacity_is_overloaded_wherever_the_hours_come_from(world, hours, severity):
    world.milestone()
    world.task("a", due="2026-08-28")
    world.task("elsewhere", due="2026-08-28", estimate_hours=hours, milestone=None, source="worktile")

    assert world.severity("OVERLOADED") == severity


def test_the_same_person_is_recognised_in_both_tools_by_name(world):
    world.milestone()
    world.task("a", due="2026-08-28", estimate_hours=30.0)
    world.task("b", due="2026-08-28", estimate_hours=30.0, source="worktile", milestone=None)
    record = world.records[-1]
    world.records[-1] = replace(record, task=replace(record.task, assignees=(Person("u-77", " 林悦 "),)))

    assert world.reasons()["OVERLOADED"].facts["load"] == 1.5
