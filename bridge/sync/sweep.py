"""After a complete read, what was not seen is marked gone: never deleted, and never after a partial one.

A project that is not listed any more was archived, deleted or closed to us, or the list was wrong for a moment. Its
tasks are gone when two complete reads in a row did not list it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bridge.store import raw, runs, tasks
from bridge.sync.landing import Turn, mark_gone

BATCH = 500


@dataclass(frozen=True, slots=True)
class Guard:
    """When a disappearance is too big to be believed: more than `ratio` of a scope's tasks, and more than one."""

    ratio: float
    confirmed: bool = False

    def withholds(self, missing: int, present: int) -> bool:
        return not self.confirmed and missing > 1 and missing > self.ratio * present


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep found in one scope; `withheld` means that nothing was marked, because it was too much at once."""

    missing: int
    present: int
    withheld: bool


def sweep(turn: Turn, scopes: Iterable[str], seen: set[str], guard: Guard) -> dict[str, Swept]:
    """Mark the tasks of completely read scopes that no scope showed; returns what was found by scope.

    `seen` holds the ids of every scope of the run, so that a task which moved to another project is not gone.
    """
    result = {}
    for scope in scopes:
        present = tasks.present_ids(turn.store, turn.source, scope)
        missing = present - seen
        withheld = guard.withholds(len(missing), len(present))
        if not withheld:
            _mark(turn, missing)
        result[scope] = Swept(len(missing), len(present), withheld)
    return result


def unlisted(turn: Turn, listed: Collection[str]) -> tuple[str, ...]:
    """Scopes that hold tasks but were not listed by the source."""
    return tuple(sorted(tasks.scopes(turn.store, turn.source) - set(listed)))


def sweep_unlisted(turn: Turn, stream: str, scopes: Iterable[str], seen: set[str], guard: Guard) -> dict[str, int]:
    """Mark the tasks of scopes that the run before did not list either; returns how many by scope.

    Such a scope is read from the start if it is ever listed again, so that all of its tasks come back.
    """
    former = runs.latest(turn.store, turn.source)
    before = former.report.get("unlisted", ()) if former is not None and former.outcome == "complete" else ()
    result = {}
    for scope in [scope for scope in scopes if guard.confirmed or scope in before]:
        missing = tasks.present_ids(turn.store, turn.source, scope) - seen
        with turn.store.transaction():
            raw.save_cursor(turn.store, turn.source, stream, scope, {}, turn.at)
        _mark(turn, missing)
        result[scope] = len(missing)
    return result


def _mark(turn: Turn, ids: Iterable[str]) -> None:
    missing = sorted(ids)
    for start in range(0, len(missing), BATCH):
        with turn.store.transaction():
            mark_gone(turn, missing[start : start + BATCH])
