"""Which rows a reader asked for: by customer, deal, status, period, words, or a person who owns the milestone, the deal's
sales or its delivery."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bridge.language import Text
from bridge.plan.document import Plan
from bridge.plan.identity import NOBODY, Everybody
from bridge.reconcile.situation import Assessment


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What rows are narrowed to beside customer and owner; what is not given narrows nothing."""

    deal: str | None = None
    """Its key or its name."""
    milestone: str | None = None
    """Its key."""
    statuses: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    """The period, both days included, in which the promise falls; where nothing is promised, the date in the tool."""
    words: str | None = None
    """Each of them stands somewhere in the names and keys of the row."""
    period: str | None = None
    """One of `PERIODS`, seen from the report's own day; what `first` and `last` say holds besides."""

    @property
    def is_anything(self) -> bool:
        return self != EVERYTHING


EVERYTHING = Narrowed()
PERIODS: dict[str, Text] = {
    "this_month": Text("本月", "this month"),
    "next_month": Text("下月", "next month"),
    "this_quarter": Text("本季度", "this quarter"),
    "next_quarter": Text("下季度", "next quarter"),
    "this_year": Text("今年", "this year"),
}


def period(name: str, today: date) -> tuple[date, date]:
    """First and last day of one of `PERIODS`."""
    if name == "this_year":
        return date(today.year, 1, 1), date(today.year, 12, 31)
    months = 3 if name.endswith("quarter") else 1
    number = today.year * 12 + (today.month - 1) // months * months
    number += months if name.startswith("next") else 0
    return _month(number), _month(number + months) - timedelta(days=1)


def _month(number: int) -> date:
    """The first day of a month, counted from year 0."""
    return date(number // 12, number % 12 + 1, 1)


def selected(
    assessments: Iterable[Assessment],
    *,
    customer: str | None = None,
    owner: str | None = None,
    sales_owner: str | None = None,
    narrowed: Narrowed = EVERYTHING,
    people: Everybody = NOBODY,
    today: date | None = None,
) -> tuple[Assessment, ...]:
    """The rows that fit every filter given, in their order; no filter keeps all.

    An owner is also found by what the other accounts of the same person are called; `today` is needed for a period.
    """
    if narrowed.period is not None and today is not None:
        first, last = period(narrowed.period, today)
        narrowed = replace(
            narrowed, first=max(first, narrowed.first or first), last=min(last, narrowed.last or last), period=None
        )
    wanted, sellers = _called(owner, people), _called(sales_owner, people)
    return tuple(
        row
        for row in assessments
        if (customer is None or same_name(row.deal.customer, customer))
        and (owner is None or any(name and folded(name) in wanted for name in owners(row)))
        and (sales_owner is None or folded(row.deal.sales_owner or "") in sellers)
        and _fits(row, narrowed)
    )


def _fits(row: Assessment, wish: Narrowed) -> bool:
    """An unbounded period holds what has no date, a bounded one does not."""
    day = row.commitment or row.due
    return (
        (wish.deal is None or same_name(row.deal.key, wish.deal) or same_name(row.deal.name, wish.deal))
        and (wish.milestone is None or row.milestone.key == wish.milestone)
        and (not wish.statuses or row.colour.value in wish.statuses)
        and (wish.first is None or (day is not None and day >= wish.first))
        and (wish.last is None or (day is not None and day <= wish.last))
        and (wish.words is None or _says(row, wish.words))
    )


def _says(row: Assessment, words: str) -> bool:
    named = (row.milestone.key, row.milestone.name, row.deal.key, row.deal.name, row.deal.customer, *owners(row))
    written = " ".join(folded(name) for name in named if name)
    return all(word in written for word in folded(words).split())


def _called(name: str | None, people: Everybody) -> frozenset[str]:
    return frozenset() if name is None else frozenset({folded(name), *map(folded, people.called(name).names)})


def deals_of(plan: Plan, sales_owner: str, people: Everybody = NOBODY) -> frozenset[str]:
    """The keys of the deals that somebody sells, by any name that is theirs."""
    sellers = _called(sales_owner, people)
    return frozenset(deal.key for deal in plan.deals if folded(deal.sales_owner or "") in sellers)


def owners(row: Assessment) -> tuple[str | None, ...]:
    return (row.milestone.owner, row.deal.sales_owner, row.deal.delivery_owner)


def folded(name: str) -> str:
    """A name as names are compared: compatibility forms, surrounding blanks and case make no difference."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def same_name(name: str | None, wanted: str) -> bool:
    return name is not None and folded(name) == folded(wanted)
