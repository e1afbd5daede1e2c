"""Serve a WSGI application from a thread of this process until told to stop."""

from __future__ import annotations

import errno
import socket
import threading
from typing import Any

from msgspec import Struct
from waitress import wasyncore
from waitress.server import create_server

from bridge.errors import UsageProblem
from bridge.language import Text

WORKERS = 4
MOST_BODY = 8 * 1024 * 1024 + 64 * 1024
"""A workbook of a plan and what stands around it in its form: nothing larger is wanted, or read to its end. What less a
path may be sent is its own business."""
GLANCE_S = 0.25
"""How often the server looks whether it should stop."""

TAKEN = Text(
    "端口 {host}:{port} 已被占用。请停掉占用它的程序，或换一个端口（--port，0 表示任选）。",
    "{host}:{port} is already in use. Stop the program that uses it, or choose another port (--port; 0 means any).",
)
NOT_ALLOWED = Text(
    "没有权限监听 {host}:{port}。请用 1024 以上的端口。",
    "not allowed to listen on {host}:{port}; use a port above 1023.",
)
NO_SUCH_HOST = Text(
    "无法监听 {host}:{port}：{why}。请检查 [web] host。", "cannot listen on {host}:{port}: {why}. Check [web] host."
)


class Serving(Struct, frozen=True):
    """A running server; it ends when its stop event is set."""

    url: str
    thread: threading.Thread

    def join(self, timeout: float | None = None) -> None:
        """Wait until the last request is answered and the port is free again."""
        self.thread.join(timeout)


def serve(app: Any, host: str, port: int, stop: threading.Event) -> Serving:
    """Start serving and return at once; port 0 takes any free one. Raises `UsageProblem` when it cannot listen."""
    listening = _listen(host, port)
    shown = f"[{host}]" if ":" in host else host
    sockets: dict[int, Any] = {}
    server = create_server(
        app,
        map=sockets,
        sockets=[listening],
        threads=WORKERS,
        ident=None,
        max_request_body_size=MOST_BODY,
    )

    def run() -> None:
        while not stop.is_set():
            wasyncore.loop(timeout=GLANCE_S, map=sockets, count=1)
        server.task_dispatcher.shutdown(timeout=1)
        wasyncore.close_all(sockets)

    thread = threading.Thread(target=run, name="web", daemon=True)
    thread.start()
    return Serving(f"http://{shown}:{listening.getsockname()[1]}/", thread)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        texts = {errno.EADDRINUSE: TAKEN, errno.EACCES: NOT_ALLOWED}
        text = texts.get(error.errno or 0, NO_SUCH_HOST)
        raise UsageProblem(text, host=host, port=port, why=error.strerror or str(error)) from error
