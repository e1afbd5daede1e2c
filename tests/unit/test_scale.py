"""The numbers of docs/scale.md are those of the model, and the model behaves as queues do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tools.scale import BEGIN, END, PAGE, PLANS, Costs, Shape, costs, day_of, most_by_cores, most_by_memory, numbers

SAME, SPREAD, POOL = PLANS
SMALL = Shape(companies=40, cores=2)


@pytest.fixture(scope="module")
def cost() -> Costs:
    return costs()


def test_the_page_says_what_the_model_says():
    page = PAGE.read_text(encoding="utf-8")

    assert page.split(BEGIN)[1].split(END)[0].strip() == numbers()


def test_the_same_seed_tells_the_same_day_and_another_a_different_one(cost: Costs):
    one, again, other = (day_of(20, 20, SPREAD, SMALL, cost, seed) for seed in (1, 1, 2))

    assert one == again != other


def test_two_machines_are_half_as_busy_as_one(cost: Costs):
    one, two = (day_of(40, each, SPREAD, SMALL, cost) for each in (40, 20))

    assert two.busy == pytest.approx(one.busy / 2, rel=0.02)
    assert two.sync_p99_s <= one.sync_p99_s


def test_nobody_waits_for_a_job_that_costs_nothing(cost: Costs):
    free = replace(cost, sync=0, edit=0, judge_same=0, judge_edited=0, judge_cold=0, report=0, full=0)
    day = day_of(40, 40, SPREAD, SMALL, free)

    assert day.busy == 0 and day.sync_p99_s == 0 and day.is_good


def test_times_that_are_spread_serve_at_least_as_many(cost: Costs):
    assert most_by_cores(SPREAD, SMALL, cost) >= most_by_cores(SAME, SMALL, cost) > 0


def test_who_serves_all_in_turn_needs_memory_for_one_at_a_time(cost: Costs):
    heavy = replace(cost, served_mib=2_000)

    assert most_by_memory(SAME, SMALL, heavy) == 12
    assert most_by_memory(POOL, SMALL, heavy) == SMALL.companies
