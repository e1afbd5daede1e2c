"""Compiles the sections beside the task: a row in, and out comes a move, hours spent, or a claim; never an exception.

Nothing is guessed: a row of which one part cannot be read gives nothing, and says so in the problems.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from msgspec import Struct

from bridge.mapping.declaration import Rule
from bridge.mapping.outcome import Payload, Problem, Surroundings
from bridge.mapping.paths import Path, getter, may_stand
from bridge.mapping.rules import Read, applies, compiled
from bridge.mapping.sections import Claim, Effort, Telling
from bridge.mapping.targets import Target
from bridge.mapping.words import ABSENT
from bridge.model import Colour, Person

Side = Callable[[Payload, Surroundings, list[Problem]], Any]


class Moved(Struct, frozen=True):
    """What a row tells of one field: when it changed, from what to what, in the JSON values of the change log."""

    at: datetime
    old: object
    new: object
    by: Person | None = None


class Teller(Struct, frozen=True):
    """A `[[history]]` ready to run; `name` is how its problems are filed."""

    telling: Telling
    name: str
    read: Callable[[Payload, Surroundings, list[Problem]], Moved | None]

    @property
    def stream(self) -> str:
        return self.telling.stream

    @property
    def field(self) -> str:
        return self.telling.field.name


def teller(telling: Telling, tasks: Mapping[str, Rule]) -> Teller:
    name = f"{telling.stream}.{telling.field.name}"
    by_task = compiled(tasks[telling.field.name]) if telling.member else None
    old, new = (_side(telling, rule, by_task, name) for rule in (telling.old, telling.new))
    who = _author(telling.by)
    at, holds, target = _instant(telling.at, name), applies(telling.when), telling.field

    def read(row: Payload, about: Surroundings, problems: list[Problem]) -> Moved | None:
        if holds is not None and not holds(row):
            return None
        found: list[Problem] = []
        before, after, when = old(row, about, found), new(row, about, found), at(row, about, found)
        begins = telling.old_required and before is None
        if not found and not begins and after is None and target.canonical is not None:
            found.append(Problem("unreadable_value", name, telling.new.label, ABSENT))
        problems += found
        if found or begins or when is None or before == after:
            return None
        return Moved(when, _json(target, before), _json(target, after), who(row, about))

    return Teller(telling, name, read)


def _side(telling: Telling, rule: Rule, by_task: Read | None, name: str) -> Side:
    """The old or the new value; None where the row says that there is none, a problem where it does not say."""
    paths, own, member = rule.paths, compiled(rule), telling.member
    getters = [getter(path) for path in paths]

    def side(row: Payload, about: Surroundings, problems: list[Problem]) -> Any:
        raw = next((value for get in getters if (value := get(row)) is not None), None)
        if raw is None:
            if not _stands(paths, row):
                problems.append(Problem("unreadable_value", name, rule.label, ABSENT))
            return None
        found: list[Problem] = []
        value = own(row, about, found) if by_task is None else by_task({member: raw}, about, found)  # type: ignore[dict-item]
        problems += [Problem(problem.code, name, rule.label, problem.value) for problem in found]
        return value

    return side


def _stands(paths: tuple[Path, ...], row: Payload) -> bool:
    return any(may_stand(path.steps, row) for path in paths)


def _author(rule: Rule | None) -> Callable[[Payload, Surroundings], Person | None]:
    """Who did it; a row that does not say it, or not so that it can be read, still tells of its move."""
    read = None if rule is None else compiled(rule)

    def author(row: Payload, about: Surroundings) -> Person | None:
        found = None if read is None else read(row, about, [])
        return found[0] if found else None

    return author


def _instant(rule: Rule, name: str) -> Side:
    read = compiled(rule)

    def instant(row: Payload, about: Surroundings, problems: list[Problem]) -> Any:
        found: list[Problem] = []
        value = read(row, about, found)
        if value is None and not found:
            found.append(Problem("unreadable_value", name, rule.label, ABSENT))
        problems += [Problem(problem.code, name, problem.path, problem.value) for problem in found]
        return value

    return instant


def _json(target: Target, value: Any) -> object:
    """A value as the JSON object of the task has it."""
    if value is None:
        value = target.empty
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [{"id": one.id, "name": one.name} if isinstance(one, Person) else one for one in value]
    return value


class Hours(Struct, frozen=True):
    """Hours that a row says were spent on a task."""

    task: str
    hours: Decimal


class Timesheet(Struct, frozen=True):
    """An `[effort]` ready to run."""

    effort: Effort
    read: Callable[[Payload, Surroundings, list[Problem]], Hours | None]

    @property
    def stream(self) -> str:
        return self.effort.stream


def timesheet(effort: Effort) -> Timesheet:
    task_of, hours_of = compiled(effort.task), compiled(effort.hours)
    holds, excluded = applies(effort.when), applies(effort.unless)

    def read(row: Payload, about: Surroundings, problems: list[Problem]) -> Hours | None:
        if (holds is not None and not holds(row)) or (excluded is not None and excluded(row)):
            return None
        found: list[Problem] = []
        task, hours = task_of(row, about, found), hours_of(row, about, found)
        for value, rule in ((task, effort.task), (hours, effort.hours)):
            if value is None and not found:
                found.append(Problem("unreadable_value", rule.target.name, rule.label, ABSENT))
        problems += [Problem(one.code, f"{effort.stream}.{one.target}", one.path, one.value) for one in found]
        # Through text, so that seven tenths are seven tenths.
        return None if task is None or hours is None else Hours(task, Decimal(str(hours)))

    return Timesheet(effort, read)


class Claimant(Struct, frozen=True):
    """A `[project.claim]` ready to run; a word that is not listed claims nothing."""

    claim: Claim
    read: Callable[[Payload, Surroundings], Colour | None]

    @property
    def stream(self) -> str:
        return self.claim.stream


def claimant(claim: Claim) -> Claimant:
    colour_of = compiled(claim.rule)

    def read(row: Payload, about: Surroundings) -> Colour | None:
        found = colour_of(row, about, [])
        return None if found is None else Colour(found)

    return Claimant(claim, read)
