"""Looks around for `check`: signs in, asks every part once with reads only, and turns each refusal into a finding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.contract import Check, CheckFinding, Scope
from connectors.errors import ConnectorError, Interrupted, SignInFailed, Unreachable
from connectors.pingcode.api import Api, Row
from connectors.pingcode.profiles import PROFILES, USERS, Profile, choose
from connectors.pingcode.projects import list_projects, scope_of, unknown

ACCEPTED_OFFSET_S = 120.0

Select = Callable[[list[Row]], tuple[list[Row], list[str]]]
"""The projects the settings want, and the names in the settings that fit none."""


@dataclass(slots=True)
class Look:
    """One look at a tenant."""

    api: Api
    setting: str
    select: Select
    findings: list[CheckFinding] = field(default_factory=list)

    def look(self) -> Check:
        if not self._tried(self.api.sign_in):
            return Check(signed_in=False, findings=tuple(self.findings))
        offset = self._clock_offset()
        profile = self._profile()
        projects = () if profile is None else self._projects(profile)
        return Check(
            signed_in=not any(finding.code == SignInFailed.code for finding in self.findings),
            projects=projects,
            profile=profile.name if profile else None,
            clock_offset_s=offset,
            findings=tuple(self.findings),
        )

    def _tried(self, act: Callable[[], object], severity: str = "error") -> bool:
        try:
            act()
        except Interrupted:
            raise
        except ConnectorError as err:
            self._add(err.code, str(err), severity)
            return False
        return True

    def _add(self, code: str, detail: str, severity: str = "error") -> None:
        self.findings.append(CheckFinding(code, detail, severity))

    def _clock_offset(self) -> float | None:
        offset = self.api.clock.offset
        if offset is None:
            return None
        seconds = offset.total_seconds()
        if abs(seconds) > ACCEPTED_OFFSET_S:
            self._add("clock_offset", f"the server's clock differs from ours by {seconds:+.0f} s", "warning")
        return seconds

    def _profile(self) -> Profile | None:
        if self.setting != "auto":
            return PROFILES[self.setting]
        found: list[Profile] = []
        self._tried(lambda: found.append(choose(self.api, lambda profile: list_projects(self.api, profile))))
        return found[0] if found else None

    def _projects(self, profile: Profile) -> tuple[Scope, ...]:
        listed: list[Row] = []
        if not self._tried(lambda: listed.extend(list_projects(self.api, profile))):
            return ()
        chosen, missing = self.select(listed)
        for name in missing:
            self._add("project_unknown", unknown(name))
        readable: list[Row] = []
        self._tried(lambda: readable.extend(row for row in chosen if self._is_readable(profile, row)))
        # Work items carry the names of their people, so without this permission little is lost.
        self._tried(lambda: self.api.envelope(USERS, {}, size=1), severity="warning")
        return tuple(scope_of(row) for row in readable)

    def _is_readable(self, profile: Profile, row: Row) -> bool:
        try:
            self.api.envelope(profile.work_items, {profile.project_filter: row["id"]}, size=1)
        except (Interrupted, SignInFailed, Unreachable):
            raise
        except ConnectorError as err:
            name = f"{row.get('identifier') or row['id']} {row.get('name') or ''}".strip()
            self._add("project_unreadable", f"project {name}: {err}")
            return False
        return True
