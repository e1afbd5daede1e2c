"""Every rule that can give a milestone its colour; a new rule is a function and one entry here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bridge.reconcile.case import Situation
from bridge.reconcile.rules import dates, freshness, linkage, network, people, practice, progress
from bridge.reconcile.situation import Finding
from bridge.reconcile.status import red_held

Rule = Callable[[Situation], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    dates.overdue,
    dates.due_after_promise,
    dates.forecast_late,
    dates.unlikely,
    dates.doubtful,
    dates.pushed,
    dates.zigzag,
    dates.late_jump,
    dates.continuous_slip,
    dates.no_promise,
    dates.no_due_date,
    progress.tspi_high,
    progress.behind,
    progress.execution_low,
    network.blocked,
    network.negative_float,
    network.near_critical,
    network.link_cycle,
    progress.scope_growth,
    linkage.no_linked_task,
    linkage.ambiguous_key,
    linkage.unmapped_status,
    linkage.task_after_milestone,
    people.unassigned,
    people.overloaded,
    freshness.stale,
    freshness.late_start,
    freshness.source_stale,
    freshness.source_partial,
    practice.feedback_open,
    practice.contact_due,
    practice.risk_triggered,
    practice.no_penalty_base,
    # These three read whether a red reason was found, so they come last and in this order.
    red_held,
    practice.claim_mismatch,
    practice.customer_not_informed,
)
