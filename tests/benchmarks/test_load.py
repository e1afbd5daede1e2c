"""How long a first load takes, what it needs, and that a run with nothing changed writes nothing."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.pingcode.connector import PingCode
from tests.benchmarks.memory import Together

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CONFIG = """
[[sources]]
name = "pingcode"
kind = "pingcode"
base_url = "{url}"
client_id = "demo"
client_secret = "env:SECRET"
requests_per_minute = 1000000
"""


@dataclass
class Measured:
    seconds: float
    peak_mb: float
    report: dict

    def tasks(self, counter: str) -> int:
        """A counter over the work items alone."""
        return sum(stream[counter] for stream in self.report["streams"] if stream["stream"] == "work_items")


def start_vendor(tasks: int, projects: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(HERE / "vendor.py"), str(tasks), str(projects)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def vendor(request: pytest.FixtureRequest) -> Iterator[str]:
    with start_vendor(*request.param) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
        process.terminate()


def sync(config: Path) -> Measured:
    """One `pbridge sync` as a process of its own, with its peak memory."""
    command = [
        sys.executable,
        "-m",
        "bridge",
        "--config",
        str(config),
        "--today",
        "2026-08-24",
        "--quiet",
        "sync",
        "--json",
    ]
    started = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "SECRET": "demo-secret"}, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with Together(process.pid) as together:
        printed = process.stdout.read()
    process.stdout.close()
    assert process.wait() == 0
    return Measured(time.monotonic() - started, together.peak_mib, json.loads(printed)["sources"][0])


def rows(database: Path) -> dict[str, int]:
    """What is stored but for details: those are read a few tasks in each run, whether or not anything changed."""
    names = ("tasks", "task_changes", "cursors", "mapping_versions")
    listed = f"raw_records WHERE stream NOT IN ({', '.join('?' * len(PingCode.detail_streams))})"
    with closing(sqlite3.connect(database)) as db:
        counted = {name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
        counted["raw_records"] = db.execute(f"SELECT count(*) FROM {listed}", PingCode.detail_streams).fetchone()[0]
    return counted


def first_and_second(tmp_path: Path, url: str) -> tuple[Measured, Measured]:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(url=url), encoding="utf-8")
    first = sync(config)
    before = rows(tmp_path / "data" / "bridge.db")
    second = sync(config)
    assert rows(tmp_path / "data" / "bridge.db") == before
    size = (tmp_path / "data" / "bridge.db").stat().st_size
    for name, run in (("first", first), ("second", second)):
        r = run.report
        print(
            f"{name}: {run.seconds:.1f} s, peak {run.peak_mb:.0f} MB, {r['requests']} requests, {r['fetched']} fetched"
        )
    print(f"store: {size / max(1, first.report['created']):.0f} bytes a task")
    return first, second


@pytest.mark.parametrize("vendor", [(2_000, 4)], indirect=True)
@pytest.mark.slow
def test_a_second_run_with_nothing_changed_writes_nothing(tmp_path: Path, vendor: str):
    first, second = first_and_second(tmp_path, vendor)

    assert first.tasks("created") == 2_000
    assert (second.tasks("created"), second.tasks("updated"), second.tasks("gone")) == (0, 0, 0)
    assert second.report["mode"] == "incremental"


@pytest.mark.slow
@pytest.mark.parametrize("vendor", [(20_000, 10)], indirect=True)
def test_twenty_thousand_tasks_load_in_under_twenty_seconds_and_200_mb(tmp_path: Path, vendor: str):
    first, second = first_and_second(tmp_path, vendor)

    assert first.tasks("created") == 20_000
    assert first.seconds < 20
    assert first.peak_mb < 200
    assert (second.tasks("created"), second.tasks("updated")) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("vendor", [(100_000, 20)], indirect=True)
def test_peak_memory_does_not_grow_with_the_number_of_tasks(tmp_path: Path, vendor: str):
    first, _ = first_and_second(tmp_path, vendor)

    assert first.tasks("created") == 100_000
    assert first.peak_mb < 200
