"""Authorised calls: a dead token is replaced and the call replayed once, and a list answer becomes an envelope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import BadPayload, SignInFailed, TokenRefused
from connectors.http import Answer, Client
from connectors.pingcode.answers import Verdict, exchange
from connectors.pingcode.auth import Credential, ServerClock

PAGE_SIZE = 100
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One page of a list. `size` is the page size the server says it used."""

    rows: tuple[Row, ...]
    total: int | None
    size: int

    @property
    def is_short(self) -> bool:
        return len(self.rows) < self.size

    @property
    def is_whole(self) -> bool:
        """As a first page: it shows the complete list, at one moment."""
        return self.is_short and (self.total is None or self.total <= len(self.rows))


class Api:
    """The calls a connector makes with one credential."""

    def __init__(self, base_url: str, client: Client, credential: Credential, clock: ServerClock) -> None:
        self.base_url = base_url
        self.clock = clock
        self._client = client
        self._credential = credential

    def sign_in(self) -> None:
        """Make sure that there is a token, and thereby that the server's time is known."""
        self._credential.token()

    def envelope(self, path: str, params: Mapping[str, str], *, index: int = 0, size: int = PAGE_SIZE) -> Envelope:
        """One page of a list."""
        answer = self._send("GET", path, params={**params, "page_size": str(size), "page_index": str(index)})
        return _envelope(answer, f"GET {path}", size, index)

    def search(self, path: str, payload: Mapping[str, Any], *, index: int = 0, size: int = PAGE_SIZE) -> Envelope:
        """One page of a structured search: a read, although it is a POST."""
        body = {"mode": "query", "payload": {**payload, "page_size": size, "page_index": index}}
        return _envelope(self._send("POST", path, json=body), f"POST {path}", size, index)

    def _send(self, method: str, path: str, **what: Any) -> Answer:
        token = self._credential.token()
        try:
            return self._once(method, path, token, what)
        except TokenRefused:
            token = self._credential.renew(token)
        try:
            return self._once(method, path, token, what)
        except TokenRefused as err:
            raise SignInFailed(f"{err}; the token was issued just now") from None

    def _once(self, method: str, path: str, token: str, what: Mapping[str, Any]) -> Answer:
        verdict = Verdict(f"{method} {path}", self._client, self.clock.now)
        headers = {"Authorization": f"Bearer {token}"}
        answer = exchange(self._client, method, self.base_url + path, verdict, headers=headers, **what)
        self.clock.observe(answer.server_time)
        return answer


def _envelope(answer: Answer, place: str, asked: int, index: int) -> Envelope:
    body = answer.body
    if not isinstance(body, Mapping):
        raise BadPayload(f"{place}: expected an object with `values`, got {type(body).__name__}")
    total = body.get("total")
    total = total if isinstance(total, int) else None
    size = body.get("page_size")
    # A server that caps the page says so here; a full page must not be taken for a short one.
    used = size if isinstance(size, int) and 0 < size <= asked else asked
    rows = body.get("values")
    if rows is None and total is not None and total <= index * used:
        rows = []  # nothing was to be expected here: an empty list, or a page behind the last
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadPayload(f"{place}: `values` is not a list of objects")
    if not all(isinstance(row.get("id"), str) and row["id"] for row in rows):
        raise BadPayload(f"{place}: a row has no id")
    return Envelope(tuple(rows), total, used)
