"""Work that waits for work: blocked tasks, no room left before the promise, and tasks that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import compress

from bridge.model import TaskKey
from bridge.reconcile.case import Situation
from bridge.reconcile.linkage import refs_of
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity, TaskRecord


def blocked(at: Situation) -> Iterator[Finding]:
    """An open leaf says that it is blocked, or a link says that open work stands in its way.

    Red on the chain that decides the end, or as soon as one leaf has been blocked for longer than allowed.
    """
    stuck = blocked_work(at)
    if not stuck:
        return
    longest = max(at.workdays(_blocked_since(at, record), at.today) for record in stuck)
    driving = frozenset(at.forecast.network.driver) if at.forecast.network is not None else frozenset()
    deciding = [record for record in stuck if record.task.ref in driving]
    is_red = bool(deciding) or longest > at.thresholds.blocked_workdays
    found = (blocker.record for record in stuck for blocker in at.waits.blockers.get(record.task.ref, ()))
    blockers = list({record.task.ref: record for record in found}.values())
    yield at.finding(
        Reason.BLOCKED,
        Severity.RED if is_red else Severity.AMBER,
        refs_of((*stuck, *(record for record in blockers if record not in stuck))),
        blocked=len(stuck),
        longest=max(longest, 0),
        titles=tuple(record.task.title for record in stuck),
        blockers=tuple(_name(record) for record in _first(at, blockers)),
        deciding=len(deciding),
    )


def _first(at: Situation, blockers: list[TaskRecord]) -> list[TaskRecord]:
    """Those that wait for nothing themselves: what has to be done first. In a circle there is none, so all are named."""
    return [record for record in blockers if record.task.ref not in at.waits.blockers] or blockers


def negative_float(at: Situation) -> Iterator[Finding]:
    """The open work, in the order of its links, cannot be done by the commitment."""
    network = at.forecast.network
    if network is None or network.float_to_commitment is None or network.float_to_commitment >= 0:
        return
    short = -network.float_to_commitment
    yield at.finding(Reason.NEGATIVE_FLOAT, Severity.RED, network.driver, short, short=short, finish=network.finish_on)


def near_critical(at: Situation) -> Iterator[Finding]:
    """It can, with next to nothing to spare."""
    network = at.forecast.network
    slack = None if network is None else network.float_to_commitment
    if network is None or slack is None or not 0 <= slack <= at.thresholds.near_critical_workdays:
        return
    how = "some" if slack else "none"
    yield at.finding(
        Reason.NEAR_CRITICAL, Severity.AMBER, network.driver, how=how, slack=slack, finish=network.finish_on
    )


def link_cycle(at: Situation) -> Iterator[Finding]:
    """Tasks wait for each other: which of them comes first is wrong in the tool, and cannot be computed."""
    network = at.forecast.network
    if network is not None and network.cycle:
        members = _records(at, network.cycle)
        circle = " → ".join(_name(record) for record in (*members, members[0]))
        yield at.finding(Reason.LINK_CYCLE, Severity.AMBER, network.cycle, circle=circle)


def blocked_work(at: Situation) -> list[TaskRecord]:
    """Open leaves that say so, or in the way of which other open work stands."""
    waiting = at.waits.blockers
    blocked = at.facts.open(at.facts.blocked)
    if waiting:
        blocked = [said or ref in waiting for said, ref in zip(blocked, at.work.open_refs, strict=True)]
    return list(compress(at.work.open, blocked))


def _name(record: TaskRecord) -> str:
    return record.task.key or record.task.title


def _records(at: Situation, keys: tuple[TaskKey, ...]) -> list[TaskRecord]:
    known = {record.task.ref: record for record in at.work.open}
    return [known[key] for key in keys]


def _blocked_since(at: Situation, record: TaskRecord) -> date:
    """Day on which the first of what blocks it was seen and has not been lifted since."""
    days = [at.local_day(blocker.since) for blocker in at.waits.blockers.get(record.task.ref, ())]
    if record.task.blocked:
        flagged = (change.at for change in reversed(record.changes) if change.field == "blocked")
        days.append(at.local_day(next(flagged, record.first_seen)))
    return min(days)
