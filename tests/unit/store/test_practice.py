"""What people record beside the plan: the newest counts, every one stays, and a past instant sees what was there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from bridge.reconcile.recorded import Contact, Noted, Verdict
from bridge.store import practice
from bridge.store.clockwork import stamp
from bridge.store.engine import Store
from bridge.store.opening import Place
from bridge.store.opening import opened as opened_at

MONDAY = datetime(2026, 8, 24, 1, tzinfo=UTC)
LATER = MONDAY + timedelta(days=1)
NOTED = Noted(
    code="BLOCKED",
    deal="D-1",
    milestone="M-1",
    severity="red",
    measure=Decimal("2"),
    cause={"zh": "两项被阻塞", "en": "two are blocked"},
    probability=Decimal("0.7143"),
    impact_days=Decimal(9),
    owner="林悦",
    due=date(2026, 9, 1),
)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with opened_at(place) as made:
        made.upgrade()
        yield made


def verdict(confirmed: bool, at: datetime, key: str = "M-1:BLOCKED") -> Verdict:
    return Verdict(key, confirmed, "王敏", "因为", at, NOTED)


def test_a_decision_comes_back_as_it_was_made(store: Store):
    practice.save_verdict(store, verdict(True, MONDAY))

    assert practice.verdicts(store) == {"M-1:BLOCKED": verdict(True, MONDAY)}


def test_the_newest_decision_on_a_candidate_counts_and_a_past_instant_sees_the_one_of_then(store: Store):
    practice.save_verdict(store, verdict(True, MONDAY))
    practice.save_verdict(store, verdict(False, LATER))

    found = [practice.verdicts(store, before) for before in (None, stamp(LATER), stamp(MONDAY))]

    assert [{key: one.confirmed for key, one in entry.items()} for entry in found] == [
        {"M-1:BLOCKED": False},
        {"M-1:BLOCKED": True},
        {},
    ]


def test_a_link_can_be_moved_and_taken_back(store: Store):
    ref = ("pc", "t1")
    for hours, milestone in enumerate(("M-1", "M-2", None)):
        practice.save_link(store, ref, milestone, "王敏", MONDAY + timedelta(hours=hours))

    found = [practice.links(store, stamp(MONDAY + timedelta(hours=hours))) for hours in range(4)]

    assert found == [{}, {ref: ("M-1", "王敏")}, {ref: ("M-2", "王敏")}, {}]


def test_contacts_come_in_the_order_in_which_they_were_recorded(store: Store):
    first = Contact("D-1", "customer", date(2026, 8, 24), "苏晓岚", MONDAY)
    second = Contact("D-1", "team", date(2026, 8, 20), "林悦", LATER)
    for contact in (first, second):
        practice.save_contact(store, contact)

    assert practice.contacts(store) == (first, second)
    assert practice.contacts(store, stamp(LATER)) == (first,)
