"""Periods seen from a day, and the small matrix of risks."""

from __future__ import annotations

from datetime import date

import pytest

from bridge.report.risk_words import UNKNOWN, matrix
from bridge.report.selection import EVERYTHING, PERIODS, Narrowed, period


@pytest.mark.parametrize(
    ("name", "today", "first", "last"),
    [
        ("this_month", date(2026, 2, 10), date(2026, 2, 1), date(2026, 2, 28)),
        ("this_month", date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        ("next_month", date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 31)),
        ("this_quarter", date(2026, 12, 31), date(2026, 10, 1), date(2026, 12, 31)),
        ("this_quarter", date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        ("next_quarter", date(2026, 11, 27), date(2027, 1, 1), date(2027, 3, 31)),
        ("this_year", date(2026, 8, 24), date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_period_has_its_first_and_last_day(name: str, today: date, first: date, last: date):
    assert period(name, today) == (first, last)


def test_every_period_but_the_next_ones_holds_its_day():
    for name in PERIODS:
        first, last = period(name, date(2026, 8, 24))
        assert (first <= date(2026, 8, 24) <= last) is not name.startswith("next")


def test_what_narrows_nothing_is_no_filter():
    assert not EVERYTHING.is_anything and not Narrowed().is_anything
    assert Narrowed(words="门店").is_anything


def test_a_risk_stands_where_its_figures_put_it_and_one_without_figures_apart():
    rows = [
        {"key": "A", "probability": 0.5, "impact_days": "11"},
        {"key": "B", "probability": 0.19, "impact_days": "3"},
        {"key": "C", "probability": None, "impact_days": None},
    ]

    found = matrix(rows)

    assert [cells for _, cells in found] == [
        ((), (), ("A",), ()),
        ((), (), (), ()),
        (("B",), (), (), ()),
        ((), (), (), ("C",)),
    ]
    assert found[-1][0] is UNKNOWN
    assert len(matrix(rows[:2])) == 3
