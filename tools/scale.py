"""The figures of docs/scale.md: a queue of readings of many companies, with the costs measured in docs/performance.md.

`python -m tools.scale` prints the table between the marks of that page; `--write` puts it there.
"""

from __future__ import annotations

import argparse
import heapq
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "scale.md"
BEGIN, END = "<!-- scale -->", "<!-- end of scale -->"
SEED = 20261127


@dataclass(frozen=True)
class Costs:
    """Seconds, requests and bytes for a company of 100,000 tasks in 20 projects; docs/performance.md tells how measured."""

    first_load_s: float = 24.0
    changed_s: float = 1.78
    nothing_s: float = 0.88
    load_tasks_s: float = 2.6
    judge_full_s: float = 2.5
    judge_changed_s: float = 0.57
    judge_nothing_s: float = 0.23
    report_s: float = 9.1
    first_requests: int = 1_403
    changed_requests: int = 23
    nothing_requests: int = 9
    bytes_a_task: int = 1_887


@dataclass(frozen=True)
class World:
    companies: int = 1_000
    tasks: int = 100_000
    every_s: int = 15 * 60
    busy_ratio: float = 0.5
    """Readings that find one task in a hundred changed; the others find nothing."""
    requests_a_minute: int = 200
    """What a vendor allows one credential."""
    hours: int = 4


@dataclass(frozen=True)
class Queue:
    """What a number of workers makes of the readings."""

    workers: int
    load: float
    mean_wait_s: float
    p95_wait_s: float
    longest_wait_s: float


def reading(costs: Costs, chance: random.Random, world: World, *, is_warm: bool) -> float:
    """Seconds of one reading and the judgement after it; no two are alike. A warm worker remembers the company's tasks."""
    is_busy = chance.random() < world.busy_ratio
    sync = costs.changed_s if is_busy else costs.nothing_s
    remembered = costs.judge_changed_s if is_busy else costs.judge_nothing_s
    mean = sync + (remembered if is_warm else costs.load_tasks_s + costs.judge_full_s)
    return mean * chance.uniform(0.7, 1.3)


def simulate(workers: int, costs: Costs, world: World, *, is_warm: bool = False, seed: int = SEED) -> Queue:
    """First come, first served: each company is due every so often, spread evenly, up to 20 s late."""
    chance = random.Random(seed)  # noqa: S311 - a simulation, no secret
    due = sorted(
        start + turn * world.every_s + chance.uniform(0, 20)
        for start in (world.every_s * n / world.companies for n in range(world.companies))
        for turn in range(world.hours * 3_600 // world.every_s)
    )
    free = [0.0] * workers
    waits, work = [], 0.0
    for at in due:
        begin = max(at, heapq.heappop(free))
        seconds = reading(costs, chance, world, is_warm=is_warm)
        heapq.heappush(free, begin + seconds)
        waits.append(begin - at)
        work += seconds
    waits.sort()
    load = work / (workers * world.hours * 3_600)
    return Queue(workers, load, sum(waits) / len(waits), waits[int(len(waits) * 0.95)], waits[-1])


def least_workers(costs: Costs, world: World, *, is_warm: bool = False, most_wait_s: float = 60.0) -> int:
    """How many workers keep nineteen readings in twenty from waiting longer."""
    workers = 1
    while simulate(workers, costs, world, is_warm=is_warm).p95_wait_s > most_wait_s:
        workers += 1
    return workers


def lines(costs: Costs, world: World) -> Iterator[str]:
    least = least_workers(costs, world)
    yield f"{world.companies:,} companies of {world.tasks:,} tasks, read every {world.every_s // 60} minutes:"
    yield ""
    yield "| Worker | Workers | Load | Mean wait | 95 % wait at most | Longest wait |"
    yield "|---|--:|--:|--:|--:|--:|"
    warm = least_workers(costs, world, is_warm=True)
    for kind, workers in (("cold", least - 1), ("cold", least), ("cold", least * 2), ("warm", warm), ("warm", least)):
        q = simulate(workers, costs, world, is_warm=kind == "warm")
        yield f"| {kind} | {q.workers} | {q.load:.0%} | {q.mean_wait_s:.1f} s | {q.p95_wait_s:.1f} s | {q.longest_wait_s:.1f} s |"
    first_cpu, first_budget = costs.first_load_s, costs.first_requests / world.requests_a_minute
    readings = 60 * 60 / world.every_s
    yield ""
    yield "| What | For one company | For all |"
    yield "|---|--:|--:|"
    yield f"| first load, CPU | {first_cpu:.1f} s | {first_cpu * world.companies / 3600 / least:.1f} h on {least} workers |"
    yield f"| first load, requests at {world.requests_a_minute} a minute | {first_budget:.1f} min | the same: a credential each |"
    share = costs.changed_requests * readings / (world.requests_a_minute * 60)
    yield f"| requests of a reading with changes | {costs.changed_requests} | {share:.1%} of each credential's budget |"
    store = costs.bytes_a_task * world.tasks
    yield f"| store | {store / 1e6:,.0f} MB | {store * world.companies / 1e9:,.0f} GB |"
    report_cpu = costs.report_s * world.companies
    yield f"| a report in the morning, CPU | {costs.report_s:.1f} s | {report_cpu / 60 / least:.0f} min on {least} workers |"
    yield f"| everything judged anew, CPU | {costs.judge_full_s:.1f} s | {costs.judge_full_s * world.companies / 60 / least:.0f} min on {least} workers |"


def table() -> str:
    return "\n".join(lines(Costs(), World()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/scale.md")
    made = table()
    if parser.parse_args().write:
        page = PAGE.read_text(encoding="utf-8")
        head, rest = page.split(BEGIN)
        tail = rest.split(END)[1]
        PAGE.write_text(f"{head}{BEGIN}\n\n{made}\n\n{END}{tail}", encoding="utf-8")
    else:
        sys.stdout.write(made + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
