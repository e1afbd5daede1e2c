"""What a project plans beside its work items: members, progress, sprints, releases with their stages, deliverables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from msgspec import Struct

from connectors.contract import RawRecord
from connectors.pingcode.api import Row
from connectors.pingcode.lists import Lists
from connectors.pingcode.profiles import Profile
from connectors.pingcode.walk import Sieve

# Which kinds of project have them; the others have every one of the rest.
KINDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"sprints": frozenset({"scrum", "hybrid"}), "deliverables": frozenset({"waterfall", "hybrid"})}
)
PROJECT = "project"
KNOWN_KINDS = frozenset({"scrum", "kanban", "waterfall", "hybrid"})


def may_have(stream: str, project: Row) -> bool:
    """Whether a project can have objects of a stream; one whose kind is not known, or not told, is asked."""
    kind = project.get("type")
    return stream not in KINDS or kind not in KNOWN_KINDS or kind in KINDS[stream]


class Planning(Struct, frozen=True):
    """The plans of the projects of one source."""

    lists: Lists

    def members(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        """A member's id is that of the person or group, who may belong to other projects too."""
        path = profile.of_project(project, "members")
        yield from self.lists.records("project_members", path, {}, sieve, owner=project, of=(PROJECT, project))

    def progress(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        """One object without an id: it is known by that of its project."""
        counts = self.lists.api.one(profile.of_project(project, "progress"), {})
        yield [RawRecord("project_progress", project, None, counts)]

    def sprints(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        path = profile.of_project(project, "sprints")
        yield from self.lists.records("sprints", path, {}, sieve, of=(PROJECT, project))

    def releases(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        path = profile.of_project(project, profile.releases)
        yield from self.lists.records("releases", path, {}, sieve, of=(PROJECT, project))

    def deliverables(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        asked = {"project_id": project}
        yield from self.lists.records("deliverables", profile.deliverables, asked, sieve, of=(PROJECT, project))

    def project_states(self, profile: Profile, project: str, sieve: Sieve) -> Iterator[Sequence[RawRecord]]:
        """Projects share their states, but each may be told of its own."""
        asked = {"project_id": project}
        yield from self.lists.records("project_states", profile.project_states, asked, sieve, owner=project)
