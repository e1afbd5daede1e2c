"""What stands beside the tables of a store in PostgreSQL: the count of requests, and the queue of jobs."""

from __future__ import annotations

from bridge.store import queue
from bridge.store.engine import Store

# Not logged: of a crash of the server only the last minute is lost, and a place is taken quickly.
BUDGETS = (
    "CREATE UNLOGGED TABLE IF NOT EXISTS budgets (credential TEXT PRIMARY KEY, per_minute BIGINT NOT NULL, "
    "sent TEXT NOT NULL, blocked_until DOUBLE PRECISION NOT NULL, uptime DOUBLE PRECISION NOT NULL, "
    "seen_at DOUBLE PRECISION NOT NULL)"
)


def install(store: Store) -> None:
    """Make what is not there yet, in the caller's transaction."""
    store.run(BUDGETS)
    queue.install(store)
