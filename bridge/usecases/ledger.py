"""What became of each time at which the clock had something to do: kept in the store, so that a restart knows it too."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

from bridge.errors import BridgeError
from bridge.store import clock_jobs
from bridge.store.clock_jobs import Job
from bridge.store.engine import Store
from bridge.usecases.discretion import hushed
from bridge.usecases.workspace import Workspace

log = logging.getLogger("bridge.scheduler")

PATIENCE_S = 5.0
"""A record of a job must not keep it waiting: a store that is busy for longer goes without."""
LONGEST_WORDS = 500


class Ledger:
    """Keeps what became of jobs. A store that cannot be used is told in the log and stops no job."""

    def __init__(self, opened: Callable[[], Workspace]) -> None:
        self._opened = opened

    def known(self) -> dict[str, Job]:
        """Name -> what is on record; nothing where there is no store yet."""
        try:
            space = self._opened()
            if not space.has_store:
                return {}
            with space.store(patience_s=PATIENCE_S) as store:
                return {job.name: job for job in clock_jobs.listed(store)}
        except BridgeError as err:
            log.warning("what became of former jobs is not known: %s", err.say("en"))
            return {}

    def began(self, name: str, missed: int) -> None:
        """`missed` times of this job have passed since it began last."""
        self._keep(lambda store, _: clock_jobs.begin(store, name, datetime.now(UTC), missed))

    def ended(self, name: str, error: Exception | None) -> None:
        """`error` as the job raised it; of an unexpected one only the kind is kept."""
        outcome: clock_jobs.Ending = "done" if error is None else "failed"

        def keep(store: Store, space: Workspace) -> None:
            said = None if error is None else type(error).__name__
            said = hushed(error.say(space.lang))[:LONGEST_WORDS] if isinstance(error, BridgeError) else said
            clock_jobs.end(store, name, outcome, said, datetime.now(UTC))

        self._keep(keep)

    def skipped(self, name: str) -> None:
        """A time of it came while it was still at work."""
        self._keep(lambda store, _: clock_jobs.skip(store, name, datetime.now(UTC)))

    def _keep(self, write: Callable[[Store, Workspace], None]) -> None:
        try:
            space = self._opened()
            with space.store(create=True, patience_s=PATIENCE_S) as store, store.transaction():
                write(store, space)
        except BridgeError as err:
            log.warning("what became of a job could not be kept: %s", err.say("en"))
