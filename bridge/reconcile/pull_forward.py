"""Which open milestones could still be brought into a period, and how many working days must be gained for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from bridge.plan.cells import fold
from bridge.plan.document import Goal
from bridge.reconcile.case import Situation
from bridge.reconcile.money import quarter_end
from bridge.reconcile.situation import Assessment, PullForward

MOST_WORKDAYS = 10
"""More than two weeks of work are not gained by starting earlier and working harder: the scope would have to change."""
HOPELESS = frozenset({"BLOCKED", "NEGATIVE_FLOAT"})
"""Reasons for which no effort moves the date: somebody else must move first, or the chain of tasks is too long already."""
UNITS: Mapping[str, str] = {
    "元": "CNY",
    "人民币": "CNY",
    "rmb": "CNY",
    "¥": "CNY",
    "￥": "CNY",
    "美元": "USD",
    "usd": "USD",
    "$": "USD",
    "欧元": "EUR",
    "日元": "JPY",
    "港元": "HKD",
    "港币": "HKD",
}
CODES = frozenset(
    [
        "AED",
        "AUD",
        "BRL",
        "CAD",
        "CHF",
        "CNH",
        "CNY",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "IDR",
        "INR",
        "JPY",
        "KRW",
        "MOP",
        "MXN",
        "MYR",
        "NOK",
        "NZD",
        "PHP",
        "PLN",
        "RUB",
        "SAR",
        "SEK",
        "SGD",
        "THB",
        "TRY",
        "TWD",
        "USD",
        "VND",
        "ZAR",
    ]
)
"""Units taken for a currency wherever they stand; of another one a deal must have it. `ARR` or `pcs` is none."""


def currency_of(goal: Goal, currencies: Iterable[str]) -> str | None:
    """The currency that a goal is counted in: its unit, or where it has none the only one of its deals.

    None where the unit is no currency (a number of contracts, ten thousands), or where there are several.
    """
    known = set(currencies)
    if goal.unit is None:
        return next(iter(known)) if len(known) == 1 else None
    meant = UNITS.get(fold(goal.unit), goal.unit.strip().upper())
    return meant if meant in CODES or meant in known else None


def for_goal(
    goal: Goal, gap: Decimal | None, laid_out: Sequence[Situation], rows: Mapping[str, Assessment]
) -> tuple[PullForward, ...]:
    """Milestones of a goal that could be brought into its period; none where its gap is closed or its end unknown."""
    if goal.due is None or (gap is not None and gap <= 0):
        return ()
    own = [at for at in laid_out if at.deal.goal == goal.key]
    currency = currency_of(goal, (at.deal.currency for at in own if at.milestone.amount is not None))
    return _ordered(candidate for candidate in _candidates(own, rows, goal.due) if candidate.currency == currency)


def into_the_quarter(
    laid_out: Sequence[Situation], rows: Mapping[str, Assessment], today: date
) -> tuple[PullForward, ...]:
    """The same over the whole portfolio and the calendar quarter of today; each entry names its currency."""
    return _ordered(_candidates(laid_out, rows, quarter_end(today)))


def _candidates(laid_out: Iterable[Situation], rows: Mapping[str, Assessment], end: date) -> Iterator[PullForward]:
    for at in laid_out:
        amount = at.milestone.amount
        if amount is None or amount <= 0 or at.is_done:
            continue
        gain = days_to_gain(at, rows, end)
        if gain is not None:
            yield PullForward(at.milestone.key, amount, at.deal.currency, gain)


def days_to_gain(at: Situation, rows: Mapping[str, Assessment], end: date) -> int | None:
    """Working days between the end of the period and the day it is expected; None where it cannot or need not be gained.

    It can where the day is known and after the end, the end is still to come, nothing is blocked or too long by its
    links, no predecessor in the plan comes after the end, and either there is an even chance already (P50 by the end) or
    no more than `MOST_WORKDAYS` and no more than the working days left must be gained: the pace would double at most.
    """
    row = rows[at.milestone.key]
    expected = _expected(row)
    if expected is None or expected <= end or at.today >= end:
        return None
    if any(finding.code in HOPELESS for finding in row.findings):
        return None
    if any(_comes_after(rows.get(key), end) for key in at.milestone.depends_on):
        return None
    gain, left = at.workdays(end, expected), at.workdays(at.today, end)
    is_even = row.forecast.p50 is not None and row.forecast.p50 <= end
    return gain if is_even or gain <= min(MOST_WORKDAYS, left) else None


def _expected(row: Assessment) -> date | None:
    """F(0.85), else the date in the tool: the day by which `expected` of a goal counts it too."""
    return row.forecast.p85 or row.due


def _comes_after(row: Assessment | None, end: date) -> bool:
    if row is None or row.actual is not None:
        return False
    expected = _expected(row)
    return expected is None or expected > end


def _ordered(found: Iterable[PullForward]) -> tuple[PullForward, ...]:
    """Money for each working day to gain, most first; days off alone cost no working day and come before all."""

    def rank(one: PullForward) -> tuple[bool, Fraction, str]:
        return (one.workdays > 0, -Fraction(one.amount) / max(one.workdays, 1), one.milestone)

    return tuple(sorted(found, key=rank))
