"""Which rows a reader asked for: by customer, or by a person who owns the milestone, the deal's sales or its delivery."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from bridge.plan.identity import NOBODY, Everybody
from bridge.reconcile.situation import Assessment


def selected(
    assessments: Iterable[Assessment],
    *,
    customer: str | None = None,
    owner: str | None = None,
    sales_owner: str | None = None,
    people: Everybody = NOBODY,
) -> tuple[Assessment, ...]:
    """The rows that fit every filter given, in their order; no filter keeps all.

    An owner is also found by what the other accounts of the same person are called.
    """
    wanted, sellers = _called(owner, people), _called(sales_owner, people)
    return tuple(
        row
        for row in assessments
        if (customer is None or same_name(row.deal.customer, customer))
        and (owner is None or any(name and folded(name) in wanted for name in owners(row)))
        and (sales_owner is None or folded(row.deal.sales_owner or "") in sellers)
    )


def _called(name: str | None, people: Everybody) -> frozenset[str]:
    return frozenset() if name is None else frozenset({folded(name), *map(folded, people.called(name).names)})


def owners(row: Assessment) -> tuple[str | None, ...]:
    return (row.milestone.owner, row.deal.sales_owner, row.deal.delivery_owner)


def folded(name: str) -> str:
    """A name as names are compared: compatibility forms, surrounding blanks and case make no difference."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def same_name(name: str | None, wanted: str) -> bool:
    return name is not None and folded(name) == folded(wanted)
