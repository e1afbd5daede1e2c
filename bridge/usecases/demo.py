"""The demo: both vendors simulated, weeks of real pulls over HTTP, a sample plan, one delay report."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import Struct

from bridge.demo.programme import PlanVersion, Programme, programme
from bridge.demo.vendor import CLIENT_ID, CLIENT_SECRET
from bridge.errors import Unavailable, UsageProblem
from bridge.language import Lang, Text
from bridge.notify.robots import WeComRobot
from bridge.plan import export
from bridge.sync.pull import Progress
from bridge.usecases import planning
from bridge.usecases.clock import Clock
from bridge.usecases.evaluate import reconcile
from bridge.usecases.refresh import Refreshed, RefreshWish, refresh
from bridge.usecases.workspace import Workspace, built_in_mappings
from connectors.testing import serve

ZONE = ZoneInfo("Asia/Shanghai")
MARK = ".pbridge-demo"
# Simulators set no limit; the demo must not wait for one.
REQUESTS_PER_MINUTE = 1_000_000

NOT_OURS = Text(
    zh="{path} 已存在，且不是演示生成的文件夹，不会动它。请换个目录运行，或移走它。",
    en="{path} exists and was not made by the demo, so it is left alone. Run elsewhere or move it away.",
)
NO_START = Text(zh="{kind} 模拟服务没有启动：{why}。", en="the simulator of {kind} did not start: {why}.")
GONE_AWAY = Text(zh="{kind} 模拟服务已不在运行。", en="the simulator of {kind} is not running any more.")

CONFIG = """\
[bridge]
data_dir = "data"
timezone = "Asia/Shanghai"
language = "{lang}"

[database]
url = "sqlite:///bridge.db"

[[sources]]
name = "pingcode"
kind = "pingcode"
mapping = "mappings/pingcode.toml"
base_url = "{pingcode}"
client_id = "{client_id}"
client_secret = "{client_secret}"
requests_per_minute = {rate}

[[sources]]
name = "worktile"
kind = "worktile"
mapping = "mappings/worktile.toml"
base_url = "{worktile}/open-api"
web_base_url = "https://demo.worktile.com"
client_id = "{client_id}"
client_secret = "{client_secret}"
requests_per_minute = {rate}

[plan]
file = "plan.xlsx"

