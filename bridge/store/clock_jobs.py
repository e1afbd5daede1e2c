"""The jobs of the service's clock: how each ended last, how often it ended how, and which of its times came to nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from bridge.store.clockwork import instant, stamp
from bridge.store.engine import Store

Ending = Literal["done", "failed"]
_READ = (
    "name, started_at, finished_at, outcome, said, skipped_at, missed_at, done, failed, skipped, missed"  # as in `Job`
)
_KNOWN = "INSERT INTO clock_jobs (name, done, failed, skipped, missed) VALUES (?, 0, 0, 0, 0) ON CONFLICT DO NOTHING"


class Job(Struct, frozen=True):
    """`outcome` is None where the job is under way or was cut off; the counts are since ever."""

    name: str
    started_at: datetime | None
    finished_at: datetime | None
    outcome: Ending | None
    said: str | None
    skipped_at: datetime | None
    missed_at: datetime | None
    done: int
    failed: int
    skipped: int
    missed: int

    @property
    def accounted(self) -> datetime | None:
        """Until when it is known what became of the times of this job."""
        return max((at for at in (self.started_at, self.skipped_at) if at is not None), default=None)


def begin(store: Store, name: str, at: datetime, missed: int) -> None:
    """It is started; `missed` of its times have passed since it was started last. The caller's transaction, as always here."""
    store.execute(_KNOWN, (name,))
    store.execute("UPDATE clock_jobs SET started_at = ?, outcome = NULL WHERE name = ?", (stamp(at), name))
    if missed:
        sql = "UPDATE clock_jobs SET missed = missed + ?, missed_at = ? WHERE name = ?"
        store.execute(sql, (missed, stamp(at), name))


def end(store: Store, name: str, outcome: Ending, said: str | None, at: datetime) -> None:
    sql = "UPDATE clock_jobs SET finished_at = ?, outcome = ?, said = ?, done = done + ?, failed = failed + ? WHERE name = ?"
    failed = outcome == "failed"
    store.execute(sql, (stamp(at), outcome, said, int(not failed), int(failed), name))


def skip(store: Store, name: str, at: datetime) -> None:
    """One of its times came while it was still at work."""
    store.execute(_KNOWN, (name,))
    store.execute("UPDATE clock_jobs SET skipped = skipped + 1, skipped_at = ? WHERE name = ?", (stamp(at), name))


def listed(store: Store) -> list[Job]:
    """Every job that the clock has ever had to do with, by name."""
    return [
        Job(name, _at(started), _at(finished), outcome, said, _at(skipped_at), _at(missed_at), *counts)
        for name, started, finished, outcome, said, skipped_at, missed_at, *counts in store.rows(
            f"SELECT {_READ} FROM clock_jobs ORDER BY name"
        )
    ]


def _at(text: str | None) -> datetime | None:
    return None if text is None else instant(text)
