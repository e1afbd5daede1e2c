"""What was done for the bookshop, a project that is closed: the work of five milestones, one after the other."""

from __future__ import annotations

from bridge.demo.shape import Stream, cross

_TEAM = ("蒋雯", "罗小雨", "沈博文")


def _stream(number: int, titles: tuple[str, ...], finished: str, *, older: int = 0, ahead: bool = True) -> Stream:
    return Stream(
        milestone=f"M-{number}",
        project="CSM",
        titles=titles,
        team=_TEAM,
        finished=finished,
        older=older,
        ahead=ahead,
        tags=(f"砚山{number}",),
    )


CLOSED = (
    _stream(26, cross(("会员资料", "积分余额", "储值卡"), ("导出", "清洗", "导入", "核对")), "2112210000000", older=3),
    _stream(27, cross(("店长", "店员"), ("课件", "排班", "授课", "考核")), "1111110000000", older=2),
    _stream(
        28, cross(("小程序", "收银", "物料"), ("配置", "联调", "验证", "值守")), "1101112200000", older=3, ahead=False
    ),
    _stream(
        29, cross(("东区门店", "西区门店", "南区门店"), ("培训", "上线", "回访", "对账")), "0111112111000", older=2
    ),
    _stream(
        30,
        cross(("书店验收材料", "书店遗留问题"), ("整理", "内审", "修改", "客户确认", "签字")),
        "0010101211100",
        older=2,
        ahead=False,
    ),
)
