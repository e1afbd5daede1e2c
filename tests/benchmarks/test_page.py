"""How long ten readers wait for the delay report of a large programme while a large sync runs, and what it weighs."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TASKS, MILESTONES, READERS = 100_000, 1_000, 10
BAR_MS, MOST_BYTES = 150, 400_000
THINKS_S = 0.25
CONFIG = """
[database]
url = "sqlite:///bridge.db"

[[sources]]
name = "tool"
kind = "pingcode"
base_url = "{vendor}"
client_id = "demo"
client_secret = "env:SECRET"
requests_per_minute = 1000000

[plan]
file = "plan.toml"
"""


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "SECRET": "demo-secret"}


@pytest.fixture
def vendor() -> Iterator[str]:
    """A simulated tool with so many tasks, as a process of its own."""
    command = [sys.executable, str(HERE / "vendor.py"), str(TASKS), "20"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[1]
        assert process.stdin is not None
        process.stdin.close()


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """`pbridge serve` over what is stored; gives its address. It reads its source at once."""
    command = [sys.executable, "-m", "bridge", "serve", "--today", "2026-08-24", "--port", "0", "--lang", "en"]
    with (
        (folder / "log.txt").open("w", encoding="utf-8") as log,
        subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=log, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[1]
        finally:
            process.kill()


class Reader(threading.Thread):
    """Opens the report again and again, as a person does who reads in between; keeps how long each answer took."""

    def __init__(self, url: str, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self.took: list[tuple[float, float]] = []
        """(when it was asked, how long it took)"""
        self.weight = 0
        self._place, self._stop_reading = urlsplit(url).netloc, stop

    def run(self) -> None:
        with closing(http.client.HTTPConnection(self._place, timeout=300)) as connection:
            while not self._stop_reading.is_set():
                started = time.monotonic()
                connection.request("GET", "/")
                answer = connection.getresponse()
                body = answer.read()
                assert answer.status == 200
                self.took.append((started, time.monotonic() - started))
                self.weight = len(body)
                time.sleep(THINKS_S)


def ended(folder: Path) -> bool:
    return "tool: sync " in (folder / "log.txt").read_text(encoding="utf-8")


@pytest.mark.slow
def test_ten_readers_wait_less_than_the_bar_while_a_hundred_thousand_tasks_are_read(tmp_path: Path, vendor: str):
    (tmp_path / "config.toml").write_text(CONFIG.format(vendor=vendor), encoding="utf-8")
    (tmp_path / "plan.toml").write_text("", encoding="utf-8")
    fill = [sys.executable, str(HERE / "judging.py"), "fill", str(TASKS), str(tmp_path / "bridge.db")]
    project = TASKS * 5 // MILESTONES
    subprocess.run([*fill, str(project)], cwd=ROOT, env=environment(), check=True)
    with serving(tmp_path) as url:
        began, stop = time.monotonic(), threading.Event()
        first = Reader(url, stop)
        first.start()
        while not first.took:
            assert first.is_alive(), "the first page did not come"
            time.sleep(0.05)
        readers = [first, *(Reader(url, stop) for _ in range(READERS - 1))]
        for reader in readers[1:]:
            reader.start()
        since = time.monotonic()
        while not ended(tmp_path):
            assert time.monotonic() - began < 600
            time.sleep(0.1)
        until = time.monotonic()
        stop.set()
        for reader in readers:
            reader.join()
    took = sorted(span * 1000 for reader in readers for at, span in reader.took if since <= at < until)
    told = {
        "first_s": round(first.took[0][1], 1),
        "sync_s": round(until - began, 1),
        "pages": len(took),
        "p50_ms": round(took[len(took) // 2], 1),
        "p95_ms": round(took[len(took) * 95 // 100], 1),
        "worst_ms": round(took[-1], 1),
        "weight": first.weight,
    }
    print(json.dumps(told))

    assert len(took) > 20 * READERS, "the sync was over before the readers had read enough"
    assert first.weight < MOST_BYTES
    assert told["p95_ms"] < BAR_MS
