"""How the portfolio went from day to day, from what was recorded of each milestone; nothing is judged anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from bridge.model import SEVERITY_ORDER, Colour
from bridge.plan.document import Milestone
from bridge.reconcile.situation import Portfolio, Snapshot
from bridge.report import numbers
from bridge.report.chart_portfolio import Dated
from bridge.store import plans, snapshots
from bridge.usecases.promises import deals_seen
from bridge.usecases.reporting import Judged
from bridge.usecases.workspace import Workspace

Known = Mapping[str, tuple[Snapshot, ...]]


class TrendWish(Struct, frozen=True):
    """How many of the newest recorded days, and whose deals alone."""

    days: int = 60
    sales_owner: str | None = None


class Day(Struct, frozen=True):
    """One recorded day: milestones by status, worst first, and what was at risk by currency, weighted."""

    day: date
    counts: Mapping[str, int]
    at_risk: Mapping[str, str]
    turned: tuple[Turned, ...]
    """Milestones whose status differs from the recorded day before, in the order of the plan."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def as_json(self) -> dict[str, Any]:
        turned = [{"milestone": one.key, "was": one.was, "is": one.now} for one in self.turned]
        return {"day": self.day.isoformat(), **self.counts, "at_risk_expected": dict(self.at_risk), "turned": turned}


class Turned(Struct, frozen=True):
    key: str
    name: str
    was: str
    now: str


class Course(Struct, frozen=True):
    days: tuple[Day, ...]
    """Oldest first."""
    contractual: tuple[Dated, ...]
    """Every contractual milestone with its date in the tool on each of all recorded days; what is worst now first."""


def look(space: Workspace, wish: TrendWish, judged: Judged | None = None) -> Course:
    """Only milestones of the plan in force count, as they were on each day. The days before today are taken from what was
    `judged` already, for they do not change any more."""
    own = deals_seen(space, wish.sales_owner)
    with space.store() as store, store.snapshot():
        newest = plans.newest(store)
        if judged is None:
            known = snapshots.before(store, space.clock.today + timedelta(days=1))
        else:
            known = _with_today(judged.portfolio, snapshots.on_or_before(store, space.clock.today))
    if newest is None:
        return Course((), ())
    rows = [row for row in newest.plan.milestones if row.deal in own]
    currencies = {deal.key: deal.currency for deal in newest.plan.deals}
    of = {row.key: (row.name, currencies[row.deal]) for row in rows}
    return Course(tuple(_days(known, of, wish.days)), tuple(_contractual(known, rows)))


def _with_today(portfolio: Portfolio, last: Mapping[str, Snapshot]) -> dict[str, tuple[Snapshot, ...]]:
    found = dict(portfolio.snapshots)
    for key, one in last.items():
        if one.day == portfolio.today:
            found[key] = (*found.get(key, ()), one)
    return found


def _days(known: Known, of: Mapping[str, tuple[str, str]], most: int) -> Iterator[Day]:
    by_day: dict[date, dict[str, Snapshot]] = {}
    for key, found in known.items():
        for one in found if key in of else ():
            by_day.setdefault(one.day, {})[key] = one
    days = sorted(by_day)[-most:]
    before: dict[str, Snapshot] = (
        by_day[max(earlier)] if (earlier := [d for d in by_day if days and d < days[0]]) else {}
    )
    for day in days:
        yield _day(day, by_day[day], before, of)
        before = by_day[day]


def _contractual(known: Known, rows: Iterable[Milestone]) -> list[Dated]:
    found = []
    for row in rows:
        past = known.get(row.key, ())
        if row.contractual and past:
            dates = tuple((one.day, one.due) for one in past)
            found.append(Dated(row.key, row.name, past[-1].colour.value, dates))
    return sorted(found, key=lambda one: SEVERITY_ORDER.index(Colour(one.colour)))


def _day(
    day: date, now: Mapping[str, Snapshot], before: Mapping[str, Snapshot], of: Mapping[str, tuple[str, str]]
) -> Day:
    colours = Counter(one.colour for one in now.values())
    money: dict[str, list[Decimal | None]] = {}
    for key, one in now.items():
        money.setdefault(of[key][1], []).append(one.at_risk_expected)
    turned = (
        Turned(key, of[key][0], before[key].colour.value, now[key].colour.value)
        for key in of
        if key in now and key in before and before[key].colour is not now[key].colour
    )
    return Day(
        day,
        {colour.value: colours[colour] for colour in SEVERITY_ORDER},
        {currency: numbers.money_sum(amounts, currency) for currency, amounts in sorted(money.items())},
        tuple(turned),
    )
