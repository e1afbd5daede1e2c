"""The fields of a task that a mapping file may fill, and what each accepts."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from bridge.mapping.conversions import Gives
from bridge.model import Kind, Status


class Target(Struct, frozen=True):
    """A field to fill. `empty` is its value when nothing was read; a `needed` one must be declared by every file."""

    name: str
    gives: Gives
    conversion: str | None = None
    """What is done when the file names no conversion; None where the file must choose."""
    empty: Any = None
    needed: bool = False
    canonical: dict[str, Any] | None = None
    """The words this field is restricted to."""
    lowest: float | None = None
    highest: float | None = None
    ends_now: bool = False
    """Instants after now count as now: a vendor's clock may be ahead, but nothing has happened in the future."""
    guessable: bool = True
    """Whether a file may say what to take `otherwise`; never where a guess could hide a delay."""
    personal: bool = False
    """Whether its values tell who somebody is: no example shows one."""


def text(name: str, *, needed: bool = False, personal: bool = False) -> Target:
    return Target(name, "text", "text", needed=needed, guessable=not needed, personal=personal)


def number(name: str, *, highest: float | None = None) -> Target:
    return Target(name, "number", "number", lowest=0.0, highest=highest)


def instant(name: str) -> Target:
    return Target(name, "instant", ends_now=True)


def flag(name: str) -> Target:
    return Target(name, "flag", "flag", empty=False)


TASK_TARGETS: tuple[Target, ...] = (
    text("id", needed=True),
    text("key"),
    text("title", needed=True),
    Target("url", "text", "url"),
    text("project.id", needed=True),
    text("project.key"),
    text("project.name"),
    Target("kind", "text", empty=Kind.OTHER, canonical={kind.value: kind for kind in Kind}),
    text("kind_raw"),
    Target(
        "status",
        "text",
        empty=Status.UNMAPPED,
        needed=True,
        canonical={status.value: status for status in Status},
        guessable=False,
    ),
    text("status_raw"),
    text("parent_id"),
    Target("assignees", "people", "people", empty=()),
    Target("start_on", "date"),
    Target("due_on", "date"),
    instant("completed_at"),
    instant("created_at"),
    instant("updated_at"),
    number("progress", highest=1.0),
    number("estimate_hours"),
    number("remaining_hours"),
    number("spent_hours"),
    number("story_points"),
    text("priority"),
    text("sprint"),
    text("phase"),
    text("release"),
    Target("releases", "names", "names", empty=()),
    Target("tags", "names", "names", empty=()),
    text("milestone"),
    flag("blocked"),
    flag("archived"),
    flag("gone"),
)


def field(name: str) -> Target:
    """A field of the admin's own: takes any conversion, and keeps its result as a JSON value."""
    return Target(f"fields.{name}", "anything", "as_is")
