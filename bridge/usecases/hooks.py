"""Webhooks: a hint is kept before it is answered, and followed by reading the task again; nothing in it is believed."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct, field

import connectors
from bridge.errors import BridgeError
from bridge.store import hints
from bridge.store.hints import MOST_PER_SOURCE, WHOLE, Hint
from bridge.store.leases import Held
from bridge.usecases.refresh import Refreshed, RefreshWish
from bridge.usecases.workspace import Workspace
from connectors.contract import Connector, SourceConfig, Surroundings

log = logging.getLogger("bridge.hooks")

ANSWER_WITHIN_S = 0.25
"""How long an answer waits for its hint to be stored; a store that is busy for longer gets it a little later."""
TRY_AGAIN_S = 1.0
LONGEST_HINT = 128
"""No vendor's id is longer; what is, is no id."""

FIRST_REST_S = 15.0
LONGEST_REST_S = 600.0
WHOLE_REST_S = 40.0
"""Between two reads of a whole source for hints: a vendor that calls every second must not be read every second."""
ENOUGH_FAILURES = 3
"""Where single tasks failed so often, an ordinary sync takes their place."""


class Inbox:
    """Takes hints from many requests at once and stores them in few transactions; a busy store delays no answer."""

    def __init__(self, space: Workspace, told: Callable[[], None] = lambda: None) -> None:
        """`told` is called when there are new hints to follow."""
        self._told = told
        self.listen(space)
        self._waiting: dict[str, Counter[str]] = {}
        self._stored = 0
        self._taken = 0
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._write, name="hints", daemon=True)
        self._thread.start()

    def listen(self, space: Workspace) -> None:
        """Receive by these settings from now on."""
        self._space = space
        # Without one, a token nobody knows: being closed takes as long as being refused.
        self._token = _digest(space.settings.web.hook_token or secrets.token_hex())
        self._listeners = {source.name: _listener(source, space) for source in space.settings.sources}

    def admits(self, source: str, token: str) -> bool:
        """Whether this caller may give hints about this source; takes as long for a wrong token as for a right one."""
        is_right = hmac.compare_digest(_digest(token), self._token)
        return (source in self._listeners) & is_right

    def take(self, source: str, body: Any) -> None:
        """Keep a hint. Returns when it is stored, or after a moment where the store is busy."""
        try:
            tasks = self._listeners[source].hinted(body)
        except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as err:
            log.warning("%s: a webhook's body cannot be understood (%s); the whole source is read", source, err)
            tasks = ()
        # What a stranger sent goes into the store and the log: nothing that is no plain word does.
        named = [task for task in tasks if 0 < len(task) <= LONGEST_HINT and task.isprintable()]
        with self._changed:
            waiting = self._waiting.setdefault(source, Counter())
            waiting.update(dict.fromkeys(named or [WHOLE], 1))
            if len(waiting) > MOST_PER_SOURCE:
                self._waiting[source] = Counter({WHOLE: waiting.total()})
            self._taken += 1
            mine = self._taken
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._stored >= mine or self._closed, ANSWER_WITHIN_S)

    def close(self, timeout: float) -> None:
        """Store what is left."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout)

    def _write(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if not self._waiting:
                    return
                waiting, upto = self._waiting, self._taken
                self._waiting = {}
            is_kept = self._keep(waiting)
            if is_kept and not self._closed:
                self._told()
            with self._changed:
                if is_kept:
                    self._stored = upto
                    self._changed.notify_all()
                    continue
                for source, tasks in waiting.items():
                    self._waiting.setdefault(source, Counter()).update(tasks)
                if self._closed:
                    return
                self._changed.wait(TRY_AGAIN_S)

    def _keep(self, waiting: Mapping[str, Counter[str]]) -> bool:
        try:
            with self._space.store(create=True) as store, store.transaction():
                for source, tasks in waiting.items():
                    hints.add(store, source, tasks, datetime.now(UTC))
        except BridgeError as err:
            log.warning("webhooks wait to be stored: %s", err.say("en"))
            return False
        return True


class Patience(Struct):
    """How long each source is left alone: after a failure, and after it was read as a whole."""

    clock: Callable[[], float] = time.monotonic
    failures: Counter[str] = field(default_factory=Counter)
    _until: dict[str, float] = field(default_factory=dict)
    _whole_until: dict[str, float] = field(default_factory=dict)

    def allows(self, source: str, *, whole: bool) -> bool:
        now = self.clock()
        return now >= self._until.get(source, now) and not (whole and now < self._whole_until.get(source, now))

    def failed(self, source: str) -> float:
        """Returns for how many seconds the source is left alone now; longer with every failure in a row."""
        rest = min(FIRST_REST_S * 2.0 ** min(self.failures[source], 10), LONGEST_REST_S)
        self.failures[source] += 1
        self._until[source] = self.clock() + rest
        return rest

    def succeeded(self, source: str, *, whole: bool) -> None:
        self.failures.pop(source, None)
        self._until.pop(source, None)
        if whole:
            self._whole_until[source] = self.clock() + WHOLE_REST_S


Read = Callable[[RefreshWish], Refreshed | None]
"""Reads one source as wished; None where it is being read by somebody else just now."""


class Followed(Struct, frozen=True):
    """Hints of one source that were followed: how many, whether by reading the whole source, and whether it worked."""

    source: str
    hints: int
    whole: bool
    succeeded: bool


def follow_hints(space: Workspace, patience: Patience, read: Read, *, stop: threading.Event) -> list[Followed]:
    """Read again what hints speak of. A hint goes when that worked and no newer one came meanwhile."""
    done = []
    for source in space.settings.sources:
        with space.store() as store:
            waiting = hints.pending(store, source.name)
        if not waiting or stop.is_set():
            continue
        wish = _wish(source, waiting, patience.failures[source.name])
        if patience.allows(source.name, whole=not wish.tasks):
            followed = _follow(space, wish, waiting, patience, read, stop)
            done += [followed] if followed is not None else []
    return done


def _wish(source: SourceConfig, waiting: Sequence[Hint], failures: int) -> RefreshWish:
    """Few tasks are read one by one. An ordinary sync reads every change, also those of tasks that hints name."""
    tasks = tuple(hint.task for hint in waiting)
    is_few = WHOLE not in tasks and len(tasks) <= connectors.load(source.kind).most_finds
    return RefreshWish(sources=(source.name,), tasks=tasks if is_few and failures < ENOUGH_FAILURES else ())


def _follow(
    space: Workspace,
    wish: RefreshWish,
    waiting: Sequence[Hint],
    patience: Patience,
    read: Read,
    stop: threading.Event,
) -> Followed | None:
    (source,), is_whole = wish.sources, not wish.tasks
    try:
        done = read(wish)
    except Held:
        return None
    except Exception:
        _left_alone(source, waiting, patience)
        raise
    if done is None or stop.is_set() or _is_held(done):
        return None
    worked = _has_worked(done, is_whole)
    if worked:
        with space.store(create=True) as store, store.transaction():
            hints.done(store, waiting)
        patience.succeeded(source, whole=is_whole)
    else:
        _left_alone(source, waiting, patience)
    return Followed(source, len(waiting), is_whole, worked)


def _left_alone(source: str, waiting: Sequence[Hint], patience: Patience) -> None:
    rest = patience.failed(source)
    log.warning("%s: %d hint(s) could not be followed; again in %.0f s", source, len(waiting), rest)


def _has_worked(done: Refreshed, is_whole: bool) -> bool:
    """A read of the whole source went to its end; what it told as unreadable is a matter of the next run, not of hints."""
    reports = done.report.sources
    if is_whole:
        return bool(reports) and all(report.error is None and report.outcome != "failed" for report in reports)
    return bool(reports) and all(report.outcome == "complete" for report in reports)


def _is_held(done: Refreshed) -> bool:
    """Whether another process is reading the source: no failure, only too early."""
    return any(report.error is not None and report.error.code == "held" for report in done.report.sources)


def _listener(source: SourceConfig, space: Workspace) -> Connector:
    """A connector that is only asked what a body speaks of; it never signs in."""
    return connectors.load(source.kind)(source, Surroundings(space.clock.timezone))


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
