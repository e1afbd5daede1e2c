"""The sales plan as values: what was promised to whom, for how much, and which tasks it stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

Day = date
"""The type `date`, for the table that has a column of this name."""

Notes = Mapping[str, str]
"""Columns the plan format does not know, kept word for word: column name as written -> cell text."""


@dataclass(frozen=True, slots=True)
class Tier:
    """From the `from_day`-th late day on (1 = first day after the grace), `rate` of the base a day."""

    from_day: int
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Leave:
    """Days off of one person, both ends included."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Goal:
    key: str
    name: str
    metric: str | None = None
    target: Decimal | None = None
    current: Decimal | None = None
    unit: str | None = None
    start: date | None = None
    due: date | None = None
    owner: str | None = None
    win_rate: Decimal | None = None
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deal:
    key: str
    name: str
    customer: str | None = None
    contract_no: str | None = None
    amount: Decimal | None = None
    currency: str = "CNY"
    sales_owner: str | None = None
    delivery_owner: str | None = None
    goal: str | None = None
    penalty_rate: tuple[Tier, ...] = ()
    penalty_base: Literal["deal", "milestone"] = "deal"
    penalty_grace_days: int = 0
    penalty_cap: Decimal | None = None
    rules: Mapping[str, float] = field(default_factory=dict)
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Milestone:
    key: str
    deal: str
    name: str
    promised: date | None = None
    owner: str | None = None
    amount: Decimal | None = None
    contractual: bool = False
    class_: str | None = None
    internal_target: date | None = None
    weight: Decimal | None = None
    acceptance: str | None = None
    depends_on: tuple[str, ...] = ()
    scope: str = ""
    actual: date | None = None
    customer_informed: date | None = None
    note: str | None = None
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Resource:
    owner: str | None = None
    hours_per_day: Decimal | None = None
    leave: tuple[Leave, ...] = ()
    kind: str | None = None
    deal: str | None = None
    budget: Decimal | None = None
    used: Decimal | None = None
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Risk:
    key: str
    deal: str
    cause: str
    category: str | None = None
    probability: Decimal | None = None
    impact_days: Decimal | None = None
    impact_amount: Decimal | None = None
    milestone: str | None = None
    response: str | None = None
    action: str | None = None
    owner: str | None = None
    trigger: str | None = None
    due: date | None = None
    status: str | None = None
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Feedback:
    deal: str
    date: Day
    text: str
    score: int | None = None
    milestone: str | None = None
    action: str | None = None
    owner: str | None = None
    due: Day | None = None
    status: str | None = None
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Communication:
    deal: str
    audience: Literal["team", "customer"]
    every_days: int | None = None
    last: date | None = None
    owner: str | None = None
    channel: str | None = None
    notes: Notes = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """One whole plan, as one import brought it."""

    goals: tuple[Goal, ...] = ()
    deals: tuple[Deal, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    resources: tuple[Resource, ...] = ()
    risks: tuple[Risk, ...] = ()
    feedback: tuple[Feedback, ...] = ()
    communications: tuple[Communication, ...] = ()


@dataclass(frozen=True, slots=True)
class Baseline:
    """A promised date as it was imported or approved. `number` 0 is B0, the first promise, for ever."""

    milestone: str
    number: int
    promised: date
    recorded_at: datetime
    approved_by: str | None = None
    reason: str | None = None
