"""A whole installation in a temporary folder: settings, plan, and both vendors simulated over real HTTP."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from bridge.cli import main
from bridge.usecases import accounts, admission
from connectors.company import SimCustomer, SimProduct, SimTicket
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import SimItem, SimPerson, SimProject, World, hex_id, serve
from connectors.worktile.simulator import WorktileSimulator
from tests.server import Server

ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 8, 24)

CONFIG = """
[[sources]]
name = "pingcode"
kind = "pingcode"
base_url = "{pingcode}"
client_id = "demo"
client_secret = "env:PC_SECRET"
requests_per_minute = 1000000

[[sources]]
name = "worktile"
kind = "worktile"
base_url = "{worktile}/open-api"
web_base_url = "https://demo.worktile.com"
client_id = "demo"
client_secret = "env:WT_SECRET"
requests_per_minute = 1000000

[plan]
file = "plan.toml"
"""

PLAN = """
[[deals]]
key = "D-1"
name = "支付上线"
customer = "远帆零售"
amount = 1000000
sales_owner = "王敏"
penalty_rate = "0.05%"

[[milestones]]
key = "M-1"
deal = "D-1"
name = "联调完成"
promised = 2026-09-01
amount = 300000
contractual = true
scope = "source:pingcode project:PAY"

[[milestones]]
key = "M-2"
deal = "D-1"
name = "市场发布"
promised = 2026-09-10
scope = "source:worktile"
"""


def local(day: date, hour: int = 9) -> datetime:
    """An instant on a civil day in Shanghai."""
    return datetime.combine(day, time(hour), ZONE).astimezone(UTC)


def last_second(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), ZONE).astimezone(UTC)


LIN = SimPerson(hex_id("person", "lin", digits=32), "林悦", "lin")
ZHAO = SimPerson(hex_id("person", "zhao", digits=32), "赵宁", "zhao")
PAY = SimProject(hex_id("project", "PAY"), "PAY", "支付", kind="hybrid", created_at=local(date(2026, 5, 4)))
MARKET = SimProject(hex_id("project", "MKT"), "MKT", "市场推广", created_at=local(date(2026, 5, 4)))


def item(project: SimProject, number: int, **changes: Any) -> SimItem:
    """An open task of Lin's, due in September, unless told otherwise."""
    made = {
        "id": hex_id(project.key, number),
        "key": f"{project.key}-{number}",
        "title": f"任务 {number}",
        "project": project.id,
        "assignee": LIN.id,
        "created_at": local(date(2026, 6, 1)) + timedelta(minutes=number),
        "updated_at": local(date(2026, 8, 20)) + timedelta(minutes=number),
        "due": last_second(date(2026, 8, 28)),
    }
    return SimItem(**{**made, **changes})


@dataclass
class Answered:
    """What one command printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


class Captured:
    """What is printed, where no single test lasts as long as the printing."""

    def __init__(self, stack: ExitStack) -> None:
        self._streams = [io.StringIO(), io.StringIO()]
        stack.enter_context(redirect_stdout(self._streams[0]))
        stack.enter_context(redirect_stderr(self._streams[1]))

    def readouterr(self) -> SimpleNamespace:
        texts = [stream.getvalue() for stream in self._streams]
        for stream in self._streams:
            stream.seek(0)
            stream.truncate()
        return SimpleNamespace(out=texts[0], err=texts[1])


@dataclass
class Site:
    """An installation and the two worlds it looks at."""

    folder: Path
    pay: World
    market: World
    stack: ExitStack
    capsys: pytest.CaptureFixture[str] | Captured
    database: str = ""
    """The address of the store; empty for the usual file."""
    pingcode: PingCodeSimulator = field(init=False)
    worktile: WorktileSimulator = field(init=False)

    def start(self) -> None:
        self.pingcode = PingCodeSimulator(self.pay, client_id="demo", client_secret="pc-s3cret+/=")
        self.worktile = WorktileSimulator(self.market, client_id="demo", client_secret="wt-s3cret+/=")
        urls = {
            "pingcode": self.stack.enter_context(serve(self.pingcode.handle)),
            "worktile": self.stack.enter_context(serve(self.worktile.handle)),
        }
        database = f'[database]\nurl = "{self.database}"\n' if self.database else ""
        self.write("config.toml", CONFIG.format(**urls) + database)
        self.write("plan.toml", PLAN)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def advance(self, day: date, hour: int = 8) -> None:
        for world in (self.pay, self.market):
            world.advance_to(local(day, hour))

    def run(self, *arguments: str, today: date = TODAY) -> Answered:
        """One `pbridge` command on a day."""
        self.capsys.readouterr()
        config = str(self.folder / "config.toml")
        code = main([*arguments, "--config", config, "--today", today.isoformat()])
        printed = self.capsys.readouterr()
        return Answered(code, printed.out, printed.err)


@contextmanager
def a_site(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str] | Captured, database: str = ""
) -> Iterator[Site]:
    monkeypatch.setenv("PC_SECRET", "pc-s3cret+/=")
    monkeypatch.setenv("WT_SECRET", "wt-s3cret+/=")
    # Retries are counted, not waited for.
    monkeypatch.setattr("connectors.http.sleep_using_event", lambda stop: lambda seconds: None)
    now = local(date(2026, 8, 3), 8)
    people = (LIN, ZHAO)
    pay = World(now=now, people=people, projects=(PAY,), items=[item(PAY, n) for n in range(1, 6)])
    market = World(now=now, people=people, projects=(MARKET,), items=[item(MARKET, n) for n in range(1, 4)])
    with ExitStack() as stack:
        made = Site(folder, pay, market, stack, capsys, database)
        made.start()
        yield made


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A module that says `ON_BOTH_ENGINES = True` tries its installations with the store in a file and on a server."""
    if "database" in metafunc.fixturenames and getattr(metafunc.module, "ON_BOTH_ENGINES", False):
        on_server = pytest.param("postgresql", marks=pytest.mark.slow)
        metafunc.parametrize("database", ["sqlite", on_server], indirect=True)


