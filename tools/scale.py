"""`python -m tools.scale` writes the numbers of `docs/scale.md` anew: many companies on machines, as a queue.

What a job costs is measured (`tests/benchmarks/costs.py` into `scale_costs.json`); how a company works is assumed
(`Shape`); what waits for what is reckoned here. The same seed always tells the same day.
"""

from __future__ import annotations

import heapq
import json
import math
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "scale.md"
COSTS = Path(__file__).with_name("scale_costs.json")
BEGIN, END = "<!-- scale -->", "<!-- end of scale -->"
QUARTER_S, DAY_S = 900, 86_400
FULL_AT_S, DIGEST_AT_S = 9_000, 32_400
WORK_S = (32_400, 64_800)
JITTER_S = 20
SEED = 8
MOST_EACH, EXACT_TO = 511, 8
"""Companies on one machine; more are not looked for."""
SERVED: Literal["served"] = "served"
POOL: Literal["pool"] = "pool"


class Costs(Struct, frozen=True):
    """Seconds of one core for each job of one company, without the start of a process; and what it asks and keeps."""

    items: int
    milestones: int
    start: float
    sync: float
    edit: float
    """For each task that was edited, on top of a sync."""
    judge_same: float
    judge_edited: float
    judge_cold: float
    """By a process that remembers nothing."""
    report: float
    first: float
    first_requests: int
    full: float
    full_requests: int
    sync_requests: int
    store_mb: float
    edit_kb: float
    """By how much the store grows for each task that was edited."""
    served_mib: int
    """What a process holds that remembers a company."""


class Shape(Struct, frozen=True):
    """How the companies work, and on what; all of it assumed."""

    companies: int = 1_000
    edited_a_day: float = 0.01
    """Of all tasks, in nine hours of a working day."""
    reports_a_day: int = 20
    open_share: float = 0.3
    detail_streams: int = 3
    per_minute: int = 150
    details_a_run: int = 120
    """Requests for single tasks that a run allows itself: 80 % of a minute."""
    cores: int = 8
    memory_gib: int = 32
    free_share: float = 0.25
    """Of the memory, for the system and its file cache."""
    disk_gb: int = 1_000


class Plan(Struct, frozen=True):
    """Where the processes are and when they work."""

    name: str
    kind: Literal["served", "pool"]
    is_spread: bool
    """Whether each company has minutes of its own in place of the same for all."""


class Day(Struct, frozen=True):
    """What one working day was like, of all companies that were simulated."""

    busy: float
    """The share of all cores' time."""
    sync_p99_s: float
    digest_last_s: float
    full_last_s: float

    @property
    def is_good(self) -> bool:
        """Changes are judged before the next sync is due, digests are out by half past nine, full reads by seven."""
        return self.sync_p99_s <= QUARTER_S and self.digest_last_s <= 1_800 and self.full_last_s <= 16_200


PLANS = (
    Plan("one service for each company, the same times for all", SERVED, False),
    Plan("one service for each company, times spread", SERVED, True),
    Plan("workers that serve all companies in turn, times spread", POOL, True),
)


def costs(path: Path = COSTS) -> Costs:
    """The measured figures as the model needs them."""
    found = json.loads(path.read_text(encoding="utf-8"))
    start, edits = found["start"]["cpu_s"], found["items"] / 100

    def net(name: str) -> float:
        return float(max(found[name]["cpu_s"] - start, 0))

    return Costs(
        items=found["items"],
        milestones=found["milestones"],
        start=start,
        sync=net("unchanged"),
        edit=max(net("edited") - net("unchanged"), 0) / edits,
        judge_same=found["judge_same"]["cpu_s"],
        judge_edited=found["judge_edited"]["cpu_s"],
        judge_cold=net("judge_first"),
        report=net("report"),
        first=net("first"),
        first_requests=found["first"]["requests"],
        full=net("full"),
        full_requests=found["full"]["requests"],
        sync_requests=found["unchanged"]["requests"],
        store_mb=found["first"]["bytes"] / 1e6,
        edit_kb=found["edited"]["bytes"] / edits / 1e3,
        served_mib=found["served_mib"],
    )


Job = tuple[float, int, str, float]
"""When it is due, whose it is, what it is, and how long a core works for it."""


