"""People: work without an owner, and owners with more work than hours."""

from __future__ import annotations

from collections.abc import Iterator
from operator import attrgetter

from bridge.reconcile.case import Situation
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity


def unassigned(at: Situation) -> Iterator[Finding]:
    nobodys = [record for record in at.work.open if not record.task.assignees]
    if nobodys and len(nobodys) / len(at.work.open) > at.thresholds.unassigned_ratio:
        yield at.finding(Reason.UNASSIGNED, Severity.AMBER, nobodys, of_open=len(at.work.open), unassigned=len(nobodys))


def overloaded(at: Situation) -> Iterator[Finding]:
    """An owner of open work has more hours to do than to spend in one of the next four weeks."""
    if not at.overloads:
        return
    full, who = {load.key for load in at.overloads}, at.portfolio.people.who
    worst = max(at.overloads, key=lambda load: (load.ratio is None, load.ratio or 0.0))
    # Many tasks share one tuple of assignees; which object it is tells it apart while the tasks are held.
    teams = {(task.source, id(task.assignees)): task for task in map(attrgetter("task"), at.work.open)}
    hit = {team for team, task in teams.items() if any(who(task.source, one).key in full for one in task.assignees)}
    theirs = [record for record in at.work.open if (record.task.source, id(record.task.assignees)) in hit]
    yield at.finding(
        Reason.OVERLOADED,
        Severity.AMBER,
        theirs,
        how="away" if worst.ratio is None else None,
        people=tuple(load.person for load in at.overloads if load.week == worst.week),
        week=worst.week,
        load=worst.ratio,
    )
