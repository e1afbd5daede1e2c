"""One source's turn: every stream, every scope, page by page; a failing scope leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bridge.store import raw, runs, tasks
from bridge.sync.landing import Turn, commit_page
from bridge.sync.outcome import Counts, Failure, SourceReport, StreamReport
from bridge.sync.remap import lookups, remap_if_needed
from bridge.sync.sweep import Guard, sweep, sweep_unlisted, unlisted
from connectors.contract import Connector, Scope
from connectors.errors import ConnectorError, Interrupted, Retry, SignInFailed, Unreachable

# A scope that fails after every retry may be that scope's own trouble; two in a row are the vendor's.
ENOUGH_REFUSALS = 2

Progress = Callable[[str, str, str, int], None]
"""Told after each page: source, stream, name of the scope, objects read of it so far."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What this pull should read: everything from the start, or only what failed last time; and what it may believe."""

    guard: Guard
    full: bool = False
    only: frozenset[tuple[str, str]] | None = None

    def wants(self, stream: str, scope: str) -> bool:
        return self.only is None or (stream, scope) in self.only or (stream, "") in self.only


class Pull:
    """Reads one source into the store; `report` says how far it came, also when it was cut short."""

    def __init__(self, connector: Connector, turn: Turn, wish: Wish, progress: Progress) -> None:
        self._connector = connector
        self._turn = turn
        self._wish = wish
        self._progress = progress
        self._seen: set[str] = set()
        self._swept: list[StreamReport] = []
        self._starts: set[bool] = set()
        self._refusals = 0
        self.report = SourceReport(turn.source)

    def run(self) -> SourceReport:
        """Read everything wished for. Never raises a `ConnectorError`: it ends in the report."""
        try:
            for stream in self._reference_streams():
                self._read_stream(stream)
            self._refresh_lookups()
            self._read_stream(self._connector.task_stream)
            self._sweep()
        except (SignInFailed, Retry, Interrupted) as err:
            # Without a sign-in, a host that answers or the wish to go on, there is no point in the next scope.
            self.report.error = Failure(err.code, str(err))
        finally:
            self._count_overhead()
        return self.report

    def _count_overhead(self) -> None:
        tally, counted = self._connector.tally, self.report.counts
        self.report.overhead.requests = tally.requests - counted.requests
        self.report.overhead.retries = tally.retries - counted.retries
        self.report.overhead.slept_seconds = tally.slept_seconds - counted.slept_seconds

    def _reference_streams(self) -> list[str]:
        return [stream for stream in self._connector.streams if stream != self._connector.task_stream]

    def _refresh_lookups(self) -> None:
        about = self._turn.about
        found = lookups(self._turn.store, self._turn.source, self._reference_streams())
        self._turn = replace(self._turn, about=replace(about, lookups=found))
        remap_if_needed(self._turn, self._connector.task_stream, self._reference_streams())

    def _read_stream(self, stream: str) -> None:
        try:
            scopes: Sequence[Scope] = list(self._connector.scopes(stream))
        except (SignInFailed, Retry, Interrupted):
            raise
        except ConnectorError as err:
            failed = StreamReport(stream, "", outcome="failed", error=Failure(err.code, str(err)))
            self.report.streams.append(failed)
            return
        if stream == self._connector.task_stream:
            self._compare_listing([scope.id for scope in scopes])
        for scope in scopes:
            if self._wish.wants(stream, scope.id):
                self._read_scope(stream, scope)

    def _compare_listing(self, listed: Sequence[str]) -> None:
        """Note which scopes with tasks are not listed any more; a source that lists none at all is not believed."""
        self.report.unlisted = unlisted(self._turn, listed)
        if self.report.unlisted and not listed:
            failure = Failure("nothing_listed", f"{len(self.report.unlisted)}")
            self.report.streams.append(StreamReport(self._connector.task_stream, "", outcome="failed", error=failure))

    def _read_scope(self, stream: str, scope: Scope) -> None:
        names = tuple(name for name in (scope.id, scope.name, scope.key) if name)
        entry = StreamReport(stream, scope.id, names)
        self.report.streams.append(entry)
        tally = self._connector.tally
        before = (tally.requests, tally.retries, tally.slept_seconds)
        try:
            self._read_pages(stream, scope, entry)
            self._refusals = 0
        except ConnectorError as err:
            entry.outcome = "partial" if entry.counts.fetched else "failed"
            entry.error = Failure(err.code, str(err))
            self._refusals += isinstance(err, Retry)
            if isinstance(err, (SignInFailed, Unreachable, Interrupted)) or self._refusals == ENOUGH_REFUSALS:
                raise
        finally:
            entry.counts.requests += tally.requests - before[0]
            entry.counts.retries += tally.retries - before[1]
            entry.counts.slept_seconds += tally.slept_seconds - before[2]

    def _read_pages(self, stream: str, scope: Scope, entry: StreamReport) -> None:
        turn = self._turn
        is_task = stream == self._connector.task_stream
        cursor: Mapping[str, Any] = {} if self._wish.full else raw.cursor_of(turn.store, turn.source, stream, scope.id)
        from_start = not cursor
        if is_task:
            # A scope without a cursor, such as a new or empty project, makes no full read of an incremental one.
            self._starts.add(from_start)
            self.report.mode = "full" if self._starts == {True} else "incremental"
        gone = tasks.gone_ids(turn.store, turn.source) if is_task else set[str]()
        complete = False
        for page in self._connector.pages(stream, scope, cursor):
            entry.counts.add(commit_page(turn, stream, scope, page, is_task=is_task, gone=gone))
            if is_task:
                self._seen.update(record.external_id for record in page.records)
            complete = page.complete
            self._progress(turn.source, stream, scope.name, entry.counts.fetched)
        if is_task and complete and from_start:
            self._swept.append(entry)

    def _sweep(self) -> None:
        found = sweep(self._turn, [entry.scope for entry in self._swept], self._seen, self._wish.guard)
        for entry in self._swept:
            swept = found[entry.scope]
            if swept.withheld:
                entry.outcome = "partial"
                entry.error = Failure("mass_disappearance", f"{swept.missing} / {swept.present}")
            else:
                entry.counts.gone += swept.missing
        if self.report.outcome == "complete" and self._wish.only is None:
            stream, gone = self._connector.task_stream, self.report.unlisted
            for scope, count in sweep_unlisted(self._turn, stream, gone, self._seen, self._wish.guard).items():
                self.report.streams.append(StreamReport(stream, scope, (scope,), counts=Counts(gone=count)))


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
