"""What else the demo's sales plan holds: resources, risks, feedback, and who is talked to how often."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from bridge.demo.days import Days
from bridge.plan.document import Communication, Feedback, Leave, Resource, Risk


def resources(days: Days) -> tuple[Resource, ...]:
    eight = Decimal("8")

    def person(name: str, *leave: tuple[int, int]) -> Resource:
        away = tuple(Leave(days.ahead(first), days.ahead(last)) for first, last in leave)
        return Resource(owner=name, hours_per_day=eight, kind="人力", leave=away)

    return (
        person("陈思远", (6, 8)),
        person("赵一鸣"),
        person("孙嘉宁", (2, 3)),
        person("吴桐"),
        person("郑凯文"),
        person("何若溪"),
        person("林悦"),
        person("周启明", (13, 17)),
        person("许晴川"),
        person("陶然之"),
        person("韩冬生", (1, 2), (20, 24)),
        person("沈博文"),
        Resource(owner="蒋雯", hours_per_day=Decimal("7.5"), kind="人力"),
        Resource(owner="罗小雨", hours_per_day=Decimal("6"), kind="人力"),
        Resource(owner="林悦", kind="资金", deal="D-02", budget=Decimal("300000.00"), used=Decimal("214500.00")),
        Resource(owner="韩冬生", kind="物资", deal="D-01", budget=Decimal("185000.00"), used=Decimal("121800.00")),
    )


_RISKS = (
    (
        5,
        Risk(
            key="R-01",
            deal="D-01",
            cause="收银系统厂商联调窗口再次后移",
            category="技术",
            probability=Decimal("0.6"),
            impact_days=Decimal("10"),
            impact_amount=Decimal("48000"),
            milestone="M-01",
            response="减轻",
            action="申请厂商驻场两周，先用模拟器跑通异常用例",
            owner="陈思远",
            trigger="厂商书面通知窗口变更",
            status="监控中",
        ),
    ),
    (
        4,
        Risk(
            key="R-02",
            deal="D-02",
            cause="抽奖条款未通过客户法务审核",
            category="合规",
            probability=Decimal("0.8"),
            impact_days=Decimal("8"),
            impact_amount=Decimal("42000"),
            milestone="M-05",
            response="应急",
            action="改为满赠玩法，活动规则同步改写",
            owner="林悦",
            trigger="法务退回条款",
            status="已触发",
        ),
    ),
    (
        18,
        Risk(
            key="R-03",
            deal="D-02",
            cause="路演旺季运力紧张，物料晚到",
            category="供应",
            probability=Decimal("0.3"),
            impact_days=Decimal("5"),
            milestone="M-06",
            response="转移",
            action="与第二家承运商签备用协议",
            owner="周启明",
            trigger="承运商报价上浮超过两成",
            status="监控中",
        ),
    ),
    (
        8,
        Risk(
            key="R-04",
            deal="D-04",
            cause="呼叫中心厂商不开放测试线路",
            category="技术",
            probability=Decimal("0.5"),
            impact_days=Decimal("12"),
            impact_amount=Decimal("28800"),
            milestone="M-14",
            response="升级",
            action="请客户信息部出面协调",
            owner="韩冬生",
            trigger="status:M-14=red",
            status="监控中",
        ),
    ),
    (
        40,
        Risk(
            key="R-05",
            deal="D-05",
            cause="汇率波动导致设备采购超预算",
            category="财务",
            probability=Decimal("0.25"),
            impact_amount=Decimal("6000"),
            milestone="M-19",
            response="接受",
            action="按月锁汇",
            owner="苏晓岚",
            trigger="单月波动超过 3%",
            status="监控中",
        ),
    ),
    (
        35,
        Risk(
            key="R-06",
            deal="D-06",
            cause="淡季客流不足，首发开卡量不达标",
            category="市场",
            probability=Decimal("0.2"),
            impact_amount=Decimal("16000"),
            milestone="M-23",
            response="减轻",
            action="与周边酒店联名赠卡",
            owner="许晴川",
            trigger="预约量低于目标一半",
            status="已关闭",
        ),
    ),
    (
        None,
        Risk(
            key="R-07",
            deal="D-03",
            cause="物业审批拖延，二店前台网络改造顺延",
            category="外部",
            probability=Decimal("0.4"),
            impact_days=Decimal("6"),
            milestone="M-12",
            trigger="overdue:M-12",
            status="监控中",
        ),
    ),
)
"""(When the action is due, the risk); one that was only just written down has no action yet."""


def risks(days: Days) -> tuple[Risk, ...]:
    return tuple(risk if due is None else replace(risk, due=days.ahead(due)) for due, risk in _RISKS)


class _Said(NamedTuple):
    """What a customer said on the day `on`, and what is answered by the day `due`."""

    on: int
    deal: str
    milestone: str
    score: int
    text: str
    action: str | None = None
    owner: str | None = None
    due: int | None = None
    answered: bool = False


_FEEDBACK = (
    _Said(
        on=-38,
        deal="D-01",
        milestone="M-03",
        score=2,
        text="海报到店时间比约定晚，部分门店错过周末活动",
        action="补发电子海报并减免一次设计费",
        owner="陶然之",
        due=-28,
        answered=True,
    ),
    _Said(
        on=-7,
        deal="D-02",
        milestone="M-05",
        score=2,
        text="小程序活动规则改了三版，希望给出确定的上线日期",
        action="本周内给出新的上线计划",
        owner="苏晓岚",
        due=3,
    ),
    _Said(
        on=-14,
        deal="D-03",
        milestone="M-09",
        score=5,
        text="积分规则演示清楚，业务部门认可",
        due=-14,
        answered=True,
    ),
    _Said(
        on=-9,
        deal="D-05",
        milestone="M-19",
        score=3,
        text="Time zone coverage of the support desk is not enough for West Coast stores",
        action="增加一名夜班坐席",
        owner="沈博文",
        due=6,
    ),
)


def feedback(days: Days, as_of: date) -> tuple[Feedback, ...]:
    """Feedback received up to `as_of`; what was answered later is still open then."""
    return tuple(_feedback(said, days, as_of) for said in _FEEDBACK if days.ahead(said.on) <= as_of)


def _feedback(said: _Said, days: Days, as_of: date) -> Feedback:
    due = None if said.due is None else days.ahead(said.due)
    closed = said.answered and due is not None and due <= as_of
    return Feedback(
        deal=said.deal,
        date=days.ahead(said.on),
        text=said.text,
        score=said.score,
        milestone=said.milestone,
        action=said.action,
        owner=said.owner,
        due=due,
        status="已处理" if closed else "处理中",
    )


class _Talk(NamedTuple):
    """Who is talked to every how many days, and how long ago the last time was."""

    deal: str
    audience: Literal["team", "customer"]
    every: int
    ago: int
    owner: str
    channel: str


_TALKS = (
    _Talk("D-01", "customer", 7, 3, "顾承志", "周例会"),
    _Talk("D-01", "team", 7, 2, "韩冬生", "站会"),
    _Talk("D-02", "customer", 7, 16, "苏晓岚", "电话"),
    _Talk("D-02", "team", 7, 4, "林悦", "周例会"),
    _Talk("D-03", "customer", 14, 5, "顾承志", "视频会议"),
    _Talk("D-04", "customer", 14, 6, "苏晓岚", "现场会"),
    _Talk("D-05", "customer", 14, 4, "苏晓岚", "邮件"),
    _Talk("D-06", "customer", 14, 8, "顾承志", "视频会议"),
)


def communications(days: Days, as_of: date) -> tuple[Communication, ...]:
    """The agreed rhythm of talking; `last` is the last time up to `as_of`."""
    return tuple(_communication(talk, days, as_of) for talk in _TALKS)


def _communication(talk: _Talk, days: Days, as_of: date) -> Communication:
    last = days.today - timedelta(days=talk.ago)
    while last > as_of:
        last -= timedelta(days=talk.every)
    return Communication(
        deal=talk.deal,
        audience=talk.audience,
        every_days=talk.every,
        last=last,
        owner=talk.owner,
        channel=talk.channel,
    )
