"""What people told this program beside the plan: decisions on risks, tickets linked by hand, contacts made.

Nothing is changed or deleted; what counts is the newest row, or the newest before an instant.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bridge.reconcile.recorded import Contact, Noted, Verdict
from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store, dumps

Ref = tuple[str, str]
_LATER_THAN_ALL = "9999"
_NUMBERS = ("probability", "impact_days", "impact_amount")


def save_verdict(store: Store, verdict: Verdict) -> None:
    """Keep a decision, in the caller's transaction."""
    store.insert(
        "risk_verdicts",
        {
            "candidate": verdict.candidate,
            "confirmed": int(verdict.confirmed),
            "author": verdict.author,
            "reason": verdict.reason,
            "recorded_at": stamp(verdict.recorded_at),
            "noted": dumps(_as_json(verdict.noted)),
        },
    )


def verdicts(store: Store, before: str | None = None) -> dict[str, Verdict]:
    """Candidate -> the newest decision on it."""
    return {
        candidate: Verdict(
            candidate, bool(confirmed), author, reason, instant(recorded_at), _from_json(json.loads(noted))
        )
        for candidate, confirmed, author, reason, recorded_at, noted in store.rows(
            "SELECT candidate, confirmed, author, reason, recorded_at, noted FROM risk_verdicts "
            "WHERE recorded_at < ? ORDER BY seq",
            (before or _LATER_THAN_ALL,),
        )
    }


def save_link(store: Store, ref: Ref, milestone: str | None, author: str, at: datetime) -> None:
    """Keep which milestone a ticket was linked to; None takes the link back."""
    source, ticket = ref
    row = {"source": source, "ticket": ticket, "milestone": milestone, "author": author, "recorded_at": stamp(at)}
    store.insert("ticket_links", row)


def links(store: Store, before: str | None = None) -> dict[Ref, tuple[str, str]]:
    """(source, id of the ticket) -> (milestone, who linked it), for links that stand."""
    newest: dict[Ref, tuple[str | None, str]] = {
        (source, ticket): (milestone, author)
        for source, ticket, milestone, author in store.rows(
            "SELECT source, ticket, milestone, author FROM ticket_links WHERE recorded_at < ? ORDER BY seq",
            (before or _LATER_THAN_ALL,),
        )
    }
    return {ref: (milestone, author) for ref, (milestone, author) in newest.items() if milestone is not None}


def save_contact(store: Store, contact: Contact) -> None:
    """Keep that somebody talked to a deal's team or customer."""
    store.insert(
        "contacts",
        {
            "deal": contact.deal,
            "audience": contact.audience,
            "day": contact.on.isoformat(),
            "author": contact.author,
            "recorded_at": stamp(contact.recorded_at),
        },
    )


def contacts(store: Store, before: str | None = None) -> tuple[Contact, ...]:
    """In the order in which they were recorded."""
    return tuple(
        Contact(deal, audience, date.fromisoformat(day), author, instant(recorded_at))
        for deal, audience, day, author, recorded_at in store.rows(
            "SELECT deal, audience, day, author, recorded_at FROM contacts WHERE recorded_at < ? ORDER BY seq",
            (before or _LATER_THAN_ALL,),
        )
    )


def _as_json(noted: Noted) -> dict[str, Any]:
    numbers = {name: _text(getattr(noted, name)) for name in ("measure", *_NUMBERS)}
    plain = ("code", "deal", "milestone", "severity", "response", "action", "owner")
    return {
        **{name: getattr(noted, name) for name in plain},
        **numbers,
        "cause": dict(noted.cause),
        "due": None if noted.due is None else noted.due.isoformat(),
    }


def _from_json(data: Mapping[str, Any]) -> Noted:
    numbers = {name: None if data[name] is None else Decimal(data[name]) for name in _NUMBERS}
    due = None if data["due"] is None else date.fromisoformat(data["due"])
    return Noted(**{**data, **numbers, "measure": Decimal(data["measure"]), "due": due})


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)
