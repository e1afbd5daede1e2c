"""What every simulated vendor shares: a neutral world that changes with time, and a loopback server in front of it.

A simulator is a function from request to reply. It renders the one `World` in its vendor's shapes, so the demo and the
tests speak real HTTP to it. Nothing here knows a vendor.
"""

from __future__ import annotations

import copy
import hashlib
import json
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl, urlsplit

from msgspec import Struct, field

State = Literal["todo", "doing", "done", "cancelled"]
T = TypeVar("T")


def hex_id(*parts: object, digits: int = 24) -> str:
    """A stable id in the vendors' form, made from what it identifies."""
    return hashlib.sha256("/".join(map(str, parts)).encode()).hexdigest()[:digits]


class SimPerson(Struct):
    id: str
    name: str
    login: str
    email: str | None = None
    department: str | None = None


class SimProject(Struct):
    """`kind` is a PingCode project type (scrum, kanban, waterfall, hybrid); other vendors ignore it."""

    id: str
    key: str
    name: str
    kind: str = "hybrid"
    state: str = "正常"
    created_at: datetime | None = None
    archived: bool = False
    deleted: bool = False


class SimRelease(Struct):
    """A release, or a sprint where an item names one. In a world's `also` it is a release of `project`."""

    id: str
    name: str
    start: datetime | None = None
    end: datetime | None = None
    project: str | None = None
    entered: Mapping[str, datetime] | None = None
    """Stage -> when it was entered; None: the simulator guesses the stage from the dates."""


class SimItem(Struct):
    """A work item as its project team sees it; `start` and `due` are aware instants on the wanted local day."""

    id: str
    key: str
    title: str
    project: str
    kind: str = "task"
    state: State = "todo"
    state_name: str | None = None
    """The team's own word for the state; None: the simulator's usual word."""
    parent: str | None = None
    assignee: str | None = None
    participants: tuple[str, ...] = ()
    start: datetime | None = None
    due: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    completed_at: datetime | None = None
    estimate_hours: float | None = None
    remaining_hours: float | None = None
    story_points: float | None = None
    priority: str | None = None
    sprint: SimRelease | None = None
    releases: tuple[SimRelease, ...] = ()
    phase: str | None = None
    """Id of the phase item this one belongs to."""
    tags: tuple[str, ...] = ()
    properties: dict[str, Any] = field(default_factory=dict)
    description: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    """Kind of link and id of the other item, as seen from this one; the other end is not told of it here."""
    archived: bool = False
    deleted: bool = False


class Change(Struct, frozen=True):
    """What one edit did to one field of an item."""

    at: datetime
    field: str
    old: Any
    new: Any


class Edit(Struct, frozen=True):
    """At an instant, a person changes fields of an item, or (`item` new) creates it. `updated_at` moves by itself."""

    at: datetime
    item: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    create: SimItem | None = None


class World:
    """Projects, people and items as they are at `now`; `advance_to` lets time pass with the edits that fall into it."""

    def __init__(
        self,
        *,
        now: datetime,
        people: Iterable[SimPerson] = (),
        projects: Iterable[SimProject] = (),
        items: Iterable[SimItem] = (),
        edits: Iterable[Edit] = (),
        also: Iterable[Any] = (),
    ) -> None:
        self.lock = threading.RLock()
        self.now = now
        self.revision = 0
        """Grows with every edit, so that a simulator knows when what it derived is old."""
        self.people = {p.id: p for p in people}
        self.projects = {p.id: p for p in projects}
        self.items = {i.id: copy.copy(i) for i in items}
        self.also = list(also)
        """Objects of `connectors.company` and releases; changed in place."""
        self.changes: dict[str, list[Change]] = {}
        """What was edited, by item, oldest first: the history that a vendor would tell."""
        self._edits = sorted(edits, key=lambda edit: edit.at)
        self._next = 0
        self.advance_to(now)

    def advance_to(self, instant: datetime) -> int:
        """Move the clock forward and apply every edit up to it; returns how many were applied."""
        with self.lock:
            if instant < self.now:
                raise ValueError(f"the world is at {self.now:%F %T}, it cannot go back to {instant:%F %T}")
            first = self._next
            while self._next < len(self._edits) and self._edits[self._next].at <= instant:
                self._apply(self._edits[self._next])
                self._next += 1
            self.now = instant
            return self._next - first

    def edit(self, item: str, **changes: Any) -> None:
        """A person edits an item now."""
        with self.lock:
            self._apply(Edit(self.now, item, changes))

    def add(self, item: SimItem) -> None:
        """A person creates an item now."""
        with self.lock:
            self._apply(Edit(self.now, item.id, create=item))

    def _apply(self, edit: Edit) -> None:
        self.revision += 1
        if edit.create is not None:
            item = copy.copy(edit.create)
            item.created_at = item.created_at or edit.at
            item.updated_at = item.updated_at or edit.at
            self.items[item.id] = item
            return
        item = self.items[edit.item]
        for name, value in edit.changes.items():
            if not hasattr(item, name):
                raise AttributeError(f"an item has no {name!r}")
            if getattr(item, name) != value:
                change = Change(edit.at, name, getattr(item, name), value)
                self.changes.setdefault(item.id, []).append(change)
            setattr(item, name, value)
        if edit.changes.get("state") == "done" and "completed_at" not in edit.changes:
            item.completed_at = edit.at
        elif "state" in edit.changes and edit.changes["state"] != "done":
            item.completed_at = None
        item.updated_at = edit.at

    def all_of(self, kind: type[T]) -> list[T]:
        """Everything of one kind that the world holds beside people, projects and items."""
        return [thing for thing in self.also if isinstance(thing, kind)]

    def items_of(self, project: str) -> list[SimItem]:
        with self.lock:
            return [item for item in self.items.values() if item.project == project]


class Request(Struct, frozen=True):
    """What reached the server. `query` holds the last value of each name; `json` is None without a JSON body."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    json: Any


class Reply(Struct, frozen=True):
    """What a simulator answers; a `str` or `bytes` body is sent as it is, anything else as JSON."""

    body: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request], Reply]


@contextmanager
def serve(handle: Handler, port: int = 0) -> Iterator[str]:
    """Serve `handle` over HTTP on loopback while the block runs; gives `http://127.0.0.1:port`."""
    server = _Server(("127.0.0.1", port), _handler_class(handle))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.drop_connections()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A closed test server must not wait for the keep-alive connections of its clients.
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no event worth a traceback."""

    def drop_connections(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # already closed by the other side


def _handler_class(handle: Handler) -> type[BaseHTTPRequestHandler]:
    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length) if length else b""
            parts = urlsplit(self.path)
            try:
                body = json.loads(raw) if raw else None
            except ValueError:
                body = None
            reply = handle(
                Request(
                    self.command,
                    parts.path,
                    dict(parse_qsl(parts.query, keep_blank_values=True)),
                    dict(self.headers.items()),
                    body,
                )
            )
            self._send(reply)

        def _send(self, reply: Reply) -> None:
            kind = "application/json; charset=utf-8"
            if isinstance(reply.body, bytes):
                data = reply.body
            elif isinstance(reply.body, str):
                data, kind = reply.body.encode(), "text/html; charset=utf-8"
            else:
                data = json.dumps(reply.body, ensure_ascii=False).encode()
            self.send_response_only(reply.status)
            # A simulator whose world has its own time sends its own `Date`.
            usual = {"Date": self.date_time_string(), "Content-Type": kind, "Content-Length": str(len(data))}
            headers = {**usual, **reply.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """The simulator is silent; what it was asked is asserted, not read from a log."""

    return _Handler
