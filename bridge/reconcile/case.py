"""One milestone laid out for the rules: every fact they may look at, worked out once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from operator import itemgetter

from bridge.forecast.calibration import Calibrated
from bridge.forecast.facts import NO_FACTS, Facts
from bridge.forecast.observed import DueSeries, local_day
from bridge.forecast.outlook import Outlook
from bridge.forecast.progress import NO_WEIGHTS, Weights, WorkDone
from bridge.forecast.trend import Trend
from bridge.model import Colour, TaskKey
from bridge.plan.document import Deal, Milestone
from bridge.plan.identity import Everybody, Identity
from bridge.plan.scope import Selector
from bridge.reconcile.linkage import Work, refs_of
from bridge.reconcile.load import WeekLoad
from bridge.reconcile.practised import NO_PRACTICE, Practice
from bridge.reconcile.promise import Promise, span
from bridge.reconcile.situation import Finding, Portfolio, Severity, Slip, Snapshot, Span, TaskRecord, Waiting
from bridge.reconcile.waits import Waits
from bridge.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Growth:
    """Work added and removed since the commitment was recorded, against what there was then."""

    since: date
    ratio: float
    added: tuple[TaskKey, ...]
    removed: int


@dataclass(frozen=True, slots=True)
class Outline:
    """What must be known of every milestone before any of them can be judged."""

    milestone: Milestone
    deal: Deal
    thresholds: Thresholds
    work: Work
    promise: Promise
    snapshots: tuple[Snapshot, ...]
    first_start: date | None
    """S: earliest start of linked work at the first snapshot since the first promise."""
    actual: date | None
    facts: Facts = NO_FACTS
    """Of the leaves in scope, in their order."""
    weights: Weights = NO_WEIGHTS
    """Of the same."""
    planned: Mapping[date, int] | None = None
    """Their `planned_units`."""


_SOURCE: Callable[[TaskKey], str] = itemgetter(0)

Teams = Mapping[tuple[str, int], tuple[Identity, ...]]
"""Who the assignees of open work are, each group once, by source and by which object the assignees are: many tasks share
one, and it tells them apart while the tasks are held."""


def teams_of(outline: Outline, people: Everybody) -> Teams:
    owners = outline.facts.open(outline.facts.owners)
    held = dict(zip(map(id, owners), owners, strict=True))
    found = dict.fromkeys(team_keys(outline.work.open_refs, owners))
    return {key: tuple([people.who(key[0], person) for person in held[key[1]]]) for key in found}


def team_keys(refs: Sequence[TaskKey], owners: Sequence[object]) -> Iterator[tuple[str, int]]:
    """Which of the `Teams` the tasks have, one after the other."""
    return zip(map(_SOURCE, refs), map(id, owners), strict=True)


@dataclass(frozen=True, slots=True)
class Situation:
    """A milestone on one day. Rules read it and never look further."""

    portfolio: Portfolio
    outline: Outline
    selector: Selector
    weights: Weights
    done: WorkDone | None
    due: date | None
    own_due: date | None
    """The date that the own items carry."""
    own_claim: Colour | None
    """What the own items say."""
    claimed: Colour | None
    """What the tools say altogether."""
    forecast: Outlook
    slip: Slip
    history: DueSeries
    """The date in the tool as it was observed."""
    trend: Trend
    growth: Growth | None
    ambiguous: tuple[tuple[str, tuple[TaskKey, ...]], ...]
    overloads: tuple[WeekLoad, ...]
    teams: Teams
    owners: tuple[Identity, ...]
    """Everybody with open work of it, once each, in no order."""
    stale: Mapping[TaskKey, TaskRecord]
    """Open leaves of known status without activity for too long."""
    calibration: Calibrated | None = None
    """What past forecasts say of this one."""
    waits: Waits = field(default_factory=Waits)
    """The links between all tasks."""
    waiting: Waiting = field(default_factory=Waiting)
    """What this milestone waits for by the plan."""
    practice: Practice = NO_PRACTICE
    """What was said and agreed about it."""
    red: bool = False
    """A red reason was found by a rule that ran before."""

    @property
    def today(self) -> date:
        return self.portfolio.today

    @property
    def milestone(self) -> Milestone:
        return self.outline.milestone

    @property
    def deal(self) -> Deal:
        return self.outline.deal

    @property
    def thresholds(self) -> Thresholds:
        return self.outline.thresholds

    @property
    def work(self) -> Work:
        return self.outline.work

    @property
    def facts(self) -> Facts:
        return self.outline.facts

    @property
    def own_refs(self) -> tuple[TaskKey, ...]:
        """Keys of the own items."""
        return refs_of(self.work.own)

    @property
    def commitment(self) -> date | None:
        return self.outline.promise.commitment

    @property
    def earlier_promise(self) -> date | None:
        """The first promise, where the commitment is no longer that one."""
        promise = self.outline.promise
        return promise.first if promise.first != promise.commitment else None

    @property
    def is_done(self) -> bool:
        return self.outline.actual is not None

    def workdays(self, first: date, last: date) -> int:
        return self.portfolio.calendar.workdays(first, last)

    def span(self, first: date, last: date) -> Span:
        return span(first, last, self.portfolio.calendar)

    def local_day(self, instant: datetime) -> date:
        """Civil day of an instant; what a vendor dates after now counts as now."""
        return local_day(min(instant, self.portfolio.now), self.portfolio.timezone)

    def finding(
        self,
        code: str,
        severity: Severity,
        evidence: Iterable[TaskKey] = (),
        workdays: int | None = None,
        **facts: object,
    ) -> Finding:
        """A reason with the facts its sentence needs; dates are said as seen from today."""
        return Finding(code, severity, workdays, {"today": self.today, **facts}, tuple(evidence))
