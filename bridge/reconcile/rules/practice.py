"""What was said against what is: claims, customers not told, open feedback, contact that is due, risks that struck."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from bridge.model import Colour
from bridge.reconcile.case import Situation
from bridge.reconcile.money import owes_penalty, penalty_base
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity

TOLD_WITHIN = 2


def claim_mismatch(at: Situation) -> Iterator[Finding]:
    """The tool or the plan says better than the work does."""
    open_tasks = len(at.work.open)
    if at.is_done:
        if open_tasks:
            yield at.finding(
                Reason.CLAIM_MISMATCH,
                Severity.AMBER,
                at.work.open_refs,
                how="plan",
                actual=at.outline.actual,
                open=open_tasks,
            )
    elif at.own_claim is Colour.DONE:
        evidence = (*at.own_refs, *at.work.open_refs)
        yield at.finding(Reason.CLAIM_MISMATCH, Severity.AMBER, evidence, how="done", open=open_tasks)
    elif at.claimed is Colour.GREEN and at.red:
        yield at.finding(Reason.CLAIM_MISMATCH, Severity.AMBER, at.own_refs, how="green")


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
    """Feedback or tickets about this milestone, or about its deal as a whole, whose status is not one that closes them."""
    waiting = at.practice.voices
    if waiting:
        said = [voice.date for voice in waiting if voice.date is not None]
        found = at.finding(Reason.FEEDBACK_OPEN, Severity.AMBER, feedback=len(waiting), oldest=min(said, default=None))
        yield replace(found, evidence=tuple(voice.ticket.ref for voice in waiting if voice.ticket is not None))


def contact_due(at: Situation) -> Iterator[Finding]:
    """An agreed rhythm of talking to the customer or the team was missed; never having talked counts as missed."""
    due = [contact for contact in at.practice.contacts if contact.is_due(at.today)]
    if due:
        row = min(due, key=lambda row: (row.audience != "customer", row.last or date.min))
        yield at.finding(Reason.CONTACT_DUE, Severity.AMBER, how=row.audience, every=row.every_days, last=row.last)


def risk_triggered(at: Situation) -> Iterator[Finding]:
    """A registered risk of this milestone, or of its deal as a whole, has come true: the plan says so, or its trigger."""
    named, by_fact = at.practice.named, at.practice.struck
    if named or by_fact:
        causes = tuple(dict.fromkeys((*(one.cause for one in by_fact), *named)))
        shown_by = {"how": by_fact[0].how, **by_fact[0].facts} if by_fact else {}
        found = at.finding(Reason.RISK_TRIGGERED, Severity.AMBER, causes=causes)
        yield replace(found, facts={**found.facts, **shown_by})


def no_penalty_base(at: Situation) -> Iterator[Finding]:
    if owes_penalty(at.milestone, at.deal) and penalty_base(at.milestone, at.deal) is None:
        yield at.finding(Reason.NO_PENALTY_BASE, Severity.AMBER, how=at.deal.penalty_base)
