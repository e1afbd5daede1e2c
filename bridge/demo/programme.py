"""The demo's programme: one market promotion by three teams in two tools, with its sales plan, told for any day.

Deterministic for a day and a seed, and without a clock: the caller says which day it is. Look on each day of
`observe`: import the plan version of that day if there is one, let both worlds advance to `instant_of(day)`, sync,
reconcile. The dates that were moved in between are then seen moving, as in a real company.
"""

from __future__ import annotations

from datetime import date, datetime
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from bridge.demo.days import Days
from bridge.demo.promise import REBASELINE_BECAUSE, REBASELINE_BY, RENEWED_AT
from bridge.demo.sheet import Numbers, plan_on
from bridge.demo.tools import tools
from bridge.plan.document import Plan
from connectors.testing import World


class PlanVersion(NamedTuple):
    """The plan as the sales lead keeps it up to the morning of `on`; when a promise moves, who approved it and why."""

    on: date
    plan: Plan
    approved_by: str | None = None
    reason: str | None = None


class Programme(Struct, frozen=True):
    """Both tools at the first look, and what to do with them."""

    pingcode: World
    worktile: World
    plan: Plan
    """The plan of today, the last of `plan_versions`."""
    observe: tuple[date, ...]
    """The days to look, oldest first, the last is today."""
    plan_versions: tuple[PlanVersion, ...]
    days: Days

    def instant_of(self, day: date) -> datetime:
        """08:55 local time: up to when the worlds have advanced when the demo looks on `day`."""
        return self.days.instant(day, 8, 55)

    def advance_to(self, day: date) -> None:
        """Let time pass in both tools until the look on `day`."""
        for world in (self.pingcode, self.worktile):
            world.advance_to(self.instant_of(day))


def programme(today: date, *, seed: int = 1, timezone: ZoneInfo) -> Programme:
    """The programme as it leads up to `today`; the same day, seed and zone give the same worlds byte for byte."""
    days = Days(today, timezone)
    both = tools(days, Random(seed))  # noqa: S311 - a reproducible story, no secret
    versions = tuple(_version(day, days, both.numbers) for day in days.observed)
    return Programme(both.pingcode, both.worktile, versions[-1].plan, days.observed, versions, days)


def _version(day: date, days: Days, numbers: Numbers) -> PlanVersion:
    plan = plan_on(day, days, numbers)
    if day == days.observed[RENEWED_AT]:
        return PlanVersion(day, plan, REBASELINE_BY, REBASELINE_BECAUSE)
    return PlanVersion(day, plan)
