"""A task as the JSON object of `pbridge tasks --json`, and back, exactly: how the store keeps tasks."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from bridge.model import Kind, Person, ProjectRef, Status, Task

# Looked up rather than called: an enum call is many times as slow as a dictionary.
_KINDS = {kind.value: kind for kind in Kind}
_STATUSES = {status.value: status for status in Status}
KEYS = Task.__struct_fields__
_SECONDS = len("2026-09-01T00:00:00")


def as_json(task: Task) -> dict[str, Any]:
    """Keys in the order of the schema; dates as YYYY-MM-DD, instants as RFC 3339 UTC in whole seconds, absent as None."""
    project = task.project
    return {
        "source": task.source,
        "id": task.id,
        "key": task.key,
        "title": task.title,
        "url": task.url,
        "project": {"id": project.id, "key": project.key, "name": project.name},
        "kind": task.kind.value,
        "kind_raw": task.kind_raw,
        "status": task.status.value,
        "status_raw": task.status_raw,
        "parent_id": task.parent_id,
        "assignees": people(task.assignees),
        "start_on": day(task.start_on),
        "due_on": day(task.due_on),
        "completed_at": moment(task.completed_at),
        "created_at": moment(task.created_at),
        "updated_at": moment(task.updated_at),
        "progress": task.progress,
        "estimate_hours": task.estimate_hours,
        "remaining_hours": task.remaining_hours,
        "spent_hours": task.spent_hours,
        "story_points": task.story_points,
        "priority": task.priority,
        "sprint": task.sprint,
        "phase": task.phase,
        "release": task.release,
        "releases": list(task.releases),
        "tags": list(task.tags),
        "milestone": task.milestone,
        "blocked": task.blocked,
        "fields": dict(task.fields),
        "archived": task.archived,
        "gone": task.gone,
        "mapping_version": task.mapping_version,
    }


def from_json(row: Mapping[str, Any]) -> Task:
    """The task that `as_json` gave this object for."""
    return Reader().task(row)


class Reader:
    """Reads many tasks. What is equal in several of them (a day, a project, a person, a word) is one object."""

    def __init__(self) -> None:
        self._days: dict[str, date] = {}
        self._projects: dict[tuple[str, str | None, str], ProjectRef] = {}
        self._people: dict[tuple[tuple[str, str], ...], tuple[Person, ...]] = {(): ()}
        self._texts: dict[tuple[str, ...], tuple[str, ...]] = {(): ()}
        self._nothing: Mapping[str, object] = {}

    def task(self, row: Mapping[str, Any]) -> Task:
        """The task that `as_json` gave this object for."""
        word = sys.intern
        texts = self._texts
        releases, tags = tuple(row["releases"]), tuple(row["tags"])
        # By position, which is a third faster than by name; the order is the schema's.
        return Task(
            word(row["source"]),
            row["id"],
            row["key"],
            row["title"],
            row["url"],
            self._project(row["project"]),
            _KINDS[row["kind"]],
            _word(row["kind_raw"]),
            _STATUSES[row["status"]],
            _word(row["status_raw"]),
            _word(row["parent_id"]),
            self._assignees(row["assignees"]),
            self._day(row["start_on"]),
            self._day(row["due_on"]),
            _to_moment(row["completed_at"]),
            _to_moment(row["created_at"]),
            _to_moment(row["updated_at"]),
            row["progress"],
            row["estimate_hours"],
            row["remaining_hours"],
            row["spent_hours"],
            row["story_points"],
            _word(row["priority"]),
            _word(row["sprint"]),
            _word(row["phase"]),
            _word(row["release"]),
            texts.setdefault(releases, releases),
            texts.setdefault(tags, tags),
            row["milestone"],
            row["blocked"],
            dict(row["fields"]) if row["fields"] else self._nothing,
            row["archived"],
            row["gone"],
            word(row["mapping_version"]),
        )

    def _project(self, row: Mapping[str, Any]) -> ProjectRef:
        parts = (row["id"], row["key"], row["name"])
        found = self._projects.get(parts)
        if found is None:
            found = self._projects[parts] = ProjectRef(*parts)
        return found

    def _assignees(self, rows: Iterable[Mapping[str, str]]) -> tuple[Person, ...]:
        parts = tuple([(row["id"], row["name"]) for row in rows])
        found = self._people.get(parts)
        if found is None:
            found = self._people[parts] = tuple([Person(*part) for part in parts])
        return found

    def _day(self, text: str | None) -> date | None:
        if text is None:
            return None
        found = self._days.get(text)
        if found is None:
            found = self._days[text] = date.fromisoformat(text)
        return found


def _word(text: str | None) -> str | None:
    return None if text is None else sys.intern(text)


def people(persons: Iterable[Person]) -> list[dict[str, str]]:
    return [{"id": person.id, "name": person.name} for person in persons]


def day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def moment(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return f"{instant.isoformat()[:_SECONDS]}Z"


def _to_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
