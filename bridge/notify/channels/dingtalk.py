"""Custom robots of DingTalk (钉钉): Markdown or an action card, 20,000 bytes, signed, twenty messages a minute."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import quote

from bridge.language import Text
from bridge.notify import signing, wire
from bridge.notify.failures import Later, Refused
from bridge.notify.message import Message, Target, markdown_lines, plain
from bridge.notify.split import fitted, packed
from bridge.report.cells import safe_url

LIMIT = 20_000
PER_MINUTE, PER_SECOND = 20, 20
KNOWS_REPEATS = False
FORMS = ("markdown", "action_card")
BANNED_S = 600.0
"""Whoever sends more than twenty a minute is not listened to for ten minutes."""
TOO_OFTEN = frozenset({130101, 410100, 660026})
BUSY = frozenset({-1})
REMEDIES = {
    "310000": Text(
        "签名、关键词或 IP 不符合机器人的安全设置；请核对 secret、keyword 和服务器时间",
        "signature, keyword or IP does not fit the robot's security settings; check secret, keyword and the clock",
    ),
    "300001": Text("access_token 不对；请更新 url", "the access token is wrong; renew url"),
    "300005": Text("access_token 不存在；请更新 url", "there is no such access token; renew url"),
    "130101": Text("超过每分钟 20 条，十分钟后再试", "more than 20 a minute; it is tried again after ten minutes"),
}


def parts(message: Message, target: Target) -> list[dict[str, Any]]:
    """With the keyword of the settings in each part, and those to be called named in its last."""
    return fitted(lambda room: _bodies(message, target, room), weigh, LIMIT)


def _bodies(message: Message, target: Target, room: int) -> list[dict[str, Any]]:
    ids = target.ids(message)
    texts = packed(markdown_lines(message), room)
    bodies = []
    for number, text in enumerate(texts, 1):
        title = message.title if target.keyword in message.title else f"{target.keyword} {message.title}"
        count = f" ({number}/{len(texts)})" if len(texts) > 1 else ""
        is_last = number == len(texts)
        called = "\n\n" + " ".join(f"@{name}" for name in ids) if ids and is_last else ""
        said = f"#### {plain(title)}{count}\n\n" + text.strip().replace("\n", "  \n") + called
        bodies.append(_body(title + count, said, message, target, ids if is_last else []))
    return bodies


def weigh(body: dict[str, Any]) -> int:
    """The whole request is counted."""
    return len(wire.dumps(body))


def limit(body: dict[str, Any]) -> int:
    return LIMIT


def shown(body: dict[str, Any]) -> str:
    return str(body["actionCard" if body["msgtype"] == "actionCard" else "markdown"]["text"])


def send(body: dict[str, Any], target: Target, now: datetime, key: str) -> None:
    answer = wire.post(target, signed(target, now), wire.dumps(body), {})
    code = answer.body.get("errcode")
    if code == 0:
        return
    if not isinstance(code, int):
        raise Refused("not_understood")
    said = wire.said(target, answer.body.get("errmsg", ""))
    if code in TOO_OFTEN:
        raise Later(str(code), said, BANNED_S)
    raise Later(str(code), said) if code in BUSY else Refused(str(code), said)


def signed(target: Target, now: datetime) -> str:
    """The address with its signature, where the robot has a secret; the time is milliseconds."""
    if not target.secret:
        return target.url
    at = int(now.timestamp() * 1000)
    mark = "&" if "?" in target.url else "?"
    return f"{target.url}{mark}timestamp={at}&sign={quote(signing.dingtalk(target.secret, at), safe='')}"


def _body(title: str, text: str, message: Message, target: Target, ids: list[str]) -> dict[str, Any]:
    link = message.link and safe_url(message.link.url)
    if target.form == "action_card" and message.link is not None and link:
        card = {"title": title, "text": text, "singleTitle": message.link.text, "singleURL": link}
        return {"msgtype": "actionCard", "actionCard": card}
    called = {"atUserIds": ids, "isAtAll": False}
    return {"msgtype": "markdown", "markdown": {"title": title, "text": text}, "at": called}
