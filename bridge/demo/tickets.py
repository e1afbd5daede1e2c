"""The tickets of the demo's first customer: one that was answered, and one that nobody has closed since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bridge.demo.days import Days
from connectors.company import SimCustomer, SimProduct, SimTicket
from connectors.testing import hex_id

_PRODUCT = hex_id("pingcode", "product", "SVC")
_CUSTOMER = hex_id("pingcode", "customer", "青梧零售集团")


def tickets(days: Days) -> tuple[Any, ...]:
    """Everything was written before the demo first looks, so that every look finds the same."""
    founded = days.instant(days.ahead(-150), 9)
    written = days.instant(days.first - timedelta(days=6), 10)
    answered = days.instant(days.first - timedelta(days=3), 15)
    return (
        SimProduct(_PRODUCT, "SVC", "会员服务台", founded),
        SimCustomer(_CUSTOMER, "青梧零售集团", _PRODUCT, updated_at=founded),
        SimTicket(
            id=hex_id("pingcode", "ticket", "SVC-T1"),
            key="SVC-T1",
            title="收银台重启后要重新登录会员系统",
            product=_PRODUCT,
            state="doing",
            priority="P1",
            created_at=written,
            updated_at=written,
            customer=_CUSTOMER,
        ),
        SimTicket(
            id=hex_id("pingcode", "ticket", "SVC-T2"),
            key="SVC-T2",
            title="会员日短信没有退订说明",
            product=_PRODUCT,
            state="done",
            created_at=written,
            updated_at=answered,
            completed_at=answered,
            customer=_CUSTOMER,
        ),
    )
