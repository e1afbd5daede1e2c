"""One source's turn: every stream, every scope, page by page; a failing scope leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.store import raw, runs, sightings
from bridge.store.tasks import gone_ids as known_gone
from bridge.sync.details import Details, affordable
from bridge.sync.landing import Turn, land, set_aside
from bridge.sync.outcome import Counts, Failure, SourceReport, StreamReport
from bridge.sync.reading import POINTLESS, Arrived, Batch, Meter, read
from bridge.sync.remap import lookups, remap_if_needed
from bridge.sync.sweep import Absent, Guard, Sweep, absent, sweep_unlisted, unlisted
from connectors.contract import Connector, Page, Scope
from connectors.errors import (
    ConnectorError,
    Interrupted,
    NotPermitted,
    PathUnknown,
    Retry,
    SignInFailed,
)

# A scope that fails after every retry may be that scope's own trouble; two in a row are the vendor's.
ENOUGH_REFUSALS = 2
REJECTED = "rejected_rows"

Progress = Callable[[str, str, str, int], None]
"""Told after each page: source, stream, name of the scope, objects read of it so far."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What this pull should read: everything from the start, or only what failed last time; and what it may believe."""

    guard: Guard
    full: bool = False
    only: frozenset[tuple[str, str]] | None = None
    per_minute: int = 150
    """Requests a minute that the source allows: details take what the lists have left of it."""

    def wants(self, stream: str, scope: str) -> bool:
        return self.only is None or (stream, scope) in self.only or (stream, "") in self.only


@dataclass(slots=True)
class Walk:
    """One scope while it is read."""

    scope: Scope
    report: StreamReport
    cursor: Mapping[str, Any]
    page: int = 0
    """How many pages of a complete read were met by former runs and this one."""
    resumable: bool = False
    """Whether a complete read is under way that a later run may have to finish."""
    seen: set[str] = field(default_factory=set)


