"""What customers said, from the plan and from tickets: the list, a mean where it says something, and links by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan.cells import fold
from bridge.reconcile.recorded import Ticket
from bridge.reconcile.voices import by_customer, unplaced, voices
from bridge.report.practice import customer_entry, voice_entry
from bridge.report.selection import deals_of
from bridge.store import practice
from bridge.usecases.people import known_people
from bridge.usecases.recorded import plan_and_recorded, recording, said, writable
from bridge.usecases.reporting import Judged
from bridge.usecases.risks import known_milestone
from bridge.usecases.workspace import Workspace

BACK = "-"
"""Given instead of a milestone it takes a link by hand back."""
UNKNOWN_CUSTOMER = Text(
    zh="没有客户 {value} 的反馈；有反馈的客户：{known}。",
    en="there is no feedback of a customer {value}; there is of: {known}.",
)
NO_TICKET = Text(
    zh="没有工单 {value}；请写 pbridge feedback 所列的编号，如 pingcode:SVC-T1。计划里的反馈请在计划的“反馈”表里写里程碑。",
    en="there is no ticket {value}; write its ref as pbridge feedback lists it, such as pingcode:SVC-T1. Feedback of the plan "
    "gets its milestone in the table of feedback there.",
)
SEVERAL = Text(
    zh="{value} 在几个来源里都有：{known}。请写明来源。",
    en="{value} is in several sources: {known}. Name the source.",
)
NOBODY = Text(zh="无", en="none")


class FeedbackWish(Struct, frozen=True):
    customer: str | None = None
    only_open: bool = False
    sales_owner: str | None = None
    """Of whose deals alone it is; what belongs to no deal is nobody's alone."""


def look(space: Workspace, wish: FeedbackWish, judged: Judged | None = None) -> dict[str, Any]:
    """Everything said, oldest open first, as it was when all was `judged` or as it is now; `customers` speaks of all that
    each customer said, whatever is listed."""
    if judged is None:
        with space.store() as store, store.snapshot():
            plan, recorded = plan_and_recorded(space, store)
            people = known_people(store, None)
    else:
        plan, recorded, people = judged.portfolio.plan, judged.portfolio.recorded, judged.portfolio.people
    today = space.clock.today
    every = voices(plan, recorded)
    if wish.sales_owner is not None:
        own = deals_of(plan, wish.sales_owner, people)
        every = tuple(voice for voice in every if voice.deal in own)
    chosen = [voice for voice in every if wish.customer is None or fold(voice.customer or "") == fold(wish.customer)]
    if wish.customer is not None and not chosen:
        known = ", ".join(sorted({voice.customer for voice in every if voice.customer}))
        raise UsageProblem(UNKNOWN_CUSTOMER, value=wish.customer, known=known or NOBODY)
    listed = [voice for voice in chosen if voice.is_open or not wish.only_open]
    listed.sort(key=lambda voice: (not voice.is_open, voice.date is None, voice.date or today, voice.ref))
    return {
        "as_of": today.isoformat(),
        "feedback": [voice_entry(voice, today) for voice in listed],
        "customers": [customer_entry(customer) for customer in by_customer(chosen, today)],
        "unplaced": sum(1 for _ in unplaced(chosen)),
        "unread": recorded.unread,
    }


def link(space: Workspace, ref: str, milestone: str, author: str) -> tuple[str, str | None]:
    """Link a ticket to a milestone, or take the link back; returns the ticket's ref and the milestone."""
    author = said("--by", author)
    with writable(space) as store:
        plan, recorded = plan_and_recorded(space, store)
        ticket = _ticket(recorded.tickets, ref)
        key = None if milestone == BACK else known_milestone(plan, milestone)
        with recording(space, store, "feedback") as at:
            practice.save_link(store, (ticket.source, ticket.id), key, author, at)
    return f"{ticket.source}:{ticket.key or ticket.id}", key


def _ticket(tickets: Sequence[Ticket], ref: str) -> Ticket:
    """By `source:key` or `source:id`, or by either alone where only one source has it."""
    wanted = fold(ref)
    found = [one for one in tickets if wanted in {fold(name) for name in _names(one)}]
    if not found:
        raise UsageProblem(NO_TICKET, value=ref)
    if len(found) > 1:
        raise UsageProblem(SEVERAL, value=ref, known=", ".join(f"{one.source}:{one.id}" for one in found))
    return found[0]


def _names(ticket: Ticket) -> list[str]:
    short = [ticket.id] if ticket.key is None else [ticket.id, ticket.key]
    return [*short, *(f"{ticket.source}:{name}" for name in short)]
