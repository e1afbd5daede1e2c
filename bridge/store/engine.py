"""One connection to the store: opened with the right pragmas, written in immediate transactions, failing in plain words."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.errors import BridgeError, Unavailable, UsageProblem
from bridge.language import Text
from bridge.store import dialect as words
from bridge.store.dialect import Dialect
from bridge.store.sqlite_words import BUSY, CANNOT_OPEN, CANNOT_USE, DAMAGED
from bridge.store.sqlite_words import NEWER as NEWER
from bridge.store.sqlite_words import NOT_OURS as NOT_OURS
from bridge.store.sqlite_words import REASONS as REASONS
from bridge.store.tables import BY_NAME, RECORD_OF_STEPS, STEPS

if TYPE_CHECKING:
    from sqlite_utils import Database

BUSY_TIMEOUT_S = 30.0
SQLITE = sqlite3.sqlite_version
# A task is about a kilobyte: pages of the usual four waste a fifth of themselves. Only a new file takes this on.
WRITING = (
    "page_size=8192",
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "wal_autocheckpoint=8000",
    "journal_size_limit=16777216",
    "cache_size=-16000",
)


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dumps(value: object) -> str:
    """JSON as the store keeps it: compact, Unicode as it is."""
    return "null" if value is None else _encode(value)


def _is_busy(err: BaseException) -> bool:
    return getattr(err, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


class Damaged(Unavailable):
    """The file is a database, but what is in it cannot be read any more."""


class Store:
    """An open store: this one is a file of SQLite. Use it in one thread; open another for another thread."""

    dialect: Dialect = words.SQLITE
    is_shared = False
    """Whether writers of other machines may be waiting while a transaction is open."""
    fence: Callable[[], None] | None = None
    """Looks at the beginning of every transaction whether it may be written at all, and raises where it may not."""

    def __init__(self, path: Path, *, read_only: bool = False, patience_s: float = BUSY_TIMEOUT_S) -> None:
        self.path = path
        self.read_only = read_only
        self._patience_s = patience_s
        self._numbers: dict[str, int] = {}
        try:
            if not read_only:
                path.parent.mkdir(parents=True, exist_ok=True)
            self.conn = self._connected()
            self._refuse_newer()
        except OSError as err:
            raise Unavailable(CANNOT_OPEN, path=str(path), why=err.strerror or str(err)) from err
        except sqlite3.DatabaseError as err:
            raise self._said(err, CANNOT_OPEN) from err

    @staticmethod
    def is_at(path: Path) -> bool:
        """Whether there is a file to open; an empty one is what an interrupted first run may leave."""
        try:
            return path.stat().st_size > 0
        except FileNotFoundError:
            return False
        except OSError as err:
            raise Unavailable(CANNOT_OPEN, path=str(path), why=err.strerror or str(err)) from err

    def _connected(self) -> sqlite3.Connection:
        uri, began = self.path.absolute().as_uri(), time.monotonic()
        try:
            return self._prepared(f"{uri}?mode={'rw' if self.read_only else 'rwc'}")
        except sqlite3.OperationalError as err:
            if not self.read_only and _is_busy(err):
                return self._once_free(uri, began + self._patience_s)
            # Where nothing may be written a reader cannot keep its bookkeeping (WAL); a file nobody writes needs none.
            if not self.read_only or self.path.with_name(f"{self.path.name}-wal").exists():
                raise
            return self._prepared(f"{uri}?immutable=1")

    def _once_free(self, uri: str, until: float) -> sqlite3.Connection:
        """Connect when others have finished: of two that choose WAL at once SQLite refuses one without any wait."""
        from tenacity import Retrying, retry_if_exception, stop_after_delay, wait_random

        again = Retrying(
            retry=retry_if_exception(_is_busy),
            stop=stop_after_delay(max(0.0, until - time.monotonic())),
            wait=wait_random(0.01, 0.1),
            reraise=True,
        )
        return again(self._prepared, f"{uri}?mode=rwc")

    def _prepared(self, uri: str) -> sqlite3.Connection:
        before = self._file
        connection = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=self._patience_s)
        try:
            # Looked at before anything is set: choosing WAL writes to the file, and it may be another program's.
            self._refuse_foreign(connection)
            if before is not None and before != self._file:
                # A restore has put another file there while this one waited for its lock.
                connection.close()
                return self._prepared(uri)
            # sqlite-utils' enable_wal leaves synchronous FULL and foreign keys off; WAL with NORMAL loses nothing on a crash.
            # Pages of a first load are written over and over: the log is folded back less often than by default.
            first = ("query_only=ON",) if self.read_only else WRITING
            for pragma in (*first, "foreign_keys=ON", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")
        except (sqlite3.Error, UsageProblem):
            connection.close()
            raise
        return connection

    @property
    def _file(self) -> tuple[int, int] | None:
        """Which file the path names now; None where it names none yet."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino

    def _refuse_foreign(self, connection: sqlite3.Connection) -> None:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if names and RECORD_OF_STEPS not in names:
            raise UsageProblem(NOT_OURS, path=str(self.path))

    @property
    def place(self) -> Path | str:
        """Where another connection to the same store is opened."""
        return self.path

    def now(self) -> datetime:
        """By the clock that all who use the store agree on."""
        return datetime.now(UTC)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever created in the file."""
        return self.one("SELECT 1 FROM sqlite_master LIMIT 1") is None

    @property
    def size(self) -> int:
        """Bytes of the file, without the log that is still to be folded in."""
        pages, each = self.one("PRAGMA page_count"), self.one("PRAGMA page_size")
        return int(pages[0] * each[0]) if pages and each else 0

    @property
    def free_bytes(self) -> int:
        """Room inside the file that is used again before the file grows."""
        pages, each = self.one("PRAGMA freelist_count"), self.one("PRAGMA page_size")
        return int(pages[0] * each[0]) if pages and each else 0

    @property
    def identity(self) -> tuple[int, int]:
        """Which store this is: another one has another, even in the same place."""
        found = self.path.stat()
        return found.st_dev, found.st_ino

    @property
    def schema_version(self) -> int:
        """Another one after every change of the schema."""
        found = self.one("PRAGMA schema_version")
        return int(found[0]) if found else 0

    @property
    def _applied(self) -> set[str]:
        """Names of the steps that this file has taken."""
        if self.one("SELECT 1 FROM sqlite_master WHERE name = ?", (RECORD_OF_STEPS,)) is None:
            return set()
        return {row[0] for row in self.rows(f"SELECT name FROM {RECORD_OF_STEPS}")}

    def _refuse_newer(self) -> None:
        unknown = self._applied - set(STEPS)
        if unknown:
            self.close()
            raise UsageProblem(NEWER, path=str(self.path), names=", ".join(sorted(unknown)))

    def upgrade(self) -> list[str]:
        """Apply what is pending; returns the names of the steps taken."""
        # Only here, because a run with a current file needs neither and should start at once.
        from bridge.store.migrations import MIGRATIONS

        # In one transaction: of two first runs at once the second finds the work done, and a kill leaves an empty file.
        with self.transaction():
            pending = [step for step in STEPS if step not in self._applied]
            if pending:
                MIGRATIONS.apply(self.db)
        return pending

    @property
    def db(self) -> Database:
        """The same connection with the schema tools of sqlite-utils."""
        from sqlite_utils import Database

        return Database(self.conn)

    @property
    def is_current(self) -> bool:
        return self._applied >= set(STEPS)

    @property
    def schema(self) -> str:
        """The newest step that this file has taken; empty where it has taken none."""
        return max(self._applied, default="")

    def close(self) -> None:
        self.conn.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Begins IMMEDIATE: a deferred begin fails when a reader becomes a writer under contention."""
        with self._in_plain_words():
            self.conn.execute("BEGIN IMMEDIATE")
            try:
                self._begun()
                yield
            except BaseException:
                if self.conn.in_transaction:
                    self.conn.execute("ROLLBACK")
                raise
            self.conn.execute("COMMIT")

    def _begun(self) -> None:
        self._numbers.clear()
        if self.fence is not None:
            self.fence()

    @property
    def _in_transaction(self) -> bool:
        return self.conn.in_transaction

    def run(self, sql: str) -> Any:
        """Run one statement as it stands; returns its cursor."""
        return self.conn.execute(sql)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Everything read inside is of one moment, whatever others write meanwhile."""
        if self.conn.in_transaction:
            yield
            return
        with self._in_plain_words():
            self.conn.execute("BEGIN")
            try:
                yield
            finally:
                self.conn.execute("ROLLBACK")

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.IntegrityError, sqlite3.ProgrammingError):
            raise  # our own mistake, not the state of the file
        except sqlite3.DatabaseError as err:
            raise self._said(err, CANNOT_USE) from err

    def _said(self, err: sqlite3.DatabaseError, otherwise: Text) -> BridgeError:
        """What a person can do about it, told apart by SQLite's own code."""
        code, path = getattr(err, "sqlite_errorname", ""), str(self.path)
        if code == "SQLITE_NOTADB":
            return UsageProblem(NOT_OURS, path=path)
        if code.startswith("SQLITE_CORRUPT"):
            return Damaged(DAMAGED, path=path, why=str(err))
        if _is_busy(err):
            return Unavailable(BUSY, path=path, seconds=f"{self._patience_s:g}")
        reason = next((text for name, text in REASONS.items() if code.startswith(name)), None)
        return Unavailable(otherwise, path=path, why=reason or str(err))

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A statement outside of a transaction is one of its own where writing is fenced."""
        if self.fence is None or self.conn.in_transaction:
            with self._in_plain_words():
                yield
        else:
            with self.transaction():
                yield

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with self._in_plain_words():
            yield from self.conn.execute(sql, values)

    def one(self, sql: str, values: Sequence[object] = ()) -> tuple[Any, ...] | None:
        return next(iter(self.rows(sql, values)), None)

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement; returns the number of rows it touched."""
        with self._writing():
            return self.conn.execute(sql, values).rowcount

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        """Insert one row of a table with an INTEGER key; returns that key."""
        with self._writing():
            cursor = self.conn.execute(insert_sql(table, tuple(row)), tuple(row.values()))
        return int(cursor.lastrowid or 0)

    def insert_many(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]) -> None:
        self.execute_many(insert_sql(table, columns), rows)

    def insert_new(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]) -> int:
        """Insert the rows that no other row excludes; returns how many."""
        with self._writing():
            return self.conn.executemany(f"{insert_sql(table, columns)} ON CONFLICT DO NOTHING", rows).rowcount

    def take_numbers(self, table: str, count: int) -> int:
        """The first of so many numbers for rows of a table; inside a transaction, where nobody else takes any."""
        if table not in self._numbers or not self._in_transaction:
            row = self.one(f"SELECT max({BY_NAME[table].key[0]}) FROM {table}")
            self._numbers[table] = (row[0] or 0) + 1 if row else 1
        first = self._numbers[table]
        self._numbers[table] += count
        return first

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        with self._writing():
            self.conn.executemany(sql, rows)

    def upsert_many(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]) -> None:
        """Insert, or replace the other columns of the row with the same key."""
        self.execute_many(f"{insert_sql(table, columns)} {replacing(table, columns)}", rows)

    def delete_many(self, table: str, columns: tuple[str, ...], keys: Iterable[Sequence[object]]) -> None:
        where = " AND ".join(f"{words.column(name)} = ?" for name in columns)
        self.execute_many(f"DELETE FROM {table} WHERE {where}", keys)

    def settle(self) -> None:
        """After rows were put in together with their numbers: a file needs nothing."""

    def copy_to(self, path: Path) -> Store:
        """Another file with all that is committed here, open for writing: to try something out, not to be kept."""
        with self._in_plain_words():
            # A plain connection: one in WAL mode would refuse pages of another size.
            target = sqlite3.connect(path, isolation_level=None)
            try:
                self.conn.backup(target)
            finally:
                target.close()
        copy = Store(path)
        copy.execute("PRAGMA synchronous=OFF")
        return copy

    def integrity_problems(self) -> list[str]:
        """What SQLite's own check finds; empty when all is well."""
        return [str(row[0]) for row in self.rows("PRAGMA integrity_check") if row[0] != "ok"]


def insert_sql(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({words.columns(columns)}) VALUES ({marks(len(columns))})"


def replacing(table: str, columns: tuple[str, ...]) -> str:
    """What stands behind an INSERT that replaces the other columns of the row with the same key."""
    key = BY_NAME[table].key
    rest = ", ".join(f"{name} = excluded.{name}" for name in map(words.column, columns) if name not in key)
    return f"ON CONFLICT ({words.columns(key)}) DO UPDATE SET {rest}"


def marks(count: int) -> str:
    """`?, ?, …` for an IN list; nothing is in an empty one."""
    return ", ".join("?" * count) or "NULL"
