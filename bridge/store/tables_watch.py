"""The tables of how the service fares: sums that outlive the rows they were made of, the jobs of the clock, what channels refuse."""

from __future__ import annotations

from bridge.store.table import Table, optional

COUNTED = (
    "requests",
    "fetched",
    "created",
    "updated",
    "unchanged",
    "gone",
    "revived",
    "quarantined",
    "retries",
)
"""What is summed of every reading of a source."""

WATCH: tuple[Table, ...] = (
    Table(
        # Sums over everything that was ever read of a source; they go on where the runs themselves are pruned.
        "source_tallies",
        {
            "source": "TEXT",
            "outcome": "TEXT",
            "mode": "TEXT",
            "runs": "INTEGER",
            **dict.fromkeys(COUNTED, "INTEGER"),
            "slept_seconds": "REAL",
        },
        key=("source", "outcome", "mode"),
        since=14,
    ),
    Table(
        # How many runs of a kind there were and how long they took together.
        "run_tallies",
        {"kind": "TEXT", "runs": "INTEGER", "seconds": "REAL", "last_seconds": "REAL", "last_at": "TEXT"},
        key=("kind",),
        since=14,
    ),
    Table(
        # Each job of the clock: how it ended last, how often it ended how, and which of its times came to nothing.
        "clock_jobs",
        {
            "name": "TEXT",
            "started_at": "TEXT",
            "finished_at": "TEXT",
            "outcome": "TEXT",
            "said": "TEXT",
            "done": "INTEGER",
            "failed": "INTEGER",
            "skipped": "INTEGER",
            "missed": "INTEGER",
            "skipped_at": "TEXT",
            "missed_at": "TEXT",
        },
        key=("name",),
        optional=optional("started_at", "finished_at", "outcome", "said", "skipped_at", "missed_at"),
        since=14,
    ),
    Table(
        # Channels that take no message: one row for each time that one began to refuse by a code, over with the next
        # message that it takes; `until`, `who` and `why` are of the person who answers for it.
        "refusals",
        {
            "seq": "INTEGER",
            "channel": "TEXT",
            "kind": "TEXT",
            "code": "TEXT",
            "state": "TEXT",
            "parts": "INTEGER",
            "opened_at": "TEXT",
            "seen_at": "TEXT",
            "cleared_at": "TEXT",
            "until": "TEXT",
            "who": "TEXT",
            "why": "TEXT",
            "said_at": "TEXT",
        },
        key=("seq",),
        optional=optional("cleared_at", "until", "who", "why", "said_at"),
        since=24,
    ),
)
