"""Looks around for `check`: signs in, asks every part once with reads only, and turns each refusal into a finding."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from connectors.contract import Check, CheckFinding, RawRecord
from connectors.errors import ConnectorError, Interrupted, NotPermitted, PathUnknown, SignInFailed, Unreachable
from connectors.pingcode.api import Api, Row
from connectors.pingcode.profiles import PROFILES, USERS, Profile, choose
from connectors.pingcode.projects import list_projects, scope_of, unknown
from connectors.pingcode.windows import Window, epoch
from connectors.pingcode.work_items import ALL, Foreign, WorkItems, owned, records

ACCEPTED_OFFSET_S = 120.0
# A person waits; what a tenant with very many projects leaves unasked is said.
LOOK_S = 6.0
MOST_LOOKED_AT = 50
# No item was updated then, so an answer with rows shows a filter that is ignored. Still a time of ten digits.
FAR_AHEAD = timedelta(days=3650)

READS_PROJECTS = "pcp:read:pjm:project"
READS_ITEMS = "pcp:read:pjm:workitem"
READS_PEOPLE = "pcp:read:global:team"

Select = Callable[[list[Row]], tuple[list[Row], list[str]]]
"""The projects the settings want, and the names in the settings that fit none."""


class Look(Struct):
    """One look at a tenant. `setting` is the generation in the settings, or `auto`."""

    api: Api
    setting: str
    zone: ZoneInfo
    select: Select
    findings: list[CheckFinding] = field(default_factory=list)
    profile: Profile | None = None
    readable: list[Row] = field(default_factory=list)
    task: RawRecord | None = None
    """A work item that was met on the way."""
    signed_in: bool = False
    answers: bool = True
    """Whether more may be asked."""
    _is_wrong: bool = False
    """Whether the generation in the settings is not what the server speaks: each project would say so again."""

    def look(self) -> Check:
        offset = None
        try:
            self.api.sign_in()
            self.signed_in = True
            offset = self._clock_offset()
            self._look_around()
        except Interrupted:
            raise
        except ConnectorError as err:
            # Either nothing can be asked without it, or nobody answers: the next question would only cost the wait.
            self._tell(err)
            self.answers = False
            self.signed_in &= not isinstance(err, SignInFailed)
        return Check(
            signed_in=self.signed_in,
            projects=tuple(scope_of(row) for row in self.readable),
            profile=self.profile.name if self.profile else None,
            clock_offset_s=offset,
            findings=tuple(self.findings),
        )

    def _look_around(self) -> None:
        if self.setting != "auto":
            self.profile = PROFILES[self.setting]
        elif not self._tried(self._find_generation, needs=READS_ITEMS):
            return
        if self.profile is not None:
            self._look_with(self.profile)

    def _look_with(self, profile: Profile) -> None:
        listed: list[Row] = []
        if not self._tried(lambda: listed.extend(list_projects(self.api, profile)), needs=READS_PROJECTS):
            return
        chosen, missing = self.select(listed)
        for name in missing:
            self._add("project_unknown", unknown(name))
        self._look_at(profile, chosen)
        # Work items carry the names of their people, so without this permission little is lost.
        self._tried(lambda: self.api.envelope(USERS, {}, size=1), severity="warning", needs=READS_PEOPLE)

    def _look_at(self, profile: Profile, chosen: list[Row]) -> None:
        """Whether each project can be read, and whether the first that can answers as its generation should."""
        until = time.monotonic() + LOOK_S
        for number, row in enumerate(chosen):
            if number == MOST_LOOKED_AT or time.monotonic() > until:
                self.readable += chosen[number:]
                self._add("not_looked_at", f"{len(chosen) - number} projects were not tried; a run will", "warning")
                return
            if not self._is_readable(profile, row):
                if self._is_wrong:
                    return
                continue
            self.readable.append(row)
            if len(self.readable) == 1:
                self._tried(partial(self._types, profile, row), needs=READS_ITEMS)
                self._tried(partial(self._times, profile, row), needs=READS_ITEMS)

    def _find_generation(self) -> None:
        self.profile = choose(self.api, lambda profile: list_projects(self.api, profile))

    def _tried(self, act: Callable[[], object], *, severity: str = "error", needs: str = "") -> bool:
        """Whether it worked; where not, that is told. `needs` is the permission that a refusal may ask for."""
        try:
            act()
        except (Interrupted, SignInFailed, Unreachable):
            raise
        except ConnectorError as err:
            self._tell(err, severity, needs)
            return False
        return True

    def _tell(self, err: ConnectorError, severity: str = "error", needs: str = "") -> None:
        if isinstance(err, PathUnknown | Foreign) and self.setting != "auto":
            other = self._spoken()
            if other is not None and other.name != self.setting:
                self._add(PathUnknown.code, f"{err}; {self._advice(other)}")
                return
        hint = f"; give the application the permission {needs}" if needs and isinstance(err, NotPermitted) else ""
        self._add(err.code, f"{err}{hint}", severity)

    def _spoken(self) -> Profile | None:
        """The generation that the server does speak, where that can be found out."""
        try:
            return choose(self.api, lambda profile: list_projects(self.api, profile))
        except Interrupted:
            raise
        except ConnectorError:
            return None

    def _advice(self, other: Profile) -> str:
        return (
            f"`profile` of the source is {self.setting!r}, but this server speaks generation {other.name!r}: "
            f"set it to {other.name!r} or to 'auto'"
        )

    def _add(self, code: str, detail: str, severity: str = "error") -> None:
        self.findings.append(CheckFinding(code, detail, severity))

    def _clock_offset(self) -> float | None:
        offset = self.api.clock.offset
        if offset is None:
            return None
        seconds = offset.total_seconds()
        if abs(seconds) > ACCEPTED_OFFSET_S:
            self._add("clock_offset", f"{seconds:+.0f} s", "warning")
        return seconds

    def _is_readable(self, profile: Profile, row: Row) -> bool:
        asked = {profile.project_filter: row["id"], **ALL}
        try:
            page = owned(self.api.envelope(profile.work_items, asked, size=1), (row["id"],))
        except (Interrupted, SignInFailed, Unreachable):
            raise
        except (PathUnknown, Foreign) as err:
            self._is_wrong = True
            self._tell(err)
            return False
        except ConnectorError as err:
            name = f"{row.get('identifier') or row['id']} {row.get('name') or ''}".strip()
            self._add("project_unreadable", f"project {name}: {err}")
            return False
        self.task = self.task or next(iter(records(page.rows)), None)
        return True

    def _types(self, profile: Profile, row: Row) -> None:
        """Work items alone do not tell a generation: some share that path and differ in this one."""
        asked, other = {"project_id": row["id"]}, profile.other_address(profile.types)
        try:
            self.api.envelope(profile.types, asked, size=1)
        except PathUnknown:
            if other is None:
                raise
            self.api.envelope(other, asked, size=1)

    def _times(self, profile: Profile, row: Row) -> None:
        """A filter that is ignored costs a complete read in every run, and shows a wrong generation."""
        items = WorkItems(self.api, profile, self.zone)
        grain, ahead = items.grain(), int((self.api.clock.now() + FAR_AHEAD).timestamp())
        window = Window(grain.unit(ahead), grain.unit(ahead) + 1, is_last=True)
        page = items.filtered((row["id"],), grain, "updated_at", window, 0)
        if all((epoch(shown.get("updated_at")) or 0) >= ahead for shown in page.rows):
            return
        other = self._spoken() if self.setting != "auto" else None
        if other is not None and other.name != self.setting:
            self._add(PathUnknown.code, self._advice(other))
        else:
            self._add(
                "filter_ignored", "the server ignores the filter by time of update: each run reads all", "warning"
            )
