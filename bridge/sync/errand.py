"""The process at the other end of `courier`: reads scopes of one stream and maps what it reads. Nothing is stored here.

    python -m bridge.sync.errand

It is told everything on its input, secrets too, so that none stands among its arguments; when that input ends, so does
the process. What comes of it goes to its output as messages of a length and a pickle.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import datetime
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

from msgspec import Struct

import connectors
from bridge.mapping import document
from bridge.mapping.apply import Problem, Surroundings
from bridge.mapping.document import MappingFile
from bridge.store import budgets, raw, tasks
from bridge.store.opening import Place
from bridge.store.packing import decode
from bridge.sync.parcels import Parcel
from bridge.sync.pipes import ends, send
from bridge.sync.reading import POINTLESS, Arrived, Cost, Ended, Event, Meter, Readers, Task
from connectors import contract
from connectors.contract import Page, SourceConfig

READY, UNMAPPED = "ready", "unmapped"
GRACE_S = 5.0
# Messages of a page each: as many as come while the other side waits for the disk.
MOST_WAITING = 12
# Storing takes less than asking and mapping: one page in so many is mapped by the process that stores.
LEFT_UNMAPPED = 3


class Errand(Struct, frozen=True):
    """What to read and with what, and how it is mapped."""

    kind: str
    config: SourceConfig
    timezone: ZoneInfo
    now: Callable[[], datetime]
    database: Place
    """There, or beside it, stands what limits the requests of all processes."""
    memory: dict[str, str]
    stream: str
    mapping: str
    about: Surroundings


class Failed(Struct, frozen=True):
    """A mistake of ours, in words: the exception itself may be of a kind that cannot be sent."""

    words: str


class Outbox:
    """What is sent, in order: a few messages wait here while the other side is busy, so that this one is not."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._waiting: queue.Queue[bytes | None] = queue.Queue(MOST_WAITING)
        self._is_broken = False
        self._thread = threading.Thread(target=self._write, name="outbox", daemon=True)
        self._thread.start()

    def send(self, message: Any) -> None:
        """Raises `BrokenPipeError` where nobody is there any more."""
        if self._is_broken:
            raise BrokenPipeError
        self._waiting.put(pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL))

    def close(self) -> None:
        self._waiting.put(None)
        self._thread.join()

    def _write(self) -> None:
        while (body := self._waiting.get()) is not None:
            if self._is_broken:
                continue  # whoever sends is not to wait for ever
            try:
                send(self._out, body)
            except OSError:
                self._is_broken = True


# --- Plain tuples are sent in half the time that named ones take ---------------------------------------------------------


def flat(event: Event) -> Event | tuple[Any, ...]:
    if isinstance(event, Ended):
        return event
    rows = [(*p.content, _task(p), p.problems) for p in event.parcels]
    page = event.page
    return (event.scope, (page.cursor, page.complete, page.rejected, page.counted), event.cost, rows, event.memory)


def unflat(message: Event | tuple[Any, ...]) -> Event:
    if not isinstance(message, tuple):
        return message
    scope, (cursor, complete, rejected, counted), cost, rows, memory = message
    ready = tuple(_parcel(*row) for row in rows)
    return Arrived(scope, Page((), cursor, complete, rejected, counted), cost, ready, memory)


def _task(parcel: Parcel) -> Any:
    """The task it became, None where it became none, and `UNMAPPED` where that is still to be seen."""
    if parcel.payload is not None:
        return UNMAPPED
    return None if parcel.task is None else tuple(parcel.task)


def _parcel(key: str, text: bytes, digest: str, task: Any, problems: tuple[Problem, ...]) -> Parcel:
    content = raw.Content(key, text, digest)
    if task == UNMAPPED:
        return Parcel(content, decode(text))
    return Parcel(content, None, None if task is None else tasks.Filed._make(task), problems)


class Reading:
    """One errand being run; `stop` is the wish to end it."""

    def __init__(self, errand: Errand, stop: threading.Event, out: Outbox, stack: ExitStack) -> None:
        self._errand = errand
        self._out = out
        self._pages = 0
        self._mapping: MappingFile = document.parse(errand.mapping, name=errand.kind)
        self._memory = errand.memory
        self._told = dict(errand.memory)
        allowances = stack.enter_context(budgets.allowances(errand.database))
        around = contract.Surroundings(errand.timezone, errand.now, stop, self._memory, allowances)
        self._connector = connectors.load(errand.kind)(errand.config, around)
        stack.callback(self._connector.close)

    def run(self, given: Sequence[Task]) -> None:
        connector, stream = self._connector, self._errand.stream
        # Each thread counts for itself: what this one asks for is told with the first event.
        meter = Meter(connector.tally)
        list(connector.scopes(stream))  # a connector may only be asked for scopes that it has listed
        connector.expect(stream, {task.scope.id: task.cursor for task in given})
        before = meter.take()
        with Readers(connector, given) as readers:
            while readers.left:
                event = self._ready(readers.next(), before)
                before = Cost(0, 0, 0.0)
                self._out.send(flat(event))
                if isinstance(event, Ended) and isinstance(event.error, POINTLESS):
                    return  # the other threads have been stopped, and tell nothing any more

    def _ready(self, event: Event, before: Cost) -> Event:
        """The event with everything that needs no store done."""
        number, cost, memory = event.scope, event.cost + before, self._news()
        if isinstance(event, Ended):
            return Ended(number, event.error, cost, memory)
        self._pages += 1
        ready = event.parcels
        if self._pages % LEFT_UNMAPPED:
            ready = tuple([parcel.mapped(self._mapping, self._errand.about) for parcel in ready])
        return Arrived(number, event.page, cost, ready, memory)

    def _news(self) -> dict[str, str] | None:
        if self._memory == self._told:
            return None
        self._told = dict(self._memory)
        return self._told


def _watch(told: int, stop: threading.Event) -> None:
    """Whoever sent us has gone, or wants no more: what does not end by itself then is ended."""
    os.read(told, 1)
    stop.set()
    time.sleep(GRACE_S)
    os._exit(1)


def main() -> None:
    sys.setswitchinterval(0.0005)
    told, answers = ends()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    out = Outbox(answers)
    try:
        with ExitStack() as stack:
            reading = Reading(pickle.load(told), stop, out, stack)  # noqa: S301 - from the process that started this one
            out.send(READY)
            given = pickle.load(told)  # noqa: S301
            threading.Thread(target=_watch, args=(told.fileno(), stop), daemon=True).start()
            reading.run(given)
    except (BrokenPipeError, EOFError):
        return  # nobody is there any more
    except Exception:  # noqa: BLE001 - told to whoever sent us, who raises it
        out.send(Failed(traceback.format_exc()))
    finally:
        out.close()


if __name__ == "__main__":
    main()
