"""Pull every source into the store: raw kept, mapped, changes recorded, completeness told."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

import connectors
from bridge.errors import UsageProblem
from bridge.store import budgets, leases, memory, quarantine, runs, tallies
from bridge.store.engine import Store
from bridge.sync.landing import Turn
from bridge.sync.outcome import Failure, SourceReport, SyncReport
from bridge.sync.pull import Hire, Progress, Pull, Wish
from bridge.sync.reading import Courier as AnyCourier
from bridge.sync.record import save_report
from bridge.sync.sweep import Guard
from bridge.usecases import people
from bridge.usecases.circumstances import about
from bridge.usecases.mapping_use import InUse, in_use, keep_refusal
from bridge.usecases.workspace import Workspace
from connectors import contract
from connectors.contract import SourceConfig

if TYPE_CHECKING:
    from bridge.sync.errand import Errand

__all__ = ["RefreshWish", "Refreshed", "SourceReport", "refresh"]

COMMAND = "pbridge"
"""How a lease calls this program to whoever comes second."""


class RefreshWish(Struct, frozen=True):
    """What to read: named sources (none: all), from the start, or only what failed last time."""

    sources: Sequence[str] = ()
    full: bool = False
    only_failed: bool = False
    confirm_gone: bool = False
    """Believe that many tasks are gone at once."""
    tasks: Sequence[str] = ()
    """Of the one named source only these tasks, by id; nothing is told about its completeness."""


class Refreshed(Struct, frozen=True):
    report: SyncReport
    remarks: tuple[UsageProblem, ...] = ()
    run: int = 0

    @property
    def exit_code(self) -> int:
        """0 all complete, 1 something incomplete or quarantined or a mapping file refused, 3 nothing could be read."""
        outcomes = [source.outcome for source in self.report.sources]
        if outcomes and all(outcome == "failed" for outcome in outcomes):
            return 3
        incomplete = any(outcome != "complete" for outcome in outcomes)
        troubled = any(source.held or source.refused_mapping for source in self.report.sources)
        return int(incomplete or troubled)


def refresh(space: Workspace, wish: RefreshWish, *, progress: Progress, stop: threading.Event) -> Refreshed:
    """Read the wished sources one after the other; a failing source does not stop the next."""
    configs = space.sources(wish.sources)
    # Every mapping is read before anything is pulled: a broken one is wrong settings, and nothing is done.
    mapped = [(source, in_use(space, source)) for source in configs]
    remarks = tuple(used.remark for _, used in mapped if used.remark is not None)
    with space.store(create=True) as store, budgets.allowances(space.settings.database_place) as allowances:
        space.refuse_the_past(store)
        started_at = space.clock.now()
        run = runs.start(store, "sync", space.clock.today, started_at)
        round_trip = Round(space, store, allowances, run, wish, progress, stop)
        reports = [round_trip.turn_of(source, used) for source, used in mapped if not stop.is_set()]
        finished_at = space.clock.now()
        remarks += people.renew(space, store, finished_at, {source.name: used.mapping for source, used in mapped})
        with store.transaction():
            runs.finish(store, run, finished_at)
    return Refreshed(SyncReport(started_at, finished_at, tuple(reports)), remarks, run)


class Round(Struct, frozen=True):
    """One sync: what every source's turn in it has in common."""

    space: Workspace
    store: Store
    allowances: contract.Allowances
    run: int
    wish: RefreshWish
    progress: Progress
    stop: threading.Event

    def turn_of(self, source: SourceConfig, used: InUse) -> SourceReport:
        """Read one source, alone: another process that is at it now is told of instead."""
        try:
            with leases.held(self.store, f"source:{source.name}", command=COMMAND, fenced=True), about(run=self.run):
                return self._read(source, used)
        except leases.Lost:
            return SourceReport(source.name, error=Failure("taken_over", source.name))
        except leases.Held as err:
            who = f"{err.holder}, {err.host}, pid {err.pid}, {err.since.astimezone(self.space.clock.timezone):%F %T}"
            return SourceReport(source.name, error=Failure("held", who))

    def _read(self, source: SourceConfig, used: InUse) -> SourceReport:
        space, store, wish = self.space, self.store, self.wish
        kind = connectors.load(source.kind)
        remembered = memory.of(store, source.name)
        surroundings = contract.Surroundings(
            space.clock.timezone, space.clock.running, self.stop, memory=remembered, allowances=self.allowances
        )
        keep_refusal(space, store, source.name, used)
        turn = Turn(
            store, source.name, self.run, used.mapping, space.mapping_surroundings(source, {}), origin=used.origin
        )
        only = frozenset(runs.failed_streams(store, source.name)) if wish.only_failed else None
        guard = Guard(space.settings.thresholds.gone_guard_ratio, wish.confirm_gone)
        pull_wish = Wish(guard, wish.full, only, source.requests_per_minute)
        connector = kind(source, surroundings)
        pull = Pull(connector, turn, pull_wish, self.progress, remembered, self._hire(source, remembered))
        try:
            report = pull.reread(wish.tasks) if wish.tasks else pull.run()
        finally:
            connector.close()
        report.held = quarantine.count(store, source.name)
        report.refused_mapping = None if used.refusal is None else used.refusal.version
        with store.transaction():
            memory.save(store, source.name, remembered)
            mode = "tasks" if wish.tasks else report.mode
            tallies.add_source(store, source.name, report.outcome, mode, report.counts.as_json())
        if not wish.tasks:
            save_report(turn, report, kind.task_stream, pull_wish, space.clock.now())
        return report

    def _hire(self, source: SourceConfig, remembered: Mapping[str, str]) -> Hire:
        """A process that goes on with a first load, because one processor is not enough for it."""
        clock, database = self.space.clock, self.space.settings.database_place

        def hire() -> AnyCourier:
            # Loaded only here: most runs never need it.
            from bridge.sync.courier import Courier

            return Courier(errand, self.stop)

        def errand(turn: Turn) -> Errand:
            from bridge.sync.errand import Errand

            return Errand(
                source.kind,
                source,
                clock.timezone,
                clock.running,
                database,
                dict(remembered),
                connectors.load(source.kind).task_stream,
                turn.mapping.text,
                turn.about,
            )

        return hire
