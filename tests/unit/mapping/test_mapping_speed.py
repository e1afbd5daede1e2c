"""How many payloads a second become tasks, on one core."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bridge.mapping import wire
from bridge.mapping.apply import to_task

GOLDEN = Path(__file__).parents[2] / "golden" / "mapping"
ROWS = 20_000


def _rate(work, times: int = 3) -> float:
    best = float("inf")
    for _ in range(times):
        started = time.process_time()
        work()
        best = min(best, time.process_time() - started)
    return ROWS / best


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["pingcode", "worktile"])
def test_a_core_maps_twenty_thousand_payloads_a_second(kind, request, about):
    mapping = request.getfixturevalue(kind)
    given = json.loads((GOLDEN / f"{kind}.json").read_text(encoding="utf-8"))
    surroundings = about(lookups=given["surroundings"]["lookups"], settings=given["surroundings"]["settings"])
    first = given["payloads"][0]
    rows = [
        {**first, "title": f"{first['title']} {number}", "updated_at": 1782000000 + number} for number in range(ROWS)
    ]

    rate = _rate(lambda: [to_task(mapping, row, surroundings) for row in rows])

    print(f"{kind}: {rate:,.0f} tasks/s")
    assert rate >= 10_000


@pytest.mark.slow
def test_the_wire_carries_fifty_thousand_tasks_a_second(pingcode, about):
    given = json.loads((GOLDEN / "pingcode.json").read_text(encoding="utf-8"))
    task = to_task(pingcode, given["payloads"][0], about()).task
    row = wire.as_json(task)

    out = _rate(lambda: [wire.as_json(task) for _ in range(ROWS)])
    back = _rate(lambda: [wire.from_json(row) for _ in range(ROWS)])

    print(f"as_json: {out:,.0f}/s, from_json: {back:,.0f}/s")
    assert min(out, back) >= 50_000
