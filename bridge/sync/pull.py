"""One source's turn: every stream, every scope, page by page; a failing scope leaves the others alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from datetime import timedelta
from functools import partial
from time import monotonic, process_time
from typing import Any, Protocol

from msgspec import Struct
from msgspec.structs import replace

from bridge.store import memory, quarantine, raw, runs, sightings
from bridge.store.tasks import gone_ids as known_gone
from bridge.sync.details import Details, affordable
from bridge.sync.effort import refresh_effort
from bridge.sync.gathering import as_they_come, gathered
from bridge.sync.lacking import Lacks
from bridge.sync.landing import Turn, land, set_aside
from bridge.sync.outcome import Counts, Failure, SourceReport, StreamReport
from bridge.sync.parcels import Parcel
from bridge.sync.reading import POINTLESS, Arrived, Courier, Ended, Event, Meter, Readers, Task
from bridge.sync.remap import lookups, remap_if_needed
from bridge.sync.sweep import Absent, Guard, Sweep, absent, sweep_unlisted, unlisted
from bridge.sync.walks import Walk
from connectors.contract import Connector, Page, Scope
from connectors.errors import ConnectorError, Interrupted, Retry, SignInFailed

# A scope that fails after every retry may be that scope's own trouble; two in a row are the vendor's.
ENOUGH_REFUSALS = 2
# Starting another process costs what reading some thousand rows does.
MANY_ROWS = 3_000
# So long for lists alone nobody waits whose projects hold little; the processors have had nothing to do meanwhile.
LONG_WAIT_S = 1.0
REJECTED = "rejected_rows"
UNLISTED = "unlisted"
MINUTE = timedelta(seconds=61)


class Progress(Protocol):
    """Told after each page and at the end of each scope how many objects were read of it so far."""

    def __call__(self, source: str, stream: str, scope: str, count: int, *, ended: bool) -> None: ...


class Wish(Struct, frozen=True):
    """What this pull should read: everything from the start, or only what failed last time; and what it may believe."""

    guard: Guard
    full: bool = False
    only: frozenset[tuple[str, str]] | None = None
    per_minute: int = 150
    """Requests a minute that the source allows: details take what the lists have left of it."""

    def wants(self, stream: str, scope: str) -> bool:
        return self.only is None or (stream, scope) in self.only or (stream, "") in self.only


Hire = Callable[[], Courier]
"""Another process that may go on with the tasks."""


class Pull:
    """Reads one source into the store; `report` says how far it came, also when it was cut short."""

    def __init__(
        self,
        connector: Connector,
        turn: Turn,
        wish: Wish,
        progress: Progress,
        facts: MutableMapping[str, str],
        hire: Hire | None = None,
    ) -> None:
        self._connector = connector
        self._turn = turn
        self._wish = wish
        self._progress = progress
        self._memory = facts
        self._remembered: dict[str, str] = dict(facts)
        self._lacks = Lacks(turn, connector, facts, ask_again=wish.full)
        self._meter = Meter(connector.tally)
        self._gone: set[str] = set()
        self._moved: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._absent: list[tuple[StreamReport, Absent]] = []
        self._starts: set[bool] = set()
        self._refusals = 0
        self._hire = hire if connector.portable and not runs.was_read(turn.store, turn.source) else None
        self._courier: Courier | None = None
        self._waited_since = monotonic() - process_time()
        self.report = SourceReport(turn.source, unavailable=self._lacks.told)

    def run(self) -> SourceReport:
        """Read everything wished for. Never raises a `ConnectorError`: it ends in the report."""
        streams, task_stream = self._connector.streams, self._connector.task_stream
        at = streams.index(task_stream)
        try:
            for group in self._groups(streams[:at]):
                self._read(group)
            self._refresh_lookups()
            self._read([task_stream])
            for group in self._groups(streams[at + 1 :]):
                self._read(group)
                self._refresh_effort(group)
            self._sweep()
            self._read_details()
        except (SignInFailed, Retry, Interrupted) as err:
            self.report.error = Failure.of(err)
        finally:
            if self._courier is not None:
                self._courier.close()
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
        self.report.overhead.spend(self._meter.take())

    def _refresh_lookups(self) -> None:
        turn = self._turn
        found = lookups(turn.store, turn.source, turn.mapping)
        self._turn = replace(turn, about=replace(turn.about, lookups=found))
        remap_if_needed(self._turn, self._connector.task_stream)

    def _refresh_effort(self, streams: Sequence[str]) -> None:
        effort = self._turn.mapping.effort
        if effort is not None and effort.stream in streams:
            with self._turn.store.transaction():
                refresh_effort(self._turn, effort.stream)

    # --- Streams and scopes ----------------------------------------------------------------------------------------

    def _groups(self, streams: Sequence[str]) -> list[list[str]]:
        """Streams that may be read side by side, in their order."""
        groups: list[list[str]] = []
        for stream in streams:
            if groups and stream in self._connector.beside:
                groups[-1].append(stream)
            else:
                groups.append([stream])
        return groups

    def _read(self, streams: Sequence[str]) -> None:
        """Read streams side by side, page by page, until every scope of them has ended."""
        walks: list[Walk] = []
        try:
            for stream in streams:
                walks += self._begin(stream, self._scopes(stream))
            self._overhead()
            tasks = [Task(number, walk.stream, walk.scope, walk.cursor) for number, walk in enumerate(walks)]
            with Readers(self._connector, tasks) as readers:
                while readers.left:
                    self._take(walks, readers)
                    if self._hire is not None:
                        self._employ(self._hire, walks, readers)
        except ConnectorError as err:
            for walk in walks:
                if not walk.is_over:
                    walk.report.fail(err)
            raise
        finally:
            self._meter.take()
        if self._memory != self._remembered:
            with self._turn.store.transaction():
                self._keep_memory()

    def _scopes(self, stream: str) -> list[Scope]:
        """What is to be read of a stream; what cannot be listed is told."""
        if self._lacks.knows(stream):
            return []
        try:
            scopes = list(self._connector.scopes(stream))
        except ConnectorError as err:
            if isinstance(err, (SignInFailed, Retry, Interrupted)):
                raise
            if not self._lacks.explains(stream, err):
                self.report.streams.append(StreamReport(stream, "", outcome="failed", error=Failure.of(err)))
            return []
        if stream == self._connector.task_stream:
            self._gone = known_gone(self._turn.store, self._turn.source)
            self._compare_listing([scope.id for scope in scopes])
        return [scope for scope in scopes if self._wish.wants(stream, scope.id)]

    def _is_long(self, walks: Sequence[Walk]) -> bool:
        """Whether so much was read of the tasks that a process of its own pays for the rest."""
        rows = sum(walk.report.counts.fetched for walk in walks if walk.stream == self._connector.task_stream)
        return rows >= MANY_ROWS

    def _employ(self, hire: Hire, walks: Sequence[Walk], readers: Readers) -> None:
        """Have another process read where that pays; where the source is slow it begins while this one waits anyway."""
        if self._courier is None and monotonic() - process_time() - self._waited_since > LONG_WAIT_S:
            self._courier = hire()
            self._courier.warm()
        if self._is_long(walks):
            courier = self._courier or hire()
            courier.instruct(self._turn)
            readers.move_to(courier)
            self._hire = self._courier = None

    def _take(self, walks: Sequence[Walk], readers: Readers) -> None:
        """Store what is there, all or nothing, and then judge how scopes ended.

        A fast source fills a transaction, which is cheaper; a slow one is committed page by page.
        """
        first = readers.next()
        for event in self._stored(walks, readers, first) if walks[first.scope].has_news(first) else [first.told]:
            walk = walks[event.scope]
            walk.report.spend(event.cost)
            ended = isinstance(event, Ended)
            self._progress(self._turn.source, walk.stream, walk.scope.name, walk.report.counts.fetched, ended=ended)
            if isinstance(event, Ended):
                self._scope_ended(walk, event.error)

    def _stored(self, walks: Sequence[Walk], readers: Readers, event: Event) -> list[Event]:
        """Store an event and those that come soon after it in one transaction; returns them without what came."""
        store, keep = self._turn.store, partial(self._arrive, walks)
        events = gathered(readers, event) if store.is_shared else []
        with store.transaction():
            for one in events:
                keep(one)
            told = [one.told for one in events] or as_they_come(readers, event, keep)
            self._keep_place()
        return told

    def _keep_place(self) -> None:
        """Where to resume, in the transaction with the pages before it."""
        turn, moved = self._turn, self._moved
        self._moved = {}
        raw.put_cursors(turn.store, turn.source, moved, turn.at)
        self._keep_memory()

    def _keep_memory(self) -> None:
        """What the connector wants to know again belongs to the pages it comes from, also if this run is killed next."""
        if self._memory != self._remembered:
            memory.save(self._turn.store, self._turn.source, self._memory)
            self._remembered = dict(self._memory)

    def _arrive(self, walks: Sequence[Walk], event: Arrived | Ended) -> int:
        if event.memory is not None:
            self._memory.clear()
            self._memory.update(event.memory)
        if isinstance(event, Ended):
            return 0
        return self._store(walks[event.scope], event.page, event.parcels)

    def _begin(self, stream: str, scopes: Sequence[Scope]) -> list[Walk]:
        store, source = self._turn.store, self._turn.source
        saved = raw.cursors_of(store, source, stream)
        known = {} if self._wish.full else saved
        unnamed = quarantine.scopes_with_unnamed(store, source, stream)
        met = sightings.under_way(store, source, stream)
        is_first = not raw.has_any(store, source, stream)
        walks = []
        for scope in scopes:
            names = tuple(name for name in (scope.id, scope.name, scope.key) if name)
            entry = StreamReport(stream, scope.id, names)
            self.report.streams.append(entry)
            walk = Walk(stream, scope, entry, known.get(scope.id, {}), is_first=is_first)
            walk.saved, walk.has_unnamed = saved.get(scope.id, {}), scope.id in unnamed
            if stream == self._connector.task_stream:
                # A scope without a cursor, such as a new or empty project, makes no full read of an incremental one.
                self._starts.add(not walk.cursor)
                self.report.mode = "full" if self._starts == {True} else "incremental"
            walk.page = met.get(scope.id, 0)
            if walk.page and not walk.cursor:
                with store.transaction():
                    sightings.begin(store, source, stream, scope.id)
                walk.page = 0
            walk.resumable = not walk.cursor or walk.page > 0
            walks.append(walk)
        self._connector.expect(stream, {walk.scope.id: walk.cursor for walk in walks})
        return walks

    def _store(self, walk: Walk, page: Page, parcels: Sequence[Parcel]) -> int:
        """Store one page and where to resume after it; returns how many objects it had."""
        turn, stream, scope, entry = self._turn, walk.stream, walk.scope.id, walk.report
        is_task = stream == self._connector.task_stream
        ids = [parcel.content.external_id for parcel in parcels]
        walk.seen.update(ids)
        entry.counts.add(land(turn, stream, scope, parcels, is_task=is_task, gone=self._gone, is_first=walk.is_first))
        if page.rejected:
            entry.counts.quarantined += set_aside(turn, stream, scope, page.rejected)
            walk.has_unnamed = True
            entry.outcome, entry.error = "partial", Failure(REJECTED, str(entry.counts.quarantined))
        if page.complete:
            self._completed(walk, page)
        elif walk.resumable and page.cursor and ids:
            sightings.add(turn.store, turn.source, stream, scope, walk.page, ids)
            walk.page += 1
        if page.cursor != walk.saved:
            self._moved[stream, scope] = walk.saved = page.cursor
        return len(ids)

    def _completed(self, walk: Walk, page: Page) -> None:
        turn, stream, scope = self._turn, walk.stream, walk.scope.id
        task_stream = self._connector.task_stream
        if walk.page:
            walk.seen |= sightings.end(turn.store, turn.source, stream, scope)
        if walk.has_unnamed:
            quarantine.release_unnamed(turn.store, turn.source, stream, scope, turn.at)
            walk.has_unnamed = False
        if stream == task_stream:
            found = absent(turn, scope, walk.seen, counted=page.counted)
            self._absent.append((walk.report, found))
        elif not walk.is_first and self._connector.streams.index(stream) > self._connector.streams.index(task_stream):
            # What helps to understand tasks stays: an old task may still refer to it.
            walk.report.counts.gone += raw.withdraw(turn.store, turn.source, stream, scope, walk.seen, turn.at)
        walk.seen = set()

    def _scope_ended(self, walk: Walk, err: ConnectorError | None) -> None:
        entry, walk.is_over = walk.report, True
        if err is None:
            self._refusals = 0
            return
        if self._lacks.explains(walk.stream, err):
            self.report.streams.remove(entry)
            self.report.overhead.add(entry.counts)
            return
        entry.fail(err)
        self._refusals += isinstance(err, Retry)
        if isinstance(err, POINTLESS) or self._refusals == ENOUGH_REFUSALS:
            raise err

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
                # Nothing was marked: the scope is read from the start again, and the source asked again.
                self._doubt(entry, Failure.of(err))
                if isinstance(err, (SignInFailed, Retry, Interrupted)):
                    raise
                continue
            if swept.withheld:
                self._doubt(entry, Failure("mass_disappearance", f"{swept.missing} / {swept.present}"))
            entry.counts.gone += swept.gone
        self.report.overhead.add(sweep.landed)
        if self.report.outcome == "complete" and self._wish.only is None:
            self._sweep_unlisted()

    def _doubt(self, entry: StreamReport, why: Failure) -> None:
        """What a complete read could not settle stays open until a complete read settles it, whatever runs in between."""
        entry.outcome, entry.error = "partial", why
        turn = self._turn
        with turn.store.transaction():
            raw.save_cursor(turn.store, turn.source, entry.stream, entry.scope, {}, turn.at)

    def _sweep_unlisted(self) -> None:
        stream = self._connector.task_stream
        for scope, name, gone in sweep_unlisted(self._turn, stream, self.report.unlisted, self._wish.guard):
            entry = StreamReport(stream, scope, (scope, name), counts=Counts(gone=gone or 0))
            if gone is None:
                entry.outcome, entry.error = "partial", Failure(UNLISTED, name)
            self.report.streams.append(entry)

    # --- One task at a time ----------------------------------------------------------------------------------------

    def _read_details(self) -> None:
        self._overhead()
        wanted = [stream for stream in self._connector.detail_streams if self._wish.wants(stream, "")]
        streams = [stream for stream in wanted if not self._lacks.knows(stream)]
        turn = self._turn
        spent = self.report.counts.requests + runs.requests_since(turn.store, turn.source, turn.at - MINUTE)
        details = Details(self._connector, self._turn, streams, self._lacks)
        try:
            details.read(affordable(self._wish.per_minute, spent, len(streams)))
        finally:
            self.report.streams += details.reports
            self.report.overhead.add(details.overhead)
            self._meter.take()
