"""From a portfolio to one situation a milestone: links, work, dates, forecasts, all worked out in one pass each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter

from bridge.forecast.facts import facts_of
from bridge.forecast.observed import first_day
from bridge.forecast.outlook import OutlookInputs, outlook
from bridge.forecast.progress import Weights, planned_units, progress, weigh, weigh_again
from bridge.forecast.reference import ReferenceClass
from bridge.forecast.throughput import FinishDistribution
from bridge.model import TaskKey
from bridge.plan.document import Deal, Milestone
from bridge.plan.scope import Links, link, parse
from bridge.reconcile import survey
from bridge.reconcile.case import Outline, Situation, teams_of
from bridge.reconcile.correction import corrected, remember_forecasts
from bridge.reconcile.linkage import work_of
from bridge.reconcile.load import WeekLoad, loads, overloaded
from bridge.reconcile.practised import Practised, practised
from bridge.reconcile.promise import promise_of, slip_against
from bridge.reconcile.situation import Portfolio, TaskRecord, Waiting
from bridge.reconcile.status import claimed_colour, own_claim
from bridge.reconcile.waiting import waiting_of
from bridge.reconcile.waits import Waits, in_order, waits_of
from bridge.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Ground:
    """What is true of the portfolio as a whole."""

    portfolio: Portfolio
    links: Links
    records: dict[TaskKey, TaskRecord]
    loads: Mapping[str, tuple[WeekLoad, ...]]
    waits: Waits
    practised: Practised = field(default_factory=Practised)
    finished: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Class -> (actual, baseline) working durations of its finished milestones."""
    ratios: dict[str | None, list[float]] = field(default_factory=dict)
    """Class -> how its finished milestones came out against what was forecast of them."""
    laid_out: dict[str, Situation] = field(default_factory=dict)
    """Those milestones that are laid out already, each after those it waits for."""


def situations(portfolio: Portfolio) -> tuple[Ground, tuple[Situation, ...]]:
    """Every milestone of the plan laid out, in the order of the plan."""
    tasks = [record.task for record in portfolio.tasks]
    refs = list(map(attrgetter("task.source", "task.id"), portfolio.tasks))
    records = dict(zip(refs, portfolio.tasks, strict=True))
    ground = Ground(
        portfolio,
        link(portfolio.plan, tasks, portfolio.people, refs),
        records,
        loads(
            tasks,
            portfolio.plan.resources,
            portfolio.calendar,
            portfolio.today,
            portfolio.hours_per_day,
            portfolio.people,
        ),
        waits_of(portfolio.links, records),
        practised(portfolio),
    )
    deals = overridden(portfolio)
    outlines = {row.key: outline(ground, row, *deals[row.deal]) for row in portfolio.plan.milestones}
    remember(ground, outlines.values())
    lay_out(ground, outlines, {})
    return ground, tuple(ground.laid_out[key] for key in outlines)


def lay_out(ground: Ground, outlines: Mapping[str, Outline], kept: Mapping[str, Situation]) -> None:
    """Fill `ground.laid_out`, each milestone after those it waits for; those that are `kept` are taken as they are."""
    for key in in_order({key: outline.milestone.depends_on for key, outline in outlines.items()}):
        ground.laid_out[key] = kept.get(key) or situation(ground, outlines[key])


def remember(ground: Ground, outlines: Iterable[Outline]) -> None:
    """What the finished milestones tell of the others."""
    for one in outlines:
        _remember_durations(ground, one)
        remember_forecasts(ground.ratios, one, ground.portfolio.calendar)


def inputs_of(at: Situation, commitment: date | None, reference: ReferenceClass | None) -> OutlookInputs:
    """What the forecast may know; `commitment` is the day for which a probability is asked."""
    return _inputs(
        at.portfolio,
        at.outline,
        at.weights,
        None,
        at.due,
        commitment,
        reference,
        at.waits,
        at.waiting,
        at.forecast.distribution,
    )


def reference_of(ground: Ground, outline: Outline) -> ReferenceClass | None:
    """The finished milestones of the same class; None where this one's own plan has no start or no end."""
    name, start, end = outline.milestone.class_, outline.first_start, outline.promise.commitment
    if name is None or start is None or end is None:
        return None
    return ReferenceClass(start, end, tuple(ground.finished.get(name, ())))


def overridden(portfolio: Portfolio) -> dict[str, tuple[Deal, Thresholds]]:
    """Every deal with the thresholds that count for it."""
    return {
        deal.key: (deal, portfolio.thresholds.override(dict(deal.rules)) if deal.rules else portfolio.thresholds)
        for deal in portfolio.plan.deals
    }


