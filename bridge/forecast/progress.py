"""How much of the work is done: the weight of every leaf, what was earned, and what should have been by now.

All functions speak of in-scope leaves: neither cancelled nor archived while open. Choosing them is the caller's part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Literal

from bridge.forecast.observed import Observed, baseline_date
from bridge.forecast.quantity import decimal, exact
from bridge.model import Status, Task, TaskKey

WeightKind = Literal["hours", "points", "count"]

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
        return {leaf: float(units * self.unit) for leaf, units in self.units.items()}


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
        ("hours", lambda task: task.estimate_hours),
        ("points", lambda task: task.story_points),
    )
    for kind, stated in kinds:
        known = {task.ref: exact(amount) for task in tasks if (amount := stated(task)) is not None and amount > 0}
        if known and len(known) >= _ENOUGH * len(tasks):
            return _spread_mean(kind, tasks, known)
    return Weights("count", {task.ref: 1 for task in tasks}, Fraction(1))


def earned_fraction(task: Task) -> Fraction:
    """1 for a done task, else the progress its source states, else 0."""
    if task.status is Status.DONE:
        return Fraction(1)
    return Fraction(0) if task.progress is None else min(max(exact(task.progress), Fraction(0)), Fraction(1))


def earned_units(leaves: Iterable[Observed], weights: Weights) -> Fraction:
    """Sum of weight × earned fraction, in units of `weights`."""
    whole, partial = 0, Fraction(0)
    for record in leaves:
        share = earned_fraction(record.task)
        if share == 1:
            whole += weights.units[record.task.ref]
        elif share:
            partial += weights.units[record.task.ref] * share
    return whole + partial


def baselined(leaves: Iterable[Observed], weights: Weights) -> list[tuple[date, Observed]] | None:
    """Leaves with a baseline date, each with that date; None if less than 80 % of the weight has one."""
    dated = [(day, record) for record in leaves if (day := baseline_date(record)) is not None]
    units = sum(weights.units[record.task.ref] for _, record in dated)
    return dated if units and units >= _ENOUGH * sum(weights.units.values()) else None


def progress(leaves: Sequence[Observed], weights: Weights, today: date) -> WorkDone | None:
    """Earned and total weight of the leaves, None without leaves.

    `expected_ratio` is the weight whose baseline date is today or earlier, of the weight that has a baseline date.
    """
    total = weights.total
    if not total:
        return None
    done = earned_units(leaves, weights) * weights.unit
    return WorkDone(weights.kind, decimal(done), decimal(total), float(done / total), _expected(leaves, weights, today))


def _expected(leaves: Sequence[Observed], weights: Weights, today: date) -> float | None:
    dated = baselined(leaves, weights)
    if dated is None:
        return None
    planned = sum(weights.units[record.task.ref] for day, record in dated if day <= today)
    return planned / sum(weights.units[record.task.ref] for _, record in dated)


def _spread_mean(kind: WeightKind, tasks: Sequence[Task], known: dict[TaskKey, Fraction]) -> Weights:
    common = lcm(*(amount.denominator for amount in known.values()))
    units = {leaf: amount.numerator * (common // amount.denominator) for leaf, amount in known.items()}
    if len(units) == len(tasks):
        return Weights(kind, units, Fraction(1, common))
    # In units of 1 ÷ (common × number of known leaves) the mean of the known ones is their plain sum.
    mean = sum(units.values())
    return Weights(
        kind,
        {task.ref: units[task.ref] * len(known) if task.ref in units else mean for task in tasks},
        Fraction(1, common * len(known)),
    )
