"""Custom robots of Feishu (飞书): an interactive card (JSON 2.0) of 20 KB, signed, 100 a minute and 5 a second."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bridge.language import Text
from bridge.notify import signing, wire
from bridge.notify.failures import Later, Refused
from bridge.notify.message import Message, Target, markdown_lines
from bridge.notify.split import fitted, packed

LIMIT = 20_000
PER_MINUTE, PER_SECOND = 100, 5
KNOWS_REPEATS = False
FORMS = ("card",)
SIGNATURE = 120
"""Bytes of time and signature, which are only known when a part is sent."""
TOO_OFTEN = frozenset({9499, 11232, 11247, 99991400})
BUSY = frozenset({-1, 19006})
REMEDIES = {
    "19001": Text("机器人地址无效或已删除；请更新 url", "the robot's address is wrong or was removed; renew url"),
    "19021": Text(
        "签名不对，或服务器时间相差一小时以上；请核对 secret 与时间",
        "the signature is wrong or the clock is off by an hour; check secret and clock",
    ),
    "19022": Text("本机 IP 不在机器人的白名单里", "the IP of this machine is not on the robot's list"),
    "19024": Text(
        "没有机器人要求的关键词；请设置 keyword", "the keyword that the robot asks for is missing; set keyword"
    ),
    "11232": Text("发送太快，会再试", "too many messages; it is tried again"),
}


def parts(message: Message, target: Target) -> list[dict[str, Any]]:
    """A card a part; those to be called are named in the last."""
    return fitted(lambda room: _bodies(message, target, room), weigh, LIMIT - SIGNATURE)


def _bodies(message: Message, target: Target, room: int) -> list[dict[str, Any]]:
    ids = target.ids(message)
    texts = packed(markdown_lines(message), room)
    title = message.title if target.keyword in message.title else f"{target.keyword} {message.title}"
    bodies = []
    for number, text in enumerate(texts, 1):
        count = f" ({number}/{len(texts)})" if len(texts) > 1 else ""
        called = "\n" + " ".join(f"<at id={name}></at>" for name in ids) if ids and number == len(texts) else ""
        card = {
            "schema": "2.0",
            "config": {"update_multi": True},
            "header": {
                "title": {"tag": "plain_text", "content": title + count},
                "template": "red" if message.is_urgent else "blue",
            },
            "body": {"elements": [{"tag": "markdown", "content": text.strip() + called}]},
        }
        bodies.append({"msg_type": "interactive", "card": card})
    return bodies


def weigh(body: dict[str, Any]) -> int:
    """The whole request is counted."""
    return len(wire.dumps(body))


def limit(body: dict[str, Any]) -> int:
    return LIMIT


def shown(body: dict[str, Any]) -> str:
    card = body["card"]
    return f"{card['header']['title']['content']}\n{card['body']['elements'][0]['content']}"


def send(body: dict[str, Any], target: Target, now: datetime, key: str) -> None:
    at = int(now.timestamp())
    signature = {"timestamp": str(at), "sign": signing.feishu(target.secret, at)} if target.secret else {}
    answer = wire.post(target, target.url, wire.dumps({**signature, **body}), {})
    code = answer.body.get("code", answer.body.get("StatusCode"))
    if code == 0:
        return
    if not isinstance(code, int):
        raise Refused("not_understood")
    said = wire.said(target, answer.body.get("msg", ""))
    if code in TOO_OFTEN:
        raise Later(str(code), said, 60.0)
    raise Later(str(code), said) if code in BUSY else Refused(str(code), said)
