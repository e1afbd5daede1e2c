"""What was run when and how it ended, and what became of the jobs of the service's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.store import clock_jobs, run_history
from bridge.store.clock_jobs import Job as Job
from bridge.store.run_history import Run as Run
from bridge.sync.outcome import rfc3339
from bridge.usecases.workspace import Workspace

UNKNOWN_KIND = Text(
    zh="没有名为 {value} 的运行种类；可用的有：{known}。", en="there is no kind of run named {value}; known: {known}."
)
KINDS: Mapping[str, Text] = {
    "sync": Text(zh="读取", en="sync"),
    "reconcile": Text(zh="对账", en="reconcile"),
    "plan": Text(zh="导入计划", en="plan"),
    "mapping": Text(zh="换映射", en="mapping"),
    "retry": Text(zh="隔离再试", en="quarantine retry"),
    "calendar": Text(zh="导入日历", en="calendar"),
    "acknowledge": Text(zh="确认问题", en="acknowledge"),
    "override": Text(zh="人工颜色", en="override"),
    "note": Text(zh="说明", en="note"),
    "contact": Text(zh="沟通", en="contact"),
    "feedback": Text(zh="反馈", en="feedback"),
    "risk": Text(zh="风险", en="risk"),
}
"""Every kind that leaves a run behind."""
COUNTED = ("requests", "fetched", "created", "updated", "unchanged", "gone", "revived", "quarantined", "retries")


class RunWish(Struct, frozen=True):
    limit: int = 20
    kinds: Sequence[str] = ()
    sources: Sequence[str] = ()


def past_runs(space: Workspace, wish: RunWish) -> list[Run]:
    """Newest first."""
    for kind in wish.kinds:
        if kind not in KINDS:
            raise UsageProblem(UNKNOWN_KIND, value=kind, known=", ".join(KINDS))
    with space.store() as store, store.snapshot():
        return run_history.newest(store, wish.limit, wish.kinds, wish.sources)


def jobs(space: Workspace) -> list[Job]:
    """The jobs that a service has had to do with, by name."""
    with space.store() as store:
        return clock_jobs.listed(store)


def took(run: Run) -> float | None:
    """Seconds; None while a run is under way, and of one that was cut off."""
    return None if run.finished_at is None else max(0.0, (run.finished_at - run.started_at).total_seconds())


def run_as_json(run: Run) -> dict[str, Any]:
    seconds = took(run)
    return {
        "id": run.id,
        "kind": run.kind,
        "today": run.today,
        "started_at": rfc3339(run.started_at),
        "finished_at": rfc3339(run.finished_at),
        "seconds": None if seconds is None else round(seconds, 1),
        "sources": [
            {
                "source": one.source,
                "outcome": one.outcome,
                "mode": one.mode,
                **{name: one.report[name] for name in COUNTED},
                "as_of": one.report["as_of"],
                "error": one.report["error"],
            }
            for one in run.sources
        ],
    }


def job_as_json(job: Job) -> dict[str, Any]:
    return {
        "job": job.name,
        "outcome": job.outcome,
        "started_at": rfc3339(job.started_at),
        "finished_at": rfc3339(job.finished_at),
        "message": job.said,
        "done": job.done,
        "failed": job.failed,
        "skipped": job.skipped,
        "skipped_at": rfc3339(job.skipped_at),
        "missed": job.missed,
        "missed_at": rfc3339(job.missed_at),
    }
