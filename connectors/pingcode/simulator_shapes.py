"""The documented shapes: how PingCode writes the objects of a world, in each of its path generations."""

from __future__ import annotations

from typing import Any

from connectors.company import SimDepartment, SimField
from connectors.pingcode.simulator_names import (
    CUSTOM_NAMES,
    PROJECT_STATES,
    STAGES,
    STATE_COLOURS,
    STATE_TYPES,
    SYSTEM_TYPES,
    priority_id,
    seconds,
    short_id,
    stable_id,
    state_id,
    state_name,
    tag_id,
    type_id,
)
from connectors.testing import SimItem, SimPerson, SimProject, SimRelease, World

WEB = "https://demo.pingcode.com"


class Shapes:
    """Writes the objects of one world in one generation."""

    def __init__(self, world: World, profile: str, host: str = "https://open.pingcode.com") -> None:
        self.world = world
        self.profile = profile
        self.word = "workitem" if profile == "d" else "work_item"
        self.root = "/v1/project" if profile == "a" else "/v1/pjm"
        self.host = host

    def url(self, path: str) -> str:
        return f"{self.host}{self.root}/{path}"

    def user_reference(self, person: str | None) -> dict[str, Any] | None:
        if person is None:
            return None
        known = self.world.people.get(person)
        return {
            "id": person,
            "url": f"{self.host}/v1/directory/users/{person}",
            "name": known.login if known else person,
            "display_name": known.name if known else person,
            "avatar": None,
        }

    def _author(self, item: SimItem) -> dict[str, Any] | None:
        """A world does not say who edits; nobody but a person can."""
        return self.user_reference(item.assignee or next(iter(self.world.people), None))

    def user(self, person: SimPerson) -> dict[str, Any]:
        reference = self.user_reference(person.id) or {}
        rest = {
            "department": self.department_reference(person.department),
            "job": None,
            "email": person.email,
            "mobile": None,
        }
        return {**reference, **rest, "status": "enabled", "employee_number": None}

    def department_reference(self, department: str | None) -> dict[str, Any] | None:
        known = next((d for d in self.world.all_of(SimDepartment) if d.id == department), None)
        if known is None:
            return None
        return {"id": known.id, "url": f"{self.host}/v1/directory/departments/{known.id}", "name": known.name}

    def project_reference(self, project: SimProject) -> dict[str, Any]:
        return {
            "id": project.id,
            "url": self.url(f"projects/{project.id}"),
            "identifier": project.key,
            "name": project.name,
            "type": project.kind,
            "is_archived": int(project.archived),
            "is_deleted": int(project.deleted),
        }

    def project(self, project: SimProject) -> dict[str, Any]:
        created = seconds(project.created_at)
        shape = {
            **self.project_reference(project),
            "assignee": None,
            "scope_type": "organization",
            "scope_id": stable_id("organization"),
            "visibility": "private",
            "state": self.project_state(project.state),
            "start_at": None,
            "end_at": None,
            "color": "#3C7DE0",
            "description": None,
            "properties": {},
            "members": [self.member(person) for person in self.members_of(project.id)],
            "created_at": created,
            "created_by": None,
            "updated_at": created,
            "updated_by": None,
        }
        if self.profile != "a":
            shape["is_local_config_enabled"] = 0
        return shape

    def project_state(self, name: str) -> dict[str, Any]:
        identity = stable_id("project-state", name)
        kind = PROJECT_STATES.get(name, "in_progress")
        return {"id": identity, "url": self.url(f"project/states/{identity}"), "name": name, "type": kind}

    def members_of(self, project: str) -> list[str]:
        met: dict[str, None] = {}
        for item in self.world.items_of(project):
            met.update(dict.fromkeys((*([item.assignee] if item.assignee else []), *item.participants)))
        return list(met)

    def member(self, person: str) -> dict[str, Any]:
        reference = self.user_reference(person) or {}
        return {"id": person, "url": reference["url"], "type": "user", "user": reference}

    def type(self, kind: str) -> dict[str, Any]:
        name, group = CUSTOM_NAMES.get(kind, kind), "task"
        if kind in SYSTEM_TYPES:
            name, group = SYSTEM_TYPES[kind][:2]
        identity = type_id(kind)
        return {"id": identity, "url": self.url(f"{self.word}_types/{identity}"), "name": name, "group": group}

    def state(self, project: str, kind: str, name: str, state: str) -> dict[str, Any]:
        identity = state_id(project, kind, name)
        return {
            "id": identity,
            "url": self.url(f"{self.word}_states/{identity}"),
            "name": name,
            "type": STATE_TYPES[state],
            "color": STATE_COLOURS[state],
        }

    def priority(self, name: str) -> dict[str, Any]:
        identity = priority_id(name)
        return {"id": identity, "url": self.url(f"{self.word}_priorities/{identity}"), "name": name}

    def tag(self, name: str) -> dict[str, Any]:
        identity = tag_id(name)
        return {"id": identity, "url": self.url(f"{self.word}_tags/{identity}"), "name": name}

    def property(self, key: str, value: object) -> dict[str, Any]:
        """The definition of a property that is only known from a value."""
        return self.field(SimField(key, key, "number" if isinstance(value, int | float) else "text"))

    def field(self, field: SimField) -> dict[str, Any]:
        options = [
            {"_id": key, "text": text} | ({"parent_id": above} if above else {}) for key, text, above in field.options
        ]
        url = self.url(f"{self.word}_properties/{field.id}")
        return {"id": field.id, "url": url, "name": field.name, "type": field.kind, "options": options or None}

    def item_reference(self, item: SimItem) -> dict[str, Any]:
        """The reference that stands in `parent`: without short id and web address."""
        return {
            "id": item.id,
            "url": self.url(f"{self.word}s/{item.id}"),
            "identifier": item.key,
            "title": item.title,
            "type": type_id(item.kind),
            "start_at": seconds(item.start),
            "end_at": seconds(item.due),
            "parent_id": item.parent,
            "properties": item.properties,
        }

    def item(self, item: SimItem, *, single: bool = False) -> dict[str, Any]:
        project = self.world.projects[item.project]
        url = self.url(f"{self.word}s/{item.id}") + ("?include_deleted=true" if item.deleted else "")
        short = short_id(item.id)
        parent = self.world.items.get(item.parent) if item.parent else None
        shape = {
            **self.item_reference(item),
            "url": url,
            "short_id": short,
            "html_url": f"{WEB}/pjm/workitems/{short}",
            "project": self.project_reference(project),
            "parent": self.item_reference(parent) if parent else None,
            "assignee": self.user_reference(item.assignee),
            "state": self.state(item.project, item.kind, state_name(item), item.state),
            "priority": self.priority(item.priority) if item.priority else None,
            "sprint": self.sprint(item.sprint) if item.sprint else None,
            "board": None,
            "entry": None,
            "swimlane": None,
            "phase": self._phase(item.phase),
            "description": item.description,
            "completed_at": seconds(item.completed_at),
            "story_points": item.story_points,
            "estimated_workload": item.estimate_hours,
            "remaining_workload": item.remaining_hours,
            "tags": [self.tag(name) for name in item.tags],
            "participants": [self.member(person) for person in item.participants],
            "created_at": seconds(item.created_at),
            "created_by": self._author(item),
            "updated_at": seconds(item.updated_at),
            "updated_by": self._author(item),
            "is_archived": int(item.archived),
            "is_deleted": int(item.deleted),
            **self._releases(item, single),
        }
        if project.kind == "waterfall" and item.parent is None:
            # The documented waterfall example has neither key.
            del shape["parent"], shape["parent_id"]
        return shape

    def _releases(self, item: SimItem, single: bool) -> dict[str, Any]:
        releases = [self.release(release) for release in item.releases]
        first = releases[0] if releases else None
        if self.profile == "a":
            return {"version": first}
        if self.profile == "d":
            # The spelling is not confirmed; "version" became "release" everywhere else in this generation.
            return {"releases": releases}
        return {"versions": releases, "version": first if single else None}

    def release(self, release: SimRelease) -> dict[str, Any]:
        return {
            "id": release.id,
            "url": self.url(f"{'releases' if self.profile == 'd' else 'versions'}/{release.id}"),
            "name": release.name,
            "start_at": seconds(release.start),
            "end_at": seconds(release.end),
            "stage": self.stage(self.stage_of(release)),
        }

    def stage_of(self, release: SimRelease) -> str:
        if release.entered:
            return max(release.entered, key=lambda stage: (release.entered or {})[stage])
        return "已发布" if release.end is not None and release.end < self.world.now else "进行中"

    def stage(self, name: str) -> dict[str, Any]:
        identity = stable_id("stage", name)
        folder = "release_stages" if self.profile == "d" else "stages"
        url = self.url(f"{folder}/{identity}")
        return {"id": identity, "url": url, "name": name, "type": STAGES[name], "color": "#E0A83C"}

    def sprint(self, sprint: SimRelease) -> dict[str, Any]:
        now = self.world.now
        status = "completed" if sprint.end and sprint.end < now else "in_progress"
        if sprint.start and sprint.start > now:
            status = "pending"
        return {
            "id": sprint.id,
            "url": self.url(f"sprints/{sprint.id}"),
            "name": sprint.name,
            "start_at": seconds(sprint.start),
            "end_at": seconds(sprint.end),
            "status": status,
        }

    def _phase(self, phase: str | None) -> dict[str, Any] | None:
        item = self.world.items.get(phase) if phase else None
        if item is None:
            return None
        return {"id": item.id, "url": self.url(f"phases/{item.id}"), "title": item.title, "identifier": item.key}
