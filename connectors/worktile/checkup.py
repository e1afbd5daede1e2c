"""Looks at a source without storing anything: every problem is a finding with a stable code, never an exception."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.contract import Check, CheckFinding, Scope, Surroundings
from connectors.errors import ConnectorError, Interrupted, Retry, SignInFailed, Unreachable
from connectors.http import Answer
from connectors.worktile.api import Api
from connectors.worktile.auth import TenantToken
from connectors.worktile.enrichment import ASKED, ID_KEYS, lacks_telling
from connectors.worktile.envelopes import Row, identity
from connectors.worktile.projects import choose, project_id, scope_of
from connectors.worktile.settings import WorktileConfig
from connectors.worktile.walk import Walk

LARGEST_CLOCK_OFFSET_S = 120.0


@dataclass(frozen=True, slots=True)
class Checkup:
    """One look around. `v2_failures` are what earlier reads could not get from the second task list, by project."""

    config: WorktileConfig
    surroundings: Surroundings
    token: TenantToken
    api: Api
    v2_failures: Mapping[str, str]

    def run(self) -> Check:
        try:
            answer = self.token.sign_in()
        except ConnectorError as err:
            return Check(signed_in=False, findings=(_finding(err),))
        offset = self._clock_offset(answer)
        clock = tuple(_clock_findings(offset))
        try:
            listed = [scope_of(row) for rows in Walk(self.api.projects, project_id) for row in rows]
        except ConnectorError as err:
            return Check(signed_in=True, clock_offset_s=offset, findings=(*clock, _finding(err)))
        chosen, unlisted = choose(listed, self.config.projects)
        findings = (*clock, *_listing_findings(listed, unlisted), *self._members(), *self._projects(chosen))
        return Check(signed_in=True, projects=chosen, clock_offset_s=offset, findings=findings)

    def _clock_offset(self, answer: Answer) -> float | None:
        """How far the server's clock is ahead of ours, in seconds."""
        theirs = answer.server_time
        return None if theirs is None else (theirs - self.surroundings.now()).total_seconds()

    def _members(self) -> Iterator[CheckFinding]:
        try:
            self.api.members(0)
        except ConnectorError as err:
            yield _finding(err)

    def _projects(self, chosen: Sequence[Scope]) -> Iterator[CheckFinding]:
        """One page of each project; V2 is asked once, where V1 leaves something out."""
        v2_is_open = self.config.use_v2
        for scope in chosen:
            try:
                rows = self.api.tasks(scope.id, 0).rows
            except (SignInFailed, Unreachable, Interrupted) as err:
                yield _finding(err)
                return
            except ConnectorError as err:
                code = err.code if isinstance(err, Retry) else "project_unreadable"
                yield CheckFinding(code, f"{scope.name}: {err}")
                continue
            lacking = next(filter(lacks_telling, rows), None)
            if v2_is_open and lacking is not None:
                v2_is_open = False
                yield from self._v2(scope, lacking)
        for failure in self.v2_failures.values():
            yield CheckFinding("v2_unavailable", failure, "warning")

    def _v2(self, scope: Scope, lacking: Row) -> Iterator[CheckFinding]:
        try:
            self.api.tasks_v2(scope.id, 0)
        except ConnectorError as err:
            left_out = "what the V1 list leaves out (the assignee above all)"
            fate = "is asked for by task id instead" if self._answers_by_id(lacking) else "stays unknown"
            yield CheckFinding("v2_unavailable", f"{scope.name}: {left_out} {fate}: {err}", "warning")

    def _answers_by_id(self, task: Row) -> bool:
        try:
            return bool(self.api.tasks_by_ids([identity(task, ID_KEYS)], ASKED).rows)
        except Interrupted:
            raise
        except ConnectorError:
            return False  # said in the finding about V2


def _finding(err: ConnectorError) -> CheckFinding:
    return CheckFinding(err.code, str(err))


def _clock_findings(offset: float | None) -> Iterator[CheckFinding]:
    if offset is not None and abs(offset) > LARGEST_CLOCK_OFFSET_S:
        detail = f"this machine's clock is {abs(offset):.0f} s {'behind' if offset > 0 else 'ahead of'} the server's"
        yield CheckFinding("clock_offset", detail, "warning")


def _listing_findings(listed: Sequence[Scope], unlisted: Iterable[str]) -> Iterator[CheckFinding]:
    for name in unlisted:
        yield CheckFinding("project_unknown", f"{name}: not among the {len(listed)} projects that the app may see")
    if not listed:
        yield CheckFinding("no_projects", "signed in, but the app may see no project", "warning")
