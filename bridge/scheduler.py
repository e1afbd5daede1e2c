"""The clock of the service: which job runs when; a job that fails is told and never stops the others."""

from __future__ import annotations

import functools
import logging
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, JobSubmissionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from bridge.errors import BridgeError
from bridge.language import Text
from bridge.usecases.serving import Service
from bridge.usecases.timetable import Timetable

log = logging.getLogger("bridge.scheduler")

HINTS = "hints"
HINTS_EVERY_S = 5
OUTBOX, OUTBOX_EVERY_S = "outbox", 20
LATE_DIGEST = timedelta(minutes=5)
HINTS_SOON = timedelta(seconds=1)
# A machine that slept, or a store that was busy: late is better than never, and once is enough.
GRACE_S = 6 * 60 * 60
# Sources are staggered at the start, so that they do not all sign in and write in the same moment.
STAGGER = timedelta(seconds=2)
SPARE_WORKERS = 4

NOT_RUNNING = Text(zh="调度器没有运行。", en="the scheduler is not running.")


class Scheduler:
    """Runs the jobs of a service in threads; `problems` says what is wrong with it now."""

    def __init__(self, service: Service, times: Timetable, sources: Iterable[str], zone: ZoneInfo) -> None:
        names = tuple(sources)
        self._lock = threading.Lock()
        self._running = 0
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_S}
        pool = ThreadPoolExecutor(len(names) * 2 + SPARE_WORKERS)
        self._clock = BackgroundScheduler(timezone=zone, job_defaults=defaults, executors={"default": pool})
        # Its own words are about every tick; what matters of them is said here.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        self._clock.add_listener(_tell_skipped, EVENT_JOB_MAX_INSTANCES)
        now = datetime.now(UTC)
        for number, name in enumerate(names):
            # What changed while nobody looked is read at once, not at the next tick.
            self._add(f"sync {name}", functools.partial(service.sync, name), times.sync, now + number * STAGGER)
            self._add(f"full read {name}", functools.partial(service.full_read, name), times.full_read)
        # A service that was down at the time of the digest sends it late, once its data is fresh again.
        self._add("digest", service.digest, times.digest, missed(times.digest, zone, now))
        self._add(OUTBOX, service.deliver, IntervalTrigger(seconds=OUTBOX_EVERY_S, timezone=zone))
        self._add(HINTS, service.follow, IntervalTrigger(seconds=HINTS_EVERY_S, timezone=zone), now)

    def start(self) -> None:
        self._clock.start()

    def wake(self) -> None:
        """There are new hints: follow them soon, together with those that come right after."""
        job, soon = self._clock.get_job(HINTS), datetime.now(UTC) + HINTS_SOON
        if job is not None and job.next_run_time is not None and job.next_run_time > soon:
            with suppress(JobLookupError):  # the service ended in this moment, and the next one looks for hints first
                self._clock.modify_job(HINTS, next_run_time=soon)

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
        return [] if self._clock.running else [NOT_RUNNING]

    def _add(
        self, name: str, job: Callable[[], None], trigger: BaseTrigger | None, first: datetime | None = None
    ) -> None:
        if trigger is None:
            return
        options = {"next_run_time": first} if first is not None else {}
        self._clock.add_job(functools.partial(self._run, name, job), trigger, id=name, name=name, **options)

    def _run(self, name: str, job: Callable[[], None]) -> None:
        with self._lock:
            self._running += 1
        try:
            job()
        except BridgeError as err:
            log.warning("%s: %s", name, err.say("en"))
        except Exception:
            # The border of a job: the next tick finds everything as it was committed.
            log.exception("%s: something unexpected failed", name)
        finally:
            with self._lock:
                self._running -= 1


def missed(trigger: BaseTrigger | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """A little later than now where today's time has passed already; None where it is still to come."""
    if trigger is None:
        return None
    midnight = now.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    due = trigger.get_next_fire_time(None, midnight)
    return now + LATE_DIGEST if due is not None and due <= now else None


def _tell_skipped(event: JobSubmissionEvent) -> None:
    if event.job_id not in (HINTS, OUTBOX):
        log.info("%s is still running; this time is left out", event.job_id)
