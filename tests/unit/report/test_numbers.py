"""How numbers leave the program."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bridge.report import numbers


@pytest.mark.parametrize(
    ("value", "said"), [(0.12345, 0.1235), (0.00005, 0.0001), (1.0, 1.0), (-0.00004, 0.0), (2.5, 2.5), (None, None)]
)
def test_a_ratio_has_four_decimals_half_up(value, said):
    assert numbers.ratio(value) == said


def test_a_share_of_nothing_is_unknown():
    assert numbers.share(0, 0) is None
    assert numbers.share(1, 3) == 0.3333


@pytest.mark.parametrize(
    ("value", "said"),
    [("80", "80"), ("80.50", "80.5"), ("0.005", "0.01"), ("1E+3", "1000"), ("-0.001", "0"), ("0", "0"), ("100", "100")],
)
def test_a_quantity_has_no_trailing_zeros(value, said):
    assert numbers.quantity(Decimal(value)) == said


@pytest.mark.parametrize(
    ("amount", "currency", "said"),
    [
        ("300000", "CNY", "300000.00"),
        ("0.005", "CNY", "0.01"),
        ("0.5", "JPY", "1"),
        ("1499.49", "KRW", "1499"),
        ("-0.001", "EUR", "0.00"),
        ("1E+6", "CNY", "1000000.00"),
    ],
)
def test_money_is_rounded_half_up_to_the_minor_unit_of_its_currency(amount, currency, said):
    assert numbers.money(Decimal(amount), currency) == said


def test_a_missing_amount_stays_missing_and_is_skipped_in_sums():
    assert numbers.money(None, "CNY") is None
    assert numbers.money_sum([None, Decimal("1.005"), None], "CNY") == "1.01"
    assert numbers.money_sum([], "JPY") == "0"
