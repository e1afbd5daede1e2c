"""Scopes read side by side: a few threads talk to the source, one caller gets their pages to commit.

A reading that proves to be long may be moved to a process of its own (`courier`), which goes on where the threads stand.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from time import monotonic
from typing import TYPE_CHECKING, Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from bridge.sync.parcels import Parcel, parcels
from connectors.contract import Connector, Page, Scope, Tally
from connectors.errors import ConnectorError, Interrupted, Parked, SignInFailed, Unreachable

if TYPE_CHECKING:
    from bridge.sync.landing import Turn

# Pages that were read and wait to be stored; more would only be memory.
MOST_WAITING = 2
GRACE_S = 2.0
# About what it takes to store a page: a source that is not slower than that needs no further reader.
PATIENCE_S = 0.012
# Without a sign-in, a host that answers or the wish to go on, there is no point in the next scope.
POINTLESS = (SignInFailed, Unreachable, Parked, Interrupted)

Cursor = Mapping[str, Any]


class Cost(Struct, frozen=True):
    """What was spent since the former event of the same scope."""

    requests: int
    retries: int
    slept_seconds: float

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.requests + other.requests, self.retries + other.retries, self.slept_seconds + other.slept_seconds
        )


class Arrived(Struct, frozen=True):
    """A page of a scope; `ready` is what another process has made of its records, which are not in it then."""

    scope: int
    page: Page
    cost: Cost
    ready: tuple[Parcel, ...] | None = None
    memory: Mapping[str, str] | None = None
    """What the connector of another process remembers, where that has changed."""

    @property
    def size(self) -> int:
        """How many records it has."""
        return len(self.page.records) if self.ready is None else len(self.ready)

    @property
    def parcels(self) -> tuple[Parcel, ...]:
        return parcels(self.page.records) if self.ready is None else self.ready

    @property
    def told(self) -> Arrived:
        """That it came, without what came: a transaction of many pages must not keep them all."""
        return Arrived(self.scope, Page((), {}), self.cost)


class Ended(Struct, frozen=True):
    """A scope that was read to its end, or failed."""

    scope: int
    error: ConnectorError | None
    cost: Cost
    memory: Mapping[str, str] | None = None
    size = 0

    @property
    def told(self) -> Ended:
        return self


class Crashed(Struct, frozen=True):
    """A mistake of ours in a reading thread; it is the caller's to raise."""

    error: BaseException


class Moved(Struct, frozen=True):
    """From here on another process reads."""


Event = Arrived | Ended


class Task(Struct, frozen=True):
    """A scope of a stream to be read from where it stands; `number` is how events call it."""

    number: int
    stream: str
    scope: Scope
    cursor: Cursor


