"""Worktile as a source: projects, members and tasks, each read whole every time because no update filter is known."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

from connectors.contract import EVERYTHING, Check, Found, Page, RawRecord, Scope, Surroundings, Tally
from connectors.errors import Rejected
from connectors.http import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TRIES, Client, Redactor, budget_of
from connectors.paging import instant
from connectors.worktile.api import Api
from connectors.worktile.auth import TenantToken
from connectors.worktile.checkup import Checkup
from connectors.worktile.enrichment import ASKED, ID_KEYS, Enrichment, Sources
from connectors.worktile.envelopes import Listing, Row, identity
from connectors.worktile.projects import choose, project_id, scope_of
from connectors.worktile.settings import WorktileConfig
from connectors.worktile.walk import Walk, read_proven

MEMBER_ID_KEYS = ("uid", "_id", "id")
# What can be done without gets less patience, and none after it has failed this often in a row.
EXTRA_TRIES = 3
FAILURES_IN_A_ROW = 3

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient a client is."""

    tries: int = TRIES
    first_backoff_s: float = 1.0
    connect_timeout_s: float = CONNECT_TIMEOUT_S
    read_timeout_s: float = READ_TIMEOUT_S


# An unreachable host must be told within ten seconds; listing members alone may take as long.
CHECK_SIGN_IN = Pace(tries=1, connect_timeout_s=4.0, read_timeout_s=5.0)
CHECK_READ = Pace(tries=2, connect_timeout_s=4.0, read_timeout_s=30.0)


