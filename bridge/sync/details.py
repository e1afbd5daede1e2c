"""What can only be asked one task at a time: read for open and changed tasks, as many as the minute still allows."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from functools import partial

from msgspec import Struct

from bridge.store import details, raw
from bridge.store.details import Due
from bridge.sync.history import record_events
from bridge.sync.lacking import Lacks
from bridge.sync.landing import Turn, land
from bridge.sync.links import record_links
from bridge.sync.outcome import Counts, StreamReport
from bridge.sync.parcels import parcels
from bridge.sync.reading import Cost, Meter
from connectors.contract import Connector, RawRecord, Scope
from connectors.errors import BadPayload, ConnectorError, NotPermitted, PathUnknown, Rejected

# Links, for one, change without the task changing, so open tasks are asked about again: daily, with room for a nightly
# run that is a little early.
AGAIN_AFTER = timedelta(hours=20)
# What is left of a minute's requests belongs to the next run too.
SHARE_OF_MINUTE = 0.8
MOST_TASKS = 500
FAILURES_IN_A_ROW = 3


def affordable(per_minute: int, spent: int, streams: int) -> int:
    """How many tasks can be asked about without waiting for the next minute."""
    return min(MOST_TASKS, max(0, int(per_minute * SHARE_OF_MINUTE) - spent) // streams) if streams else 0


class Answer(Struct, frozen=True):
    """What the source said of one task, or why it did not, and what asking has cost."""

    entry: Due
    records: tuple[RawRecord, ...]
    error: ConnectorError | None
    cost: Cost


class Details:
    """Reads the detail streams of one source; `reports` tells how far each came."""

    def __init__(self, connector: Connector, turn: Turn, streams: Sequence[str], lacks: Lacks) -> None:
        self._connector = connector
        self._turn = turn
        self._lacks = lacks
        self._before = turn.at - AGAIN_AFTER
        self.reports = [StreamReport(stream, "") for stream in streams]
        self.overhead = Counts()
        """What asking for streams that are not there has cost."""

    def read(self, most: int) -> None:
        """Read up to so many tasks of each stream; raises what makes going on pointless."""
        for report in list(self.reports):
            self._read_stream(report, most)

    def _read_stream(self, report: StreamReport, most: int) -> None:
        store, source = self._turn.store, self._turn.source
        due = details.due(store, source, report.stream, before=self._before, most=most) if most else []
        failures = 0
        with closing(self._answers(report.stream, due)) as answers:
            for answer in answers:
                report.spend(answer.cost)
                if answer.error is None:
                    failures = 0
                    self._land(report, answer.entry, answer.records)
                    continue
                if self._lacks.explains(report.stream, answer.error):
                    self.overhead.add(report.counts)
                    self.reports.remove(report)
                    return
                failures += 1
                self._fail(report, answer.entry, answer.error)
                if failures == FAILURES_IN_A_ROW or isinstance(answer.error, (PathUnknown, NotPermitted)):
                    break
        report.pending = details.count_due(store, source, report.stream, before=self._before)

    def _fail(self, report: StreamReport, entry: Due, err: ConnectorError) -> None:
        """One task that cannot be read leaves the others alone; what concerns them all is raised or ends the stream."""
        report.fail(err)
        if not isinstance(err, (Rejected, BadPayload, NotPermitted)):
            raise err
        # Not the first to be asked about each time.
        with self._turn.store.transaction():
            details.mark_read(self._turn.store, self._turn.source, report.stream, entry, self._turn.at)

    def _answers(self, stream: str, due: Sequence[Due]) -> Generator[Answer, None, None]:
        """What the source says of each task, in order, asked side by side; the first alone, in case there is no such stream."""
        size = self._connector.concurrency
        waves = [due[:1], *(due[at : at + size] for at in range(1, len(due), size))]
        with ThreadPoolExecutor(size, thread_name_prefix="details") as pool:
            for wave in waves:
                yield from pool.map(partial(self._ask, stream), wave)

    def _ask(self, stream: str, entry: Due) -> Answer:
        meter = Meter(self._connector.tally)
        try:
            records = self._connector.details(stream, Scope(entry.scope), entry.task)
        except ConnectorError as err:
            return Answer(entry, (), err, meter.take())
        return Answer(entry, records, None, meter.take())

    def _land(self, report: StreamReport, entry: Due, records: Sequence[RawRecord]) -> None:
        turn, stream = self._turn, report.stream
        with turn.store.transaction():
            report.counts.add(land(turn, stream, entry.task, parcels(records), is_task=False, gone=set()))
            payloads = [record.payload for record in records]
            record_events(turn, stream, entry.task, payloads)
            record_links(turn, stream, entry.task, payloads)
            seen = {record.external_id for record in records}
            report.counts.gone += raw.withdraw(turn.store, turn.source, stream, entry.task, seen, turn.at)
            details.mark_read(turn.store, turn.source, stream, entry, turn.at)
