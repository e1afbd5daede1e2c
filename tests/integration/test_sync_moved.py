"""A long first load goes on in a process of its own: nobody can tell from what is stored, whatever happens to either."""

from __future__ import annotations

import json
import os
import pickle
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import connectors
from connectors.errors import ConnectorError, Parked, Retry
from connectors.pingcode.answers import Gateway
from connectors.testing import Reply, Request, SimProject, hex_id
from tests.benchmarks.memory import children

from .conftest import PAY, TODAY, Site, item

ROOT = Path(__file__).parents[2]
MANY = 1_600
OTHERS = [SimProject(hex_id("project", name), name, f"项目 {name}", created_at=PAY.created_at) for name in "ABC"]
TABLES = {
    "tasks": "SELECT source, id, scope, gone, is_open, data FROM tasks ORDER BY 1, 2",
    "raw": "SELECT stream, external_id, scope, hash FROM raw_records WHERE stream = 'work_items' ORDER BY 1, 2",
    "cursors": "SELECT source, stream, scope, cursor FROM cursors WHERE stream = 'work_items' ORDER BY 1, 2, 3",
    "problems": "SELECT id, target, code, value FROM mapping_problems ORDER BY 1, 2",
    "quarantine": "SELECT stream, external_id, reason FROM quarantine ORDER BY 1, 2",
    "sightings": "SELECT * FROM sightings",
    "changes": "SELECT id, field FROM task_changes",
}
# The command as a person starts it, but with so small a load that counts as a long one.
EARLY = "import sys, bridge.sync.pull as pull; pull.MANY_ROWS = 120; from bridge.cli import main; sys.exit(main())"


@pytest.fixture
def large(site: Site) -> Site:
    for project in OTHERS:
        site.pay.projects[project.id] = project
    for number in range(6, MANY + 1):
        site.pay.add(item([PAY, *OTHERS][number % 4], number))
    # Few questions about single tasks, which are asked when the lists have left something of a minute.
    settings = (site.folder / "config.toml").read_text(encoding="utf-8")
    site.write("config.toml", settings.replace("requests_per_minute = 1000000", "requests_per_minute = 400"))
    site.advance(TODAY)
    return site


def tables(site: Site) -> dict[str, list[tuple[Any, ...]]]:
    with closing(sqlite3.connect(site.folder / "data" / "bridge.db")) as db:
        return {name: db.execute(sql).fetchall() for name, sql in TABLES.items()}


def by_project(source: dict[str, Any]) -> dict[str, tuple[int, ...]]:
    """What was read and made of the tasks of each project."""
    streams = [s for s in source["streams"] if s["stream"] == "work_items"]
    return {s["scope"]: (s["fetched"], s["created"], s["updated"], s["unchanged"]) for s in streams}


def forget(site: Site) -> None:
    for path in (site.folder / "data").iterdir():
        path.unlink()


def is_alive(process: int) -> bool:
    """Whether a process of the other end is alive; one that only waits to be buried is not."""
    try:
        return b"bridge.sync.errand" in Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False


def errands(parent: int | None = None) -> list[int]:
    """Processes at the other end of this one, or of that one."""
    return [process for process in children(parent or os.getpid()) if is_alive(process)]


