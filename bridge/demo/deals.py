"""The goals and the seven deals of the demo; company and customers are invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from bridge.demo.days import Days
from bridge.plan.document import Deal, Goal, Tier

REVENUE, ABROAD = "G-1", "G-2"

_SIGNED = -170


def goals(days: Days) -> tuple[Goal, ...]:
    return (
        Goal(
            key=REVENUE,
            name="会员营销业务回款",
            metric="里程碑回款",
            target=Decimal("8000000"),
            current=Decimal("2150000"),
            unit="CNY",
            start=days.ahead(-120),
            due=days.ahead(36),
            owner="顾承志",
            win_rate=Decimal("0.35"),
        ),
        Goal(
            key=ABROAD,
            name="海外试点回款",
            metric="里程碑回款",
            target=Decimal("250000"),
            current=Decimal("30000"),
            unit="USD",
            start=days.ahead(-90),
            due=days.ahead(90),
            owner="苏晓岚",
            win_rate=Decimal("0.25"),
        ),
    )


_DEALS = (
    Deal(
        key="D-01",
        name="青梧零售全渠道会员推广",
        customer="青梧零售集团",
        contract_no="HC-XS-YEAR-018",
        amount=Decimal("2400000.00"),
        sales_owner="顾承志",
        delivery_owner="韩冬生",
        goal=REVENUE,
        penalty_rate=(Tier(1, Decimal("0.0005")), Tier(11, Decimal("0.001"))),
        penalty_grace_days=3,
        penalty_cap=Decimal("0.05"),
    ),
    Deal(
        key="D-02",
        name="北屿乳业新品上市整合推广",
        customer="北屿乳业",
        contract_no="HC-XS-YEAR-023",
        amount=Decimal("1680000.00"),
        sales_owner="苏晓岚",
        delivery_owner="林悦",
        goal=REVENUE,
        penalty_rate=(Tier(1, Decimal("0.0005")),),
        penalty_grace_days=5,
        penalty_cap=Decimal("0.1"),
    ),
    Deal(
        key="D-03",
        name="南汀酒店会员与收款升级",
        customer="南汀酒店管理",
        contract_no="HC-XS-YEAR-027",
        amount=Decimal("1260000.00"),
        sales_owner="顾承志",
        delivery_owner="蒋雯",
        goal=REVENUE,
    ),
    Deal(
        key="D-04",
        name="朔方快运客服工单平台",
        customer="朔方快运",
        contract_no="HC-XS-YEAR-031",
        amount=Decimal("960000.00"),
        sales_owner="苏晓岚",
        delivery_owner="韩冬生",
        goal=REVENUE,
        penalty_rate=(Tier(1, Decimal("0.0003")),),
        penalty_base="milestone",
        penalty_grace_days=0,
        penalty_cap=Decimal("0.2"),
        rules={"stale_workdays": 8.0, "slip_red_workdays": 8.0},
    ),
    Deal(
        key="D-05",
        name="Northmere 海外门店会员试点",
        customer="Northmere Outfitters",
        contract_no="HC-OS-YEAR-004",
        amount=Decimal("180000.00"),
        currency="USD",
        sales_owner="苏晓岚",
        delivery_owner="沈博文",
        goal=ABROAD,
        penalty_rate=(Tier(1, Decimal("0.0005")),),
        penalty_base="milestone",
        penalty_grace_days=7,
        penalty_cap=Decimal("0.05"),
    ),
    Deal(
        key="D-06",
        name="屿见文旅景区会员年卡",
        customer="屿见文旅",
        contract_no="HC-XS-YEAR-036",
        amount=Decimal("720000.00"),
        sales_owner="顾承志",
        delivery_owner="许晴川",
        goal=REVENUE,
    ),
    Deal(
        key="D-07",
        name="砚山书店会员小程序一期",
        customer="砚山书店",
        contract_no="HC-XS-YEAR-011",
        amount=Decimal("380000.00"),
        sales_owner="苏晓岚",
        delivery_owner="蒋雯",
        goal=REVENUE,
        penalty_rate=(Tier(1, Decimal("0.0005")),),
        penalty_grace_days=2,
        penalty_cap=Decimal("0.05"),
    ),
)


def deals(days: Days) -> tuple[Deal, ...]:
    """The seven deals, one of them closed; their contracts were signed before the work began."""
    year = str(days.ahead(_SIGNED).year)
    return tuple(replace(deal, contract_no=(deal.contract_no or "").replace("YEAR", year)) for deal in _DEALS)
