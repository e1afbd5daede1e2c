"""A Worktile of our own: a function from request to reply that serves a neutral world under `/open-api`."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from typing import Any, Literal

from msgspec import Struct, field

from connectors.testing import Reply, Request, SimItem, World, hex_id
from connectors.worktile import simulator_shapes as shapes
from connectors.worktile.simulator_shapes import Json, PropertyForm
from connectors.worktile.simulator_single import (
    EXPIRED,
    MALFORMED,
    Singles,
    Switches,
    dead_token,
    page_of_html,
    throttled,
)

Envelope = Literal["items", "value", "wrapped", "bare"]
Fault = Callable[[Request], Reply | None]
"""Sees a request before it is served: may change the world, and may answer in the server's place."""

PREFIX = "/open-api"
V2_PATH = re.compile(r"/mission/projects/([^/]+)/tasks")


class _Index(Struct):
    """Items by project and by parent, as they were at one revision of the world."""

    revision: int = -1
    by_project: dict[str, list[SimItem]] = field(default_factory=dict)
    children: dict[str, list[str]] = field(default_factory=dict)


class WorktileSimulator:
    """Answers as the reference says Worktile does; what is not known of it is not rendered.

    `v1_assignee=False` leaves the assignee to the V2 list; `v2=False` is a server without that list.
    `v2_envelope` and `v2_form` are how that list comes where it is not as the first. `most_rows` is the silent cap on
    `page_size`; `switches` hide things and add what an installation may have besides. `calls` lists what was asked, in order.
    """

    def __init__(
        self,
        world: World,
        *,
        client_id: str = "demo",
        client_secret: str = "demo-secret",  # noqa: S107 - it guards an invented world
        envelope: Envelope = "items",
        property_form: PropertyForm = "flat",
        v1_assignee: bool = True,
        send_total: bool = True,
        send_has_more: bool = True,
        token_lifetime: int | None = 7200,
        rate_limit: int | None = None,
        v2: bool = True,
        faults: Fault | None = None,
        unreadable_projects: Collection[str] = (),
        most_rows: int = 200,
        v2_envelope: Envelope | None = None,
        v2_form: PropertyForm | None = None,
        switches: Switches | None = None,
    ) -> None:
        self.world = world
        self.envelope = envelope
        self.property_form = property_form
        self.v1_assignee = v1_assignee
        self.send_total = send_total
        self.send_has_more = send_has_more
        self.token_lifetime = token_lifetime
        self.v2 = v2
        self.faults = faults
        self.unreadable_projects = set(unreadable_projects)
        self.most_rows = most_rows
        self.v2_envelope = v2_envelope
        self.v2_form = v2_form
        self.switches = switches or Switches()
        self.calls: list[str] = []
        self._credentials = (client_id, client_secret)
        self._rate_limit = rate_limit
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._issued = 0
        self._answered: deque[float] = deque(maxlen=rate_limit)
        self._index = _Index()
        self._singles = Singles(world, self.switches, self._row)

    def handle(self, request: Request) -> Reply:
        with self._lock:
            self.calls.append(f"{request.method} {request.path.removeprefix(PREFIX)}")
            throttled = self._throttle()
        early = throttled or (self.faults(request) if self.faults else None)
        if early is not None:
            return early
        if not request.path.startswith(f"{PREFIX}/"):
            return page_of_html(404, "Not Found")
        with self.world.lock:
            return self._route(request, request.path.removeprefix(PREFIX).rstrip("/"))

    def expire_tokens(self) -> None:
        """Every token issued so far is dead from now on."""
        with self._lock:
            self._tokens = dict.fromkeys(self._tokens, 0.0)

    def count(self, part: str) -> int:
        """How many requests named `part` in their path."""
        return sum(part in call for call in self.calls)

    def _throttle(self) -> Reply | None:
        if self._rate_limit is None:
            return None
        now = time.monotonic()
        if len(self._answered) == self._rate_limit and now - self._answered[0] < 60:
            return throttled()
        self._answered.append(now)
        return None

    def _route(self, request: Request, path: str) -> Reply:
        if path == "/tenant-access-token":
            return self._sign_in(request)
        if (refusal := self._refuse_token(request.query.get("access_token", ""))) is not None:
            return dead_token(refusal)
        if path == "/mission/get-projects-by-page":
            open_ones = [p for p in self.world.projects.values() if not p.archived and not p.deleted]
            return self._list(request, open_ones, lambda page: [shapes.project(p) for p in page])
        if path == "/contact/get-members-by-page":
            absent = self.switches.departed | self.switches.forgotten
            people = [person for person in self.world.people.values() if person.id not in absent]
            return self._list(request, people, lambda page: [shapes.member(p) for p in page])
        if path == "/mission/get-project-tasks-by-page":
            return self._tasks(request, request.query.get("project_id", ""), self._rows)
        if self.v2 and (match := V2_PATH.fullmatch(path)):
            return self._tasks(request, match[1], self._rows_v2, envelope=self._envelope_v2())
        return self._singles.answer(request, path) or page_of_html(404, "Not Found")

    def _sign_in(self, request: Request) -> Reply:
        given = request.json if isinstance(request.json, dict) else {}
        if request.method != "POST" or (given.get("client_id"), given.get("client_secret")) != self._credentials:
            return Reply({"ok": False, "error": "client authentication failed"}, 400)
        with self._lock:
            self._issued += 1
            token = f"wt+{hex_id('token', self._issued, digits=32)}/="
            lifetime = float("inf") if self.token_lifetime is None else self.token_lifetime
            self._tokens[token] = time.monotonic() + lifetime
        answer: Json = {"tenant_access_token": token}
        return Reply(answer if self.token_lifetime is None else {**answer, "expires_in": self.token_lifetime})

    def _refuse_token(self, token: str) -> int | None:
        with self._lock:
            ends_at = self._tokens.get(token)
        if ends_at is None:
            return MALFORMED
        return EXPIRED if time.monotonic() >= ends_at else None

    def _tasks(
        self,
        request: Request,
        project: str,
        render: Callable[[Sequence[SimItem]], list[Json]],
        envelope: Envelope | None = None,
    ) -> Reply:
        if project in self.unreadable_projects:
            return page_of_html(403, "Forbidden")
        known = self.world.projects.get(project)
        if known is None or known.deleted:
            return page_of_html(404, "Not Found")
        items = self.switches.listed(self._indexed().by_project.get(project, []))
        return self._list(request, items, render, envelope)

    def _rows(self, items: Sequence[SimItem]) -> list[Json]:
        hidden = (shapes.ONLY_ON_REQUEST,) if self.v1_assignee else (shapes.ONLY_ON_REQUEST, "assignee")
        return [self._row(item, shapes.properties(item, self.property_form, without=hidden)) for item in items]

    def _rows_v2(self, items: Sequence[SimItem]) -> list[Json]:
        form = self.v2_form or self.property_form
        return [shapes.task_v2(item, shapes.properties(item, form)) for item in items]

    def _row(self, item: SimItem, properties: Json) -> Json:
        return shapes.task(item, self._ancestors(item), self._indexed().children.get(item.id, ()), properties)

    def _envelope_v2(self) -> Envelope:
        return self.v2_envelope or ("wrapped" if self.envelope == "wrapped" else "value")

    def _list(
        self,
        request: Request,
        everything: Sequence[Any],
        render: Callable[[Sequence[Any]], list[Json]],
        envelope: Envelope | None = None,
    ) -> Reply:
        size = max(1, min(int(request.query.get("page_size", "20")), self.most_rows))
        start = int(request.query.get("page_index", "0")) * size
        rows = render(everything[start : start + size])
        return Reply(self._wrap(rows, len(everything), start + size < len(everything), envelope or self.envelope))

    def _wrap(self, rows: list[Json], total: int, has_more: bool, envelope: Envelope) -> Any:
        if envelope == "bare":
            return rows
        totals: Json = {"total": total} if self.send_total else {}
        flags: Json = {"has_more": has_more} if self.send_has_more else {}
        if envelope == "items":
            return {"items": rows, **totals, **flags}
        known = [person for person in self.world.people.values() if person.id not in self.switches.forgotten]
        users = [shapes.reference(person) for person in known]
        inner = {"value": rows, "references": {"users": users}, "meta": flags, **totals}
        return inner if envelope == "value" else {"code": 200, "data": inner}

    def _ancestors(self, item: SimItem) -> list[str]:
        result: list[str] = []
        parent = item.parent
        while parent is not None and parent not in result and parent in self.world.items:
            result.append(parent)
            parent = self.world.items[parent].parent
        return result

    def _indexed(self) -> _Index:
        if self._index.revision != self.world.revision:
            index = _Index(self.world.revision)
            for item in self.world.items.values():
                if not item.deleted:
                    index.by_project.setdefault(item.project, []).append(item)
                    if item.parent is not None:
                        index.children.setdefault(item.parent, []).append(item.id)
            self._index = index
        return self._index
