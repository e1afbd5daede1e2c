"""How the figures changed in a week, and what is said where it is not known."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from bridge.report.week import Kept, Then, compared

DAY = date(2026, 8, 17)


def row(key: str, customer: str, currency: str = "CNY") -> dict[str, Any]:
    return {"key": key, "customer": customer, "money": {"currency": currency}}


VIEW = {
    "as_of": "2026-08-24",
    "milestones": [row("M-1", "远帆"), row("M-2", "云杉"), row("M-3", "云杉", "USD")],
    "summary": {
        "red": 2,
        "amber": 0,
        "grey": 1,
        "customers_affected": 2,
        "at_risk_gross": {"CNY": "300.00", "USD": "0.00"},
        "at_risk_expected": {"CNY": "120.00", "USD": "50.00"},
        "penalty_today": {"CNY": "0.00", "USD": "0.00"},
        "penalty_p85": {"CNY": "10.00", "USD": "0.00"},
    },
}


def kept(colour: str, expected: str, gross: str | None = "0", p85: str | None = "0") -> Kept:
    sums = {
        name: None if amount is None else Decimal(amount)
        for name, amount in (("at_risk_gross", gross), ("penalty_p85", p85))
    }
    return Kept(colour, Decimal(expected), {**sums, "penalty_today": Decimal(0)})


def test_each_figure_is_compared_with_the_same_milestones_of_that_day():
    then = Then(
        DAY,
        {
            "M-1": kept("red", "100", "100", "30"),
            "M-2": kept("amber", "20"),
            "M-3": kept("grey", "80", None),
            "M-9": kept("red", "9"),
        },
    )

    found = compared(VIEW, then, "zh")

    assert found.counts == {"red": "▲1", "amber": "▼1", "grey": "±0"}
    assert found.affected == "±0"
    assert list(found.money.values()) == ["▲¥200", "▼US$30", "±0", "▼¥20"]
    assert "8月17日" in found.line


def test_without_a_record_of_that_week_no_change_is_told():
    found = compared(VIEW, None, "en")

    assert (found.counts, found.money, found.affected) == ({}, {}, "")
    assert "no record of a week ago" in found.line


def test_what_an_older_version_did_not_keep_is_unknown_and_not_nothing():
    then = Then(DAY, {"M-1": Kept("red", Decimal(120), None)})

    assert list(compared(VIEW, then, "zh").money.values()) == ["?", "▲US$50", "?", "?"]
