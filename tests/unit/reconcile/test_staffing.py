"""Weeks of people against their hours, what no week holds, and budgets that are never mixed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from bridge.plan.document import Deal, Leave, Plan, Resource
from bridge.reconcile.layout import situations
from bridge.reconcile.staffing import budgets, staffing


def found(world, weeks=4):
    return staffing(world.portfolio(), weeks)


def person(world, name, weeks=4):
    return next(one for one in found(world, weeks).people if one.name == name)


def test_a_week_has_its_hours_its_capacity_and_the_tasks_behind(world):
    """Ten working days from Monday 24 August to Friday 4 September."""
    world.task("a", due="2026-09-04", estimate_hours=40.0)
    world.task("b", due="2026-08-28", estimate_hours=30.0)

    first, second, *_ = person(world, "林悦").weeks

    assert (first.week, first.hours, first.capacity, first.ratio) == (date(2026, 8, 24), 50.0, 40.0, 1.25)
    assert [(share.task.id, share.hours) for share in first.tasks] == [("b", 30.0), ("a", 20.0)]
    assert (second.hours, [share.task.id for share in second.tasks]) == (20.0, ["a"])


def test_leave_takes_hours_away_and_a_week_off_has_none(world):
    world.rows = {
        "resources": (Resource("林悦", leave=(Leave(date(2026, 8, 27), date(2026, 9, 4)),), hours_per_day=Decimal(6)),)
    }
    world.task("a", due="2026-09-01", estimate_hours=7.0, start="2026-08-31")

    first, second, *_ = person(world, "林悦").weeks

    assert (first.capacity, first.ratio) == (18.0, 0.0)
    assert (second.hours, second.capacity, second.ratio) == (7.0, 0.0, None)


def test_the_national_day_week_has_the_hours_of_its_working_days(make_world):
    """28 to 30 September and the make-up days around them; 5 to 7 October are off, 10 October is worked."""
    world = make_world("2026-09-28")
    world.rows = {"resources": (Resource("林悦"),)}

    assert [week.capacity for week in person(world, "林悦", 2).weeks] == [24.0, 24.0]


def test_people_come_by_name_with_and_without_work(world):
    world.rows = {"resources": (Resource("b"), Resource("c", kind="物资"), Resource("A"))}
    world.task("a", due="2026-08-28", estimate_hours=1.0, owners=("aa",))

    assert [one.name for one in found(world).people] == ["A", "aa", "b"]


def test_what_no_week_holds_is_counted(world):
    world.task("a", owners=(), estimate_hours=3.0)
    world.task("b", owners=(), remaining_hours=2.5, due="2026-08-28")
    world.task("c", due="2026-08-28")
    world.task("d", due="2026-08-28", status="done", estimate_hours=9.0, owners=())

    rest = found(world).uncounted

    assert (rest.open, rest.unassigned, rest.unassigned_hours) == (3, 2, 5.5)
    assert (rest.undated, rest.undated_ratio, rest.unsized, rest.unsized_ratio) == (1, 1 / 3, 1, 1 / 3)
    assert (person(world, "林悦").undated, person(world, "林悦").unsized) == (0, 1)


def test_hours_that_nobody_states_are_unknown_and_not_nothing(world):
    world.task("a", owners=(), due="2026-08-28")

    assert found(world).uncounted.unassigned_hours is None


def test_without_open_work_there_are_no_shares(world):
    rest = found(world).uncounted

    assert (rest.open, rest.undated_ratio, rest.unsized_ratio) == (0, None, None)


def test_the_weeks_are_those_that_make_an_owner_overloaded(world):
    world.milestone()
    world.task("a", due="2026-09-04", estimate_hours=85.0)
    world.task("b", due="2026-09-18", estimate_hours=30.0, owners=("林悦", "赵宁"))

    ground, _ = situations(world.portfolio())

    for weeks in ground.loads.values():
        shown = {week.week: week for week in person(world, weeks[0].person).weeks}
        assert [(shown[load.week].hours, shown[load.week].ratio) for load in weeks] == [
            (load.hours, load.ratio) for load in weeks
        ]


DEALS = (Deal("D-1", "a"), Deal("D-2", "b", currency="USD"))


def money(*rows):
    return [
        (one.deal, one.currency, one.kind, one.budget, one.used, one.ratio)
        for one in budgets(Plan(deals=DEALS, resources=rows))
    ]


def row(deal, kind="资金", budget=None, used=None, owner="林悦"):
    return Resource(owner, kind=kind, deal=deal, budget=budget and Decimal(budget), used=used and Decimal(used))


def test_budgets_are_added_within_a_deal_and_kind_only():
    assert money(row("D-1", budget="100", used="25"), row("D-2", budget="9", used="9"), row("D-1", budget="300", used="75"),
                 row("D-1", "物资", budget="5", used="1")) == [
        ("D-1", "CNY", "物资", Decimal(5), Decimal(1), Decimal("0.2")),
        ("D-1", "CNY", "资金", Decimal(400), Decimal(100), Decimal("0.25")),
        ("D-2", "USD", "资金", Decimal(9), Decimal(9), Decimal(1)),
    ]  # fmt: skip


def test_rows_of_no_deal_have_no_currency_and_are_not_added():
    assert money(row(None, budget="100"), row(None, budget="7", used="1")) == [
        (None, None, "资金", Decimal(100), None, None),
        (None, None, "资金", Decimal(7), Decimal(1), Decimal(1) / Decimal(7)),
    ]


@pytest.mark.parametrize("rows", [[row("D-1", budget="100"), row("D-1", budget="1", used="1")], [row("D-1", used="5")]])
def test_a_ratio_is_unknown_where_a_part_of_it_is(rows):
    assert [entry[-1] for entry in money(*rows)] == [None]


def test_people_without_a_budget_are_no_budget():
    assert money(Resource("林悦", hours_per_day=Decimal(8))) == []
