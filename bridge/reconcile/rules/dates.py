"""Promise against dates: overdue, planned or forecast too late, unlikely, pushed, and how the date has moved."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from bridge.forecast.quantity import exact
from bridge.forecast.trend import history_since, pushes
from bridge.model import TaskKey
from bridge.reconcile.case import Situation
from bridge.reconcile.linkage import refs_of
from bridge.reconcile.money import DUE_DATES
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity

PUSHES_AMBER = 2
SURE = 0.85
"""What F(0.85) means, where the method learned from samples; the other methods give one date only."""


def overdue(at: Situation) -> Iterator[Finding]:
    late = at.slip.overdue
    if late is None:
        return
    severity = Severity.RED if at.milestone.contractual else Severity.AMBER
    yield at.finding(
        Reason.OVERDUE,
        severity,
        at.work.open_refs or at.own_refs,
        late.workdays,
        late=late,
        open=len(at.work.open),
        first_promise=at.earlier_promise,
    )


def due_after_promise(at: Situation) -> Iterator[Finding]:
    if at.commitment is None or at.due is None or at.due <= at.commitment:
        return
    late = at.span(at.commitment, at.due)
    yield at.finding(
        Reason.DUE_AFTER_PROMISE,
        _slip_severity(at, late.workdays),
        _due_after(at, at.commitment),
        late.workdays,
        due=at.due,
        late=late,
        first_promise=at.earlier_promise,
        pushes=pushes(at.history).pushes,
    )


def forecast_late(at: Situation) -> Iterator[Finding]:
    expected, method = at.forecast.p85, at.forecast.method
    if at.commitment is None or expected is None or method == DUE_DATES or expected <= at.commitment:
        return
    late = at.span(at.commitment, expected)
    yield at.finding(
        Reason.FORECAST_LATE,
        _slip_severity(at, late.workdays),
        at.work.open_refs,
        late.workdays,
        forecast=expected,
        method=method,
        late=late,
        sure=None if at.forecast.samples is None else SURE,
        first_promise=at.earlier_promise,
    )


def unlikely(at: Situation) -> Iterator[Finding]:
    chance = _chance(at)
    if chance is not None and chance < at.thresholds.p_red:
        yield at.finding(Reason.UNLIKELY, Severity.RED, at.work.open_refs, chance=chance, open=len(at.work.open))


def doubtful(at: Situation) -> Iterator[Finding]:
    chance = _chance(at)
    if chance is not None and at.thresholds.p_red <= chance < at.thresholds.p_amber:
        yield at.finding(
            Reason.DOUBTFUL,
            Severity.AMBER,
            at.work.open_refs,
            chance=chance,
            wanted=at.thresholds.p_amber,
            open=len(at.work.open),
        )


def pushed(at: Situation) -> Iterator[Finding]:
    """Pushes seen on days after the day of the commitment, the first of them against the value of that day."""
    since = at.outline.promise.committed_on
    if since is None:
        return
    moves = pushes(history_since(at.history, since))
    if moves.pushes == 0 or moves.pushes < min(PUSHES_AMBER, at.thresholds.pushes_red):
        return
    severity = Severity.RED if moves.pushes >= at.thresholds.pushes_red else Severity.AMBER
    yield at.finding(
        Reason.PUSHED,
        severity,
        at.own_refs or _latest(at),
        since=since,
        count=moves.pushes,
        days=moves.pushed_days,
        due=moves.last,
    )


def zigzag(at: Situation) -> Iterator[Finding]:
    if at.trend.verdict == "zigzag":
        yield at.finding(Reason.ZIGZAG, Severity.AMBER, at.own_refs, reversals=at.trend.reversals)


def late_jump(at: Situation) -> Iterator[Finding]:
    if at.trend.verdict == "late_jump":
        yield at.finding(Reason.LATE_JUMP, Severity.AMBER, at.own_refs, days=at.trend.last_move)


def continuous_slip(at: Situation) -> Iterator[Finding]:
    if at.trend.verdict == "continuous_slip":
        weekly = 7 * (at.trend.slope or 0.0)
        yield at.finding(Reason.CONTINUOUS_SLIP, Severity.AMBER, at.own_refs, weekly=weekly, count=at.trend.pushes)


def no_promise(at: Situation) -> Iterator[Finding]:
    if at.outline.promise.first is None:
        yield at.finding(Reason.NO_PROMISE, Severity.GREY)


def no_due_date(at: Situation) -> Iterator[Finding]:
    if at.due is None and at.forecast.p85 is None:
        yield at.finding(Reason.NO_DUE_DATE, Severity.GREY, at.work.open_refs or at.own_refs)


def _slip_severity(at: Situation, workdays: int) -> Severity:
    """A slip is red above the larger of a fixed number of days and a share of the planned working duration."""
    limit, start = exact(at.thresholds.slip_red_workdays), at.outline.first_start
    if at.commitment is not None and start is not None and start < at.commitment:
        limit = max(limit, exact(at.thresholds.slip_red_ratio) * at.workdays(start, at.commitment))
    return Severity.RED if workdays > limit else Severity.AMBER


def _chance(at: Situation) -> float | None:
    """Probability of being on time, as long as that is still open."""
    if at.commitment is None or at.today > at.commitment or at.forecast.method == DUE_DATES:
        return None
    return at.forecast.on_time_probability


def _due_after(at: Situation, day: date) -> tuple[TaskKey, ...]:
    """What carries a date after `day`: own items first, since they set the date, and the open work."""
    own = [record for record in at.work.own if record.task.due_on is not None and record.task.due_on > day]
    dues = at.facts.open(at.facts.dues)
    work = [ref for ref, due in zip(at.work.open_refs, dues, strict=True) if due is not None and due > day]
    return (*refs_of(own), *work)


def _latest(at: Situation) -> list[TaskKey]:
    latest = max(filter(None, at.facts.dues), default=None)
    return [ref for ref, due in zip(at.work.refs, at.facts.dues, strict=True) if due is not None and due == latest]
