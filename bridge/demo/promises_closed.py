"""What was promised to a bookshop whose project is closed: all of it done, not all of it in time."""

from __future__ import annotations

from bridge.demo.promise import Promise


def _promise(
    number: int, name: str, promised: int, class_: str, amount: int, *, owner: str = "蒋雯", informed: int | None = None
) -> Promise:
    return Promise(
        key=f"M-{number}",
        deal="D-07",
        name=name,
        owner=owner,
        promised=promised,
        class_=class_,
        amount=amount,
        contractual=True,
        informed=informed,
        scope=f"source:worktile tag:砚山{number}",
        acceptance="客户会员部签字确认",
    )


CLOSED = (
    _promise(26, "会员资料迁移完成", -29, "上线", 76_000),
    _promise(27, "店员培训完成", -27, "培训", 38_000, owner="沈博文"),
    _promise(28, "小程序首店上线", -37, "上线", 114_000, informed=-33),
    _promise(29, "全部门店上线", -13, "上线", 95_000),
    _promise(30, "一期验收", -20, "验收", 57_000, informed=-17),
)
