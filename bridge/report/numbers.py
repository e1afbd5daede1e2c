"""How numbers leave the program: half up, ratios to 4 decimals, quantities to 2, money to the minor unit."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

NO_MINOR_UNIT: frozenset[str] = frozenset({"JPY", "KRW"})
FOUR_PLACES = Decimal("0.0001")
TWO_PLACES = Decimal("0.01")
WHOLE = Decimal(1)


def ratio(value: float | None) -> float | None:
    """A ratio, probability or index; the number as it is written decides the half, not its binary neighbour."""
    return None if value is None else float(_half_up(Decimal(str(value)), FOUR_PLACES))


def share(part: int, whole: int) -> float | None:
    """`part` of `whole`, None where there is nothing to divide by."""
    return None if whole == 0 else float(_half_up(Decimal(part) / Decimal(whole), FOUR_PLACES))


def quantity(value: Decimal | None) -> str | None:
    """Hours, points and computed figures of a goal: at most 2 decimals, no trailing zeros, no exponent."""
    return None if value is None else shortest(value)


def shortest(value: Decimal) -> str:
    """A known quantity."""
    return plain(_half_up(value, TWO_PLACES))


def plain(value: Decimal) -> str:
    """A decimal as a person writes it.

    >>> plain(Decimal("5E+6")), plain(Decimal("2.50")), plain(Decimal("-0.0"))
    ('5000000', '2.5', '0')
    """
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def rounded_money(amount: Decimal, currency: str) -> Decimal:
    """An amount at the minor unit of its currency; sums add these, so that columns add up for who checks them."""
    return _half_up(amount, WHOLE if currency in NO_MINOR_UNIT else TWO_PLACES)


def money(amount: Decimal | None, currency: str) -> str | None:
    return None if amount is None else f"{rounded_money(amount, currency):f}"


def money_sum(amounts: Iterable[Decimal | None], currency: str) -> str:
    """The sum of the rounded amounts that are known."""
    known = (rounded_money(amount, currency) for amount in amounts if amount is not None)
    return f"{rounded_money(sum(known, Decimal(0)), currency):f}"


def _half_up(value: Decimal, places: Decimal) -> Decimal:
    """Adding zero turns a rounded -0.00 into 0.00."""
    return value.quantize(places, rounding=ROUND_HALF_UP) + 0
