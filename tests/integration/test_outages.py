"""What goes wrong around a running service: it is named with its remedy, ends by itself, and nothing is lost by it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from msgspec import field

from bridge.errors import BridgeError
from bridge.scheduler import Scheduler
from bridge.usecases import health
from bridge.usecases.ledger import Ledger
from bridge.usecases.serving import Service
from bridge.usecases.timetable import timetable
from bridge.usecases.workspace import Workspace
from connectors.testing import serve

from .conftest import PAY, TODAY, ZONE, Site, item, local

# Every table that tells what is known; ids of rows and instants of observation differ from run to run.
TABLES = {
    "tasks": "SELECT source, id, scope, gone, is_open, data FROM tasks ORDER BY 1, 2",
    "raw": "SELECT source, stream, external_id, hash FROM raw_records WHERE superseded_at IS NULL "
    # The first is asked for once a day, the others a few tasks at a time.
    "AND stream NOT IN ('project_progress', 'links', 'transitions', 'activities', 'relations', 'task_details') "
    "ORDER BY 1, 2, 3",
    "quarantine": "SELECT source, stream, external_id, reason FROM quarantine ORDER BY 1, 2, 3",
    "cursors": "SELECT source, stream, scope FROM cursors ORDER BY 1, 2, 3",
    "milestones": "SELECT milestone, colour FROM assessments WHERE day = (SELECT max(day) FROM assessments) ORDER BY 1",
}
MANY = 150
# Before every run: an instant ahead of a run would be taken for the instant of that run.
EVENING = local(TODAY - timedelta(days=1), 20)


def tables(folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(folder / "data" / "bridge.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {name: db.execute(sql).fetchall() for name, sql in TABLES.items()}


def undisturbed(site: Site, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """What an installation knows that met no trouble and looks at the same tools now."""
    folder.mkdir()
    for name in ("config.toml", "plan.toml"):
        shutil.copy(site.folder / name, folder / name)
    calm = Site(folder, site.pay, site.market, site.stack, site.capsys)
    assert calm.run("run", "--quiet").code == 0
    return tables(folder)


def grow(site: Site, first: int, many: int = MANY) -> None:
    """People create many items, each with a long story that does not pack well."""
    for number in range(first, first + many):
        title = f"第 {number} 项 {os.urandom(700).hex()}"
        site.pay.add(item(PAY, number, title=title, created_at=EVENING, updated_at=EVENING))


def same(site: Site, calm: Path) -> None:
    found, expected = tables(site.folder), undisturbed(site, calm)
    for name in TABLES:
        assert set(found[name]) ^ set(expected[name]) == set(), name
    assert expected["tasks"]


@pytest.fixture
def read(site: Site) -> Site:
    site.advance(TODAY)
    assert site.run("run", "--quiet").code == 0
    return site


# --- The disk ------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk() -> Iterator[Path]:
    """A disk of 32 megabytes; only who may mount has one."""
    folder = Path(tempfile.mkdtemp())
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    try:
        if done.returncode != 0:
            pytest.skip("nothing may be mounted here")
        yield folder
    finally:
        if done.returncode == 0:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        folder.rmdir()


@pytest.mark.skipif(not shutil.which("mount"), reason="no mount here")
def test_a_disk_that_fills_during_a_sync_is_named_and_the_next_sync_completes(read: Site, tmp_path: Path):
    grow(read, 100)
    with small_disk() as disk:
        for name in ("config.toml", "plan.toml"):
            shutil.copy(read.folder / name, disk / name)
        shutil.copytree(read.folder / "data", disk / "data")
        before, read.folder = read.folder, disk
        filler = disk / "filler"
        free = shutil.disk_usage(disk).free
        filler.write_bytes(b"x" * (free - 100_000))

        refused = read.run("sync", "--lang", "en")
        told = read.run("status", "--json", "--lang", "en").json
        readable = read.run("report", "--json")
        filler.unlink()
        done = read.run("run", "--quiet")

        same(read, tmp_path / "calm")
        read.folder = before

    assert refused.code == 3 and "the disk is full" in refused.err and "bridge.db" in refused.err
    assert "Traceback" not in refused.err
    assert [one["code"] for one in told["notices"]] == ["disk_full"] and not told["well"]
    assert (readable.code, done.code) == (0, 0), done.err


def test_a_service_whose_folder_becomes_read_only_goes_on_when_it_may_write_again(
    read: Site, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    with small_disk() as disk:
        shutil.copytree(read.folder, disk, dirs_exist_ok=True)
        before, read.folder = read.folder, disk
        service = Service(lambda: opened(read), threading.Event())
        grow(read, 100, 20)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

        with pytest.raises(BridgeError) as refused:
            service.sync("pingcode")
        said = refused.value.say("en")
        shown = read.run("report")
        Ledger(lambda: opened(read)).began("sync pingcode", 0)

        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        service.sync("pingcode")
        service.sync("worktile")
        same(read, tmp_path / "calm")
        read.folder = before

    assert "bridge.db" in said and "the file cannot be opened" in said and "writable" in said
    assert shown.code == 0
    assert "could not be kept" in caplog.text


# --- The database --------------------------------------------------------------------------------------------------


def opened(site: Site) -> Workspace:
    return Workspace.open(site.folder / "config.toml", today=TODAY, secrets=True)


@contextmanager
def locked(site: Site) -> Iterator[None]:
    """Another program holds the store for writing."""
    with closing(sqlite3.connect(site.folder / "data" / "bridge.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_a_store_that_another_program_holds_for_a_minute_is_named_and_used_again(
    read: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    # A minute is twice as long as anybody waits; here anybody waits a third of a second.
    monkeypatch.setitem(Workspace.store.__kwdefaults__, "patience_s", 0.3)
    grow(read, 100, 20)
    with locked(read):
        refused = [read.run(*command, "--lang", "en") for command in (["sync"], ["reconcile"])]
        shown = read.run("report")
    done = read.run("run", "--quiet")

    assert [one.code for one in refused] == [3, 3]
    assert all("in use by another program" in one.err and "run again when" in one.err for one in refused)
    assert (shown.code, done.code) == (0, 0)
    same(read, tmp_path / "calm")


def test_a_short_lock_is_waited_for(read: Site, tmp_path: Path):
    grow(read, 100, 20)
    with ExitStack() as stack:
        held = stack.enter_context(ExitStack())
        other = sqlite3.connect(read.folder / "data" / "bridge.db", isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        held.callback(other.close)
        timer = threading.Timer(0.5, other.rollback)
        timer.start()
        done = read.run("run", "--quiet")
        timer.join()

    assert done.code == 0
    same(read, tmp_path / "calm")


# --- The clock -----------------------------------------------------------------------------------------------------


class Noted(Service):
    """Jobs that only note that they ran."""

    done: list[str] = field(default_factory=list)

    def sync(self, source: str) -> None:
        self.done.append(f"sync {source}")

    def full_read(self, source: str) -> None:
        self.done.append(f"full read {source}")

    def follow(self) -> None:
        self.done.append("hints")

    def deliver(self) -> None:
        self.done.append("outbox")

    def digest(self) -> None:
        self.done.append("digest")

    def backup(self) -> None:
        self.done.append("backup")

    def prune(self) -> None:
        self.done.append("prune")


def scheduler_at(service: Noted, space: Workspace, offset: list[float]) -> Scheduler:
    ledger = Ledger(lambda: space)
    return Scheduler(service, timetable(space.settings), ["pingcode"], ZONE, ledger, lambda: offset[0])


def next_times(scheduler: Scheduler) -> dict[str, datetime]:
    return {job.id: job.next_run_time.astimezone(UTC) for job in scheduler._clock.get_jobs()}


@pytest.mark.parametrize("days", [1, -1])
def test_a_clock_that_is_set_makes_no_job_wait_for_the_former_one(
    read: Site, days: int, caplog: pytest.LogCaptureFixture
):
    space, offset = opened(read), [0.0]
    noon = datetime(2026, 8, 24, 4, 0, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        service = Noted(lambda: space, threading.Event())
        scheduler = scheduler_at(service, space, offset)
        scheduler._clock.start(paused=True)
        for name in ("digest", "backup", "prune", "full read pingcode", "sync pingcode"):
            scheduler._began(name)
        scheduler.keep_to_the_clock()
        calm = next_times(scheduler)
    moved = noon + timedelta(days=days)
    with time_machine.travel(moved, tick=False):
        offset[0] += days * 86_400
        scheduler.keep_to_the_clock()
        scheduler.keep_to_the_clock()
        planned = next_times(scheduler)
        scheduler.stop()

    assert calm["outbox"] - noon <= timedelta(seconds=20)
    soon = {name for name, at in planned.items() if at - moved <= timedelta(minutes=6)}
    nightly = {"digest", "backup", "prune", "full read pingcode"}
    assert {"sync pingcode", "hints", "outbox"} <= soon
    # A day forward lies a night in between, which is made up for once; a day back nothing is done a second time.
    assert soon & nightly == (nightly if days > 0 else set())
    assert all(at - moved <= timedelta(days=1, minutes=1) for at in planned.values())
    assert caplog.text.count("planned anew") == 1


def test_a_clock_set_back_by_a_day_is_refused_in_plain_words_until_it_is_right_again(read: Site, tmp_path: Path):
    grow(read, 100, 20)
    before = tables(read.folder)

    wrong = read.run("run", "--lang", "en", today=TODAY - timedelta(days=1))
    untouched = tables(read.folder) == before
    right = read.run("run", "--quiet")

    assert wrong.code == 2 and str(TODAY) in wrong.err
    assert untouched and right.code == 0
    same(read, tmp_path / "calm")


# --- The network ---------------------------------------------------------------------------------------------------


def test_a_network_that_is_cut_for_an_hour_is_told_and_caught_up_with(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    site.advance(TODAY)
    with ExitStack() as net:
        address = net.enter_context(serve(site.pingcode.handle))
        text = (site.folder / "config.toml").read_text(encoding="utf-8")
        before = text.split('base_url = "')[1].split('"')[0]
        site.write("config.toml", text.replace(before, address))
        assert site.run("run", "--quiet").code == 0
    service = Service(lambda: opened(site), threading.Event())
    start = datetime.now(UTC)
    told = []
    for minutes in range(0, 60, 15):
        with time_machine.travel(start + timedelta(minutes=minutes)):
            grow(site, 100 + minutes, 5)
            service.sync("pingcode")
            service.sync("worktile")
            (failed,) = site.run("runs", "--json", "--limit", "1", "--kind", "sync").json
            told.append(failed)
    cut = site.run("runs", "--json", "--source", "pingcode", "--limit", "1").json[0]["sources"][0]
    later = health.concerns(Workspace.open(site.folder / "config.toml", today=TODAY + timedelta(days=2)))
    with serve(site.pingcode.handle, port=urlsplit(address).port or 0):
        service.sync("pingcode")
        same(site, tmp_path / "calm")

    assert cut["outcome"] == "failed" and "unreachable" in str(cut["error"])
    assert ("data_old", "pingcode") in {(one.code, one.place) for one in later}
    assert len(told) == 4
