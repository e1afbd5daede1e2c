"""The clock of the service: exactly one catch-up, times spread a little, jobs that end alone, and a sign of life."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from msgspec import field

from bridge import config, scheduler
from bridge.errors import Unavailable
from bridge.language import Text
from bridge.scheduler import LATE_READ, Scheduler, Spread, missed
from bridge.systemd import Manager
from bridge.usecases.circumstances import about
from bridge.usecases.journal import Discreet, DiscreetJson, Journal
from bridge.usecases.ledger import Ledger
from bridge.usecases.serving import Service
from bridge.usecases.timetable import Timetable, passed
from bridge.usecases.workspace import Workspace

from .conftest import TODAY, ZONE, Site

NIGHTLY = CronTrigger.from_crontab("30 2 * * *", timezone=ZONE)
QUARTER = CronTrigger.from_crontab("*/15 * * * *", timezone=ZONE)
NEVER = CronTrigger.from_crontab("0 0 1 1 *", timezone=ZONE)


class Noted(Service):
    """Jobs that only note that they ran."""

    done: list[str] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)

    def sync(self, source: str) -> None:
        self.done.append(f"sync {source}")
        if source == "slow":
            self.hold.wait(20)
        if source == "breaks":
            raise Unavailable(Text(zh="坏了", en="broken"))

    def full_read(self, source: str) -> None:
        self.done.append(f"full read {source}")

    def digest(self) -> None:
        self.done.append("digest")

    def follow(self) -> None:
        pass

    def deliver(self) -> None:
        pass


class Kept(Ledger):
    """A ledger in memory."""

    def __init__(self, **accounted: datetime) -> None:
        self.noted: list[tuple[object, ...]] = []
        self._accounted = {name.replace("_", " "): at for name, at in accounted.items()}

    def known(self) -> dict[str, Any]:
        class Row:
            def __init__(self, at: datetime) -> None:
                self.accounted = at

        return {name: Row(at) for name, at in self._accounted.items()}

    def began(self, name: str, missed: int) -> None:
        self.noted.append(("began", name, missed))

    def ended(self, name: str, error: Exception | None) -> None:
        self.noted.append(("ended", name, error and type(error).__name__))

    def skipped(self, name: str) -> None:
        self.noted.append(("skipped", name))


def service(site: Site) -> Noted:
    space = Workspace.open(site.folder / "config.toml", today=TODAY)
    return Noted(lambda: space, threading.Event())


def until(true: Any, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


# --- After a time without the service ------------------------------------------------------------------------------


def test_after_days_without_the_service_a_full_read_is_made_up_for_once(site: Site):
    since = datetime.now(UTC) - timedelta(days=3)
    kept = Kept(full_read_a=since, full_read_b=datetime.now(UTC))
    made = Scheduler(service(site), Timetable(NEVER, NIGHTLY, None), ["a", "b", "new"], ZONE, kept)

    pending = [entry[0] for entry in made._clock._pending_jobs]
    first = {job.id: job.next_run_time for job in pending if hasattr(job, "next_run_time")}

    assert abs(first["full read a"] - datetime.now(UTC) - LATE_READ) < timedelta(seconds=5)
    assert {"full read b", "full read new"}.isdisjoint(first)
    assert {"full read b", "full read new"} <= {job.id for job in pending}


def test_the_times_that_passed_are_counted_but_for_the_one_made_up_for(site: Site):
    kept = Kept(sync_a=datetime.now(UTC) - timedelta(hours=2))
    made = Scheduler(service(site), Timetable(QUARTER, None, None), ["a"], ZONE, kept)
    made.start()
    try:
        until(lambda: ("ended", "sync a", None) in kept.noted)
    finally:
        made.stop()

    assert kept.noted[0] == ("began", "sync a", 7)
    assert [note for note in kept.noted if note[0] == "began"] == kept.noted[:1]


def test_a_digest_that_was_sent_today_is_not_sent_again_after_a_restart():
    nine = CronTrigger.from_crontab("0 9 * * *", timezone=ZONE)
    now = datetime(2026, 8, 24, 10, 0, tzinfo=ZONE)

    assert missed(nine, ZONE, now, datetime(2026, 8, 24, 9, 0, 1, tzinfo=ZONE)) is None
    assert missed(nine, ZONE, now, datetime(2026, 8, 23, 9, 0, 1, tzinfo=ZONE)) is not None
    assert missed(nine, ZONE, now, None) is not None


def test_a_machine_that_slept_runs_what_it_slept_through_once(site: Site, monkeypatch: pytest.MonkeyPatch):
    noted = service(site)
    made = Scheduler(noted, Timetable(IntervalTrigger(hours=1, timezone=ZONE), None, None), ["a"], ZONE)
    made.start()
    try:
        until(lambda: noted.done == ["sync a"] and made.is_idle)
        time.sleep(0.2)  # until the clock has heard of it, too
        # As if the clock of the machine had jumped: five times lie in the past at once.
        made._clock.modify_job("sync a", next_run_time=datetime.now(UTC) - timedelta(hours=5))
        until(lambda: len(noted.done) == 2)
        time.sleep(0.3)
    finally:
        made.stop()

    assert noted.done == ["sync a", "sync a"]


def test_times_that_passed_are_counted_without_end():
    start = datetime(2026, 8, 24, 9, 0, tzinfo=ZONE)

    assert passed(QUARTER, start, start) == 0
    assert passed(QUARTER, start, start + timedelta(minutes=15)) == 1
    assert passed(QUARTER, start, start + timedelta(hours=1)) == 4
    assert passed(QUARTER, start, start + timedelta(days=400)) == 1000


# --- Side by side --------------------------------------------------------------------------------------------------


def test_a_job_that_is_slow_or_breaks_keeps_no_other_from_its_times(site: Site):
    noted, kept = service(site), Kept()
    made = Scheduler(
        noted, Timetable(IntervalTrigger(seconds=1, timezone=ZONE), None, None), ["slow", "breaks", "works"], ZONE, kept
    )
    made.start()
    try:
        until(lambda: noted.done.count("sync works") >= 2 and ("skipped", "sync slow") in kept.noted)
        assert made.problems() == [] and not made.is_idle
    finally:
        noted.hold.set()
        made.stop()

    assert noted.done.count("sync slow") == 1
    assert ("ended", "sync breaks", "Unavailable") in kept.noted


def test_times_are_spread_but_never_drift_and_never_reach_the_next():
    spread = Spread(QUARTER)
    now = datetime(2026, 8, 24, 9, 0, 1, tzinfo=ZONE)
    previous, shown = None, []
    for _ in range(40):
        previous = spread.get_next_fire_time(previous, now)
        assert previous is not None
        shown.append(previous)
        now = previous

    exact = [datetime(2026, 8, 24, 9, 15, tzinfo=ZONE) + number * timedelta(minutes=15) for number in range(40)]
    late = [(at - time_).total_seconds() for at, time_ in zip(shown, exact, strict=True)]
    assert all(0 <= one <= scheduler.SPREAD_S for one in late)
    assert len({round(one, 3) for one in late}) > 20
    often = Spread(IntervalTrigger(seconds=1, start_date=now, timezone=ZONE))
    first = often.get_next_fire_time(None, now)
    assert first is not None and (first - now).total_seconds() < 1.2


def test_new_settings_change_the_times_and_leave_alone_what_stays(site: Site):
    noted = service(site)
    made = Scheduler(noted, Timetable(NEVER, NEVER, NEVER), ["a", "b"], ZONE)
    made.start()
    try:
        until(lambda: {"sync a", "sync b"} <= set(noted.done))
        made.plan(Timetable(NEVER, None, NIGHTLY), ["b", "c"], ZONE)
        until(lambda: "sync c" in noted.done)
        jobs = {job.id for job in made._clock.get_jobs()}
    finally:
        made.stop()

    assert jobs == {"sync b", "sync c", "digest", "hints", "outbox"}
    assert noted.done.count("sync b") == 1


def test_a_clock_that_stands_still_is_told(site: Site, monkeypatch: pytest.MonkeyPatch):
    made = Scheduler(service(site), Timetable(NEVER, None, None), ["a"], ZONE)
    made.start()
    try:
        monkeypatch.setattr(made, "_ticked_at", time.monotonic() - 61)
        said = made.problems()
    finally:
        made.stop()

    assert "61" in said[0].en and "61" in said[0].zh


# --- What the service manager hears --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a file", "@an abstract name"])
def test_the_service_manager_is_told_every_turn(tmp_path: Path, name: str):
    address = str(tmp_path / "notify") if name == "a file" else f"@progress-bridge-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(address.replace("@", "\0"))
        heard.settimeout(5)
        manager = Manager({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "20000000"})
        for tell in (manager.ready, manager.reloading, manager.alive, manager.alive, manager.stopping):
            tell()
        said = [heard.recv(200).decode() for _ in range(4)]

    assert manager.watchdog_s == 10
    assert [words.partition("\n")[0] for words in said] == ["READY=1", "RELOADING=1", "WATCHDOG=1", "STOPPING=1"]
    assert int(said[1].partition("MONOTONIC_USEC=")[2]) > 0


def test_without_a_service_manager_nobody_is_told(caplog: pytest.LogCaptureFixture):
    Manager({}).ready()
    Manager({"NOTIFY_SOCKET": "/nowhere/at/all"}).ready()

    assert Manager({}).watchdog_s is None
    assert Manager({"WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "1"}).watchdog_s is None
    assert "READY" in caplog.text


# --- Its log -------------------------------------------------------------------------------------------------------


def record(message: str, *, failed: bool = False) -> logging.LogRecord:
    info: Any = None
    if failed:
        try:
            raise RuntimeError("s3cret-of-a-source")
        except RuntimeError:
            info = sys.exc_info()
    return logging.LogRecord("bridge.x", logging.WARNING, "x", 1, message, None, info)


def test_every_line_says_what_it_is_about_and_shows_no_secret():
    text, program = Discreet(["s3cret-of-a-source"]), DiscreetJson(["s3cret-of-a-source"])
    with about(job="sync a"), about(run=7, source='a"s3cret-of-a-source'):
        line = text.format(record("read s3cret-of-a-source\n2nd"))
        document = json.loads(program.format(record("read s3cret-of-a-source", failed=True)))
    after = json.loads(program.format(record("calm")))

    assert "s3cret" not in line and "s3cret" not in str(document)
    assert 'job="sync a" run=7 source="a\\"***"' in line.splitlines()[0]
    assert {name: document[name] for name in ("level", "logger", "message", "job", "run")} == {
        "level": "warning",
        "logger": "bridge.x",
        "message": "read ***",
        "job": "sync a",
        "run": 7,
    }
    assert "RuntimeError" in document["exception"]
    assert set(after) == {"time", "level", "logger", "message"}


def test_the_log_keeps_to_its_settings_and_hides_former_secrets_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    def settings(text: str) -> config.Settings:
        file = tmp_path / "config.toml"
        file.write_text(text, encoding="utf-8")
        file.chmod(0o600)
        return config.load(file)

    log = logging.getLogger("bridge.test")
    with Journal(settings('[web]\nhook_token = "the-first-t0ken"\n[log]\nto = "stdout"\n')).kept() as journal:
        log.info("one")
        log.debug("too much")
        journal.obey(settings('[web]\nhook_token = "the-second-t0ken"\n[log]\nformat = "json"\nlevel = "warning"\n'))
        log.info("too much")
        log.warning("the-first-t0ken the-second-t0ken")
    log.warning("after")

    first, second = capsys.readouterr().out.splitlines()
    assert first.endswith("INFO bridge.test: one")
    assert json.loads(second)["message"] == "*** ***"
