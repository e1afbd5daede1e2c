"""How much of the work is done: the weight of every leaf, what was earned, and what should have been by now.

All functions speak of in-scope leaves: neither cancelled nor archived while open. Choosing them is the caller's part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm
from operator import attrgetter
from typing import Literal

from bridge.forecast.observed import Observed, baseline_date
from bridge.forecast.quantity import decimal, exact
from bridge.model import Status, Task, TaskKey

WeightKind = Literal["hours", "points", "count"]

Baselines = Mapping[TaskKey, date | None]
"""The first due date ever observed of each leaf."""

Dated = tuple[date, int, Observed]
"""The baseline date of a leaf, its weight in units, and the leaf."""

_ENOUGH = Fraction(4, 5)
"""Share of leaves that must state a kind of weight, and share of weight that must have a baseline date."""


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of every leaf as a whole number of `unit`s, so that any sum of weights is exact and cheap."""

    kind: WeightKind
    units: dict[TaskKey, int]
    unit: Fraction

    def of(self, leaf: TaskKey) -> Fraction:
        """The weight of one leaf in hours, points or items; a leaf that was not weighed raises `KeyError`."""
        return self.units[leaf] * self.unit

    @property
    def total(self) -> Fraction:
        return sum(self.units.values()) * self.unit

    @property
    def by_leaf(self) -> dict[TaskKey, float]:
        """Weights in hours, points or items, for showing and recording."""
        weights = {units: float(units * self.unit) for units in set(self.units.values())}
        return {leaf: weights[units] for leaf, units in self.units.items()}


@dataclass(frozen=True, slots=True)
class WorkDone:
    """Weight earned and in total; `ratio` and `expected_ratio` are 0 to 1, unrounded, None where unknown."""

    weighed_by: WeightKind
    done: Decimal
    total: Decimal
    ratio: float | None
    expected_ratio: float | None


def weigh(leaves: Iterable[Observed], refs: Iterable[TaskKey] | None = None) -> Weights:
    """Hours where at least 80 % of the leaves have an estimate above 0, else points by the same rule, else count.

    A leaf without the chosen kind weighs the mean of the others. No leaves at all: kind `count`, nothing weighed.
    `refs` are the keys of the leaves in their order, where they are at hand.
    """
    tasks = [record.task for record in leaves]
    keys = [(task.source, task.id) for task in tasks] if refs is None else list(refs)
    kinds: tuple[tuple[WeightKind, Callable[[Task], float | None]], ...] = (
        ("hours", attrgetter("estimate_hours")),
        ("points", attrgetter("story_points")),
    )
    for kind, stated in kinds:
        amounts = [amount if amount is not None and amount > 0 else None for amount in map(stated, tasks)]
        known = len(amounts) - amounts.count(None)
        if known and known >= _ENOUGH * len(tasks):
            return _spread_mean(kind, keys, amounts, known)
    return Weights("count", dict.fromkeys(keys, 1), Fraction(1))


def earned_fraction(task: Task) -> Fraction:
    """1 for a done task, else the progress its source states, else 0."""
    if task.status is Status.DONE:
        return Fraction(1)
    return Fraction(0) if task.progress is None else min(max(exact(task.progress), Fraction(0)), Fraction(1))


def earned_units(weighed: Iterable[tuple[int, Observed]]) -> Fraction:
    """Sum of weight × earned fraction of leaves given with their weight, in its units."""
    whole, partial = 0, Fraction(0)
    done = Status.DONE
    for units, record in weighed:
        task = record.task
        if task.status is done:
            whole += units
        elif task.progress is not None:
            partial += units * earned_fraction(task)
    return whole + partial


def baselined(leaves: Sequence[Observed], weights: Weights, baselines: Baselines | None = None) -> list[Dated] | None:
    """Leaves with a baseline date, each with that date and its weight; None if less than 80 % of the weight has one.

    Weights are of exactly these leaves in their order, and so are `baselines`, where they have been worked out already.
    """
    days = map(baseline_date, leaves) if baselines is None else baselines.values()
    weighed = zip(days, weights.units.values(), leaves, strict=True)
    dated = [(day, units, record) for day, units, record in weighed if day is not None]
    units = sum([units for _, units, _ in dated])
    return dated if units and units >= _ENOUGH * sum(weights.units.values()) else None


def progress(
    leaves: Sequence[Observed], weights: Weights, today: date, baselines: Baselines | None = None
) -> WorkDone | None:
    """Earned and total weight of the leaves, None without leaves.

    `expected_ratio` is the weight whose baseline date is today or earlier, of the weight that has a baseline date.
    """
    total = weights.total
    if not total:
        return None
    done = earned_units(zip(weights.units.values(), leaves, strict=True)) * weights.unit
    dated = baselined(leaves, weights, baselines)
    return WorkDone(weights.kind, decimal(done), decimal(total), float(done / total), _expected(dated, today))


def _expected(dated: list[Dated] | None, today: date) -> float | None:
    if dated is None:
        return None
    planned = sum([units for day, units, _ in dated if day <= today])
    return planned / sum([units for _, units, _ in dated])


def _spread_mean(kind: WeightKind, leaves: Sequence[TaskKey], amounts: Sequence[float | None], known: int) -> Weights:
    stated = {amount: exact(amount) for amount in set(amounts) if amount is not None}
    common = lcm(*(amount.denominator for amount in stated.values()))
    units: dict[float | None, int] = {
        amount: value.numerator * (common // value.denominator) for amount, value in stated.items()
    }
    if known == len(leaves):
        return Weights(kind, dict(zip(leaves, map(units.__getitem__, amounts), strict=True)), Fraction(1, common))
    # In units of 1 ÷ (common × number of known leaves) the mean of the known ones is their plain sum.
    mean = sum([units[amount] for amount in amounts if amount is not None])
    spread = {amount: value * known for amount, value in units.items()} | {None: mean}
    return Weights(kind, dict(zip(leaves, map(spread.__getitem__, amounts), strict=True)), Fraction(1, common * known))
