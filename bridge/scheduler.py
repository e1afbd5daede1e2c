"""The clock of the service: which job runs when; a job that fails is told and never stops the others."""

from __future__ import annotations

import functools
import logging
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from secrets import SystemRandom
from typing import Protocol
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_SUBMITTED, JobSubmissionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bridge.errors import BridgeError
from bridge.language import Text
from bridge.usecases.circumstances import about
from bridge.usecases.keeping import sweep
from bridge.usecases.ledger import Ledger
from bridge.usecases.timetable import Timetable, jobs_of, next_after, passed

log = logging.getLogger("bridge.scheduler")

HINTS = "hints"
HINTS_EVERY_S = 5
OUTBOX, OUTBOX_EVERY_S = "outbox", 20
OFTEN = (HINTS, OUTBOX)
"""Jobs of a few seconds: nobody keeps a record of each time."""
LATE_DIGEST = timedelta(minutes=5)
LATE_READ = timedelta(minutes=1)
HINTS_SOON = timedelta(seconds=1)
# A machine that slept, or a store that was busy: late is better than never, and once is enough.
GRACE_S = 6 * 60 * 60
# Sources are staggered at the start, so that they do not all sign in and write in the same moment.
STAGGER = timedelta(seconds=2)
SPREAD_S = 20.0
"""Afterwards too: each time comes up to so much later, and never by more than a tenth of the time to the next."""
WORKERS = 64
"""Threads begin when they are needed; settings that are read again may bring more sources."""
STILL_AFTER_S = 60.0
CLOCK_SET_S = 60.0
"""A clock that is so far from where it should be was set, or the machine slept."""

NOT_RUNNING = Text(zh="调度器没有运行。", en="the scheduler is not running.")
STANDS_STILL = Text(
    zh="调度器已有 {seconds} 秒没有动静。请重启 pbridge serve，并查看日志。",
    en="the scheduler has stood still for {seconds} s. Restart pbridge serve and look at the log.",
)


def offset_s() -> float:
    """How far the clock of the machine is from one that nobody can set."""
    return datetime.now(UTC).timestamp() - time.monotonic()


class Jobs(Protocol):
    """What the clock has done: by this process, or by workers."""

    def sync(self, source: str) -> None: ...
    def full_read(self, source: str) -> None: ...
    def follow(self) -> None: ...
    def digest(self) -> None: ...
    def weekly(self) -> None: ...
    def backup(self) -> None: ...
    def prune(self) -> None: ...
    def deliver(self) -> None: ...


class Spread(BaseTrigger):  # type: ignore[misc]
    """The times of another trigger, each a little later, so that many sources do not begin in the same second."""

    def __init__(self, exact: BaseTrigger, most_s: float = SPREAD_S) -> None:
        self.exact = exact
        self._most_s = most_s
        self._chance = SystemRandom()
        self._told: dict[datetime, datetime] = {}

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime | None:
        exact_before = self._told.get(previous_fire_time, previous_fire_time) if previous_fire_time else None
        exact = self.exact.get_next_fire_time(exact_before, now)
        if exact is None:
            return None
        following = next_after(self.exact, exact)
        room = self._most_s if following is None else min(self._most_s, (following - exact).total_seconds() / 10)
        shown: datetime = exact + timedelta(seconds=self._chance.uniform(0, room))
        self._told = {shown: exact}
        return shown


