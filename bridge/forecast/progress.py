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


def weigh(leaves: Iterable[Observed]) -> Weights:
    """Hours where at least 80 % of the leaves have an estimate above 0, else points by the same rule, else count.

    A leaf without the chosen kind weighs the mean of the others. No leaves at all: kind `count`, nothing weighed.
    """
    tasks = [record.task for record in leaves]
    kinds: tuple[tuple[WeightKind, Callable[[Task], float | None]], ...] = (
        ("hours", attrgetter("estimate_hours")),
        ("points", attrgetter("story_points")),
    )
    for kind, stated in kinds:
        amounts = [amount if amount is not None and amount > 0 else None for amount in map(stated, tasks)]
        known = len(amounts) - amounts.count(None)
        if known and known >= _ENOUGH * len(tasks):
            return _spread_mean(kind, tasks, amounts, known)
    return Weights("count", {task.ref: 1 for task in tasks}, Fraction(1))


def earned_fraction(task: Task) -> Fraction:
    """1 for a done task, else the progress its source states, else 0."""
    if task.status is Status.DONE:
        return Fraction(1)
    return Fraction(0) if task.progress is None else min(max(exact(task.progress), Fraction(0)), Fraction(1))


def earned_units(leaves: Iterable[Observed], weights: Weights) -> Fraction:
    """Sum of weight × earned fraction, in units of `weights`."""
    whole, partial = 0, Fraction(0)
    for task in (record.task for record in leaves):
        if task.status is Status.DONE:
            whole += weights.units[task.ref]
        elif task.progress is not None:
            partial += weights.units[task.ref] * earned_fraction(task)
    return whole + partial


def baselined(
    leaves: Iterable[Observed], weights: Weights, baselines: Baselines | None = None
) -> list[tuple[date, Observed]] | None:
    """Leaves with a baseline date, each with that date; None if less than 80 % of the weight has one.

    `baselines` are those of the leaves, where they have been worked out already.
    """
    days = map(baseline_date, leaves) if baselines is None else (baselines[record.task.ref] for record in leaves)
    dated = [(day, record) for day, record in zip(days, leaves, strict=True) if day is not None]
    units = sum([weights.units[record.task.ref] for _, record in dated])
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
    done = earned_units(leaves, weights) * weights.unit
    dated = baselined(leaves, weights, baselines)
    return WorkDone(weights.kind, decimal(done), decimal(total), float(done / total), _expected(dated, weights, today))


def _expected(dated: list[tuple[date, Observed]] | None, weights: Weights, today: date) -> float | None:
    if dated is None:
        return None
    planned = sum(weights.units[record.task.ref] for day, record in dated if day <= today)
    return planned / sum(weights.units[record.task.ref] for _, record in dated)


def _spread_mean(kind: WeightKind, tasks: Sequence[Task], amounts: Sequence[float | None], known: int) -> Weights:
    stated = {amount: exact(amount) for amount in set(amounts) if amount is not None}
    common = lcm(*(amount.denominator for amount in stated.values()))
    units: dict[float | None, int] = {
        amount: value.numerator * (common // value.denominator) for amount, value in stated.items()
    }
    leaves = [(task.source, task.id) for task in tasks]
    if known == len(tasks):
        return Weights(kind, dict(zip(leaves, map(units.__getitem__, amounts), strict=True)), Fraction(1, common))
    # In units of 1 ÷ (common × number of known leaves) the mean of the known ones is their plain sum.
    mean = sum([units[amount] for amount in amounts if amount is not None])
    spread = {amount: value * known for amount, value in units.items()} | {None: mean}
    return Weights(kind, dict(zip(leaves, map(spread.__getitem__, amounts), strict=True)), Fraction(1, common * known))
