"""A store in a database of PostgreSQL: what a file of SQLite does, for any number of machines.

One writer at a time, as with a file: every write transaction begins with the same advisory lock. So numbers of rows grow
in the order in which they become visible, and what was read inside a transaction is true until its end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bridge.errors import BridgeError, Unavailable, UsageProblem
from bridge.store import companions, postgres_words, transfer
from bridge.store.dialect import POSTGRESQL
from bridge.store.engine import BUSY_TIMEOUT_S, Store, insert_sql, replacing
from bridge.store.opening import named
from bridge.store.postgres_link import (
    Link,
    TransactionStatus,
    brief,
    connected,
    errors,
    insert_rows_sql,
    numbered,
    psycopg,
)
from bridge.store.tables import BY_NAME, STEPS, TABLES

RECORD_OF_STEPS = "schema_steps"
WRITERS = 7_246_310_921
"""The advisory lock of who writes; any number will do, but for ever the same one."""
OLDEST = 15
ROWS_AT_ONCE = 64
_OPEN = (TransactionStatus.INTRANS, TransactionStatus.INERROR, TransactionStatus.ACTIVE)
# Ours; tables of the queue are the library's and come to an empty database with ours.
_FOREIGN = (
    "SELECT relname FROM pg_class WHERE relnamespace = to_regnamespace(current_schema()) "
    "AND relkind IN ('r', 'p', 'v', 'm') AND relname NOT LIKE 'procrastinate%' LIMIT 1"
)


class PostgresStore(Store):
    """An open store in PostgreSQL. Use it in one thread; open another for another thread."""

    dialect = POSTGRESQL
    is_shared = True

    def __init__(self, url: str, *, read_only: bool = False, patience_s: float = BUSY_TIMEOUT_S) -> None:
        self.url = url
        self.read_only = read_only
        self._patience_s = patience_s
        self._numbers = {}
        self._link = self._linked()
        try:
            self._refuse_others()
            self._refuse_newer()
        except BaseException:
            self.close()
            raise

    @property
    def place(self) -> str:
        return self.url

    # --- The connection --------------------------------------------------------------------------------------------

    def _linked(self) -> Link:
        return connected(self.url, read_only=self.read_only, patience_s=self._patience_s)

    def _refuse_others(self) -> None:
        version = self._link.info.server_version // 10_000
        if version < OLDEST:
            raise UsageProblem(postgres_words.TOO_OLD, place=named(self.url), version=version, oldest=OLDEST)
        encoding = self._link.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            raise UsageProblem(postgres_words.NOT_UTF8, place=named(self.url), encoding=encoding)
        if self.is_empty and (found := self.one(_FOREIGN)) is not None:
            raise UsageProblem(postgres_words.NOT_OURS, place=named(self.url), table=found[0])

    def _refuse_newer(self) -> None:
        unknown = self._applied - set(STEPS)
        if unknown:
            raise UsageProblem(postgres_words.NEWER, place=named(self.url), names=", ".join(sorted(unknown)))

    def close(self) -> None:
        self._link.close()

    @property
    def _in_transaction(self) -> bool:
        return self._link.info.transaction_status in _OPEN

    def _ready(self) -> None:
        """A connection that broke, because the server was started anew, is made again; never inside a transaction."""
        if self._link.closed:
            self._link = self._linked()

    # --- What it is ------------------------------------------------------------------------------------------------

    @property
    def is_empty(self) -> bool:
        found = self.one(f"SELECT to_regclass('{RECORD_OF_STEPS}') IS NULL")
        return bool(found and found[0])

    @property
    def size(self) -> int:
        found = self.one("SELECT pg_database_size(current_database())")
        return int(found[0]) if found else 0

    @property
    def free_bytes(self) -> int:
        """Nobody knows without looking at every page: the server frees what was removed in its own time."""
        return 0

    @property
    def identity(self) -> tuple[int, int]:
        found = self.one(
            f"SELECT CAST(oid AS bigint), CAST(CAST(to_regclass('{RECORD_OF_STEPS}') AS oid) AS bigint) "
            "FROM pg_database WHERE datname = current_database()"
        )
        return (int(found[0]), int(found[1])) if found else (0, 0)

    @property
    def schema_version(self) -> int:
        return len(self._applied)

    @property
    def _applied(self) -> set[str]:
        if self.is_empty:
            return set()
        return {row[0] for row in self.rows(f"SELECT name FROM {RECORD_OF_STEPS}")}

    def now(self) -> datetime:
        """By the clock of the server: all machines agree on it."""
        found = self.one("SELECT clock_timestamp()")
        return found[0].astimezone(UTC) if found else datetime.now(UTC)

    def upgrade(self) -> list[str]:
        """Apply what is pending, all or nothing; returns the names of the steps taken."""
        from bridge.store import migrations

        with self.transaction():
            if self.is_empty:
                self._link.execute(
                    f'CREATE TABLE {RECORD_OF_STEPS} (name TEXT COLLATE "C" PRIMARY KEY, applied_at TEXT NOT NULL)'
                )
            pending = [step for step in STEPS if step not in self._applied]
            for name in pending:
                migrations.BY_NAME[name](self)
                at = self.now().isoformat()
                self.execute(f"INSERT INTO {RECORD_OF_STEPS} (name, applied_at) VALUES (?, ?)", (name, at))
            companions.install(self)
        return pending

    def run(self, sql: str) -> Any:
        return self._link.execute(sql)

    def columns_of(self, table: str) -> set[str]:
        sql = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attisdropped"
        return {row[0] for row in self.rows(sql, (table,))}

    def settle(self) -> None:
        """What numbers rows goes on after the highest number there is; the planner looks at what has come."""
        for table in TABLES:
            if table.is_numbered:
                key = table.key[0]
                self._link.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table.name}', '{key}'), coalesce(max({key}), 0) + 1, false) "
                    f"FROM {table.name}"
                )
        self._link.execute("ANALYZE")

    # --- Transactions ----------------------------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and nobody else writes meanwhile."""
        with self._in_plain_words():
            self._ready()
            self._link.execute("BEGIN")
            try:
                self._link.execute(f"SELECT pg_advisory_xact_lock({WRITERS})")
                self._begun()
                yield
            except BaseException:
                with suppress(
                    psycopg.OperationalError
                ):  # the server has undone what was begun on a connection that broke
                    self._link.execute("ROLLBACK")
                raise
            self._link.execute("COMMIT")

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        if self._in_transaction:
            yield
            return
        with self._in_plain_words():
            self._ready()
            self._link.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield
            finally:
                with suppress(psycopg.OperationalError):
                    self._link.execute("ROLLBACK")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """A single statement is a transaction of its own."""
        if self._in_transaction:
            with self._in_plain_words():
                yield
        else:
            with self.transaction():
                yield

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except (errors.InsufficientPrivilege, psycopg.OperationalError, psycopg.InternalError) as err:
            raise self._told(err) from err

    def _told(self, err: psycopg.Error) -> BridgeError:
        place = named(self.url)
        if isinstance(err, errors.LockNotAvailable):
            return Unavailable(postgres_words.BUSY, place=place, seconds=f"{self._patience_s:g}")
        return Unavailable(postgres_words.CANNOT_USE, place=place, why=brief(err))

    # --- Statements ------------------------------------------------------------------------------------------------

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        with self._in_plain_words():
            if not self._in_transaction:
                self._ready()
            yield from self._link.execute(numbered(sql), list(values) or None, binary=True)

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        with self._writing():
            return self._link.execute(numbered(sql), list(values) or None).rowcount

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        spec, sql = BY_NAME[table], numbered(insert_sql(table, tuple(row)))
        with self._writing():
            if not spec.is_numbered:
                self._link.execute(sql, list(row.values()))
                return 0
            found = self._link.execute(f"{sql} RETURNING {spec.key[0]}", list(row.values())).fetchone()
        return int(found[0]) if found else 0

    def insert_many(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]) -> None:
        self._insert(table, columns, list(rows), "")

    def insert_new(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]) -> int:
        return self._insert(table, columns, list(rows), "ON CONFLICT DO NOTHING")

    def upsert_many(self, table: str, columns: tuple[str, ...], rows: Iterable[Sequence[object]]) -> None:
        places = [columns.index(name) for name in BY_NAME[table].key]
        # One statement may touch a row once only; of several with one key the last would stay anyway.
        last = {tuple([row[place] for place in places]): row for row in rows}
        self._insert(table, columns, list(last.values()), replacing(table, columns))

    def _insert(self, table: str, columns: tuple[str, ...], rows: Sequence[Sequence[object]], behind: str) -> int:
        """Many rows with one statement, which costs both sides a third of one for each; returns how many were touched."""
        if not rows:
            return 0
        count = 0
        with self._writing():
            for start in range(0, len(rows), ROWS_AT_ONCE):
                some = rows[start : start + ROWS_AT_ONCE]
                sql = insert_rows_sql(table, columns, len(some), behind)
                count += self._link.execute(sql, [value for row in some for value in row]).rowcount
        return count

    def execute_many(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        given = list(rows)
        if len(given) > 1:
            with self._writing(), self._link.cursor() as cursor:
                cursor.executemany(numbered(sql), given)
        elif given:
            # Most pages change little: a batch of one costs two more turns to the server than a statement.
            self.execute(sql, given[0])

    def copy_to(self, path: Path) -> Store:
        """A file of SQLite with all that is committed here: to try something out, not to be kept."""
        copy = Store(path)
        copy.execute("PRAGMA synchronous=OFF")
        with self.snapshot():
            copy.upgrade()
            transfer.copy(self, copy)
        return copy

    def integrity_problems(self) -> list[str]:
        """The server looks after its own files; pg_amcheck and its checksums look into them."""
        return []