class Pull:
    """Reads one source into the store; `report` says how far it came, also when it was cut short."""

    def __init__(
        self, connector: Connector, turn: Turn, wish: Wish, progress: Progress, memory: MutableMapping[str, str]
    ) -> None:
        self._connector = connector
        self._turn = turn
        self._wish = wish
        self._progress = progress
        self._memory = memory
        self._meter = Meter(connector.tally)
        self._gone: set[str] = set()
        self._absent: list[tuple[StreamReport, Absent]] = []
        self._starts: set[bool] = set()
        self._refusals = 0
        self.report = SourceReport(turn.source)

    def run(self) -> SourceReport:
        """Read everything wished for. Never raises a `ConnectorError`: it ends in the report."""
        streams, task_stream = self._connector.streams, self._connector.task_stream
        at = streams.index(task_stream)
        try:
            for stream in streams[:at]:
                self._read_stream(stream)
            self._refresh_lookups()
            self._read_stream(task_stream)
            for stream in streams[at + 1 :]:
                self._read_stream(stream)
            self._sweep()
            self._read_details()
        except (SignInFailed, Retry, Interrupted) as err:
            self.report.error = Failure.of(err)
        finally:
            self._overhead()
        return self.report

    def reread(self, tasks: Sequence[str]) -> SourceReport:
        """Read only these tasks; one that is not found is left to the next complete read."""
        stream = self._connector.task_stream
        entry = StreamReport(stream, "")
        self.report.streams.append(entry)
        sweep = Sweep(self._turn, self._connector, self._wish.guard)
        try:
            self._refresh_lookups()
            self._gone = known_gone(self._turn.store, self._turn.source)
            sweep.found(tasks, gone=self._gone)
        except ConnectorError as err:
            entry.fail(err)
        finally:
            entry.counts.add(sweep.landed)
            self._overhead()
        return self.report

    def _overhead(self) -> None:
        cost, overhead = self._meter.take(), self.report.overhead
        overhead.requests += cost.requests
        overhead.retries += cost.retries
        overhead.slept_seconds += cost.slept_seconds

    def _refresh_lookups(self) -> None:
        turn = self._turn
        found = lookups(turn.store, turn.source, turn.mapping)
        self._turn = replace(turn, about=replace(turn.about, lookups=found))
        remap_if_needed(self._turn, self._connector.task_stream)

    # --- Streams and scopes ----------------------------------------------------------------------------------------

    def _read_stream(self, stream: str) -> None:
        if self._is_known_to_lack(stream):
            return
        try:
            scopes = list(self._connector.scopes(stream))
        except ConnectorError as err:
            if isinstance(err, (SignInFailed, Retry, Interrupted)):
                raise
            self._fail_stream(stream, err)
            return
        if stream == self._connector.task_stream:
            self._gone = known_gone(self._turn.store, self._turn.source)
            self._compare_listing([scope.id for scope in scopes])
        self._read_scopes(stream, [scope for scope in scopes if self._wish.wants(stream, scope.id)])

    def _read_scopes(self, stream: str, scopes: Sequence[Scope]) -> None:
        walks = self._begin(stream, scopes)
        self._connector.expect(stream, {walk.scope.id: walk.cursor for walk in walks})
        self._overhead()
        try:
            with closing(read(self._connector, stream, scopes, [walk.cursor for walk in walks])) as events:
                for batch in events:
                    self._take(stream, walks, batch)
        finally:
            self._meter.take()

    def _take(self, stream: str, walks: Sequence[Walk], batch: Batch) -> None:
        """Commit what arrived, all or nothing, and then judge how scopes ended."""
        arrivals = [event for event in batch if isinstance(event, Arrived)]
        if arrivals:
            with self._turn.store.transaction():
                for arrived in arrivals:
                    self._store(stream, walks[arrived.scope], arrived.page)
        for event in batch:
            walk = walks[event.scope]
            walk.report.spend(event.cost)
            if isinstance(event, Arrived):
                self._progress(self._turn.source, stream, walk.scope.name, walk.report.counts.fetched)
            elif event.error is None:
                self._refusals = 0
            else:
                self._scope_failed(stream, walk, event.error)

    def _begin(self, stream: str, scopes: Sequence[Scope]) -> list[Walk]:
        store, source = self._turn.store, self._turn.source
        known = {} if self._wish.full else raw.cursors_of(store, source, stream)
        walks = []
        for scope in scopes:
            names = tuple(name for name in (scope.id, scope.name, scope.key) if name)
            entry = StreamReport(stream, scope.id, names)
            self.report.streams.append(entry)
            walk = Walk(scope, entry, known.get(scope.id, {}))
            if stream == self._connector.task_stream:
                # A scope without a cursor, such as a new or empty project, makes no full read of an incremental one.
                self._starts.add(not walk.cursor)
                self.report.mode = "full" if self._starts == {True} else "incremental"
            walk.page = sightings.pages(store, source, stream, scope.id)
            if walk.page and not walk.cursor:
                sightings.begin(store, source, stream, scope.id)
                walk.page = 0
            walk.resumable = not walk.cursor or walk.page > 0
            walks.append(walk)
        return walks

    def _store(self, stream: str, walk: Walk, page: Page) -> None:
        """Store one page and where to resume after it."""
        turn, scope, entry = self._turn, walk.scope.id, walk.report
        is_task = stream == self._connector.task_stream
        ids = [record.external_id for record in page.records]
        walk.seen.update(ids)
        entry.counts.add(land(turn, stream, scope, page.records, is_task=is_task, gone=self._gone))
        if page.rejected:
            entry.counts.quarantined += set_aside(turn, stream, scope, page.rejected)
            entry.outcome, entry.error = "partial", Failure(REJECTED, str(entry.counts.quarantined))
        if page.complete:
            self._completed(stream, walk, page)
        elif walk.resumable and page.cursor and ids:
            sightings.add(turn.store, turn.source, stream, scope, walk.page, ids)
            walk.page += 1
        raw.save_cursor(turn.store, turn.source, stream, scope, page.cursor, turn.at)

    def _completed(self, stream: str, walk: Walk, page: Page) -> None:
        turn, scope, task_stream = self._turn, walk.scope.id, self._connector.task_stream
        if walk.page:
            walk.seen |= sightings.end(turn.store, turn.source, stream, scope)
        runs.release_unnamed(turn.store, turn.source, stream, scope)
        if stream == task_stream:
            found = absent(turn, scope, walk.seen, counted=page.counted)
            self._absent.append((walk.report, found))
        elif self._connector.streams.index(stream) > self._connector.streams.index(task_stream):
            # What helps to understand tasks stays: an old task may still refer to it.
            walk.report.counts.gone += raw.withdraw(turn.store, turn.source, stream, scope, walk.seen, turn.at)
        walk.seen = set()

    def _scope_failed(self, stream: str, walk: Walk, err: ConnectorError) -> None:
        entry = walk.report
        if self._lacks(stream, err):
            self.report.streams.remove(entry)
            self.report.overhead.add(entry.counts)
            return
        entry.fail(err)
        self._refusals += isinstance(err, Retry)
        if isinstance(err, POINTLESS) or self._refusals == ENOUGH_REFUSALS:
            raise err

    # --- What a source does not have -------------------------------------------------------------------------------

    def _lacks(self, stream: str, err: ConnectorError) -> bool:
        """Whether an optional stream was never had: then its absence is a fact, not a failure."""
        if stream not in self._connector.optional_streams or not isinstance(err, (PathUnknown, NotPermitted)):
            return False
        if raw.has_any(self._turn.store, self._turn.source, stream):
            return False
        self._remember_lack(stream, err.code, str(err))
        return True

    def _remember_lack(self, stream: str, code: str, words: str) -> None:
        self.report.unavailable[stream] = words
        self._memory[f"lacks:{stream}"] = f"{self._turn.at.date().isoformat()} {code} {words}"

    def _is_known_to_lack(self, stream: str) -> bool:
        """What was not there earlier on this day is not asked for again, but for a full read."""
        day, _, rest = self._memory.get(f"lacks:{stream}", "").partition(" ")
        if day != self._turn.at.date().isoformat() or self._wish.full:
            self._memory.pop(f"lacks:{stream}", None)
            return False
        self.report.unavailable[stream] = rest.partition(" ")[2]
        return True

    def _fail_stream(self, stream: str, err: ConnectorError) -> None:
        if not self._lacks(stream, err):
            self.report.streams.append(StreamReport(stream, "", outcome="failed", error=Failure.of(err)))

    # --- What is not there any more --------------------------------------------------------------------------------

    def _compare_listing(self, listed: Sequence[str]) -> None:
        """Note which scopes with tasks are not listed any more; a source that lists none at all is not believed."""
        self.report.unlisted = unlisted(self._turn, listed)
        if self.report.unlisted and not listed:
            failure = Failure("nothing_listed", f"{len(self.report.unlisted)}")
            self.report.streams.append(StreamReport(self._connector.task_stream, "", outcome="failed", error=failure))

    def _sweep(self) -> None:
        sweep = Sweep(self._turn, self._connector, self._wish.guard)
        for entry, found in self._absent:
            try:
                swept = sweep.judge(found)
            except ConnectorError as err:
                # Nothing was marked: the next complete read will ask again.
                entry.fail(err)
                if isinstance(err, (SignInFailed, Retry, Interrupted)):
                    raise
                continue
            if swept.withheld:
                entry.outcome = "partial"
                entry.error = Failure("mass_disappearance", f"{swept.missing} / {swept.present}")
            entry.counts.gone += swept.gone
        self.report.overhead.add(sweep.landed)
        if self.report.outcome == "complete" and self._wish.only is None:
            stream = self._connector.task_stream
            for scope, count in sweep_unlisted(self._turn, stream, self.report.unlisted, self._wish.guard):
                self.report.streams.append(StreamReport(stream, scope, (scope,), counts=Counts(gone=count)))

    # --- One task at a time ----------------------------------------------------------------------------------------

    def _read_details(self) -> None:
        self._overhead()
        wanted = [stream for stream in self._connector.detail_streams if self._wish.wants(stream, "")]
        streams = [stream for stream in wanted if not self._is_known_to_lack(stream)]
        spent = self.report.counts.requests
        details = Details(self._connector, self._turn, streams)
        try:
            details.read(affordable(self._wish.per_minute, spent, len(streams)))
        finally:
            for entry in details.reports:
                if entry.error is not None and details.unavailable(entry):
                    self._remember_lack(entry.stream, entry.error.code, entry.error.message)
                    self.report.overhead.add(entry.counts)
                else:
                    self.report.streams.append(entry)
            self._meter.take()
