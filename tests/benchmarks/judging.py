"""A large programme judged in full and again after edits, as a process of its own: prints what it took as JSON."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from memory import own_peak_mib
from programme import A_PROJECT, NOW, TODAY, Programme, edited

from bridge.forecast.throughput import finish_distribution
from bridge.mapping import wire
from bridge.reconcile.incremental import Judge
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Portfolio
from bridge.store import plans, runs, tasks
from bridge.store.engine import Store
from bridge.usecases.keeping import Known, unswept
from bridge.usecases.workspace import digest
from tests.replacing import replace

AT_ONCE = 5_000
EMPTY_PLAN = digest({"plan.toml": b""})
"""Of the file beside the store: what was recorded is not imported anew."""
CONFIDENCES = (0.5, 0.85, 0.95)


def cpu(act: Callable[[], Any]) -> float:
    started = time.process_time()
    with unswept():
        act()
    return time.process_time() - started


def filled(path: Path, programme: Programme) -> None:
    """A store with the programme in it, as syncs and an import leave it."""
    with Store(path) as store:
        store.upgrade()
        run = runs.start(store, "sync", TODAY, NOW)
        batch: list[Any] = []
        with store.transaction():
            for number, record in enumerate(programme.records()):
                first_seen = record.first_seen.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
                batch.append(tasks.TaskRow(tasks.filed(wire.as_json(record.task)), "s", number, first_seen))
                tasks.record(store, record.changes, run)
                if len(batch) == AT_ONCE:
                    tasks.save(store, batch)
                    batch = []
            tasks.save(store, batch)
            promises = [first for (first,) in programme.baselines().values()]
            plans.save(
                store,
                programme.plan(),
                promises,
                file="plan.toml",
                digest=EMPTY_PLAN,
                at=NOW,
                approved_by=None,
                reason=None,
            )
            runs.finish(store, run, NOW)
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def loaded(path: Path) -> dict[str, Any]:
    """What it takes to have every task in memory."""
    known = Known()
    with Store(path, read_only=True) as store, store.snapshot():
        took = cpu(lambda: known.records(store))
        again = cpu(lambda: known.records(store))
    return {"load": took, "nothing_written": again, "peak_mib": own_peak_mib()}


def judged(programme: Programme) -> dict[str, Any]:
    portfolio = programme.portfolio()
    judge, draw = Judge(), random.Random(1)
    told: dict[str, Any] = {"full": cpu(lambda: assess(portfolio)), "first": cpu(lambda: judge.judge(portfolio))}
    share = programme.tasks // 100
    stretch = range(min(2 * A_PROJECT, programme.tasks))
    for name, places in (
        ("nothing", []),
        ("one_task", [100]),
        ("one_per_cent_in_two_projects", draw.sample(stretch, min(share, len(stretch)))),
        ("one_per_cent_all_over", draw.sample(range(programme.tasks), share)),
    ):
        portfolio = _edited(portfolio, places)
        took = cpu(lambda now=portfolio: judge.judge(now))
        told[name] = {"cpu": took, "milestones": judge.judged, "peak_mib": own_peak_mib()}
    return told


def forecasts() -> dict[str, Any]:
    draw = random.Random(3)
    asked = [([draw.randrange(25) for _ in range(13)], draw.randrange(20, 400)) for _ in range(1_000)]

    def ask() -> None:
        for history, remaining in asked:
            distribution = finish_distribution(history, remaining)
            for confidence in CONFIDENCES:
                distribution.percentile(confidence)
            distribution.cdf(10)

    return {"forecasts": cpu(ask)}


def _edited(portfolio: Portfolio, places: Sequence[int]) -> Portfolio:
    at, records = portfolio.now + timedelta(minutes=15), list(portfolio.tasks)
    for number, place in enumerate(places):
        records[place] = edited(records[place], number, at)
    return replace(portfolio, tasks=tuple(records), now=at)


def main(what: str, count: str = "0", path: str = "", project: str = str(A_PROJECT)) -> None:
    if what == "fill":
        filled(Path(path), Programme(int(count), a_project=int(project)))
        return
    told = loaded(Path(path)) if what == "load" else judged(Programme(int(count))) if what == "judge" else forecasts()
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
