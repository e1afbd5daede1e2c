"""What a simulated tenant calls its types, states and priorities, and the ids that follow from the names."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from connectors.testing import SimItem, hex_id

STATE_TYPES = {"todo": "pending", "doing": "in_progress", "done": "completed", "cancelled": "closed"}
STATE_NAMES = {"todo": "未开始", "doing": "进行中", "done": "已完成", "cancelled": "已关闭"}
STATE_COLOURS = {"todo": "#A0A6AD", "doing": "#E0A83C", "done": "#4AA564", "cancelled": "#6B7178"}
PROJECT_STATES = {
    "未开始": "pending",
    "正常": "in_progress",
    "预警": "in_progress",
    "延期": "in_progress",
    "结束": "completed",
}
STAGES = {"未开始": "pending", "进行中": "in_progress", "已发布": "published"}
PRIORITIES = ("最高", "较高", "普通", "较低", "最低")

ALL_KINDS = frozenset({"scrum", "kanban", "waterfall", "hybrid"})
WITHOUT_WATERFALL = ALL_KINDS - {"waterfall"}
PLANNED = frozenset({"waterfall", "hybrid"})

# kind -> name, group, project kinds, whether the id is the slug itself. The others have ids that differ by tenant.
SYSTEM_TYPES: Mapping[str, tuple[str, str, frozenset[str], bool]] = MappingProxyType(
    {
        "epic": ("史诗", "requirement", WITHOUT_WATERFALL, True),
        "feature": ("特性", "requirement", WITHOUT_WATERFALL, True),
        "story": ("用户故事", "requirement", WITHOUT_WATERFALL, True),
        "requirement": ("需求", "requirement", PLANNED, False),
        "task": ("任务", "task", ALL_KINDS, True),
        "bug": ("缺陷", "bug", ALL_KINDS, True),
        "issue": ("事务", "issue", frozenset({"kanban", "hybrid"}), True),
        "phase": ("阶段", "plan", PLANNED, False),
        "milestone": ("里程碑", "plan", PLANNED, False),
    }
)
CUSTOM_NAMES = {"risk": "风险", "other": "其他"}


def type_id(kind: str) -> str:
    is_slug = kind in SYSTEM_TYPES and SYSTEM_TYPES[kind][3]
    return kind if is_slug else stable_id("type", kind)


def state_id(project: str, kind: str, name: str) -> str:
    """States belong to one type of one project: the same name has another id elsewhere."""
    return stable_id("state", project, kind, name)


def state_name(item: SimItem) -> str:
    return item.state_name or STATE_NAMES[item.state]


def tag_id(name: str) -> str:
    return stable_id("tag", name)


def priority_id(name: str) -> str:
    return stable_id("priority", name)


def short_id(item: str) -> str:
    return stable_id("short", item)[:8]


def number(key: str) -> int:
    """`12` of `PAY-12`; lists come in this order."""
    digits = key.rpartition("-")[2]
    return int(digits) if digits.isdecimal() else 0


def seconds(at: datetime | None) -> int | None:
    return None if at is None else int(at.timestamp())


@lru_cache(maxsize=100_000)
def stable_id(*parts: str) -> str:
    return hex_id(*parts)
