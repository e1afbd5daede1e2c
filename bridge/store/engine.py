"""One connection to the store: opened with the right pragmas, written in immediate transactions, failing in plain words."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from bridge.errors import Unavailable, UsageProblem
from bridge.language import Text
from bridge.store.migrations import MIGRATIONS
from bridge.store.tables import BY_NAME

BUSY_TIMEOUT_MS = 30_000

CANNOT_OPEN = Text(
    zh="无法打开数据库 {path}：{why}。请检查目录是否存在、是否可写、磁盘是否已满。",
    en="the database {path} cannot be opened: {why}. Check that its folder exists and is writable and the disk not full.",
)
CANNOT_USE = Text(
    zh="数据库 {path} 现在不可用：{why}。本次改动没有保存；请检查磁盘空间、权限，或稍后再试。",
    en="the database {path} cannot be used now: {why}. Nothing of this step was saved; check disk space and permissions, or try later.",
)
NOT_OURS = Text(
    zh="{path} 不是本程序的数据库：{why}。请用 [database] url 指向别处。",
    en="{path} is not a database of this program: {why}. Point [database] url elsewhere.",
)
NEWER = Text(
    zh="数据库 {path} 由更新的版本写成（{names}）。请升级程序，或恢复旧备份。",
    en="the database {path} was written by a newer version ({names}). Upgrade the program or restore an older backup.",
)


def dumps(value: object) -> str:
    """JSON as the store keeps it: compact, Unicode as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


class Store:
    """An open store. Use it in one thread; open another for another thread."""

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        self.read_only = read_only
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            uri = f"{path.absolute().as_uri()}?mode={'ro' if read_only else 'rwc'}"
            connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_MS / 1000)
            self.db = Database(connection)
            self._prepare()
        except (sqlite3.Error, OSError) as err:
            text = NOT_OURS if "not a database" in str(err) else CANNOT_OPEN
            kind = UsageProblem if text is NOT_OURS else Unavailable
            raise kind(text, path=str(path), why=str(err)) from err

    def _prepare(self) -> None:
        # sqlite-utils' enable_wal leaves synchronous FULL and foreign keys off; WAL with NORMAL loses nothing on a crash.
        if not self.read_only:
            self.db.execute("PRAGMA journal_mode=WAL")
            self.db.execute("PRAGMA synchronous=NORMAL")
        self.db.execute("PRAGMA foreign_keys=ON")
        self.db.execute("PRAGMA temp_store=MEMORY")
        self._refuse_newer()

    def _refuse_newer(self) -> None:
        applied = {done.name for done in MIGRATIONS.applied(self.db)}
        unknown = applied - {step.name for step in MIGRATIONS.pending(Database(memory=True))}
        if unknown:
            raise UsageProblem(NEWER, path=str(self.path), names=", ".join(sorted(unknown)))

    def upgrade(self) -> list[str]:
        """Apply what is pending; returns the names of the steps taken."""
        pending = [step.name for step in MIGRATIONS.pending(self.db)]
        if pending:
            with self._in_plain_words():
                MIGRATIONS.apply(self.db)
        return pending

    @property
    def is_current(self) -> bool:
        return not MIGRATIONS.pending(self.db)

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Begins IMMEDIATE: a deferred begin fails when a reader becomes a writer under contention."""
        with self._in_plain_words():
            self.db.conn.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                if self.db.conn.in_transaction:
                    self.db.conn.execute("ROLLBACK")
                raise
            self.db.conn.execute("COMMIT")

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as err:
            raise Unavailable(CANNOT_USE, path=str(self.path), why=str(err)) from err

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with self._in_plain_words():
            yield from self.db.conn.execute(sql, values)

    def one(self, sql: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        return next(iter(self.rows(sql, values)), None)

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement; returns the number of rows it touched."""
        with self._in_plain_words():
            return self.db.conn.execute(sql, values).rowcount

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        """Insert one row of a table with an INTEGER key; returns that key."""
        with self._in_plain_words():
            cursor = self.db.conn.execute(_insert_sql(table, tuple(row)), tuple(row.values()))
        return int(cursor.lastrowid or 0)

    def insert_many(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]) -> None:
        with self._in_plain_words():
            self.db.conn.executemany(_insert_sql(table, columns), rows)

    def upsert_many(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]) -> None:
        """Insert, or replace the other columns of the row with the same key."""
        key = BY_NAME[table].key
        rest = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in key)
        sql = f"{_insert_sql(table, columns)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {rest}"
        with self._in_plain_words():
            self.db.conn.executemany(sql, rows)

    def delete_many(self, table: str, columns: tuple[str, ...], keys: Iterable[Sequence[object]]) -> None:
        where = " AND ".join(f"{name} = ?" for name in columns)
        with self._in_plain_words():
            self.db.conn.executemany(f"DELETE FROM {table} WHERE {where}", keys)

    def integrity_problems(self) -> list[str]:
        """What SQLite's own check finds; empty when all is well."""
        return [str(row[0]) for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]


def _insert_sql(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"


def marks(count: int) -> str:
    """`?, ?, …` for an IN list."""
    return ", ".join("?" * count)
