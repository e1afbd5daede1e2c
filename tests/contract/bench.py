"""A connector on the bench: a small world behind a hostile vendor, a clock that needs no waiting, and the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from connectors.conformance import Dialect, Subject
from connectors.contract import Connector, Scope, Surroundings
from connectors.hostility import Prank, Vendor, capped, serve
from connectors.testing import Request, SimItem, SimPerson, SimProject, World, hex_id
from tests.contract.ledger import Ledger, Run

NOW = datetime(2026, 8, 24, 1, 30, tzinfo=UTC)
LIN = SimPerson(hex_id("lin", digits=32), "林悦", "lin", "lin@example.com")
ALPHA, BETA, EMPTY = (
    SimProject(hex_id("project", key), key, name, created_at=NOW - timedelta(days=300))
    for key, name in (("ALPHA", "支付上线"), ("BETA", "运维保障"), ("EMPTY", "空"))
)
ROWS_ON_A_PAGE = 10
SEVERAL_PAGES = 23


class NoWaiting(threading.Event):
    """A wish to stop on which waiting takes no time; how long it would have taken is noted."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.waits.append(timeout or 0.0)
        return self.is_set()


class Unlimited:
    """An allowance for any number of requests, over whenever somebody has waited for it; counts who asked."""

    def __init__(self, stop: threading.Event) -> None:
        self.taken = 0
        self._stop = stop
        self._blocked_until = 0.0

    def reserve(self) -> float:
        self.taken += 1
        return self.blocked_for()

    def block(self, seconds: float) -> None:
        self._blocked_until = max(self._blocked_until, self._now() + seconds)

    def blocked_for(self) -> float:
        return max(0.0, self._blocked_until - self._now())

    def resize(self, per_minute: int) -> None:
        """Whatever the vendor tells is enough."""

    def _now(self) -> float:
        waited = sum(self._stop.waits) if isinstance(self._stop, NoWaiting) else 0.0
        return time.monotonic() + waited


def an_item(number: int, project: SimProject = ALPHA, **fields: Any) -> SimItem:
    at = fields.pop("created_at", NOW - timedelta(days=40) + timedelta(hours=7 * number))
    fields = {"title": f"任务 {number}", "assignee": LIN.id, "created_at": at, "updated_at": at, **fields}
    return SimItem(hex_id(project.key, number), f"{project.key}-{number}", project=project.id, **fields)


def a_world(count: int = SEVERAL_PAGES, **fields: Any) -> World:
    """ALPHA has so many items, BETA three, EMPTY none."""
    items = [an_item(number, **fields) for number in range(1, count + 1)]
    items += [an_item(number, BETA) for number in range(1, 4)]
    return World(now=NOW, people=[LIN], projects=[ALPHA, BETA, EMPTY], items=items)


@dataclass
class Bench:
    """One connector's world. `connector` opens another reader of it."""

    subject: Subject
    world: World
    vendor: Vendor
    address: str
    stop: threading.Event
    _opened: ExitStack = field(repr=False)
    ledger: Ledger = field(default_factory=Ledger)
    allowance: Unlimited | None = None
    """That of the connector made last."""

    @property
    def dialect(self) -> Dialect:
        return self.subject.dialect

    def connector(self, silence_s: float | None = None, **settings: Any) -> Connector:
        self.allowance = allowance = Unlimited(self.stop)
        around = Surroundings(
            ZoneInfo("Asia/Shanghai"),
            lambda: self.world.now,
            self.stop,
            allowances=lambda credential, per_minute: allowance,
        )
        config = self.subject.settings(self.address).model_copy(update=settings)
        connector = self.subject.connect(config, around, silence_s)
        self._opened.callback(connector.close)
        return connector

    def run(self, **how: Any) -> Run:
        """A run as a process of its own makes it."""
        return self.ledger.run(self.connector(), **how)

    def good_run(self, connector: Connector | None = None) -> Run:
        run = self.ledger.run(connector or self.connector())
        assert run.errors == {}, f"a run that can succeed fails: {run.errors}"
        return run

    def later(self, **time: float) -> None:
        self.world.advance_to(self.world.now + timedelta(**time))

    def is_task_list(self, request: Request) -> bool:
        return self.dialect.lists_tasks(request)

    def purge(self, item: str) -> None:
        """Delete an item so that no list ever shows it again."""
        with self.world.lock:
            del self.world.items[item]
            self.world.revision += 1

    def reorder(self, items: list[SimItem]) -> None:
        """Lists show the items in this order from now on."""
        with self.world.lock:
            self.world.items = {item.id: item for item in items}
            self.world.revision += 1

    def shown(self) -> dict[str, tuple[str, str]]:
        """Project and title of every item the vendor shows."""
        items = self.world.items.values()
        return {item.id: (item.project, item.title) for item in items if self.subject.shows(item)}

    def known(self) -> dict[str, tuple[str, str]]:
        return {key: (e.scope, str(e.content.get("title"))) for key, e in self.ledger.living().items()}

    def agrees(self) -> None:
        """The ledger is what the vendor shows: nothing lost, nothing kept, nothing old."""
        shown, known = self.shown(), self.known()
        lost, kept = shown.keys() - known.keys(), known.keys() - shown.keys()
        assert not lost, f"{len(lost)} of {len(shown)} tasks are lost"
        assert not kept, f"{len(kept)} tasks are kept that the vendor does not show"
        old = {key: (known[key], shown[key]) for key in shown if known[key] != shown[key]}
        assert not old, f"tasks are known in an old version or place: {list(old.values())[:3]}"


@contextmanager
def bench(
    subject: Subject,
    world: World | None = None,
    *pranks: Prank,
    stop: threading.Event | None = None,
    page: int | None = ROWS_ON_A_PAGE,
) -> Iterator[Bench]:
    """Pages are small unless `page` says otherwise, so that a small world has several."""
    world = world or a_world()
    small = [] if page is None else [capped(subject.dialect, page)]
    vendor = Vendor(subject.simulate(world), subject.dialect, [*pranks, *small])
    with ExitStack() as opened:
        address = opened.enter_context(serve(vendor.handle))
        yield Bench(subject, world, vendor, address, stop or NoWaiting(), opened)


ALPHA_SCOPE = Scope(ALPHA.id, ALPHA.name, ALPHA.key)
