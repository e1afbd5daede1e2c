"""Earned schedule: how far the plan has been earned in time rather than in weight, and when that leads to the end.

The idea is Walter Lipke's (2003): ask at which period the plan wanted what has been earned today. Unlike the classic
SPI, which returns to 1.00 on every project that ends however late, its indices stay true to the end.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from bridge.forecast.quantity import Number, exact

Rational = int | Fraction
_ONE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Indices:
    """State of a plan at one time. Periods are those of the plan; weights are those of its values.

    `sv` is in weight, `sv_t` in periods, negative is late; `spi`, `spi_t`, `tspi` are ratios, `eac_t` and
    `eac_t_plan_rate` the expected length of the whole in periods. None where a denominator is not positive.
    """

    es: float | None
    sv: float | None
    spi: float | None
    sv_t: float | None
    spi_t: float | None
    eac_t: float | None
    eac_t_plan_rate: float | None
    tspi: float | None


def earned_schedule(planned: Sequence[Number], earned: Number) -> float | None:
    """ES in periods: the time at which the plan wanted the weight that is earned now.

    `planned` is the cumulative planned value at the end of period 1, 2, …; `earned` the earned value in the same
    weight. Between periods it is interpolated, and never above the planned duration. None for a plan without weight.
    A plan that falls raises `ValueError`.
    """
    return _float(exact_schedule(_exact_plan(planned), exact(earned)))


def indices(planned: Sequence[Number], earned: Number, at: Number) -> Indices:
    """All indices at time `at`, in periods since the start of period 1 (2.4: two periods and 40 % of the third).

    SV = EV − PV, SPI = EV/PV, SV(t) = ES − AT, SPI(t) = ES/AT, EAC(t) = PD/SPI(t), at plan rate AT + PD − ES,
    TSPI = (PD − ES)/(PD − AT) with PD the first period in which everything is planned to be done.
    """
    plan, value = _exact_plan(planned), exact(earned)
    return indices_of(plan, value, exact_schedule(plan, value), exact(at))


def indices_of(
    plan: Sequence[Rational], earned: Fraction, es: Fraction | None, at: Fraction, unit: Fraction = _ONE
) -> Indices:
    """The indices of a known earned schedule; for a plan without weight all are None. Weights are given in `unit`s."""
    if es is None:
        return Indices(None, None, None, None, None, None, None, None)
    duration, due = planned_duration(plan), planned_value(plan, at)
    return Indices(
        es=float(es),
        sv=float((earned - due) * unit),
        spi=_ratio(earned, due),
        sv_t=float(es - at),
        spi_t=_ratio(es, at),
        eac_t=_float(expected_duration(plan, es, at)),
        eac_t_plan_rate=float(at + duration - es),
        tspi=_ratio(duration - es, duration - at),
    )


def exact_schedule(plan: Sequence[Rational], earned: Fraction) -> Fraction | None:
    """`earned_schedule` in exact numbers, for a plan that is known not to fall."""
    if not plan or plan[-1] <= 0:
        return None
    whole = bisect_right(plan, earned)
    if whole >= planned_duration(plan):
        return Fraction(planned_duration(plan))
    before = plan[whole - 1] if whole else Fraction(0)
    return whole + Fraction(max(earned - before, Fraction(0))) / (plan[whole] - before)


def planned_duration(plan: Sequence[Rational]) -> int:
    """PD: the first period at whose end all of the weight is planned to be earned."""
    return bisect_left(plan, plan[-1]) + 1


def planned_value(plan: Sequence[Rational], at: Fraction) -> Fraction:
    """PV at time `at`, interpolated inside a period; nothing before the start, all of it after the end."""
    if at <= 0 or not plan:
        return Fraction(0)
    whole = int(at)
    if whole >= len(plan):
        return Fraction(plan[-1])
    before = plan[whole - 1] if whole else Fraction(0)
    return before + (at - whole) * (plan[whole] - before)


def expected_duration(plan: Sequence[Rational], es: Fraction, at: Fraction) -> Fraction | None:
    """EAC(t) = PD/SPI(t) in periods; None before the start and while nothing is earned."""
    return planned_duration(plan) * at / es if es > 0 and at > 0 else None


def _exact_plan(planned: Sequence[Number]) -> list[Fraction]:
    plan = [exact(value) for value in planned]
    if any(later < earlier for earlier, later in pairwise(plan)):
        raise ValueError("planned values are cumulative and cannot fall")
    return plan


def _ratio(part: Fraction, whole: Fraction) -> float | None:
    return float(part / whole) if whole > 0 else None


def _float(value: Fraction | None) -> float | None:
    return None if value is None else float(value)