def jobs(company: int, plan: Plan, shape: Shape, cost: Costs, rng: random.Random) -> Iterator[Job]:
    """One working day of a company."""
    own = rng.random() if plan.is_spread else 0.0
    runs = (WORK_S[1] - WORK_S[0]) // QUARTER_S
    edits = shape.edited_a_day * cost.items / runs
    remembers = plan.kind == SERVED
    for number in range(DAY_S // QUARTER_S):
        at = (number + own) * QUARTER_S + rng.random() * JITTER_S
        is_working = WORK_S[0] <= at < WORK_S[1]
        edited = rng.expovariate(1 / edits) if is_working else 0.0
        judging = (cost.judge_edited if edited else cost.judge_same) if remembers else cost.judge_cold
        # A worker that finds nothing changed judges nothing; a service looks whether its memory still holds.
        judging = judging if edited or remembers else 0.0
        yield at, company, "sync", cost.sync + edited * cost.edit + judging
    yield FULL_AT_S + own * 2 * 3_600 + rng.random() * JITTER_S, company, "full", cost.full
    # A digest that may be early is made within the half hour before nine.
    yield DIGEST_AT_S - own * 1_800 + rng.random() * JITTER_S, company, "digest", cost.report
    for _ in range(shape.reports_a_day):
        yield rng.uniform(*WORK_S), company, "report", cost.report


Done = tuple[str, float, float, float]
"""What a job was, when it was due, when it was done, and how long a core worked for it."""


def machine_day(companies: range, plan: Plan, shape: Shape, cost: Costs, seed: int = SEED) -> list[Done]:
    """The working day of these companies on one machine.

    Jobs are begun in the order in which they are due, each on one core, and one at a time for each company.
    """
    rng = random.Random(f"{seed}/{companies.start}")  # noqa: S311 - a simulation, no secret
    due = sorted(job for company in companies for job in jobs(company, plan, shape, cost, rng))
    free = [0.0] * (shape.cores if plan.kind == SERVED else workers(shape, cost))
    own: dict[int, float] = {}
    done = []
    for at, company, what, takes in due:
        begun = max(at, free[0], own.get(company, 0.0))
        ended = begun + takes
        heapq.heapreplace(free, ended)
        own[company] = ended
        done.append((what, at, ended, takes))
    return done


def day_of(companies: int, each: int, plan: Plan, shape: Shape, cost: Costs, seed: int = SEED) -> Day:
    """A day of many companies, so many on each machine."""
    places = [range(first, min(first + each, companies)) for first in range(0, companies, each)]
    found = [job for place in places for job in machine_day(place, plan, shape, cost, seed)]
    waits = sorted(end - at for what, at, end, _ in found if what == "sync")
    return Day(
        busy=sum(job[3] for job in found) / (len(places) * shape.cores * DAY_S),
        sync_p99_s=waits[int(len(waits) * 0.99)],
        digest_last_s=max(end for what, _, end, _ in found if what == "digest") - DIGEST_AT_S,
        full_last_s=max(end for what, _, end, _ in found if what == "full") - FULL_AT_S,
    )


def most_by_cores(plan: Plan, shape: Shape, cost: Costs) -> int:
    """How many companies one machine serves on a good day; a few more may be possible."""
    low, high = 0, min(shape.companies, MOST_EACH) + 1
    while high - low > EXACT_TO:
        middle = (low + high) // 2
        if day_of(middle, middle, plan, shape, cost).is_good:
            low = middle
        else:
            high = middle
    return low


def room_mib(shape: Shape) -> float:
    return shape.memory_gib * 1_024 * (1 - shape.free_share)


def workers(shape: Shape, cost: Costs) -> int:
    """Those that serve all companies in turn: one a core, as far as memory reaches."""
    return max(1, min(shape.cores, int(room_mib(shape) / cost.served_mib)))


def most_by_memory(plan: Plan, shape: Shape, cost: Costs) -> int:
    """How many find room in memory; who serves all in turn holds one company at a time."""
    return shape.companies if plan.kind == POOL else int(room_mib(shape) / cost.served_mib)


def most_by_disk(shape: Shape, cost: Costs) -> int:
    """With the growth of a year."""
    return int(shape.disk_gb * 1_000 / year_mb(shape, cost))


def year_mb(shape: Shape, cost: Costs) -> float:
    """What the store of a company holds after a year of 250 working days."""
    return cost.store_mb + 250 * shape.edited_a_day * cost.items * cost.edit_kb / 1_000


def costs_table(cost: Costs) -> Iterator[str]:
    yield "| One company | Core seconds | For each task | Requests |"
    yield "|---|--:|--:|--:|"
    rows: tuple[tuple[str, float, float, int | None], ...] = (
        ("first load", cost.first, cost.items, cost.first_requests),
        ("full read at night", cost.full, cost.items, cost.full_requests),
        ("sync, nothing changed", cost.sync, 0, cost.sync_requests),
        ("for each edited task besides", cost.edit, 1, None),
        ("judged by a process that remembers, nothing changed", cost.judge_same, 0, 0),
        ("judged by a process that remembers, 1 % edited", cost.judge_edited, cost.items / 100, 0),
        ("judged by a process that remembers nothing", cost.judge_cold, cost.items, 0),
        ("a report or a digest", cost.report, cost.items, 0),
    )
    for name, seconds, over, requests in rows:
        each = f"{seconds / over * 1e6:,.0f} µs" if over else ""
        shown = f"{seconds:.4f}" if seconds < 0.01 else f"{seconds:.2f}"
        yield f"| {name} | {shown} | {each} | {'' if requests is None else f'{requests:,}'} |"


def limits_table(shape: Shape, cost: Costs) -> Iterator[str]:
    yield "| Plan | By cores | By memory | By disk | Machines | Cores busy | Sync judged, p99 | Last digest | Last full read |"
    yield "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
    for plan in PLANS:
        by = most_by_cores(plan, shape, cost), most_by_memory(plan, shape, cost), most_by_disk(shape, cost)
        each = max(1, min(by))
        machines = math.ceil(shape.companies / each)
        day = day_of(shape.companies, each, plan, shape, cost)
        shown = [f"**{most}**" if most == min(by) else str(most) for most in by]
        yield (
            f"| {plan.name} | {' | '.join(shown)} | {machines} | {day.busy:.0%} | {day.sync_p99_s:.0f} s "
            f"| {clock(DIGEST_AT_S + day.digest_last_s)} | {clock(FULL_AT_S + day.full_last_s)} |"
        )


def facts(shape: Shape, cost: Costs) -> Iterator[str]:
    """What needs no simulation."""
    night = cost.full_requests / shape.per_minute
    asked = DAY_S / QUARTER_S * cost.sync_requests + cost.full_requests
    share = asked / (shape.per_minute * DAY_S / 60)
    details = cost.items * shape.open_share * shape.detail_streams / shape.details_a_run * QUARTER_S / DAY_S
    total = shape.companies * year_mb(shape, cost) / 1e6
    yield f"- Vendor: a full read waits {night:.1f} min for {shape.per_minute} requests a minute; lists take {share:.1%} of a day's budget."
    yield (
        f"  What is asked one task at a time ({shape.open_share:.0%} of the tasks open, {shape.detail_streams} lists each) is "
        f"complete {details:.1f} days after the first load."
    )
    yield (
        f"- Store: {cost.store_mb:,.0f} MB after the first load, {year_mb(shape, cost):,.0f} MB after a year "
        f"({cost.edit_kb:.1f} KB for each edited task), {total:,.2f} TB for {shape.companies:,} companies."
    )
    yield (
        f"- Memory: a service that remembers a company holds {cost.served_mib:,} MiB, "
        f"{cost.served_mib * shape.companies / 1_024:,.0f} GiB for all."
    )
    edits = shape.companies * shape.edited_a_day * cost.items
    yield f"- Edits: {edits:,.0f} a day, {edits / (WORK_S[1] - WORK_S[0]):,.0f} a second in working hours."


def clock(seconds: float) -> str:
    return f"{int(seconds // 3_600):02d}:{int(seconds % 3_600 // 60):02d}"


def numbers(shape: Shape | None = None, cost: Costs | None = None) -> str:
    """All that `docs/scale.md` says in numbers."""
    shape, cost = shape or Shape(), cost or costs()
    parts = (
        f"### One company of {cost.items:,} tasks and {cost.milestones} milestones",
        "\n".join(costs_table(cost)),
        f"### {shape.companies:,} such companies",
        "\n".join(facts(shape, cost)),
        f"On machines of {shape.cores} cores, {shape.memory_gib} GiB and {shape.disk_gb:,} GB, companies on one machine:",
        "\n".join(limits_table(shape, cost)),
    )
    return "\n\n".join(parts)


def main() -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{numbers()}\n\n{END}{after}", encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
