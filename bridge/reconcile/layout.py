"""From a portfolio to one situation a milestone: links, work, dates, forecasts, all worked out in one pass each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from bridge.forecast.observed import baseline_date, first_created_day
from bridge.forecast.outlook import OutlookInputs, outlook
from bridge.forecast.progress import Weights, weigh
from bridge.forecast.reference import ReferenceClass
from bridge.model import TaskKey
from bridge.plan.scope import Links, link, parse
from bridge.reconcile import survey
from bridge.reconcile.case import Outline, Situation
from bridge.reconcile.linkage import work_of
from bridge.reconcile.load import WeekLoad, loads, overloaded
from bridge.reconcile.promise import promise_of, slip_against
from bridge.reconcile.situation import Portfolio, TaskRecord
from bridge.reconcile.status import claimed_colour, own_claim


@dataclass(frozen=True, slots=True)
class Ground:
    """What is true of the portfolio as a whole."""

    portfolio: Portfolio
    links: Links
    records: dict[TaskKey, TaskRecord]
    loads: Mapping[str, tuple[WeekLoad, ...]]
    finished: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Class -> (actual, baseline) working durations of its finished milestones."""


def situations(portfolio: Portfolio) -> tuple[Ground, tuple[Situation, ...]]:
    """Every milestone of the plan laid out, in the order of the plan."""
    tasks = [record.task for record in portfolio.tasks]
    ground = Ground(
        portfolio,
        link(portfolio.plan, tasks, portfolio.people),
        dict(zip(map(attrgetter("task.source", "task.id"), portfolio.tasks), portfolio.tasks, strict=True)),
        loads(
            tasks,
            portfolio.plan.resources,
            portfolio.calendar,
            portfolio.today,
            portfolio.hours_per_day,
            portfolio.people,
        ),
    )
    outlines = tuple(_outlines(ground))
    for outline in outlines:
        _remember_finished(ground, outline)
    return ground, tuple(_situation(ground, outline) for outline in outlines)


def inputs_of(at: Situation, commitment: date | None, reference: ReferenceClass | None) -> OutlookInputs:
    """What the forecast may know; `commitment` is the day for which a probability is asked."""
    return _inputs(at.portfolio, at.outline, at.weights, at.due, commitment, reference, at.baselines)


def reference_of(ground: Ground, outline: Outline) -> ReferenceClass | None:
    """The finished milestones of the same class; None where this one's own plan has no start or no end."""
    name, start, end = outline.milestone.class_, outline.first_start, outline.promise.commitment
    if name is None or start is None or end is None:
        return None
    return ReferenceClass(start, end, tuple(ground.finished.get(name, ())))


def _outlines(ground: Ground) -> Iterator[Outline]:
    portfolio = ground.portfolio
    deals = {deal.key: deal for deal in portfolio.plan.deals}
    overridden = {key: portfolio.thresholds.override(dict(deal.rules)) for key, deal in deals.items()}
    for milestone in portfolio.plan.milestones:
        deal = deals[milestone.deal]
        work = work_of(ground.records[ref] for ref in ground.links.tasks.get(milestone.key, ()))
        promise = promise_of(portfolio.baselines.get(milestone.key, ()), portfolio.timezone)
        snapshots = portfolio.snapshots.get(milestone.key, ())
        yield Outline(
            milestone=milestone,
            deal=deal,
            thresholds=overridden[deal.key],
            work=work,
            promise=promise,
            snapshots=snapshots,
            first_start=survey.first_start(promise, work, snapshots),
            actual=survey.actual_date(milestone, work, portfolio),
        )


def _remember_finished(ground: Ground, outline: Outline) -> None:
    name, start, end = outline.milestone.class_, outline.first_start, outline.promise.commitment
    if name is None or start is None or end is None or outline.actual is None:
        return
    wd = ground.portfolio.calendar.workdays
    ground.finished.setdefault(name, []).append((wd(start, outline.actual), wd(start, end)))


def _situation(ground: Ground, outline: Outline) -> Situation:
    portfolio, work, promise = ground.portfolio, outline.work, outline.promise
    weights = weigh(work.leaves)
    baselines = {record.task.ref: baseline_date(record) for record in work.leaves}
    due = survey.due_date(work, outline.actual is not None, outline.snapshots)
    reference = reference_of(ground, outline)
    forecast = outlook(_inputs(portfolio, outline, weights, due, promise.commitment, reference, baselines))
    own = own_claim(work, portfolio.today)
    who, open_tasks = portfolio.people.who, (record.task for record in work.open)
    owners = (who(task.source, person) for task in open_tasks for person in task.assignees)
    return Situation(
        portfolio=portfolio,
        outline=outline,
        selector=parse(outline.milestone.scope),
        weights=weights,
        due=due,
        own_due=survey.own_due_date(work),
        own_claim=own,
        claimed=claimed_colour(own, work, portfolio.project_claims, is_done=outline.actual is not None),
        forecast=forecast,
        slip=slip_against(promise.commitment, due, outline.actual, forecast.p85, portfolio.today, portfolio.calendar),
        history=survey.date_history(work, portfolio),
        baselines=baselines,
        trend=survey.trend_of(due, outline.snapshots, portfolio.today),
        growth=survey.growth_of(promise, work, weights, outline.snapshots, ground.records, portfolio),
        ambiguous=ground.links.ambiguous.get(outline.milestone.key, ()),
        overloads=overloaded(owners, ground.loads, outline.thresholds.load_amber),
        stale=survey.stale_work(work, portfolio, outline.thresholds.stale_workdays),
    )


def _inputs(
    portfolio: Portfolio,
    outline: Outline,
    weights: Weights,
    due: date | None,
    commitment: date | None,
    reference: ReferenceClass | None,
    baselines: Mapping[TaskKey, date | None],
) -> OutlookInputs:
    return OutlookInputs(
        today=portfolio.today,
        calendar=portfolio.calendar,
        zone=portfolio.timezone,
        commitment=commitment,
        due=due,
        leaves=outline.work.leaves,
        weights=weights,
        first_created=first_created_day(outline.work.linked, portfolio.timezone),
        done=outline.actual is not None,
        throughput_weeks=int(outline.thresholds.throughput_weeks),
        reference=reference,
        hours_per_day=portfolio.hours_per_day,
        baselines=baselines,
    )
