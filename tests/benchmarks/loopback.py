"""A PingCode of generation A on loopback that costs a contender's machine next to nothing, for measuring what reads it.

    python loopback.py --items 100000 [--latency-ms 20] [--per-minute 1200]

prints `listening URL` and serves until its input ends. Each connection has its own thread, so added latency is waited
for side by side. Beside the API it answers `/control/stats`, `/control/change`, `/control/reset` and `/control/set`.
"""

from __future__ import annotations

import argparse
import json
import socket
import sys
import threading
import time
from collections import Counter, deque
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

import loopback_items as made
from loopback_stock import Directory, Stock

CLIENT = ("bench", "bench-secret")
TOKEN = "bench-token"
ITEMS = "/v1/project/work_items"
REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests"}


class Loopback:
    """Answers requests, counts them, and refuses those over the limit of a minute."""

    def __init__(self, count: int, latency_ms: float, per_minute: int) -> None:
        self.stock = Stock(count)
        self.directory = Directory(self.stock.now - made.SPAN_DAYS * made.DAY_S)
        self.latency_s = latency_ms / 1000
        self.per_minute = per_minute
        self.counts: Counter[str] = Counter()
        self.places: Counter[str] = Counter()
        """Requests by the last word of their path."""
        self.minutes: Counter[int] = Counter()
        """Requests in each minute since the first one."""
        self._began: float | None = None
        self._sent: deque[float] = deque()
        self._lock = threading.Lock()
        self._cpu = time.process_time()

    def answer(self, target: str, head: str) -> tuple[int, bytes, str]:
        path, _, asked = target.partition("?")
        query = dict(parse_qsl(asked))
        if path.startswith("/control/"):
            return 200, json.dumps(self._control(path, query)).encode(), ""
        if self.latency_s:
            time.sleep(self.latency_s)
        wait = self._admit(path)
        if wait is not None:
            return 429, b'{"code":"100038","message":"too many requests"}', f"x-pc-retry-after: {int(wait) + 1}\r\n"
        if path == "/v1/auth/token":
            return self._token(query)
        if f"Bearer {TOKEN}" not in head:
            return 401, b'{"code":"100025","message":"token"}', ""
        body = self.stock.page(query) if path == ITEMS else self.directory.page(path, query)
        return (404, b'{"code":"100002","message":"path"}', "") if body is None else (200, body, "")

    def _admit(self, path: str) -> float | None:
        """None where the request may pass, else the seconds until one may."""
        with self._lock:
            now = time.monotonic()
            self.counts["requests"] += 1
            self.counts["pages" if path == ITEMS else "other"] += 1
            self.places[path.rpartition("/")[2]] += 1
            self._began = self._began or now
            self.minutes[int((now - self._began) // 60)] += 1
            if not self.per_minute:
                return None
            while self._sent and self._sent[0] <= now - 60:
                self._sent.popleft()
            if len(self._sent) >= self.per_minute:
                self.counts["refused"] += 1
                return self._sent[0] + 60 - now
            self._sent.append(now)
            return None

    def _token(self, query: dict[str, str]) -> tuple[int, bytes, str]:
        if (query.get("client_id"), query.get("client_secret")) != CLIENT:
            return 400, b'{"code":"100024","message":"client"}', ""
        dies = int(time.time()) + 30 * made.DAY_S
        return 200, made.encoded({"access_token": TOKEN, "token_type": "Bearer", "expires_in": dies}), ""

    def _control(self, path: str, query: dict[str, str]) -> dict[str, Any]:
        with self._lock:
            if path == "/control/change":
                return {"changed": self.stock.change()}
            if path == "/control/reset":
                self.stock.reset()
            if path == "/control/set":
                self.latency_s = float(query.get("latency_ms", self.latency_s * 1000)) / 1000
                self.per_minute = int(query.get("per_minute", self.per_minute))
            cpu, self._cpu = self._cpu, time.process_time()
            stats: dict[str, Any] = {**self.counts, "cpu_s": round(self._cpu - cpu, 4), "items": len(self.stock.bodies)}
            stats["minutes"] = [self.minutes[minute] for minute in range(max(self.minutes, default=-1) + 1)]
            stats["places"] = dict(self.places)
            for counter in (self.counts, self.places, self.minutes):
                counter.clear()
            self._began = None
            return {"requests": 0, "pages": 0, "other": 0, "refused": 0, **stats}

    def converse(self, connection: socket.socket) -> None:
        """Requests of one connection, one after the other; none of ours has a body."""
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            buffer = b""
            while True:
                while (end := buffer.find(b"\r\n\r\n")) < 0:
                    try:
                        received = connection.recv(65_536)
                    except ConnectionError:
                        return
                    if not received:
                        return
                    buffer += received
                head, buffer = buffer[:end].decode("latin-1"), buffer[end + 4 :]
                status, body, extra = self.answer(head.split(" ", 2)[1], head)
                try:
                    connection.sendall(_head(status, len(body), extra) + body)
                except ConnectionError:
                    return


def _head(status: int, length: int, extra: str) -> bytes:
    return (
        f"HTTP/1.1 {status} {REASONS[status]}\r\nDate: {formatdate(usegmt=True)}\r\n"
        f"Content-Type: application/json; charset=utf-8\r\nContent-Length: {length}\r\n{extra}\r\n"
    ).encode()


def listen(loopback: Loopback, port: int) -> str:
    """Accept connections in the background; returns the address."""
    door = socket.create_server(("127.0.0.1", port), backlog=64)

    def accept() -> None:
        while True:
            connection, _ = door.accept()
            threading.Thread(target=loopback.converse, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return f"http://127.0.0.1:{door.getsockname()[1]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--per-minute", type=int, default=0, help="refuse more with 429; 0: no limit")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    url = listen(Loopback(given.items, given.latency_ms, given.per_minute), given.port)
    print(f"listening {url}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
