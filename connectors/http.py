"""One polite HTTP client for every connector: bounded retry, one request budget, waits as the vendor wishes, no secret."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from tenacity import RetryCallState, Retrying, retry_if_exception_type, sleep_using_event, wait_exponential, wait_random

from connectors.answer import Answer
from connectors.budget import Budget, budget_of
from connectors.contract import Allowance, Tally
from connectors.errors import Interrupted, Retry
from connectors.redaction import Redactor, silence_libraries
from connectors.waits import GRACE_S, PARK_AFTER_S, parked, seconds_to_wait
from connectors.wire import ASKED_TO_STOP, READ_TOTAL_S, Wire

__all__ = [
    "CONNECT_TIMEOUT_S",
    "READ_TIMEOUT_S",
    "TRIES",
    "Answer",
    "Budget",
    "Client",
    "Judge",
    "Redactor",
    "budget_of",
    "seconds_to_wait",
]

CONNECT_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 60.0
TRIES = 6
LONGEST_BACKOFF_S = 60.0
# Another thread may be told to wait while this one waits for its place; more often than this it does not happen.
MOST_PLACES = 3
BODY_EXCERPT = 300

silence_libraries()

Judge = Callable[[Answer], None]
"""Looks at an answer and raises the `ConnectorError` that it means; returns where it is good."""


class Client:
    """Sends requests one credential may send; every failure leaves as a redacted `ConnectorError`.

    Who waits less than usual for an answer, such as a check before a person, waits as little for a vendor that is busy.
    """

    def __init__(
        self,
        *,
        budget: Allowance,
        redact: Redactor,
        stop: threading.Event,
        tally: Tally | None = None,
        tries: int = TRIES,
        timeout: tuple[float, float] = (CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
        first_backoff_s: float = 1.0,
        total_s: float | None = None,
    ) -> None:
        self.redact = redact
        self.tally = tally or Tally()
        self.allowance = budget
        self._stop = stop
        self._tries = tries
        is_patient = timeout[1] >= READ_TIMEOUT_S
        self._park_after_s = PARK_AFTER_S if is_patient else timeout[1]
        self._wire = Wire(timeout, total_s or (READ_TOTAL_S if is_patient else timeout[1]), stop)
        self._sleep = sleep_using_event(stop)
        grows = wait_exponential(multiplier=first_backoff_s, max=LONGEST_BACKOFF_S)
        self._backoff = grows + wait_random(0, first_backoff_s)

    def close(self) -> None:
        self._wire.close()

    def send(
        self,
        method: str,
        url: str,
        *,
        judge: Judge,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        lane: Allowance | None = None,
        keep_secrets: bool = False,
    ) -> Answer:
        """Send until an answer satisfies `judge`; `Retry` is tried again, anything else is raised at once.

        `lane` is a second, narrower allowance, such as that of one endpoint. A secret that is known already is taken
        out of the body, unless it is what was asked for (`keep_secrets`).
        """
        was_refused = False

        def once() -> Answer:
            nonlocal was_refused
            was_refused = False
            self._take_place(f"{method} {url.split('?', 1)[0].split('://', 1)[-1]}", lane)
            self.tally.requests += 1
            clean = _as_it_is if keep_secrets else self.redact.data
            answer = self._wire.exchange(method, url, params, json, headers, clean=clean)
            was_refused = answer.status == 429
            self._judged(answer, judge)
            return answer

        retrying = Retrying(
            retry=retry_if_exception_type(Retry),
            stop=self._is_enough,
            wait=self._wait,
            sleep=self._sleep,
            before_sleep=lambda state: self._before_retry(state, was_refused),
            reraise=True,
        )
        try:
            return retrying(once)
        except Retry:
            if self._stop.is_set():
                raise Interrupted(ASKED_TO_STOP) from None
            raise

    def _take_place(self, place: str, lane: Allowance | None) -> None:
        """Wait until this request may be sent; a vendor that wants nothing for long is not even asked."""
        for _ in range(MOST_PLACES):
            blocked_s = self.allowance.blocked_for()
            if blocked_s > self._park_after_s:
                raise parked(self.redact(f"{place}: nothing was sent"), blocked_s, datetime.now(UTC))
            seconds = self.allowance.reserve()
            self._pause(seconds)
            if seconds <= 0 or self.allowance.blocked_for() <= 0:
                break
        if lane is not None:
            self._pause(lane.reserve())

    def _judged(self, answer: Answer, judge: Judge) -> None:
        try:
            judge(answer)
            return
        except Retry as err:
            refusal = err
        if refusal.after_s:
            # Whoever shares the credential would run into the same refusal.
            seconds = refusal.after_s + GRACE_S
            self.allowance.block(seconds)
            if seconds > self._park_after_s:
                raise parked(str(refusal), seconds, datetime.now(UTC))
        raise refusal

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self.tally.slept_seconds += seconds
            self._sleep(seconds)
        if self._stop.is_set():
            raise Interrupted(ASKED_TO_STOP)

    def _is_enough(self, state: RetryCallState) -> bool:
        return self._stop.is_set() or state.attempt_number >= min(self._tries, _failure(state).most or self._tries)

    def _wait(self, state: RetryCallState) -> float:
        """As long as the server asks for; "at once", which it has just refused, is no answer to how long."""
        after_s = _failure(state).after_s
        if after_s:
            return after_s + GRACE_S
        return self._backoff(state) if after_s is None else max(GRACE_S, self._backoff(state))

    def _before_retry(self, state: RetryCallState, was_refused: bool) -> None:
        self.tally.retries += 1
        if state.next_action is not None:
            self.tally.slept_seconds += state.next_action.sleep
            if was_refused and not _failure(state).after_s:
                self.allowance.block(state.next_action.sleep)

    def excerpt(self, answer: Answer) -> str:
        """The beginning of a body, safe to show: never HTML, never a secret."""
        if answer.is_html:
            return "(an HTML page)"
        # Redacted before it is cut: a secret across the cut would stay half visible.
        start = answer.content[: 40 * BODY_EXCERPT].decode("utf-8", errors="replace")
        return self.redact(start[: 10 * BODY_EXCERPT])[:BODY_EXCERPT]


def _as_it_is(content: bytes) -> bytes:
    return content


def _failure(state: RetryCallState) -> Retry:
    failure = state.outcome.exception() if state.outcome else None
    if not isinstance(failure, Retry):
        raise TypeError("only Retry is tried again")
    return failure
