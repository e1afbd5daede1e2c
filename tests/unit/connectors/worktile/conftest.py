"""A small Worktile team behind real HTTP: what every test of this connector starts from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connectors.contract import Page, RawRecord, Scope, Surroundings
from connectors.testing import SimItem, SimPerson, SimProject, World, hex_id, serve
from connectors.worktile import Worktile
from connectors.worktile.connector import Pace
from connectors.worktile.settings import WorktileConfig
from connectors.worktile.simulator import WorktileSimulator

NOW = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
SECRET = "s3cret/with+signs=&汉字"
QUICK = Pace(tries=3, first_backoff_s=0.001)


def person(name: str) -> SimPerson:
    return SimPerson(hex_id("person", name, digits=32), name, name.lower())


def a_world(tasks: int = 25) -> World:
    """Project MKT with so many tasks, SVC with two, and EMPTY with none."""
    wang, li = person("Wang"), person("Li")
    projects = [SimProject(hex_id("project", key), key, f"{key} 项目") for key in ("MKT", "SVC", "EMPTY")]
    market, service, _ = projects
    items = [_item(n, market.id, wang.id if n % 2 else None) for n in range(tasks)]
    items += [_item(n, service.id, li.id) for n in (90_001, 90_002)]
    return World(now=NOW, people=[wang, li], projects=projects, items=items)


def _item(number: int, project: str, assignee: str | None) -> SimItem:
    return SimItem(
        hex_id("task", number),
        str(number),
        f"拜访经销商 {number}",
        project,
        assignee=assignee,
        start=NOW,
        due=NOW + timedelta(days=number % 30),
        created_at=NOW - timedelta(days=60),
        updated_at=NOW - timedelta(days=1),
        priority="高",
        tags=("华东",),
        properties={"ht_milestone": f"M-{number % 3}"},
    )


@dataclass
class Team:
    """A served world, and connectors that read it."""

    world: World
    sim: WorktileSimulator
    base_url: str
    _opened: ExitStack = field(repr=False)

    def project(self, key: str) -> str:
        return next(p.id for p in self.world.projects.values() if p.key == key)

    def config(self, **settings: Any) -> WorktileConfig:
        defaults = {"name": "wt", "kind": "worktile", "base_url": self.base_url, "client_id": "demo"}
        defaults |= {"client_secret": SECRET, "requests_per_minute": 1_000_000, "page_size": 10}
        return WorktileConfig(**{**defaults, **settings})

    def connector(
        self,
        *,
        now: Callable[[], datetime] | None = None,
        memory: dict[str, str] | None = None,
        **settings: Any,
    ) -> Worktile:
        stop = threading.Event()
        remembered = {} if memory is None else memory
        around = Surroundings(ZoneInfo("Asia/Shanghai"), now or (lambda: datetime.now(UTC)), stop, remembered)
        connector = Worktile(self.config(**settings), around, QUICK)
        self._opened.callback(connector.close)
        return connector

    def pages(self, key: str = "MKT", connector: Worktile | None = None, **settings: Any) -> list[Page]:
        reader = connector or self.connector(**settings)
        return list(reader.pages("tasks", Scope(self.project(key), key), {}))

    def records(self, key: str = "MKT", connector: Worktile | None = None, **settings: Any) -> list[RawRecord]:
        return [record for page in self.pages(key, connector, **settings) for record in page.records]

    def living(self, key: str = "MKT") -> set[str]:
        return {item.id for item in self.world.items_of(self.project(key)) if not item.deleted}


OpenTeam = Callable[..., Team]


@pytest.fixture
def open_team() -> Iterator[OpenTeam]:
    """Opens a team: options of the simulator, and `tasks` for the size of project MKT."""
    with ExitStack() as opened:

        def open_one(*, tasks: int = 25, **options: Any) -> Team:
            world = a_world(tasks)
            sim = WorktileSimulator(world, client_secret=SECRET, **options)
            address = opened.enter_context(serve(sim.handle))
            return Team(world, sim, f"{address}/open-api", opened)

        yield open_one
