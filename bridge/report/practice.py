"""What is said and agreed beside the tasks, as JSON: risks, what customers said, who is to be talked to next."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bridge.language import Lang, Text
from bridge.model import Task, TaskKey
from bridge.reconcile.candidates import Candidate
from bridge.reconcile.contacts import NextContact, by_deal, next_contacts
from bridge.reconcile.recorded import Ticket
from bridge.reconcile.risk_register import RiskRow
from bridge.reconcile.situation import Portfolio, PullForward, Result
from bridge.reconcile.voices import CustomerVoice, Voice
from bridge.report import numbers
from bridge.report.wording import fact_text, facts_text

Entry = dict[str, Any]

FACTS: Mapping[str, Text] = {
    "status": Text(zh="{watched} 现在是“{colour}”", en="{watched} is now “{colour}”"),
    "overdue": Text(zh="{watched} 已逾期 {late}", en="{watched} is {late} overdue"),
    "date": Text(zh="约定的 {on}已到", en="the day it was set for, {on}, has come"),
}
"""How a trigger is seen to hold."""


@dataclass(frozen=True, slots=True)
class Registers:
    """What the rows of a report show of the registers, by milestone and by deal."""

    risks: Mapping[str, tuple[RiskRow, ...]] = field(default_factory=dict)
    contacts: Mapping[str, NextContact] = field(default_factory=dict)


NO_REGISTERS = Registers()
NOTHING_KNOWN: Mapping[TaskKey, Task | Ticket] = {}


def registers(portfolio: Portfolio, result: Result, risks: Iterable[RiskRow]) -> Registers:
    """Registered and confirmed risks of each milestone, those of its whole deal included; candidates are no risks yet."""
    own: dict[str, list[RiskRow]] = defaultdict(list)
    whole: dict[str, list[RiskRow]] = defaultdict(list)
    for risk in risks:
        if risk.origin != "candidate" and risk.milestone is not None:
            own[risk.milestone].append(risk)
        elif risk.origin != "candidate" and risk.deal is not None:
            whole[risk.deal].append(risk)
    theirs = {row.milestone.key: (*own[row.milestone.key], *whole[row.deal.key]) for row in result.assessments}
    contacts = by_deal(next_contacts(portfolio.plan, portfolio.recorded, portfolio.calendar))
    return Registers(theirs, {deal: due[0] for deal, due in contacts.items()})


def risk_entry(row: RiskRow, today: date, lang: Lang, known: Mapping[TaskKey, Task | Ticket] = NOTHING_KNOWN) -> Entry:
    """One risk; a figure that nobody states is null. `known` has the tasks and tickets that its evidence names."""
    currency = row.currency
    return {
        "key": row.key,
        "origin": row.origin,
        "state": row.state,
        "deal": row.deal,
        "milestone": row.milestone,
        "cause": cause(row, lang),
        "category": row.category.say(lang) if isinstance(row.category, Text) else row.category,
        "probability": None if row.probability is None else numbers.ratio(float(row.probability)),
        "impact_days": numbers.quantity(row.impact_days),
        "impact_amount": None if currency is None else numbers.money(row.impact_amount, currency),
        "expected_days": numbers.quantity(row.expected_days),
        "expected_amount": None if currency is None else numbers.money(row.expected_amount, currency),
        "currency": currency,
        "response": row.response,
        "action": row.action,
        "owner": row.owner,
        "due": _day(row.due),
        "status": row.status,
        "trigger": _trigger(row, today, lang),
        "incomplete": list(row.incomplete),
        "decided": _decided(row),
        "evidence": [evidence_entry(known[ref]) for ref in row.evidence if ref in known],
    }


def cause(row: RiskRow, lang: Lang) -> str:
    """As the plan has it; of a signal the sentence of its reason."""
    if isinstance(row.cause, str):
        return row.cause
    return worded(row.cause, lang) if isinstance(row.cause, Candidate) else row.cause[lang]


def worded(candidate: Candidate, lang: Lang) -> str:
    return facts_text(candidate.code, candidate.facts, lang)


def _trigger(row: RiskRow, today: date, lang: Lang) -> Entry | None:
    """`holds` is null where the program cannot see it: a person must watch the text."""
    trigger, struck = row.trigger, row.struck
    if trigger is None:
        return None
    said = None
    if struck is not None:
        said = FACTS[struck.how].say(
            lang, **{name: fact_text(name, v, today, lang) for name, v in struck.facts.items()}
        )
    return {
        "text": trigger.text,
        "holds": (struck is not None) if trigger.conditions and row.state != "closed" else None,
        "fact": said,
        "problems": [text.say(lang, value=value) for text, value in trigger.problems],
    }


def _decided(row: RiskRow) -> Entry | None:
    verdict = row.verdict
    if verdict is None:
        return None
    return {
        "verdict": "confirmed" if verdict.confirmed else "dismissed",
        "by": verdict.author,
        "reason": verdict.reason,
        "at": verdict.recorded_at.isoformat(timespec="seconds").replace("+00:00", "Z"),
    }


def contact_entry(contact: NextContact | None, today: date) -> Entry | None:
    """The next contact of a deal, as each of its milestones shows it."""
    if contact is None:
        return None
    return {
        "audience": contact.audience,
        "due": _day(contact.due),
        "owner": contact.owner,
        "overdue_days": contact.overdue_days(today),
    }


def voice_entry(voice: Voice, today: date) -> Entry:
    """One thing a customer said; `source`, `id`, `key` and `url` only of a ticket."""
    ticket = voice.ticket
    return {
        "ref": voice.ref,
        "origin": "plan" if ticket is None else "ticket",
        "date": _day(voice.date),
        "age_days": voice.age(today),
        "customer": voice.customer,
        "deal": voice.deal,
        "milestone": voice.milestone,
        "linked_by": None if ticket is None else ticket.linked_by,
        "score": numbers.quantity(voice.score),
        "text": voice.text,
        "action": voice.action,
        "owner": voice.owner,
        "due": _day(voice.due),
        "status": voice.status,
        "open": voice.is_open,
        "ticket": None if ticket is None else evidence_entry(ticket),
    }


def customer_entry(customer: CustomerVoice) -> Entry:
    return {
        "customer": customer.customer,
        "voices": customer.voices,
        "answers": customer.answers,
        "mean_score": numbers.quantity(customer.mean_score),
        "open": customer.open,
        "oldest_days": customer.oldest_days,
    }


def evidence_entry(found: Task | Ticket) -> Entry:
    return {"source": found.source, "id": found.id, "key": found.key, "url": found.url}


def pull_forward_entries(found: Iterable[PullForward]) -> list[Entry]:
    return [
        {"key": one.milestone, "amount": numbers.money(one.amount, one.currency), "workdays": one.workdays}
        for one in found
    ]


def _day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()
