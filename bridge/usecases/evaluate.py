"""Reconcile: bring in the plan where it changed, judge every milestone, keep the day's snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from bridge.language import Sayable
from bridge.model import SEVERITY_ORDER
from bridge.plan import readers
from bridge.reconcile import findings, snapshot
from bridge.reconcile.findings import State
from bridge.reconcile.incremental import Judge
from bridge.reconcile.register import Episode
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Portfolio, Result
from bridge.report import figures
from bridge.store import findings as episodes
from bridge.store import published, quarantine, runs, snapshots, tasks
from bridge.usecases import calendars, notices, people, planning
from bridge.usecases.health import Concern, concerns_of
from bridge.usecases.keeping import Known, unswept
from bridge.usecases.portfolio import present
from bridge.usecases.workspace import Workspace

COUNTED = (State.OPENED, State.WORSENED, State.IMPROVED, State.UNCHANGED, State.CLEARED)


class Reconciled(Struct, frozen=True):
    """What a reconcile found; `exit_code` speaks of completeness of the data, never of colours."""

    portfolio: Portfolio
    result: Result
    plan_version: int | None
    notices: tuple[Sayable, ...]
    quarantined: int
    unread: tuple[tuple[str, str, str, str, int], ...]
    """(source, target, code, value, tasks) of what the mapping could not read."""
    findings: Mapping[State, int]
    """How many findings this day opened, changed, left as they were and cleared."""
    run: int
    concerns: tuple[Concern, ...]
    """What the service itself needs somebody for."""

    @property
    def exit_code(self) -> int:
        sources = self.portfolio.sources
        troubled = any(source.outcome != "complete" or source.refused_mapping for source in sources)
        return int(self.quarantined > 0 or troubled)

    def as_json(self) -> dict[str, object]:
        colours = Counter(assessment.colour for assessment in self.result.assessments)
        return {
            "today": self.portfolio.today.isoformat(),
            "plan_version": self.plan_version,
            "milestones": len(self.result.assessments),
            **{colour.value: colours[colour] for colour in SEVERITY_ORDER},
            "quarantined": self.quarantined,
            "unread_values": [
                {"source": source, "target": target, "code": code, "value": value, "tasks": count}
                for source, target, code, value, count in self.unread
            ],
            "findings": {state.value: self.findings.get(state, 0) for state in COUNTED},
        }


class Memory(Struct):
    """What a process that reconciles again and again remembers from one time to the next."""

    known: Known = field(default_factory=Known)
    judge: Judge = field(default_factory=Judge)


def reconcile(space: Workspace, memory: Memory | None = None) -> Reconciled:
    """Import the plan file if its content changed, judge, and record the snapshot of the day.

    With a `memory` only what was written since the last time is read, and only what that concerns is judged anew.
    """
    if not space.has_store:
        # A plan that is refused must not leave an empty store behind.
        readers.read(planning.read_files(space.settings.plan_file))
    with space.store(create=True) as store:
        space.refuse_the_past(store)
        imported = planning.import_if_changed(space, store)
        calendars.record(space, store)
        remarks = people.renew(space, store, space.clock.now())
        portfolio = present(space, store, memory.known if memory else None)
        with unswept():
            result = memory.judge.judge(portfolio) if memory else assess(portfolio)
        at = space.clock.now()
        with store.transaction():
            run = runs.start(store, "reconcile", space.clock.today, at)
            snapshots.save(store, run, space.clock.today, snapshot.snapshots(result, space.clock.today))
            judged = _judged(portfolio, result, run)
            episodes.save(store, space.clock.today, judged)
            published.save(store, space.clock.today, at, figures.flat(result))
            runs.finish(store, run, space.clock.now())
        concerns = tuple(concerns_of(space, store))
        with store.transaction():
            notices.record(space, store, concerns, run)
        unanswered = tuple(one.concern for one in notices.told(space, store, concerns) if not one.is_quiet)
        return Reconciled(
            portfolio,
            result,
            imported.version if imported and imported.is_new else None,
            (*(imported.notices if imported else ()), *remarks, *_worth_saying(unanswered)),
            quarantine.count(store),
            tuple(tasks.problem_counts(store)),
            Counter(findings.state_since(episode, space.clock.today) for episode in judged),
            run,
            unanswered,
        )


def _worth_saying(concerns: Iterable[Concern]) -> Iterator[Sayable]:
    """That the calendar is not confirmed is told by the report itself."""
    return (one.text for one in concerns if one.code != "calendar_not_confirmed")


def _judged(portfolio: Portfolio, result: Result, run: int) -> tuple[Episode, ...]:
    """What the day makes of the findings that were open when it began."""
    last = {milestone: kept[-1].day for milestone, kept in portfolio.snapshots.items()}
    return findings.judge(portfolio.register.episodes, findings.held(result), portfolio.today, last, run)
