"""What was said against what is: claims, customers not told, open feedback, contact that is due, risks that struck."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from bridge.model import Colour
from bridge.plan.cells import fold
from bridge.plan.document import Communication
from bridge.reconcile.case import Situation
from bridge.reconcile.money import owes_penalty, penalty_base
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity

TOLD_WITHIN = 2
CLOSED = frozenset(
    [
        "closed",
        "done",
        "resolved",
        "finished",
        "cancelled",
        "rejected",
        "已关闭",
        "关闭",
        "已完成",
        "完成",
        "已解决",
        "解决",
        "已处理",
        "已答复",
        "已取消",
        "已拒绝",
    ]
)
STRUCK = frozenset(
    ["triggered", "occurred", "happened", "struck", "issue", "已触发", "触发", "已发生", "发生", "已成真", "已转问题"]
)


def claim_mismatch(at: Situation) -> Iterator[Finding]:
    """The tool or the plan says better than the work does."""
    open_tasks = len(at.work.open)
    if at.is_done:
        if open_tasks:
            yield at.finding(
                Reason.CLAIM_MISMATCH,
                Severity.AMBER,
                at.work.open,
                how="plan",
                actual=at.outline.actual,
                open=open_tasks,
            )
    elif at.own_claim is Colour.DONE:
        evidence = (*at.work.own, *at.work.open)
        yield at.finding(Reason.CLAIM_MISMATCH, Severity.AMBER, evidence, how="done", open=open_tasks)
    elif at.claimed is Colour.GREEN and at.red:
        yield at.finding(Reason.CLAIM_MISMATCH, Severity.AMBER, at.work.own, how="green")


def customer_not_informed(at: Situation) -> Iterator[Finding]:
    """Red for longer than a customer should wait to hear of it."""
    if not at.red:
        return
    since = became_red(at)
    red_for = at.workdays(since, at.today)
    informed = at.portfolio.register.informed(at.milestone.key, at.milestone.customer_informed)
    if red_for > TOLD_WITHIN and (informed is None or informed < since):
        yield at.finding(Reason.CUSTOMER_NOT_INFORMED, Severity.AMBER, since=since, red_for=red_for, informed=informed)


def became_red(at: Situation) -> date:
    """First day of the unbroken run of red snapshots that leads up to today."""
    since = at.today
    for snapshot in reversed(at.outline.snapshots):
        if snapshot.colour is not Colour.RED:
            break
        since = snapshot.day
    return since


def feedback_open(at: Situation) -> Iterator[Finding]:
    """Feedback to this milestone, or to its deal as a whole, whose status is not one that closes it."""
    waiting = [
        row
        for row in at.portfolio.plan.feedback
        if _concerns(at, row.deal, row.milestone) and not _is(row.status, CLOSED)
    ]
    if waiting:
        oldest = min(row.date for row in waiting)
        yield at.finding(Reason.FEEDBACK_OPEN, Severity.AMBER, feedback=len(waiting), oldest=oldest)


def contact_due(at: Situation) -> Iterator[Finding]:
    """An agreed rhythm of talking to the customer or the team was missed; never having talked counts as missed."""
    due = [row for row in at.portfolio.plan.communications if row.deal == at.deal.key and _is_due(row, at.today)]
    if due:
        row = min(due, key=lambda row: (row.audience != "customer", row.last or date.min))
        yield at.finding(Reason.CONTACT_DUE, Severity.AMBER, how=row.audience, every=row.every_days, last=row.last)


def risk_triggered(at: Situation) -> Iterator[Finding]:
    """A registered risk of this milestone, or of its deal as a whole, is marked as having come true."""
    struck = [
        row for row in at.portfolio.plan.risks if _concerns(at, row.deal, row.milestone) and _is(row.status, STRUCK)
    ]
    if struck:
        yield at.finding(Reason.RISK_TRIGGERED, Severity.AMBER, causes=tuple(row.cause for row in struck))


def no_penalty_base(at: Situation) -> Iterator[Finding]:
    if owes_penalty(at.milestone, at.deal) and penalty_base(at.milestone, at.deal) is None:
        yield at.finding(Reason.NO_PENALTY_BASE, Severity.AMBER, how=at.deal.penalty_base)


def _concerns(at: Situation, deal: str, milestone: str | None) -> bool:
    return milestone == at.milestone.key if milestone is not None else deal == at.deal.key


def _is(status: str | None, words: frozenset[str]) -> bool:
    return status is not None and fold(status) in words


def _is_due(row: Communication, today: date) -> bool:
    if row.every_days is None:
        return False
    return row.last is None or row.last + timedelta(days=row.every_days) < today
