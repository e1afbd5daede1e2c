"""What an answer of PingCode means: nothing where it is good, else the error that says what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from connectors.errors import (
    BadPayload,
    ConnectorError,
    NotPermitted,
    PathUnknown,
    Rejected,
    Retry,
    SignInFailed,
    TokenRefused,
)
from connectors.http import Answer, Client, Judge, seconds_to_wait

# The first is the cloud's, the second that of private deployments and of older documentation.
RETRY_AFTER_HEADERS = ("X-RateLimit-Retry-After", "X-PC-Retry-After", "Retry-After")

TOO_MANY = "100038"
NO_SUCH_PATH = "100002"
NOT_A_MEMBER = "100405"
NO_SUCH_ITEM = "100317"

# A server error deserves two more tries; it is as often a wrong request as a passing trouble.
TRIES_AFTER_500 = 3


class Gateway(Retry):
    """Something in front of PingCode, such as a gateway or a login page, answered in its place."""

    def __init__(self, message: str) -> None:
        super().__init__(message, most=3)


class NoSuchItem(Rejected):
    """No work item has this id: it never existed, or was purged."""


class NotAMember(NotPermitted):
    """What was asked for belongs to a project that this application may not see."""


class Verdict(Struct, frozen=True):
    """Judges the answers of one call; `place` is how messages call it."""

    place: str
    client: Client
    now: Callable[[], datetime]

    def __call__(self, answer: Answer) -> None:
        if not 200 <= answer.status < 300:
            raise self.meaning(answer)
        if answer.body is None:
            raise Gateway(f"{self.place}: HTTP {answer.status} without JSON: {self.client.excerpt(answer)}")

    def sign_in(self, answer: Answer) -> None:
        """As above, for the token call: there, a refusal is about the credential."""
        refused = answer.status in (400, 401, 403)
        if refused and code_of(answer) != NO_SUCH_PATH:
            raise SignInFailed(f"{self._words(answer)}; check client_id and client_secret")
        try:
            self(answer)
        except PathUnknown as err:
            raise PathUnknown(f"{err}; check base_url (on premise it ends in /open)") from None
        token = answer.body.get("access_token") if isinstance(answer.body, Mapping) else None
        if not isinstance(token, str) or not token:
            raise BadPayload(f"{self.place}: the answer has no access_token; check base_url")

    def meaning(self, answer: Answer) -> ConnectorError:
        status, code, words = answer.status, code_of(answer), self._words(answer)
        if status == 429 or code == TOO_MANY:
            now = answer.server_time or self.now()
            return Retry(words, after_s=seconds_to_wait(answer.headers, RETRY_AFTER_HEADERS, now))
        if status == 401:
            return TokenRefused(words)
        if code == NOT_A_MEMBER:
            return NotAMember(words)
        if status == 403:
            return NotPermitted(words)
        if code == NO_SUCH_ITEM:
            return NoSuchItem(words)
        if status in (404, 405) or code == NO_SUCH_PATH:
            return PathUnknown(words)
        if 300 <= status < 400:
            return PathUnknown(f"{words}; redirects are not followed: set base_url to the final address")
        if status == 408 or status > 500:
            return Retry(words)
        if status == 500:
            return Retry(words, most=TRIES_AFTER_500)
        return Rejected(words)

    def _words(self, answer: Answer) -> str:
        code, message = code_of(answer), None
        if isinstance(answer.body, Mapping):
            message = answer.body.get("message")
        if code is None and message is None:
            return f"{self.place}: HTTP {answer.status} {self.client.excerpt(answer)}".rstrip()
        said = self.client.redact(f"{code or ''} {message or ''}").strip()
        return f"{self.place}: HTTP {answer.status} {said[:300]}"


def code_of(answer: Answer) -> str | None:
    """The vendor's own code: digits as text in the documentation, tolerated as a number."""
    code = answer.body.get("code") if isinstance(answer.body, Mapping) else None
    return None if code is None else str(code)


def exchange(client: Client, method: str, url: str, judge: Judge, **what: Any) -> Answer:
    """`Client.send`, where a gateway that keeps answering is told as the broken contract it is."""
    try:
        return client.send(method, url, judge=judge, **what)
    except Gateway as err:
        raise BadPayload(f"{err}; is base_url the address of the API?") from None
