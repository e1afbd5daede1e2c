"""A PingCode server over a simulated world: the documented paths, filters, tokens and errors of one generation."""

from __future__ import annotations

import itertools
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, timedelta
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.company import SimField
from connectors.pingcode.simulator_filters import Filters, Refusal, Test
from connectors.pingcode.simulator_gate import Gate
from connectors.pingcode.simulator_history import History
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
from connectors.pingcode.simulator_planning import Plans
from connectors.pingcode.simulator_shapes import Shapes
from connectors.pingcode.simulator_ship import Ship
from connectors.testing import Reply, Request, SimItem, SimProject, World

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
        due_key: str = "end_at",
    ) -> None:
        self.world = world
        self.faults = faults
        self.unreadable_projects = set(unreadable_projects)
        self.ignored_parameters = set(ignored_parameters)
        self.asked: deque[Request] = deque(maxlen=10_000)
        self._profile = profile
        self._shapes = Shapes(world, profile)
        self._history = History(world, self._shapes, self._guard, due_key)
        self._zone = time_zone
        self._filters = Filters(profile, time_zone, ends_count)
        self._ship = Ship(world, self._shapes, self._filters)
        self._gate = Gate(
            world, (client_id, client_secret), token_lifetime, rate_limit, rate_window_s, is_cloud=profile == "d"
        )
        self._roots = roots
        self._order = order
        self._numbers = itertools.count(1)
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
                    reply = self._gate.refused_by_rate() or Reply(self._answer(request))
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
        self._gate.revoke()

    def _answer(self, request: Request) -> Any:
        root = next((root for root in self._roots if request.path.startswith(f"{root}/v1/")), None)
        if root is None:
            raise Refusal(404, "100002", "资源路径错误")
        path = request.path.removeprefix(root)
        if path == "/v1/auth/token":
            return self._gate.issue(request.query)
        self._gate.admit(request.headers)
        for pattern, method, act in self._routes:
            found = pattern.fullmatch(path)
            if found and method == request.method:
                return act(request, *found.groups())
        raise Refusal(404, "100002", "资源路径错误")

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
        plans = Plans(self.world, shapes, self._project, self._zone)
        for path, tell in (*self._history.lists(), *plans.lists(), *self._ship.lists()):
            lists[path] = lambda r, *of, tell=tell: self._page(r.query, tell(r.query, *of), dict)
        routes = [(re.compile(path), "GET", act) for path, act in lists.items()]
        if self._profile in ("c", "d"):
            routes.insert(0, (re.compile(f"{root}/{word}s/search"), "POST", self._search))
            routes.append((re.compile("/v1/ship/(tickets|ideas)/search"), "POST", self._search_ship))
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
        fields = {f.id: f for f in self.world.all_of(SimField) if not f.of or kind in f.of}
        shown = {key: self._shapes.field(field) for key, field in fields.items()}
        for item in self._items_of(project.id):
            if item.kind == kind:
                named = {k: self._shapes.property(k, v) for k, v in item.properties.items() if k not in fields}
                shown.update({key: row for key, row in named.items() if row["type"] != "text" or key not in shown})
        return self._page(request.query, list(shown.values()), dict)

    def _tags(self) -> list[str]:
        return sorted({tag for item in self.world.items.values() for tag in item.tags})

    def _items(self, request: Request) -> dict[str, Any]:
        query = {name: value for name, value in request.query.items() if name not in self.ignored_parameters}
        projects = query.get("project_ids" if self._profile in ("a", "b") else "project_id", "").split(",")
        flags = {name: query.get(name) == "true" for name in ("include_deleted", "include_archived")}
        tests = self._filters.of_list(query)
        return self._page(query, self._matching(projects, tests, flags), self._shapes.item)

    def _payload(self, request: Request) -> Mapping[str, Any]:
        body = request.json if isinstance(request.json, Mapping) else {}
        payload = body.get("payload")
        if body.get("mode") != "query" or not isinstance(payload, Mapping):
            raise Refusal(400, "100039", "请求体格式错误")
        return payload

    def _search_ship(self, request: Request, kind: str) -> dict[str, Any]:
        payload = self._payload(request)
        return self._page(payload, self._ship.search(kind, payload), dict)

    def _search(self, request: Request) -> dict[str, Any]:
        payload = self._payload(request)
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
