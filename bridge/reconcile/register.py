"""What is on record of milestones beside what is computed: since when each reason holds, and what people said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from bridge.model import Colour, Severity

WORST_FIRST: tuple[Severity, ...] = tuple(Severity)

Category = Literal["scope", "customer", "supplier", "people", "technical", "quality", "dependency", "estimate", "other"]
Account = Literal["ours", "customer", "supplier", "nobody"]


def is_worse(severity: Severity, other: Severity) -> bool:
    return WORST_FIRST.index(severity) < WORST_FIRST.index(other)


@dataclass(frozen=True, slots=True)
class Episode:
    """One life of a reason: from the day it was found until the day it was found no more.

    A reason that comes back begins a new episode. Days are civil days of the judgement that counted, the last of its day.
    """

    milestone: str
    code: str
    steps: tuple[tuple[date, Severity], ...]
    """The severity on the day it was opened, and on each later day on which it was another one."""
    seen_on: date | None = None
    """The last day on which it held; None while it is open, for then it held on the last day that was judged."""
    opened_run: int = 0
    """The run that opened it; 0 before one has."""
    cleared_on: date | None = None

    @property
    def opened_on(self) -> date:
        return self.steps[0][0]

    @property
    def opened_severity(self) -> Severity:
        return self.steps[0][1]

    @property
    def severity(self) -> Severity:
        return self.steps[-1][1]

    @property
    def turned_on(self) -> date:
        """The last day on which anything became of it."""
        return self.cleared_on or self.steps[-1][0]

    @property
    def worsened_on(self) -> date | None:
        """The last day on which it became worse; None where it never did."""
        return max((day for day, is_worse_then in self._turns() if is_worse_then), default=None)

    @property
    def improved_on(self) -> date | None:
        """The last day on which it became less severe without going away."""
        return max((day for day, is_worse_then in self._turns() if not is_worse_then), default=None)

    def _turns(self) -> tuple[tuple[date, bool], ...]:
        pairs = zip(self.steps, self.steps[1:], strict=False)
        return tuple((day, is_worse(now, then)) for (_, then), (day, now) in pairs)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody knows of a reason and answers for it until a day, that day included."""

    milestone: str
    code: str
    opened_on: date
    """The episode it speaks of: a reason that went away and came back is news again."""
    severity: Severity
    """How severe the reason was then."""
    until: date
    by: str
    reason: str
    recorded_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Override:
    """The colour that a person holds for right until a day, that day included; the computed one stays beside it."""

    milestone: str
    status: Colour
    until: date
    by: str
    reason: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Note:
    """The last version of what people wrote of a milestone; each version is whole."""

    milestone: str
    by: str
    recorded_at: datetime
    category: Category | None = None
    account: Account | None = None
    """Whose the delay is to answer for."""
    reason: str | None = None
    recovery_plan: str | None = None
    owner: str | None = None
    """Who carries the recovery plan."""
    recovery_date: date | None = None
    customer_informed: date | None = None


@dataclass(frozen=True, slots=True)
class Register:
    """As it stood before a day was judged; what people said, as far as it was recorded."""

    since: date | None = None
    """The first day of which findings are on record; None where there is none before today."""
    episodes: tuple[Episode, ...] = ()
    """Those that were open when the day began."""
    acknowledgements: Mapping[tuple[str, str], Acknowledgement] = field(default_factory=dict)
    """(milestone, code) -> the last one; one that was taken back is not there."""
    overrides: Mapping[str, Override] = field(default_factory=dict)
    """Milestone -> the last one; one that was taken back is not there."""
    notes: Mapping[str, Note] = field(default_factory=dict)

    def override_on(self, milestone: str, day: date) -> Override | None:
        """What a person holds for right on `day`."""
        said = self.overrides.get(milestone)
        return said if said is not None and day <= said.until else None

    def informed(self, milestone: str, planned: date | None) -> date | None:
        """When the customer was last told: the newer of what the plan and the note say."""
        note = self.notes.get(milestone)
        told = None if note is None else note.customer_informed
        return max((day for day in (planned, told) if day is not None), default=None)
