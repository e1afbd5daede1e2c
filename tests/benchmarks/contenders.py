"""Who races: how each contender is started on a server and a folder of its own, and where its rows are to be found."""

from __future__ import annotations

import json
import os
import shlex
import sqlite3
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PEERS = HERE / "peers"
# Peers that the project does not need have an environment of their own, filled by `make bench` from peers.txt.
PEERS_PYTHON = ROOT / "build" / "peers" / "bin" / "python"
SECRET = "bench-secret"
# What one polite client may have open where waiting, not work, takes the time.
CONNECTIONS_WHILE_WAITING = 4
SETTINGS = """
[[sources]]
name = "pingcode"
kind = "pingcode"
base_url = "{url}"
client_id = "bench"
client_secret = "env:BENCH_SECRET"
profile = "a"
requests_per_minute = {per_minute}
"""
NO_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True)
class Course:
    """Where one contender runs: which server, how slow it is, and the folder that holds everything it writes."""

    url: str
    latency_ms: float
    folder: Path


@dataclass(frozen=True, slots=True)
class Contender:
    name: str
    title: str
    command: Callable[[Course], list[str]]
    database: str
    counting: str
    """SQL for how many items it has stored, and how many of them as they were edited."""
    cap: int | None = None
    """At most so many items, where more would take minutes and tell nothing new."""

    @property
    def is_peer(self) -> bool:
        """A tool that people store such data with, unlike ours and the yardstick."""
        return self.name not in (OURS, YARDSTICK)

    def rows(self, folder: Path) -> tuple[int, int]:
        with closing(sqlite3.connect(folder / self.database)) as db:
            stored, edited = db.execute(self.counting).fetchone()
            return stored, edited


OURS, YARDSTICK = "pbridge", "bare"
COUNTING = "SELECT count(*), count(CASE WHEN title LIKE '%改' THEN 1 END) FROM work_items"
# Ours has to have noticed what changed, too.
COUNTING_HISTORY = "SELECT count(*), (SELECT count(DISTINCT id) FROM task_changes WHERE field = 'title') FROM tasks"


def settings(course: Course, per_minute: int = NO_LIMIT) -> Path:
    """The settings file of an installation that reads this server."""
    path = course.folder / "config.toml"
    path.write_text(SETTINGS.format(url=course.url, per_minute=per_minute), encoding="utf-8")
    return path


def sync_command(config: Path) -> list[str]:
    return [sys.executable, "-m", "bridge", "--config", str(config), "--quiet", "sync", "--json"]


def environment() -> Mapping[str, str]:
    """For all alike: what is installed has its bytecode, so every contender may write and use it."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "BENCH_SECRET": SECRET, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}


def _pbridge(course: Course) -> list[str]:
    return sync_command(settings(course))


def _bare(course: Course) -> list[str]:
    connections = CONNECTIONS_WHILE_WAITING if course.latency_ms else 1
    database = course.folder / "bare.db"
    return [sys.executable, str(PEERS / "bare_loop.py"), course.url, str(database), str(connections)]


def _sqlite_utils(course: Course) -> list[str]:
    return [sys.executable, str(PEERS / "sqlite_utils_script.py"), course.url, str(course.folder / "utils.db")]


def _dlt(course: Course) -> list[str]:
    return [str(PEERS_PYTHON), str(PEERS / "dlt_pipeline.py"), course.url, str(course.folder / "dlt.db")]


def _singer(course: Course) -> list[str]:
    """Two processes and a pipe, as Singer is run; the last line that the target prints is where to go on."""
    folder = course.folder
    (folder / "tap.json").write_text(json.dumps({"url": course.url}), encoding="utf-8")
    (folder / "target.json").write_text(json.dumps({"database": str(folder / "singer.db")}), encoding="utf-8")
    known = folder / "state.json"
    tap = [str(PEERS_PYTHON), str(PEERS / "singer_tap.py"), "--config", str(folder / "tap.json")]
    tap += ["--state", str(known)] if known.exists() else []
    target = [str(PEERS_PYTHON), str(PEERS / "singer_target.py"), "--config", str(folder / "target.json")]
    quoted = shlex.quote(str(folder))
    script = f"set -o pipefail; {shlex.join(tap)} | {shlex.join(target)} > {quoted}/told && tail -n 1 {quoted}/told"
    return ["bash", "-c", f"{script} > {quoted}/state.json"]


CONTENDERS = {
    contender.name: contender
    for contender in (
        Contender(OURS, "**pbridge**", _pbridge, "data/bridge.db", COUNTING_HISTORY),
        Contender(YARDSTICK, "bare loop", _bare, "bare.db", COUNTING),
        Contender("sqlite-utils", "sqlite-utils script", _sqlite_utils, "utils.db", COUNTING),
        Contender("dlt", "dlt", _dlt, "dlt.db", COUNTING, cap=20_000),
        Contender("singer", "Singer SDK tap and target", _singer, "singer.db", COUNTING, cap=20_000),
    )
}
