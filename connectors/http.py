"""One polite HTTP client for every connector: timeouts, bounded retry, one request budget, no secret in a message."""

from __future__ import annotations

import json as json_text
import logging
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep_using_event, wait_exponential, wait_random

from connectors.contract import Tally
from connectors.errors import BadPayload, ConnectorError, Interrupted, Retry, Unreachable

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
TRIES = 6
# A host that does not answer is not asked for minutes: the next run comes soon, and somebody may be waiting.
TRIES_WITHOUT_ANSWER = 4
LONGEST_BACKOFF_S = 60.0
# A vendor's own word on when to return is honoured in full up to this; beyond it the pull is given up, not the promise.
LONGEST_REQUESTED_WAIT_S = 900.0
# Whoever returns to the second is refused again where the vendor rounds down.
GRACE_S = 1.0
BODY_EXCERPT = 300
ASKED_TO_STOP = "asked to stop; the next run resumes at the last committed page"

# At DEBUG it prints whole addresses, and a token call may carry its secret in the query.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)


class Redactor:
    """Replaces secrets, also as a URL or JSON spells them, in everything that a person or a log may see."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._spellings: dict[str, re.Pattern[str]] = {}
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        if secret and secret not in self._spellings:
            self._spellings[secret] = re.compile("".join(map(_spellings, secret)))

    def __call__(self, text: str) -> str:
        # Longest first, so that a secret which contains another is not left half visible.
        for secret in sorted(self._spellings, key=len, reverse=True):
            text = self._spellings[secret].sub("***", text)
        return text


def _spellings(char: str) -> str:
    """A pattern for one character as text, URLs (escaped once or twice, capitals or not) and JSON write it."""
    in_url = "".join(f"%{byte:02x}" for byte in char.encode(errors="surrogatepass"))
    in_json = json_text.dumps(char)[1:-1]
    forms = {in_url, in_url.replace("%", "%25"), in_json, json_text.dumps(in_json)[1:-1]}
    forms |= {" ": {"+", "%2b"}, "/": {"\\/"}}.get(char, set())
    others = "|".join(re.escape(form) for form in sorted(forms - {char}))
    return f"(?:{re.escape(char)}|(?i:{others}))"


class Budget:
    """At most `per_minute` requests in any 60 seconds, shared by every thread that uses the credential."""

    WINDOW_S = 60.5  # half a second more than the vendor's minute, so that network jitter costs no refusal

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_minute = per_minute
        self._clock = clock
        self._sent: deque[float] = deque(maxlen=per_minute)
        self._lock = threading.Lock()

    def reserve(self) -> float:
        """Take the next place; returns the seconds to wait before using it."""
        with self._lock:
            now = self._clock()
            at = now
            if len(self._sent) == self.per_minute:
                at = max(now, self._sent[0] + self.WINDOW_S)
            self._sent.append(at)
            return at - now


_budgets: dict[tuple[str, str, int], Budget] = {}
_budgets_lock = threading.Lock()


def budget_of(base_url: str, client_id: str, per_minute: int) -> Budget:
    """The one budget of a credential in this process."""
    with _budgets_lock:
        return _budgets.setdefault((base_url, client_id, per_minute), Budget(per_minute))


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that reached us whole. `body` is parsed JSON, or None where the body is not JSON."""

    status: int
    headers: Mapping[str, str]
    body: Any
    text: str
    is_html: bool

    @property
    def server_time(self) -> datetime | None:
        """The server's own clock from the `Date` header, or None."""
        try:
            return parsedate_to_datetime(self.headers["Date"])
        except (KeyError, TypeError, ValueError):
            return None


Judge = Callable[[Answer], None]
"""Looks at an answer and raises the `ConnectorError` that it means; returns where it is good."""


