"""Another order of the rows of a report than worst first, for every form in which they are shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bridge.language import Lang, Text
from bridge.report.cells import one_line
from bridge.report.rows import slip_of
from bridge.report.selection import folded

Item = Mapping[str, Any]
NEVER = "9999-12-31"

ORDERS: dict[str, Text] = {
    "worst": Text("最要紧的在前", "worst first"),
    "promise": Text("承诺日，早的在前", "promise, earliest first"),
    "slip": Text("延误，多的在前", "slip, largest first"),
    "money": Text("金额，大的在前", "amount, largest first"),
    "customer": Text("客户", "customer"),
    "owner": Text("负责人", "owner"),
    "name": Text("里程碑名称", "name of the milestone"),
}
NO_CUSTOMER = Text("（没有客户）", "(no customer)")


def arranged(view: Mapping[str, Any], order: str = "worst", *, by_customer: bool = False) -> Mapping[str, Any]:
    """The same report with its rows in another of `ORDERS`; rows that are equal in it stay worst first.

    `by_customer` brings the rows of each customer together, the customer of the first row first.
    """
    items: Sequence[Item] = view["milestones"]
    if order in KEYS:
        items = sorted(items, key=KEYS[order])
    if by_customer:
        places: dict[str, int] = {}
        for item in items:
            places.setdefault(customer_of(item), len(places))
        items = sorted(items, key=lambda item: places[customer_of(item)])
    return {**view, "milestones": list(items)}


def customer_of(item: Item) -> str:
    """By what the rows of one customer are known; nothing where the deal names none."""
    return folded(item["customer"] or "")


def customer_name(item: Item, lang: Lang) -> str:
    return one_line(item["customer"]) if item["customer"] else NO_CUSTOMER.say(lang)


def _slip(item: Item) -> float:
    found = slip_of(item)
    return math.inf if found is None else -found.workdays


def _amount(item: Item) -> Decimal:
    return -Decimal(item["amount"]["amount"] or 0)


def _owner(item: Item) -> tuple[bool, str]:
    name = item["owner"] or item["delivery_owner"] or item["sales_owner"]
    return (name is None, folded(name or ""))


KEYS: dict[str, Callable[[Item], Any]] = {
    "promise": lambda item: item["baseline"] or NEVER,
    "slip": _slip,
    "money": _amount,
    "customer": lambda item: (item["customer"] is None, customer_of(item)),
    "owner": _owner,
    "name": lambda item: folded(item["name"]),
}