def outline(
    ground: Ground, milestone: Milestone, deal: Deal, thresholds: Thresholds, before: Outline | None = None
) -> Outline:
    """What must be known of a milestone before any can be judged; `before` is its outline of the same day, if any."""
    portfolio, refs = ground.portfolio, ground.links.tasks.get(milestone.key, ())
    linked = map(ground.records.__getitem__, refs)
    work = work_of(linked, refs, None if before is None else before.work)
    promise = promise_of(portfolio.baselines.get(milestone.key, ()), portfolio.timezone)
    snapshots = portfolio.snapshots.get(milestone.key, ())
    known = () if before is None else (before.work.leaves, before.facts)
    facts = facts_of(work.leaves, portfolio.timezone, portfolio.today, work.refs, *known)
    if before is None:
        weights = weigh(facts)
        planned: Mapping[date, int] | None = planned_units(facts, weights)
    else:
        weights, planned = weigh_again(facts, before.facts, before.weights, before.planned)
    return Outline(
        milestone=milestone,
        deal=deal,
        thresholds=thresholds,
        work=work,
        promise=promise,
        snapshots=snapshots,
        first_start=survey.first_start(promise, work, snapshots),
        actual=survey.actual_date(milestone, work, portfolio),
        facts=facts,
        weights=weights,
        planned=planned,
    )


def _remember_durations(ground: Ground, outline: Outline) -> None:
    name, start, end = outline.milestone.class_, outline.first_start, outline.promise.commitment
    if name is not None and start is not None and end is not None and outline.actual is not None:
        wd = ground.portfolio.calendar.workdays
        ground.finished.setdefault(name, []).append((wd(start, outline.actual), wd(start, end)))


def situation(ground: Ground, outline: Outline) -> Situation:
    """One milestone laid out for the rules."""
    portfolio, work, promise = ground.portfolio, outline.work, outline.promise
    facts, weights, planned = outline.facts, outline.weights, outline.planned
    due = survey.due_date(work, facts, outline.actual is not None, outline.snapshots)
    reference = reference_of(ground, outline)
    waits, waiting = ground.waits, waiting_of(outline.milestone, ground.laid_out)
    known = _inputs(portfolio, outline, weights, planned, due, promise.commitment, reference, waits, waiting)
    forecast, calibration = corrected(outlook(known), known, ground.ratios, outline.milestone.class_, portfolio)
    own = own_claim(work, portfolio.today)
    teams = teams_of(outline, portfolio.people)
    owners = tuple({who.key: who for team in teams.values() for who in team}.values())
    return Situation(
        portfolio=portfolio,
        outline=outline,
        selector=parse(outline.milestone.scope),
        weights=weights,
        done=progress(facts, weights, portfolio.today, planned),
        due=due,
        own_due=survey.own_due_date(work),
        own_claim=own,
        claimed=claimed_colour(own, work, portfolio.project_claims, is_done=outline.actual is not None),
        forecast=forecast,
        calibration=calibration,
        slip=slip_against(promise.commitment, due, outline.actual, forecast.p85, portfolio.today, portfolio.calendar),
        history=survey.date_history(work, portfolio, facts),
        trend=survey.trend_of(due, outline.snapshots, portfolio.today),
        growth=survey.growth_of(promise, work, weights, outline.snapshots, ground.records, portfolio),
        ambiguous=ground.links.ambiguous.get(outline.milestone.key, ()),
        overloads=overloaded(owners, ground.loads, outline.thresholds.load_amber),
        teams=teams,
        owners=owners,
        stale=survey.stale_work(work, facts, portfolio, outline.thresholds.stale_workdays),
        waits=waits,
        waiting=waiting,
        practice=ground.practised.of(outline.milestone),
    )


def _inputs(
    portfolio: Portfolio,
    outline: Outline,
    weights: Weights,
    planned: Mapping[date, int] | None,
    due: date | None,
    commitment: date | None,
    reference: ReferenceClass | None,
    waits: Waits,
    waiting: Waiting,
    distribution: FinishDistribution | None = None,
) -> OutlookInputs:
    return OutlookInputs(
        today=portfolio.today,
        calendar=portfolio.calendar,
        zone=portfolio.timezone,
        commitment=commitment,
        due=due,
        leaves=outline.work.leaves,
        facts=outline.facts,
        weights=weights,
        planned=planned,
        first_created=None if distribution else first_day(outline.work.columns.created, portfolio.timezone),
        done=outline.actual is not None,
        throughput_weeks=int(outline.thresholds.throughput_weeks),
        reference=reference,
        links=waits.predecessors,
        hours_per_day=portfolio.hours_per_day,
        not_before=waiting.not_before,
        distribution=distribution,
    )
