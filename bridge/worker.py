"""`pbridge worker`: takes jobs from the queue of a store in PostgreSQL, on any number of machines, until told to stop."""

from __future__ import annotations

import asyncio
import functools
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from bridge.errors import BridgeError, UsageProblem
from bridge.store import queue
from bridge.usecases import presence
from bridge.usecases.circumstances import about
from bridge.usecases.journal import Journal
from bridge.usecases.keeping import keep_together, sweep
from bridge.usecases.ledger import Ledger
from bridge.usecases.queueing import FIRST_WAIT_S, MOST_TRIES, NO_SERVER, PRIORITIES, Job, put
from bridge.usecases.refresh import Refreshed, RefreshWish
from bridge.usecases.serving import Service
from bridge.usecases.settled import Settled

if TYPE_CHECKING:
    import procrastinate

log = logging.getLogger("bridge.worker")

COMMAND = "pbridge worker"
GLANCE_S = 0.2
# Done so often, and so soon, that nothing is swept away after them, and nobody takes them up where they were left.
QUICK = ("deliver", "follow")
LONGEST_END_S = 7.5
"""How long a job may take to finish its page; a job that is cut off is given to another worker."""
LONGEST_FAREWELL_S = 1.0
"""How long what waits in a queue that is given up may take to end."""
HEARTBEAT_S = 5.0
DEAD_AFTER_S = 20.0
"""A worker that gave no sign of life for so long is dead, and its jobs are given to others."""
LOOK_EVERY_S = 5.0
POLL_S = 2.0
REST_S = 3.0
FAILED_FOR_H = 24 * 7
"""How long a job that was given up is kept to be looked at."""


class Held(Exception):
    """Somebody else is reading the source: the job is tried again later."""


class Worker(Service):
    """Does what a service does; a judgement is a job of its own, so that twenty sources need not be judged twenty times."""

    def _read(self, wish: RefreshWish) -> Refreshed:
        done = Service._read(self, wish)
        for report in done.report.sources:
            if report.error is not None and report.error.code in ("held", "taken_over"):
                raise Held(f"{report.source}: {report.error.message}")
        return done

    def _follow(self, wish: RefreshWish) -> Refreshed | None:
        try:
            return Service._follow(self, wish)
        except Held:
            return None  # hints wait until whoever reads the source is done

    def _judge(self) -> None:
        put(self.opened(), Job("judge"))

    def judge(self) -> None:
        Service._judge(self)


def work(
    settled: Settled,
    stop: threading.Event,
    reread: threading.Event,
    *,
    jobs: int = 1,
    quiet: bool = False,
    ready: Callable[[], None] = lambda: None,
) -> bool:
    """Do jobs until told to stop. Returns whether everything had ended by then: what has not is safe to cut off."""
    space = settled()
    if not space.settings.database.is_server:
        raise UsageProblem(NO_SERVER)
    keep_together()
    space.store(create=True).close()
    with Journal(space.settings, quiet=quiet).kept() as journal, presence.told(space, COMMAND):
        # Its own words are about every look into the queue; what matters of them is said here.
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        ready()
        shift = Shift(settled, stop, reread, journal, jobs)
        has_ended = True
        while not stop.is_set():
            has_ended = shift.run()
            stop.wait(REST_S)
    return has_ended


async def farewell(loop: asyncio.AbstractEventLoop) -> None:
    """End what a queue that was given up has left waiting: for a connection, or for a job that is cut off."""
    waiting = asyncio.all_tasks(loop) - {asyncio.current_task(loop)}
    for task in waiting:
        task.cancel()
    if waiting:
        done, _ = await asyncio.wait(waiting, timeout=LONGEST_FAREWELL_S)
        for task in done:
            if not task.cancelled():
                task.exception()  # looked at, for nobody else will: what broke the queue has been said
    await loop.shutdown_asyncgens()


