"""Killed at any moment, as often as you like, a pull ends in the same tables as one that was left alone.

`make soak` kills two hundred times; a few kills are part of every test run. `SOAK_KILLS` and `SOAK_SEED` change the story.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
# The command as a person starts it, but with so small a first load that goes on in a process of its own.
EARLY = "import sys, bridge.sync.pull as pull; pull.MANY_ROWS = 60; from bridge.cli import main; sys.exit(main())"
KILLS = int(os.environ.get("SOAK_KILLS", "200"))
SEED = int(os.environ.get("SOAK_SEED", "1"))
CONFIG = """
[[sources]]
name = "pingcode"
kind = "pingcode"
base_url = "{pingcode}"
client_id = "soak"
client_secret = "env:SOAK_SECRET"
requests_per_minute = 100000

[[sources]]
name = "worktile"
kind = "worktile"
base_url = "{worktile}/open-api"
client_id = "soak"
client_secret = "env:SOAK_SECRET"
requests_per_minute = 100000
"""
# Every table that tells what is known; ids of rows and instants of observation differ from run to run.
TABLES = {
    "tasks": "SELECT source, id, scope, gone, is_open, data FROM tasks ORDER BY 1, 2",
    # A type of work items stands under the project that showed it first, and those are read side by side.
    "raw": "SELECT source, stream, external_id, hash FROM raw_records WHERE superseded_at IS NULL "
    "AND stream NOT IN ('links', 'transitions', 'activities', 'relations', 'task_details') ORDER BY 1, 2, 3",
    "details": "SELECT r.source, r.scope, r.stream, r.external_id, r.hash FROM raw_records AS r "
    "JOIN tasks AS t ON t.source = r.source AND t.id = r.scope AND t.gone = 0 "
    "WHERE r.superseded_at IS NULL ORDER BY 1, 2, 3, 4",
    "quarantine": "SELECT source, stream, external_id, reason FROM quarantine ORDER BY 1, 2, 3",
    "problems": "SELECT source, id, target, code, path, value FROM mapping_problems ORDER BY 1, 2, 3",
    "cursors": "SELECT source, stream, scope FROM cursors ORDER BY 1, 2, 3",
    # Who saw a task before it was deleted had asked about it.
    "detail reads": "SELECT d.source, d.stream, d.task FROM detail_reads AS d "
    "JOIN tasks AS t ON t.source = d.source AND t.id = d.task AND t.gone = 0 ORDER BY 1, 2, 3",
    "sightings": "SELECT source, stream, scope, page FROM sightings",
    "absences": "SELECT source, task FROM absences",
}


@dataclass
class Vendors:
    process: subprocess.Popen[str]
    pingcode: str
    worktile: str

    def edit(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("edit\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "edited\n"


@pytest.fixture
def vendors(request: pytest.FixtureRequest) -> Iterator[Vendors]:
    command = [sys.executable, str(HERE / "vendors.py"), str(request.param)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        _, pingcode, worktile = process.stdout.readline().split()
        yield Vendors(process, pingcode, worktile)
        process.terminate()


class Site:
    """An installation in a folder of its own."""

    def __init__(self, folder: Path, vendors: Vendors) -> None:
        folder.mkdir()
        self.config = folder / "config.toml"
        self.config.write_text(CONFIG.format(pingcode=vendors.pingcode, worktile=vendors.worktile), encoding="utf-8")
        self.database = folder / "data" / "bridge.db"

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", EARLY, "--config", str(self.config), "--today", "2026-08-24", "--quiet"]
        return subprocess.Popen(
            [*command, "sync", "--json", *more],
            cwd=ROOT,
            env={**os.environ, "SOAK_SECRET": "soak-secret"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def sync(self, *more: str) -> dict[str, Any]:
        """Runs that are left alone until nothing is left to ask about single tasks; what the first one told."""
        first: dict[str, Any] | None = None
        while True:
            with self.start(*more) as process:
                printed, said = process.communicate(timeout=300)
            assert process.returncode == 0, said.decode()
            report: dict[str, Any] = json.loads(printed)
            first = first or report
            if not any(stream.get("pending") for source in report["sources"] for stream in source["streams"]):
                return first
            more = ()

    def kill_after(self, seconds: float) -> bool:
        """Start a run and kill it without warning; returns whether it was still at work."""
        with self.start() as process:
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                return True
            said = process.stderr.read().decode() if process.stderr else ""
            assert process.returncode == 0, said
            return False

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        with sqlite3.connect(self.database) as db:
            found = {name: db.execute(sql).fetchall() for name, sql in TABLES.items()}
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.close()
        return found


def killed(site: Site, vendors: Vendors, kills: int, rng: random.Random) -> None:
    """Kill run after run; whenever one comes through, people go on working meanwhile."""
    done, longest = 0, 1.0
    while done < kills:
        began = time.monotonic()
        if site.kill_after(rng.uniform(0.25, longest)):
            done += 1
        else:
            longest = min(longest, time.monotonic() - began)
            vendors.edit()


def compare(tmp_path: Path, vendors: Vendors, kills: int) -> None:
    site = Site(tmp_path / "killed", vendors)
    killed(site, vendors, kills, random.Random(SEED))
    site.sync("--full", "--confirm-gone")
    alone = Site(tmp_path / "alone", vendors)
    alone.sync()

    ours, theirs = site.tables(), alone.tables()

    # What was deleted for good is known as gone to one who saw it before, and not at all to one who came later.
    seen = {row[:2] for row in theirs["tasks"]}
    late = {row[:2] for row in ours["tasks"] if row[3] and row[:2] not in seen}
    ours["tasks"] = [row for row in ours["tasks"] if row[:2] not in late]
    ours["raw"] = [row for row in ours["raw"] if (row[0], row[2]) not in late]
    for name in TABLES:
        assert (name, set(ours[name]) ^ set(theirs[name])) == (name, set())
        assert ours[name] == theirs[name], name


@pytest.mark.parametrize("vendors", [240], indirect=True)
@pytest.mark.slow
def test_a_few_kills_leave_no_trace(tmp_path: Path, vendors: Vendors):
    compare(tmp_path, vendors, kills=6)


@pytest.mark.slow
@pytest.mark.parametrize("vendors", [900], indirect=True)
def test_two_hundred_kills_leave_no_trace(tmp_path: Path, vendors: Vendors):
    compare(tmp_path, vendors, kills=KILLS)


@pytest.mark.slow
@pytest.mark.parametrize("vendors", [900], indirect=True)
def test_the_run_after_a_kill_asks_only_for_what_is_missing(tmp_path: Path, vendors: Vendors):
    alone, site = Site(tmp_path / "alone", vendors), Site(tmp_path / "killed", vendors)
    whole = alone.sync()["sources"][0]
    rows = 0
    while not rows:
        site.kill_after(1.2)
        if site.database.exists():
            with sqlite3.connect(site.database) as db:
                known = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'tasks'").fetchone()
                rows = db.execute("SELECT count(*) FROM tasks WHERE source = 'pingcode'").fetchone()[0] if known else 0
            db.close()

    rest = site.sync()["sources"][0]

    read = [sum(s["fetched"] for s in source["streams"] if s["stream"] == "work_items") for source in (whole, rest)]
    # A slice that was under way is read again, and so is the overlap of a project that was done.
    assert read[1] <= read[0] - rows + 300
