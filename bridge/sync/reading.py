"""Scopes of a stream read side by side: a few threads talk to the source, one caller gets their pages to commit."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connectors.contract import Connector, Page, Scope, Tally
from connectors.errors import ConnectorError

# Pages that were read and wait to be committed; more would only be memory.
MOST_WAITING = 2
GRACE_S = 2.0

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


def read(
    connector: Connector, stream: str, scopes: Sequence[Scope], cursors: Sequence[Cursor]
) -> Generator[Arrived | Ended, None, None]:
    """Pages of the scopes as they come in; within a scope in order. Closing the iterator stops the reading.

    As many threads as the source allows; with one scope or one thread the caller's own.
    """
    threads = min(connector.concurrency, len(scopes))
    if threads <= 1:
        for number, (scope, cursor) in enumerate(zip(scopes, cursors, strict=True)):
            yield from _one(connector, stream, number, scope, cursor)
        return
    yield from _Crew(connector, stream, scopes, cursors).work(threads)


def _one(
    connector: Connector, stream: str, number: int, scope: Scope, cursor: Cursor
) -> Generator[Arrived | Ended, None, None]:
    meter = Meter(connector.tally)
    error = None
    try:
        for page in connector.pages(stream, scope, cursor):
            yield Arrived(number, page, meter.take())
    except ConnectorError as err:
        error = err
    yield Ended(number, error, meter.take())


class _Crew:
    """Threads that take scopes one by one until none is left or they are told to stop."""

    def __init__(self, connector: Connector, stream: str, scopes: Sequence[Scope], cursors: Sequence[Cursor]) -> None:
        self._connector, self._stream = connector, stream
        self._todo: queue.SimpleQueue[tuple[int, Scope, Cursor]] = queue.SimpleQueue()
        for number, (scope, cursor) in enumerate(zip(scopes, cursors, strict=True)):
            self._todo.put((number, scope, cursor))
        self._left = len(scopes)
        self._events: queue.Queue[Arrived | Ended | Crashed] = queue.Queue(MOST_WAITING)
        self._stopped = threading.Event()

    def work(self, threads: int) -> Generator[Arrived | Ended, None, None]:
        crew = [threading.Thread(target=self._run, name=f"reader-{n}", daemon=True) for n in range(threads)]
        for thread in crew:
            thread.start()
        try:
            while self._left:
                event = self._events.get()
                if isinstance(event, Crashed):
                    raise event.error
                self._left -= isinstance(event, Ended)
                yield event
        finally:
            # Who waits for an answer ends with it; nobody hands over anything any more.
            self._stopped.set()
            for thread in crew:
                thread.join(GRACE_S)

    def _hand_over(self, event: Arrived | Ended | Crashed) -> None:
        while not self._stopped.is_set():
            try:
                self._events.put(event, timeout=0.1)
            except queue.Full:
                continue
            return

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                number, scope, cursor = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                for event in _one(self._connector, self._stream, number, scope, cursor):
                    self._hand_over(event)
                    if self._stopped.is_set():
                        return
            except BaseException as err:  # noqa: BLE001 - handed to the caller, who raises it
                self._hand_over(Crashed(err))
                return