class Shift:
    """One stretch of work on one connection; where the server goes away another one follows."""

    def __init__(
        self, settled: Settled, stop: threading.Event, reread: threading.Event, journal: Journal, jobs: int
    ) -> None:
        self._settled, self._stop, self._reread, self._journal, self._jobs = settled, stop, reread, journal, jobs
        self._service = Worker(settled, stop)
        self._ledger = Ledger(settled)

    def run(self) -> bool:
        """Until told to stop, or the queue cannot be used. Returns whether every job has ended."""
        loop = asyncio.new_event_loop()
        try:
            return loop.run_until_complete(self._until_stopped())
        except Exception as err:  # noqa: BLE001 - whatever broke the connection to the queue, the next stretch begins anew
            log.warning("the queue cannot be used: %s", str(err).partition("\n")[0] or type(err).__name__)
            return True
        finally:
            loop.run_until_complete(farewell(loop))
            loop.close()

    async def _until_stopped(self) -> bool:
        lib = queue.library()
        connector = lib.PsycopgConnector(conninfo=self._settled.settings.database.url, min_size=1, max_size=4)
        app: procrastinate.App = lib.App(connector=connector)
        for kind in PRIORITIES:
            app.task(name=kind, pass_context=False)(functools.partial(self._do, kind))
        await app.open_async()
        working = asyncio.create_task(
            app.run_worker_async(
                concurrency=self._jobs,
                install_signal_handlers=False,
                delete_jobs="successful",
                fetch_job_polling_interval=POLL_S,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=DEAD_AFTER_S,
            )
        )
        recovering = asyncio.create_task(self._recover(app))
        while not self._stop.is_set() and not working.done() and not recovering.done():
            self._heed()
            await asyncio.sleep(GLANCE_S)
        recovering.cancel()
        working.cancel()
        done, _ = await asyncio.wait({working, recovering}, timeout=LONGEST_END_S)
        if working not in done:
            log.warning(
                "a job has not finished its page; it is cut off, and another worker goes on from the page before"
            )
            return False
        with suppress(Exception):
            await asyncio.wait_for(app.close_async(), LONGEST_FAREWELL_S)
        for task in done:
            if not task.cancelled() and (err := task.exception()) is not None:
                raise err
        return True

    def _heed(self) -> None:
        """Take over the settings as they are now, where a signal asks for it."""
        if not self._reread.is_set():
            return
        self._reread.clear()
        try:
            self._settled.reread()
        except BridgeError as err:
            log.error("the settings were not taken over, the former ones stay: %s", err.say("en"))
        else:
            self._journal.obey(self._settled.settings)

    # --- One job ---------------------------------------------------------------------------------------------------

    def _do(self, kind: str, source: str = "", tries: int = 0) -> None:
        """Do one job, and see to it that it is tried again where it must be. Raises what made it fail."""
        job = Job(kind, source, tries)
        error: Exception | None = None
        with about(job=job.name):
            try:
                self._act(job)
            except Exception as err:
                error = err
                self._fail(job, err)
                raise
            finally:
                if job.kind not in QUICK:
                    sweep()
                if job.kind != "judge":
                    self._ledger.ended(job.name, error)
                if error is None and self._stop.is_set() and job.kind not in QUICK:
                    # Perhaps it was not finished: another worker goes on, or finds that nothing is left to be done.
                    self._put_again(job, 0.0)

    def _act(self, job: Job) -> None:
        service = self._service
        if job.kind == "sync":
            service.sync(job.source)
        elif job.kind == "full read":
            service.full_read(job.source)
        else:
            deeds: dict[str, Callable[[], None]] = {
                "judge": service.judge,
                "follow": service.follow,
                "digest": service.digest,
                "weekly": service.weekly,
                "prune": service.prune,
                "deliver": service.deliver,
            }
            deeds[job.kind]()

    def _fail(self, job: Job, err: Exception) -> None:
        if isinstance(err, BridgeError):
            log.warning("%s: %s", job.name, err.say("en"))
        elif isinstance(err, Held):
            log.info("%s: %s", job.name, err)
        else:
            log.exception("%s: something unexpected failed", job.name)
        if job.tries + 1 < MOST_TRIES:
            self._put_again(Job(job.kind, job.source, job.tries + 1), FIRST_WAIT_S * 2.0**job.tries)
        else:
            log.error("%s: given up after %s tries", job.name, MOST_TRIES)

    def _put_again(self, job: Job, wait_s: float) -> None:
        try:
            put(self._settled(), job, wait_s=wait_s)
        except BridgeError as err:
            # The clock asks again at the next time of the job.
            log.warning("%s: cannot be asked for again: %s", job.name, err.say("en"))

    # --- Jobs of others --------------------------------------------------------------------------------------------

    async def _recover(self, app: Any) -> None:
        """Give the jobs of workers that died to others, and forget those that were given up long ago."""
        manager = app.job_manager
        while True:
            await manager.prune_stalled_workers(DEAD_AFTER_S)
            for job in await manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER_S):
                log.warning("%s was left by a worker that died; it is taken up again", job.call_string)
                await self._take_up(manager, job)
            await manager.delete_old_jobs(nb_hours=FAILED_FOR_H, include_failed=True)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _take_up(self, manager: Any, job: Any) -> None:
        lib = queue.library()
        try:
            await manager.retry_job(job)
        except lib.exceptions.ConnectorException:
            # The same has been asked for meanwhile and waits behind it; or somebody else was quicker.
            with suppress(lib.exceptions.ConnectorException):
                await manager.finish_job_by_id_async(job.id, lib.jobs.Status.FAILED, delete_job=True)
