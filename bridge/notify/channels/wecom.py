"""Group robots of WeCom (企业微信): Markdown of 4,096 bytes or text of 2,048, twenty messages a minute, no signature."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bridge.language import Text
from bridge.notify import wire
from bridge.notify.failures import Later, Refused
from bridge.notify.message import Message, Target, markdown_lines, plain, text_lines
from bridge.notify.split import packed, size

LIMIT, TEXT_LIMIT = 4_096, 2_048
PER_MINUTE, PER_SECOND = 20, 20
KNOWS_REPEATS = False
FORMS = ("markdown", "markdown_v2", "text")
ROOM = 160
"""Bytes kept for the title and the number of the part."""
TOO_OFTEN, BUSY = 45009, -1
REMEDIES = {
    "93000": Text("机器人地址无效或已删除；请更新 url", "the robot's address is wrong or was removed; renew url"),
    "45009": Text("超过每分钟 20 条，会再试", "more than 20 a minute; it is tried again"),
    "40058": Text("内容不合规则或太长", "the content breaks a rule or is too long"),
}


def parts(message: Message, target: Target) -> list[dict[str, Any]]:
    form = target.form or "markdown"
    ids = target.ids(message)
    if form == "text":
        bodies = [_body("text", text) for text in _texts(message, TEXT_LIMIT, "", is_text=True)]
        if ids:
            bodies[-1]["text"]["mentioned_list"] = ids
        return bodies
    # Only the first Markdown knows mentions; beside the second a text message calls people.
    called = " ".join(f"<@{name}>" for name in ids) if form == "markdown" else ""
    bodies = [_body(form, text) for text in _texts(message, LIMIT, called, is_text=False)]
    if ids and form == "markdown_v2":
        bodies.append({"msgtype": "text", "text": {"content": message.title, "mentioned_list": ids}})
    return bodies


def weigh(body: dict[str, Any]) -> int:
    """WeCom counts the content alone."""
    return size(shown(body))


def limit(body: dict[str, Any]) -> int:
    return TEXT_LIMIT if body["msgtype"] == "text" else LIMIT


def shown(body: dict[str, Any]) -> str:
    return str(body[body["msgtype"]]["content"])


def send(body: dict[str, Any], target: Target, now: datetime, key: str) -> None:
    answer = wire.post(target, target.url, wire.dumps(body), {})
    code = answer.body.get("errcode")
    if code == 0:
        return
    if not isinstance(code, int):
        raise Refused("not_understood")
    said = wire.said(target, answer.body.get("errmsg", ""))
    raise Later(str(code), said, 60.0) if code in (TOO_OFTEN, BUSY) else Refused(str(code), said)


def _body(form: str, text: str) -> dict[str, Any]:
    return {"msgtype": form, form: {"content": text}}


def _texts(message: Message, limit: int, called: str, *, is_text: bool) -> list[str]:
    lines = text_lines(message) if is_text else markdown_lines(message)
    title = message.title if is_text else f"**{plain(message.title)}**"
    end = f"\n{called}" if called else ""
    texts = packed(lines, limit - ROOM - size(end))
    counted = [f" ({number}/{len(texts)})" if len(texts) > 1 else "" for number in range(1, len(texts) + 1)]
    made = [f"{title}{number}\n{text.strip()}" for number, text in zip(counted, texts, strict=True)]
    return [*made[:-1], made[-1] + end]
