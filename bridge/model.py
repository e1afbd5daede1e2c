"""The common schema: one shape for a task, whatever tool it lives in.

Absent is `None`, never `""`, 0 or 1970. Dates are civil dates in the configured zone, instants are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, NamedTuple

from msgspec import Struct, field


class Status(StrEnum):
    """Where a task stands; `UNMAPPED` is never guessed into one of the others."""

    TODO = "todo"
    DOING = "doing"
    DONE = "done"
    CANCELLED = "cancelled"
    UNMAPPED = "unmapped"


class Kind(StrEnum):
    """What a task is, in canonical words."""

    TASK = "task"
    STORY = "story"
    BUG = "bug"
    REQUIREMENT = "requirement"
    EPIC = "epic"
    FEATURE = "feature"
    MILESTONE = "milestone"
    PHASE = "phase"
    ISSUE = "issue"
    RISK = "risk"
    OTHER = "other"


class Colour(StrEnum):
    """Status of a milestone in the delay report, in no order; see `SEVERITY_ORDER`."""

    RED = "red"
    AMBER = "amber"
    GREY = "grey"
    GREEN = "green"
    DONE = "done"


class Severity(StrEnum):
    """How much a reason says against a milestone; worst first."""

    RED = "red"
    AMBER = "amber"
    GREY = "grey"


SEVERITY_ORDER: tuple[Colour, ...] = (Colour.RED, Colour.AMBER, Colour.GREY, Colour.GREEN, Colour.DONE)

TaskKey = tuple[str, str]
"""(source, id): what makes a task unique."""


class Person(Struct, frozen=True):
    id: str
    name: str


class ProjectRef(Struct, frozen=True):
    id: str
    key: str | None
    name: str


class Task(Struct, frozen=True):
    """One work item in the common schema (the keys of `pbridge tasks --json`, in this order)."""

    source: str
    id: str
    key: str | None
    title: str
    url: str | None
    project: ProjectRef
    kind: Kind
    kind_raw: str | None
    status: Status
    status_raw: str | None
    parent_id: str | None
    assignees: tuple[Person, ...]
    start_on: date | None
    due_on: date | None
    completed_at: datetime | None
    created_at: datetime | None
    updated_at: datetime | None
    progress: float | None
    estimate_hours: float | None
    remaining_hours: float | None
    spent_hours: float | None
    story_points: float | None
    priority: str | None
    sprint: str | None
    phase: str | None
    release: str | None
    releases: tuple[str, ...]
    tags: tuple[str, ...]
    milestone: str | None
    blocked: bool
    fields: Mapping[str, object] = field(default_factory=dict)
    archived: bool = False
    gone: bool = False
    mapping_version: str = ""

    @property
    def ref(self) -> TaskKey:
        return (self.source, self.id)


class LinkKind(StrEnum):
    """What a link between two tasks says about their order; `UNMAPPED` is never guessed into one of the others."""

    BLOCKS = "blocks"
    FINISH_TO_START = "finish_to_start"
    DEPENDS = "depends"
    """One waits for the other, and nobody has said which for which."""
    UNMAPPED = "unmapped"


class TaskLink(NamedTuple):
    """A link between two tasks of one source. The successor waits for the predecessor and `lag` working days more;
    of kinds without a direction the two are in no order. `word` is the kind as the vendor calls it; `seen_at` is when
    this program first wrote it down."""

    source: str
    predecessor: str
    successor: str
    kind: LinkKind
    word: str | None
    lag: int
    seen_at: datetime

    @property
    def ends(self) -> tuple[TaskKey, TaskKey]:
        return (self.source, self.predecessor), (self.source, self.successor)


class Change(Struct, frozen=True):
    """One field of one task that was seen to differ, in JSON values (`null`, text, number, list, object).

    `at` is when it happened as far as known (a vendor's own instant, else when we observed it);
    `recorded_at` is when this program wrote it down. `cause` tells a person's edit from our new mapping. `actor` is who
    did it, where the vendor's own history says so: a difference that we saw has none.
    """

    source: str
    id: str
    at: datetime
    field: str
    old: object
    new: object
    how: Literal["diff", "activity"]
    recorded_at: datetime
    cause: Literal["source", "mapping"] = "source"
    actor: Person | None = None

    @property
    def ref(self) -> TaskKey:
        return (self.source, self.id)
