"""Messages, and every kind of channel beside its simulated other end on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bridge.notify.channels import channel
from bridge.notify.message import Block, Line, Message, Target
from bridge.notify.robots import DingTalkRobot, FeishuRobot, Hook, Robot, WeComRobot
from connectors.testing import serve

TOKEN = "t0ken-0123456789abcdef"
SECRET = "SEC-0123456789abcdef"
NOW = datetime(2026, 8, 24, 1, 0, 5, tzinfo=UTC)


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)


def a_message(*texts: str, **changes: Any) -> Message:
    lines = tuple(
        Line(text, "https://acme.example/PAY-42", "任务 PAY-42") for text in texts or ("联调晚 6 个工作日。",)
    )
    plain = Message("进度桥 8月24日（周一）延期简报", (Block("最要紧的", lines),), "zh")
    return replace(plain, **changes)


ENDS: dict[str, tuple[type[Robot], str]] = {
    "wecom": (WeComRobot, f"/cgi-bin/webhook/send?key={TOKEN}"),
    "dingtalk": (DingTalkRobot, f"/robot/send?access_token={TOKEN}"),
    "feishu": (FeishuRobot, f"/open-apis/bot/v2/hook/{TOKEN}"),
    "webhook": (Hook, f"/news/{TOKEN}"),
}


class Opened:
    """A channel and its other end."""

    def __init__(self, kind: str, base: str, robot: Robot, clock: Clock, path: str, **changes: Any) -> None:
        self.kind, self.robot, self.clock = kind, robot, clock
        self.way = channel(kind)
        plain = {"intranet": ("127.0.0.1",), "secret": SECRET, "url": base + path, **changes}
        self.target = Target(name="sales", kind=kind, **plain)

    def send(self, message: Message, **changes: Any) -> None:
        target = replace(self.target, **changes)
        for number, body in enumerate(self.way.parts(message, target), 1):
            self.way.send(body, target, self.clock(), f"sales/digest/{number}")


@pytest.fixture
def line() -> Iterator[Callable[..., Opened]]:
    """Opens a channel of a kind with its robot on loopback."""
    with ExitStack() as stack:

        def opened(kind: str, **rules: Any) -> Opened:
            clock = Clock()
            made, path = ENDS[kind]
            robot = made(token=TOKEN, secret="" if kind == "wecom" else SECRET, now=clock, **rules)
            base = stack.enter_context(serve(robot.handle))
            return Opened(kind, base, robot, clock, path)

        yield opened


@pytest.fixture(scope="session")
def make() -> SimpleNamespace:
    return SimpleNamespace(message=a_message, now=NOW, token=TOKEN, secret=SECRET)
