"""What the history of one leaf says, worked out once and kept for as long as its record is the same object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, tzinfo
from typing import NamedTuple

from bridge.forecast.observed import DueSeries, Observed, baseline_date, baseline_start, completion_date, due_series
from bridge.model import Status, TaskKey

_NOTHING: frozenset[str] = frozenset()


class Facts(NamedTuple):
    """First dates and completion of a leaf, for one zone and one day."""

    ref: TaskKey
    baseline: date | None
    """The first due date ever observed."""
    start: date | None
    """The first start ever observed of a leaf with a baseline date, else None."""
    completed: date | None
    """Completion date, today at the latest; None while it is open."""
    series: DueSeries | None
    """Its due dates day by day, None where the date never changed."""


def facts_of(
    leaves: Sequence[Observed],
    zone: tzinfo,
    today: date,
    before: Sequence[Observed] = (),
    known: Sequence[Facts] = (),
) -> tuple[Facts, ...]:
    """Of every leaf in their order; `known` are those of the leaves `before`, for the same zone and the same day.

    Records never change, so what is known of one is true for as long as it is the same object.
    """
    kept = dict(zip(map(id, before), known, strict=True))
    found = list(map(kept.get, map(id, leaves)))
    for number, facts in enumerate(found):
        if facts is None:
            found[number] = _facts(leaves[number], zone, today)
    return tuple(found)  # type: ignore[arg-type]


def _facts(record: Observed, zone: tzinfo, today: date) -> Facts:
    task = record.task
    baseline, start, series = task.due_on, task.start_on, None
    changed = {change.field for change in record.changes} if record.changes else _NOTHING
    if "due_on" in changed:
        baseline, series = baseline_date(record), due_series(record, zone)
    if "start_on" in changed:
        start = baseline_start(record)
    completed = completion_date(record, zone, today) if task.status is Status.DONE else None
    return Facts((task.source, task.id), baseline, None if baseline is None else start, completed, series)
