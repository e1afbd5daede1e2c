"""Jobs through the queue: asked for once, done by any worker, one at a time for a source, taken up again where a worker died."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest

from bridge import worker
from bridge.scheduler import Scheduler
from bridge.store import queue
from bridge.store.opening import opened
from bridge.supervisor import _jobs
from bridge.usecases import health, queueing
from bridge.usecases.queueing import ClockLedger, Job, Queued, put
from bridge.usecases.settled import Settled
from bridge.usecases.timetable import timetable
from bridge.usecases.workspace import Workspace
from bridge.worker import work
from connectors.testing import Reply, Request, serve
from tests.server import Server

from .conftest import Site, a_site


@pytest.fixture
def site(
    server: Server, tmp_path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Site]:
    url = server.fresh()
    with a_site(tmp_path, monkeypatch, capsys, url) as made:
        yield made
    server.drop(url)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in {"POLL_S": 0.05, "GLANCE_S": 0.02, "LOOK_EVERY_S": 0.1, "REST_S": 0.1}.items():
        monkeypatch.setattr(worker, name, seconds)
    monkeypatch.setattr(worker, "FIRST_WAIT_S", 0.1)


def settled(site: Site) -> Settled:
    file = site.folder / "config.toml"
    return Settled(file, None, None, Workspace.open(file, secrets=True).settings)


@contextmanager
def at_work(site: Site, count: int = 1, jobs: int = 1) -> Iterator[None]:
    """Workers in threads; each is told to stop at the end of the block."""
    stop = threading.Event()
    threads = [
        threading.Thread(
            target=work, args=(settled(site), stop, threading.Event()), kwargs={"jobs": jobs, "quiet": True}
        )
        for _ in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(20)
        assert not any(thread.is_alive() for thread in threads)


def depths(site: Site) -> dict[str, int]:
    with opened(site.database, read_only=True) as store:
        return queue.depths(store)


def wait_for(true: Callable[[], object], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def rows(site: Site, sql: str) -> list[tuple]:
    with opened(site.database, read_only=True) as store:
        return list(store.rows(sql))


def test_with_a_file_no_worker_is_needed(tmp_path, monkeypatch, capsys):
    with a_site(tmp_path, monkeypatch, capsys) as site:
        refused = site.run("worker", "--lang", "en")

    assert refused.code == 2 and "no pbridge worker is needed" in refused.err


def test_the_clock_of_a_store_on_a_server_only_asks_for_jobs(site: Site):
    space = settled(site)
    service, ledger, _ = _jobs(space, threading.Event())
    clock = Scheduler(service, timetable(space.settings), ["pingcode", "worktile"], space.settings.timezone, ledger)
    assert isinstance(service, Queued) and isinstance(ledger, ClockLedger)
    assert "backup" not in clock._planned

    for _ in range(3):
        clock._run("sync pingcode", lambda: service.sync("pingcode"))
    service.full_read("pingcode")
    service.follow()
    service.deliver()

    waiting = "SELECT task_name, lock, queueing_lock, priority FROM procrastinate_jobs ORDER BY id"
    assert rows(site, waiting) == [
        ("sync", "source pingcode", "sync: source pingcode", 10),
        ("full read", "source pingcode", "full read: source pingcode", 5),
    ]


def test_a_worker_reads_and_then_has_everything_judged(site: Site):
    space = settled(site)()
    for source in ("pingcode", "worktile"):
        assert put(space, Job("sync", source))
        assert not put(space, Job("sync", source))

    with at_work(site):
        wait_for(lambda: not depths(site) and rows(site, "SELECT 1 FROM runs WHERE kind = 'reconcile'"))

    assert rows(site, "SELECT source, count(*) FROM tasks GROUP BY source ORDER BY source") == [
        ("pingcode", 5),
        ("worktile", 3),
    ]
    assert len(rows(site, "SELECT * FROM v_delay_report")) == 2


def test_two_workers_never_read_one_source_at_once(site: Site, monkeypatch: pytest.MonkeyPatch):
    present: list[str] = []
    done: list[tuple[str, bool]] = []

    def read(self: worker.Worker, source: str) -> None:
        done.append((source, source in present))
        present.append(source)
        time.sleep(0.3)
        present.remove(source)

    monkeypatch.setattr(worker.Worker, "sync", read)
    monkeypatch.setattr(worker.Worker, "full_read", read)
    space = settled(site)()
    for source in ("pingcode", "worktile"):
        for kind in ("sync", "full read"):
            assert put(space, Job(kind, source))

    with at_work(site, count=2, jobs=2):
        wait_for(lambda: not depths(site))

    assert sorted(done) == [("pingcode", False)] * 2 + [("worktile", False)] * 2


def test_a_job_that_fails_is_tried_again_and_given_up_in_the_end(site: Site, monkeypatch: pytest.MonkeyPatch):
    tries: list[str] = []

    def fail(self: worker.Worker) -> None:
        tries.append("digest")
        raise OSError("no more")

    monkeypatch.setattr(worker.Worker, "digest", fail)
    monkeypatch.setattr(worker, "MOST_TRIES", 3)
    assert put(settled(site)(), Job("digest"))

    with at_work(site):
        wait_for(lambda: depths(site) == {"failed": 3})

    assert len(tries) == 3


def test_a_source_that_somebody_else_is_reading_is_read_later(site: Site):
    from bridge.store import leases

    assert put(settled(site)(), Job("sync", "worktile"))
    with opened(site.database) as store:
        with leases.held(store, "source:worktile", command="pbridge sync"), at_work(site):
            wait_for(lambda: depths(site).get("failed"))
        assert store.one("SELECT count(*) FROM tasks") == (0,)

    with at_work(site):
        wait_for(lambda: rows(site, "SELECT 1 FROM tasks"))


@pytest.mark.parametrize("is_asked_again", [False, True])
def test_the_job_of_a_worker_that_died_is_taken_up_by_another(site: Site, is_asked_again: bool):
    space = settled(site)()
    assert put(space, Job("sync", "worktile"))
    with psycopg.connect(site.database, autocommit=True) as link:
        link.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 minute')")
        link.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT max(id) FROM procrastinate_workers)"
        )
    if is_asked_again:
        assert put(space, Job("sync", "worktile"))

    with at_work(site):
        wait_for(lambda: not depths(site))

    assert len(rows(site, "SELECT 1 FROM tasks")) == 3


def test_that_no_worker_runs_is_told_where_jobs_wait(site: Site):
    space = settled(site)()
    with opened(site.database, read_only=True) as store:
        assert "no_worker" not in {one.code for one in health.concerns_of(space, store)}
        put(space, Job("prune"))
        (found,) = [one for one in health.concerns_of(space, store) if one.code == "no_worker"]
    assert found.severity == "error" and "1 job(s) wait" in found.text.say("en")


def test_a_signal_ends_a_worker_after_its_page_and_the_job_waits_for_another(site: Site):
    asked = threading.Event()

    def slowly(number: int) -> None:
        asked.set()
        time.sleep(0.3)

    with watched(site, slowly):
        assert put(settled(site)(), Job("sync", "pingcode"))
        command = [sys.executable, "-m", "bridge", "worker", "--config", str(site.folder / "config.toml")]
        with subprocess.Popen(command, env={**os.environ}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
            assert asked.wait(20)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=20)[0].decode()
            took = time.monotonic() - began

    assert process.returncode == 0, said
    assert took < 10
    assert depths(site).get("todo", 0) >= 1 and "doing" not in depths(site), said
    assert queueing.PRIORITIES.keys() >= {"sync"}


@contextmanager
def watched(site: Site, see: Callable[[int], None]) -> Iterator[None]:
    """The site reads PingCode through somebody who is told the number of each request before it is answered."""
    numbers, answer = itertools.count(1), site.pingcode.handle

    def seeing(request: Request) -> Reply:
        see(next(numbers))
        return answer(request)

    with serve(seeing) as url:
        config = (site.folder / "config.toml").read_text(encoding="utf-8")
        first = config.index('base_url = "')
        site.write("config.toml", f'{config[:first]}base_url = "{url}"{config[config.index(chr(10), first) :]}')
        yield


def test_who_has_lost_a_source_in_the_middle_of_a_page_writes_no_more(site: Site):
    stolen = threading.Event()
    theirs = "UPDATE leases SET host = 'elsewhere', since = 'now', heartbeat_at = {} WHERE name = 'source:pingcode'"
    iso = "to_char((now() + interval '{}') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

    def take_over(number: int) -> None:
        if number == 4:
            with psycopg.connect(site.database, autocommit=True) as link:
                link.execute(theirs.format(iso.format("1 second")))
            stolen.set()

    with watched(site, take_over), at_work(site):
        assert put(settled(site)(), Job("sync", "pingcode"))
        assert stolen.wait(20)
        before = rows(site, "SELECT count(*) FROM raw_records"), rows(site, "SELECT * FROM cursors ORDER BY 1, 2, 3")
        wait_for(lambda: depths(site).get("failed"))
        assert before == (
            rows(site, "SELECT count(*) FROM raw_records"),
            rows(site, "SELECT * FROM cursors ORDER BY 1, 2, 3"),
        )
        assert rows(site, "SELECT count(*) FROM tasks") == [(0,)]
        assert rows(site, "SELECT host FROM leases WHERE name = 'source:pingcode'") == [("elsewhere",)]

        with psycopg.connect(site.database, autocommit=True) as link:
            link.execute(theirs.format(iso.format("-5 minutes")))  # the other one died too
        wait_for(lambda: rows(site, "SELECT count(*) FROM tasks") == [(5,)])


def test_a_worker_that_was_given_up_as_dead_and_lives_takes_jobs_again(site: Site):
    with at_work(site):
        wait_for(lambda: rows(site, "SELECT 1 FROM procrastinate_workers"))
        with psycopg.connect(site.database, autocommit=True) as link:
            link.execute("DELETE FROM procrastinate_workers")
        assert put(settled(site)(), Job("sync", "worktile"))
        wait_for(lambda: rows(site, "SELECT 1 FROM tasks"))
        wait_for(lambda: not depths(site))


@pytest.mark.slow
@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_a_restart_of_the_server_in_the_middle_of_a_read_loses_nothing(server: Server, site: Site, how: str):
    restarted = threading.Event()
    # As a server does by itself: the tests' own may forget what was committed in the last moment.
    server.say(f"ALTER DATABASE {site.database.rpartition('/')[2]} SET synchronous_commit = on")

    def restart(number: int) -> None:
        if number == 6:
            server.stop(how)
            server.start()
            restarted.set()

    with watched(site, restart), at_work(site):
        assert put(settled(site)(), Job("sync", "pingcode"))
        assert restarted.wait(40)
        wait_for(lambda: rows(site, "SELECT count(*) FROM tasks") == [(5,)], 60)
        # The next reading tells that the one before is whole, and no job stays behind as being done.
        wait_for(lambda: not depths(site).get("doing") and not depths(site).get("todo"), 60)
        wait_for(lambda: rows(site, "SELECT 1 FROM source_runs WHERE source = 'pingcode' AND outcome = 'complete'"), 60)
    assert rows(site, "SELECT count(*) FROM leases WHERE name LIKE 'source:%'") == [(0,)]


@pytest.mark.slow
def test_a_restart_of_the_server_is_outlived(server: Server, site: Site):
    with at_work(site):
        wait_for(lambda: rows(site, "SELECT 1 FROM procrastinate_workers"))
        server.stop()
        server.start()
        wait_for(lambda: put(settled(site)(), Job("sync", "worktile")))
        wait_for(lambda: rows(site, "SELECT 1 FROM tasks"))
