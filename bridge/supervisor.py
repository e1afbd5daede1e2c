"""The running service: web server, clock and inbox of webhooks from the start to a stop that takes less than ten seconds."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from msgspec import Struct, field

from bridge.config import Settings
from bridge.errors import BridgeError, Unavailable
from bridge.language import Lang, Text
from bridge.scheduler import Jobs, Scheduler
from bridge.systemd import Manager
from bridge.usecases import presence
from bridge.usecases.admission import Admission
from bridge.usecases.evaluations import Evaluations
from bridge.usecases.health import Condition, condition
from bridge.usecases.hooks import Inbox
from bridge.usecases.journal import Journal
from bridge.usecases.keeping import keep_together
from bridge.usecases.ledger import Ledger
from bridge.usecases.metrics import Measured, Pulse, measure
from bridge.usecases.queueing import ClockLedger, Queued
from bridge.usecases.reporting import Browsed, Judged, ReportWish
from bridge.usecases.serving import Opened, Service
from bridge.usecases.settled import Settled
from bridge.usecases.single_sign_on import SingleSignOn
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
NEEDS_WORKERS = Text(
    zh="数据库在 PostgreSQL：本进程只把任务放进队列，由 pbridge worker 执行。请至少运行一个 pbridge worker。",
    en="the store is PostgreSQL: this process only puts jobs into the queue, and pbridge worker does them. Run at least one.",
)
NO_HOOKS = Text(
    zh="没有设置 [web] hook_token，不接收 webhook。", en="[web] hook_token is not set, so webhooks are not received."
)


class Announced(Struct, frozen=True):
    """How the service speaks to who started it: its address, and lines beside it."""

    address: Callable[[str], None]
    remark: Callable[[str], None]


class Live(Struct, frozen=True):
    """`Services` of the pages: every request sees the settings, the day and the store of its moment, judged once for all."""

    opened: Opened
    problems: Callable[[], Sequence[Text]]
    shared: Evaluations = field(default_factory=Evaluations)

    @property
    def language(self) -> Lang:
        return self.opened().lang

    def metrics(self) -> Sequence[Measured]:
        return measure(self.opened, Pulse(scheduler_up=not self.problems()))

    def browse(self, lang: Lang, wish: ReportWish) -> Browsed:
        return Reports(self.opened(), self.shared).browse(lang, wish)

    def judged(self) -> Judged:
        return Reports(self.opened(), self.shared).judged()

    def report_json(self, lang: Lang, wish: ReportWish) -> Mapping[str, Any]:
        return Reports(self.opened(), self.shared).report_json(lang, wish)

    def tasks(
        self, source: str | None, project: str | None, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        return Reports(self.opened()).tasks(source, project, after, limit)

    def condition(self) -> Condition:
        return condition(self.opened, self.problems)


class Asked(Struct, frozen=True):
    """What a signal may ask of the service: to end, and to read its settings again."""

    stop: threading.Event = field(default_factory=threading.Event)
    reread: threading.Event = field(default_factory=threading.Event)


def supervise(
    settled: Settled, asked: Asked, announced: Announced, *, port: int | None = None, quiet: bool = False
) -> bool:
    """Serve until told to stop. Returns whether everything had ended by then: what has not is safe to cut off."""
    keep_together()
    space = settled()
    settings = space.settings
    times = timetable(settings)
    names = [source.name for source in space.sources()]
    space.store(create=True).close()
    doors = Admission(settled)
    _warn(space, announced, settings.web.port if port is None else port, is_guarded=doors.is_guarded())
    manager, closing = Manager(), threading.Event()
    with Journal(settings, quiet=quiet).kept() as journal, presence.told(space):
        service, ledger, evaluations = _jobs(settled, asked.stop)
        scheduler = Scheduler(service, times, names, settings.timezone, ledger)
        inbox = Inbox(space, scheduler.wake)
        try:
            is_secure = settings.web.public_url.startswith("https:")
            live = Live(settled, scheduler.problems, evaluations)
            wake = scheduler.read_soon
            app = create_app(
                live,
                hosts(settings),
                inbox,
                doors,
                opened=settled,
                wake=wake,
                is_secure=is_secure,
                single=SingleSignOn(settled),
            )
            web = serve(app, settings.web.host, settings.web.port if port is None else port, closing)
            scheduler.start()
            announced.address(web.url)
            parts = Parts(settled, scheduler, inbox, app, web, journal, manager)
            is_wanted = parts.watch(asked)
            has_ended = _end(scheduler, web, closing)
        finally:
            # Whatever happened, nothing is begun any more and what vendors told is stored.
            asked.stop.set()
            closing.set()
            scheduler.stop()
            inbox.close(GLANCE_S)
    if not is_wanted:
        raise Unavailable(NO_PAGES)
    return has_ended


def _jobs(settled: Settled, stop: threading.Event) -> tuple[Jobs, Ledger, Evaluations]:
    """Who does what the clock wants done, and who judges for the pages: this process, with one memory for both; where the
    store is on a server workers do, and the pages judge for themselves."""
    if settled.settings.database.is_server:
        return Queued(settled), ClockLedger(settled), Evaluations()
    service = Service(settled, stop)
    return service, Ledger(settled), Evaluations(service.memory)


class Parts(Struct, frozen=True):
    """The parts of a running service."""

    settled: Settled
    scheduler: Scheduler
    inbox: Inbox
    app: Flask
    web: Serving
    journal: Journal
    manager: Manager

    def watch(self, asked: Asked) -> bool:
        """Wait for the stop; False where the pages ended by themselves, which is worth a restart."""
        self.manager.ready()
        while not asked.stop.wait(GLANCE_S):
            if not self.web.thread.is_alive():
                asked.stop.set()
                return False
            if asked.reread.is_set():
                asked.reread.clear()
                self.reread()
            # A clock that stands still gives no sign of life, and the manager starts the service anew.
            self.scheduler.keep_to_the_clock()
            if not self.scheduler.problems():
                self.manager.alive()
        self.manager.stopping()
        return True

    def reread(self) -> None:
        """Take over the settings as they are now, or keep the former ones where they cannot be used."""
        self.manager.reloading()
        try:
            waiting = self.settled.reread()
        except BridgeError as err:
            log.error("the settings were not taken over, the former ones stay: %s", err.say("en"))
        else:
            space = self.settled()
            settings = space.settings
            self.journal.obey(settings)
            self.scheduler.plan(timetable(settings), [source.name for source in space.sources()], settings.timezone)
            self.inbox.listen(space)
            self.app.config["TRUSTED_HOSTS"] = hosts(settings)
            log.info("the settings were read again: %s source(s)", len(settings.sources))
            for name in waiting:
                log.warning("%s was changed; that counts from the next start on", name)
        self.manager.ready()


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
    if space.settings.database.is_server:
        announced.remark(NEEDS_WORKERS.say(space.lang))
    if not web.hook_token:
        announced.remark(NO_HOOKS.say(space.lang))


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
