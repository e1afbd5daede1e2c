"""What can only be asked one task at a time: read for open and changed tasks, as many as the minute still allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bridge.store import details, raw
from bridge.store.details import Due
from bridge.sync.history import record_events
from bridge.sync.lacking import Lacks
from bridge.sync.landing import Turn, land
from bridge.sync.outcome import Counts, StreamReport
from bridge.sync.reading import Meter
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
        store, source, failures = self._turn.store, self._turn.source, 0
        meter = Meter(self._connector.tally)
        for entry in details.due(store, source, report.stream, before=self._before, most=most) if most else []:
            try:
                records = self._connector.details(report.stream, Scope(entry.scope), entry.task)
            except (PathUnknown, NotPermitted) as err:
                if self._lacks.explains(report.stream, err):
                    report.spend(meter.take())
                    self.overhead.add(report.counts)
                    self.reports.remove(report)
                    return
                report.fail(err)
                break
            except (Rejected, BadPayload) as err:
                # One task that cannot be read leaves the others alone, and is not the first to be asked about each
                # time; a row of them is the stream's own trouble.
                failures += 1
                report.fail(err)
                with store.transaction():
                    details.mark_read(store, source, report.stream, entry, self._turn.at)
                if failures == FAILURES_IN_A_ROW:
                    break
                continue
            except ConnectorError as err:
                report.fail(err)
                report.spend(meter.take())
                raise
            failures = 0
            self._land(report, entry, records)
            report.spend(meter.take())
        report.spend(meter.take())
        report.pending = details.count_due(store, source, report.stream, before=self._before)

    def _land(self, report: StreamReport, entry: Due, records: Sequence[RawRecord]) -> None:
        turn, stream = self._turn, report.stream
        with turn.store.transaction():
            report.counts.add(land(turn, stream, entry.task, records, is_task=False, gone=set()))
            record_events(turn, stream, entry.task, [record.payload for record in records])
            seen = {record.external_id for record in records}
            report.counts.gone += raw.withdraw(turn.store, turn.source, stream, entry.task, seen, turn.at)
            details.mark_read(turn.store, turn.source, stream, entry, turn.at)
