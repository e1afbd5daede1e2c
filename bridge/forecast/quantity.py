"""Exact arithmetic for hours, points and shares, so that sums do not drift and a boundary is never missed by 1e-16."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import isfinite

Number = int | float | Decimal | Fraction


@lru_cache(maxsize=65_536, typed=True)
def exact(value: Number) -> Fraction:
    """The number a person wrote: a float is read by its shortest decimal text, so 0.1 is one tenth.

    Raises `ValueError` for infinity and not-a-number.
    """
    if isinstance(value, float):
        if not isfinite(value):
            raise ValueError(f"{value} is not a quantity")
        return Fraction(int(value)) if value.is_integer() else Fraction(str(value))
    return Fraction(value)


def decimal(value: Fraction) -> Decimal:
    """The same number as a Decimal, to 28 significant digits."""
    return Decimal(value.numerator) / Decimal(value.denominator)
