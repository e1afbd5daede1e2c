"""What a hostile vendor does: pranks between any simulator and its reader, and a server that breaks the wire itself.

Nothing here knows a vendor: a `Dialect` says how it spells what the pranks play with.
"""

from __future__ import annotations

import itertools
import json
import socket
import struct
import threading
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

from msgspec.structs import replace

from connectors.conformance import Dialect
from connectors.testing import Handler, Reply, Request

LONGEST_HANG_S = 5.0

Answer = Callable[[Request], Reply]
Prank = Callable[[Request, Answer], Reply]
"""Stands before a simulator: may change the request, the world or the answer, or answer itself."""


class Broken(Reply, frozen=True):
    """A reply that does not arrive as one: the connection is reset, hangs, drips, or ends in the middle of the body."""

    how: Literal["reset", "hang", "drip", "cut"] = "reset"


class Vendor:
    """A simulator seen through pranks; knows what it was asked and every form in which it sent a task."""

    def __init__(self, handle: Handler, dialect: Dialect, pranks: Sequence[Prank] = ()) -> None:
        self.pranks = list(pranks)
        self.asked: list[Request] = []
        self.sent: dict[str, list[str]] = {}
        self._handle = handle
        self._dialect = dialect
        self._lock = threading.Lock()

    def handle(self, request: Request) -> Reply:
        answer: Answer = self._simulated
        for prank in reversed(self.pranks):
            answer = _behind(prank, answer)
        with self._lock:
            self.asked.append(request)
            reply = answer(request)
            if self._dialect.lists_tasks(request):
                self._note(reply)
        return reply

    def count(self, of: Callable[[Request], bool]) -> int:
        return sum(map(of, self.asked))

    def _simulated(self, request: Request) -> Reply:
        reply = self._handle(request)
        # Pranks change what they get, and a simulator may use parts of an answer again.
        return reply if isinstance(reply.body, str | bytes) else replace(reply, body=json.loads(json.dumps(reply.body)))

    def _note(self, reply: Reply) -> None:
        for row in self._dialect.rows_of(reply.body) or ():
            if isinstance(row, dict) and isinstance(row.get(self._dialect.id), str):
                self.sent.setdefault(row[self._dialect.id], []).append(json.dumps(row))


def _behind(prank: Prank, answer: Answer) -> Answer:
    return lambda request: prank(request, answer)


def at(which: Callable[[Request], bool], numbers: Container[int], *replies: Reply) -> Prank:
    """Of the requests `which` is about, those with these numbers (from 0) get one of `replies`, in turn."""
    met, given = itertools.count(), itertools.count()

    def prank(request: Request, answer: Answer) -> Reply:
        if which(request) and next(met) in numbers:
            return replies[next(given) % len(replies)]
        return answer(request)

    return prank


def always(which: Callable[[Request], bool], reply: Reply) -> Prank:
    """Every request that `which` is about gets this reply."""
    return lambda request, answer: reply if which(request) else answer(request)


def meanwhile(which: Callable[[Request], bool], act: Callable[[int], None], times: int) -> Prank:
    """Something happens in the world before each of the first so many of these requests is answered."""
    met = itertools.count()

    def prank(request: Request, answer: Answer) -> Reply:
        if which(request) and (number := next(met)) < times:
            act(number)
        return answer(request)

    return prank


def capped(dialect: Dialect, most: int, *, told: bool = True) -> Prank:
    """The server shows at most so many rows on a page whatever is asked for; `told`: and says so where it says a size."""

    def prank(request: Request, answer: Answer) -> Reply:
        asked = dialect.asked(request, dialect.size)
        if asked is None or asked <= most:
            return answer(request)
        reply = answer(dialect.asking(request, dialect.size, most))
        listing = dialect.listing(reply.body)
        if dialect.size in listing and not told:
            listing[dialect.size] = asked
        return reply

    return prank


def altered(dialect: Dialect, alter: Callable[[list[Any], dict[str, Any]], None]) -> Prank:
    """Every list of tasks is handed to `alter`: its rows and the object that holds them, to be changed in place."""

    def prank(request: Request, answer: Answer) -> Reply:
        reply = answer(request)
        rows = dialect.rows_of(reply.body)
        if dialect.lists_tasks(request) and rows is not None:
            alter(rows, dialect.listing(reply.body))
        return reply

    return prank


def stuck(dialect: Dialect) -> Prank:
    """The server ignores which page is asked for and shows the first."""

    def prank(request: Request, answer: Answer) -> Reply:
        is_later = dialect.lists_tasks(request) and (dialect.asked(request, dialect.index) or 0) > dialect.first
        return answer(dialect.asking(request, dialect.index, dialect.first) if is_later else request)

    return prank


def dying_token(dialect: Dialect, number: int, refusal: Reply) -> Prank:
    """The token that asks for list number so much (from 0) is refused from then on."""
    dead: set[str] = set()
    met = itertools.count()

    def prank(request: Request, answer: Answer) -> Reply:
        if dialect.signs_in(request):
            return answer(request)
        token = dialect.token(request)
        if dialect.lists_tasks(request) and next(met) == number:
            dead.add(token)
        return refusal if token in dead else answer(request)

    return prank


@contextmanager
def serve(handle: Handler) -> Iterator[str]:
    """As `testing.serve`, for replies that may be `Broken`; hanging connections are let go when the block ends."""
    over = threading.Event()
    server = _Server(("127.0.0.1", 0), _handler_class(handle, over))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Connections that hang on purpose must not hold up the end.
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that lost its patience is what some pranks are for."""


def _handler_class(handle: Handler, over: threading.Event) -> type[BaseHTTPRequestHandler]:
    class _Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # head and body leave together

        def _answer(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            body = json.loads(raw) if raw else None
            reply = handle(Request(self.command, parts.path, query, dict(self.headers.items()), body))
            how = reply.how if isinstance(reply, Broken) else None
            if how == "hang":
                over.wait(LONGEST_HANG_S)
            if how in ("hang", "reset"):
                self._reset()
                return
            data = self._head(reply)
            if how == "cut":
                data, self.close_connection = data[: len(data) // 2], True
            for part in _drops(data) if how == "drip" else (data,):
                self.wfile.write(part)
                self.wfile.flush()
                over.wait(0.01 if how == "drip" else 0)

        def _head(self, reply: Reply) -> bytes:
            data, kind = _encoded(reply.body)
            self.send_response_only(reply.status)
            usual = {"Date": self.date_time_string(), "Content-Type": kind, "Content-Length": str(len(data))}
            for name, value in {**usual, **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            return data

        def _reset(self) -> None:
            """Close without a word, so that the other side reads a reset instead of an end."""
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """What was asked is asserted, not read from a log."""

    return _Handler


def _encoded(body: Any) -> tuple[bytes, str]:
    if isinstance(body, bytes):
        return body, "application/json; charset=utf-8"
    if isinstance(body, str):
        return body.encode(), "text/html; charset=utf-8"
    return json.dumps(body).encode(), "application/json; charset=utf-8"


def _drops(data: bytes, count: int = 12) -> Iterator[bytes]:
    step = len(data) // count + 1
    return (data[start : start + step] for start in range(0, len(data), step))
