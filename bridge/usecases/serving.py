"""What the background service does when its time comes: read sources, judge, follow hints; told in a log without secrets."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from msgspec import Struct, field

from bridge.usecases.announcing import announce, send_out, summarise, warn_of_red
from bridge.usecases.circumstances import about
from bridge.usecases.evaluate import Memory, Reconciled, reconcile
from bridge.usecases.hooks import Patience, follow_hints
from bridge.usecases.pruning import prune
from bridge.usecases.refresh import Refreshed, RefreshWish, refresh
from bridge.usecases.timed_backups import timed_backup
from bridge.usecases.workspace import Workspace

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
    memory: Memory = field(default_factory=Memory)
    """What is judged with; the pages may judge with the same."""
    _told: set[tuple[str, str]] = field(default_factory=set)
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

    def weekly(self) -> None:
        """Put the summary of the week into the outbox on its day; nothing on a day off, and nothing twice."""
        summarise(self.opened())

    def backup(self) -> None:
        """A backup beside the store; the oldest of the timed ones go."""
        done = timed_backup(self.opened())
        log.info("backed up to %s: %d bytes", done.path, done.bytes)

    def prune(self) -> None:
        """Remove what no report of any day needs and is older than the settings say."""
        done = prune(self.opened())
        log.info("pruned %d bytes", done.bytes)

    def deliver(self) -> None:
        """Send what waits in the outbox."""
        send_out(self.opened(), self.stop)

    def _follow(self, wish: RefreshWish) -> Refreshed | None:
        (source,) = wish.sources
        with self._turn_of(source, wait=False) as is_ours:
            return self._read(wish) if is_ours else None

    def _read(self, wish: RefreshWish) -> Refreshed:
        started = time.monotonic()
        with about(source=wish.sources[0]):
            done = refresh(self.opened(), wish, progress=_silent, stop=self.stop)
            seconds = time.monotonic() - started
            with about(run=done.run):
                for told in _told(done, wish):
                    log.log(told[0], "%s (%.1f s)", told[1], seconds)
        return done

    def _judge(self) -> None:
        if self.stop.is_set():
            return
        with self.memory.lock:
            done = reconcile(self.opened(), self.memory)
        judged = done.as_json()
        with about(run=done.run):
            log.info("judged %s: %s milestone(s), %s red", judged["today"], judged["milestones"], judged["red"])
            self._tell(done)
        warn_of_red(self.opened(), done)

    def _tell(self, done: Reconciled) -> None:
        """What the service itself needs somebody for: once when it begins, and once when it is over."""
        present = {(one.code, one.place): one.text.say("en") for one in done.concerns}
        for key, text in present.items():
            if key not in self._told:
                log.warning("%s", text)
        for code, place in self._told - present.keys():
            log.info("%s %s: is over", code, place)
        self._told.clear()
        self._told.update(present)

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
