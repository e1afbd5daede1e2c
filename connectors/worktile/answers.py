"""What an answer of Worktile means: good data, or one of our errors. A dead token usually comes with HTTP 200."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from connectors.errors import BadPayload, NotPermitted, PathUnknown, Rejected, Retired, Retry, TokenRefused
from connectors.http import Answer, Client, seconds_to_wait
from connectors.worktile.settings import CURRENT

THROTTLED_OR_DOWN = frozenset({429, 500, 502, 503, 504})
DEAD_TOKEN = frozenset({"1102", "1103"})
LEGACY_ERROR = frozenset({"error_code", "error_message", "request"})
TRIES_FOR_A_PAGE = 3


class PageInsteadOfData(Retry):
    """HTML with a good status: a gateway spoke, and it may be gone in a moment."""


class Verdict(Struct, frozen=True):
    """Judges the answers to one request; `most_tries` limits the patience where the data can be done without."""

    place: str
    client: Client
    most_tries: int | None = None

    def __call__(self, answer: Answer) -> None:
        if answer.status in THROTTLED_OR_DOWN:
            now = answer.server_time or datetime.now(UTC)
            after_s = seconds_to_wait(answer.headers, ("Retry-After",), now)
            raise Retry(self._say(answer, "throttled or down"), after_s=after_s, most=self.most_tries)
        self._refuse_by_body(answer)
        self._refuse_by_status(answer)
        if answer.is_html:
            most = min(TRIES_FOR_A_PAGE, self.most_tries or TRIES_FOR_A_PAGE)
            raise PageInsteadOfData(self._say(answer, "a web page where data was expected"), most=most)
        if not isinstance(answer.body, (dict, list)):
            raise BadPayload(self._say(answer, "neither an object nor an array"))
        if refusal := business_refusal(answer.body):
            raise Rejected(self._say(answer, refusal))

    def _refuse_by_body(self, answer: Answer) -> None:
        """What only the body tells, whatever the status: a dead token, and the interface that was shut."""
        body = answer.body
        if not isinstance(body, Mapping):
            return
        if body.keys() >= LEGACY_ERROR:
            raise Retired(self._say(answer, f"this is the retired v1 API. {CURRENT}"))
        if body.get("ok") is False and str(body.get("error_code")) in DEAD_TOKEN:
            raise TokenRefused(self._say(answer, "the access token is not accepted"))

    def _refuse_by_status(self, answer: Answer) -> None:
        if answer.status == 401:
            raise TokenRefused(self._say(answer, "the access token is not accepted"))
        if answer.status == 403:
            raise NotPermitted(self._say(answer, "refused: the app may not read this, or a gateway is in the way"))
        if answer.status == 404:
            raise PathUnknown(self._say(answer, "no such address; base_url must hold the whole prefix (/open-api)"))
        if 300 <= answer.status < 400:
            raise Rejected(self._say(answer, "redirected; base_url must be the final address"))
        if not 200 <= answer.status < 300:
            raise Rejected(self._say(answer, "not accepted"))

    def _say(self, answer: Answer, meaning: str) -> str:
        return f"{self.place}: HTTP {answer.status}, {meaning}: {self.client.excerpt(answer)}"


def business_refusal(body: Any) -> str | None:
    """Why a body that came with a good status is a failure all the same; None where it is none."""
    if not isinstance(body, Mapping):
        return None
    if body.get("ok") is False:
        return "the request failed"
    code = body.get("code")
    if isinstance(code, (int, float)) and not isinstance(code, bool) and code != 200:
        return f"the request failed with code {code}"
    return None
