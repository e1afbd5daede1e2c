"""The jobs of the clock where workers do them: put into the queue, one for each source and kind at most."""

from __future__ import annotations

import logging
from collections.abc import Callable

from msgspec import Struct

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.store import hints, outbox, queue
from bridge.usecases.ledger import Ledger
from bridge.usecases.workspace import Workspace

log = logging.getLogger("bridge.queue")

PRIORITIES = {
    "deliver": 40,
    "judge": 30,
    "digest": 20,
    "weekly": 20,
    "follow": 15,
    "sync": 10,
    "full read": 5,
    "prune": 0,
}
"""Kind of job -> what goes first: the higher number. What people wait for goes before what takes long."""
OF_A_SOURCE = ("sync", "full read")
MOST_TRIES = 5
FIRST_WAIT_S = 15.0
NO_SERVER = Text(
    zh="数据库是 SQLite，任务由 pbridge serve 自己执行，不需要 pbridge worker。要用多台机器，先把 [database] url 改为 "
    "postgresql://…（见 docs/operations.md）。没有做任何事。",
    en="the store is SQLite, where pbridge serve does all jobs itself, so no pbridge worker is needed. For several machines "
    "set [database] url to postgresql://… first (docs/operations.md). Nothing was done.",
)


class Job(Struct, frozen=True):
    """What is to be done; `tries` is how often it was tried without success."""

    kind: str
    source: str = ""
    tries: int = 0

    @property
    def name(self) -> str:
        """As the clock calls it."""
        return f"{self.kind} {self.source}".strip()

    @property
    def scope(self) -> str:
        """Of jobs with one scope one runs at a time."""
        return f"source {self.source}" if self.source else self.kind


def put(space: Workspace, job: Job, *, wait_s: float = 0.0) -> bool:
    """Put a job into the queue; False where one of its kind and scope waits already."""
    url = space.settings.database_place
    if not isinstance(url, str):
        raise UsageProblem(NO_SERVER)
    args = {"source": job.source, "tries": job.tries}
    order = queue.Order(job.kind, job.scope, f"{job.kind}: {job.scope}", PRIORITIES[job.kind], args, wait_s)
    return queue.put(url, order)


class Queued(Struct):
    """Does what `serving.Service` does by asking workers for it."""

    opened: Callable[[], Workspace]

    def sync(self, source: str) -> None:
        self._put(Job("sync", source))

    def full_read(self, source: str) -> None:
        self._put(Job("full read", source))

    def digest(self) -> None:
        self._put(Job("digest"))

    def weekly(self) -> None:
        self._put(Job("weekly"))

    def prune(self) -> None:
        self._put(Job("prune"))

    def backup(self) -> None:
        """Never asked for: a store on a server has no timed backups of ours."""

    def follow(self) -> None:
        """Asked for where there are hints; the clock looks every few seconds."""
        space = self.opened()
        with space.store() as store:
            is_told = any(hints.pending(store, source.name) for source in space.settings.sources)
        if is_told:
            self._put(Job("follow"))

    def deliver(self) -> None:
        space = self.opened()
        if not space.settings.notify:
            return
        with space.store() as store:
            waits = bool(outbox.listed(store, (outbox.WAITING, outbox.SENDING)))
        if waits:
            self._put(Job("deliver"))

    def _put(self, job: Job) -> None:
        if put(self.opened(), job):
            log.info("%s: asked for", job.name)
        else:
            log.info("%s: waits already", job.name)


class ClockLedger(Ledger):
    """What the clock keeps of jobs that others do: when they were asked for. How they ended is told by who did them."""

    def ended(self, name: str, error: Exception | None) -> None:
        if error is not None:
            super().ended(name, error)
