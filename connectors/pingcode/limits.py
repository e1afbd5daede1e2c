"""What PingCode tells of its limits with every answer, and how we keep them before it has to refuse.

There are two: one for the whole enterprise and minute, one for each endpoint and second. Older servers tell nothing.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from connectors.budget import Budget
from connectors.contract import Allowance
from connectors.http import Answer, Judge
from connectors.waits import number, seconds_of

TEAM_LIMIT = "X-RateLimit-Team-Limit"
TEAM_REMAINING = "X-RateLimit-Team-Remaining"
TEAM_RESET = "X-RateLimit-Team-Reset"
BURST_LIMIT = "X-RateLimit-Burst-Limit"

# Other programs of the enterprise live on the same limit.
OUR_SHARE = 0.95
# A little more than the second, so that network jitter costs no refusal.
BURST_WINDOW_S = 1.05
# The limit is per minute: whatever says that it opens later than this is no instant we understand.
LATEST_RESET_S = 60.0

_ID = re.compile(r"(?<=/)[0-9a-f]{24,}(?=/|$)")


class Limits:
    """The limits of one credential, as far as the server has told them."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance = allowance
        self._lock = threading.Lock()
        self._lanes: dict[str, tuple[int, Budget]] = {}

    def lane(self, place: str) -> Allowance | None:
        """The allowance of one endpoint (`GET /path`), or None where no limit of its own is known."""
        _, lane = self._lanes.get(_endpoint(place), (0, None))
        return lane

    def heeding(self, place: str, judge: Judge) -> Judge:
        """`judge`, after the limits in the answer, good or not, have been taken note of."""

        def heed(answer: Answer) -> None:
            self.observe(place, answer.headers, answer.server_time)
            judge(answer)

        return heed

    def observe(self, place: str, headers: Mapping[str, str], server_time: datetime | None) -> None:
        per_minute = number(headers.get(TEAM_LIMIT))
        if per_minute is not None and per_minute >= 1:
            self._allowance.resize(max(1, int(per_minute * OUR_SHARE)))
        per_second = number(headers.get(BURST_LIMIT))
        if per_second is not None and per_second >= 1:
            self._space(_endpoint(place), int(per_second))
        remaining, reset = number(headers.get(TEAM_REMAINING)), number(headers.get(TEAM_RESET))
        if remaining is not None and remaining <= 0 and reset is not None:
            wait = seconds_of(reset, server_time or datetime.now(UTC))
            if wait:
                self._allowance.block(min(wait, LATEST_RESET_S))

    def _space(self, endpoint: str, per_second: int) -> None:
        with self._lock:
            known, _ = self._lanes.get(endpoint, (0, None))
            if known != per_second:
                self._lanes[endpoint] = (per_second, Budget(per_second, window_s=BURST_WINDOW_S))


def _endpoint(place: str) -> str:
    """Objects of one kind share an endpoint, whatever their id."""
    return _ID.sub("*", place)
