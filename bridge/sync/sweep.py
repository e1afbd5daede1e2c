"""After a complete read, what was not seen is marked gone: never deleted, and never after a partial one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bridge.store import tasks
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
        missing = sorted(present - seen)
        withheld = guard.withholds(len(missing), len(present))
        if not withheld:
            for start in range(0, len(missing), BATCH):
                with turn.store.transaction():
                    mark_gone(turn, missing[start : start + BATCH])
        result[scope] = Swept(len(missing), len(present), withheld)
    return result
