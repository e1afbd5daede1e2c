"""The projects of a tenant: which can be seen, and which of them the settings want."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.contract import Reject, Scope
from connectors.paging import flag
from connectors.pingcode.api import Api, Row
from connectors.pingcode.profiles import Profile
from connectors.pingcode.walk import Sieve, settled

NAMELESS = "?"
"""The scope that fails in the place of a project that cannot be told apart."""


def list_projects(api: Api, profile: Profile, sieve: Sieve | None = None) -> list[Row]:
    """Every project that can be seen, archived ones too, in a stable order; `sieve` keeps what is none."""
    sieve = sieve or Sieve()
    asked = {"include_archived": "true"}
    pages = settled(lambda index: sieve.through(api.envelope(profile.projects, asked, index=index)))
    found = {row["id"]: row for rows in pages for row in rows if not flag(row.get("is_deleted"))}
    return sorted(found.values(), key=lambda row: (str(row.get("identifier", "")), row["id"]))


def selected(projects: list[Row], wanted: Sequence[str]) -> tuple[list[Row], list[str]]:
    """The projects that `wanted` names by id or identifier, and the names that fit none; no names want all."""
    if not wanted:
        return projects, []
    found = {name: [row for row in projects if _is_called(row, name)] for name in wanted}
    ids = {row["id"] for rows in found.values() for row in rows}
    return [row for row in projects if row["id"] in ids], [name for name, rows in found.items() if not rows]


def unknown(name: str) -> str:
    return f"`projects` of the source names {name!r}, but no project with this id or identifier can be seen"


def nameless(rejected: Sequence[Reject]) -> str:
    return f"the list of projects holds {len(rejected)} without an id: {rejected[0].excerpt}"


def scope_of(project: Row) -> Scope:
    return Scope(id=project["id"], name=project.get("name") or "", key=project.get("identifier"))


def _is_called(project: Row, name: str) -> bool:
    return name == project["id"] or name.casefold() == str(project.get("identifier", "")).casefold()
