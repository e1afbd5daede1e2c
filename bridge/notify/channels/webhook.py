"""A webhook of one's own: one JSON object with all that is said, signed by HMAC, with a key that tells a repetition."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bridge.language import Text
from bridge.notify import signing, wire
from bridge.notify.message import Message, Target, markdown_lines, text_lines
from bridge.notify.split import fitted, packed
from bridge.report.cells import safe_url

LIMIT = 64_000
PER_MINUTE, PER_SECOND = 60, 10
KNOWS_REPEATS = True
FORMS = ("json",)
REMEDIES = {
    "http_401": Text("对方不认这个签名；请核对 secret", "the signature is not accepted; check secret"),
    "http_404": Text("地址不存在；请核对 url", "there is nothing at this address; check url"),
}


def parts(message: Message, target: Target) -> list[dict[str, Any]]:
    """Text and Markdown of the same; only of what is longer than the limit more than one."""
    return fitted(lambda room: _bodies(message, target, room // 2), weigh, LIMIT)


def _bodies(message: Message, target: Target, room: int) -> list[dict[str, Any]]:
    marked, texts = packed(markdown_lines(message), room), packed(text_lines(message), room)
    count = max(len(marked), len(texts))
    link = message.link and safe_url(message.link.url)
    return [
        {
            "schema": "progress-bridge/message/1",
            "title": message.title,
            "urgent": message.is_urgent,
            "part": number + 1,
            "parts": count,
            "text": texts[number] if number < len(texts) else "",
            "markdown": marked[number] if number < len(marked) else "",
            "people": target.ids(message),
            "url": link,
        }
        for number in range(count)
    ]


def weigh(body: dict[str, Any]) -> int:
    return len(wire.dumps(body))


def limit(body: dict[str, Any]) -> int:
    return LIMIT


def shown(body: dict[str, Any]) -> str:
    return f"{body['title']}\n{body['text']}"


def send(body: dict[str, Any], target: Target, now: datetime, key: str) -> None:
    content, at = wire.dumps(body), int(now.timestamp())
    headers = {"Idempotency-Key": key, "X-Bridge-Timestamp": str(at)}
    if target.secret:
        headers["X-Bridge-Signature"] = f"sha256={signing.webhook(target.secret, at, content)}"
    wire.post(target, target.url, content, headers)
