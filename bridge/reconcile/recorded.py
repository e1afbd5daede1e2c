"""What is known beside the plan and the tasks: tickets of customers, contacts made, and what people decided on risks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from bridge.language import Lang
from bridge.model import TaskKey

Day = date
"""The type `date`, for the value that has a field of this name."""
Audience = Literal["team", "customer"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a customer said in a tool, as the mapping reads it; `deal`, `milestone` and `customer` are words of the tool.

    `linked` is the milestone that a person linked it to, by `linked_by`.
    """

    source: str
    id: str
    key: str | None = None
    url: str | None = None
    date: Day | None = None
    text: str | None = None
    score: float | None = None
    customer: str | None = None
    deal: str | None = None
    milestone: str | None = None
    owner: str | None = None
    due: Day | None = None
    status: str | None = None
    linked: str | None = None
    linked_by: str | None = None

    @property
    def ref(self) -> TaskKey:
        """How evidence names it: no task can have this id, whatever ids the source gives."""
        return (self.source, f"ticket/{self.id}")


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody talked to a deal's team or customer on a civil day."""

    deal: str
    audience: Audience
    on: date
    author: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Noted:
    """A candidate as it was when a person decided on it, and what that person planned to do about it.

    `measure` says how bad the signal was, in its own unit; `cause` is its sentence in both languages.
    """

    code: str
    deal: str | None
    milestone: str | None
    severity: str
    measure: Decimal
    cause: Mapping[Lang, str]
    probability: Decimal | None = None
    impact_days: Decimal | None = None
    impact_amount: Decimal | None = None
    response: str | None = None
    action: str | None = None
    owner: str | None = None
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """A person confirmed a candidate as a risk, or dismissed it; the newest of a candidate counts."""

    candidate: str
    confirmed: bool
    author: str
    reason: str
    recorded_at: datetime
    noted: Noted


@dataclass(frozen=True, slots=True)
class Recorded:
    """Everything of this kind that is known at one moment."""

    tickets: tuple[Ticket, ...] = ()
    contacts: tuple[Contact, ...] = ()
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    """Candidate -> the newest verdict on it."""
    unread: int = 0
    """Tickets with a value that the mapping could not read, or without an id; the value is missing, the rest is not."""


NOTHING_RECORDED = Recorded()
