"""Versions of the sales plan: which there are, and what differs between two of them or between one and a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan import comparison, readers
from bridge.plan.comparison import Comparison
from bridge.plan.document import Plan
from bridge.store import plans
from bridge.store.clockwork import end_of
from bridge.store.engine import Store
from bridge.store.plans import PlanVersion, VersionEntry
from bridge.sync.outcome import rfc3339
from bridge.usecases.calendars import present_calendar
from bridge.usecases.planning import NO_PLAN_YET, read_files
from bridge.usecases.workspace import Workspace

NO_VERSION = Text(
    zh="没有第 {value} 版计划；现有第 1 至 {last} 版，见 pbridge plan versions。",
    en="there is no version {value} of the plan; there are 1 to {last}, see pbridge plan versions.",
)
NONE_THEN = Text(
    zh="{value} 那天还没有导入计划；第一版导入于 {first}。",
    en="no plan had been imported on {value}; the first one was imported on {first}.",
)
NO_DAY = Text(
    zh="{value} 不是日期；请写成 2026-09-01 的形式，或写版本号、文件名。",
    en="{value} is no date; write it like 2026-09-01, or give a version or a file.",
)
ONLY_ONE = Text(
    zh="只有一版计划，没有可比较的前一版。请写一个文件：pbridge plan diff plan.xlsx",
    en="there is only one version, so there is none to compare it with. Name a file: pbridge plan diff plan.xlsx",
)

_NUMBER = re.compile(r"\d{1,9}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Side(Struct, frozen=True):
    """A plan that is compared: a stored version, or a file (`version` None)."""

    plan: Plan
    version: int | None
    file: str
    imported_at: str | None

    def as_json(self) -> dict[str, Any]:
        return {"version": self.version, "file": self.file, "imported_at": self.imported_at}


class Compared(Struct, frozen=True):
    old: Side
    new: Side
    found: Comparison

    def as_json(self) -> dict[str, Any]:
        return {"old": self.old.as_json(), "new": self.new.as_json(), **comparison.as_json(self.found)}


def versions(space: Workspace) -> list[VersionEntry]:
    """Every version that was imported, oldest first."""
    with space.store() as store:
        return plans.versions(store)


def version_as_json(entry: VersionEntry) -> dict[str, Any]:
    return {
        "version": entry.number,
        "imported_at": rfc3339(entry.imported_at),
        "file": entry.file,
        "hash": entry.hash,
        "approved_by": entry.approved_by,
        "reason": entry.reason,
        "milestones": entry.milestones,
    }


def compare(space: Workspace, old: str | None, new: str | None) -> Compared:
    """What differs between two plans, each named by its number, a day (the plan in force at its end) or a file.

    Without names the plan in force is compared with the one before it; a single version is compared with the plan in
    force, and the plan in force with a single file.
    """
    with space.store() as store, store.snapshot():
        newest = plans.newest(store)
        if newest is None:
            raise UsageProblem(NO_PLAN_YET)
        sides = _sides(space, store, newest, [name for name in (old, new) if name is not None])
        return Compared(*sides, comparison.compare(sides[0].plan, sides[1].plan, present_calendar(space, store)))


def _sides(space: Workspace, store: Store, newest: PlanVersion, names: Sequence[str]) -> tuple[Side, Side]:
    if not names:
        entries = plans.versions(store)
        if len(entries) < 2:
            raise UsageProblem(ONLY_ONE)
        names = [str(entries[-2].number)]
    found = [_side(space, store, name) for name in names]
    if len(found) == 2:
        return found[0], found[1]
    current = _stored(newest)
    return (current, found[0]) if found[0].version is None else (found[0], current)


def _side(space: Workspace, store: Store, name: str) -> Side:
    if _NUMBER.fullmatch(name):
        version = plans.numbered(store, int(name))
        if version is None:
            raise UsageProblem(NO_VERSION, value=name, last=plans.versions(store)[-1].number)
        return _stored(version)
    if _DAY.fullmatch(name):
        return _on(space, store, name)
    return Side(readers.read(read_files(Path(name))).plan, None, name, None)


def _on(space: Workspace, store: Store, name: str) -> Side:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        raise UsageProblem(NO_DAY, value=name) from None
    version = plans.newest(store, end_of(day, space.clock.timezone))
    if version is None:
        first = plans.versions(store)[0].imported_at.astimezone(space.clock.timezone).date()
        raise UsageProblem(NONE_THEN, value=name, first=first.isoformat())
    return _stored(version)


def _stored(version: PlanVersion) -> Side:
    return Side(version.plan, version.number, version.file, rfc3339(version.imported_at))
