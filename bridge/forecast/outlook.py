"""The forecast of one milestone: every method that is possible, the first of them chosen, and why there is no P.

Order of the methods: network, throughput, earned schedule, reference class, due dates. The dates of the others are kept
as the spread. No forecast is ever before today.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, tzinfo

from bridge.forecast.chain import TaskLinks, WorkNetwork, work_network
from bridge.forecast.earned import Indices
from bridge.forecast.facts import Facts, waits_for
from bridge.forecast.observed import Observed
from bridge.forecast.planned import PlannedWork, planned_work
from bridge.forecast.progress import Weights
from bridge.forecast.reference import ReferenceClass, finishes, nearest_rank, share_on_time
from bridge.forecast.throughput import HORIZON_WEEKS, FinishDistribution, finish_distribution, weekly_history
from bridge.plan.calendar import WorkCalendar

CONFIDENCES = (0.50, 0.85, 0.95)

_ENOUGH_WEEKS = 6
_ENOUGH_FINISHES = 10
_WORKDAYS_A_WEEK = 5


@dataclass(frozen=True, slots=True)
class OutlookInputs:
    """All that a forecast may know of one milestone on one day."""

    today: date
    calendar: WorkCalendar
    zone: tzinfo
    commitment: date | None
    """C: the latest approved promise."""
    due: date | None
    """D: the due date in the tool."""
    leaves: tuple[Observed, ...]
    """In-scope leaves with their history."""
    facts: Facts
    """What these leaves say."""
    weights: Weights
    """Of exactly these leaves."""
    planned: Mapping[date, int] | None
    """Their `planned_units`."""
    first_created: date | None
    """Day the first linked task (own items included) was created, None without linked tasks."""
    done: bool = False
    throughput_weeks: int = 13
    reference: ReferenceClass | None = None
    links: TaskLinks = field(default_factory=dict)
    hours_per_day: float = 8
    not_before: date | None = None
    """Latest F(0.85) of the milestones this one waits for."""
    distribution: FinishDistribution | None = None
    """Of the weeks still to come, where an outlook on the same work has it already."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is to be expected. All of it is empty for a done milestone.

    `p50`, `p85`, `p95` are dates; `samples` is how much the method draws from: weeks of a throughput, finished
    milestones of a reference class, else None. `spread` holds F(0.85) of the other possible
    methods by name. `why_not` is a code when there is no `on_time_probability`.
    """

    method: str | None = None
    p50: date | None = None
    p85: date | None = None
    p95: date | None = None
    on_time_probability: float | None = None
    samples: int | None = None
    why_not: str | None = None
    spread: Mapping[str, date] = field(default_factory=dict)
    indices: Indices | None = None
    """Earned schedule of the leaves, None where there is none (then `BEHIND` and `TSPI_HIGH` cannot be judged)."""
    baselined_by_today: int = 0
    """Leaves that were first planned to be finished by today."""
    network: WorkNetwork | None = None
    distribution: FinishDistribution | None = field(default=None, compare=False, repr=False)
    """Of the weeks still to come, where the history carries one."""


@dataclass(frozen=True, slots=True)
class _Estimate:
    """What one method says; without `p85` it is not possible."""

    method: str
    p50: date | None
    p85: date
    p95: date | None
    probability: float | None = None
    samples: int | None = None


def outlook(inputs: OutlookInputs) -> Outlook:
    """The forecast of a milestone, empty when it is done; never raises for lack of data.

    P comes from throughput and reference class only. It is 0 when the commitment has passed, and None with a
    `why_not`, the first that holds of: `no_promise`, `past_promise` (the method gives no P), `nothing_open`,
    `no_history` (no leaf, or no whole week since work began), `too_few_weeks`, `no_finishes`, `too_few_finishes`,
    `beyond_horizon` (10 years), `method_gives_none`.
    """
    if inputs.done:
        return Outlook()
    history = _history(inputs)
    lacking = _lacking(inputs, history)
    distribution = None if lacking else finish_distribution(history, _open(inputs))
    throughput, beyond = _throughput(inputs, distribution, len(history)) if distribution else (None, False)
    network = _network(inputs)
    plan = planned_work(inputs.facts, inputs.weights, inputs.planned, inputs.today, inputs.calendar)
    possible = _possible(inputs, network, throughput, plan)
    chosen = possible[0] if possible else None
    unchosen = Outlook(
        why_not=_why_not(inputs, chosen, lacking, beyond),
        spread={estimate.method: estimate.p85 for estimate in possible[1:]},
        indices=plan.indices if plan else None,
        baselined_by_today=plan.due_by_today if plan else 0,
        network=network,
        distribution=distribution,
    )
    if chosen is None:
        return unchosen
    return replace(
        unchosen,
        method=chosen.method,
        p50=chosen.p50,
        p85=chosen.p85,
        p95=chosen.p95,
        on_time_probability=chosen.probability,
        samples=chosen.samples,
    )


def chance_by(inputs: OutlookInputs, method: str) -> float | None:
    """P of being done by `inputs.commitment`, by a method that `outlook` chose for the same work; None if it gives none."""
    if method == "throughput":
        distribution = inputs.distribution or finish_distribution(_history(inputs), _open(inputs))
        return _chance(inputs, distribution)[0]
    estimate = _reference_class(inputs) if method == "reference_class" else None
    return None if estimate is None else estimate.probability


def _possible(
    inputs: OutlookInputs, network: WorkNetwork | None, throughput: _Estimate | None, plan: PlannedWork | None
) -> list[_Estimate]:
    """What every possible method says, in the order in which they are preferred."""
    in_order = (
        _one_date("network", network.finish_on if network else None, inputs.today),
        throughput,
        _one_date("earned_schedule", _planned_finish(inputs, plan), inputs.today),
        _reference_class(inputs),
        _one_date("due_dates", inputs.due, inputs.today),
    )
    return [estimate for estimate in in_order if estimate is not None]


def _history(inputs: OutlookInputs) -> tuple[int, ...]:
    finished = filter(None, inputs.facts.completions)
    return weekly_history(finished, inputs.first_created, inputs.today, inputs.calendar, weeks=inputs.throughput_weeks)


def _lacking(inputs: OutlookInputs, history: tuple[int, ...]) -> str | None:
    """Why the history cannot carry a throughput forecast."""
    if not inputs.leaves or not history:
        return "no_history"
    if len(history) < _ENOUGH_WEEKS:
        return "too_few_weeks"
    if not any(history):
        return "no_finishes"
    return "too_few_finishes" if sum(history) < _ENOUGH_FINISHES else None


def _why_not(inputs: OutlookInputs, chosen: _Estimate | None, lacking: str | None, beyond: bool) -> str | None:
    if chosen is not None and chosen.probability is not None:
        return None
    if inputs.commitment is None:
        return "no_promise"
    if inputs.commitment < inputs.today:
        return "past_promise"
    if inputs.leaves and not _open(inputs):
        return "nothing_open"
    # A better history would not help here: a network gives dates only.
    if chosen is not None and chosen.method == "network":
        return "method_gives_none"
    return lacking or ("beyond_horizon" if beyond else "method_gives_none")


def _open(inputs: OutlookInputs) -> int:
    return sum(inputs.facts.is_open)


def _throughput(inputs: OutlookInputs, distribution: FinishDistribution, samples: int) -> tuple[_Estimate | None, bool]:
    """The estimate, if F(0.85) is within ten years, and whether something lies beyond them."""
    dates: list[date | None] = []
    for confidence in CONFIDENCES:
        weeks = distribution.percentile(confidence)
        dates.append(None if weeks is None else _weeks_ahead(inputs, weeks))
    p50, p85, p95 = dates
    if p85 is None:
        return None, True
    probability, beyond = _chance(inputs, distribution)
    return _Estimate("throughput", p50, p85, p95, probability, samples), beyond


def _chance(inputs: OutlookInputs, distribution: FinishDistribution) -> tuple[float | None, bool]:
    """P of being done by the commitment, and whether that lies beyond ten years."""
    if inputs.commitment is None:
        return None, False
    weeks = inputs.calendar.workdays(inputs.today, inputs.commitment) // _WORKDAYS_A_WEEK
    if inputs.commitment < inputs.today:
        return 0.0, False
    beyond = weeks > HORIZON_WEEKS
    return distribution.cdf(weeks) if _open(inputs) and not beyond else None, beyond


def _weeks_ahead(inputs: OutlookInputs, weeks: int) -> date:
    return inputs.calendar.add_workdays(inputs.today, _WORKDAYS_A_WEEK * weeks)


def _network(inputs: OutlookInputs) -> WorkNetwork | None:
    if not inputs.links:
        return None
    return work_network(
        [record.task for record in inputs.facts.open(inputs.leaves)],
        inputs.links,
        inputs.today,
        inputs.calendar,
        hours_per_day=inputs.hours_per_day,
        commitment=inputs.commitment,
        not_before=inputs.not_before,
    )


def _planned_finish(inputs: OutlookInputs, plan: PlannedWork | None) -> date | None:
    finish = plan.finish(inputs.calendar) if plan else None
    if finish is None or inputs.due is None:
        return finish
    # However well the rest goes, a leaf that has not started cannot be expected before its own date.
    return max(finish, inputs.due) if waits_for(inputs.facts, inputs.due) else finish


def _reference_class(inputs: OutlookInputs) -> _Estimate | None:
    reference = inputs.reference
    dates = finishes(reference, inputs.today, inputs.calendar) if reference else None
    if dates is None:
        return None
    commitment = inputs.commitment
    p50, p85, p95 = (nearest_rank(dates, confidence) for confidence in CONFIDENCES)
    probability = None if commitment is None else share_on_time(dates, commitment, inputs.today)
    return _Estimate("reference_class", p50, p85, p95, probability, samples=len(dates))


def _one_date(method: str, day: date | None, today: date) -> _Estimate | None:
    if day is None:
        return None
    day = max(day, today)
    return _Estimate(method, day, day, day)
