"""The PingCode connector: which streams and scopes there are, and who reads them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from connectors.contract import EVERYTHING, Check, Found, Page, RawRecord, Scope, SourceConfig, Surroundings, Tally
from connectors.errors import PathUnknown, Rejected
from connectors.http import CONNECT_TIMEOUT_S, READ_TIMEOUT_S, TRIES, Client, Redactor, budget_of
from connectors.paging import instant
from connectors.pingcode.api import Api, Row
from connectors.pingcode.auth import Credential, ServerClock
from connectors.pingcode.look import Look
from connectors.pingcode.profiles import PROFILES, USERS, Profile, choose
from connectors.pingcode.projects import list_projects, scope_of, selected, unknown
from connectors.pingcode.walk import settled
from connectors.pingcode.work_items import WorkItems

# Waits of 2, 4, 8, 16 and 32 seconds outlast the vendor's minute where a refusal does not say how long to wait.
FIRST_BACKOFF_S = 2.0
# To connect and to be answered, where a person waits for the check of a host that may be dead.
CHECK_SIGN_IN_WAITS_S = (4.0, 5.0)
CHECK_WAITS_S = (4.0, 20.0)


class PingCodeConfig(SourceConfig):
    """Settings of a PingCode source; `profile` is the path generation, found by itself with `auto`."""

    profile: Literal["auto", "a", "b", "c", "d"] = "auto"


class PingCode:
    """One PingCode tenant, read with an enterprise token."""

    config_type: ClassVar[type[SourceConfig]] = PingCodeConfig
    streams: ClassVar[tuple[str, ...]] = ("projects", "users", "work_item_types", "work_item_states", "work_items")
    task_stream: ClassVar[str] = "work_items"
    optional_streams: ClassVar[frozenset[str]] = frozenset()
    detail_streams: ClassVar[tuple[str, ...]] = ()
    concurrency: ClassVar[int] = 4
    most_finds: ClassVar[int] = 0

    def __init__(
        self, config: PingCodeConfig, surroundings: Surroundings, *, first_backoff_s: float = FIRST_BACKOFF_S
    ) -> None:
        self.tally = Tally()
        self._config = config
        self._surroundings = surroundings
        self._first_backoff_s = first_backoff_s
        self._redact = Redactor([config.client_secret.get_secret_value()])
        self._clients: list[Client] = []
        client = self._client(TRIES, (CONNECT_TIMEOUT_S, READ_TIMEOUT_S))
        self._api = self._door(sign_in=client, calls=client)
        self._lock = threading.Lock()
        self._profile: Profile | None = None if config.profile == "auto" else PROFILES[config.profile]
        self._projects: list[Row] | None = None
        self._served: set[str] = set()
        self._missing: frozenset[str] = frozenset()
        self._at_other_address = False

    def check(self, *, samples: bool = False) -> Check:
        # One short try to sign in, few for the rest.
        door = self._door(sign_in=self._client(1, CHECK_SIGN_IN_WAITS_S), calls=self._client(3, CHECK_WAITS_S))
        return Look(door, self._config.profile, self._selected).look()

    def scopes(self, stream: str) -> Iterable[Scope]:
        if stream in ("projects", "users"):
            return (EVERYTHING,)
        if stream not in self.streams:
            raise LookupError(f"PingCode has no stream {stream!r}; known: {', '.join(self.streams)}")
        chosen, missing = self._selected(self._listing(stream))
        scopes = [scope_of(row) for row in chosen]
        if stream == self.task_stream:
            # A scope that fails when it is read tells of the missing project without stopping the others.
            self._missing = frozenset(missing)
            scopes += [Scope(id=name, name=name) for name in missing]
        return tuple(scopes)

    def pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        if scope.id in self._missing:
            raise Rejected(unknown(scope.id))
        if stream == "projects":
            yield from self._all_projects()
        elif stream == "users":
            yield from _small(stream, self._list(USERS, {}))
        elif stream == "work_item_types":
            yield from _small(stream, self._dictionary(self._spoken().types, {"project_id": scope.id}))
        elif stream == "work_item_states":
            yield from self._states(scope, cursor)
        elif stream == "work_items":
            yield from WorkItems(self._api, self._spoken(), self._surroundings.timezone).pages(scope, cursor)
        else:
            raise LookupError(f"PingCode has no stream {stream!r}; known: {', '.join(self.streams)}")

    def expect(self, stream: str, cursors: Mapping[str, Mapping[str, Any]]) -> None:
        """Nothing is asked ahead."""

    def details(self, stream: str, scope: Scope, task: str) -> tuple[RawRecord, ...]:
        raise LookupError(f"PingCode has no detail stream {stream!r}")

    def find(self, ids: Sequence[str]) -> tuple[Found, ...]:
        raise LookupError("PingCode is not asked for single work items")

    def hinted(self, body: Any) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        for client in self._clients:
            client.close()

    def _client(self, tries: int, timeout: tuple[float, float]) -> Client:
        config = self._config
        client = Client(
            budget=budget_of(config.base_url, config.client_id, config.requests_per_minute),
            redact=self._redact,
            stop=self._surroundings.stop,
            tally=self.tally,
            tries=tries,
            timeout=timeout,
            first_backoff_s=self._first_backoff_s,
        )
        self._clients.append(client)
        return client

    def _door(self, *, sign_in: Client, calls: Client) -> Api:
        config, clock = self._config, ServerClock(self._surroundings.now)
        secret = config.client_secret.get_secret_value()
        credential = Credential(config.base_url, config.client_id, secret, sign_in, clock)
        return Api(config.base_url, calls, credential, clock)

    def _spoken(self) -> Profile:
        with self._lock:
            if self._profile is None:
                self._profile = choose(self._api, self._fetch_projects)
            return self._profile

    def _list(self, path: str, params: Mapping[str, str]) -> Iterator[list[Row]]:
        return settled(lambda index: self._api.envelope(path, params, index=index))

    def _dictionary(self, path: str, params: Mapping[str, str]) -> Iterator[list[Row]]:
        """A list of types or states, at whichever of its two addresses this server has it."""
        other = self._spoken().other_address(path)
        if other is None or not self._at_other_address:
            try:
                yield from self._list(path, params)
                return
            except PathUnknown:
                # A path is unknown before its first page or never, so nothing was yielded yet.
                if other is None:
                    raise
        yield from self._list(other, params)
        self._at_other_address = True

    def _listing(self, stream: str) -> list[Row]:
        """The projects. One listing serves each stream once: who asks again for the same stream has begun a new run."""
        profile = self._spoken()
        with self._lock:
            if self._projects is None or stream in self._served:
                self._fetch_projects(profile)
            self._served.add(stream)
            return self._projects or []

    def _fetch_projects(self, profile: Profile) -> list[Row]:
        found = list_projects(self._api, profile)
        self._projects, self._served = found, set()
        return found

    def _all_projects(self) -> Iterator[Page]:
        chosen, _ = self._selected(self._listing("projects"))
        yield Page(tuple(_record("projects", row) for row in chosen), {}, complete=True)

    def _selected(self, projects: list[Row]) -> tuple[list[Row], list[str]]:
        return selected(projects, self._config.projects)

    def _states(self, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        """Two identifiers make one call each, so they are read once a day."""
        today = self._surroundings.now().astimezone(self._surroundings.timezone).date().isoformat()
        if cursor.get("day") == today:
            yield Page((), cursor)
            return
        profile = self._spoken()
        asked = {"project_id": scope.id}
        types = {row["id"]: row for rows in self._dictionary(profile.types, asked) for row in rows}
        for type_id in types:
            for rows in self._dictionary(profile.states, {**asked, profile.type_parameter: type_id}):
                yield Page(tuple(_record("work_item_states", row) for row in rows), {})
        yield Page((), {"day": today}, complete=True)


def _record(stream: str, row: Row) -> RawRecord:
    return RawRecord(stream, row["id"], instant(row.get("updated_at")), row)


def _small(stream: str, batches: Iterator[list[Row]]) -> Iterator[Page]:
    for rows in batches:
        yield Page(tuple(_record(stream, row) for row in rows), {})
    yield Page((), {}, complete=True)
