"""One file in the place of another that programs may be using: only while nobody does, at once, and the former one kept."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from bridge.errors import Unavailable, UsageProblem
from bridge.language import Text
from bridge.store.backups import COMPANIONS, settle
from bridge.store.clockwork import instant
from bridge.store.engine import NOT_OURS, Store
from bridge.store.leases import Held, Process, is_alive
from bridge.store.tables import RECORD_OF_STEPS

WAIT_S = 5
"""How long a look of somebody else may take before the store counts as in use."""

IN_USE = Text(
    zh="数据库 {path} 正被另一个程序使用。没有做任何事；请先停止 pbridge serve 和其他正在运行的命令，再运行一次。",
    en="the database {path} is in use by another program. Nothing was done; stop pbridge serve and other running commands, "
    "then run this again.",
)


def replace(path: Path, new: Path, aside: Path, now: datetime) -> bool:
    """Put the finished file `new` at `path`, and what stood there at `aside`; returns whether anything stood there.

    Raises `Held` where somebody is at work, `Unavailable` where somebody has it open; then nothing was changed. A store
    that cannot be read any more is nobody's: it is moved as it is, with what SQLite kept beside it.
    """
    if not Store.is_at(path):
        _move_companions(path, aside)
        new.replace(path)
        settle(path.parent)
        return False
    with _alone(path, now) as is_readable:
        if not is_readable:
            _move_companions(path, aside)
        _keep(path, aside)
        new.replace(path)
        settle(path.parent)
    return True


def _move_companions(path: Path, aside: Path) -> None:
    """A log that was left behind would be taken for one of the file that comes to its place."""
    for suffix in COMPANIONS:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(aside.with_name(aside.name + suffix))


def _keep(path: Path, aside: Path) -> None:
    """A second name for the present file, so that there is a store at `path` at every moment."""
    try:
        aside.hardlink_to(path)
    except FileExistsError:
        raise
    except OSError:
        path.replace(aside)  # a file system without second names: between two moves there is no store


@contextmanager
def _alone(path: Path, now: datetime) -> Iterator[bool]:
    """Nobody else reads or writes while the block runs; gives False for a file that cannot be read.

    The log is folded back first and its files are gone: what comes next at this path finds nothing of another store.
    """
    uri = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=WAIT_S)
    try:
        yield _is_locked(connection, path, now)
    finally:
        connection.close()


def _is_locked(connection: sqlite3.Connection, path: Path, now: datetime) -> bool:
    try:
        _refuse_held(connection, path, now)
        connection.execute("PRAGMA journal_mode=DELETE")  # needs that nobody else has it open
        connection.execute("BEGIN EXCLUSIVE")
        _refuse_held(connection, path, now)
        # Who opened it between the two steps has turned the log on again.
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != "delete":
            raise Unavailable(IN_USE, path=str(path))
    except sqlite3.DatabaseError as err:
        code = getattr(err, "sqlite_errorname", "") or ""
        if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            raise Unavailable(IN_USE, path=str(path)) from err
        if code.startswith("SQLITE_CORRUPT") or code == "SQLITE_NOTADB":
            return False
        raise
    return True


def _refuse_held(connection: sqlite3.Connection, path: Path, now: datetime) -> None:
    """Raises `Held` for whoever holds a lease and lives, and for a file that is another program's."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if names and RECORD_OF_STEPS not in names:
        raise UsageProblem(NOT_OURS, path=str(path))
    if "leases" not in names:
        return
    for holder, host, pid, born, since, heartbeat_at in connection.execute(
        "SELECT holder, host, pid, born, since, heartbeat_at FROM leases"
    ):
        if is_alive(Process(host, pid, born), instant(heartbeat_at), now):
            raise Held(holder, host, pid, instant(since))
