"""The tenant's access token: fetched by one thread at a time, kept until shortly before its end or until refused."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from connectors.errors import BadPayload, NotPermitted, PathUnknown, Rejected, Retired, SignInFailed, TokenRefused
from connectors.http import Answer, Client
from connectors.worktile.answers import PageInsteadOfData, Verdict
from connectors.worktile.settings import WorktileConfig

PATH = "/tenant-access-token"
KEPT_SHARE_OF_LIFETIME = 0.9
REMEDY = "check client_id and client_secret of this source"


class TenantToken:
    """One token for all threads of a source: whether a new one kills the old one is not known."""

    def __init__(self, config: WorktileConfig, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._value: str | None = None
        self._ends_at: float | None = None

    def current(self) -> str:
        """The token to use now; signs in if there is none or it is about to end."""
        with self._lock:
            if self._value is None or (self._ends_at is not None and self._clock() >= self._ends_at):
                self._fetch()
            if self._value is None:
                raise SignInFailed("signed in, yet without a token")
            return self._value

    def refused(self, token: str) -> None:
        """The server no longer takes `token`; another thread may have replaced it already."""
        with self._lock:
            if self._value == token:
                self._value = None

    def sign_in(self) -> Answer:
        """Fetch a new token whatever is held; the answer tells the server's clock."""
        with self._lock:
            return self._fetch()

    def _fetch(self) -> Answer:
        self._value = None
        asked_at = self._clock()
        secret = self._config.client_secret.get_secret_value()
        try:
            answer = self._client.send(
                "POST",
                self._config.base_url + PATH,
                judge=self._judge,
                json={"client_id": self._config.client_id, "client_secret": secret},
                keep_secrets=True,
            )
        except PageInsteadOfData as err:
            raise BadPayload(str(err)) from None
        token = answer.body.get("tenant_access_token") if isinstance(answer.body, dict) else None
        if not isinstance(token, str) or not token:
            raise SignInFailed(f"POST {PATH}: the answer holds no tenant_access_token; {REMEDY}")
        self._client.redact.add(token)
        self._value = token
        self._ends_at = _end(asked_at, answer.body.get("expires_in"))
        return answer

    def _judge(self, answer: Answer) -> None:
        try:
            Verdict(f"POST {PATH}", self._client)(answer)
        except (PathUnknown, Retired):
            raise
        except (Rejected, TokenRefused, NotPermitted) as err:
            if answer.is_html and isinstance(err, NotPermitted):
                raise  # a gateway spoke; nobody has looked at the credentials
            raise SignInFailed(f"sign-in refused ({REMEDY}): {err}") from None


def _end(asked_at: float, lifetime_s: Any) -> float | None:
    """None: kept until the server refuses it."""
    if isinstance(lifetime_s, (int, float)) and not isinstance(lifetime_s, bool) and lifetime_s > 0:
        return asked_at + lifetime_s * KEPT_SHARE_OF_LIFETIME
    return None
