"""Plan against tools: no work linked, numbers that fit several projects, unknown statuses, work after its milestone."""

from __future__ import annotations

from collections.abc import Iterator

from bridge.model import Status
from bridge.reconcile.case import Situation
from bridge.reconcile.linkage import refs_of
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity


def no_linked_task(at: Situation) -> Iterator[Finding]:
    if at.work.is_empty:
        yield at.finding(Reason.NO_LINKED_TASK, Severity.GREY, refs_of(at.work.linked))


def ambiguous_key(at: Situation) -> Iterator[Finding]:
    if at.ambiguous:
        refs = {ref for _, candidates in at.ambiguous for ref in candidates}
        unclear = [record for record in at.work.linked if record.task.ref in refs]
        keys = {record.task.key for record in unclear if record.task.key is not None}
        yield at.finding(Reason.AMBIGUOUS_KEY, Severity.AMBER, refs_of(unclear), keys=tuple(sorted(keys)))


def unmapped_status(at: Situation) -> Iterator[Finding]:
    unmapped = at.facts.statuses.count(Status.UNMAPPED)
    if unmapped and unmapped / len(at.work.leaves) > at.thresholds.unmapped_ratio:
        unknown = [record for record in at.work.leaves if record.task.status is Status.UNMAPPED]
        yield at.finding(
            Reason.UNMAPPED_STATUS,
            Severity.GREY,
            refs_of(unknown),
            tasks=len(at.work.leaves),
            unmapped=unmapped,
            statuses=tuple(sorted({record.task.status_raw for record in unknown if record.task.status_raw})),
        )


def task_after_milestone(at: Situation) -> Iterator[Finding]:
    """Open work is due after the date that the milestone itself carries in the tool."""
    own = at.own_due
    if own is None:
        return
    later = [record for record in at.work.open if record.task.due_on is not None and record.task.due_on > own]
    if later:
        latest = max(record.task.due_on for record in later if record.task.due_on is not None)
        yield at.finding(
            Reason.TASK_AFTER_MILESTONE,
            Severity.AMBER,
            refs_of(later),
            milestone_date=own,
            later=len(later),
            latest=latest,
        )
