"""Milestones that wait for milestones: the forecast of the one begins the work of the other, and P is a product."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.reconcile.waits import in_order


def two(world, **values):
    """M-1 waits for M-0, whose chain ends on Wednesday 26 August."""
    world.milestone(promised="2026-09-30", depends_on=("M-0",), **values)
    world.milestone("M-0", promised="2026-09-30")
    world.chain("x", "y", "z", milestone="M-0")


def test_the_forecast_of_the_milestone_before_is_the_earliest_start(world):
    two(world)
    world.chain("a", "b")

    row = world.row()

    assert row.forecast.p85 == date(2026, 8, 28)
    assert [(link.start.day, link.finish.day) for link in row.network.chain] == [(27, 27), (28, 28)]
    assert [(one.milestone, one.forecast) for one in row.waiting.awaited] == [("M-0", date(2026, 8, 26))]


def test_a_slip_of_the_milestone_before_moves_the_one_after_it_by_as_much(world):
    two(world)
    world.chain("a", "b")
    world.task("w", remaining_hours=16.0, milestone="M-0")
    world.link("w", "x", "finish_to_start")

    assert world.row("M-0").forecast.p85 == date(2026, 8, 28)
    assert world.row().forecast.p85 == date(2026, 9, 1)


def test_a_chain_of_milestones_is_judged_from_its_first_on_whatever_their_order_in_the_plan(world):
    world.milestone("M-3", promised="2026-12-31", depends_on=("M-2",))
    world.milestone("M-2", promised="2026-12-31", depends_on=("M-1",))
    world.milestone("M-1", promised="2026-12-31")
    for key in ("M-3", "M-2", "M-1"):
        world.chain(f"{key}a", f"{key}b", milestone=key)

    assert [world.row(key).forecast.p85.day for key in ("M-1", "M-2", "M-3")] == [25, 27, 31]


def test_the_latest_of_several_milestones_counts(world):
    two(world)
    world.milestone(promised="2026-09-30", depends_on=("M-0", "M-9"))
    world.milestone("M-9", promised="2026-09-30")
    world.chain("p", "q", milestone="M-9")
    world.chain("a", "b")

    assert world.row().waiting.not_before == date(2026, 8, 26)
    assert world.row().forecast.p85 == date(2026, 8, 28)


def test_nothing_is_waited_for_where_the_milestone_before_is_done(world):
    two(world)
    world.milestone("M-0", promised="2026-09-30", actual="2026-08-20")
    world.chain("a", "b")

    assert world.row().waiting is None
    assert world.row().forecast.p85 == date(2026, 8, 25)


def test_a_milestone_before_without_a_forecast_is_named_and_holds_nothing_up(world):
    world.milestone(promised="2026-09-30", depends_on=("M-0",))
    world.milestone("M-0", promised="2026-09-30")
    world.chain("a", "b")

    row = world.row()

    assert [(one.milestone, one.forecast) for one in row.waiting.awaited] == [("M-0", None)]
    assert row.forecast.p85 == date(2026, 8, 25)


def branches(world, **values):
    """M-1 waits for two milestones of which each has a throughput of two tasks a week."""
    world.milestone(promised="2026-12-31", depends_on=("M-A", "M-B"))
    world.task("after")
    for key in ("M-A", "M-B"):
        world.milestone(key, promised="2026-09-07", **values)
        for week, monday in enumerate(("07-06", "07-13", "07-20", "07-27", "08-03", "08-10", "08-17")):
            for number in range(week % 3 + 1):
                name = f"{key}{week}{number}"
                world.task(name, status="done", completed=f"2026-{monday}", seen="2026-06-29", milestone=key)
        for number in range(4):
            world.task(f"{key}{number}", milestone=key, seen="2026-06-29")


def test_the_chance_of_independent_branches_is_their_product_and_never_that_of_one(world):
    branches(world)

    waiting = world.row().waiting
    first, second = (one.on_time_probability for one in waiting.awaited)

    assert 0 < first < 1
    assert waiting.on_time_probability == pytest.approx(first * second)
    assert waiting.on_time_probability < min(first, second)


def test_branches_that_wait_for_the_same_have_no_product(world):
    branches(world, depends_on=("M-0",))
    world.milestone("M-0", promised="2026-09-01")
    world.task("root", milestone="M-0", due="2026-08-28")

    assert world.row().waiting.on_time_probability is None


def test_branches_without_a_chance_of_their_own_have_no_product(world):
    two(world)
    world.chain("a", "b")

    assert world.row().waiting.on_time_probability is None


def test_a_circle_in_a_stored_plan_does_not_stop_the_rest_from_being_judged(world):
    world.milestone("M-1", promised="2026-12-31", depends_on=("M-2",))
    world.milestone("M-2", promised="2026-12-31", depends_on=("M-1",))
    for key in ("M-1", "M-2"):
        world.chain(f"{key}a", f"{key}b", milestone=key)

    assert {row.milestone.key for row in world.assess().assessments} == {"M-1", "M-2"}


KEYS = st.sampled_from("abcdef")


@given(st.dictionaries(KEYS, st.lists(KEYS, max_size=4), max_size=6))
def test_every_key_stands_once_and_after_those_it_waits_for_unless_in_a_circle(waits):
    order = in_order(waits)

    assert sorted(order) == sorted(waits)
    place = {key: at for at, key in enumerate(order)}
    late = [(key, one) for key, before in waits.items() for one in before if one in place and place[one] > place[key]]
    assert all(reaches(waits, one, key) for key, one in late)


def reaches(waits, start, end):
    seen, rest = set(), [start]
    while rest:
        key = rest.pop()
        if key == end:
            return True
        if key not in seen:
            seen.add(key)
            rest += waits.get(key, ())
    return False