def until(holds: Any, seconds: float = 60) -> Any:
    """What is found as soon as anything is."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if found := holds():
            return found
        time.sleep(0.02)
    raise AssertionError(f"not within {seconds} s")


@pytest.fixture
def started(large: Site) -> Iterator[subprocess.Popen[bytes]]:
    """A sync under way whose vendor answers slowly enough to be met in the middle."""
    large.pingcode.faults = slowly
    command = [sys.executable, "-c", EARLY, "--config", str(large.folder / "config.toml"), "--today", str(TODAY)]
    with subprocess.Popen(
        [*command, "sync", "--source", "pingcode", "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ,
    ) as process:
        yield process
        process.kill()


def reading(site: Site, parent: int) -> int:
    """The process at the other end, once it has signed in by itself."""
    until(lambda: sum("auth/token" in request.path for request in list(site.pingcode.asked)) > 1)
    return errands(parent)[0]


def slowly(request: Request, number: int) -> Reply | None:
    if request.path.endswith(("/work_items", "/search")):
        time.sleep(1.0)  # long enough that a busy machine has not read everything before it looks how long it is
    return None


class Watch:
    """Notes whether another process was at work while the vendor was asked."""

    def __init__(self, site: Site) -> None:
        self.met: set[int] = set()
        self.early: set[int] = set()
        """Those that were there when lists were asked for that are read before the tasks, by this process alone."""
        site.pingcode.faults = self

    def __call__(self, request: Request, number: int) -> Reply | None:
        found = errands()
        self.met.update(found)
        if request.path.endswith("/work_item/types"):
            self.early.update(found)
        return slowly(request, number)


def test_what_is_stored_is_the_same_as_from_one_process(large: Site, monkeypatch: pytest.MonkeyPatch):
    alone = large.run("sync", "--source", "pingcode", "--json").json["sources"][0]
    expected = tables(large)
    forget(large)
    monkeypatch.setattr("bridge.sync.pull.MANY_ROWS", 120)
    watch = Watch(large)

    done = large.run("sync", "--source", "pingcode", "--json")

    assert done.code == 0
    assert watch.met, "nothing was read by another process"
    ours = done.json["sources"][0]
    for name in ("outcome", "mode", "quarantined", "error", "unavailable"):
        assert ours[name] == alone[name], name
    assert by_project(ours) == by_project(alone)
    found = tables(large)
    assert [name for name in TABLES if found[name] != expected[name]] == []
    assert errands() == []


def test_a_run_after_it_needs_no_other_process_and_finds_nothing_new(large: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bridge.sync.pull.MANY_ROWS", 120)
    large.run("sync", "--source", "pingcode")
    watch = Watch(large)

    again = large.run("sync", "--source", "pingcode", "--full", "--json").json["sources"][0]

    assert watch.met == set()
    read = [s for s in again["streams"] if s["stream"] == "work_items"]
    assert (again["outcome"], sum(s["fetched"] for s in read)) == ("complete", MANY)
    assert {(s["created"], s["updated"], s["gone"]) for s in read} == {(0, 0, 0)}


def test_a_project_that_may_not_be_read_leaves_the_others_alone(large: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bridge.sync.pull.MANY_ROWS", 120)
    closed = sorted(project.id for project in [PAY, *OTHERS])[-1]
    large.pingcode.unreadable_projects = {closed}

    done = large.run("sync", "--source", "pingcode", "--json")

    assert done.code == 1
    bad = [s for s in done.json["sources"][0]["streams"] if s["stream"] == "work_items" and s["outcome"] != "complete"]
    assert [(s["scope"], s["outcome"], s["error"]["code"]) for s in bad] == [(closed, "failed", "not_permitted")]
    assert len(large.run("tasks", "--source", "pingcode", "--json").lines) > MANY / 2


@pytest.mark.slow
def test_it_begins_while_lists_are_waited_for_where_the_source_is_slow(large: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bridge.sync.pull.LONG_WAIT_S", 0.0)
    monkeypatch.setattr("bridge.sync.pull.MANY_ROWS", 120)
    watch = Watch(large)

    done = large.run("sync", "--source", "pingcode", "--json")

    assert done.code == 0
    assert watch.early, "nothing had begun before the tasks were asked for"
    assert len(watch.met) == 1, "the one that had begun was not the one that read"
    assert len(tables(large)["tasks"]) == MANY
    assert errands() == []


def test_one_that_began_early_and_has_nothing_to_do_is_gone_afterwards(site: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bridge.sync.pull.LONG_WAIT_S", 0.0)
    watch = Watch(site)

    done = site.run("sync", "--source", "pingcode")

    assert done.code == 0
    assert watch.met
    assert errands() == []


def test_where_no_process_can_be_started_this_one_reads_on(large: Site, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bridge.sync.pull.MANY_ROWS", 120)
    monkeypatch.setattr("bridge.sync.pipes.sys.executable", "/nowhere/python")

    done = large.run("sync", "--source", "pingcode", "--json")

    assert done.code == 0
    assert len(tables(large)["tasks"]) == MANY


def test_a_reading_process_that_is_killed_is_told_of_and_the_next_run_goes_on(
    large: Site, started: subprocess.Popen[bytes]
):
    os.kill(reading(large, started.pid), signal.SIGKILL)

    printed, _ = started.communicate(timeout=30)

    assert started.returncode in (1, 3)
    failed = json.loads(printed)["sources"][0]
    assert failed["error"]["code"] == "interrupted"
    assert "signal 9" in failed["error"]["message"]
    large.pingcode.faults = None
    assert large.run("sync", "--source", "pingcode", "--json").json["sources"][0]["outcome"] == "complete"
    assert len(tables(large)["tasks"]) == MANY


def test_a_killed_run_leaves_no_process_behind(large: Site, started: subprocess.Popen[bytes]):
    process = reading(large, started.pid)

    started.kill()
    started.wait()

    until(lambda: not is_alive(process))


def test_a_run_that_is_asked_to_stop_ends_soon_with_what_it_has(large: Site, started: subprocess.Popen[bytes]):
    process = reading(large, started.pid)
    began = time.monotonic()

    started.send_signal(signal.SIGTERM)
    started.communicate(timeout=20)

    assert time.monotonic() - began < 10
    assert not is_alive(process)
    large.pingcode.faults = None
    assert large.run("sync", "--source", "pingcode", "--json").json["sources"][0]["outcome"] == "complete"


def test_no_secret_stands_among_the_arguments_of_the_process(started: subprocess.Popen[bytes]):
    arguments = Path(f"/proc/{until(lambda: errands(started.pid))[0]}/cmdline").read_bytes()

    assert b"pc-s3cret" not in arguments


def every_error(kind: type[ConnectorError] = ConnectorError) -> Iterator[type[ConnectorError]]:
    yield kind
    for below in kind.__subclasses__():
        yield from every_error(below)


def test_every_error_of_a_source_can_be_sent_to_another_process():
    for name in connectors.available():
        connectors.load(name)
    made = [Retry("slow", after_s=3.5, most=2), Parked("later", seconds=900), Gateway("login page")]
    made += [kind("what", seconds=1) if issubclass(kind, Parked) else kind("what") for kind in every_error()]

    for err in made:
        sent = pickle.loads(pickle.dumps(err))

        assert (type(sent), str(sent), vars(sent)) == (type(err), str(err), vars(err))
