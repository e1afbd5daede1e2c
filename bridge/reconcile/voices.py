"""What customers said, from the plan and from tickets, as one list: which deal or milestone each concerns, and its age.

A ticket is placed by a person's link, else by the milestone or deal its mapping names, else by its customer where that
customer has exactly one deal. What none of these places stays without a deal: it is told, never guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bridge.plan.cells import fold
from bridge.plan.document import Deal, Feedback, Milestone, Plan
from bridge.reconcile.recorded import Recorded, Ticket
from bridge.reconcile.standing import is_closed

LEAST_ANSWERS = 5
"""A mean over fewer answers than this is not shown: it would be one person's opinion."""

Day = date


@dataclass(frozen=True, slots=True)
class Voice:
    """One thing that a customer said. `ref` names it in commands; a row of the plan has no `ticket`."""

    ref: str
    date: Day | None
    text: str | None
    score: Decimal | None
    customer: str | None
    deal: str | None
    milestone: str | None
    action: str | None
    owner: str | None
    due: Day | None
    status: str | None
    is_open: bool
    ticket: Ticket | None = None

    def age(self, today: Day) -> int | None:
        """Calendar days since it was said; None where that day is not known."""
        return None if self.date is None else max((today - self.date).days, 0)


@dataclass(frozen=True, slots=True)
class CustomerVoice:
    """What one customer said altogether; `mean_score` is None below `LEAST_ANSWERS` scored answers."""

    customer: str | None
    voices: int
    answers: int
    mean_score: Decimal | None
    open: int
    oldest_days: int | None


def voices(plan: Plan, recorded: Recorded) -> tuple[Voice, ...]:
    """The rows of the plan in their order, then the tickets by source and id."""
    deals = {deal.key: deal for deal in plan.deals}
    ordered = sorted(recorded.tickets, key=lambda ticket: (ticket.source, ticket.id))
    places = _Places(plan, deals)
    return (
        *(_of_plan(number, row, deals) for number, row in enumerate(plan.feedback, 1)),
        *(_of_ticket(ticket, places) for ticket in ordered),
    )


def open_by_milestone(plan: Plan, found: Iterable[Voice]) -> dict[str, tuple[Voice, ...]]:
    """Milestone -> what is still open about it, or about its deal as a whole."""
    own: dict[str, list[Voice]] = defaultdict(list)
    whole: dict[str, list[Voice]] = defaultdict(list)
    for voice in found:
        if voice.is_open and voice.milestone is not None:
            own[voice.milestone].append(voice)
        elif voice.is_open and voice.deal is not None:
            whole[voice.deal].append(voice)
    return {
        row.key: (*own[row.key], *whole[row.deal]) for row in plan.milestones if row.key in own or row.deal in whole
    }


def by_customer(found: Iterable[Voice], today: date) -> tuple[CustomerVoice, ...]:
    """In the order of the customers' names; those that belong to nobody known come last."""
    groups: dict[str, list[Voice]] = defaultdict(list)
    for voice in found:
        groups[fold(voice.customer) if voice.customer else ""].append(voice)
    return tuple(_customer(groups[name], today) for name in sorted(groups, key=lambda name: (not name, name)))


def _customer(theirs: list[Voice], today: date) -> CustomerVoice:
    scores = [voice.score for voice in theirs if voice.score is not None]
    waiting = [voice for voice in theirs if voice.is_open]
    ages = [age for voice in waiting if (age := voice.age(today)) is not None]
    mean = sum(scores, Decimal(0)) / len(scores) if len(scores) >= LEAST_ANSWERS else None
    return CustomerVoice(theirs[0].customer, len(theirs), len(scores), mean, len(waiting), max(ages, default=None))


def _of_plan(number: int, row: Feedback, deals: Mapping[str, Deal]) -> Voice:
    return Voice(
        ref=f"plan:{number}",
        date=row.date,
        text=row.text,
        score=None if row.score is None else Decimal(row.score),
        customer=deals[row.deal].customer if row.deal in deals else None,
        deal=row.deal,
        milestone=row.milestone,
        action=row.action,
        owner=row.owner,
        due=row.due,
        status=row.status,
        is_open=not is_closed(row.status),
    )


class _Places:
    """Where a ticket belongs, by the names that the plan knows."""

    def __init__(self, plan: Plan, deals: Mapping[str, Deal]) -> None:
        self.deals = deals
        self.milestones: dict[str, Milestone] = {fold(row.key): row for row in plan.milestones}
        self._deals = _only((name, deal) for deal in plan.deals for name in _names(deal))
        self._customers = _only((deal.customer, deal) for deal in plan.deals if deal.customer)

    def of(self, ticket: Ticket) -> tuple[str | None, str | None]:
        """(deal, milestone); the milestone may stay open where the deal is known."""
        for named in (ticket.linked, ticket.milestone):
            row = self.milestones.get(fold(named)) if named else None
            if row is not None:
                return row.deal, row.key
        found = self._deals.get(fold(ticket.deal)) if ticket.deal else None
        if found is None and ticket.customer:
            found = self._customers.get(fold(ticket.customer))
        return (None if found is None else found.key), None


def _names(deal: Deal) -> tuple[str, ...]:
    return tuple(name for name in (deal.key, deal.name, deal.contract_no) if name)


def _only(named: Iterable[tuple[str, Deal]]) -> dict[str, Deal]:
    """Folded name -> the one deal that it names; a name of several names none."""
    found: dict[str, set[str]] = defaultdict(set)
    by_key: dict[str, Deal] = {}
    for name, deal in named:
        found[fold(name)].add(deal.key)
        by_key[deal.key] = deal
    return {name: by_key[next(iter(keys))] for name, keys in found.items() if len(keys) == 1}


def _of_ticket(ticket: Ticket, places: _Places) -> Voice:
    deal, milestone = places.of(ticket)
    known = places.deals.get(deal) if deal else None
    return Voice(
        ref=f"{ticket.source}:{ticket.key or ticket.id}",
        date=ticket.date,
        text=ticket.text,
        score=None if ticket.score is None else Decimal(str(ticket.score)),
        customer=(known.customer if known and known.customer else ticket.customer),
        deal=deal,
        milestone=milestone,
        action=None,
        owner=ticket.owner,
        due=ticket.due,
        status=ticket.status,
        is_open=not is_closed(ticket.status),
        ticket=ticket,
    )


def unplaced(found: Iterable[Voice]) -> Iterator[Voice]:
    """What belongs to no deal of the plan."""
    return (voice for voice in found if voice.deal is None)
