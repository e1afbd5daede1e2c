"""A real service, and on PostgreSQL a real worker, that live through many quick days: their own memory stays flat.

Every day people edit; the service reads, judges and sends, its pages are looked at, and now and then everything is read
anew and pruned. What a process holds is told by the system, not by the process. `SOAK_ROUNDS` is the number of days.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from bridge.notify.robots import Hook, WeComRobot
from bridge.store.opening import opened, place_of
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import World, serve
from tests.server import Server
from tests.soak.test_service_kills import (
    CONFIG,
    EVENING,
    LIN,
    PAY,
    PLAN,
    ROOT,
    SECRET,
    SEED,
    TODAY,
    TOKEN,
    environment,
    item,
)

ROUNDS = int(os.environ.get("SOAK_ROUNDS", "120"))
MOST_GROWTH = 1.05
WARM_UP, WINDOW = 0.4, 5
"""Part of the days after which everything is there that is loaded once; so many days are looked at together."""
MOST_AWAY = 5
LONGEST_DAY_S = 120.0
# A program whose days are those of a file, and whose clock does in seconds what it usually does in a day.
HURRIED = """
import sys
from datetime import date
from pathlib import Path
from apscheduler.triggers.interval import IntervalTrigger
from bridge import scheduler, supervisor, worker
from bridge.cli import main
from bridge.usecases.settled import Settled
from bridge.usecases.timetable import Timetable

of_now = Settled.__call__
def of_the_day(self):
    self.today = date.fromisoformat(Path(sys.argv[-1]).with_name("day").read_text())
    return of_now(self)
Settled.__call__ = of_the_day
def every(seconds):
    return IntervalTrigger(seconds=seconds)
supervisor.timetable = lambda settings: Timetable(every(1), every(13), every(1), every(11), None, every(17))
scheduler.OUTBOX_EVERY_S = scheduler.HINTS_EVERY_S = 1
scheduler.LATE_DIGEST = scheduler.timedelta(seconds=1)
worker.POLL_S = 0.1
sys.exit(main())
"""


@dataclass
class Company:
    """An installation whose processes live from day to day."""

    folder: Path
    world: World
    group: WeComRobot
    database: str
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    held: dict[str, list[int]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        with (self.folder / f"{name}.txt").open("ab") as log:
            command = [sys.executable, "-c", HURRIED, name, "--config", str(self.folder / "config.toml")]
            self.processes[name] = subprocess.Popen(command, cwd=ROOT, env=environment(), stdout=log, stderr=log)
        self.held[name] = []

    def stop(self) -> None:
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        for process in self.processes.values():
            assert process.wait(20) == 0

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.txt").read_text(encoding="utf-8")

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with opened(place_of(self.database), read_only=True) as store:
            return list(store.rows(sql))

    def begin(self, day: date) -> None:
        """People work on the evening before. Of what is deleted something comes back, so that no more has to be remembered."""
        self.world.advance_to(datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=12))
        known = sorted(key for key, one in self.world.items.items() if not one.deleted)
        away = sorted(self.world.items.keys() - set(known))
        for key in self.chance.sample(known, 5):
            self.world.edit(key, due=self.world.now + timedelta(days=self.chance.randrange(-4, 20)))
        self.world.edit(self.chance.choice(known), deleted=True)
        if len(away) > MOST_AWAY:
            self.world.edit(self.chance.choice(away), deleted=False)
        fresh = self.folder / "day.new"
        fresh.write_text(day.isoformat(), encoding="utf-8")
        fresh.replace(self.folder / "day")

    def live(self, day: date) -> None:
        """One day: it is over when it was judged and its digest has arrived."""
        self.begin(day)
        self.wait(lambda: self.rows(f"SELECT 1 FROM runs WHERE kind = 'reconcile' AND today = '{day}' LIMIT 1"))
        if day.weekday() < 5 and not self.is_holiday(day):
            sent = f"SELECT 1 FROM outbox WHERE report = 'digest/{day}' AND channel = 'group' AND state = 'sent'"
            self.wait(lambda: self.rows(sent))
        self.look()
        for name, process in self.processes.items():
            self.held[name].append(resident(process.pid))

    @staticmethod
    def is_holiday(day: date) -> bool:
        return (day.month, day.day) in HOLIDAYS

    def look(self) -> None:
        (address,) = re.findall(r"http://[0-9.:]+", self.log("serve"))[:1]
        for path in ("/", "/api/v1/report", "/metrics"):
            with urllib.request.urlopen(f"{address}{path}", timeout=60) as answer:
                assert answer.status == 200

    def wait(self, true: Callable[[], object]) -> None:
        until = time.monotonic() + LONGEST_DAY_S
        while not true():
            dead = [
                (name, process.returncode) for name, process in self.processes.items() if process.poll() is not None
            ]
            assert not dead and time.monotonic() < until, [self.log(name)[-3_000:] for name in self.processes]
            time.sleep(0.2)


HOLIDAYS = {(9, 25), *((10, day) for day in range(1, 9))}
"""Of 2026, in which the days are; on working Saturdays nothing is waited for."""


def resident(pid: int) -> int:
    """Bytes of a process that stand in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Company]:
    world = World(now=EVENING, people=[LIN], projects=[PAY], items=[item(n) for n in range(60)])
    simulator = PingCodeSimulator(world, client_id="soak", client_secret="soak-secret")
    group, hook = WeComRobot(token=TOKEN), Hook(token=TOKEN, secret=SECRET)
    with ExitStack() as stack:
        handlers = {"pingcode": simulator.handle, "wecom": group.handle, "hook": hook.handle}
        addresses = {name: stack.enter_context(serve(handle)) for name, handle in handlers.items()}
        text, database = CONFIG.format(**addresses, token=TOKEN, secret=SECRET), str(tmp_path / "data" / "bridge.db")
        if request.param == "postgresql":
            server: Server = request.getfixturevalue("server")
            database = server.fresh()
            stack.callback(server.drop, database)
            text += f'\n[database]\nurl = "{database}"\n'
        (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        (tmp_path / "config.toml").chmod(0o600)
        made = Company(tmp_path, world, group, database)
        made.begin(TODAY)
        names = ("serve", "worker") if request.param == "postgresql" else ("serve",)
        for name in names:
            made.start(name)
        try:
            yield made
        finally:
            for process in made.processes.values():
                process.kill()
                process.wait()


@pytest.mark.slow
@pytest.mark.parametrize("company", ["sqlite", "postgresql"], indirect=True)
def test_the_memory_of_processes_that_live_through_many_days_stays_flat(company: Company):
    company.wait(lambda: "http://" in company.log("serve"))
    company.wait(lambda: Path(company.folder / "day").exists() and is_made(company))
    for number in range(1, ROUNDS + 1):
        company.live(TODAY + timedelta(days=number))

    for name, held in company.held.items():
        first = int(len(held) * WARM_UP)
        before, after = median(held[first : first + WINDOW]), median(held[-WINDOW:])
        megabytes = " ".join(f"{each / 2**20:.0f}" for each in held)
        print(
            f"{name}: {before / 2**20:.1f} MB after the warm-up, {after / 2**20:.1f} MB in the end; day by day {megabytes}"
        )
        assert after <= MOST_GROWTH * before, name
    company.stop()


def is_made(company: Company) -> bool:
    if company.database.startswith("postgresql:"):
        return True
    path = Path(company.database)
    return path.exists() and path.stat().st_size > 0
