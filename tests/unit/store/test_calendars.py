"""Calendars in force: replaced as a whole, nothing written for nothing, and found again as they were before an instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bridge.store import calendars
from bridge.store.clockwork import stamp
from bridge.store.engine import Store
from bridge.store.opening import Place
from bridge.store.opening import opened as opened_at
from tests.server import writes

AT = datetime(2026, 11, 20, 1, tzinfo=UTC)
FIRST = (date(2027, 2, 8), "off", "春节")
SECOND = (date(2027, 2, 13), "workday", "春节")


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with opened_at(place) as opened:
        opened.upgrade()
        yield opened


def test_a_year_is_replaced_as_a_whole_and_the_former_one_is_found_as_of_then(store: Store):
    calendars.replace(store, "announced", 2027, [FIRST, SECOND], at=AT, file="a.csv", imported_by="王敏")
    calendars.replace(store, "announced", 2027, [FIRST], at=AT + timedelta(days=2))

    (now,) = calendars.in_force(store)
    (then,) = calendars.in_force(store, stamp(AT + timedelta(days=1)))

    assert now.days == (FIRST,)
    assert then.days == (FIRST, SECOND)
    assert (then.file, then.imported_by) == ("a.csv", "王敏")
    assert calendars.in_force(store, stamp(AT)) == ()


def test_the_same_days_again_in_any_order_write_nothing(store: Store):
    calendars.replace(store, "announced", 2027, [FIRST, SECOND], at=AT)
    written = writes(store, "calendars")

    assert not calendars.replace(store, "announced", 2027, [SECOND, FIRST, FIRST], at=AT + timedelta(days=1))
    assert not calendars.replace(store, "company", None, [], at=AT)
    assert writes(store, "calendars") == written


def test_years_and_origins_do_not_replace_each_other(store: Store):
    calendars.replace(store, "announced", 2027, [FIRST], at=AT)
    calendars.replace(store, "package", 2027, [SECOND], at=AT)
    calendars.replace(store, "company", None, [SECOND], at=AT)
    calendars.replace(store, "announced", 2028, [(date(2028, 1, 26), "off", "春节")], at=AT)

    assert [(one.origin, one.year) for one in calendars.in_force(store)] == [
        ("announced", 2027),
        ("package", 2027),
        ("company", None),
        ("announced", 2028),
    ]


def test_days_that_are_taken_away_leave_an_empty_calendar_behind(store: Store):
    calendars.replace(store, "company", None, [SECOND], at=AT)

    assert calendars.replace(store, "company", None, [], at=AT + timedelta(days=1))
    assert [one.days for one in calendars.in_force(store)] == [()]
