"""Authorised calls: a dead token is replaced and the call replayed once, and a list answer becomes an envelope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from connectors.contract import Reject
from connectors.errors import BadPayload, SignInFailed, TokenRefused
from connectors.http import BODY_EXCERPT, Answer, Client
from connectors.pingcode.answers import Verdict, exchange
from connectors.pingcode.auth import Credential, ServerClock
from connectors.pingcode.limits import Limits

PAGE_SIZE = 100
Row = Mapping[str, Any]


class Envelope(Struct, frozen=True):
    """One page of a list. `size` is the page size the server says it used."""

    rows: tuple[Row, ...]
    total: int | None
    size: int
    rejected: tuple[Reject, ...] = ()
    """What stood between the rows but is no object, or has no id to know it again by."""
    is_silent: bool = False
    """The server told neither how many rows there are nor how many it shows at most: only an empty page is an end."""

    @property
    def count(self) -> int:
        """How many rows the server sent, readable or not."""
        return len(self.rows) + len(self.rejected)

    @property
    def is_short(self) -> bool:
        return self.count < self.size

    @property
    def is_whole(self) -> bool:
        """As a first page: it shows the complete list, at one moment."""
        return self.is_short and (self.total is None or self.total <= self.count)


class Api:
    """The calls a connector makes with one credential."""

    def __init__(self, base_url: str, client: Client, credential: Credential, clock: ServerClock) -> None:
        self.base_url = base_url
        self.clock = clock
        self._client = client
        self._credential = credential
        self._limits = Limits(client.allowance)

    def sign_in(self) -> None:
        """Make sure that there is a token, and thereby that the server's time is known."""
        self._credential.token()

    def envelope(
        self, path: str, params: Mapping[str, str], *, index: int = 0, size: int = PAGE_SIZE, needs_id: bool = True
    ) -> Envelope:
        """One page of a list; `needs_id`: whether a row without an id is broken."""
        answer = self._send("GET", path, params={**params, "page_size": str(size), "page_index": str(index)})
        return self._envelope(answer, f"GET {path}", size, index, needs_id=needs_id)

    def search(self, path: str, payload: Mapping[str, Any], *, index: int = 0, size: int = PAGE_SIZE) -> Envelope:
        """One page of a structured search: a read, although it is a POST."""
        body = {"mode": "query", "payload": {**payload, "page_size": size, "page_index": index}}
        return self._envelope(self._send("POST", path, json=body), f"POST {path}", size, index)

    def one(self, path: str, params: Mapping[str, str]) -> Row:
        """One object by its own address."""
        body = self._send("GET", path, params=dict(params)).body
        if not isinstance(body, Mapping):
            raise BadPayload(f"GET {path}: expected an object, got {type(body).__name__}")
        return body

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
        judge, lane = self._limits.heeding(verdict.place, verdict), self._limits.lane(verdict.place)
        answer = exchange(self._client, method, self.base_url + path, judge, headers=headers, lane=lane, **what)
        self.clock.observe(answer.server_time)
        return answer

    def _envelope(self, answer: Answer, place: str, asked: int, index: int, *, needs_id: bool = True) -> Envelope:
        """A list as it was sent; a row that cannot be stored is set aside, so that the others are not lost with it."""
        body = answer.body
        if not isinstance(body, Mapping):
            raise BadPayload(f"{place}: expected an object with `values`, got {type(body).__name__}")
        total = body.get("total")
        total = total if isinstance(total, int) else None
        size = body.get("page_size")
        # A server that caps the page says so here; a full page must not be taken for a short one.
        used = size if isinstance(size, int) and 0 < size <= asked else asked
        is_silent = total is None and not isinstance(size, int)
        rows = body.get("values")
        if rows is None and total is not None and total <= index * used:
            rows = []  # nothing was to be expected here: an empty list, or a page behind the last
        if not isinstance(rows, list) or not (needs_id or all(isinstance(row, dict) for row in rows)):
            raise BadPayload(f"{place}: `values` is not a list of objects")
        if is_silent:
            used = max(1, len(rows))
        good = tuple(row for row in rows if _is_known_by_id(row)) if needs_id else tuple(rows)
        if len(good) == len(rows):
            return Envelope(good, total, used, (), is_silent)
        rejected = tuple(self._reject(row) for row in rows if not _is_known_by_id(row))
        return Envelope(good, total, used, rejected, is_silent)

    def _reject(self, row: object) -> Reject:
        reason = "no_id" if isinstance(row, dict) else "no_object"
        # Redacted before it is cut: a secret across the cut would stay half visible.
        text = json.dumps(row, ensure_ascii=False)[: 10 * BODY_EXCERPT]
        return Reject(reason, self._client.redact(text)[:BODY_EXCERPT])


def _is_known_by_id(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str) and row["id"] != ""