@pytest.fixture(autouse=True)
def _a_password_costs_nothing(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What a hash costs is looked at where the doors are; elsewhere people only have to come in."""
    if request.path.stem == "test_attacks":
        yield
        return
    for module in (accounts, admission):
        monkeypatch.setattr(module, "METHOD", "pbkdf2:sha256:1")
    admission._nobodys.cache_clear()
    yield
    admission._nobodys.cache_clear()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a store on a server; empty for the usual file."""
    if getattr(request, "param", os.environ.get("TEST_ENGINE")) != "postgresql":
        yield ""
        return
    server: Server = request.getfixturevalue("server")
    url = server.empty()
    yield url
    server.drop(url)


@pytest.fixture
def site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], database: str
) -> Iterator[Site]:
    with a_site(tmp_path, monkeypatch, capsys, database) as made:
        yield made


SATURDAY = date(2026, 8, 22)
PRODUCT, CUSTOMER = hex_id("product"), hex_id("customer")
REGISTERS = """
[[deals]]
key = "D-2"
name = "年卡"
customer = "远帆零售"

[[risks]]
key = "R-1"
deal = "D-1"
cause = "接口方延期"
probability = 0.5
impact_days = 6
impact_amount = 1000.25
milestone = "M-1"
response = "减轻"
action = "驻场"
owner = "林悦"
due = 2026-09-01
trigger = "date:2026-08-25"

[[risks]]
key = "R-2"
deal = "D-1"
cause = "汇率"
trigger = "overdue:M-9"

[[feedback]]
deal = "D-1"
date = 2026-08-20
text = "慢"
score = 2

[[communications]]
deal = "D-1"
audience = "customer"
every_days = 7
last = 2026-08-10
owner = "王敏"

[[resources]]
owner = "林悦"
hours_per_day = 8

[[resources]]
owner = "赵宁"
kind = "资金"
deal = "D-1"
budget = 1000
used = 1250
"""


def ticket(number: int, **changes: Any) -> SimTicket:
    """A ticket of the one customer that nobody has answered, unless told otherwise."""
    fields: dict[str, Any] = {
        "id": hex_id("ticket", number),
        "key": f"POR-T{number}",
        "title": f"工单 {number}",
        "product": PRODUCT,
        "state": "doing",
        "created_at": local(date(2026, 8, 1)),
        "updated_at": local(date(2026, 8, 1)),
        "customer": CUSTOMER,
    }
    return SimTicket(**{**fields, **changes})


@pytest.fixture(scope="session")
def shop_opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, time]:
    """What a shop stored on its two days, and at what time of the day."""
    folder = tmp_path_factory.mktemp("opened")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        a_shop(stack.enter_context(a_site(folder, patch, Captured(stack))))
    return folder / "data", datetime.now(ZONE).time()


@pytest.fixture
def shop(site: Site, shop_opened: tuple[Path, time]) -> Site:
    stored, until = shop_opened
    # What was stored must not lie ahead of a test that runs on after midnight.
    if site.database or datetime.now(ZONE).time() < until:
        return a_shop(site)
    _furnish(site)
    site.advance(TODAY)
    shutil.copytree(stored, site.folder / "data")
    return site


def a_shop(site: Site) -> Site:
    """The installation with a plan that has registers, a blocked-for-weeks item and two tickets of the customer."""
    _furnish(site)
    for day in (SATURDAY, TODAY):
        site.advance(day)
        assert site.run("run", "--quiet", today=day).code == 0
    return site


def _furnish(site: Site) -> None:
    site.write("plan.toml", PLAN + REGISTERS)
    at = local(date(2026, 7, 1))
    site.pay.also += [SimProduct(PRODUCT, "POR", "门户", at), SimCustomer(CUSTOMER, "远帆零售", PRODUCT, updated_at=at)]
    site.pay.also += [ticket(1), ticket(2, state="done")]


@pytest.fixture(scope="session")
def life_lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a shop in which people and tools did all kinds of things for a week; never run a command in it."""
    from .changing import LIVED, changing_days
    from .test_looking_back import Life

    folder = tmp_path_factory.mktemp("lived")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack, time_machine.travel(local(TODAY, 10)):
        shop = a_shop(stack.enter_context(a_site(folder, patch, Captured(stack))))
        life = Life(shop, 1)
        for day in LIVED:
            life.live(day)
        changing_days(shop, LIVED[-1])
    return folder


@pytest.fixture
def lived(tmp_path: Path, life_lived: Path, capsys: pytest.CaptureFixture[str]) -> Site:
    """A copy of it, for commands that ask no source."""
    folder = tmp_path / "lived"
    shutil.copytree(life_lived, folder)
    world = World(now=local(TODAY), people=(), projects=())
    return Site(folder, world, world, ExitStack(), capsys)
