"""`pbridge serve` as a process of its own: it reads, shows, listens, and ends cleanly whatever it is doing."""

from __future__ import annotations

import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import requests
from msgspec import field

from bridge import config
from bridge.scheduler import Scheduler
from bridge.usecases.journal import Discreet, secrets_of
from bridge.usecases.serving import Service
from bridge.usecases.timetable import Timetable
from bridge.usecases.workspace import Workspace
from connectors.testing import Reply, Request

from .conftest import PAY, TODAY, ZONE, Site, item

ROOT = Path(__file__).parents[2]
TOKEN = "hook-t0ken+of/this=test"
ONE = item(PAY, 1).id
WEB = '\n[web]\nport = 0\nhook_token = "env:HOOK_TOKEN"\n[schedule]\nsync = "*/5 * * * *"\n'


@dataclass
class Running:
    """A service in its own process."""

    process: subprocess.Popen[str]
    url: str
    folder: Path

    def get(self, path: str = "") -> requests.Response:
        return requests.get(f"{self.url}{path}", timeout=10)

    def hook(self, body: bytes, token: str = TOKEN) -> int:
        address = f"{self.url}hooks/pingcode/{quote(token, safe='')}"
        return requests.post(address, data=body, timeout=10).status_code

    def log(self) -> str:
        return (self.folder / "log.txt").read_text(encoding="utf-8")

    def until(self, true: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, self.log()
            time.sleep(0.05)

    def end(self, number: int = signal.SIGTERM) -> float:
        """Returns how long it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(timeout=20)
        return time.monotonic() - started


def environment() -> dict[str, str]:
    return {**os.environ, "HOOK_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}


def command(site: Site, *arguments: str) -> list[str]:
    place = ["--config", str(site.folder / "config.toml"), "--today", TODAY.isoformat()]
    return [sys.executable, "-m", "bridge", "serve", *place, "--lang", "en", *arguments]


@contextmanager
def serving(site: Site, *arguments: str) -> Iterator[Running]:
    with (
        (site.folder / "log.txt").open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command(site, *arguments),
            cwd=site.folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert line.startswith("page: "), (site.folder / "log.txt").read_text(encoding="utf-8")
            yield Running(process, line.split()[1], site.folder)
        finally:
            process.kill()


@pytest.fixture
def ready(site: Site) -> Site:
    """Settings for a service on any free port, and a day on which there is something to read."""
    site.write("config.toml", (site.folder / "config.toml").read_text(encoding="utf-8") + WEB)
    site.advance(TODAY)
    return site


def judged(running: Running) -> bool:
    return running.log().count(" judged ") >= 2


# --- A whole life --------------------------------------------------------------------------------------------------


def test_a_service_reads_shows_and_follows_hints_until_it_is_told_to_end(ready: Site):
    with serving(ready) as running:
        running.until(lambda: judged(running))
        assert running.get("healthz").status_code == 200
        ready_now = running.get("readyz").json()
        assert (ready_now["ready"], ready_now["problems"], set(ready_now["checks"].values())) == (True, [], {True})
        assert "联调完成" in running.get("?lang=zh").text
        ready.pay.edit(ONE, title="被钩子叫醒")
        hinted, refused = running.hook(ONE.encode()), running.hook(ONE.encode(), token="wrong")
        running.until(lambda: "1 hint(s) followed" in running.log())
        took = running.end()

    assert (hinted, refused) == (202, 404)
    assert running.process.returncode == 0 and took < 10
    assert any(row["title"] == "被钩子叫醒" for row in ready.run("tasks", "--json").lines)
    for secret in (TOKEN, "pc-s3cret", "wt-s3cret"):
        assert secret not in running.log()
    assert "Traceback" not in running.log()


def test_ctrl_c_ends_it_as_well(ready: Site):
    with serving(ready) as running:
        took = running.end(signal.SIGINT)

    assert running.process.returncode == 0 and took < 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_stop_during_a_pull_ends_within_ten_seconds_and_the_next_run_completes(ready: Site, number: int):
    slow = threading.Event()

    def drag(request: Request, number: int) -> Reply | None:
        if "work_items" in request.path or "workitems" in request.path:
            slow.set()
            time.sleep(30)
        return None

    ready.pingcode.faults = drag
    with serving(ready) as running:
        assert slow.wait(20)
        readable = running.get("healthz").status_code
        took = running.end(number)

    ready.pingcode.faults = None
    assert readable == 200
    assert running.process.returncode == 0 and took < 10
    assert ready.run("sync").code == 0
    assert len(ready.run("tasks", "--source", "pingcode", "--json").lines) == 5


def test_the_page_can_be_read_while_a_pull_is_under_way(ready: Site):
    assert ready.run("run").code == 0
    slow, go_on = threading.Event(), threading.Event()

    def drag(request: Request, number: int) -> Reply | None:
        slow.set()
        go_on.wait(20)
        return None

    ready.pingcode.faults = drag
    with serving(ready) as running:
        assert slow.wait(20)
        page = running.get()
        readiness = running.get("readyz").status_code
        go_on.set()
        running.end()

    assert (page.status_code, readiness) == (200, 200)
    assert "联调完成" in page.text


def test_a_kill_loses_no_hint_and_the_next_service_follows_it(ready: Site):
    with serving(ready) as running:
        running.until(lambda: judged(running))
        ready.pingcode.faults = lambda request, number: Reply({"code": "100001", "message": "down"}, 503)
        ready.pay.edit(ONE, title="杀不掉")
        assert running.hook(ONE.encode()) == 202
        running.end(signal.SIGKILL)
    ready.pingcode.faults = None

    with serving(ready) as running:
        running.until(lambda: "1 hint(s) followed" in running.log(), seconds=30)
        running.end()

    assert any(row["title"] == "杀不掉" for row in ready.run("tasks", "--json").lines)


def test_one_source_that_fails_does_not_stop_the_other(ready: Site):
    ready.worktile.client_secret = "changed"
    ready.pingcode.faults = lambda request, number: Reply({"code": "100012", "message": "no"}, 401)
    with serving(ready) as running:
        running.until(lambda: "sign_in_failed" in running.log() or "token_refused" in running.log())
        running.until(lambda: "worktile: sync" in running.log())
        assert running.get("healthz").status_code == 200
        running.end()

    assert running.process.returncode == 0


def test_settings_are_read_again_on_a_hangup_and_broken_ones_are_refused(ready: Site, monkeypatch: pytest.MonkeyPatch):
    manager = ready.stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    manager.bind(str(ready.folder / "notify"))
    manager.setblocking(False)
    monkeypatch.setenv("NOTIFY_SOCKET", str(ready.folder / "notify"))
    with serving(ready) as running:
        running.until(lambda: judged(running))
        good = ready.folder.joinpath("config.toml").read_text(encoding="utf-8")
        ready.write("config.toml", good + "\n[nonsense]\n")
        running.process.send_signal(signal.SIGHUP)
        running.until(lambda: "were not taken over" in running.log())
        whole, readiness = running.get(), running.get("readyz")
        ready.write(
            "config.toml",
            good.replace('"env:HOOK_TOKEN"', '"another-t0ken-of-this-test"') + '\n[log]\nformat = "json"\n',
        )
        running.process.send_signal(signal.SIGHUP)
        running.until(lambda: "settings were read again" in running.log())
        old, new = running.hook(b"changed"), running.hook(b"changed", token="another-t0ken-of-this-test")
        running.end()

    assert "nonsense" in running.log()
    assert (whole.status_code, readiness.status_code) == (200, 200)
    assert (old, new) == (404, 202)
    program = [json.loads(line) for line in running.log().splitlines() if line.startswith("{")]
    assert program and all(line["level"] and line["message"] for line in program)
    assert running.process.returncode == 0
    told = []
    with suppress(BlockingIOError):
        while True:
            told.append(manager.recv(200).decode().partition("\n")[0])
    assert told == ["READY=1", "RELOADING=1", "READY=1", "RELOADING=1", "READY=1", "STOPPING=1"]


# --- What it refuses -----------------------------------------------------------------------------------------------


def refused(site: Site, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        command(site, *arguments), env=environment(), capture_output=True, text=True, timeout=30, check=False
    )
    return done.returncode, done.stderr


def test_a_port_in_use_is_named_with_the_remedy(ready: Site):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = refused(ready, "--port", str(port))

    assert code == 2
    assert f"127.0.0.1:{port} is already in use" in said and "--port" in said
    assert "Traceback" not in said


def test_times_that_are_none_are_all_told_before_anything_starts(ready: Site):
    text = (ready.folder / "config.toml").read_text(encoding="utf-8")
    ready.write("config.toml", text.replace("*/5 * * * *", "every day") + 'full_read = "0 25 * * *"\n')

    code, said = refused(ready)
    checked = ready.run("check", "--json", "--lang", "en")

    assert code == 2
    assert "sync: 'every day'" in said and "full_read: '0 25 * * *'" in said and "*/15 * * * *" in said
    assert not (ready.folder / "data" / "bridge.db").exists()
    line = next(check for check in checked.json["checks"] if check["place"] == "schedule")
    assert not line["ok"] and "0 25" in line["message"]


# --- Times ---------------------------------------------------------------------------------------------------------


# --- Its parts -----------------------------------------------------------------------------------------------------


class Noted(Service):
    """Jobs that only note that they ran; one of them breaks every time."""

    done: list[str] = field(default_factory=list)

    def sync(self, source: str) -> None:
        self.done.append(f"sync {source}")
        if source == "breaks":
            raise RuntimeError("boom")

    def full_read(self, source: str) -> None:
        self.done.append(f"full {source}")

    def follow(self) -> None:
        self.done.append("hints")


def test_a_job_that_breaks_is_told_and_the_others_go_on(ready: Site, caplog: pytest.LogCaptureFixture):
    space = Workspace.open(ready.folder / "config.toml", today=TODAY)
    service = Noted(lambda: space, threading.Event())
    every_second = Timetable(*[_every_second()] * 3)
    scheduler = Scheduler(service, every_second, ["breaks", "works"], ZONE)
    scheduler.start()
    try:
        assert scheduler.problems() == []
        until = time.monotonic() + 15
        while not {"sync breaks", "sync works", "full breaks", "full works", "hints"} <= set(service.done):
            assert time.monotonic() < until, service.done
            time.sleep(0.05)
        while service.done.count("sync breaks") < 2:
            assert time.monotonic() < until, service.done
            time.sleep(0.05)
    finally:
        scheduler.stop()

    assert any(r.name == "bridge.scheduler" and "sync breaks" in r.message for r in caplog.records)
    assert [problem.en for problem in scheduler.problems()] == ["the scheduler is not running."]


def _every_second() -> Any:
    from apscheduler.triggers.interval import IntervalTrigger

    return IntervalTrigger(seconds=1, timezone=ZONE)


def test_a_log_line_shows_no_secret_in_any_spelling(ready: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOOK_TOKEN", TOKEN)
    settings = config.load(ready.folder / "config.toml")
    format_ = Discreet(secrets_of(settings))
    quoted = quote(TOKEN, safe="")
    try:
        raise RuntimeError(f"GET /hooks/pingcode/{quoted} pc-s3cret+/= {json.dumps('wt-s3cret+/=')} Bearer abc.def")
    except RuntimeError:
        record = logging.LogRecord("x", logging.ERROR, "x", 1, f"failed at {TOKEN}", None, sys.exc_info())

    line = format_.format(record)

    assert "RuntimeError" in line
    for secret in (TOKEN, quoted, "pc-s3cret", "wt-s3cret", "abc.def"):
        assert secret not in line
