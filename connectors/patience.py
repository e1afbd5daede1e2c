"""How long one answer may take: a connection whose time is up, or whose reader was asked to stop, is shut under it.

Reading times out between two bytes only, so a server that sends one byte a minute would hold a reader for hours.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from msgspec import Struct
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

TICK_S = 0.2
# With nothing under way for so long the watching thread ends; the next request starts another.
IDLE_TICKS = 25

_here = threading.local()


class Flight(Struct, eq=False):
    """One request under way in one thread."""

    deadline: float
    socket: Any = None
    cut: Literal["late", "stopped"] | None = None
    answered: bool = False
    """Whether the head of an answer has come."""


class Patience:
    """Watches the requests under way of one client."""

    def __init__(self, stop: threading.Event, total_s: float) -> None:
        self._stop = stop
        self._total_s = total_s
        self._lock = threading.Lock()
        self._flights: set[Flight] = set()
        self._watcher: threading.Thread | None = None

    @contextmanager
    def flight(self) -> Iterator[Flight]:
        flight = Flight(time.monotonic() + self._total_s)
        with self._lock:
            self._flights.add(flight)
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, name="patience", daemon=True)
                self._watcher.start()
        _here.flight = flight
        try:
            yield flight
        finally:
            _here.flight = None
            # Under the lock: after this the connection may carry another request, which must not be cut for this one.
            with self._lock:
                self._flights.discard(flight)

    def _watch(self) -> None:
        idle = 0
        while True:
            time.sleep(TICK_S)
            with self._lock:
                idle = 0 if self._flights else idle + 1
                if idle >= IDLE_TICKS:
                    self._watcher = None
                    return
                now, stopped = time.monotonic(), self._stop.is_set()
                for flight in self._flights:
                    if stopped or now > flight.deadline:
                        flight.cut = flight.cut or ("stopped" if stopped else "late")
                        _shut(flight.socket)


def _shut(connected: Any) -> None:
    if not isinstance(connected, socket.socket):
        return
    try:
        # Of a TLS connection too only the socket below is shut: the reader is inside the TLS layer at this moment.
        socket.socket.shutdown(connected, socket.SHUT_RDWR)
    except OSError:
        return  # closed already


def _note(connected: Any) -> None:
    flight = getattr(_here, "flight", None)
    if flight is not None and connected is not None:
        flight.socket = connected


class _Plain(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _note(self.sock)

    def request(self, *args: Any, **kwargs: Any) -> None:
        _note(self.sock)
        super().request(*args, **kwargs)


class _Secure(_Plain, HTTPSConnection):
    """The same above TLS."""


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class PatientAdapter(HTTPAdapter):
    """As requests' own, with connections that tell which flight they serve."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = _POOLS
        return manager


_POOLS = {"http": _PlainPool, "https": _SecurePool}
