"""Simulated chat robots and a webhook with the vendors' real rules, for tests and trials: they refuse what those refuse.

Each is a function from request to reply, to be served on loopback by `connectors.testing.serve`. What was accepted stands
in `received`; `faults` are replies given before anything else is looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.notify import signing
from bridge.notify.split import size
from bridge.notify.wire import dumps
from connectors.testing import Reply, Request

MINUTE, SECOND, HOUR = timedelta(minutes=1), timedelta(seconds=1), timedelta(hours=1)
BAN = timedelta(minutes=10)


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Robot:
    """What all have in common: faults first, then the rules, then it is received."""

    token: str
    secret: str = ""
    keyword: str = ""
    now: Callable[[], datetime] = _now
    received: list[Any] = field(default_factory=list)
    faults: list[Reply | Callable[[], Reply]] = field(default_factory=list)
    requests: int = 0
    keys: list[str] = field(default_factory=list)
    """What was sent with what was accepted to tell a repetition, where the vendor knows such a thing."""
    _times: list[datetime] = field(default_factory=list)
    _banned_until: datetime | None = None

    def handle(self, request: Request) -> Reply:
        self.requests += 1
        if self.faults:
            fault = self.faults.pop(0)
            return fault if isinstance(fault, Reply) else fault()
        refused = self.refusal(request)
        if refused is None:
            self.received.append(request.json)
        return self.answer(refused)

    def refusal(self, request: Request) -> tuple[int, str] | None:
        raise NotImplementedError

    def answer(self, refused: tuple[int, str] | None) -> Reply:
        """With HTTP 200 also where it refuses, as the vendors do."""
        code, said = refused or (0, "ok")
        return Reply({"errcode": code, "errmsg": said})

    def is_too_often(self, most: int, within: timedelta) -> bool:
        """Counts every request, accepted or not."""
        now = self.now()
        self._times = [at for at in self._times if now - at < MINUTE]
        is_over = sum(now - at < within for at in self._times) >= most
        self._times.append(now)
        return is_over


class WeComRobot(Robot):
    """`POST /cgi-bin/webhook/send?key=…`."""

    LIMITS = {"text": 2_048, "markdown": 4_096, "markdown_v2": 4_096}

    def refusal(self, request: Request) -> tuple[int, str] | None:
        if request.query.get("key") != self.token:
            return 93000, f"invalid webhook url, hint: key {request.query.get('key')}"
        if self.is_too_often(20, MINUTE):
            return 45009, "api freq out of limit"
        body = request.json if isinstance(request.json, dict) else {}
        form = body.get("msgtype")
        if form not in self.LIMITS:
            return 40008, "invalid message type"
        content = body.get(form, {}).get("content")
        if not content:
            return 44004, "empty content"
        if size(content) > self.LIMITS[form]:
            return 40058, f"{form}.content exceed max length {self.LIMITS[form]}"
        return None


class DingTalkRobot(Robot):
    """`POST /robot/send?access_token=…&timestamp=…&sign=…`; more than twenty a minute are punished for ten."""

    LIMIT = 20_000

    def refusal(self, request: Request) -> tuple[int, str] | None:
        if request.query.get("access_token") != self.token:
            return 300005, "token is not exist"
        now = self.now()
        if self._banned_until is not None and now < self._banned_until:
            return 130101, "send too fast, exceed 20 times per minute"
        if self.is_too_often(20, MINUTE):
            self._banned_until = now + BAN
            return 130101, "send too fast, exceed 20 times per minute"
        wrong = self._wrong_sign(request)
        if wrong is not None:
            return 310000, wrong
        if len(dumps(request.json)) > self.LIMIT:
            return 460101, "message too long, exceed 20000 bytes"
        form = request.json.get("msgtype")
        if form not in ("markdown", "actionCard"):
            return 400602, "msgtype not support"
        said = request.json[form]
        if self.keyword and self.keyword not in f"{said.get('title')}{said.get('text')}":
            return 310000, "keywords not in content"
        return None

    def _wrong_sign(self, request: Request) -> str | None:
        if not self.secret:
            return None
        at = request.query.get("timestamp", "")
        if not at.isdigit() or abs(self.now() - datetime.fromtimestamp(int(at) / 1000, UTC)) > HOUR:
            return "invalid timestamp"
        return None if request.query.get("sign") == signing.dingtalk(self.secret, int(at)) else "sign not match"


class FeishuRobot(Robot):
    """`POST /open-apis/bot/v2/hook/…` with time and signature in the body."""

    LIMIT = 20 * 1_024

    def refusal(self, request: Request) -> tuple[int, str] | None:
        if request.path.rpartition("/")[2] != self.token:
            return 19001, "param invalid: incoming webhook access token invalid"
        is_fast = self.is_too_often(5, SECOND)
        if is_fast or len(self._times) > 100:
            return 11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"
        body = request.json if isinstance(request.json, dict) else {}
        if self.secret and self._is_forged(body):
            return 19021, "sign match fail or timestamp is not within one hour from current time"
        if len(dumps(body)) > self.LIMIT:
            return 9499, "Bad Request: body too large"
        if self.keyword and self.keyword not in dumps(body).decode():
            return 19024, "Key Words Not Found"
        card = body.get("card", {})
        if body.get("msg_type") != "interactive" or card.get("schema") != "2.0" or not card["body"]["elements"]:
            return 19002, "params error, msg_type need"
        return None

    def answer(self, refused: tuple[int, str] | None) -> Reply:
        code, said = refused or (0, "success")
        return Reply({"code": code, "msg": said, "data": {}})

    def _is_forged(self, body: dict[str, Any]) -> bool:
        at = str(body.get("timestamp", ""))
        if not at.isdigit() or abs(self.now() - datetime.fromtimestamp(int(at), UTC)) > HOUR:
            return True
        return body.get("sign") != signing.feishu(self.secret, int(at))


class Hook(Robot):
    """A webhook that checks the signature, and knows a repetition by its key."""

    def handle(self, request: Request) -> Reply:
        key = request.headers.get("Idempotency-Key", "")
        if not self.faults and key in self.keys:
            self.requests += 1
            return Reply({"repeated": True})
        before = len(self.received)
        reply = super().handle(request)
        if len(self.received) > before:
            self.keys.append(key)
        return reply

    def refusal(self, request: Request) -> tuple[int, str] | None:
        at = request.headers.get("X-Bridge-Timestamp", "")
        expected = f"sha256={signing.webhook(self.secret, int(at), dumps(request.json))}"
        return None if request.headers.get("X-Bridge-Signature") == expected else (401, "wrong signature")

    def answer(self, refused: tuple[int, str] | None) -> Reply:
        return Reply({"ok": True}) if refused is None else Reply({"error": refused[1]}, refused[0])
