"""What there is to work with and how much of it is spoken for: weeks of people, work nobody has, budgets of deals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from msgspec import Struct

from bridge.plan.cells import fold
from bridge.reconcile.situation import Portfolio
from bridge.reconcile.staffing import Budget, Share, Staff, Staffing, Week, staffing
from bridge.report import numbers
from bridge.report.selection import deals_of
from bridge.usecases.portfolio import present
from bridge.usecases.reporting import Judged
from bridge.usecases.workspace import Workspace


class Seen(Struct, frozen=True):
    """What of it somebody may see: their own weeks, and the budgets of the deals they sell."""

    name: str
    sales_owner: str | None = None
    """Whose budgets alone are seen; None: all."""
    everybody: bool = False
    """The weeks of everybody, as a lead sees them."""


def look(space: Workspace, weeks: int, seen: Seen | None = None, judged: Judged | None = None) -> dict[str, Any]:
    """The running week and those after it, and the budgets of the plan; writes nothing. Without `seen` all of it and with the tasks
    of each week, and without what was `judged` already by what is stored now."""
    if judged is None:
        with space.store() as store, store.snapshot():
            portfolio = present(space, store)
        found = staffing(portfolio, weeks)
    else:
        portfolio, found = judged.portfolio, judged.staffing(weeks)
    if seen is not None:
        found = _narrowed(found, portfolio, seen)
    rest = found.uncounted
    return {
        "as_of": portfolio.today.isoformat(),
        "weeks": [monday.isoformat() for monday in found.mondays],
        "amber_above": portfolio.thresholds.load_amber,
        "people": [_person(one, has_tasks=seen is None) for one in found.people],
        "uncounted": {
            "open": rest.open,
            "unassigned": rest.unassigned,
            "unassigned_hours": _hours(rest.unassigned_hours),
            "undated": rest.undated,
            "undated_ratio": numbers.ratio(rest.undated_ratio),
            "without_hours": rest.unsized,
            "without_hours_ratio": numbers.ratio(rest.unsized_ratio),
        },
        "budgets": [_budget(one) for one in found.budgets],
    }


def _narrowed(found: Staffing, portfolio: Portfolio, seen: Seen) -> Staffing:
    """Where several people are called like who asks, nobody can tell whose weeks are theirs, so none are shown."""
    names = {fold(seen.name), *portfolio.people.called(seen.name).names}
    called = tuple(one for one in found.people if fold(one.name) in names)
    people = found.people if seen.everybody else called if len(called) == 1 else ()
    budgets = found.budgets
    if seen.sales_owner is not None:
        own = deals_of(portfolio.plan, seen.sales_owner, portfolio.people)
        budgets = tuple(one for one in budgets if one.deal in own)
    return replace(found, people=people, budgets=budgets)


def _person(one: Staff, *, has_tasks: bool) -> dict[str, Any]:
    return {
        "name": one.name,
        "weeks": [_week(week, has_tasks=has_tasks) for week in one.weeks],
        "undated": one.undated,
        "without_hours": one.unsized,
    }


def _week(week: Week, *, has_tasks: bool) -> dict[str, Any]:
    return {
        "week": week.week.isoformat(),
        "hours": _hours(week.hours),
        "capacity": _hours(week.capacity),
        "ratio": numbers.ratio(week.ratio),
        **({"tasks": [_share(share) for share in week.tasks]} if has_tasks else {}),
    }


def _share(share: Share) -> dict[str, Any]:
    task = share.task
    named = {"source": task.source, "id": task.id, "key": task.key, "title": task.title, "url": task.url}
    return {**named, "hours": _hours(share.hours)}


def _hours(hours: float | None) -> str | None:
    return None if hours is None else numbers.quantity(Decimal(str(hours)))


def _budget(one: Budget) -> dict[str, Any]:
    """Without a currency an amount is given as the plan states it: its minor unit is not known."""
    return {
        "deal": one.deal,
        "currency": one.currency,
        "kind": one.kind,
        "owners": list(one.owners),
        "budget": _money(one.budget, one.currency),
        "used": _money(one.used, one.currency),
        "ratio": None if one.ratio is None else numbers.ratio(float(one.ratio)),
    }


def _money(amount: Decimal | None, currency: str | None) -> str | None:
    if amount is None:
        return None
    return numbers.plain(amount) if currency is None else numbers.money(amount, currency)
