"""Scopes of a stream read side by side: a few threads talk to the source, one caller gets their pages to commit."""

from __future__ import annotations

import queue
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import Connector, Page, Scope, Tally
from connectors.errors import ConnectorError, Interrupted, Parked, SignInFailed, Unreachable

# Pages that were read and wait to be stored; more would only be memory.
MOST_WAITING = 2
GRACE_S = 2.0
# About what it takes to store a page: a source that is not slower than that needs no further reader.
PATIENCE_S = 0.012
# Without a sign-in, a host that answers or the wish to go on, there is no point in the next scope.
POINTLESS = (SignInFailed, Unreachable, Parked, Interrupted)

Cursor = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Cost:
    """What was spent since the former event of the same scope."""

    requests: int
    retries: int
    slept_seconds: float


@dataclass(frozen=True, slots=True)
class Arrived:
    """A page of a scope."""

    scope: int
    page: Page
    cost: Cost


@dataclass(frozen=True, slots=True)
class Ended:
    """A scope that was read to its end, or failed."""

    scope: int
    error: ConnectorError | None
    cost: Cost


@dataclass(frozen=True, slots=True)
class Crashed:
    """A mistake of ours in a reading thread; it is the caller's to raise."""

    error: BaseException


class Meter:
    """Counts of this thread since they were last taken."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._before = (tally.requests, tally.retries, tally.slept_seconds)

    def take(self) -> Cost:
        now = (self._tally.requests, self._tally.retries, self._tally.slept_seconds)
        before, self._before = self._before, now
        return Cost(now[0] - before[0], now[1] - before[1], now[2] - before[2])


class Readers:
    """Threads that take scopes one by one until none is left; leaving the block stops them."""

    def __init__(self, connector: Connector, stream: str, scopes: Sequence[Scope], cursors: Sequence[Cursor]) -> None:
        self._connector, self._stream = connector, stream
        self._todo: queue.SimpleQueue[tuple[int, Scope, Cursor]] = queue.SimpleQueue()
        for number, (scope, cursor) in enumerate(zip(scopes, cursors, strict=True)):
            self._todo.put((number, scope, cursor))
        self.left = len(scopes)
        """Scopes whose end was not met yet."""
        self._events: queue.Queue[Arrived | Ended | Crashed] = queue.Queue(MOST_WAITING)
        self._stopped = threading.Event()
        self._most = min(connector.concurrency, self.left)
        self._crew: list[threading.Thread] = []

    def __enter__(self) -> Readers:
        if self._most:
            self._start_one()
        return self

    def _start_one(self) -> None:
        thread = threading.Thread(target=self._run, name=f"reader-{len(self._crew)}", daemon=True)
        self._crew.append(thread)
        thread.start()

    def __exit__(self, *_: object) -> None:
        # Who waits for an answer ends with it; nobody hands over anything any more.
        self._stopped.set()
        for thread in self._crew:
            thread.join(GRACE_S)

    def next(self) -> Arrived | Ended:
        """What came in next, within a scope in order; waits for it.

        Another thread begins only when there was nothing to take: one is enough for a source that answers at once.
        """
        while len(self._crew) < self._most and not self._todo.empty():
            try:
                event = self._events.get(timeout=PATIENCE_S)
                break
            except queue.Empty:
                self._start_one()
        else:
            event = self._events.get()
        if isinstance(event, Crashed):
            raise event.error
        self.left -= isinstance(event, Ended)
        return event

    @property
    def has_next(self) -> bool:
        """Whether something is there to be taken without waiting."""
        return self.left > 0 and not self._events.empty()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                number, scope, cursor = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                self._read_scope(number, scope, cursor)
            except BaseException as err:  # noqa: BLE001 - handed to the caller, who raises it
                self._hand_over(Crashed(err))
                return

    def _read_scope(self, number: int, scope: Scope, cursor: Cursor) -> None:
        meter, error = Meter(self._connector.tally), None
        try:
            for page in self._connector.pages(self._stream, scope, cursor):
                self._hand_over(Arrived(number, page, meter.take()))
                if self._stopped.is_set():
                    return
        except ConnectorError as err:
            error = err
        self._hand_over(Ended(number, error, meter.take()))
        if isinstance(error, POINTLESS):
            self._stopped.set()

    def _hand_over(self, event: Arrived | Ended | Crashed) -> None:
        while not self._stopped.is_set():
            try:
                self._events.put(event, timeout=0.1)
            except queue.Full:
                continue
            return
