"""What a registered risk weighs."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from bridge.reconcile.money import exact

CENT = Decimal("0.01")


def score(probability: Decimal | float | int, impact: Decimal | float | int) -> Decimal:
    """Probability × impact, half up to two places.

    >>> score(0.3, 2.15)
    Decimal('0.65')
    """
    return (exact(probability) * exact(impact)).quantize(CENT, rounding=ROUND_HALF_UP)
