"""How much of the work is done: the weight of every leaf, what was earned, and what should have been by now.

All functions speak of in-scope leaves: neither cancelled nor archived while open. Choosing them is the caller's part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import compress
from math import lcm
from typing import Literal, cast

from bridge.forecast.facts import Facts
from bridge.forecast.quantity import decimal, exact
from bridge.model import TaskKey

WeightKind = Literal["hours", "points", "count"]

_ENOUGH = Fraction(4, 5)
"""Share of leaves that must state a kind of weight, and share of weight that must have a baseline date."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of every leaf as a whole number of `unit`s, so that any sum of weights is exact and cheap."""

    kind: WeightKind
    refs: tuple[TaskKey, ...]
    units: tuple[int, ...]
    """Of each of `refs`, in their order."""
    unit: Fraction

    def of(self, leaf: TaskKey) -> Fraction:
        """The weight of one leaf in hours, points or items; a leaf that was not weighed raises `KeyError`."""
        return self.together([leaf])

    def together(self, leaves: Iterable[TaskKey]) -> Fraction:
        """The weight of some of the leaves."""
        units = dict(zip(self.refs, self.units, strict=True))
        return sum(map(units.__getitem__, leaves)) * self.unit

    @property
    def total(self) -> Fraction:
        return sum(self.units) * self.unit

    @property
    def amounts(self) -> list[float]:
        """Weights in hours, points or items, for showing and recording."""
        part, whole = self.unit.numerator, self.unit.denominator
        weights = {units: units * part / whole for units in set(self.units)}
        return list(map(weights.__getitem__, self.units))


NO_WEIGHTS = Weights("count", (), (), Fraction(1))


@dataclass(frozen=True, slots=True)
class WorkDone:
    """Weight earned and in total; `ratio` and `expected_ratio` are 0 to 1, unrounded, None where unknown."""

    weighed_by: WeightKind
    done: Decimal
    total: Decimal
    ratio: float | None
    expected_ratio: float | None


def weigh_again(
    facts: Facts, before: Facts, weights: Weights, planned: Mapping[date, int] | None
) -> tuple[Weights, Mapping[date, int] | None]:
    """`weigh` and `planned_units`; what they were `before` is taken over where the leaves say the same still."""
    if (facts.refs, facts.hours, facts.points) != (before.refs, before.hours, before.points):
        weights = weigh(facts)
    elif facts.baselines == before.baselines:
        return weights, planned
    return weights, planned_units(facts, weights)


def weigh(facts: Facts) -> Weights:
    """Hours where at least 80 % of the leaves have an estimate above 0, else points by the same rule, else count.

    A leaf without the chosen kind weighs the mean of the others. No leaves at all: kind `count`, nothing weighed.
    """
    kinds: tuple[tuple[WeightKind, Sequence[float | None]], ...] = (("hours", facts.hours), ("points", facts.points))
    for kind, stated in kinds:
        nothing = {amount for amount in set(stated) if amount is not None and not amount > 0}
        amounts = [None if amount in nothing else amount for amount in stated] if nothing else stated
        known = len(amounts) - amounts.count(None)
        if known and known >= _ENOUGH * len(amounts):
            return _spread_mean(kind, facts.refs, amounts, known)
    return Weights("count", facts.refs, (1,) * len(facts.refs), Fraction(1))


def earned_units(facts: Facts, units: Sequence[int], among: Sequence[bool] | None = None) -> Fraction:
    """Sum of weight × earned fraction of the leaves, or of some `among` them; `units` are their weights.

    A leaf earns all of its weight when it is done, else the progress its source states, else nothing.
    """
    if among is not None:
        units = [amount if counts else 0 for amount, counts in zip(units, among, strict=True)]
    earned = Fraction(sum(units) - sum(compress(units, facts.is_open)))
    stated = facts.open(facts.shares)
    if stated.count(None) < len(stated):
        for share, amount in zip(stated, facts.open(units), strict=True):
            earned += amount * _stated(share)
    return earned


def planned_units(facts: Facts, weights: Weights) -> dict[date, int] | None:
    """Baseline date -> weight in units of the leaves that have it; None if less than 80 % of the weight has one."""
    planned: dict[date | None, int] = {}
    for day, units in zip(facts.baselines, weights.units, strict=True):
        planned[day] = planned.get(day, 0) + units
    undated = planned.pop(None, 0)
    total = sum(weights.units)
    dated = total - undated
    return cast(dict[date, int], planned) if dated and dated >= _ENOUGH * total else None


def progress(facts: Facts, weights: Weights, today: date, planned: Mapping[date, int] | None) -> WorkDone | None:
    """Earned and total weight of the leaves, None without leaves; `planned` are their `planned_units`.

    `expected_ratio` is the weight whose baseline date is today or earlier, of the weight that has a baseline date.
    """
    total = weights.total
    if not total:
        return None
    done = earned_units(facts, weights.units) * weights.unit
    return WorkDone(weights.kind, decimal(done), decimal(total), float(done / total), _expected(planned, today))


def _expected(planned: Mapping[date, int] | None, today: date) -> float | None:
    if planned is None:
        return None
    return sum([units for day, units in planned.items() if day <= today]) / sum(planned.values())


def _stated(share: float | None) -> Fraction:
    """Progress as its source states it, nothing where it states none."""
    return Fraction(0) if share is None else min(max(exact(share), Fraction(0)), Fraction(1))


def _spread_mean(kind: WeightKind, leaves: tuple[TaskKey, ...], amounts: Sequence[float | None], known: int) -> Weights:
    stated = {amount: exact(amount) for amount in set(amounts) if amount is not None}
    common = lcm(*(amount.denominator for amount in stated.values()))
    units: dict[float | None, int] = {
        amount: value.numerator * (common // value.denominator) for amount, value in stated.items()
    }
    if known == len(leaves):
        return Weights(kind, leaves, tuple(map(units.__getitem__, amounts)), Fraction(1, common))
    # In units of 1 ÷ (common × number of known leaves) the mean of the known ones is their plain sum.
    mean = sum([units[amount] for amount in amounts if amount is not None])
    spread = {amount: value * known for amount, value in units.items()} | {None: mean}
    return Weights(kind, leaves, tuple(map(spread.__getitem__, amounts)), Fraction(1, common * known))
