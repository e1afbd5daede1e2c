"""A task as the JSON object of `pbridge tasks --json`, and back, exactly: how the store keeps tasks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from bridge.model import Kind, Person, ProjectRef, Status, Task

# Looked up rather than called: an enum call is many times as slow as a dictionary.
_KINDS = {kind.value: kind for kind in Kind}
_STATUSES = {status.value: status for status in Status}
_WORDS: dict[Kind | Status, str] = {word: word.value for word in (*Kind, *Status)}
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
        "assignees": [{"id": person.id, "name": person.name} for person in task.assignees],
        "start_on": _day(task.start_on),
        "due_on": _day(task.due_on),
        "completed_at": _moment(task.completed_at),
        "created_at": _moment(task.created_at),
        "updated_at": _moment(task.updated_at),
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


def as_row(source: str, found: Sequence[Any], fields: Mapping[str, Any], version: str) -> dict[str, Any]:
    """The object of a task given by the values of its targets, in the order of the schema."""
    (
        identity, key, title, url, project, project_key, project_name, kind, kind_raw, status, status_raw, parent,
        assignees, start, due, completed, created, updated, progress, estimate, remaining, spent, points, priority,
        sprint, phase, release, releases, tags, milestone, blocked, archived, gone,
    ) = found  # fmt: skip
    return {
        "source": source,
        "id": identity,
        "key": key,
        "title": title,
        "url": url,
        "project": {"id": project, "key": project_key, "name": project_name},
        "kind": _WORDS[kind],
        "kind_raw": kind_raw,
        "status": _WORDS[status],
        "status_raw": status_raw,
        "parent_id": parent,
        "assignees": [{"id": person.id, "name": person.name} for person in assignees],
        "start_on": None if start is None else start.isoformat(),
        "due_on": None if due is None else due.isoformat(),
        "completed_at": None if completed is None else _moment(completed),
        "created_at": None if created is None else _moment(created),
        "updated_at": None if updated is None else _moment(updated),
        "progress": progress,
        "estimate_hours": estimate,
        "remaining_hours": remaining,
        "spent_hours": spent,
        "story_points": points,
        "priority": priority,
        "sprint": sprint,
        "phase": phase,
        "release": release,
        "releases": list(releases),
        "tags": list(tags),
        "milestone": milestone,
        "blocked": blocked,
        "fields": fields,
        "archived": archived,
        "gone": gone,
        "mapping_version": version,
    }


def from_json(row: Mapping[str, Any]) -> Task:
    """The task that `as_json` gave this object for."""
    project = row["project"]
    # By position, which is a third faster than by name; the order is the schema's.
    return Task(
        row["source"],
        row["id"],
        row["key"],
        row["title"],
        row["url"],
        ProjectRef(project["id"], project["key"], project["name"]),
        _KINDS[row["kind"]],
        row["kind_raw"],
        _STATUSES[row["status"]],
        row["status_raw"],
        row["parent_id"],
        tuple([Person(person["id"], person["name"]) for person in row["assignees"]]),
        _to_day(row["start_on"]),
        _to_day(row["due_on"]),
        _to_moment(row["completed_at"]),
        _to_moment(row["created_at"]),
        _to_moment(row["updated_at"]),
        row["progress"],
        row["estimate_hours"],
        row["remaining_hours"],
        row["spent_hours"],
        row["story_points"],
        row["priority"],
        row["sprint"],
        row["phase"],
        row["release"],
        tuple(row["releases"]),
        tuple(row["tags"]),
        row["milestone"],
        row["blocked"],
        dict(row["fields"]),
        row["archived"],
        row["gone"],
        row["mapping_version"],
    )


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _to_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _moment(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    if instant.tzinfo is not UTC:
        instant = instant.astimezone(UTC)
    return f"{instant.isoformat()[:_SECONDS]}Z"


def _to_moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
