"""How a turn ended, as it is kept: what was read completely, what was not, and as of when the tasks are known."""

from __future__ import annotations

from datetime import datetime

from bridge.store import runs
from bridge.sync.landing import Turn
from bridge.sync.outcome import SourceReport
from bridge.sync.pull import Wish


def unreadable(report: SourceReport, task_stream: str) -> tuple[tuple[str, ...], ...]:
    """Names (id, name, key) of the projects whose tasks this run could not read completely."""
    return tuple(
        s.scope_names for s in report.streams if s.stream == task_stream and s.outcome != "complete" and s.scope
    )


def shows_every_task(report: SourceReport, task_stream: str) -> bool:
    """Whether the tasks are known as of this run, even if something about them, such as the list of people, is not."""
    return report.error is None and all(s.outcome == "complete" for s in report.streams if s.stream == task_stream)


def partial_scopes(report: SourceReport) -> tuple[str, ...]:
    """Everything that was not read completely, as "stream" or "stream: project name"."""
    return tuple(
        ": ".join(part for part in (s.stream, *s.scope_names[1:2]) if part)
        for s in report.streams
        if s.outcome != "complete"
    )


def save_report(turn: Turn, report: SourceReport, task_stream: str, wish: Wish, finished_at: datetime) -> None:
    """Keep how the turn ended; `report.as_of` becomes the end of the last read of every task."""
    former = runs.latest(turn.store, turn.source)
    report.as_of = former.as_of if former else None
    if wish.only is not None and not report.streams:
        return  # nothing had failed, so nothing was read: the former run still tells how well the source is known
    if shows_every_task(report, task_stream):
        # What was not read again is only as fresh as the run that read it.
        report.as_of = former.finished_at if wish.only is not None and former else finished_at
    entry = runs.SourceRun(
        turn.source,
        report.outcome,
        report.mode,
        finished_at,
        report.as_of,
        partial_scopes(report),
        unreadable(report, task_stream),
        report.as_json(),
    )
    with turn.store.transaction():
        runs.save_source(turn.store, turn.run, entry)
