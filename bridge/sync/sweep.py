"""After a complete read, what was not seen is marked gone: never deleted, and never after a partial one.

A project that is not listed any more was archived, deleted or closed to us, or the list was wrong for a moment. Its
tasks are gone when two complete reads in a row did not list it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from bridge.store import absences, raw, runs, tasks
from bridge.sync.landing import Turn, land, mark_gone
from bridge.sync.outcome import Counts
from bridge.sync.parcels import parcels
from connectors.contract import Connector
from connectors.errors import NotPermitted, PathUnknown

BATCH = 500


class Guard(Struct, frozen=True):
    """When a disappearance is too big to be believed: more than `ratio` of a scope's tasks, and more than one."""

    ratio: float
    confirmed: bool = False

    def withholds(self, missing: int, present: int) -> bool:
        return not self.confirmed and missing > 1 and missing > self.ratio * present


class Absent(Struct, frozen=True):
    """What a complete read of a scope did not show of the tasks that were known there.

    `counted` says that the source told how many there are; otherwise it takes two reads to believe an absence.
    """

    scope: str
    missing: frozenset[str]
    present: int
    counted: bool = True


class Swept(Struct, frozen=True):
    """What a sweep found in one scope; `withheld` means that nothing was marked, because it was too much at once."""

    gone: int
    missing: int
    present: int
    withheld: bool


def absent(turn: Turn, scope: str, seen: Collection[str], *, counted: bool) -> Absent:
    """Compare a complete read with what is known; what an earlier read missed and this one saw is absent no more.

    Inside the transaction of the read's last page.
    """
    present = tasks.present_ids(turn.store, turn.source, scope)
    missing = present.difference(seen)
    back = absences.of(turn.store, turn.source, before_run=turn.run + 1) & (present - missing)
    absences.forget(turn.store, turn.source, back)
    return Absent(scope, frozenset(missing), len(present), counted)


class Sweep:
    """Judges the absences of a run, once every scope was read: a task that moved to another project is not gone."""

    def __init__(self, turn: Turn, connector: Connector, guard: Guard) -> None:
        self._turn = turn
        self._connector = connector
        self._guard = guard
        self._finds = connector.most_finds
        self.landed = Counts()
        """Of tasks that were found when they were asked for by id."""

    def judge(self, entry: Absent) -> Swept:
        """Mark what is gone. Raises `ConnectorError` where the source cannot be asked about it."""
        turn = self._turn
        # Read again: since the scope was read, another scope may have shown some of them.
        missing = (
            set(entry.missing & tasks.present_ids(turn.store, turn.source, entry.scope)) if entry.missing else set()
        )
        withheld = self._guard.withholds(len(missing), entry.present)
        if withheld or not missing:
            return Swept(0, len(missing), entry.present, withheld)
        missing -= self._found(sorted(missing))
        sure = missing if entry.counted or self._guard.confirmed else self._missed_before(missing)
        _mark(turn, sure)
        return Swept(len(sure), len(missing), entry.present, withheld)

    def _missed_before(self, missing: set[str]) -> set[str]:
        turn = self._turn
        before = absences.of(turn.store, turn.source, before_run=turn.run) & missing
        with turn.store.transaction():
            absences.note(turn.store, turn.source, missing - before, turn.run, turn.at)
        return before

    def _found(self, missing: Sequence[str]) -> set[str]:
        """Ask for each by its id: a list may have been wrong, or the task has moved while the lists were read."""
        if len(missing) > self._finds:
            return set()
        self._finds -= len(missing)
        try:
            return self.found(missing, gone=set())
        except (NotPermitted, PathUnknown):
            self._finds = 0
            return set()

    def found(self, wanted: Sequence[str], *, gone: set[str]) -> set[str]:
        """Land those of these tasks that the source shows when it is asked for them; returns their ids."""
        turn = self._turn
        found = self._connector.find(wanted)
        for scope in sorted({entry.scope for entry in found}):
            records = parcels(entry.record for entry in found if entry.scope == scope)
            with turn.store.transaction():
                self.landed.add(land(turn, self._connector.task_stream, scope, records, is_task=True, gone=gone))
        return {entry.record.external_id for entry in found}


def unlisted(turn: Turn, listed: Collection[str]) -> tuple[str, ...]:
    """Scopes that hold tasks but were not listed by the source."""
    return tuple(sorted(tasks.scopes(turn.store, turn.source) - set(listed)))


def sweep_unlisted(
    turn: Turn, stream: str, scopes: Sequence[str], guard: Guard
) -> Iterator[tuple[str, str, int | None]]:
    """Mark the tasks of scopes that the run before did not list either; gives scope, name, and how many (None: not yet).

    Such a scope is read from the start if it is ever listed again, so that all of its tasks come back. It may as well
    only be closed to us, so what would be too much at once of all tasks waits for somebody to confirm it.
    """
    if not scopes:
        return
    former = runs.latest(turn.store, turn.source)
    before = former.report.get("unlisted", ()) if former is not None and _knew_the_rest(former.report) else ()
    known = {scope: tasks.present_ids(turn.store, turn.source, scope) for scope in scopes}
    lost = sum(map(len, known.values()))
    withheld = guard.withholds(lost, tasks.count_present(turn.store, turn.source))
    for scope, missing in known.items():
        name = tasks.project_name(turn.store, turn.source, scope)
        if not guard.confirmed and (withheld or scope not in before):
            yield scope, name, None
            continue
        with turn.store.transaction():
            raw.save_cursor(turn.store, turn.source, stream, scope, {}, turn.at)
        _mark(turn, missing)
        yield scope, name, len(missing)


def _knew_the_rest(report: Mapping[str, Any]) -> bool:
    """Whether that run read everything that was listed."""
    rest = [entry for entry in report["streams"] if (entry["error"] or {}).get("code") != "unlisted"]
    return report["error"] is None and all(entry["outcome"] == "complete" for entry in rest)


def _mark(turn: Turn, ids: Iterable[str]) -> None:
    missing = sorted(ids)
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        with turn.store.transaction():
            mark_gone(turn, batch)
            absences.forget(turn.store, turn.source, batch)
