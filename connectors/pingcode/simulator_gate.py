"""Who may ask the simulated server, and how often: tokens that die at an instant, and a limit of requests."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.pingcode.simulator_filters import Refusal
from connectors.testing import Reply, World, hex_id


class Gate:
    """Stands before every path of the server."""

    def __init__(
        self,
        world: World,
        credential: tuple[str, str],
        token_lifetime: timedelta,
        rate_limit: int | None,
        rate_window_s: float,
        *,
        is_cloud: bool,
    ) -> None:
        self._world = world
        self._credential = credential
        self._lifetime = token_lifetime
        self._limit, self._window_s = rate_limit, rate_window_s
        self._is_cloud = is_cloud
        self._tokens: dict[str, datetime] = {}
        self._numbers = itertools.count(1)
        self._recent: deque[float] = deque()

    def issue(self, query: Mapping[str, str]) -> dict[str, Any]:
        if query.get("grant_type") != "client_credentials":
            raise Refusal(400, "100001", "grant_type 无效")
        if (query.get("client_id"), query.get("client_secret")) != self._credential:
            raise Refusal(400, "100024", "client_id 或 client_secret 错误")
        dies = self._world.now + self._lifetime
        token = hex_id("token", next(self._numbers), dies, digits=36)
        self._tokens[token] = dies
        return {"access_token": token, "token_type": "Bearer", "expires_in": int(dies.timestamp())}

    def revoke(self) -> None:
        self._tokens.clear()

    def admit(self, headers: Mapping[str, str]) -> None:
        named = {name.lower(): value for name, value in headers.items()}
        dies = self._tokens.get(named.get("authorization", "").removeprefix("Bearer "))
        if dies is None or dies <= self._world.now:
            raise Refusal(401, "", "令牌无效或已过期")

    def refused_by_rate(self) -> Reply | None:
        if self._limit is None:
            return None
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - self._window_s:
            self._recent.popleft()
        if len(self._recent) < self._limit:
            self._recent.append(now)
            return None
        wait = str(int(self._recent[0] + self._window_s - now) + 1)
        headers = {"x-pc-retry-after": wait}
        if self._is_cloud:
            headers = {"X-RateLimit-Retry-After": wait, "X-RateLimit-Reason": "pingcode-team"}
        return Reply({"code": "100038", "message": "请求过于频繁"}, 429, headers)
