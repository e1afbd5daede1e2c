"""A running receiver of webhooks over an installation."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from bridge.language import Lang
from bridge.store import hints
from bridge.store.engine import Store
from bridge.usecases.hooks import Inbox
from bridge.usecases.reporting import Browsed, Choices, Judged, ReportWish
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.server import serve

from .conftest import PAY, TODAY, Site, item

TOKEN = "hook-t0ken-of-this-test"
ONE = item(PAY, 1).id


class NoReports:
    """`Services` of pages that these tests do not look at."""

    language: Lang = "zh"

    def judged(self) -> Judged:
        raise NotImplementedError

    def browse(self, lang: Lang, wish: ReportWish) -> Browsed:
        return Browsed({}, Choices())

    def report_json(self, lang: Lang, wish: ReportWish) -> Mapping[str, Any]:
        return {}

    def tasks(self, source: str | None, project: str | None, after: tuple[str, str] | None, limit: int) -> list[Any]:
        return []

    def ready(self) -> list[str]:
        return []


@dataclass
class Receiver:
    """A running receiver of webhooks over an installation."""

    site: Site
    url: str

    def post(self, source: str = "pingcode", token: str = TOKEN, **body: Any) -> requests.Response:
        return requests.post(f"{self.url}hooks/{source}/{token}", timeout=10, **body)

    def stored(self, source: str = "pingcode") -> dict[str, int]:
        """Task -> how often it was hinted at."""
        with Store(self.site.folder / "data" / "bridge.db") as store:
            return {hint.task: hint.times for hint in hints.pending(store, source)}


def opened(site: Site) -> Workspace:
    return Workspace.open(site.folder / "config.toml", today=TODAY, secrets=True)


@contextmanager
def receiving(site: Site, *, token: str = TOKEN) -> Iterator[Receiver]:
    config = site.folder / "config.toml"
    site.write("config.toml", f'{config.read_text(encoding="utf-8")}\n[web]\nhook_token = "{token}"\n')
    space = opened(site)
    space.store(create=True).close()
    inbox, stop = Inbox(space), threading.Event()
    running = serve(create_app(NoReports(), hooks=inbox), "127.0.0.1", 0, stop)
    try:
        yield Receiver(site, running.url)
    finally:
        stop.set()
        running.join(5)
        inbox.close(5)
