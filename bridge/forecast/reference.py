"""What finished milestones of the same class say about a new one: actual against planned working duration.

Reference class forecasting (Kahneman, Lovallo; Flyvbjerg) takes the outside view: not how this plan is built, but how
plans like it came out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from typing import TypeVar

from bridge.forecast.quantity import Number, exact
from bridge.plan.calendar import WorkCalendar

Value = TypeVar("Value")

ENOUGH_MILESTONES = 10
"""Finished milestones of a class before it says anything."""


@dataclass(frozen=True, slots=True)
class ReferenceClass:
    """A milestone's own plan and how its class came out.

    `start` and `planned_finish` are the baseline of this milestone; `finished` holds (actual, baseline) working
    durations of finished milestones of the class, in working days; those without a baseline duration say nothing.
    """

    start: date
    planned_finish: date
    finished: tuple[tuple[int, int], ...]

    @property
    def ratios(self) -> list[Fraction]:
        """r = actual/baseline working duration, smallest first."""
        return sorted(Fraction(actual, baseline) for actual, baseline in self.finished if baseline > 0)


def quantile(ratios: Iterable[Number], q: Number) -> Number | None:
    """The nearest-rank quantile: the smallest of the values that at least the share `q` of them do not exceed.

    `q` is a share from 0 to 1 (0 gives the smallest). None without values; `q` outside raises `ValueError`.
    """
    ordered = sorted(ratios)
    return nearest_rank(ordered, q) if ordered else None


def nearest_rank(ordered: Sequence[Value], q: Number) -> Value:
    """The element of a sorted, non-empty sequence at rank ⌈q × n⌉, counted from 1."""
    if not 0 <= q <= 1:
        raise ValueError(f"{q} is not a share between 0 and 1")
    return ordered[max(ceil(exact(q) * len(ordered)), 1) - 1]


def finishes(reference: ReferenceClass, today: date, calendar: WorkCalendar) -> list[date] | None:
    """The finish of this milestone by each ratio of its class, earliest first and never before today.

    Durations are rounded up to whole working days. None while fewer than 10 milestones of the class are finished, or
    when the plan of this one has no working day.
    """
    planned = calendar.workdays(reference.start, reference.planned_finish)
    ratios = reference.ratios
    if planned <= 0 or len(ratios) < ENOUGH_MILESTONES:
        return None
    return [max(calendar.add_workdays(reference.start, ceil(planned * ratio)), today) for ratio in ratios]


def share_on_time(dates: Sequence[date], commitment: date, today: date) -> float:
    """The share of the finishes that keep the commitment; 0 once it has passed."""
    return 0.0 if commitment < today else sum(day <= commitment for day in dates) / len(dates)