class Worktile:
    """Reads one Worktile team. A pull that was interrupted starts again: every cursor is `{}`."""

    config_type: ClassVar[type[WorktileConfig]] = WorktileConfig
    streams: ClassVar[tuple[str, ...]] = ("projects", "members", "tasks")
    task_stream: ClassVar[str] = "tasks"
    optional_streams: ClassVar[frozenset[str]] = frozenset()
    detail_streams: ClassVar[tuple[str, ...]] = ()
    concurrency: ClassVar[int] = 3
    most_finds: ClassVar[int] = 0

    def __init__(self, config: WorktileConfig, surroundings: Surroundings, pace: Pace | None = None) -> None:
        self.tally = Tally()
        self._config = config
        self._surroundings = surroundings
        self._redact = Redactor([config.client_secret.get_secret_value()])
        self._pace = pace or Pace()
        self._client = self._new_client(self._pace)
        self._api = Api(config, self._client, TenantToken(config, self._client))
        self._unlisted: set[str] = set()
        self._v2_failures: dict[str, str] = {}
        self._v2_failures_in_a_row = 0
        self._refusals_in_a_row = 0

    def close(self) -> None:
        self._client.close()

    def check(self, *, samples: bool = False) -> Check:
        """Sign in afresh, list projects and members, and read one page of every project."""
        patience = replace(CHECK_READ, first_backoff_s=self._pace.first_backoff_s)
        sign_in, read = self._new_client(CHECK_SIGN_IN), self._new_client(patience)
        try:
            token = TenantToken(self._config, sign_in)
            api = Api(self._config, read, token)
            return Checkup(self._config, self._surroundings, token, api, self._v2_failures).run()
        finally:
            sign_in.close()
            read.close()

    def scopes(self, stream: str) -> tuple[Scope, ...]:
        """Tasks are read by project. A configured project that is not listed is a scope that fails when it is read."""
        if stream != self.task_stream:
            return (EVERYTHING,)
        batches = read_proven(partial(Walk, self._api.projects, project_id))
        listed = {project_id(row): scope_of(row) for rows, _ in batches for row in rows}
        chosen, unlisted = choose(listed.values(), self._config.projects)
        self._unlisted = set(unlisted)
        return (*chosen, *(Scope(id=name, name=name) for name in unlisted))

    def pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        """Every object of the scope, whatever the cursor; `complete` on the last page, which may hold no records."""
        if stream == "projects":
            yield from self._list(stream, self._api.projects, project_id)
        elif stream == "members":
            yield from self._list(stream, self._api.members, _member_id)
        elif stream == self.task_stream:
            yield from self._tasks(scope)
        else:
            raise LookupError(f"worktile has no stream {stream!r}; known: {', '.join(self.streams)}")

    def expect(self, stream: str, cursors: Mapping[str, Mapping[str, Any]]) -> None:
        """Nothing is asked ahead."""

    def details(self, stream: str, scope: Scope, task: str) -> tuple[RawRecord, ...]:
        raise LookupError(f"worktile has no detail stream {stream!r}")

    def find(self, ids: Sequence[str]) -> tuple[Found, ...]:
        raise LookupError("worktile is not asked for single tasks")

    def hinted(self, body: Any) -> tuple[str, ...]:
        return ()

    def _list(self, stream: str, fetch: Callable[[int], Listing], identify: Callable[[Row], str]) -> Iterator[Page]:
        for rows, complete in read_proven(partial(Walk, fetch, identify)):
            yield _page(stream, rows, identify, complete)

    def _tasks(self, scope: Scope) -> Iterator[Page]:
        if scope.id in self._unlisted:
            known = "its id, key or name must be one that the app may see"
            raise Rejected(f"project {scope.id!r} of the settings is not listed by Worktile; {known}")
        extra = Enrichment(self._sources(scope))
        try:
            for rows, complete in read_proven(partial(Walk, partial(self._api.tasks, scope.id), _task_id), extra.look):
                extra.fetch()
                yield _page(self.task_stream, tuple(map(extra.fill, rows)), _task_id, complete)
        finally:
            self._remember(scope, extra)

    def _sources(self, scope: Scope) -> Sources:
        """Where to get what the first list leaves out: whatever has not failed too often in a row."""

        def by_ids(ids: Sequence[str]) -> Sequence[Row]:
            rows = self._api.tasks_by_ids(ids, ASKED, most_tries=EXTRA_TRIES).rows
            self._refusals_in_a_row = 0
            return rows

        second_list = partial(Walk, partial(self._api.tasks_v2, scope.id, most_tries=EXTRA_TRIES), _task_id)
        return Sources(
            second_list if self._config.use_v2 and self._v2_failures_in_a_row < FAILURES_IN_A_ROW else None,
            by_ids if self._refusals_in_a_row < FAILURES_IN_A_ROW else None,
        )

    def _remember(self, scope: Scope, extra: Enrichment) -> None:
        if extra.refusal:
            self._refusals_in_a_row += 1
        if extra.failure:
            self._v2_failures[scope.id] = f"{scope.name}: {extra.failure}"
            self._v2_failures_in_a_row += 1
            if self._v2_failures_in_a_row == FAILURES_IN_A_ROW:
                log.warning("the V2 task list failed %s times in a row and is not asked again", FAILURES_IN_A_ROW)
        elif extra.was_read:
            self._v2_failures.pop(scope.id, None)
            self._v2_failures_in_a_row = 0

    def _new_client(self, pace: Pace) -> Client:
        config = self._config
        return Client(
            budget=budget_of(config.base_url, config.client_id, config.requests_per_minute),
            redact=self._redact,
            stop=self._surroundings.stop,
            tally=self.tally,
            tries=pace.tries,
            timeout=(pace.connect_timeout_s, pace.read_timeout_s),
            first_backoff_s=pace.first_backoff_s,
        )


def _page(stream: str, rows: tuple[Row, ...], identify: Callable[[Row], str], complete: bool) -> Page:
    records = tuple(RawRecord(stream, identify(row), instant(row.get("updated_at")), row) for row in rows)
    return Page(records, {}, complete)


def _task_id(row: Row) -> str:
    return identity(row, ID_KEYS)


def _member_id(row: Row) -> str:
    return identity(row, MEMBER_ID_KEYS)
