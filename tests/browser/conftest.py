"""A real browser over a real server, store and login. The browser is Debian's Chromium: `make test` installs it as root."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from bridge.cli import main
from bridge.usecases import accounts
from bridge.usecases.admission import Admission
from bridge.usecases.workspace import Workspace, built_in_mappings
from bridge.web.app import create_app
from bridge.web.page import Reports
from bridge.web.server import serve
from connectors.testing import World
from tests.integration.conftest import LIN, MARKET, PAY, PLAN, REGISTERS, TODAY, ZHAO, Site, item, local

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "correct horse battery"
ADMIN, LEAD, VIEWER = "王敏", "苏晓岚", "赵宁"
DESKTOP, PHONE = (1440, 900), (390, 844)
QUIET_CHANNEL = """
[[notify]]
name = "sales"
kind = "wecom"
url = "https://robot.invalid/cgi-bin/webhook/send?key=t0ken-0123456789abcdef"
digest = false
urgent = false
"""
SHIPPED = built_in_mappings()["pingcode"]


@dataclass(frozen=True)
class Served:
    """A running server; `folder` is its installation."""

    url: str
    folder: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("browser")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("PC_SECRET", "pc-s3cret+/=")
        patch.setenv("WT_SECRET", "wt-s3cret+/=")
        patch.setattr(accounts, "METHOD", "pbkdf2:sha256:1")  # what a hash costs is looked at elsewhere
        now = local(TODAY, 8)
        pay = World(now=now, people=(LIN, ZHAO), projects=(PAY,), items=[item(PAY, n) for n in range(1, 6)])
        market = World(now=now, people=(LIN, ZHAO), projects=(MARKET,), items=[item(MARKET, n) for n in range(1, 4)])
        site = Site(folder, pay, market, stack, capsys=None)  # type: ignore[arg-type]
        site.start()
        config = (folder / "config.toml").read_text(encoding="utf-8")
        config = config.replace('"pingcode"\nbase', '"pingcode"\nmapping = "pingcode.toml"\nbase')
        site.write("config.toml", config + QUIET_CHANNEL).chmod(0o600)
        site.write("pingcode.toml", SHIPPED)
        site.write("plan.toml", PLAN + REGISTERS)
        given = ["--quiet", "--config", str(folder / "config.toml"), "--today", TODAY.isoformat()]
        assert main(["run", *given]) in (0, 1)
        space = Workspace.open(folder / "config.toml", today=TODAY)
        for name, role in ((ADMIN, "admin"), (LEAD, "lead"), (VIEWER, "viewer")):
            accounts.add(space, name, role, PASSWORD)
        stop = threading.Event()
        app = create_app(Reports(space), doors=Admission(lambda: space), opened=lambda: space, wake=lambda _: None)
        running = serve(app, "127.0.0.1", 0, stop)
        yield Served(running.url, folder)
        stop.set()
        running.join(5.0)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is not installed; `make test` installs it where it may")
        pytest.skip("Chromium is not installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody at the pages; `complaints` are what the browser's console said."""

    page: Page
    url: str
    complaints: list[str]

    def at(self, path: str) -> Page:
        self.page.goto(f"{self.url.rstrip('/')}{path}")
        return self.page

    def logs_in(self, name: str) -> Visitor:
        page = self.at("/login")
        page.get_by_label("姓名").fill(name)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        return self


@pytest.fixture
def visitor(served: Served, chromium: Browser) -> Iterator[Visitor]:
    with chromium.new_context(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}) as context:
        yield begun(context, served)


@pytest.fixture
def phone(served: Served, chromium: Browser) -> Iterator[Visitor]:
    with chromium.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, is_mobile=True, has_touch=True
    ) as context:
        yield begun(context, served)


def begun(context: BrowserContext, served: Served) -> Visitor:
    page = context.new_page()
    found = Visitor(page, served.url, [])
    page.on("console", lambda message: found.complaints.append(message.text) if message.type == "error" else None)
    return found
