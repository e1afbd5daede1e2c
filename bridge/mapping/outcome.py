"""What a mapping gets besides the payload, and what it hands back: a task, or the reasons why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from bridge.mapping.words import shown
from bridge.model import Task

Code = Literal["unmapped_value", "unreadable_value", "missing_required"]
Payload = Mapping[str, Any]
Lookups = Mapping[str, Mapping[str, Payload]]
"""Stream -> external id -> payload."""


class Surroundings(Struct, frozen=True):
    """Everything besides the payload that decides what a task looks like."""

    source: str
    timezone: ZoneInfo
    now: datetime
    lookups: Lookups
    settings: Mapping[str, str]


class Problem(Struct, frozen=True):
    """One value that was not understood; `target` is left unset (status: unmapped), never guessed."""

    code: Code
    target: str
    path: str
    value: str


class Mapped(Struct, frozen=True):
    """`task` is None only when its id or its project's id is missing; then `problems` begins with that."""

    task: Task | None
    problems: tuple[Problem, ...]


class MappedRow(Struct, frozen=True):
    """As `Mapped`, with the task as the JSON object of `pbridge tasks --json`."""

    data: dict[str, Any] | None
    problems: tuple[Problem, ...]


class Unfit(Exception):
    """A value that a rule cannot use; `kept` is what could be read nevertheless."""

    def __init__(self, code: Code, value: object, kept: Any = None) -> None:
        super().__init__(code)
        self.code: Code = code
        self.value = value
        self.kept = kept

    def problem(self, target: str, path: str) -> Problem:
        return Problem(self.code, target, path, shown(self.value))
