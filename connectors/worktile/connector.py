"""Worktile as a source: lists that are read whole every time, because no update filter is known, and single tasks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

from msgspec import Struct
from msgspec.structs import replace

from connectors.contract import EVERYTHING, Check, Found, Page, RawRecord, Scope, SourceConfig, Surroundings, Tally
from connectors.errors import Rejected
from connectors.http import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TRIES, Client, Redactor, budget_of
from connectors.meanings import Definitions, Glossary, Members
from connectors.paging import instant
from connectors.worktile.api import Api
from connectors.worktile.auth import TenantToken
from connectors.worktile.checkup import Checkup
from connectors.worktile.extras import Extras
from connectors.worktile.hints import hinted
from connectors.worktile.optional import Optional
from connectors.worktile.people import MEMBERS, UNLISTED, People
from connectors.worktile.projects import Projects
from connectors.worktile.properties import task_id
from connectors.worktile.settings import WorktileConfig
from connectors.worktile.single import DETAILS, RELATIONS, Singles
from connectors.worktile.walk import Sieve, read_proven

LONGEST_EXCERPT = 300


class Pace(Struct, frozen=True):
    """How patient a client is."""

    tries: int = TRIES
    first_backoff_s: float = 1.0
    connect_timeout_s: float = CONNECT_TIMEOUT_S
    read_timeout_s: float = READ_TIMEOUT_S


# Somebody waits for a check: whatever is wrong must be told within ten seconds.
CHECK_SIGN_IN = Pace(tries=1, connect_timeout_s=3.0, read_timeout_s=5.0)
CHECK_READ = Pace(tries=1, connect_timeout_s=2.0, read_timeout_s=6.0)


class Worktile:
    """Reads one Worktile team. Tasks are read whole: a pull that was interrupted starts again, its cursor is `{}`."""

    config_type: ClassVar[type[SourceConfig]] = WorktileConfig
    streams: tuple[str, ...] = ("projects", MEMBERS, "tasks", UNLISTED)
    """Of an instance: also the capabilities that its settings describe."""
    task_stream: ClassVar[str] = "tasks"
    optional_streams: frozenset[str] = frozenset({UNLISTED, RELATIONS, DETAILS})
    detail_streams: ClassVar[tuple[str, ...]] = (RELATIONS, DETAILS)
    concurrency: ClassVar[int] = 3
    beside: ClassVar[frozenset[str]] = frozenset()
    portable: ClassVar[bool] = False  # people, properties and parents that tasks name are asked for afterwards
    most_finds: ClassVar[int] = 400
    # Only names have been seen of members; what else tells who somebody is is read where a server has it.
    members: ClassVar[tuple[Members, ...]] = (Members(MEMBERS), Members(UNLISTED))
    glossaries: ClassVar[tuple[Glossary, ...]] = ()
    definitions: ClassVar[tuple[Definitions, ...]] = ()

    def __init__(self, config: WorktileConfig, surroundings: Surroundings, pace: Pace | None = None) -> None:
        self.tally = Tally()
        self._config = config
        self._surroundings = surroundings
        self._redact = Redactor([config.client_secret.get_secret_value()])
        self._pace = pace or Pace()
        self._client = self._new_client(self._pace)
        self._api = api = Api(config, self._client, TenantToken(config, self._client))
        self._projects = Projects(api, config.projects, self._show)
        self._people = People(api, surroundings, self._show)
        self._singles = Singles(api, surroundings.memory)
        self._extras = Extras(api, config.use_v2, self._show, self._people.hear)
        self._optional = {name: Optional(name, one, api, config.page_size) for name, one in config.available.items()}
        self.streams = (*type(self).streams, *self._optional)
        self.optional_streams = type(self).optional_streams | self._optional.keys()

    def close(self) -> None:
        self._client.close()

    def check(self, *, samples: bool = False) -> Check:
        """Sign in afresh, list projects and members, and read one page of every project."""
        patience = replace(CHECK_READ, first_backoff_s=self._pace.first_backoff_s)
        sign_in, read = self._new_client(CHECK_SIGN_IN), self._new_client(patience)
        try:
            token = TenantToken(self._config, sign_in)
            api = Api(self._config, read, token)
            failures = self._extras.failures()
            return Checkup(self._config, self._surroundings, token, api, failures, self._show, samples).run()
        finally:
            sign_in.close()
            read.close()

    def scopes(self, stream: str) -> tuple[Scope, ...]:
        """Tasks are read by project. A configured project that is not listed is a scope that fails when it is read."""
        if stream == self.task_stream:
            return self._projects.scopes()
        capability = self._optional.get(stream)
        if capability is not None and capability.by_project:
            return self._projects.chosen()
        return (EVERYTHING,)

    def pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        """The objects of the scope: what is read once a day from its cursor, the rest whole, whatever the cursor."""
        if stream == "projects":
            yield from self._projects.pages()
        elif stream == MEMBERS:
            yield from self._people.listed(cursor)
        elif stream == self.task_stream:
            yield from self._tasks(scope)
        elif stream == UNLISTED:
            yield from self._people.unlisted()
        elif stream in self._optional:
            yield from self._optional[stream].pages(scope, cursor, self._surroundings, self._show)
        else:
            raise LookupError(f"worktile has no stream {stream!r}; known: {', '.join(self.streams)}")

    def expect(self, stream: str, cursors: Mapping[str, Mapping[str, Any]]) -> None:
        """Nothing is asked ahead."""

    def details(self, stream: str, scope: Scope, task: str) -> tuple[RawRecord, ...]:
        """Related tasks, or the task with all its properties and comments."""
        if stream not in self.detail_streams:
            raise LookupError(f"worktile has no detail stream {stream!r}; known: {', '.join(self.detail_streams)}")
        return self._singles.details(stream, task)

    def find(self, ids: Sequence[str]) -> tuple[Found, ...]:
        """Those of these tasks that are in a project that is read, with the properties that lists have shown."""
        wanted = {scope.id for scope in self._projects.chosen()} if self._config.projects and ids else None
        return tuple(self._singles.found(ids, wanted))

    def hinted(self, body: Any) -> tuple[str, ...]:
        return hinted(body)

    def _tasks(self, scope: Scope) -> Iterator[Page]:
        if self._projects.is_unlisted(scope.id):
            known = "its id, key or name must be one that the app may see"
            raise Rejected(f"project {scope.id!r} of the settings is not listed by Worktile; {known}")
        extra = self._extras.of(scope.id)
        try:
            sieve = Sieve(task_id, self._show)
            for batch in read_proven(partial(self._api.tasks, scope.id), sieve, extra.look):
                extra.fetch()
                rows = tuple(map(extra.fill, batch.rows))
                self._people.meet(rows)
                self._singles.meet(rows)
                records = tuple(RawRecord("tasks", task_id(row), instant(row.get("updated_at")), row) for row in rows)
                yield Page(records, {}, batch.complete, batch.rejected, batch.counted)
        finally:
            self._extras.learn(scope, extra)

    def _show(self, value: Any) -> str:
        """The beginning of any value, without secrets."""
        text = json.dumps(value, ensure_ascii=False)
        # Redacted before it is cut: a secret across the cut would stay half visible.
        return self._redact(text[: 10 * LONGEST_EXCERPT])[:LONGEST_EXCERPT]

    def _new_client(self, pace: Pace) -> Client:
        config = self._config
        return Client(
            budget=budget_of(
                config.base_url, config.client_id, config.requests_per_minute, self._surroundings.allowances
            ),
            redact=self._redact,
            stop=self._surroundings.stop,
            tally=self.tally,
            tries=pace.tries,
            timeout=(pace.connect_timeout_s, pace.read_timeout_s),
            first_backoff_s=pace.first_backoff_s,
        )
