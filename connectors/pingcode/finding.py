"""Where single work items are now: asked one by one, deleted and archived ones too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

from msgspec import Struct

from connectors.contract import Found, RawRecord
from connectors.errors import BadPayload
from connectors.paging import flag, instant
from connectors.pingcode.answers import NoSuchItem, NotAMember
from connectors.pingcode.api import Api, Row
from connectors.pingcode.profiles import Profile
from connectors.pingcode.projects import selected
from connectors.pingcode.work_items import ALL, STREAM


class Finding(Struct, frozen=True):
    """Looks for work items of one source; `wanted` are the projects that the settings name, none meaning all."""

    api: Api
    profile: Profile
    wanted: Sequence[str]

    def found(self, ids: Sequence[str]) -> Iterator[Found]:
        """Those that the server still shows in a project that is read. A refusal that may be passing is raised."""
        for identity in dict.fromkeys(ids):
            try:
                row = self.api.one(f"{self.profile.work_items}/{quote(identity, safe='')}", ALL)
            except (NoSuchItem, NotAMember):
                continue  # purged, or moved to where this application may not follow it
            project = self._project(row, identity)
            if not flag(project.get("is_deleted")) and selected([project], self.wanted)[0]:
                record = RawRecord(STREAM, identity, instant(row.get("updated_at")), row)
                yield Found(str(project["id"]), record)

    def _project(self, row: Row, identity: str) -> Row:
        project = row.get("project")
        if row.get("id") != identity or not isinstance(project, Mapping) or not project.get("id"):
            raise BadPayload(f"asked for work item {identity}, got {row.get('id')!r} without a project or another one")
        return project
