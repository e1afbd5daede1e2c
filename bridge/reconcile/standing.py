"""What people's own words for a status mean: closed, or come true; any other word leaves a row open."""

from __future__ import annotations

from bridge.plan.cells import fold

CLOSED = frozenset(
    [
        "closed",
        "done",
        "resolved",
        "finished",
        "cancelled",
        "rejected",
        "已关闭",
        "关闭",
        "已完成",
        "完成",
        "已解决",
        "解决",
        "已处理",
        "已答复",
        "已取消",
        "已拒绝",
    ]
)
STRUCK = frozenset(
    ["triggered", "occurred", "happened", "struck", "issue", "已触发", "触发", "已发生", "发生", "已成真", "已转问题"]
)


def is_closed(status: str | None) -> bool:
    return status is not None and fold(status) in CLOSED


def has_struck(status: str | None) -> bool:
    return status is not None and fold(status) in STRUCK
