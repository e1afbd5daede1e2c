"""Signing in: one living token a connector, and what time it is at the server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from connectors.http import Client
from connectors.paging import instant
from connectors.pingcode.answers import Verdict, exchange

TOKEN_PATH = "/v1/auth/token"  # noqa: S105
LONGEST_DURATION_S = 1_000_000_000
REFRESH_BEFORE = timedelta(days=1)
REFRESH_SHARE = 0.1


class ServerClock:
    """The server's time: our clock, corrected by the `Date` header of its answers once one was seen."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.offset: timedelta | None = None

    def observe(self, server_time: datetime | None) -> None:
        if server_time is not None and server_time.tzinfo is not None:
            self.offset = server_time - self._now()

    def ours(self) -> datetime:
        return self._now()

    def now(self) -> datetime:
        return self._now() + (self.offset or timedelta(0))


class Token(Struct, frozen=True):
    text: str
    refresh_at: datetime | None
    """Server time from which a new one is fetched; None: not before it is refused."""

    def __repr__(self) -> str:
        return f"Token(***, refresh_at={self.refresh_at!r})"


class Credential:
    """Fetches a token when needed; callers on several threads wait for the same one."""

    def __init__(self, base_url: str, client_id: str, client_secret: str, client: Client, clock: ServerClock) -> None:
        self._url = base_url + TOKEN_PATH
        self._asked = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self._client = client
        self._clock = clock
        self._token: Token | None = None
        self._lock = threading.Lock()
        client.redact.add(client_secret)

    def token(self) -> str:
        """A token that the server should accept."""
        with self._lock:
            at = self._token.refresh_at if self._token else None
            if self._token is None or (at is not None and at <= self._clock.now()):
                self._token = self._fetch()
            return self._token.text

    def renew(self, refused: str) -> str:
        """Another token than `refused`; where another thread has fetched one meanwhile, that one."""
        with self._lock:
            if self._token is None or self._token.text == refused:
                self._token = self._fetch()
            return self._token.text

    def _fetch(self) -> Token:
        verdict = Verdict(f"GET {TOKEN_PATH}", self._client, self._clock.now)
        answer = exchange(self._client, "GET", self._url, verdict.sign_in, params=self._asked, keep_secrets=True)
        self._clock.observe(answer.server_time)
        text: str = answer.body["access_token"]
        self._client.redact.add(text)
        return Token(text, refresh_time(answer.body.get("expires_in"), self._clock.now()))


def refresh_time(expires_in: object, now: datetime) -> datetime | None:
    """When to fetch the next token: a day before this one dies, or a tenth of a short life before.

    PingCode sends the instant of death as epoch seconds; a number too small for that is taken as a duration.
    """
    try:
        seconds = float(str(expires_in))
    except ValueError:
        return None
    dies = now + timedelta(seconds=seconds) if 0 < seconds < LONGEST_DURATION_S else instant(seconds)
    # A token that seems dead on arrival is used all the same: one of the clocks is wrong, the 401 will tell.
    if dies is None or dies <= now:
        return None
    return dies - min(REFRESH_BEFORE, (dies - now) * REFRESH_SHARE)