class Scheduler:
    """Runs the jobs of a service in threads; `problems` says what is wrong with it now."""

    def __init__(
        self,
        service: Jobs,
        times: Timetable,
        sources: Iterable[str],
        zone: ZoneInfo,
        ledger: Ledger | None = None,
        offset: Callable[[], float] = offset_s,
    ) -> None:
        self._service, self._ledger = service, ledger
        self._lock = threading.Lock()
        self._running = 0
        self._planned: dict[str, BaseTrigger] = {}
        self._accounted: dict[str, datetime] = {}
        self._ticked_at = time.monotonic()
        self._offset, self._offset_s = offset, offset()
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_S}
        self._clock = BackgroundScheduler(
            timezone=zone, job_defaults=defaults, executors={"default": ThreadPoolExecutor(WORKERS)}
        )
        # Its own words are about every tick; what matters of them is said here.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._clock.add_listener(self._ticked, EVENT_JOB_MAX_INSTANCES | EVENT_JOB_SUBMITTED)
        if ledger is not None:
            known = {name: job.accounted for name, job in ledger.known().items()}
            self._accounted = {name: at for name, at in known.items() if at is not None}
        self.plan(times, sources, zone)
        self._plan_often(zone)

    def plan(self, times: Timetable, sources: Iterable[str], zone: ZoneInfo) -> None:
        """Keep to these times from now on: jobs that are new begin as at a start, those that are gone are left out."""
        names, now = tuple(sources), datetime.now(UTC)
        self._wanted = (times, names, zone)
        wanted = jobs_of(times, names)
        for name in self._planned.keys() - wanted.keys():
            with suppress(JobLookupError):
                self._clock.remove_job(name)
        for name, trigger in wanted.items():
            if name in self._planned:
                self._clock.reschedule_job(name, trigger=self._spread(name, trigger))
                continue
            kind, _, source = name.rpartition(" ")
            if kind == "sync":
                # What changed while nobody looked is read at once, not at the next tick.
                first: datetime | None = now + names.index(source) * STAGGER
                job: Callable[[], None] = functools.partial(self._service.sync, source)
            elif kind == "full read":
                first = self.caught_up(name, trigger, now)
                job = functools.partial(self._service.full_read, source)
            elif name in ("backup", "prune"):
                first, job = self.caught_up(name, trigger, now), getattr(self._service, name)
            else:
                # A service that was down at the time of the digest sends it late, once its data is fresh again.
                job = self._service.weekly if name == "weekly" else self._service.digest
                first = missed(trigger, zone, now, self._accounted.get(name))
            self._add(name, job, self._spread(name, trigger), first)
        self._planned = wanted

    def _plan_often(self, zone: ZoneInfo) -> None:
        every = functools.partial(IntervalTrigger, timezone=zone)
        self._add(OUTBOX, self._service.deliver, every(seconds=OUTBOX_EVERY_S))
        self._add(HINTS, self._service.follow, every(seconds=HINTS_EVERY_S), datetime.now(UTC))

    def keep_to_the_clock(self) -> None:
        """Plan everything anew where the clock was set or the machine slept: no job waits for a time of the former clock.

        What lay between is made up for once; a clock that was set back does nothing a second time. To be called often.
        """
        now, offset = datetime.now(UTC), self._offset()
        moved_s = offset - self._offset_s
        self._offset_s = offset
        if abs(moved_s) < CLOCK_SET_S:
            return
        log.warning("the clock was moved by %d s, or the machine slept; everything is planned anew", moved_s)
        self._accounted = {name: min(at, now) for name, at in self._accounted.items()}
        times, names, zone = self._wanted
        self._planned = {}
        self.plan(times, names, zone)
        self._plan_often(zone)

    def caught_up(self, name: str, trigger: BaseTrigger, now: datetime) -> datetime | None:
        """Soon, where a time of a job passed while nobody was there; once, however many did. None: at its next time."""
        since = self._accounted.get(name)
        due = None if since is None else next_after(trigger, since)
        return now + LATE_READ if due is not None and due <= now else None

    def start(self) -> None:
        self._clock.start()

    def wake(self) -> None:
        """There are new hints: follow them soon, together with those that come right after."""
        job, soon = self._clock.get_job(HINTS), datetime.now(UTC) + HINTS_SOON
        if job is not None and job.next_run_time is not None and job.next_run_time > soon:
            with suppress(JobLookupError):  # the service ended in this moment, and the next one looks for hints first
                self._clock.modify_job(HINTS, next_run_time=soon)

    def read_soon(self, source: str) -> None:
        """Have a source read now; where it is being read anyway, that reading is enough."""
        job = functools.partial(self._run, f"sync {source}", functools.partial(self._service.sync, source))
        self._clock.add_job(job, id=f"now {source}", replace_existing=True)

    def stop(self) -> None:
        """Start nothing any more; what runs is asked to end by the stop event of the service."""
        if self._clock.running:
            self._clock.shutdown(wait=False)

    @property
    def is_idle(self) -> bool:
        with self._lock:
            return self._running == 0

    def problems(self) -> list[Text]:
        """What keeps the service from its work: no clock. A vendor that is down is told by the report, not here."""
        if not self._clock.running:
            return [NOT_RUNNING]
        still = time.monotonic() - self._ticked_at
        if still <= STILL_AFTER_S:
            return []
        return [Text(zh=STANDS_STILL.say("zh", seconds=int(still)), en=STANDS_STILL.say("en", seconds=int(still)))]

    @staticmethod
    def _spread(name: str, trigger: BaseTrigger) -> BaseTrigger:
        return trigger if name in ("digest", "weekly") else Spread(trigger)

    def _add(self, name: str, job: Callable[[], None], trigger: BaseTrigger, first: datetime | None = None) -> None:
        options = {"next_run_time": first} if first is not None else {}
        self._clock.add_job(
            functools.partial(self._run, name, job), trigger, id=name, name=name, replace_existing=True, **options
        )

    def _run(self, name: str, job: Callable[[], None]) -> None:
        with self._lock:
            self._running += 1
        error: Exception | None = None
        try:
            with about(job=name):
                self._began(name)
                try:
                    job()
                except BridgeError as err:
                    error = err
                    log.warning("%s: %s", name, err.say("en"))
                except Exception as err:
                    # The border of a job: the next tick finds everything as it was committed.
                    error = err
                    log.exception("%s: something unexpected failed", name)
                self._ended(name, error)
            if name not in OFTEN:
                sweep()
        finally:
            with self._lock:
                self._running -= 1

    def _began(self, name: str) -> None:
        if name in OFTEN:
            return
        now, since = datetime.now(UTC), self._accounted.get(name)
        trigger = self._planned.get(name)
        # One of the times that have passed is the one for which it begins now.
        count = 0 if since is None or trigger is None else max(0, passed(trigger, since, now) - 1)
        if count:
            log.warning("%s: %s earlier time(s) passed without it; it is made up for once", name, count)
        self._accounted[name] = now
        if self._ledger is not None:
            self._ledger.began(name, count)

    def _ended(self, name: str, error: Exception | None) -> None:
        if name not in OFTEN and self._ledger is not None:
            self._ledger.ended(name, error)

    def _ticked(self, event: JobSubmissionEvent) -> None:
        self._ticked_at = time.monotonic()
        if event.code != EVENT_JOB_MAX_INSTANCES or event.job_id in OFTEN:
            return
        log.warning("%s is still at work; this time is left out", event.job_id)
        self._accounted[event.job_id] = datetime.now(UTC)
        if self._ledger is not None:
            # The clock itself waits for nothing: another thread writes it down.
            threading.Thread(target=self._ledger.skipped, args=(event.job_id,), name="ledger", daemon=True).start()


def missed(
    trigger: BaseTrigger | None, zone: ZoneInfo, now: datetime, accounted: datetime | None = None
) -> datetime | None:
    """A little later than now where today's time has passed without it; None where it is still to come, or was done."""
    if trigger is None:
        return None
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    due = trigger.get_next_fire_time(None, midnight)
    if due is None or due > now or (accounted is not None and accounted >= due):
        return None
    return now + LATE_DIGEST
