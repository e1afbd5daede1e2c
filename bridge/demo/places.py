"""The projects of the demo in both tools, with their sprints, releases and phases."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Tool = Literal["pingcode", "worktile"]


class Span(Struct, frozen=True):
    """A sprint, release or phase, from and to in working days from today."""

    name: str
    start: int
    end: int


class Place(Struct, frozen=True):
    """A project. `levels` are the kinds of its roots and of the items below them, `working` its words for being at it."""

    tool: Tool
    key: str
    name: str
    kind: str
    levels: tuple[str, str]
    working: tuple[str, ...]
    sprints: tuple[Span, ...] = ()
    releases: tuple[Span, ...] = ()
    phases: tuple[Span, ...] = ()


PLACES = (
    Place(
        "pingcode",
        "PAY",
        "会员支付研发",
        "hybrid",
        ("epic", "story"),
        ("开发中", "联调中"),
        sprints=(Span("支付迭代 9", -70, -6), Span("支付迭代 10", -5, 16)),
        releases=(Span("2.4.0", -120, 8),),
    ),
    Place(
        "pingcode",
        "PLT",
        "营销平台研发",
        "scrum",
        ("epic", "story"),
        ("开发中", "测试中"),
        sprints=(Span("平台迭代 14", -70, -4), Span("平台迭代 15", -3, 36)),
        releases=(Span("3.1", -100, 34), Span("3.2", -90, 42)),
    ),
    Place(
        "pingcode",
        "DLV",
        "客户交付实施",
        "waterfall",
        ("requirement", "requirement"),
        ("实施中",),
        phases=(Span("需求与方案", -140, -60), Span("系统部署", -75, 38), Span("门店上线", -50, 45)),
    ),
    Place("worktile", "MKT", "市场推广", "kanban", ("task", "task"), ("进行中", "待客户确认")),
    Place("worktile", "CSM", "客户成功与服务", "kanban", ("task", "task"), ("处理中",)),
)

PRIORITIES: dict[Tool, tuple[str, ...]] = {
    "pingcode": ("最高", "较高", "普通", "普通", "普通", "较低"),
    "worktile": ("紧急", "高", "中", "中", "中", "低"),
}
"""The words of each tool, the usual one more often."""

PLACE = {place.key: place for place in PLACES}
