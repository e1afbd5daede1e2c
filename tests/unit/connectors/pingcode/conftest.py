"""A simulated PingCode tenant on loopback, and sources that read it without long waits."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.contract import RawRecord, Reject, Scope, Surroundings
from connectors.pingcode import PingCode
from connectors.pingcode.connector import PingCodeConfig
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import Request, SimItem, SimPerson, SimProject, SimRelease, World, hex_id, serve

NOW = datetime(2026, 8, 24, 1, 30, tzinfo=UTC)
SECRET = "s3cret/with+signs &%"
PAY = SimProject(hex_id("PAY"), "PAY", "支付上线", created_at=NOW - timedelta(days=300))
OPS = SimProject(hex_id("OPS"), "OPS", "运维保障", kind="kanban", created_at=NOW - timedelta(days=300))
LIN = SimPerson(hex_id("lin", digits=32), "林悦", "lin", "lin@example.com")

RELEASE = SimRelease(hex_id("r1"), "2.4.0", NOW - timedelta(days=9), NOW + timedelta(days=9))


def an_item(number: int, project: SimProject = PAY, **fields: Any) -> SimItem:
    """An item that is a month old and has rested since, unless told otherwise."""
    at = fields.pop("created_at", NOW - timedelta(days=40) + timedelta(minutes=number))
    fields = {"title": f"任务 {number}", "created_at": at, "updated_at": at, **fields}
    return SimItem(hex_id(project.key, number), f"{project.key}-{number}", project=project.id, **fields)


def full(number: int, **fields: Any) -> SimItem:
    """An item with something in every field; items 2 and 3 are its parent and its phase."""
    return an_item(
        number,
        parent=an_item(2).id,
        phase=an_item(3).id,
        kind="story",
        assignee=LIN.id,
        participants=(LIN.id,),
        priority="较高",
        sprint=RELEASE,
        releases=(RELEASE,),
        tags=("试点",),
        state="doing",
        **fields,
    )


def some_items(count: int, project: SimProject = PAY, **fields: Any) -> list[SimItem]:
    return [an_item(number, project, **fields) for number in range(1, count + 1)]


def a_world(*items: SimItem, projects: tuple[SimProject, ...] = (PAY, OPS)) -> World:
    return World(now=NOW, people=[LIN], projects=projects, items=items)


class Calls:
    """Asks a simulator without a network."""

    def __init__(self, *items, world=None, profile="c", **simulated):
        self.world = world or a_world(*items)
        self.simulator = PingCodeSimulator(self.world, profile=profile, client_secret=SECRET, **simulated)
        self.word = "workitem" if profile == "d" else "work_item"
        self.root = "/v1/project" if profile == "a" else "/v1/pjm"
        token = self.get("/v1/auth/token", grant_type="client_credentials", client_id="demo", client_secret=SECRET)
        self.token = token.body["access_token"]
        self.dies = token.body["expires_in"]

    def get(self, path, **query):
        return self._ask("GET", path, query, None)

    def items(self, **query):
        return self.get(f"{self.root}/{self.word}s", **query).body

    def search(self, filters=None, **payload):
        body = {"mode": "query", "payload": {"filter": filters or {}, **payload}}
        return self._ask("POST", f"{self.root}/{self.word}s/search", {}, body)

    def _ask(self, method, path, query, body):
        headers = {"authorization": f"Bearer {getattr(self, 'token', '')}"}
        return self.simulator.handle(Request(method, path, query, headers, body))


@dataclass
class Pulled:
    """What one pull of a scope gave."""

    records: list[RawRecord] = field(default_factory=list)
    cursor: Mapping[str, Any] = field(default_factory=dict)
    complete: bool = False
    rejected: list[Reject] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        return {record.external_id for record in self.records}


@dataclass
class Tenant:
    world: World
    simulator: PingCodeSimulator
    url: str

    def source(self, *, memory: dict[str, str] | None = None, **settings: Any) -> PingCode:
        config = {
            "name": "pc",
            "kind": "pingcode",
            "base_url": f"{self.url}/open",
            "client_id": "demo",
            "client_secret": SECRET,
            "requests_per_minute": 1_000_000,
            **settings,
        }
        remembered = {} if memory is None else memory
        surroundings = Surroundings(ZoneInfo("Asia/Shanghai"), now=lambda: self.world.now, memory=remembered)
        return PingCode(PingCodeConfig(**config), surroundings, first_backoff_s=0.01)

    def asked(self, ending: str) -> int:
        """How often a path that ends like this was asked for."""
        return sum(1 for request in self.simulator.asked if request.path.endswith(ending))


def pull(source: PingCode, stream: str = "work_items", scope: Scope | str = PAY.id, cursor: Any = None) -> Pulled:
    """Read one scope to its end."""
    result = Pulled()
    for page in source.pages(stream, scope if isinstance(scope, Scope) else Scope(scope), cursor or {}):
        result.records += page.records
        result.rejected += page.rejected
        result.cursor, result.complete = page.cursor, page.complete
    return result


@pytest.fixture
def tenant() -> Iterator[Callable[..., Tenant]]:
    with ExitStack() as stack:

        def start(*items: SimItem, world: World | None = None, **simulated: Any) -> Tenant:
            world = world or a_world(*items)
            simulator = PingCodeSimulator(world, **{"client_secret": SECRET, **simulated})
            return Tenant(world, simulator, stack.enter_context(serve(simulator.handle)))

        yield start
