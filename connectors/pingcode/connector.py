"""The PingCode connector: which streams and scopes there are, and who reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from msgspec.structs import replace

from connectors.contract import EVERYTHING, Check, Found, Page, RawRecord, Scope, SourceConfig, Surroundings, Tally
from connectors.errors import BadPayload, ConnectorError, PathUnknown, Rejected
from connectors.http import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TRIES, Client, Redactor, budget_of
from connectors.meanings import Definitions, Glossary, Members
from connectors.pingcode.api import Api, Row
from connectors.pingcode.auth import Credential, ServerClock
from connectors.pingcode.catalogue import AFTER_TASKS, BEFORE_TASKS, BESIDE, OPTIONAL, Catalogue
from connectors.pingcode.details import DETAILS, Details
from connectors.pingcode.finding import Finding
from connectors.pingcode.hints import hinted
from connectors.pingcode.lists import record
from connectors.pingcode.look import Look
from connectors.pingcode.probe import Probe
from connectors.pingcode.projects import NAMELESS, nameless, scope_of, selected, unknown
from connectors.pingcode.sampling import Glimpse, Sampler
from connectors.pingcode.tenant import Tenant
from connectors.pingcode.work_items import Foreign, WorkItems

# Waits of 2, 4, 8, 16 and 32 seconds outlast the vendor's minute where a refusal does not say how long to wait.
FIRST_BACKOFF_S = 2.0
# To connect and to be answered, where a person waits for the check of a host that may be dead.
CHECK_SIGN_IN_WAITS_S = (4.0, 5.0)
CHECK_WAITS_S = (3.0, 5.0)


class PingCodeConfig(SourceConfig):
    """Settings of a PingCode source; `profile` is the path generation, found by itself with `auto`."""

    profile: Literal["auto", "a", "b", "c", "d"] = "auto"


class PingCode:
    """One PingCode tenant, read with an enterprise token."""

    config_type: ClassVar[type[SourceConfig]] = PingCodeConfig
    streams: ClassVar[tuple[str, ...]] = ("projects", *BEFORE_TASKS, "work_items", *AFTER_TASKS)
    task_stream: ClassVar[str] = "work_items"
    optional_streams: ClassVar[frozenset[str]] = OPTIONAL
    detail_streams: ClassVar[tuple[str, ...]] = DETAILS
    concurrency: ClassVar[int] = 4
    beside: ClassVar[frozenset[str]] = BESIDE
    portable: ClassVar[bool] = True
    most_finds: ClassVar[int] = 50
    members: ClassVar[tuple[Members, ...]] = (Members("users"),)
    glossaries: ClassVar[tuple[Glossary, ...]] = (
        Glossary("work_item_types", "type"),
        Glossary("work_item_states", "state.id"),
        Glossary("priorities", "priority.id"),
        Glossary("tags", "tags[].id"),
    )
    definitions: ClassVar[tuple[Definitions, ...]] = (Definitions("work_item_properties"),)

    def __init__(
        self,
        config: PingCodeConfig,
        surroundings: Surroundings,
        *,
        first_backoff_s: float = FIRST_BACKOFF_S,
        api: Api | None = None,
    ) -> None:
        self.tally = Tally()
        self._config = config
        self._surroundings = surroundings
        self._first_backoff_s = first_backoff_s
        self._redact = Redactor([config.client_secret.get_secret_value()])
        self._clients: list[Client] = []
        if api is None:
            client = self._client(TRIES, (CONNECT_TIMEOUT_S, READ_TIMEOUT_S))
            api = self._door(client, client)
        self._api = api
        self._tenant = Tenant(self._api, config.profile, surroundings.memory)
        self._probe = Probe()
        self._catalogue = Catalogue(self._api, self._tenant.profile, self._project, surroundings)
        self._missing: Mapping[str, ConnectorError] = {}

    def check(self, *, samples: bool = False) -> Check:
        # One short try each: somebody is waiting, and a host that is silent once is silent twice.
        clients = self._client(1, CHECK_SIGN_IN_WAITS_S), self._client(1, CHECK_WAITS_S)
        look = Look(self._door(*clients), self._config.profile, self._surroundings.timezone, self._selected)
        seen = look.look()
        if not samples or look.profile is None or not look.answers:
            return seen
        config = self._config.model_copy(update={"profile": look.profile.name})
        around = replace(self._surroundings, memory={})
        twin = type(self)(config, around, first_backoff_s=self._first_backoff_s, api=self._door(*clients, Glimpse))
        return replace(seen, samples=tuple(Sampler(twin).samples(look.task)))

    def scopes(self, stream: str) -> Iterable[Scope]:
        if stream not in self.streams:
            raise LookupError(f"PingCode has no stream {stream!r}; known: {', '.join(self.streams)}")
        if stream == "projects":
            return (EVERYTHING,)
        if stream != self.task_stream:
            return self._catalogue.scopes(stream, lambda: self._selected(self._tenant.projects(stream))[0])
        chosen, missing = self._selected(self._tenant.projects(stream))
        # A scope that fails when it is read tells of the missing project without stopping the others.
        self._missing = {name: Rejected(unknown(name)) for name in missing}
        self._missing |= {NAMELESS: BadPayload(nameless(self._tenant.rejected))} if self._tenant.rejected else {}
        return (*map(scope_of, chosen), *(Scope(id=name, name=name) for name in self._missing))

    def pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        if scope.id in self._missing:
            raise self._missing[scope.id]
        # What is not of a project needs no generation, or looks for it where the projects are listed.
        profile = self._tenant.profile() if scope.id else None
        try:
            yield from self._pages(stream, scope, cursor)
        except (PathUnknown, Foreign):
            # A path is unknown, and a filter ignored, from the first page on: nothing was yielded yet.
            if profile is None or stream in self.optional_streams or not self._tenant.is_outdated(profile):
                raise
            yield from self._pages(stream, scope, cursor)

    def _pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        if stream == "projects":
            yield from self._all_projects()
        elif stream == "work_items":
            yield from self._work_items(scope, cursor)
        elif stream in self.streams:
            yield from self._catalogue.pages(stream, scope, cursor)
        else:
            raise LookupError(f"PingCode has no stream {stream!r}; known: {', '.join(self.streams)}")

    def expect(self, stream: str, cursors: Mapping[str, Mapping[str, Any]]) -> None:
        """Nothing is asked yet; the first of these scopes that is read asks for all of them."""
        if stream == self.task_stream:
            self._probe.expect(cursors)

    def details(self, stream: str, scope: Scope, task: str) -> tuple[RawRecord, ...]:
        return Details(self._api, self._tenant.profile()).read(stream, task)

    def find(self, ids: Sequence[str]) -> tuple[Found, ...]:
        profile = self._tenant.profile()
        try:
            return tuple(Finding(self._api, profile, self._config.projects).found(ids))
        except PathUnknown:
            if not self._tenant.is_outdated(profile):
                raise
            return self.find(ids)

    def hinted(self, body: Any) -> tuple[str, ...]:
        return hinted(body)

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def _client(self, tries: int, timeout: tuple[float, float]) -> Client:
        config = self._config
        client = Client(
            budget=budget_of(
                config.base_url, config.client_id, config.requests_per_minute, self._surroundings.allowances
            ),
            redact=self._redact,
            stop=self._surroundings.stop,
            tally=self.tally,
            tries=tries,
            timeout=timeout,
            first_backoff_s=self._first_backoff_s,
        )
        self._clients.append(client)
        return client

    def _door(self, sign_in: Client, calls: Client, kind: type[Api] = Api) -> Api:
        config, clock = self._config, ServerClock(self._surroundings.now)
        secret = config.client_secret.get_secret_value()
        credential = Credential(config.base_url, config.client_id, secret, sign_in, clock)
        return kind(config.base_url, calls, credential, clock)

    def _project(self, wanted: str) -> Row | None:
        return next((row for row in self._tenant.projects() if row["id"] == wanted), None)

    def _all_projects(self) -> Iterator[Page]:
        chosen, _ = self._selected(self._tenant.projects("projects"))
        rejected = self._tenant.rejected
        yield Page(tuple(record("projects", row) for row in chosen), {}, complete=not rejected, rejected=rejected)

    def _work_items(self, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        items = WorkItems(self._api, self._tenant.profile(), self._surroundings.timezone)
        known = self._probe.answer(scope.id, cursor, items)
        for page in items.pages(scope, cursor) if known is None else (known,):
            if cursor and not page.cursor:
                # The filter by time was understood once and is not any more: perhaps the server speaks a newer one.
                self._tenant.forget()
            yield page

    def _selected(self, projects: list[Row]) -> tuple[list[Row], list[str]]:
        return selected(projects, self._config.projects)