class Courier(Protocol):
    """Another process that reads; it is closed whatever happened."""

    def warm(self) -> None:
        """Begin the process, which takes a while; it waits to be told what to do."""
        ...

    def instruct(self, turn: Turn) -> None:
        """What it will have to know: what the lists have told up to now."""
        ...

    def start(self) -> bool:
        """Make it ready to read, which takes a while; False where it cannot be had."""
        ...

    def send(self, errands: Sequence[Task]) -> None:
        """Have these scopes read."""
        ...

    def next(self) -> Event:
        """What came in next; waits for it."""
        ...

    def has_next(self, within_s: float) -> bool:
        """Whether something is there to be taken, or comes in so many seconds."""
        ...

    def close(self) -> None: ...


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

    def __init__(self, connector: Connector, tasks: Sequence[Task]) -> None:
        self._connector = connector
        self._todo: queue.SimpleQueue[Task] = queue.SimpleQueue()
        for task in tasks:
            self._todo.put(task)
        self.left = len(tasks)
        """Scopes whose end was not met yet."""
        self._events: queue.Queue[Event | Crashed | Moved] = queue.Queue(MOST_WAITING)
        self._stopped = threading.Event()
        self._moving = threading.Event()
        self._courier: Courier | None = None
        self._has_moved = False
        self._peeked: Event | Crashed | Moved | None = None
        self._most = min(connector.concurrency, self.left)
        self._crew: list[threading.Thread] = []

    def __enter__(self) -> Readers:
        if self._most:
            self._start(self._run, f"reader-{len(self._crew)}")
        return self

    def _start(self, act: Callable[[], None], name: str) -> None:
        thread = threading.Thread(target=act, name=name, daemon=True)
        self._crew.append(thread)
        thread.start()

    def __exit__(self, *_: object) -> None:
        # Who waits for an answer ends with it; nobody hands over anything any more.
        self._stopped.set()
        for thread in self._crew:
            thread.join(GRACE_S)
        if self._courier is not None:
            self._courier.close()

    def move_to(self, courier: Courier) -> None:
        """Let another process go on as soon as it is ready; until then everything stays as it is."""
        most, self._most = self._most, 0
        self._courier = courier
        self._start(partial(self._move, courier, tuple(self._crew), most), "courier")

    def _move(self, courier: Courier, crew: Sequence[threading.Thread], most: int) -> None:
        try:
            if not courier.start():
                self._most = most
                return
            self._moving.set()
            for thread in crew:
                thread.join()
            if errands := self._left_over():
                courier.send(errands)
                self._hand_over(Moved())
        except BaseException as err:  # noqa: BLE001 - handed to the caller, who raises it
            self._hand_over(Crashed(err))

    def _left_over(self) -> list[Task]:
        found = []
        while not self._todo.empty():
            found.append(self._todo.get_nowait())
        return sorted(found, key=attrgetter("number"))

    def next(self) -> Event:
        """What came in next, within a scope in order; waits for it.

        What another process reads is taken from its pipe by whoever asks: a thread between would get its turn too late.
        """
        event = self._peeked or self._from_here()
        self._peeked = None
        if isinstance(event, Moved) and self._courier is not None:
            self._has_moved = True
            event = self._courier.next()
        if isinstance(event, Crashed | Moved):
            raise event.error if isinstance(event, Crashed) else RuntimeError("moved to nowhere")
        self.left -= isinstance(event, Ended)
        return event

    def _from_here(self, within_s: float | None = None) -> Event | Crashed | Moved:
        """Raises `queue.Empty` where nothing comes within so many seconds.

        Another thread begins only when there was nothing to take: one is enough for a source that answers at once.
        """
        if self._has_moved:
            return Moved()
        until = None if within_s is None else monotonic() + within_s
        while len(self._crew) < self._most and not self._todo.empty():
            left = PATIENCE_S if until is None else min(PATIENCE_S, until - monotonic())
            try:
                return self._events.get(timeout=max(left, 0.0))
            except queue.Empty:
                if left < PATIENCE_S:
                    raise
                self._start(self._run, f"reader-{len(self._crew)}")
        return self._events.get(timeout=None if until is None else max(until - monotonic(), 0.0))

    def has_next(self, within_s: float) -> bool:
        """Whether something is there to be taken, or comes in so many seconds."""
        if self.left == 0:
            return False
        if self._peeked is None and not self._has_moved:
            try:
                self._peeked = self._from_here(within_s)
            except queue.Empty:
                return False
        if self._courier is not None and (self._has_moved or isinstance(self._peeked, Moved)):
            return self._courier.has_next(within_s)
        return True

    def _run(self) -> None:
        while not (self._stopped.is_set() or self._moving.is_set()):
            try:
                task = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                self._read_scope(task)
            except BaseException as err:  # noqa: BLE001 - handed to the caller, who raises it
                self._hand_over(Crashed(err))
                return

    def _read_scope(self, task: Task) -> None:
        meter, error = Meter(self._connector.tally), None
        try:
            for page in self._connector.pages(task.stream, task.scope, task.cursor):
                self._hand_over(Arrived(task.number, page, meter.take()))
                if self._stopped.is_set():
                    return
                if self._moving.is_set() and page.cursor and not page.complete:
                    self._todo.put(replace(task, cursor=page.cursor))
                    return
        except ConnectorError as err:
            error = err
        self._hand_over(Ended(task.number, error, meter.take()))
        if isinstance(error, POINTLESS):
            self._stopped.set()

    def _hand_over(self, event: Event | Crashed | Moved) -> None:
        while not self._stopped.is_set():
            try:
                self._events.put(event, timeout=0.1)
            except queue.Full:
                continue
            return