class Client:
    """Sends requests one credential may send; every failure leaves as a redacted `ConnectorError`."""

    def __init__(
        self,
        *,
        budget: Budget,
        redact: Redactor,
        stop: threading.Event,
        tally: Tally | None = None,
        tries: int = TRIES,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
        first_backoff_s: float = 1.0,
    ) -> None:
        self.redact = redact
        self.tally = tally or Tally()
        self._budget = budget
        self._stop = stop
        self._tries = tries
        self._timeout = timeout
        grows = wait_exponential(multiplier=first_backoff_s, max=LONGEST_BACKOFF_S)
        self._backoff = grows + wait_random(0, first_backoff_s)
        self._session = requests.Session()
        self._session.auth = _leave_as_it_is
        adapter = HTTPAdapter(pool_connections=4, pool_maxsize=8)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def close(self) -> None:
        self._session.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        judge: Judge,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send until an answer satisfies `judge`; `Retry` is tried again, anything else is raised at once."""

        def once() -> Answer:
            answer = self._exchange(method, url, params, json, headers)
            judge(answer)
            return answer

        retrying = Retrying(
            retry=retry_if_exception_type(Retry),
            stop=self._is_enough,
            wait=self._wait,
            sleep=sleep_using_event(self._stop),
            before_sleep=self._count_retry,
            reraise=True,
        )
        try:
            return retrying(once)
        except Retry:
            if self._stop.is_set():
                raise Interrupted(ASKED_TO_STOP) from None
            raise

    def _exchange(
        self,
        method: str,
        url: str,
        params: Mapping[str, str | int] | None,
        json: Any,
        headers: Mapping[str, str] | None,
    ) -> Answer:
        self._pause(self._budget.reserve())
        self.tally.requests += 1
        path = url.split("://", 1)[-1]
        failure: ConnectorError
        try:
            response = self._session.request(
                method, url, params=params, json=json, headers=headers, timeout=self._timeout, allow_redirects=False
            )
            return _answer(response)
        except requests.exceptions.InvalidURL as err:
            failure = BadPayload(self.redact(f"{method} {path}: not a usable address: {err}"))
        except requests.RequestException as err:
            words = self.redact(f"{method} {path}: {type(err).__name__}: {err}")
            failure = Unreachable(words, most=TRIES_WITHOUT_ANSWER)
        # Raised out here, so that it does not carry the original with the secret in its address as context.
        raise failure

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self.tally.slept_seconds += seconds
            self._stop.wait(seconds)
        if self._stop.is_set():
            raise Interrupted(ASKED_TO_STOP)

    def _is_enough(self, state: RetryCallState) -> bool:
        failure = _failure(state)
        if self._stop.is_set() or (failure.after_s is not None and failure.after_s > LONGEST_REQUESTED_WAIT_S):
            return True
        return state.attempt_number >= min(self._tries, failure.most or self._tries)

    def _wait(self, state: RetryCallState) -> float:
        after_s = _failure(state).after_s
        return self._backoff(state) if after_s is None else after_s + GRACE_S

    def _count_retry(self, state: RetryCallState) -> None:
        self.tally.retries += 1
        if state.next_action is not None:
            self.tally.slept_seconds += state.next_action.sleep

    def excerpt(self, answer: Answer) -> str:
        """The beginning of a body, safe to show: never HTML, never a secret."""
        if answer.is_html:
            return "(an HTML page)"
        # Redacted before it is cut: a secret across the cut would stay half visible.
        return self.redact(answer.text[: 10 * BODY_EXCERPT])[:BODY_EXCERPT]


def _leave_as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Without an `auth` of its own, requests puts a password from ~/.netrc where our token stands."""
    return request


def _failure(state: RetryCallState) -> Retry:
    failure = state.outcome.exception() if state.outcome else None
    if not isinstance(failure, Retry):
        raise TypeError("only Retry is tried again")
    return failure


def _answer(response: requests.Response) -> Answer:
    text = response.content.decode("utf-8", errors="replace")
    is_html = "html" in response.headers.get("Content-Type", "").lower() or text.lstrip()[:1] == "<"
    body: Any = None
    if not is_html:
        try:
            body = response.json()
        except ValueError:
            body = None
    return Answer(response.status_code, response.headers, body, text, is_html)


def seconds_to_wait(headers: Mapping[str, str], names: Iterable[str], now: datetime) -> float | None:
    """What the first readable header of `names` asks for: seconds, or the time until an HTTP date; else None."""
    for name in names:
        value = headers.get(name)
        if value is None:
            continue
        try:
            return max(0.0, float(value))
        except ValueError:
            pass
        try:
            return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
        except (TypeError, ValueError):
            continue
    return None
