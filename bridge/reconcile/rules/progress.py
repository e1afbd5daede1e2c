"""Plan against work: behind schedule, too little finished, and scope that grew."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.reconcile.case import Situation
from bridge.reconcile.execution import bei
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity, TaskRecord

ON_PLAN = 0.95


def tspi_high(at: Situation) -> Iterator[Finding]:
    tspi = at.forecast.indices.tspi if at.forecast.indices is not None else None
    if tspi is not None and tspi > at.thresholds.tspi_red and _baselined_by_today(at):
        yield at.finding(Reason.TSPI_HIGH, Severity.RED, _missed(at), tspi=tspi)


def behind(at: Situation) -> Iterator[Finding]:
    indices = at.forecast.indices
    if indices is None or indices.spi_t is None or indices.sv_t is None:
        return
    if indices.spi_t < ON_PLAN and _baselined_by_today(at):
        yield at.finding(Reason.BEHIND, Severity.AMBER, _missed(at), spi=indices.spi_t, weeks=-indices.sv_t)


def execution_low(at: Situation) -> Iterator[Finding]:
    due, never_dated = _baselined_by_today(at), list(at.baselines.values()).count(None)
    finished = len(at.work.leaves) - len(at.work.open)
    index = bei(finished, due, never_dated)
    if due and index is not None and index < ON_PLAN:
        yield at.finding(
            Reason.EXECUTION_LOW,
            Severity.AMBER,
            _missed(at),
            expected=due + never_dated,
            finished=finished,
            never_dated=never_dated,
        )


def scope_growth(at: Situation) -> Iterator[Finding]:
    growth = at.growth
    if growth is None or growth.ratio <= at.thresholds.scope_ratio:
        return
    added = set(growth.added)
    yield at.finding(
        Reason.SCOPE_GROWTH,
        Severity.AMBER,
        [record for record in at.work.leaves if record.task.ref in added],
        since=growth.since,
        growth=growth.ratio,
        added=len(growth.added),
        removed=growth.removed,
    )


def _baselined_by_today(at: Situation) -> int:
    """In-scope leaves that were first planned to be finished by today."""
    today = at.today
    return len([day for day in at.baselines.values() if day is not None and day <= today])


def _missed(at: Situation) -> list[TaskRecord]:
    """Open work that was first planned to be finished by today: what puts the milestone behind."""
    return [record for record in at.work.open if (day := at.baselines[record.task.ref]) is not None and day <= at.today]
