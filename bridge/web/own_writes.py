"""Who wrote something sees it on the next page, however many others still read what was found before."""

from __future__ import annotations

import time
from collections import OrderedDict

from flask import Flask, Response, current_app, g, has_app_context, request

NAME = "own_writes"
MOST = 1_000
READING = frozenset({"GET", "HEAD", "OPTIONS"})


def add_own_writes(app: Flask) -> None:
    """Remember when each reader wrote last."""
    app.extensions[NAME] = OrderedDict()

    @app.after_request
    def note(answer: Response) -> Response:
        if request.method not in READING and answer.status_code < 400 and not request.path.startswith("/hooks/"):
            written: OrderedDict[str, float] = app.extensions[NAME]
            written[_reader()] = time.monotonic()
            if len(written) > MOST:
                written.popitem(last=False)
        return answer


def last_write() -> float:
    """When who asks wrote last, by the monotonic clock; long ago where they never did."""
    if not has_app_context():
        return 0.0
    written: OrderedDict[str, float] = current_app.extensions.get(NAME, OrderedDict())
    return written.get(_reader(), 0.0)


def _reader() -> str:
    """Where nobody has to log in all are one."""
    found = g.get("who")
    return "" if found is None else str(found.key or found.name)