[[notify]]
name = "demo-group"
kind = "wecom"
url = "{robot}/cgi-bin/webhook/send?key={token}"
intranet_hosts = ["127.0.0.1"]
weekly = true
"""
ROBOT_TOKEN = "demo-robot-0123456789"  # noqa: S105 - opens nothing but the simulated robot of this process


class DemoWish(Struct, frozen=True):
    folder: Path
    seed: int = 1
    today: date | None = None
    lang: Lang = "zh"


class Vendor(Struct):
    """A running simulator."""

    kind: str
    process: subprocess.Popen[str]
    url: str

    def advance(self, instant: datetime) -> None:
        """Let time pass at the vendor, with everything people did meanwhile."""
        stdin, stdout = self.process.stdin, self.process.stdout
        if stdin is None or stdout is None:
            raise Unavailable(GONE_AWAY, kind=self.kind)
        try:
            stdin.write(f"advance {instant.isoformat()}\n")
            stdin.flush()
            answered = stdout.readline()
        except OSError:
            answered = ""
        if not answered:
            raise Unavailable(GONE_AWAY, kind=self.kind)


class Practice(Struct, frozen=True):
    """Running simulators whose time goes on as that of the wish does."""

    vendors: tuple[Vendor, ...]
    clock: Clock
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET

    def catch_up(self) -> None:
        """Let the vendors have the present time."""
        for vendor in self.vendors:
            vendor.advance(self.clock.running())


class Demo(Struct):
    """A prepared demo: its settings file, its vendors, and the run of every day so far."""

    config: Path
    today: date
    runs: list[Refreshed]

    @property
    def exit_code(self) -> int:
        return max((run.exit_code for run in self.runs), default=0)


@contextmanager
def staged(
    wish: DemoWish, *, progress: Progress, stop: threading.Event, on_day: Callable[[date, Refreshed], None]
) -> Iterator[Demo]:
    """Both vendors running and every day of the programme played; they end with the block."""
    today = wish.today or Clock.at(ZONE).today
    content = programme(today, seed=wish.seed, timezone=ZONE)
    _fresh(wish.folder)
    with ExitStack() as stack:
        vendors = [stack.enter_context(running(kind, today, wish.seed)) for kind in ("pingcode", "worktile")]
        # A group robot with the vendor's rules, for `pbridge notify` in another terminal while the demo runs.
        robot = stack.enter_context(serve(WeComRobot(token=ROBOT_TOKEN).handle))
        demo = Demo(_write_config(wish, vendors, robot), today, [])
        for day in content.observe:
            if stop.is_set():
                break
            _play(demo, content, vendors, day, progress, stop)
            on_day(day, demo.runs[-1])
        yield demo


def _play(
    demo: Demo, content: Programme, vendors: list[Vendor], day: date, progress: Progress, stop: threading.Event
) -> None:
    for vendor in vendors:
        vendor.advance(content.instant_of(day))
    space = Workspace.open(demo.config, today=day, secrets=True)
    for version in content.plan_versions:
        if version.on == day:
            _bring_in(space, version)
    demo.runs.append(refresh(space, RefreshWish(), progress=progress, stop=stop))
    reconcile(space)


def _bring_in(space: Workspace, version: PlanVersion) -> None:
    path = space.settings.plan_file
    path.write_bytes(export.workbook(version.plan, space.lang))
    planning.import_plan(space, path, planning.Approval.of(version.approved_by, version.reason))


def _fresh(folder: Path) -> None:
    """An empty folder for this demo; one that an earlier demo made is replaced, any other is left alone."""
    if folder.exists():
        if not (folder / MARK).is_file():
            raise UsageProblem(NOT_OURS, path=str(folder))
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()


def _write_config(wish: DemoWish, vendors: list[Vendor], robot: str) -> Path:
    urls = {vendor.kind: vendor.url for vendor in vendors} | {"robot": robot, "token": ROBOT_TOKEN}
    text = CONFIG.format(
        lang=wish.lang, client_id=CLIENT_ID, client_secret=CLIENT_SECRET, rate=REQUESTS_PER_MINUTE, **urls
    )
    path = wish.folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    for kind, mapping in built_in_mappings().items():
        copy = wish.folder / "mappings" / f"{kind}.toml"
        copy.parent.mkdir(exist_ok=True)
        copy.write_text(mapping, encoding="utf-8")
    path.chmod(0o600)
    return path


@contextmanager
def practice(wish: DemoWish, port: int) -> Iterator[Practice]:
    """Both vendors as they are on the day, for settings and a plan of one's own; at `port` and the next, 0 for any."""
    clock = Clock.at(ZONE, wish.today)
    with ExitStack() as stack:
        vendors = [
            stack.enter_context(running(kind, clock.today, wish.seed, port and port + nth))
            for nth, kind in enumerate(("pingcode", "worktile"))
        ]
        found = Practice(tuple(vendors), clock)
        found.catch_up()
        yield found


@contextmanager
def running(kind: str, today: date, seed: int, port: int = 0) -> Iterator[Vendor]:
    """A simulator in a process of its own, which ends with the block and also with this process."""
    command = [sys.executable, "-m", "bridge.demo.vendor", kind, "--today", today.isoformat(), "--seed", str(seed)]
    command += ["--port", str(port)]
    process = subprocess.Popen(  # noqa: S603 - our own module, with values we made
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line.startswith("listening "):
            raise Unavailable(NO_START, kind=kind, why=line.strip() or f"exit {process.wait()}")
        yield Vendor(kind, process, line.split()[1])
    finally:
        if process.stdin:
            # Closing sends what is left; a simulator that died meanwhile takes nothing, and that was already told.
            with suppress(BrokenPipeError):
                process.stdin.close()
        process.terminate()
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()
