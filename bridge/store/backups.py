"""A store as one file of its own: copied in steps while others write, sealed, and proved before it gets its name."""

from __future__ import annotations

import glob
import hashlib
import os
import shutil
import socket
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from bridge.errors import BridgeError, Unavailable, UsageProblem
from bridge.language import Text
from bridge.store.engine import REASONS, Damaged, Store
from bridge.store.leases import Process

PAGES_A_STEP = 2_000
"""Sixteen megabytes: what is copied between two looks at whether to go on."""
COMPANIONS = ("-wal", "-shm", "-journal")
"""What SQLite may keep beside a file."""
MAIN_TABLES = ("tasks", "task_changes", "raw_records", "plan_versions", "baselines", "assessments", "findings", "runs")
"""Whose rows are counted where a person wants to recognise a store."""

CANNOT_WRITE = Text(
    zh="写不了 {path}：{why}。没有留下半成品；请检查磁盘空间与文件夹权限，或换个地方。",
    en="{path} cannot be written: {why}. Nothing half-written was left; check disk space and permissions, or name another "
    "place.",
)
NO_FOLDER = Text(
    zh="文件夹 {folder} 不存在，没有做任何事。请先建立它，或换个地方。",
    en="there is no folder {folder}, so nothing was done. Make it first, or name another place.",
)
EXISTS = Text(
    zh="{path} 已经存在，没有覆盖。请换个文件名；要覆盖就加 --force。",
    en="{path} exists and was not overwritten. Name another file, or add --force to replace it.",
)
NOT_WHOLE = Text(
    zh="{path} 不完好：{why}。请从备份恢复（pbridge db restore FILE）。",
    en="{path} is not whole: {why}. Restore a backup (pbridge db restore FILE).",
)
Copied = Callable[[int, int], None]
"""Told after each step: pages copied, pages in all."""


class Contents(Struct, frozen=True):
    """What a proven file holds. `schema` is the newest step it has taken."""

    schema: str
    bytes: int
    sha256: str
    rows: Mapping[str, int]


def copy(store: Store, path: Path, copied: Copied, *, called: Path) -> None:
    """Everything that is committed at one moment, into a new file that nobody knows yet; people know it as `called`.

    One read transaction spans all steps: a backup that SQLite finds overtaken by a writer would begin again, for ever
    on a store that is written often.
    """
    target = sqlite3.connect(path, isolation_level=None)
    try:
        target.execute("PRAGMA synchronous=OFF")  # made lasting as a whole, before it gets its name
        with store.snapshot():
            store.one("SELECT 1 FROM sqlite_master")
            _copy_pages(store, target, called, copied)
    finally:
        target.close()
    seal(path)


def _copy_pages(store: Store, target: sqlite3.Connection, called: Path, copied: Copied) -> None:
    def tell(_: int, left: int, pages: int) -> None:
        copied(pages - left, pages)

    try:
        store.conn.backup(target, pages=PAGES_A_STEP, progress=tell, sleep=0.0)
    except sqlite3.DatabaseError as err:
        raise _refusal(err, called, store.path) from err


def seal(path: Path) -> None:
    """Out of the log mode: one file and nothing beside it, readable where nothing may be written."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=DELETE")
    finally:
        connection.close()


def prove(path: Path) -> Contents:
    """What is in a file, after SQLite's own check of all of it; raises where it is not whole or not ours."""
    with Store(path, read_only=True) as store:
        problems = store.integrity_problems()
        if problems:
            raise Damaged(NOT_WHOLE, path=str(path), why=problems[0])
        tables = {row[0] for row in store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")}
        rows = {name: _count(store, name) for name in MAIN_TABLES if name in tables}
        schema = store.schema
    with path.open("rb") as file:
        return Contents(schema, path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest(), rows)


def _count(store: Store, table: str) -> int:
    row = store.one(f"SELECT count(*) FROM {table}")
    return int(row[0]) if row else 0


@contextmanager
def in_the_making(path: Path) -> Iterator[Path]:
    """A name beside `path` to write to; whatever happens, nothing is left under it."""
    folder = path.parent
    if not folder.is_dir():
        raise UsageProblem(NO_FOLDER, folder=str(folder))
    beginning = f".{path.name}.partial-{socket.gethostname()}-"
    _clear_left_behind(folder, beginning)
    part = folder / f"{beginning}{os.getpid()}"
    try:
        yield part
    except OSError as err:
        raise Unavailable(CANNOT_WRITE, path=str(path), why=err.strerror or str(err)) from err
    except sqlite3.DatabaseError as err:
        raise _refusal(err, path, path) from err
    finally:
        _clear(part)


def _clear_left_behind(folder: Path, beginning: str) -> None:
    """What a process of this machine left that was killed while it wrote here."""
    for found in folder.glob(f"{glob.escape(beginning)}*"):
        number = found.name.removeprefix(beginning)
        if number.isdigit() and Process(socket.gethostname(), int(number), "").is_dead():
            _clear(found)


def _clear(part: Path) -> None:
    for suffix in ("", *COMPANIONS):
        with suppress(OSError):  # where nothing may be removed nothing could be written either
            part.with_name(part.name + suffix).unlink(missing_ok=True)


def publish(part: Path, path: Path, *, force: bool) -> None:
    """Give a finished file its name, lasting and at once; without `force` never in place of another file."""
    last(part)
    if force:
        part.replace(path)
    else:
        _publish_anew(part, path)
    settle(path.parent)


def last(path: Path) -> None:
    """The contents of a file survive a loss of power from now on."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _publish_anew(part: Path, path: Path) -> None:
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise UsageProblem(EXISTS, path=str(path)) from None
    except OSError as err:
        # Some file systems know no second names; there the look and the move are two steps.
        if path.exists():
            raise UsageProblem(EXISTS, path=str(path)) from err
        part.replace(path)


def settle(folder: Path) -> None:
    """Names in a folder survive a loss of power from now on."""
    if os.name != "posix":
        return  # only there a folder can be opened
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def resemble(path: Path, model: Path) -> None:
    """Who may read the one may read the other."""
    shutil.copymode(model, path)


def _refusal(err: sqlite3.DatabaseError, path: Path, source: Path) -> BridgeError:
    code = getattr(err, "sqlite_errorname", "") or ""
    if code.startswith("SQLITE_CORRUPT") or code == "SQLITE_NOTADB":
        return Damaged(NOT_WHOLE, path=str(source), why=str(err))
    reason = next((text for name, text in REASONS.items() if code.startswith(name)), None)
    return Unavailable(CANNOT_WRITE, path=str(path), why=reason or str(err))
