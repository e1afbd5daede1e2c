"""What a connector folder tells the conformance suite: how its vendor spells things, and how to put it on the bench.

A folder exports `SUBJECTS` from its `conformance.py`, one for each form in which its vendor is known to answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from connectors.contract import Connector, SourceConfig, Surroundings
from connectors.testing import Handler, Reply, Request, SimItem, World

CLIENT_ID = "bench"
# What a careless message would show in one of its spellings: as text, in an address, in JSON.
CLIENT_SECRET = 's3cret/with+signs=& %"汉字'  # noqa: S105 - it guards an invented world


class Dialect(Struct, frozen=True):
    """How a vendor spells what pranks play with. Names of parameters are those of the query or of a JSON body."""

    tasks: str
    """A pattern for the whole path of a list of tasks."""
    sign_in: str
    """The end of the path that gives tokens."""
    token: Callable[[Request], str]
    rows: tuple[str, ...]
    """Under which keys a list holds its rows."""
    id: str = "id"
    index: str = "page_index"
    first: int = 0
    """The number of the first page."""
    size: str = "page_size"
    total: str = "total"
    more: str | None = None
    """The flag that says whether another page follows."""

    def lists_tasks(self, request: Request) -> bool:
        return re.fullmatch(self.tasks, request.path) is not None

    def signs_in(self, request: Request) -> bool:
        return request.path.endswith(self.sign_in)

    def asked(self, request: Request, name: str) -> int | None:
        """A paging parameter of a request, wherever it stands."""
        found = request.query.get(name) or _find(request.json, name)
        return None if found is None else int(found)

    def asking(self, request: Request, name: str, value: int) -> Request:
        """The same request with another value for a paging parameter."""
        if name in request.query:
            return replace(request, query={**request.query, name: str(value)})
        return replace(request, json=_changed(request.json, name, value))

    def listing(self, body: Any) -> dict[str, Any]:
        """The object that holds rows and total; a bare array is held by an object of our own."""
        if isinstance(body, list):
            return {self.rows[0]: body}
        inner = body.get("data") if isinstance(body, dict) else None
        root = inner if isinstance(inner, dict) else body
        return root if isinstance(root, dict) else {}

    def rows_of(self, body: Any) -> list[Any] | None:
        """The rows in an answer, to be changed in place."""
        root = self.listing(body)
        return next((root[key] for key in self.rows if isinstance(root.get(key), list)), None)


class Subject(Struct, frozen=True):
    """One connector on the bench, in one of the forms its vendor is known to have."""

    name: str
    simulate: Callable[[World], Handler]
    settings: Callable[[str], SourceConfig]
    """Settings that read the simulator at an address."""
    connect: Callable[[SourceConfig, Surroundings, float | None], Connector]
    """A connector that waits for a silent host so many seconds; None: as long as it usually does."""
    dialect: Dialect
    shows: Callable[[SimItem], bool]
    """Whether the vendor still shows an item."""
    dead_token: tuple[Reply, ...]
    throttled: Reply
    wait_headers: tuple[str, ...]
    """The headers in which the vendor tells how long to wait after `throttled`."""
    error_in_200: tuple[Reply, ...]
    forbidden: Reply
    """A project that may not be read."""
    rank: int = 0
    """0: stands for its kind in every check; 1: its lists are walked in another way; 2: only names and shapes differ."""


def _find(node: Any, name: str) -> Any:
    if not isinstance(node, Mapping):
        return None
    return node[name] if name in node else next(filter(None, (_find(value, name) for value in node.values())), None)


def _changed(node: Any, name: str, value: int) -> Any:
    if not isinstance(node, Mapping):
        return node
    return {key: value if key == name else _changed(inner, name, value) for key, inner in node.items()}
