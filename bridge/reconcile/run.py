"""Judge a portfolio on one day: every milestone's dates, colour, reasons and money, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import compress
from operator import attrgetter

from bridge.forecast.calibration import Calibrated
from bridge.forecast.outlook import Outlook
from bridge.forecast.trend import pushes
from bridge.model import Kind, Status
from bridge.plan.scope import Links
from bridge.reconcile.case import Situation
from bridge.reconcile.goals import Chances, goal_states
from bridge.reconcile.layout import Ground, situations
from bridge.reconcile.leaves import LeafWeights
from bridge.reconcile.money import money_of
from bridge.reconcile.network import buffer_of, network_of
from bridge.reconcile.order import in_published_order
from bridge.reconcile.promise import slip_against
from bridge.reconcile.pull_forward import into_the_quarter
from bridge.reconcile.reasons import Reason
from bridge.reconcile.rules import RULES
from bridge.reconcile.rules.network import blocked_work
from bridge.reconcile.situation import (
    Assessment,
    Finding,
    Forecast,
    Portfolio,
    Progress,
    PushRecord,
    Result,
    Severity,
    TaskRecord,
    WorkCounts,
)
from bridge.reconcile.status import colour_of, deal_colours, in_order, own_colour_of
from bridge.reconcile.survey import earliest_start
from bridge.reconcile.triggers import struck_by_milestone


def assess(portfolio: Portfolio) -> Result:
    """The whole plan judged at `portfolio.today`; the same portfolio always gives the same result."""
    ground, laid_out = situations(portfolio)
    rows = {at.milestone.key: assessment(at) for at in laid_out}
    return result_of(ground, laid_out, rows, loose_of(portfolio.tasks, ground.links))


def result_of(
    ground: Ground,
    laid_out: Sequence[Situation],
    judged: Mapping[str, Assessment],
    tasks_without_milestone: int,
    chances: Chances | None = None,
) -> Result:
    """The judged milestones of a plan, in its order, as one result; what triggers strike is judged again here."""
    rows = _struck(ground.portfolio, laid_out, judged)
    return Result(
        assessments=in_published_order(rows.values()),
        deal_colours=deal_colours(tuple(rows.values())),
        goals=goal_states(ground, laid_out, rows, chances),
        links=ground.links.tasks,
        tasks_without_milestone=tasks_without_milestone,
        pull_forward=into_the_quarter(laid_out, rows, ground.portfolio.today),
    )


def _struck(
    portfolio: Portfolio, laid_out: Sequence[Situation], rows: Mapping[str, Assessment]
) -> dict[str, Assessment]:
    """The same rows, with those judged again that a risk strikes by what is true of this or another row."""
    struck = struck_by_milestone(portfolio.plan, rows, portfolio.today)
    again = (at for at in laid_out if at.milestone.key in struck) if struck else ()
    judged = {
        at.milestone.key: assessment(replace(at, practice=replace(at.practice, struck=struck[at.milestone.key])))
        for at in again
    }
    return {**rows, **judged}


def reasons(at: Situation) -> tuple[Finding, ...]:
    """Every reason that holds; of a done milestone only what contradicts its being done."""
    found: list[Finding] = []
    for rule in RULES:
        new = list(rule(at))
        found += new
        if not at.red and any(finding.severity is Severity.RED for finding in new):
            at = replace(at, red=True)
    if at.is_done:
        found = [finding for finding in found if finding.code == Reason.CLAIM_MISMATCH]
    return in_order(found)


def assessment(at: Situation) -> Assessment:
    """A milestone that was laid out, judged."""
    outline, promise, today = at.outline, at.outline.promise, at.today
    findings = reasons(at)
    colour = colour_of(findings, at.is_done)
    forecast, done = _forecast(at.forecast, at.calibration), _progress(at)
    calendar = at.portfolio.calendar
    return Assessment(
        milestone=at.milestone,
        deal=at.deal,
        colour=colour,
        own_colour=own_colour_of(findings, at.is_done),
        claimed=at.claimed,
        first_promise=promise.first,
        commitment=promise.commitment,
        due=at.due,
        actual=outline.actual,
        forecast=forecast,
        slip=at.slip,
        slip_first=slip_against(promise.first, at.due, outline.actual, forecast.p85, today, calendar),
        pushes=_pushes(at),
        progress=done,
        work=_counts(at),
        findings=findings,
        money=money_of(at.milestone, at.deal, colour, promise.commitment, outline.actual, forecast, today),
        leaves=LeafWeights(at.weights),
        weight_kind=at.weights.kind if at.work.leaves else None,
        earliest_start=earliest_start(at.work),
        network=network_of(at),
        waiting=at.waiting if at.waiting.awaited and not at.is_done else None,
        buffer=buffer_of(at, None if done is None else done.ratio),
    )


def _forecast(seen: Outlook, calibration: Calibrated | None) -> Forecast:
    return Forecast(
        method=seen.method,
        p50=seen.p50,
        p85=seen.p85,
        p95=seen.p95,
        on_time_probability=seen.on_time_probability,
        samples=seen.samples,
        why_not=seen.why_not,
        spread=seen.spread,
        calibration=calibration,
    )


def _pushes(at: Situation) -> PushRecord:
    moves = pushes(at.history)
    return PushRecord(moves.pushes, moves.pushed_days, moves.first, moves.last)


def _progress(at: Situation) -> Progress | None:
    done = at.done
    if done is None:
        return None
    return Progress(done.weighed_by, done.done, done.total, done.ratio, done.expected_ratio)


def _counts(at: Situation) -> WorkCounts:
    """All counts but the first speak of open leaves."""
    facts, today = at.facts, at.today
    dues = facts.open(facts.dues)
    return WorkCounts(
        tasks=len(at.work.leaves),
        open=len(dues),
        overdue=sum(map(today.__gt__, filter(None, dues))),
        undated=dues.count(None),
        unassigned=facts.open(facts.owners).count(()),
        blocked=len(blocked_work(at)),
        stale=len(at.stale),
        unmapped=facts.statuses.count(Status.UNMAPPED),
    )


def loose_of(records: Iterable[TaskRecord], links: Links) -> int:
    """Tasks that no milestone needs, cancelled, archived and vanished ones aside; `links` were made of these tasks."""
    return wanting(compress(records, links.loose))


def wanting(records: Iterable[TaskRecord]) -> int:
    """Tasks that ought to belong to a milestone."""
    # A million tasks pass here: what is looked up once is not looked up for each of them.
    cancelled, milestone = Status.CANCELLED, Kind.MILESTONE
    return len(
        [
            None
            for task in map(attrgetter("task"), records)
            if not (task.status is cancelled or task.kind is milestone or task.gone or task.archived)
        ]
    )
