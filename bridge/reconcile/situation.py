"""What the detection is given and what it gives back: values only, unrounded, with `today` inside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

from bridge.forecast.calibration import Calibrated
from bridge.model import Change, Colour, Task, TaskKey, TaskLink
from bridge.model import Severity as Severity
from bridge.plan.calendar import WorkCalendar
from bridge.plan.causes import Decision
from bridge.plan.document import Baseline, Deal, Goal, Milestone, Plan
from bridge.plan.identity import NOBODY, Everybody
from bridge.reconcile.recorded import NOTHING_RECORDED, Recorded
from bridge.reconcile.register import Register
from bridge.thresholds import Thresholds

Outcome = Literal["complete", "partial", "failed", "never"]


@dataclass(frozen=True, slots=True)
class RefusedMapping:
    """A mapping file that cannot be used: since when, how much is wrong with it, and the version used instead."""

    file: str
    since: datetime
    problems: int
    version: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """How well a source is known. `as_of` = end of its last complete run, None if there was none.

    `unreadable` names the projects (id, key and name, as far as known) that the last run could not read.
    """

    name: str
    kind: str
    outcome: Outcome
    as_of: datetime | None
    partial_scopes: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, ...], ...] = ()
    refused_mapping: RefusedMapping | None = None


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task with what was observed of it over time.

    `changes` are in order of `at` and hold at least the fields due_on, start_on, status, estimate_hours,
    story_points, progress, archived, gone. The value before the first change of a field is the value first seen.
    """

    task: Task
    first_seen: datetime
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was recorded of a milestone on a civil day (the last run of that day)."""

    milestone: str
    day: date
    colour: Colour
    own_colour: Colour
    """Colour by the reasons of that day alone, before hysteresis."""
    due: date | None
    forecast_p85: date | None
    at_risk_expected: Decimal | None
    total_weight: Decimal | None
    weight_kind: str | None
    leaves: Mapping[str, float] = field(default_factory=dict)
    """In-scope leaves of that day, "source/id" -> weight, to tell what was added or removed since."""
    earliest_start: date | None = None
    """Earliest `start_on` of the linked tasks that day."""
    on_time_probability: float | None = None
    claimed: Colour | None = None
    reasons: Mapping[str, str] | None = None
    """Code -> severity of every reason of that day; None where an older version of the program kept none, and then
    what else follows here is unknown too."""
    method: str | None = None
    raw_p50: date | None = None
    """F(0.50) as the method gave it, before past forecasts corrected it."""
    money: Mapping[str, Decimal | None] | None = None
    """Gross at risk and penalties; None where an older version of the program kept none."""


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Everything one evaluation may know."""

    today: date
    now: datetime
    timezone: ZoneInfo
    calendar: WorkCalendar
    plan: Plan
    baselines: Mapping[str, tuple[Baseline, ...]]
    """Milestone key -> B0, B1, … in order; a milestone without a promise has none."""
    tasks: tuple[TaskRecord, ...]
    sources: tuple[SourceState, ...]
    snapshots: Mapping[str, tuple[Snapshot, ...]]
    """Milestone key -> snapshots of days before `today`, oldest first."""
    thresholds: Thresholds = field(default_factory=Thresholds)
    hours_per_day: float = 8
    project_claims: Mapping[tuple[str, str], Colour] = field(default_factory=dict)
    """(source, project id) -> amber or red, where people say of a whole project that it is endangered or late."""
    people: Everybody = NOBODY
    """Whose the accounts in the tools are."""
    register: Register = field(default_factory=Register)
    """What was on record before `today`, and what people have said."""
    calibrate: bool = False
    """Whether forecasts are corrected by how past ones came out, or only a hint says so."""
    links: tuple[TaskLink, ...] = ()
    """Which task waits for which, each link once, in stable order."""
    decisions: tuple[Decision, ...] = ()
    """What was decided about promises because of risks and feedback, oldest first."""
    recorded: Recorded = NOTHING_RECORDED
    """Tickets, contacts and decisions on risks that are known beside the plan."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason that holds, with the facts its sentence needs and the tasks that show it."""

    code: str
    severity: Severity
    workdays: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    evidence: tuple[TaskKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """A signed distance in both measures; late is positive."""

    workdays: int
    days: int


@dataclass(frozen=True, slots=True)
class Slip:
    plan: Span | None = None
    overdue: Span | None = None
    forecast: Span | None = None
    actual: Span | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    method: str | None = None
    p50: date | None = None
    p85: date | None = None
    p95: date | None = None
    on_time_probability: float | None = None
    samples: int | None = None
    why_not: str | None = None
    spread: Mapping[str, date] = field(default_factory=dict)
    calibration: Calibrated | None = None
    """What past forecasts say of this one, None where too few came to their end."""


@dataclass(frozen=True, slots=True)
class PushRecord:
    count: int
    days: int
    first_promise: date | None
    last_promise: date | None


@dataclass(frozen=True, slots=True)
class Progress:
    weighed_by: Literal["hours", "points", "count"]
    done: Decimal
    total: Decimal
    ratio: float | None
    expected_ratio: float | None


@dataclass(frozen=True, slots=True)
class WorkCounts:
    tasks: int = 0
    open: int = 0
    overdue: int = 0
    undated: int = 0
    unassigned: int = 0
    blocked: int = 0
    stale: int = 0
    unmapped: int = 0


@dataclass(frozen=True, slots=True)
class Money:
    """Of one milestone, in the currency of its deal, unrounded."""

    currency: str
    at_risk_gross: Decimal | None
    at_risk_expected: Decimal | None
    assumed: bool
    penalty_today: Decimal | None
    penalty_p85: Decimal | None
    leaving_quarter: Decimal | None


@dataclass(frozen=True, slots=True)
class LinkDoubts:
    """Links between tasks that order nothing, by what is wrong with them."""

    unknown: tuple[TaskLink, ...] = ()
    """One end was never read."""
    directionless: tuple[TaskLink, ...] = ()
    unmapped: tuple[TaskLink, ...] = ()


@dataclass(frozen=True, slots=True)
class Awaited:
    """An open milestone that another one waits for."""

    milestone: str
    forecast: date | None
    on_time_probability: float | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a milestone waits for by the plan, and the probability that all of it is on time: None where one is not
    known, or where they have work or predecessors in common, so that the product of their P would say nothing."""

    awaited: tuple[Awaited, ...] = ()
    on_time_probability: float | None = None

    @property
    def not_before(self) -> date | None:
        """Latest F(0.85): the day before which no open work of the waiting milestone can begin."""
        return max((one.forecast for one in self.awaited if one.forecast is not None), default=None)


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A task of a chain that decides the end, with the first and last day on which it should be worked on."""

    task: TaskKey
    start: date
    finish: date
    total_float: int
    free_float: int


@dataclass(frozen=True, slots=True)
class NetworkState:
    """The open work of a milestone as a network. `cycle` names tasks that wait for each other: then nothing else is known."""

    total_float: int | None = None
    """Working days that all of it may slip before the commitment is missed."""
    cpli: float | None = None
    chain: tuple[ChainLink, ...] = ()
    """The chain that decides the end, first to last."""
    critical: tuple[tuple[TaskKey, ...], ...] = ()
    """All chains that decide the end, the told one among them."""
    cycle: tuple[TaskKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Buffer:
    """The days between internal target and commitment, and how much of them the forecast uses up."""

    workdays: int
    used: float
    burn: float | None
    third: Literal[1, 2, 3]
    """1 while no more than a third is used."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One milestone judged on one day."""

    milestone: Milestone
    deal: Deal
    colour: Colour
    own_colour: Colour
    claimed: Colour | None
    first_promise: date | None
    """B0."""
    commitment: date | None
    """C."""
    due: date | None
    """D."""
    actual: date | None
    forecast: Forecast
    slip: Slip
    slip_first: Slip
    pushes: PushRecord
    progress: Progress | None
    work: WorkCounts
    findings: tuple[Finding, ...]
    money: Money
    leaves: Mapping[str, float]
    """In-scope leaves, "source/id" -> weight (what the next snapshot keeps)."""
    weight_kind: str | None
    earliest_start: date | None
    network: NetworkState | None = None
    waiting: Waiting | None = None
    buffer: Buffer | None = None


@dataclass(frozen=True, slots=True)
class PullForward:
    """An open milestone that could still be finished inside a period, and the working days that must be gained for it."""

    milestone: str
    amount: Decimal
    currency: str
    workdays: int


@dataclass(frozen=True, slots=True)
class GoalState:
    goal: Goal
    expected: Decimal | None
    gap: Decimal | None
    pipeline_needed: Decimal | None
    pull_forward: tuple[PullForward, ...] = ()
    """What would bring most money for each working day gained stands first."""


@dataclass(frozen=True, slots=True)
class Result:
    """The whole portfolio judged: assessments in the published order of rows."""

    assessments: tuple[Assessment, ...]
    deal_colours: Mapping[str, Colour]
    goals: tuple[GoalState, ...]
    links: Mapping[str, tuple[TaskKey, ...]]
    """Milestone key -> linked tasks, own items included, in stable order."""
    tasks_without_milestone: int
    pull_forward: tuple[PullForward, ...] = ()
    """Of the whole portfolio, into today's calendar quarter."""
