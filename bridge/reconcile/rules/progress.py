"""Plan against work: behind schedule, too little finished, and scope that grew."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.forecast.facts import due_by
from bridge.model import TaskKey
from bridge.reconcile.case import Situation
from bridge.reconcile.execution import bei
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity

ON_PLAN = 0.95


def tspi_high(at: Situation) -> Iterator[Finding]:
    tspi = at.forecast.indices.tspi if at.forecast.indices is not None else None
    if tspi is not None and tspi > at.thresholds.tspi_red and at.forecast.baselined_by_today:
        yield at.finding(Reason.TSPI_HIGH, Severity.RED, _missed(at), tspi=tspi)


def behind(at: Situation) -> Iterator[Finding]:
    indices = at.forecast.indices
    if indices is None or indices.spi_t is None or indices.sv_t is None:
        return
    if indices.spi_t < ON_PLAN and at.forecast.baselined_by_today:
        yield at.finding(Reason.BEHIND, Severity.AMBER, _missed(at), spi=indices.spi_t, weeks=-indices.sv_t)


def execution_low(at: Situation) -> Iterator[Finding]:
    due, never_dated = due_by(at.facts, at.today), at.facts.baselines.count(None)
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
        [ref for ref in at.work.refs if ref in added],
        since=growth.since,
        growth=growth.ratio,
        added=len(growth.added),
        removed=growth.removed,
    )


def _missed(at: Situation) -> list[TaskKey]:
    """Open work that was first planned to be finished by today: what puts the milestone behind."""
    planned, today = at.facts.open(at.facts.baselines), at.today
    return [ref for ref, day in zip(at.work.open_refs, planned, strict=True) if day is not None and day <= today]
