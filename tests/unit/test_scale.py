"""The figures of docs/scale.md are those of the model, and the model behaves as queues do."""

from __future__ import annotations

import re
from dataclasses import fields

from tools.scale import BEGIN, END, PAGE, Costs, World, least_workers, simulate, table

SMALL = World(companies=100, hours=1)


def test_the_page_says_what_the_model_says():
    page = PAGE.read_text(encoding="utf-8")

    assert page.split(BEGIN)[1].split(END)[0].strip() == table()


def test_the_costs_of_the_model_are_told_as_they_were_measured():
    measured = PAGE.with_name("performance.md").read_text(encoding="utf-8")
    told = {f"{cost.default:,}".removesuffix(".0") for cost in fields(Costs)}

    assert {number for number in told if not re.search(rf"(?<![\d.]){re.escape(number)}(?![\d])", measured)} <= {"24"}
    assert "about 240 µs of CPU an item" in measured


def test_the_same_seed_tells_the_same_and_more_workers_never_wait_longer():
    one, again, two = (simulate(n, Costs(), SMALL) for n in (1, 1, 2))

    assert one == again
    assert two.mean_wait_s <= one.mean_wait_s and abs(two.load * 2 - one.load) < 1e-9


def test_who_remembers_needs_fewer_workers():
    assert least_workers(Costs(), World(hours=1), is_warm=True) < least_workers(Costs(), World(hours=1))


def test_a_queue_with_less_work_than_workers_hardly_waits():
    idle = simulate(8, Costs(), SMALL)

    assert idle.load < 0.2 and idle.p95_wait_s < 1
