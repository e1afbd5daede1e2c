"""The demo's sales plan as it stood on a day: what was not known then is not in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bridge.demo.days import Days
from bridge.demo.deals import deals, goals
from bridge.demo.promise import RENEWED_AT, Promise
from bridge.demo.promises_closed import CLOSED
from bridge.demo.promises_retail import RETAIL
from bridge.demo.promises_service import SERVICES
from bridge.demo.registers import communications, feedback, resources, risks
from bridge.plan.document import Milestone, Plan

PROMISES: tuple[Promise, ...] = RETAIL + SERVICES + CLOSED

Numbers = Mapping[str, str]
"""What a placeholder in a scope stands for: "M-06.root" -> the number of that item in its tool."""


def plan_on(day: date, days: Days, numbers: Numbers) -> Plan:
    """The plan as it was on a day on which the demo looks."""
    return Plan(
        goals=goals(days),
        deals=deals(days),
        milestones=tuple(_milestone(row, day, days, numbers) for row in PROMISES),
        resources=resources(days),
        risks=risks(days),
        feedback=feedback(days, day),
        communications=communications(days, day),
    )


def _milestone(row: Promise, day: date, days: Days, numbers: Numbers) -> Milestone:
    renewed = row.renewed is not None and day >= days.observed[RENEWED_AT]
    promised = row.renewed if renewed else row.promised
    return Milestone(
        key=row.key,
        deal=row.deal,
        name=row.name,
        promised=_on(promised, days),
        owner=row.owner,
        amount=None if row.amount is None else Decimal(row.amount).quantize(Decimal("0.01")),
        contractual=row.contractual,
        class_=row.class_,
        internal_target=_on(row.internal, days),
        weight=Decimal(row.weight),
        acceptance=row.acceptance,
        depends_on=row.depends_on,
        scope=row.scope.format(root=numbers.get(f"{row.key}.root"), own=numbers.get(f"{row.key}.own")),
        actual=_known(_on(row.actual, days), day),
        customer_informed=_known(_on(row.informed, days), day),
        note=row.note,
    )


def _on(workdays: int | None, days: Days) -> date | None:
    return None if workdays is None else days.ahead(workdays)


def _known(what: date | None, day: date) -> date | None:
    """A date that lay in the future then was not written down then."""
    return what if what is not None and what <= day else None
