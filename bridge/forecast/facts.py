"""What the histories of leaves say, worked out once and kept for as long as its record is the same object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo
from typing import NamedTuple

from bridge.forecast.observed import DueSeries, Observed, baseline_date, baseline_start, completion_date, due_series
from bridge.model import Status, TaskKey

_NOTHING: frozenset[str] = frozenset()


Row = tuple[TaskKey, date | None, date | None, date | None, DueSeries | None]


class Facts(NamedTuple):
    """First dates and completions of leaves in their order, for one zone and one day: columns, for they are many."""

    refs: tuple[TaskKey, ...] = ()
    baselines: tuple[date | None, ...] = ()
    """The first due date ever observed."""
    starts: tuple[date | None, ...] = ()
    """The first start ever observed of a leaf with a baseline date, else None."""
    completions: tuple[date | None, ...] = ()
    """Completion date, today at the latest; None while it is open."""
    series: tuple[DueSeries | None, ...] = ()
    """Its due dates day by day, None where the date never changed."""


NO_FACTS = Facts()


def facts_of(
    leaves: Sequence[Observed],
    refs: Mapping[int, TaskKey],
    zone: tzinfo,
    today: date,
    before: Sequence[Observed] = (),
    known: Facts | None = None,
) -> Facts:
    """Of every leaf in their order; `known` is what was said of the leaves `before`, for the same zone and day.

    `refs` are the keys of the leaves by `id` of the record, so that one object stands for one key everywhere. Records
    never change, so what is known of one is true for as long as it is the same object.
    """
    if not leaves:
        return NO_FACTS
    kept: dict[int, Row] = dict(zip(map(id, before), zip(*known, strict=True), strict=True)) if known else {}
    found = [
        row if row is not None else (refs[id(leaf)], *_told_of(leaf, zone, today))
        for leaf, row in zip(leaves, map(kept.get, map(id, leaves)), strict=True)
    ]
    return Facts(*zip(*found, strict=True))


def _told_of(
    record: Observed, zone: tzinfo, today: date
) -> tuple[date | None, date | None, date | None, DueSeries | None]:
    task = record.task
    baseline, start, series = task.due_on, task.start_on, None
    changed = {change.field for change in record.changes} if record.changes else _NOTHING
    if "due_on" in changed:
        baseline, series = baseline_date(record), due_series(record, zone)
    if "start_on" in changed:
        start = baseline_start(record)
    completed = completion_date(record, zone, today) if task.status is Status.DONE else None
    return baseline, None if baseline is None else start, completed, series
