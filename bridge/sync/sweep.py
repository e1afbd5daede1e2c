"""After a complete read, what was not seen is marked gone: never deleted, and never after a partial one."""

from __future__ import annotations

from collections.abc import Iterable

from bridge.store import tasks
from bridge.sync.landing import Turn, mark_gone

BATCH = 500


def sweep(turn: Turn, scopes: Iterable[str], seen: set[str]) -> dict[str, int]:
    """Mark the tasks of completely read scopes that no scope showed; returns how many by scope.

    `seen` holds the ids of every scope of the run, so that a task which moved to another project is not gone.
    """
    result = {}
    for scope in scopes:
        missing = sorted(tasks.present_ids(turn.store, turn.source, scope) - seen)
        for start in range(0, len(missing), BATCH):
            with turn.store.transaction():
                mark_gone(turn, missing[start : start + BATCH])
        result[scope] = len(missing)
    return result
