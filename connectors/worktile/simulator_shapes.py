"""Renders the neutral world in Worktile's documented shapes, with both forms in which properties are known to come."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from connectors.testing import SimItem, SimPerson, SimProject, hex_id

PropertyForm = Literal["flat", "wrapped", "mixed"]
Json = dict[str, Any]

STATES: Mapping[str, tuple[str, int]] = {
    "todo": ("未开始", 1),
    "doing": ("进行中", 2),
    "done": ("已完成", 3),
    # There is no type for "given up": a closed task is as terminal as a finished one, only its name differs.
    "cancelled": ("已关闭", 3),
}
KINDS: Mapping[str, str] = {
    "task": "任务",
    "story": "用户故事",
    "bug": "缺陷",
    "requirement": "需求",
    "epic": "史诗",
    "feature": "特性",
    "milestone": "里程碑",
    "phase": "阶段",
    "issue": "问题",
    "risk": "风险",
}
WRAPPED_WHEN_MIXED = frozenset({"assignee", "start", "tag"})
ONLY_ON_REQUEST = "desc"


def project(of: SimProject) -> Json:
    return {"_id": of.id, "name": of.name, "identifier": of.key}


def member(of: SimPerson) -> Json:
    return {"uid": of.id, "name": of.login, "display_name": of.name, "avatar": "", "status": 1}


def reference(of: SimPerson) -> Json:
    return {"uid": of.id, "name": of.login, "display_name": of.name}


def task(of: SimItem, ancestors: Sequence[str], children: Iterable[str], properties: Json) -> Json:
    """A row of the V1 list. `ancestors` begin with the parent; a root task has no `parent_id`."""
    name, kind = STATES[of.state]
    name = of.state_name or name
    type_name = KINDS.get(of.kind, of.kind)
    row: Json = {
        "_id": of.id,
        "identifier": of.key,
        "title": of.title,
        "project_id": of.project,
        "created_at": _seconds(of.created_at),
        "updated_at": _seconds(of.updated_at),
        "completed_at": _seconds(of.completed_at),
        "is_archived": int(of.archived),
        "state_type": kind,
        "task_state": {"_id": hex_id("state", name), "name": name, "type": kind, "description": ""},
        "task_type": {"_id": hex_id("type", type_name), "name": type_name, "description": ""},
        "parent_ids": list(ancestors),
        "derived_ids": list(children),
        "properties": properties,
    }
    if ancestors:
        row["parent_id"] = ancestors[0]
    return row


def task_v2(of: SimItem, properties: Json) -> Json:
    """A row of the V2 list, of which no more than this is known."""
    return {"_id": of.id, "title": of.title, "properties": properties}


def properties(of: SimItem, form: PropertyForm, *, without: Collection[str] = (ONLY_ON_REQUEST,)) -> Json:
    """System and custom properties under their raw keys."""
    flat = {key: value for key, value in _flat(of).items() if key not in without}
    if form == "flat":
        return flat
    return {
        key: _wrapped(key, value, of) if form == "wrapped" or key in WRAPPED_WHEN_MIXED else value
        for key, value in flat.items()
    }


def _flat(of: SimItem) -> Json:
    return {
        "assignee": of.assignee,
        "participant": list(of.participants),
        "start": _date(of.start),
        "due": _date(of.due),
        "priority": _priority(of.priority),
        "tag": [_tag(name) for name in of.tags],
        "desc": of.description or "",
        **of.properties,
    }


def _wrapped(key: str, value: Any, of: SimItem) -> Json:
    return {
        "property_id": hex_id("property", key),
        "value": _inside(key, value),
        "updated_by": None,
        "updated_at": _seconds(of.updated_at),
    }


def _inside(key: str, value: Any) -> Any:
    """Wrapped values name options by id and write the time flag as a boolean."""
    if key in ("start", "due"):
        return {"date": value["date"] or None, "with_time": bool(value["with_time"])}
    if key == "priority":
        return value and value["_id"]
    if key == "tag":
        return [tag["_id"] for tag in value]
    return value


def _date(instant: datetime | None) -> Json:
    return {"date": _seconds(instant), "with_time": 0}


def _priority(name: str | None) -> Json | None:
    return None if name is None else {"_id": hex_id("priority", name), "name": name, "color": "#ff7575", "icon": "p1"}


def _tag(name: str) -> Json:
    return {"_id": hex_id("tag", name), "name": name, "color": "#2dbcff", "mode_id": hex_id("tag mode")}


def _seconds(instant: datetime | None) -> int:
    return 0 if instant is None else int(instant.timestamp())
