"""`/hooks/{source}/{token}`: takes any body of a bounded size as a hint that something changed, and answers at once."""

from __future__ import annotations

import json
from typing import Any, Protocol
from urllib.parse import parse_qs

from flask import Flask, Response, abort, request
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge

from bridge.web.answers import json_answer

MOST_BYTES = 256 * 1024
FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1_000


class Hooks(Protocol):
    """Who is told. Both are quick, so that no vendor waits."""

    def admits(self, source: str, token: str) -> bool:
        """Whether the caller may speak of this source."""

    def take(self, source: str, body: Any) -> None:
        """Keep what may have changed; the body is JSON, a form as an object, or text."""


def add_hooks(app: Flask, hooks: Hooks) -> None:
    """Let the application receive webhooks. There is no session and nothing to forge: the token is in the address."""

    # A token may hold slashes: the server hands on the address with its escapes undone.
    @app.route(
        "/hooks/<source>/<path:token>", methods=["POST", "PUT"], merge_slashes=False, provide_automatic_options=False
    )
    def hint(source: str, token: str) -> Response:
        if not hooks.admits(source, token):
            abort(404)
        hooks.take(source, understood(_body(), request.mimetype))
        return json_answer({"accepted": True}, 202)


def _body() -> bytes:
    """What was sent; a body that breaks off is as good a hint as a whole one."""
    if (request.content_length or 0) > MOST_BYTES:
        raise RequestEntityTooLarge
    try:
        body = request.stream.read(MOST_BYTES + 1)
    except ClientDisconnected:
        return b""
    if len(body) > MOST_BYTES:
        raise RequestEntityTooLarge
    return body


def understood(body: bytes, mimetype: str) -> Any:
    """JSON whatever it is called, else a form where it is called one, else text; never an error."""
    text = body.decode("utf-8-sig", "replace")
    if mimetype == FORM:
        try:
            fields = parse_qs(text, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            return text
        return {name: values[0] if len(values) == 1 else values for name, values in fields.items()}
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
