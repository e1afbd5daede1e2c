"""Looks at a source without storing anything: every problem is a finding with a stable code, never an exception."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct, field

from connectors.contract import EVERYTHING, Check, CheckFinding, Sample, Scope, Surroundings
from connectors.errors import BadPayload, ConnectorError, Interrupted, Parked, Retry, SignInFailed, Unreachable
from connectors.http import Answer
from connectors.worktile.api import Api
from connectors.worktile.auth import TenantToken
from connectors.worktile.capabilities import NAMES
from connectors.worktile.envelopes import Row
from connectors.worktile.optional import Optional
from connectors.worktile.projects import choose, project_id, scope_of
from connectors.worktile.properties import ASKED, lacks_telling, task_id
from connectors.worktile.settings import WorktileConfig
from connectors.worktile.specimens import Specimens
from connectors.worktile.walk import Show, Sieve, Walk

LARGEST_CLOCK_OFFSET_S = 120.0
POINTLESS = (SignInFailed, Unreachable, Parked, Interrupted)
"""After one of these, the next request would only cost the same wait."""
# Somebody waits: after so long no further project is tried, and the first failure ends it.
LONG_S = 5.0


class NoPoint(Exception):
    """What was just told makes it pointless to ask for more."""


class Checkup(Struct):
    """One look around. `v2_failures` are what earlier reads could not get from the second task list, by project."""

    config: WorktileConfig
    surroundings: Surroundings
    token: TenantToken
    api: Api
    v2_failures: Mapping[str, str]
    show: Show
    with_samples: bool = False
    _findings: list[CheckFinding] = field(default_factory=list)
    _projects: tuple[Scope, ...] = ()
    _specimens: Specimens | None = None
    _began: float = field(default_factory=time.monotonic)

    def run(self) -> Check:
        try:
            answer = self.token.sign_in()
        except ConnectorError as err:
            return Check(signed_in=False, findings=(CheckFinding(err.code, str(err)),))
        offset = self._clock_offset(answer)
        samples: tuple[Sample, ...] = ()
        try:
            samples = self._look_around(answer, offset)
        except NoPoint:
            samples = self._specimens.samples() if self._specimens else ()
        except Interrupted as err:
            self._tell(err.code, str(err))
        return Check(True, self._projects, None, offset, tuple(self._findings), samples)

    def _look_around(self, answer: Answer, offset: float | None) -> tuple[Sample, ...]:
        specimens = self._specimens = Specimens(self.api)
        self._findings += _clock_findings(offset)
        self._list_projects(specimens)
        rows = self._read_projects(specimens)
        self._members(specimens)
        self._capabilities(specimens)
        if self.with_samples:
            for code, detail in specimens.measure(answer, self._projects, rows):
                self._tell(code, detail, "info")
            return specimens.samples()
        return ()

    def _list_projects(self, specimens: Specimens) -> None:
        try:
            rows = [row for batch in Walk(self.api.projects, Sieve(project_id, self.show)) for row in batch]
        except ConnectorError as err:
            self._tell(err.code, str(err))
            raise NoPoint from None
        specimens.keep("projects", rows)
        listed = [scope_of(row) for row in rows]
        self._projects, unlisted = choose(listed, self.config.projects)
        self._findings += _listing_findings(listed, unlisted)

    def _read_projects(self, specimens: Specimens) -> list[Row]:
        """One page of each project; V2 is asked once, where V1 leaves something out."""
        v2_is_open, met = self.config.use_v2, list[Row]()
        for number, scope in enumerate(self._projects):
            if time.monotonic() > self._began + LONG_S:
                self._tell("not_looked_at", f"{len(self._projects) - number} of {len(self._projects)}", "info")
                break
            sieve = Sieve(task_id, self.show)
            try:
                listing = self.api.tasks(scope.id, 0)
            except ConnectorError as err:
                code = err.code if isinstance(err, (Retry, *POINTLESS)) else "project_unreadable"
                self._tell(code, f"{scope.name}: {err}")
                self._go_on(err)
                continue
            rows = [row for row in listing.rows if sieve.key(row) is not None]
            for reject in sieve.fresh_rejects():
                self._tell(BadPayload.code, f"{scope.name}: {reject.reason}: {reject.excerpt}", "warning")
            met += rows
            lacking = next(filter(lacks_telling, rows), None)
            if v2_is_open and lacking is not None:
                v2_is_open = False
                self._second_list(scope, lacking)
        specimens.keep("tasks", met)
        for failure in self.v2_failures.values():
            self._tell("v2_unavailable", failure, "warning")
        return met

    def _second_list(self, scope: Scope, lacking: Row) -> None:
        try:
            self.api.tasks_v2(scope.id, 0)
        except ConnectorError as err:
            left_out = "what the V1 list leaves out (the assignee above all)"
            fate = "is asked for by task id instead" if self._answers_by_id(lacking) else "stays unknown"
            self._tell("v2_unavailable", f"{scope.name}: {left_out} {fate}: {err}", "warning")

    def _answers_by_id(self, task: Row) -> bool:
        try:
            return bool(self.api.tasks_by_ids([task_id(task)], ASKED).rows)
        except Interrupted:
            raise
        except ConnectorError:
            return False  # said in the finding about V2

    def _members(self, specimens: Specimens) -> None:
        try:
            specimens.keep("members", self.api.members(0).rows)
        except Unreachable as err:
            # The host has just answered other requests, and this list is known to be slow: a run waits longer.
            self._tell("members_slow", f"{err}; a run waits longer for it", "warning")
        except ConnectorError as err:
            self._tell(err.code, str(err))
            self._go_on(err)

    def _capabilities(self, specimens: Specimens) -> None:
        """What is configured is asked once; what is not is named in one line."""
        for name, capability in self.config.available.items():
            optional = Optional(name, capability, self.api, self.config.page_size)
            scope = next(iter(self._projects), None) if optional.by_project else EVERYTHING
            if scope is None:
                continue
            try:
                specimens.keep(name, optional.listing(scope, 0).rows)
            except ConnectorError as err:
                self._tell("stream_unavailable", f"{name}: {err}", "warning")
                self._go_on(err)
        if missing := [name for name in NAMES if name not in self.config.available]:
            self._tell("capability_unavailable", ", ".join(missing), "info")

    def _tell(self, code: str, detail: str, severity: str = "error") -> None:
        self._findings.append(CheckFinding(code, detail, severity))

    def _go_on(self, err: ConnectorError) -> None:
        if isinstance(err, POINTLESS) or time.monotonic() > self._began + LONG_S:
            raise NoPoint from None

    def _clock_offset(self, answer: Answer) -> float | None:
        """How far the server's clock is ahead of ours, in seconds."""
        theirs = answer.server_time
        return None if theirs is None else (theirs - self.surroundings.now()).total_seconds()


def _clock_findings(offset: float | None) -> Iterator[CheckFinding]:
    if offset is not None and abs(offset) > LARGEST_CLOCK_OFFSET_S:
        yield CheckFinding("clock_offset", f"{offset:+.0f} s", "warning")


def _listing_findings(listed: Sequence[Scope], unlisted: Iterable[str]) -> Iterator[CheckFinding]:
    for name in unlisted:
        yield CheckFinding("project_unknown", f"{name}: not among the {len(listed)} projects that the app may see")
    if not listed:
        yield CheckFinding("no_projects", "signed in, but the app may see no project", "warning")
