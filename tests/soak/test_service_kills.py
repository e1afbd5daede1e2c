"""A service killed without warning at any moment: nothing is lost, no message is sent twice, no lease outlives its time.

`make soak` kills a hundred times; three kills are part of every test run. `SOAK_SERVICE_KILLS` and `SOAK_SEED` change the story.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.notify.robots import Hook, WeComRobot
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import Reply, Request, SimItem, SimPerson, SimProject, World, hex_id, serve

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("SOAK_SERVICE_KILLS", "100"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 8, 24)
EVENING = datetime(2026, 8, 23, 12, tzinfo=UTC)
LIN = SimPerson(hex_id("person", "lin", digits=32), "林悦", "lin")
PAY = SimProject(hex_id("project", "PAY"), "PAY", "支付", kind="hybrid", created_at=EVENING - timedelta(days=90))
TOKEN, SECRET = "t0ken-0123456789abcdef", "SEC-0123456789abcdef"
# A service that has much to do at once: it reads, judges and sends from its first second on.
RESTLESS = (
    "import sys, bridge.scheduler as s; s.OUTBOX_EVERY_S = 1; s.LATE_DIGEST = s.timedelta(seconds=2); s.missed = "
    "lambda trigger, zone, now, accounted=None: now + s.LATE_DIGEST; from bridge.cli import main; sys.exit(main())"
)
CONFIG = """
[[sources]]
name = "pingcode"
kind = "pingcode"
base_url = "{pingcode}"
client_id = "soak"
client_secret = "env:SOAK_SECRET"
requests_per_minute = 100000

[plan]
file = "plan.toml"

[web]
port = 0

[[notify]]
name = "group"
kind = "wecom"
url = "{wecom}/cgi-bin/webhook/send?key={token}"
intranet_hosts = ["127.0.0.1"]

[[notify]]
name = "hook"
kind = "webhook"
url = "{hook}/hook"
secret = "{secret}"
intranet_hosts = ["127.0.0.1"]
"""
PLAN = """
[[deals]]
key = "D-1"
name = "支付上线"
customer = "远帆零售"
amount = 1000000

