"""What people, goods and money there are, and what of them is used: by name and by deal, never as a ranking.

Hours follow `load`, so a week that is too full here is the one that `OVERLOADED` speaks of.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from bridge.model import Task
from bridge.plan.cells import fold
from bridge.plan.document import Plan, Resource
from bridge.plan.identity import Identity
from bridge.reconcile.load import (
    OF_PEOPLE,
    Capacity,
    capacities_of,
    hours_available,
    hours_of,
    open_leaves,
    weeks_of,
)
from bridge.reconcile.situation import Portfolio


@dataclass(frozen=True, slots=True)
class Share:
    """What one task takes of one person's week."""

    task: Task
    hours: float


@dataclass(frozen=True, slots=True)
class Week:
    """One week (Monday) of one person; `ratio` is None when there is work and no hour to do it in, else load/capacity."""

    week: date
    hours: float
    capacity: float
    ratio: float | None
    tasks: tuple[Share, ...]
    """Most hours first."""


@dataclass(frozen=True, slots=True)
class Staff:
    """One person. `undated` and `unsized` count open tasks that no week can be given."""

    name: str
    weeks: tuple[Week, ...]
    undated: int
    unsized: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Of one deal and kind of resource, in the deal's currency; both are None where no deal, thus no currency, is known.

    A sum is None where no row states it, `ratio` where any row lacks a part or nothing was budgeted.
    """

    deal: str | None
    currency: str | None
    kind: str | None
    owners: tuple[str, ...]
    budget: Decimal | None
    used: Decimal | None
    ratio: Decimal | None


@dataclass(frozen=True, slots=True)
class Uncounted:
    """Open leaves that no person's week holds; shares are of all open leaves, None where there are none.

    `unassigned_hours` is None where none of the work without an owner states hours.
    """

    open: int
    unassigned: int
    unassigned_hours: float | None
    undated: int
    undated_ratio: float | None
    unsized: int
    unsized_ratio: float | None


@dataclass(frozen=True, slots=True)
class Staffing:
    mondays: tuple[date, ...]
    people: tuple[Staff, ...]
    uncounted: Uncounted
    budgets: tuple[Budget, ...]


def staffing(portfolio: Portfolio, weeks: int) -> Staffing:
    """The running week and those after it; people in the order of their names."""
    monday = portfolio.today - timedelta(days=portfolio.today.weekday())
    mondays = tuple(monday + timedelta(weeks=number) for number in range(weeks))
    leaves = open_leaves(record.task for record in portfolio.tasks)
    return Staffing(mondays, _people(portfolio, leaves, mondays), _uncounted(leaves), budgets(portfolio.plan))


def _people(portfolio: Portfolio, leaves: Sequence[Task], mondays: tuple[date, ...]) -> tuple[Staff, ...]:
    who = portfolio.people
    capacities = capacities_of(portfolio.plan.resources, portfolio.hours_per_day, who)
    known = {one.key: one for one in _named_in_the_plan(portfolio)}
    parts: dict[str, dict[date, list[Share]]] = defaultdict(lambda: defaultdict(list))
    undated: dict[str, int] = defaultdict(int)
    unsized: dict[str, int] = defaultdict(int)
    for task in leaves:
        spread = weeks_of(task, portfolio.calendar, portfolio.today, mondays[0], len(mondays)) if task.due_on else {}
        for person in task.assignees:
            one = who.who(task.source, person)
            known.setdefault(one.key, one)
            undated[one.key] += task.due_on is None
            unsized[one.key] += task.due_on is not None and hours_of(task) <= 0
            for week, part in spread.items() if hours_of(task) > 0 else ():
                parts[one.key][week].append(Share(task, hours_of(task) / len(task.assignees) * part))
    whole = Capacity(portfolio.hours_per_day)
    return tuple(
        Staff(
            one.name,
            tuple(
                _week(monday, parts[key][monday], capacities.get(who.key_by_name(one), whole), portfolio)
                for monday in mondays
            ),
            undated[key],
            unsized[key],
        )
        for key, one in sorted(known.items(), key=lambda entry: (fold(entry[1].name), entry[0]))
    )


def _named_in_the_plan(portfolio: Portfolio) -> Iterator[Identity]:
    for row in portfolio.plan.resources:
        if row.owner and (row.kind is None or fold(row.kind) in OF_PEOPLE):
            yield portfolio.people.called(row.owner)


def _week(monday: date, shares: Sequence[Share], capacity: Capacity, portfolio: Portfolio) -> Week:
    # A full week summed from fractions must not come out a hair above full.
    hours = round(sum(share.hours for share in shares), 6)
    available = hours_available(monday, capacity, portfolio.calendar)
    ratio = hours / available if available > 0 else (None if hours else 0.0)
    ordered = sorted(shares, key=lambda share: (-share.hours, share.task.ref))
    return Week(monday, hours, available, ratio, tuple(ordered))


def _uncounted(leaves: Sequence[Task]) -> Uncounted:
    nobodys = [task for task in leaves if not task.assignees]
    stated = [hours_of(task) for task in nobodys if hours_of(task) > 0]
    undated = sum(1 for task in leaves if task.due_on is None)
    unsized = sum(1 for task in leaves if hours_of(task) <= 0)
    return Uncounted(
        open=len(leaves),
        unassigned=len(nobodys),
        unassigned_hours=round(sum(stated), 6) if stated else None,
        undated=undated,
        undated_ratio=undated / len(leaves) if leaves else None,
        unsized=unsized,
        unsized_ratio=unsized / len(leaves) if leaves else None,
    )


def budgets(plan: Plan) -> tuple[Budget, ...]:
    """By deal and kind. Rows of no deal have no currency: each stands by itself, for nothing says they may be added."""
    currencies = {deal.key: deal.currency for deal in plan.deals}
    groups: dict[tuple[str, str, int], list[Resource]] = defaultdict(list)
    for number, row in enumerate(plan.resources, 1):
        if row.budget is None and row.used is None:
            continue
        alone = number if row.deal is None else 0
        groups[row.deal or "", "" if row.kind is None else fold(row.kind), alone].append(row)
    ordered = sorted(groups.items(), key=lambda group: (not group[0][0], group[0]))
    return tuple(_budget(rows, currencies) for _, rows in ordered)


def _budget(rows: Sequence[Resource], currencies: Mapping[str, str]) -> Budget:
    deal = rows[0].deal
    budget, used = _sum(row.budget for row in rows), _sum(row.used for row in rows)
    whole = all(row.budget is not None and row.used is not None for row in rows)
    return Budget(
        deal=deal,
        currency=None if deal is None else currencies.get(deal),
        kind=rows[0].kind,
        owners=tuple(sorted({row.owner for row in rows if row.owner})),
        budget=budget,
        used=used,
        ratio=used / budget if whole and used is not None and budget else None,
    )


def _sum(amounts: Iterable[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None
