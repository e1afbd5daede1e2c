"""The running service: web server, clock and inbox of webhooks from the start to a stop that takes less than ten seconds."""

from __future__ import annotations

import logging
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from bridge.config import Settings
from bridge.errors import BridgeError, Unavailable
from bridge.language import Lang, Text
from bridge.scheduler import Scheduler
from bridge.usecases import presence
from bridge.usecases.admission import Admission
from bridge.usecases.hooks import Inbox
from bridge.usecases.reporting import Browsed, ReportWish
from bridge.usecases.serving import Discreet, Opened, Service, secrets_of
from bridge.usecases.timetable import timetable
from bridge.usecases.workspace import Workspace
from bridge.web.app import LOOPBACK, create_app
from bridge.web.page import Reports
from bridge.web.server import Serving, serve

log = logging.getLogger("bridge.supervisor")

GLANCE_S = 0.5
LONGEST_PAGE_S = 7.5
"""How long a job may take to finish its page; every page is a transaction, so cutting off a slow one loses nothing."""
LONGEST_WEB_S = 1.5
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - recognised, not bound to
NO_LOGIN = Text(
    zh="注意：还没有用户，能连到 {host}:{port} 的人都能看到报告。请用 pbridge user add 姓名 --role admin 添加第一个管理员。",
    en="careful: there are no users yet, so everybody who reaches {host}:{port} can read the report. "
    "Make the first admin with pbridge user add NAME --role admin.",
)
NO_PAGES = Text(
    zh="网页服务意外结束，后台服务随之停止。请重新启动，并查看日志。",
    en="the web server ended by itself, so the service ended too. Start it again and look at the log.",
)
NO_HOOKS = Text(
    zh="没有设置 [web] hook_token，不接收 webhook。", en="[web] hook_token is not set, so webhooks are not received."
)


class Announced(Struct, frozen=True):
    """How the service speaks to who started it: its address, and lines beside it."""

    address: Callable[[str], None]
    remark: Callable[[str], None]


class Live(Struct, frozen=True):
    """`Services` of the pages: every request sees the settings, the day and the store of its moment."""

    opened: Opened
    language: Lang
    problems: Callable[[], Sequence[Text]]

    def browse(self, lang: Lang, wish: ReportWish) -> Browsed:
        return Reports(self.opened()).browse(lang, wish)

    def report_json(self, lang: Lang, wish: ReportWish) -> Mapping[str, Any]:
        return Reports(self.opened()).report_json(lang, wish)

    def tasks(
        self, source: str | None, project: str | None, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        return Reports(self.opened()).tasks(source, project, after, limit)

    def ready(self) -> Sequence[str]:
        try:
            problems = list(Reports(self.opened()).ready())
        except BridgeError as error:
            problems = [error.say(self.language)]  # the settings were broken meanwhile
        return [*problems, *(text.say(self.language) for text in self.problems())]


def supervise(
    opened: Opened, stop: threading.Event, announced: Announced, *, port: int | None = None, level: int = logging.INFO
) -> bool:
    """Serve until `stop` is set. Returns whether everything had ended by then: what has not is safe to cut off."""
    space = opened()
    settings = space.settings
    times = timetable(settings)
    names = [source.name for source in space.sources()]
    space.store(create=True).close()
    doors = Admission(opened)
    _warn(space, announced, settings.web.port if port is None else port, is_guarded=doors.is_guarded())
    with _logging(settings, level), presence.told(space):
        service = Service(opened, stop)
        scheduler = Scheduler(service, times, names, settings.timezone)
        inbox = Inbox(space, scheduler.wake)
        closing = threading.Event()
        try:
            live = Live(opened, space.lang, scheduler.problems)
            is_secure = settings.web.public_url.startswith("https:")
            app = create_app(live, hosts(settings), inbox, doors, opened=opened, is_secure=is_secure)
            web = serve(app, settings.web.host, settings.web.port if port is None else port, closing)
            scheduler.start()
            announced.address(web.url)
            is_wanted = _until_stopped(web, stop)
            has_ended = _end(scheduler, web, closing)
        finally:
            # Whatever happened, nothing is begun any more and what vendors told is stored.
            stop.set()
            closing.set()
            scheduler.stop()
            inbox.close(GLANCE_S)
    if not is_wanted:
        raise Unavailable(NO_PAGES)
    return has_ended


def hosts(settings: Settings) -> list[str]:
    """The names by which the pages may be asked: no foreign page reaches them through a name of its own."""
    names = [*LOOPBACK]
    public = urlsplit(settings.web.public_url).hostname
    names += [public] if public else []
    if settings.web.host in ANYWHERE:
        names += _own_names()
    elif settings.web.host not in names:
        names.append(f"[{settings.web.host}]" if ":" in settings.web.host else settings.web.host)
    return names


def _own_names() -> list[str]:
    name = socket.gethostname()
    try:
        addresses = {str(entry[4][0]) for entry in socket.getaddrinfo(name, None)}
    except OSError:
        addresses = set()  # a machine that does not know its own address is reached by its name
    return [name, socket.getfqdn(name), *sorted(f"[{a}]" if ":" in a else a for a in addresses)]


def _warn(space: Workspace, announced: Announced, port: int, *, is_guarded: bool) -> None:
    web = space.settings.web
    if not is_guarded and web.host not in ("127.0.0.1", "localhost", "::1"):
        announced.remark(NO_LOGIN.say(space.lang, host=web.host, port=port))
    if not web.hook_token:
        announced.remark(NO_HOOKS.say(space.lang))


def _until_stopped(web: Serving, stop: threading.Event) -> bool:
    """Wait for the stop; False where the pages ended by themselves, which is worth a restart."""
    while not stop.wait(GLANCE_S):
        if not web.thread.is_alive():
            stop.set()
            return False
    return True


def _end(scheduler: Scheduler, web: Serving, closing: threading.Event) -> bool:
    scheduler.stop()
    until = time.monotonic() + LONGEST_PAGE_S
    closing.set()
    web.join(LONGEST_WEB_S)
    while not scheduler.is_idle and time.monotonic() < until:
        time.sleep(0.05)
    if not scheduler.is_idle:
        log.warning("a job has not finished its page; it is cut off, and the next start goes on from the page before")
    return scheduler.is_idle and not web.thread.is_alive()


@contextmanager
def _logging(settings: Settings, level: int) -> Iterator[None]:
    """Log to stderr, where a service manager expects it, without any secret."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet(secrets_of(settings)))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(level)
    # It warns of every request that waits for a thread, which a burst of webhooks makes many.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(before)
