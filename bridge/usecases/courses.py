"""What the charts of one milestone are drawn from: what was recorded of it, its work by day, its tasks on the calendar."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import accumulate

from msgspec import Struct

from bridge.forecast.observed import baseline_date, baseline_start, completion_date, local_day
from bridge.model import Kind, LinkKind, Status, TaskKey
from bridge.plan.document import Baseline
from bridge.reconcile.situation import Assessment, TaskRecord
from bridge.report.chart_course import Burn, Said
from bridge.report.chart_work import Bar, Wait
from bridge.usecases.reporting import Judged

ORDERED = (LinkKind.BLOCKS, LinkKind.FINISH_TO_START)
STATES = {
    Status.TODO: "todo",
    Status.DOING: "doing",
    Status.DONE: "done",
    Status.UNMAPPED: "unmapped",
}


class Courses(Struct, frozen=True):
    reports: tuple[Said, ...]
    """One a recorded day, oldest first; the last is today as it was judged just now."""
    burn: Burn | None
    """None where no task belongs to the milestone, or their weight is not known."""
    bars: tuple[Bar, ...]
    """What is open and due first; what is finished last."""
    waits: tuple[Wait, ...]


def courses(judged: Judged, row: Assessment, baselines: Sequence[Baseline]) -> Courses:
    linked = set(judged.result.links.get(row.milestone.key, ()))
    records = [judged.basis.records[ref] for ref in sorted(linked)]
    bars = sorted(_bars(judged, records, row), key=lambda one: _urgency(one, judged.portfolio.today))
    return Courses(
        tuple(_reports(judged, row, baselines)), _burn(judged, records, row), tuple(bars), _waits(judged, linked)
    )


def _reports(judged: Judged, row: Assessment, baselines: Sequence[Baseline]) -> Iterator[Said]:
    portfolio = judged.portfolio
    known = [(local_day(one.recorded_at, portfolio.timezone), one.promised) for one in baselines]
    for one in portfolio.snapshots.get(row.milestone.key, ()):
        promised = [promise for day, promise in known if day <= one.day]
        yield Said(one.day, promised[-1] if promised else None, one.due, one.forecast_p85, one.colour.value)
    yield Said(portfolio.today, row.commitment, row.due, row.forecast.p85, row.colour.value)


def _burn(judged: Judged, records: Sequence[TaskRecord], row: Assessment) -> Burn | None:
    if row.progress is None or row.weight_kind is None:
        return None
    portfolio, today = judged.portfolio, judged.portfolio.today
    finished: dict[date, Decimal] = defaultdict(Decimal)
    for record in records:
        weight = row.leaves.get(f"{record.task.source}/{record.task.id}")
        day = completion_date(record, portfolio.timezone, today)
        if weight is not None and day is not None:
            finished[day] += Decimal(str(weight))
    days = sorted(finished)
    sums = tuple(zip(days, accumulate(finished[day] for day in days), strict=True))
    forecast = row.forecast
    return Burn(
        kind=row.weight_kind,
        finished=sums,
        totals=tuple(_totals(judged, row)),
        underway=max(Decimal(0), row.progress.done - (sums[-1][1] if sums else Decimal(0))),
        method=forecast.method,
        p50=forecast.p50,
        p85=forecast.p85,
        promise=row.commitment,
    )


def _totals(judged: Judged, row: Assessment) -> Iterator[tuple[date, Decimal]]:
    """Only what was weighed in the same kind can stand on one axis."""
    for one in judged.portfolio.snapshots.get(row.milestone.key, ()):
        if one.total_weight is not None and one.weight_kind == row.weight_kind:
            yield one.day, one.total_weight
    if row.progress is not None:
        yield judged.portfolio.today, row.progress.total


def _bars(judged: Judged, records: Sequence[TaskRecord], row: Assessment) -> Iterator[Bar]:
    """The leaves that count, and the milestone's own items; neither what is cancelled nor what only holds others."""
    zone, today = judged.portfolio.timezone, judged.portfolio.today
    for record in records:
        task = record.task
        counts = f"{task.source}/{task.id}" in row.leaves
        if task.status is Status.CANCELLED or not (counts or task.kind is Kind.MILESTONE):
            continue
        end = completion_date(record, zone, today) or task.due_on
        is_late = task.status is not Status.DONE and task.due_on is not None and task.due_on < today
        yield Bar(
            ref=task.ref,
            name=f"{task.key} {task.title}" if task.key else task.title,
            state="late" if is_late else STATES[task.status],
            begin=task.start_on,
            end=end,
            first_begin=baseline_start(record),
            first_end=baseline_date(record),
        )


def _urgency(one: Bar, today: date) -> tuple[bool, bool, date, str]:
    return one.state == "done", one.end is None, one.end or today, one.name


def _waits(judged: Judged, linked: set[TaskKey]) -> tuple[Wait, ...]:
    found = []
    for link in judged.portfolio.links:
        earlier, later = link.ends
        if earlier in linked and later in linked and link.kind is not LinkKind.UNMAPPED:
            found.append(Wait(earlier, later, link.kind not in ORDERED))
    return tuple(found)
