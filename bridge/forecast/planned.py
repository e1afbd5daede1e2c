"""The first plan of a milestone's leaves as a weekly curve, and where today's work stands on it.

Periods are Monday–Sunday weeks; period 1 is the week of the earliest baseline start, else of the earliest baseline
date. Only leaves with a baseline date are planned and only they are earned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import accumulate
from math import ceil

from bridge.forecast.earned import Indices, exact_schedule, expected_duration, indices_of, planned_value
from bridge.forecast.facts import Facts, due_by
from bridge.forecast.progress import Weights, earned_units
from bridge.plan.calendar import WorkCalendar, monday

# A date like 9999-12-31 means "some day": a plan of over a hundred years is no plan.
_MOST_WEEKS = 5_200

_WORKDAYS_A_WEEK = 5


@dataclass(frozen=True, slots=True)
class PlannedWork:
    """Cumulative `plan` of weight at the end of each week from `begin` (a Monday), what is `earned`, and the time.

    `at` is AT in weeks, the running week by its share of working days; `schedule` is ES in weeks, at most `at` while
    no more is earned than planned: a pause in the plan is no lead.
    """

    begin: date
    units: tuple[int, ...]
    """The planned weight, and `earned_units` the earned one, in `unit`s."""
    earned_units: Fraction
    unit: Fraction
    at: Fraction
    schedule: Fraction
    due_by_today: int
    """Leaves whose baseline date is today or earlier."""

    @property
    def plan(self) -> tuple[Fraction, ...]:
        return tuple(units * self.unit for units in self.units)

    @property
    def earned(self) -> Fraction:
        return self.earned_units * self.unit

    @property
    def indices(self) -> Indices:
        return indices_of(self.units, self.earned_units, self.schedule, self.at, self.unit)

    def finish(self, calendar: WorkCalendar) -> date | None:
        """Where EAC(t) leads, five working days a week; None before the start, while nothing is earned, or when the
        pace leads out of the calendar."""
        weeks = expected_duration(self.units, self.schedule, self.at)
        if weeks is None or weeks > _MOST_WEEKS:
            return None
        return calendar.add_workdays(self.begin - timedelta(days=1), ceil(_WORKDAYS_A_WEEK * weeks))


def planned_work(
    facts: Facts, weights: Weights, due: Mapping[date, int] | None, today: date, calendar: WorkCalendar
) -> PlannedWork | None:
    """The curve of the in-scope leaves by their `planned_units`, which are `due`; None without them."""
    if due is None:
        return None
    begin = monday(min(filter(None, facts.starts), default=None) or min(due))
    # Work that was due before any start was planned belongs to the first week.
    length = max((max(due) - begin).days // 7, 0) + 1
    if length > _MOST_WEEKS:
        return None
    planned = [0] * length
    first = begin.toordinal()
    for day, units in due.items():
        planned[max((day.toordinal() - first) // 7, 0)] += units
    plan = tuple(accumulate(planned))
    dated = [day is not None for day in facts.baselines] if None in facts.baselines else None
    earned = earned_units(facts, weights.units, dated)
    at = _elapsed(begin, today, calendar)
    schedule = exact_schedule(plan, earned) or Fraction(0)
    if earned <= planned_value(plan, at):
        schedule = min(schedule, at)
    return PlannedWork(begin, plan, earned, weights.unit, at, schedule, due_by(facts, today))


def _elapsed(begin: date, today: date, calendar: WorkCalendar) -> Fraction:
    """AT: whole weeks before the running one, and the share of its working days up to today, today included."""
    if today < begin:
        return Fraction(0)
    current = monday(today)
    before, after = current - timedelta(days=1), current + timedelta(days=6)
    worked = calendar.workdays(before, after)
    share = Fraction(calendar.workdays(before, today), worked) if worked else Fraction(1)
    return (current - begin).days // 7 + share