[[milestones]]
key = "M-1"
deal = "D-1"
name = "联调完成"
promised = 2026-09-01
scope = "source:pingcode project:PAY"
"""
TABLES = {
    "tasks": "SELECT source, id, gone, is_open, data FROM tasks ORDER BY 1, 2",
    "raw": "SELECT source, stream, external_id, hash FROM raw_records WHERE superseded_at IS NULL "
    "AND stream IN ('work_items', 'projects', 'users') ORDER BY 1, 2, 3",
    "milestones": "SELECT milestone, day, colour FROM assessments ORDER BY 1, 2",
}


def item(number: int, **changes: Any) -> SimItem:
    fields: dict[str, Any] = {
        "id": hex_id("PAY", number),
        "key": f"PAY-{number}",
        "title": f"任务 {number}",
        "project": PAY.id,
        "assignee": LIN.id,
        "created_at": EVENING - timedelta(days=30),
        "updated_at": EVENING - timedelta(days=3),
        "due": EVENING + timedelta(days=5),
    }
    return SimItem(**{**fields, **changes})


@dataclass
class Place:
    """An installation, its tool and its two receivers of messages."""

    folder: Path
    world: World
    group: WeComRobot
    hook: Hook
    starts: int = 0
    fates: Counter[str] = field(default_factory=Counter)

    def command(
        self, *arguments: str, program: str = "from bridge.cli import main; import sys; sys.exit(main())"
    ) -> Any:
        place = ["--config", str(self.folder / "config.toml"), "--today", TODAY.isoformat(), "--lang", "en"]
        return [sys.executable, "-c", program, *arguments, *place]

    def start(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        log = (self.folder / "log.txt").open("ab")
        with log:
            return subprocess.Popen(
                self.command("serve", program=RESTLESS), cwd=ROOT, env=environment(), stdout=log, stderr=log
            )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments),
            cwd=ROOT,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.folder / "data" / "bridge.db")) as db:
            return db.execute(sql).fetchall()

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        assert self.rows("PRAGMA integrity_check") == [("ok",)]
        return {name: self.rows(sql) for name, sql in TABLES.items()}


def environment() -> dict[str, str]:
    return {**os.environ, "SOAK_SECRET": "soak-secret", "PYTHONPATH": str(ROOT)}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    world = World(now=EVENING, people=[LIN], projects=[PAY], items=[item(n) for n in range(120)])
    simulator = PingCodeSimulator(world, client_id="soak", client_secret="soak-secret")
    group, hook = WeComRobot(token=TOKEN), Hook(token=TOKEN, secret=SECRET)

    def slowly(request: Request) -> Reply:
        time.sleep(0.01)
        return simulator.handle(request)

    with ExitStack() as stack:
        addresses = {
            "pingcode": stack.enter_context(serve(slowly)),
            "wecom": stack.enter_context(serve(group.handle)),
            "hook": stack.enter_context(serve(hook.handle)),
        }
        (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
        config = tmp_path / "config.toml"
        config.write_text(CONFIG.format(**addresses, token=TOKEN, secret=SECRET), encoding="utf-8")
        config.chmod(0o600)
        yield Place(tmp_path, world, group, hook)


def killed(place: Place, kills: int) -> None:
    """Kill service after service; people edit meanwhile, and whatever was sent is asked for again under another name."""
    rng = random.Random(SEED)
    for number in range(kills):
        for key in rng.sample(sorted(place.world.items), 5):
            place.world.edit(key, title=f"改过 {rng.random():.6f}")
            place.world.items[key].updated_at = EVENING - timedelta(days=2) + timedelta(minutes=number)
        process = place.start()
        with suppress(subprocess.TimeoutExpired):
            process.wait(rng.uniform(0.5, 5.0))
        assert process.poll() is None, (place.folder / "log.txt").read_text(encoding="utf-8")
        process.kill()
        process.wait()


def settled(place: Place, tmp_path: Path) -> None:
    """After the last kill a run completes at once, and knows what an installation knows that nobody killed."""
    began = time.monotonic()
    done = [place.run("sync", "--full", "--confirm-gone"), place.run("reconcile"), place.run("notify")]
    assert time.monotonic() - began < 120
    assert all(one.returncode in (0, 1) for one in done[:2]), [one.stderr for one in done]
    assert not any("is at work" in one.stderr for one in done)

    alone = Place(tmp_path / "alone", place.world, place.group, place.hook)
    alone.folder.mkdir()
    for name in ("config.toml", "plan.toml"):
        (alone.folder / name).write_bytes((place.folder / name).read_bytes())
        (alone.folder / name).chmod(0o600)
    for command in (["sync"], ["reconcile"]):
        assert alone.run(*command).returncode == 0
    ours, theirs = place.tables(), alone.tables()
    for name in TABLES:
        assert (name, set(ours[name]) ^ set(theirs[name])) == (name, set())


def sent_once(place: Place) -> None:
    """The robot cannot tell a repetition, so a part that was under way at a kill is never sent again; the hook can."""
    parts = place.rows("SELECT channel, report, part, state, tries FROM outbox")
    assert {row[0] for row in parts} == {"group", "hook"}
    contents = [json.dumps(one, sort_keys=True, ensure_ascii=False) for one in place.group.received]
    assert [text for text, count in Counter(contents).items() if count > 1] == []
    assert len(place.hook.keys) == len(set(place.hook.keys))
    by_state = Counter((row[0], row[3]) for row in parts)
    told = by_state["group", "sent"] + by_state["group", "unclear"]
    assert by_state["group", "sent"] <= len(contents) <= told
    assert len(place.hook.received) == by_state["hook", "sent"] == sum(row[0] == "hook" for row in parts)
    assert place.rows("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'sending', 'dead')") == [(0,)]


def no_lease_is_stuck(place: Place) -> None:
    # The sign of life of a service that was killed is known to be that of a dead one, and the next service forgets it.
    for name in [row[0] for row in place.rows("SELECT name FROM leases WHERE name NOT LIKE 'service:%'")]:
        assert not name, f"{name} is still held"


def story(place: Place, tmp_path: Path, kills: int) -> None:
    killed(place, kills)
    settled(place, tmp_path)
    sent_once(place)
    no_lease_is_stuck(place)


@pytest.mark.slow
def test_a_few_kills_of_a_service_lose_and_repeat_nothing(place: Place, tmp_path: Path):
    story(place, tmp_path, 3)


@pytest.mark.slow
def test_a_hundred_kills_of_a_service_lose_and_repeat_nothing(place: Place, tmp_path: Path):
    story(place, tmp_path, KILLS)
