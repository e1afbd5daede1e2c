"""What a simulated company has beside projects, people and items: plans, reported hours, products and who asks for what.

A `World` holds them in `also`, in the order in which a vendor lists them. Nothing here knows a vendor.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct, field

from connectors.testing import State

Phase = Literal["pending", "in_progress", "completed"]


class SimDepartment(Struct):
    id: str
    name: str
    parent: str | None = None
    head: str | None = None


class SimField(Struct):
    """A property that items of some kinds (none: all) have; options are id, text and the id of the option above."""

    id: str
    name: str
    kind: str = "text"
    options: tuple[tuple[str, str, str | None], ...] = ()
    of: tuple[str, ...] = ()


class SimSprint(Struct):
    """`start` and `end` are planned, `started_at` and `completed_at` are what happened."""

    id: str
    name: str
    project: str
    status: Phase = "in_progress"
    start: datetime | None = None
    end: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    points: tuple[float, float, float] | None = None
    """Story points in all, started, completed."""
    owner: str | None = None
    updated_at: datetime | None = None


class SimDeliverable(Struct):
    """Something to be handed over, attached to an item; it is delivered once there is a `link` to it."""

    id: str
    name: str
    item: str
    link: str | None = None
    updated_at: datetime | None = None
    archived: bool = False
    deleted: bool = False


class SimWorkload(Struct):
    """Hours that a person reports for a day, given as an instant on it."""

    id: str
    item: str
    hours: float
    at: datetime
    person: str | None = None
    kind: str | None = None
    review: str = "no_review"
    note: str | None = None


class SimProduct(Struct):
    id: str
    key: str
    name: str
    created_at: datetime | None = None
    archived: bool = False
    deleted: bool = False


class SimCustomer(Struct):
    id: str
    name: str
    product: str
    scale: float | None = None
    owner: str | None = None
    updated_at: datetime | None = None
    archived: bool = False
    deleted: bool = False


class SimRequest(Struct):
    """Something that is asked of a product."""

    id: str
    key: str
    title: str
    product: str
    state: State = "todo"
    assignee: str | None = None
    priority: str | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    completed_at: datetime | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    planned: tuple[datetime, datetime] | None = None
    """From when until when it is to be done, as a vendor tells it of a day, a month or a quarter."""
    archived: bool = False
    deleted: bool = False


class SimTicket(SimRequest):
    customer: str | None = None
    channel: str | None = None
    """Where it came from; None: from inside."""
    tags: tuple[str, ...] = ()


class SimIdea(SimRequest):
    progress: float | None = None
    score: float | None = None
