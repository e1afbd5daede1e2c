"""A PingCode server over a simulated world: the documented paths, filters, tokens and errors of one generation."""

from __future__ import annotations

import itertools
import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.pingcode.simulator_filters import Filters, Refusal, Test
from connectors.pingcode.simulator_names import (
    CUSTOM_NAMES,
    PRIORITIES,
    PROJECT_STATES,
    STATE_NAMES,
    SYSTEM_TYPES,
    number,
    short_id,
    state_name,
    type_id,
)
from connectors.pingcode.simulator_shapes import Shapes
from connectors.testing import Reply, Request, SimItem, SimProject, World, hex_id

Faults = Callable[[Request, int], Reply | None]
"""May answer in place of the server, or change the world before it does; gets the running number of the request."""

MOST_ON_A_PAGE = 100
SHANGHAI = ZoneInfo("Asia/Shanghai")


class PingCodeSimulator:
    """Answers requests; `handle` is what `connectors.testing.serve` needs."""

    def __init__(
        self,
        world: World,
        *,
        profile: str = "c",
        client_id: str = "demo",
        client_secret: str = "demo-secret",  # noqa: S107
        time_zone: ZoneInfo = SHANGHAI,
        token_lifetime: timedelta = timedelta(days=30),
        rate_limit: int | None = None,
        rate_window_s: float = 60.0,
        roots: tuple[str, ...] = ("/open", ""),
        faults: Faults | None = None,
        unreadable_projects: Iterable[str] = (),
        ignored_parameters: Iterable[str] = (),
        ends_count: bool = True,
        order: Callable[[SimItem], Any] = lambda item: number(item.key),
    ) -> None:
        self.world = world
        self.faults = faults
        self.unreadable_projects = set(unreadable_projects)
        self.ignored_parameters = set(ignored_parameters)
        self.asked: deque[Request] = deque(maxlen=10_000)
        self._profile = profile
        self._shapes = Shapes(world, profile)
        self._filters = Filters(profile, time_zone, ends_count)
        self._credential = (client_id, client_secret)
        self._token_lifetime = token_lifetime
        self._tokens: dict[str, datetime] = {}
        self._roots = roots
        self._order = order
        self._numbers = itertools.count(1)
        self._rate_limit, self._rate_window_s = rate_limit, rate_window_s
        self._recent: deque[float] = deque()
        self._index: dict[str, list[SimItem]] = {}
        self._indexed = -1
        self._routes = self._known_routes()
        self._refuse_impossible_items()

    def handle(self, request: Request) -> Reply:
        self.asked.append(request)
        reply = self.faults(request, next(self._numbers)) if self.faults else None
        with self.world.lock:
            if reply is None:
                try:
                    reply = self._refused_by_rate() or Reply(self._answer(request))
                except Refusal as no:
                    reply = Reply({"code": no.code, "message": no.message}, no.status)
            date = format_datetime(self.world.now.astimezone(UTC), usegmt=True)
        return Reply(reply.body, reply.status, {"Date": date, **reply.headers})

    def _refuse_impossible_items(self) -> None:
        """A world with types that its projects cannot have would test what no server sends."""
        for item in self.world.items.values():
            kind = self.world.projects[item.project].kind
            if item.kind in SYSTEM_TYPES and kind not in SYSTEM_TYPES[item.kind][2]:
                raise ValueError(f"{item.key}: a {kind} project has no {item.kind!r}; make the project hybrid")

    def revoke_tokens(self) -> None:
        """What resetting the secret of the application does: every token dies at once."""
        self._tokens.clear()

    def _refused_by_rate(self) -> Reply | None:
        if self._rate_limit is None:
            return None
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - self._rate_window_s:
            self._recent.popleft()
        if len(self._recent) < self._rate_limit:
            self._recent.append(now)
            return None
        wait = str(int(self._recent[0] + self._rate_window_s - now) + 1)
        headers = {"x-pc-retry-after": wait}
        if self._profile == "d":
            headers = {"X-RateLimit-Retry-After": wait, "X-RateLimit-Reason": "pingcode-team"}
        return Reply({"code": "100038", "message": "请求过于频繁"}, 429, headers)

    def _answer(self, request: Request) -> Any:
        root = next((root for root in self._roots if request.path.startswith(f"{root}/v1/")), None)
        if root is None:
            raise Refusal(404, "100002", "资源路径错误")
        path = request.path.removeprefix(root)
        if path == "/v1/auth/token":
            return self._issue(request.query)
        headers = {name.lower(): value for name, value in request.headers.items()}
        dies = self._tokens.get(headers.get("authorization", "").removeprefix("Bearer "))
        if dies is None or dies <= self.world.now:
            raise Refusal(401, "", "令牌无效或已过期")
        for pattern, method, act in self._routes:
            found = pattern.fullmatch(path)
            if found and method == request.method:
                return act(request, *found.groups())
        raise Refusal(404, "100002", "资源路径错误")

    def _issue(self, query: Mapping[str, str]) -> dict[str, Any]:
        if query.get("grant_type") != "client_credentials":
            raise Refusal(400, "100001", "grant_type 无效")
        if (query.get("client_id"), query.get("client_secret")) != self._credential:
            raise Refusal(400, "100024", "client_id 或 client_secret 错误")
        dies = self.world.now + self._token_lifetime
        token = hex_id("token", len(self._tokens), next(self._numbers), dies, digits=36)
        self._tokens[token] = dies
        return {"access_token": token, "token_type": "Bearer", "expires_in": int(dies.timestamp())}

    def _known_routes(self) -> list[tuple[re.Pattern[str], str, Callable[..., Any]]]:
        root, word = self._shapes.root, self._shapes.word
        shapes = self._shapes
        lists: dict[str, Callable[..., Any]] = {
            "/v1/directory/users": lambda r: self._page(r.query, list(self.world.people.values()), shapes.user),
            f"{root}/projects": self._projects,
            f"{root}/project/states": lambda r: self._page(r.query, list(PROJECT_STATES), shapes.project_state),
            f"{root}/projects/([^/]+)/members": self._members,
            f"{root}/projects/([^/]+)/progress": self._progress,
            f"{root}/{word}s": self._items,
            f"{root}/{word}s/([^/]+)": self._item,
            f"{root}/{word}/types": lambda r: self._page(r.query, self._kinds(self._asked_project(r)), shapes.type),
            f"{root}/{word}/states": self._states,
            f"{root}/{word}/properties": self._properties,
            f"{root}/{word}/priorities": lambda r: self._page(r.query, list(PRIORITIES), shapes.priority),
            f"{root}/{word}/tags": lambda r: self._page(r.query, self._tags(), shapes.tag),
            f"{root}/{word}_types": lambda r: self._page(r.query, self._kinds(None), self._system(shapes.type)),
            f"{root}/{word}_tags": lambda r: self._page(r.query, self._tags(), shapes.tag),
        }
        routes = [(re.compile(path), "GET", act) for path, act in lists.items()]
        if self._profile in ("c", "d"):
            routes.insert(0, (re.compile(f"{root}/{word}s/search"), "POST", self._search))
        return routes

    def _page(self, query: Mapping[str, Any], rows: list[Any], shape: Callable[[Any], Any]) -> dict[str, Any]:
        try:
            size, index = int(query.get("page_size", 30)), int(query.get("page_index", 0))
        except ValueError:
            raise Refusal(400, "100001", "分页参数无效") from None
        if not 0 < size <= MOST_ON_A_PAGE or index < 0:
            raise Refusal(400, "100004", "分页参数超出范围")
        shown = [shape(row) for row in rows[index * size : (index + 1) * size]]
        return {"page_size": size, "page_index": index, "total": len(rows), "values": shown}

    def _projects(self, request: Request) -> dict[str, Any]:
        query = request.query
        rows = [
            project
            for project in self.world.projects.values()
            if (not project.archived or query.get("include_archived") == "true")
            and (not project.deleted or query.get("include_deleted") == "true")
        ]
        return self._page(query, rows, self._shapes.project)

    def _project(self, identity: str) -> SimProject:
        if identity not in self.world.projects:
            raise Refusal(400, "100300", "项目不存在")
        self._guard(identity)
        return self.world.projects[identity]

    def _asked_project(self, request: Request) -> SimProject:
        if "project_id" not in request.query:
            raise Refusal(400, "100008", "缺少 project_id")
        return self._project(request.query["project_id"])

    def _guard(self, project: str) -> None:
        if project in self.unreadable_projects:
            raise Refusal(403, "100405", "不是项目成员")

    def _members(self, request: Request, project: str) -> dict[str, Any]:
        of = self._shapes.project_reference(self._project(project))
        people = self._shapes.members_of(project)
        return self._page(request.query, people, lambda p: {**self._shapes.member(p), "project": of, "role": None})

    def _progress(self, _: Request, project: str) -> dict[str, Any]:
        states: list[str] = [item.state for item in self._items_of(self._project(project).id) if not item.deleted]
        counts = {"pending_count": "todo", "in_progress_count": "doing", "completed_count": "done"}
        return {"work_item": {"total": len(states), **{name: states.count(s) for name, s in counts.items()}}}

    def _kinds(self, project: SimProject | None) -> list[str]:
        used = {item.kind for item in (self.world.items.values() if project is None else self._items_of(project.id))}
        enabled = [kind for kind, (_, _, kinds, _) in SYSTEM_TYPES.items() if project is None or project.kind in kinds]
        return enabled + sorted(used - set(SYSTEM_TYPES), key=lambda kind: CUSTOM_NAMES.get(kind, kind))

    def _system(self, shape: Callable[[str], dict[str, Any]]) -> Callable[[str], dict[str, Any]]:
        return lambda kind: {**shape(kind), "is_system": kind in SYSTEM_TYPES}

    def _asked_kind(self, request: Request, project: SimProject) -> str:
        wanted = request.query.get(f"{self._shapes.word}_type_id")
        if wanted is None:
            raise Refusal(400, "100008", "缺少工作项类型")
        kind = next((kind for kind in self._kinds(project) if type_id(kind) == wanted), None)
        if kind is None:
            raise Refusal(400, "1003104", "项目未启用该工作项类型")
        return kind

    def _states(self, request: Request) -> dict[str, Any]:
        project = self._asked_project(request)
        kind = self._asked_kind(request, project)
        states = {name: state for state, name in STATE_NAMES.items()}
        states.update({state_name(i): i.state for i in self._items_of(project.id) if i.kind == kind and i.state_name})
        rows = list(states.items())
        return self._page(request.query, rows, lambda row: self._shapes.state(project.id, kind, *row))

    def _properties(self, request: Request) -> dict[str, Any]:
        project = self._asked_project(request)
        kind = self._asked_kind(request, project)
        met: dict[str, Any] = {}
        for item in self._items_of(project.id):
            if item.kind == kind:
                met.update({key: value for key, value in item.properties.items() if met.get(key) is None})
        return self._page(request.query, list(met.items()), lambda row: self._shapes.property(*row))

    def _tags(self) -> list[str]:
        return sorted({tag for item in self.world.items.values() for tag in item.tags})

    def _items(self, request: Request) -> dict[str, Any]:
        query = {name: value for name, value in request.query.items() if name not in self.ignored_parameters}
        projects = query.get("project_ids" if self._profile in ("a", "b") else "project_id", "").split(",")
        flags = {name: query.get(name) == "true" for name in ("include_deleted", "include_archived")}
        tests = self._filters.of_list(query)
        return self._page(query, self._matching(projects, tests, flags), self._shapes.item)

    def _search(self, request: Request) -> dict[str, Any]:
        body = request.json if isinstance(request.json, Mapping) else {}
        payload = body.get("payload")
        if body.get("mode") != "query" or not isinstance(payload, Mapping):
            raise Refusal(400, "100039", "请求体格式错误")
        wanted = {n: c for n, c in payload.get("filter", {}).items() if n not in self.ignored_parameters}
        projects = wanted.get("project.id", {}).get("in", [])
        flags = {name: payload.get(name) is True for name in ("include_deleted", "include_archived")}
        return self._page(payload, self._matching(projects, self._filters.of_search(wanted), flags), self._shapes.item)

    def _matching(self, projects: Iterable[str], tests: list[Test], flags: Mapping[str, bool]) -> list[SimItem]:
        asked = [project for project in projects if project in self.world.projects]
        for project in asked:
            self._guard(project)
        rows = [item for p in asked or self.world.projects for item in self._items_of(p)]
        if not flags["include_deleted"]:
            tests = [*tests, lambda item: not item.deleted]
        if not flags["include_archived"]:
            tests = [*tests, lambda item: not item.archived]
        for test in tests:
            rows = [item for item in rows if test(item)]
        return [item for item in rows if item.project not in self.unreadable_projects]

    def _item(self, request: Request, wanted: str) -> dict[str, Any]:
        found = self.world.items.get(wanted)
        found = found or next((i for i in self.world.items.values() if short_id(i.id) == wanted), None)
        if found is None or (found.deleted and request.query.get("include_deleted") != "true"):
            raise Refusal(400, "100317", "工作项不存在")
        self._guard(found.project)
        return self._shapes.item(found, single=True)

    def _items_of(self, project: str) -> list[SimItem]:
        """In the order of lists, usually by identifier; derived again after each edit, because items can move."""
        if self._indexed != self.world.revision:
            index: dict[str, list[SimItem]] = {}
            for item in self.world.items.values():
                index.setdefault(item.project, []).append(item)
            for items in index.values():
                items.sort(key=self._order)
            self._index, self._indexed = index, self.world.revision
        return self._index.get(project, [])
