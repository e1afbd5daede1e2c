"""The four path generations of PingCode as data, and how the one a server speaks is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from connectors.errors import NotPermitted, PathUnknown, Rejected
from connectors.pingcode.api import Api

# The same in every generation.
USERS = "/v1/directory/users"
DEPARTMENTS = "/v1/directory/departments"
WORKLOADS = "/v1/workloads"
SHIP = "/v1/ship"


class Profile(Struct, frozen=True):
    """Where a generation keeps what we read, and how its filters are called."""

    name: str
    projects: str
    work_items: str
    types: str
    states: str
    properties: str
    priorities: str
    tags: str
    """Those of the organisation; a list of tags that asks for a project ignores which."""
    project_states: str
    releases: str
    """What the releases of a project are called at the end of a path."""
    release_stages: str
    deliverables: str
    search: str | None
    """Generations with a structured search filter times by whole days there, the others by the second in the list."""
    project_filter: str
    type_parameter: str

    @property
    def principal_type(self) -> str:
        """What this generation calls a work item where objects of several kinds may be meant."""
        return self.type_parameter.removesuffix("_type_id")

    def of_project(self, project: str, part: str) -> str:
        """Where a project keeps a part of itself, such as its members."""
        return f"{self.projects}/{quote(project, safe='')}/{part}"

    def other_address(self, path: str) -> str | None:
        """Where else this generation may keep a dictionary of a project: clients of the newest one disagree."""
        folder, _, name = path.rpartition("/")
        return f"{folder}/workitem_{name}" if self.name == "d" else None


def _profile(name: str, root: str, word: str, *, search: bool, project_filter: str) -> Profile:
    items = f"{root}/{word}s"
    return Profile(
        name=name,
        projects=f"{root}/projects",
        work_items=items,
        types=f"{root}/{word}/types",
        states=f"{root}/{word}/states",
        properties=f"{root}/{word}/properties",
        priorities=f"{root}/{word}/priorities",
        tags=f"{root}/{word}_tags",
        project_states=f"{root}/project/states",
        releases="releases" if name == "d" else "versions",
        release_stages=f"{root}/release_stages" if name == "d" else f"{root}/stages",
        deliverables=f"{root}/deliverables",
        search=f"{items}/search" if search else None,
        project_filter=project_filter,
        type_parameter=f"{word}_type_id",
    )


PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        "a": _profile("a", "/v1/project", "work_item", search=False, project_filter="project_ids"),
        "b": _profile("b", "/v1/pjm", "work_item", search=False, project_filter="project_ids"),
        "c": _profile("c", "/v1/pjm", "work_item", search=True, project_filter="project_id"),
        "d": _profile("d", "/v1/pjm", "workitem", search=True, project_filter="project_id"),
    }
)

FAMILIES = (("d",), ("c", "b"), ("a",))
"""Newest first; within a family the paths are the same and only the filters differ."""

Row = Mapping[str, Any]


def choose(api: Api, projects_of: Callable[[Profile], list[Row]]) -> Profile:
    """The newest generation that answers and honours its project filter."""
    api.sign_in()  # so that a wrong address is not taken for three missing generations
    for family in FAMILIES:
        members = [PROFILES[name] for name in family]
        try:
            first = api.envelope(members[0].work_items, {}, size=1)
        except PathUnknown:
            continue
        if not _searches(api, members[0]):
            members = [member for member in members if member.search is None]
        shown = _project_id(first.rows[0]) if first.rows else None
        ids = [str(row.get("id")) for row in projects_of(members[0])]
        for member in members:
            if _honours_its_filter(api, member, shown, ids):
                return member
        raise Rejected(
            f"{members[0].work_items}: the server ignores the project filter of every generation that has this path; "
            "set `profile` of the source to the one the vendor names"
        )
    raise PathUnknown(
        f"no known path generation answers at {api.base_url}; check base_url (on premise it ends in /open)"
    )


def _searches(api: Api, profile: Profile) -> bool:
    if profile.search is None:
        return False
    try:
        api.search(profile.search, {}, size=1)
    except PathUnknown:
        return False
    return True


def _honours_its_filter(api: Api, profile: Profile, shown: str | None, ids: list[str]) -> bool:
    """Asks for another project than the unfiltered list begins with, so that an ignored filter shows at once."""
    wanted = next((project for project in ids if project != shown), shown)
    if shown is None or wanted is None:
        return True  # nothing to compare; every page of a pull is checked for foreign rows anyway
    try:
        rows = api.envelope(profile.work_items, {profile.project_filter: wanted}, size=1).rows
    except NotPermitted:
        return True  # it was about that project, so the filter was understood
    return all(_project_id(row) in (wanted, None) for row in rows)


def _project_id(row: Row) -> str | None:
    project = row.get("project")
    return project.get("id") if isinstance(project, Mapping) else None
