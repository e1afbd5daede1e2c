"""What the background service does when its time comes: read sources, judge, follow hints; told in a log without secrets."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct, field

from bridge.config import Settings
from bridge.notify.message import Target
from bridge.usecases.announcing import announce, send_out, warn_of_red
from bridge.usecases.discretion import hushed
from bridge.usecases.evaluate import Memory, reconcile
from bridge.usecases.hooks import Patience, follow_hints
from bridge.usecases.refresh import Refreshed, RefreshWish, refresh
from bridge.usecases.workspace import Workspace
from connectors.redaction import Redactor

log = logging.getLogger("bridge.service")

GLANCE_S = 0.2


Opened = Callable[[], Workspace]
"""A workspace of this moment: with the settings and the day as they are when a job starts."""


class Service(Struct):
    """The jobs of one running service; each may be called by a thread of its own, and one source is read once at a time."""

    opened: Opened
    stop: threading.Event
    patience: Patience = field(default_factory=Patience)
    _turns: dict[str, threading.Lock] = field(default_factory=dict)
    _judging: threading.Lock = field(default_factory=threading.Lock)
    _memory: Memory = field(default_factory=Memory)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def sync(self, source: str) -> None:
        """Read what changed, then judge; left out where the source is being read anyway."""
        with self._turn_of(source, wait=False) as is_ours:
            if not is_ours:
                log.info("%s is being read already; this sync is left out", source)
                return
            self._read(RefreshWish(sources=(source,)))
        self._judge()

    def full_read(self, source: str) -> None:
        """Read everything from the start, then judge; waits for a read that is under way."""
        with self._turn_of(source, wait=True) as is_ours:
            if not is_ours:
                return
            self._read(RefreshWish(sources=(source,), full=True))
        self._judge()

    def follow(self) -> None:
        """Read again what webhooks spoke of."""
        for done in follow_hints(self.opened(), self.patience, self._follow, stop=self.stop):
            how = "the whole source was read" if done.whole else "by id"
            log.info("%s: %d hint(s) %s, %s", done.source, done.hints, "followed" if done.succeeded else "failed", how)

    def digest(self) -> None:
        """Put today's digest into the outbox; nothing on a day off, and nothing twice."""
        announce(self.opened())

    def deliver(self) -> None:
        """Send what waits in the outbox."""
        send_out(self.opened(), self.stop)

    def _follow(self, wish: RefreshWish) -> Refreshed | None:
        (source,) = wish.sources
        with self._turn_of(source, wait=False) as is_ours:
            return self._read(wish) if is_ours else None

    def _read(self, wish: RefreshWish) -> Refreshed:
        started = time.monotonic()
        done = refresh(self.opened(), wish, progress=_silent, stop=self.stop)
        seconds = time.monotonic() - started
        for told in _told(done, wish):
            log.log(told[0], "%s (%.1f s)", told[1], seconds)
        return done

    def _judge(self) -> None:
        if self.stop.is_set():
            return
        with self._judging:
            done = reconcile(self.opened(), self._memory)
        judged = done.as_json()
        log.info("judged %s: %s milestone(s), %s red", judged["today"], judged["milestones"], judged["red"])
        warn_of_red(self.opened(), done)

    @contextmanager
    def _turn_of(self, source: str, *, wait: bool) -> Iterator[bool]:
        with self._guard:
            turn = self._turns.setdefault(source, threading.Lock())
        is_ours = turn.acquire(blocking=False)
        while wait and not is_ours and not self.stop.is_set():
            is_ours = turn.acquire(timeout=GLANCE_S)
        try:
            yield is_ours
        finally:
            if is_ours:
                turn.release()


def _told(done: Refreshed, wish: RefreshWish) -> Iterator[tuple[int, str]]:
    for remark in done.remarks:
        yield logging.WARNING, remark.say("en")
    what = "full read" if wish.full else f"{len(wish.tasks)} task(s)" if wish.tasks else "sync"
    for report in done.report.sources:
        c = report.counts
        counted = f"{c.fetched} read, {c.created} new, {c.updated} changed, {c.gone} gone, {c.requests} requests"
        level = logging.INFO if report.outcome == "complete" else logging.WARNING
        yield level, f"{report.source}: {what} {report.outcome}: {counted}"
        errors = [report.error, *(entry.error for entry in report.streams)]
        for error in dict.fromkeys(error for error in errors if error is not None):
            yield logging.WARNING, f"{report.source}: {error.code}: {error.message}"


def _silent(source: str, stream: str, scope: str, count: int, *, ended: bool) -> None:
    """A log that told of every page would tell of nothing."""


class Discreet(logging.Formatter):
    """Writes log lines without the secrets of the settings, tracebacks and all."""

    def __init__(self, secrets: Iterable[str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S%z")
        self._redact = Redactor(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return self._redact(hushed(super().format(record)))


def secrets_of(settings: Settings) -> list[str]:
    """Everything in the settings that no log may show."""
    found = [source.client_secret.get_secret_value() for source in settings.sources]
    found.append(settings.web.hook_token)
    for entry in settings.notify:
        found += Target(entry.name, entry.kind, entry.url, entry.secret).secrets
    return [secret for secret in found if secret]
