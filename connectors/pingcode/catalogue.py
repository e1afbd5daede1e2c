"""Every stream beside the projects and their work items: what it is read of, how often, and by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from connectors.contract import EVERYTHING, Page, RawRecord, Scope, Surroundings
from connectors.pingcode.api import Api, Row
from connectors.pingcode.cadence import Cadence
from connectors.pingcode.dictionaries import Dictionaries
from connectors.pingcode.lists import Lists
from connectors.pingcode.planning import Planning, may_have
from connectors.pingcode.profiles import DEPARTMENTS, USERS, Profile
from connectors.pingcode.projects import scope_of
from connectors.pingcode.ship import Products, Requests
from connectors.pingcode.walk import Sieve
from connectors.pingcode.workloads import Workloads

BEFORE_TASKS = (
    "users",
    "departments",
    "project_states",
    "work_item_types",
    "priorities",
    "tags",
    "work_item_states",
    "work_item_properties",
)
AFTER_TASKS = (
    "project_members",
    "project_progress",
    "sprints",
    "releases",
    "release_stages",
    "deliverables",
    "workloads",
    "products",
    "tickets",
    "ideas",
    "customers",
)
# States and properties are asked for by type, customers by product: those three begin a group of their own.
BESIDE = frozenset({*BEFORE_TASKS, *AFTER_TASKS}) - {BEFORE_TASKS[0], "work_item_states", AFTER_TASKS[0], "customers"}
"""Streams that need nothing of the one before them."""
NEEDED = frozenset({"users", "work_item_types", "work_item_states"})
"""Without these, tasks would be misunderstood; every other one may be missing from a server or closed to an app."""
OPTIONAL = frozenset({*BEFORE_TASKS, *AFTER_TASKS}) - NEEDED
OF_THE_TENANT = frozenset(
    {"users", "departments", "tags", "release_stages", "products", "tickets", "ideas"},
)
CADENCES: Mapping[str, Cadence] = MappingProxyType(
    dict.fromkeys((*BEFORE_TASKS, "project_members", "products", "customers"), Cadence.DAILY)
    | dict.fromkeys(
        ("project_progress", "sprints", "releases", "release_stages", "deliverables", "workloads"), Cadence.HOURLY
    )
)

Records = Iterator[Sequence[RawRecord]]
ReadOne = Callable[[str, Sieve], Records]
"""Reads what belongs to one project or product, or (with an empty id) to the tenant."""


class Catalogue:
    """The streams of one source; `project_of` knows a project as it was listed."""

    def __init__(
        self,
        api: Api,
        profile: Callable[[], Profile],
        project_of: Callable[[str], Row | None],
        surroundings: Surroundings,
    ) -> None:
        self._api = api
        self._profile = profile
        self._project_of = project_of
        self._lists = Lists(api, surroundings.now, surroundings.timezone)
        self._products = Products(self._lists, surroundings.memory)
        self._readers = self._known_readers()

    def scopes(self, stream: str, projects: Callable[[], Sequence[Row]]) -> tuple[Scope, ...]:
        """What a stream is read of; the projects are only asked for where it is them."""
        if stream in OF_THE_TENANT:
            return (EVERYTHING,)
        if stream == "customers":
            return self._products.scopes(self._profile())
        return tuple(scope_of(row) for row in projects() if may_have(stream, row))

    def pages(self, stream: str, scope: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        if stream in ("tickets", "ideas"):
            return Requests(self._api, self._profile(), self._lists.zone, stream).read(cursor)
        if stream == "workloads":
            return Workloads(self._lists, self._profile()).pages(scope.id, self._project_of(scope.id), cursor)
        read = self._readers[stream]
        return self._lists.pages(CADENCES[stream], cursor, lambda sieve: read(scope.id, sieve))

    def _known_readers(self) -> Mapping[str, ReadOne]:
        words, plans, products = Dictionaries(self._lists), Planning(self._lists), self._products
        return {
            "users": self._listed("users", lambda: USERS),
            "departments": self._listed("departments", lambda: DEPARTMENTS),
            "project_states": self._spoken(plans.project_states),
            "work_item_types": self._spoken(words.types),
            "work_item_states": self._spoken(words.states),
            "work_item_properties": self._spoken(words.properties),
            "priorities": self._spoken(words.priorities),
            "tags": self._listed("tags", lambda: self._profile().tags),
            "project_members": self._spoken(plans.members),
            "project_progress": self._spoken(plans.progress),
            "sprints": self._spoken(plans.sprints),
            "releases": self._spoken(plans.releases),
            "release_stages": self._listed("release_stages", lambda: self._profile().release_stages),
            "deliverables": self._spoken(plans.deliverables),
            "products": lambda _, sieve: products.read(self._profile(), sieve),
            "customers": products.customers,
        }

    def _spoken(self, read: Callable[[Profile, str, Sieve], Records]) -> ReadOne:
        """In the path generation of the server, which is looked for only when something is read."""
        return lambda owner, sieve: read(self._profile(), owner, sieve)

    def _listed(self, stream: str, path: Callable[[], str]) -> ReadOne:
        return lambda _, sieve: self._lists.records(stream, path(), {}, sieve)
