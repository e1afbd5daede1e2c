"""Is the data alive: work without updates, work that should have begun, and sources not read in time or in full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bridge.model import Status
from bridge.reconcile.case import Situation
from bridge.reconcile.reasons import Reason
from bridge.reconcile.situation import Finding, Severity, SourceState
from bridge.reconcile.survey import last_activity_of

ONE_HOUR, ONE_DAY = timedelta(hours=1), timedelta(days=1)


def stale(at: Situation) -> Iterator[Finding]:
    statuses = zip(at.work.refs, at.facts.statuses, strict=True)
    doing = [ref for ref, status in statuses if status is Status.DOING]
    if doing and all(ref in at.stale for ref in doing):
        last = last_activity_of([at.stale[ref] for ref in doing], at.portfolio)
        least = at.workdays(last, at.today)
        yield at.finding(Reason.STALE, Severity.AMBER, doing, doing=len(doing), least=least)


def late_start(at: Situation) -> Iterator[Finding]:
    """What begins before the last working day up to today has had at least one to begin on."""
    worked = at.today
    while not at.portfolio.calendar.is_workday(worked):
        worked -= ONE_DAY
    todo, facts = Status.TODO, at.facts
    early = {start for start in set(facts.begins) if start is not None and start < worked}
    columns = zip(facts.refs, facts.statuses, facts.begins, strict=True)
    waiting = [(start, ref) for ref, status, start in columns if status is todo and start in early]
    if waiting:
        earliest = min(start for start, _ in waiting if start is not None)
        late = [ref for _, ref in waiting]
        yield at.finding(Reason.LATE_START, Severity.AMBER, late, waiting=len(late), start=earliest)


def source_stale(at: Situation) -> Iterator[Finding]:
    """A source that could hold the milestone's work was not completely read for too long, or never."""
    needed = [source for source in at.portfolio.sources if at.selector.may_need(source.name)]
    never = tuple(source.name for source in needed if source.as_of is None)
    if never:
        yield at.finding(Reason.SOURCE_STALE, Severity.GREY, how="never", sources=never)
        return
    limit = ONE_HOUR * at.thresholds.source_stale_hours
    ages = {source.name: at.portfolio.now - source.as_of for source in needed if source.as_of is not None}
    old = {name: age for name, age in ages.items() if age > limit}
    if old:
        yield at.finding(Reason.SOURCE_STALE, Severity.GREY, how="old", sources=tuple(old), age=max(old.values()))


def source_partial(at: Situation) -> Iterator[Finding]:
    """A project that could hold the milestone's work was unreadable."""
    missing = [
        _project_name(source, project)
        for source in at.portfolio.sources
        for project in source.unreadable
        if at.selector.may_need_project(source.name, project)
    ]
    if missing:
        yield at.finding(Reason.SOURCE_PARTIAL, Severity.GREY, projects=tuple(missing))


def _project_name(source: SourceState, project: tuple[str, ...]) -> tuple[str, str | None]:
    """(source, project): the last of id, key and name is the one people know."""
    known = [part for part in project if part]
    return source.name, known[-1] if known else None
