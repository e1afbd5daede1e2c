"""Who is to be talked to next and since when that is due; and that somebody has done it."""

from __future__ import annotations

from datetime import date
from typing import Any

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan.cells import fold
from bridge.plan.document import Plan
from bridge.reconcile.contacts import NextContact, next_contacts
from bridge.reconcile.recorded import Audience, Contact
from bridge.store import practice
from bridge.usecases.calendars import present_calendar
from bridge.usecases.recorded import plan_and_recorded, recording, said, writable
from bridge.usecases.reporting import Judged
from bridge.usecases.workspace import Workspace

NOT_AGREED = Text(
    zh="计划的“沟通”表里没有约定 {deal} 与 {audience} 的沟通；已约定的有：{known}。请先在计划里加上一行。",
    en="the plan agrees on no contact of {deal} with {audience}; agreed are: {known}. Add a row to the table of "
    "communications first.",
)
IN_THE_FUTURE = Text(
    zh="--on {day} 晚于今天 {today}；只记录已经发生的沟通。",
    en="--on {day} is after today {today}; only contacts that were made are recorded.",
)
NONE = Text(zh="无", en="none")
AUDIENCES: dict[str, Audience] = {"customer": "customer", "客户": "customer", "team": "team", "团队": "team"}


def look(space: Workspace, due_by: date | None = None, judged: Judged | None = None) -> dict[str, Any]:
    """Every agreed contact, never made ones first, then by due date; with `due_by` those due by that day. Without what was
    `judged` already by what is stored now."""
    if judged is None:
        with space.store() as store, store.snapshot():
            plan, recorded = plan_and_recorded(space, store)
            calendar = present_calendar(space, store)
    else:
        plan, recorded, calendar = judged.portfolio.plan, judged.portfolio.recorded, judged.portfolio.calendar
    today = space.clock.today
    found = [
        contact
        for contact in next_contacts(plan, recorded, calendar)
        if due_by is None or contact.due is None or contact.due <= due_by
    ]
    found.sort(key=lambda one: (one.due or date.min, one.deal, one.audience))
    return {"as_of": today.isoformat(), "contacts": [_entry(one, plan, today) for one in found]}


def _entry(contact: NextContact, plan: Plan, today: date) -> dict[str, Any]:
    deal = next((deal for deal in plan.deals if deal.key == contact.deal), None)
    return {
        "deal": contact.deal,
        "name": None if deal is None else deal.name,
        "customer": None if deal is None else deal.customer,
        "audience": contact.audience,
        "every_days": contact.every_days,
        "last": _day(contact.last),
        "last_by": contact.last_by,
        "due": _day(contact.due),
        "act_by": _day(contact.act_by),
        "is_due": contact.is_due(today),
        "overdue_days": contact.overdue_days(today),
        "owner": contact.owner,
        "channel": contact.channel,
    }


def done(space: Workspace, deal: str, audience: str, author: str, on: date | None = None) -> NextContact:
    """Record a contact, made today unless `on` says when; returns the next one after it."""
    author = said("--by", author)
    day = on or space.clock.today
    if day > space.clock.today:
        raise UsageProblem(IN_THE_FUTURE, day=day.isoformat(), today=space.clock.today.isoformat())
    with writable(space) as store:
        plan, _ = plan_and_recorded(space, store)
        agreed = _agreed(plan, deal, audience)
        with recording(space, store, "contact") as at:
            practice.save_contact(store, Contact(*agreed, day, author, at))
        plan, recorded = plan_and_recorded(space, store)
        following = next_contacts(plan, recorded, present_calendar(space, store))
    return next(one for one in following if (one.deal, one.audience) == agreed)


def _agreed(plan: Plan, deal: str, audience: str) -> tuple[str, Audience]:
    agreed = {(row.deal, row.audience): None for row in plan.communications if row.every_days is not None}
    meant = AUDIENCES.get(fold(audience))
    for key, who in agreed:
        if fold(key) == fold(deal) and who == meant:
            return key, who
    known = ", ".join(f"{key} {who}" for key, who in agreed)
    raise UsageProblem(NOT_AGREED, deal=deal, audience=audience, known=known or NONE)


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
