"""The ways a message may go, by the kind that the settings name; each module says the vendor's limits and answers."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, cast

from bridge.language import Text
from bridge.notify.message import Message, Target

Body = dict[str, Any]
"""A part as it will be sent, less what is only known then: signature and address."""


class Channel(Protocol):
    """What a module of this folder offers."""

    PER_MINUTE: int
    PER_SECOND: int
    KNOWS_REPEATS: bool
    """Whether the other end is told enough to recognise a part that is sent twice."""
    REMEDIES: Mapping[str, Text]
    """What to do about a code that the vendor refuses with."""

    def parts(self, message: Message, target: Target) -> list[Body]: ...

    def weigh(self, body: Body) -> int:
        """Bytes of a part, counted as the vendor counts."""

    def limit(self, body: Body) -> int:
        """Bytes that it may have."""

    def shown(self, body: Body) -> str:
        """What a person sees of it."""

    def send(self, body: Body, target: Target, now: datetime, key: str) -> None:
        """Deliver one part, or raise a `Failure`; `key` is the same each time this part is sent."""


KINDS = ("wecom", "dingtalk", "feishu", "email", "webhook")


def channel(kind: str) -> Channel:
    """The module of a kind, loaded when it is used."""
    if kind not in KINDS:
        raise LookupError(f"unknown kind of channel {kind!r}; known: {', '.join(KINDS)}")
    return cast(Channel, importlib.import_module(f"bridge.notify.channels.{kind}"))


REMEDIES: dict[str, Text] = {
    "bad_url": Text("url 不是 http(s) 地址，请更正 [[notify]]", "url is no http(s) address; correct [[notify]]"),
    "private_address": Text(
        "地址在内网；若确实要发往内网，请把主机名写进 intranet_hosts",
        "the address is a private one; if that is meant, name its host in intranet_hosts",
    ),
    "link_local_address": Text(
        "地址是本机链路或云平台元数据的地址，从不发往那里；请更正 url",
        "the address is link-local or that of a cloud's metadata, where nothing is ever sent; correct url",
    ),
    "unknown_host": Text("主机名解析不了，会再试", "the host name cannot be resolved; it is tried again"),
    "unreachable": Text("连不上，会再试", "the host cannot be reached; it is tried again"),
    "tls_failed": Text("证书或 TLS 不对，会再试", "certificate or TLS is wrong; it is tried again"),
    "no_answer": Text(
        "已发出但没有回音，可能已送达，不会自动重发；请到群里看一眼，没有收到再用 --again 重发",
        "it was sent and nobody answered: it may have arrived and is not sent again; look there, then use --again",
    ),
    "interrupted": Text(
        "发送时程序中断，可能已送达，不会自动重发；请到群里看一眼，没有收到再用 --again 重发",
        "the program was cut off while sending: it may have arrived and is not sent again; look there, then use --again",
    ),
    "expired": Text("一天内都没能送达，已放弃", "it could not be delivered for a day and was given up"),
    "no_channel": Text(
        "设置里已没有这个渠道或它的地址，已放弃", "the settings have no such channel or address any more; given up"
    ),
    "earlier_part": Text("前一部分被拒收，后面的不再发送", "an earlier part was refused, so the rest is not sent"),
    "not_understood": Text("对方的回答读不懂；请核对 url", "the answer was not understood; check url"),
}


def remedy(kind: str, code: str) -> Text | None:
    """What to do about a failure; None where only the vendor's words are known."""
    own = channel(kind).REMEDIES if kind in KINDS else {}
    return own.get(code) or REMEDIES.get(code)
