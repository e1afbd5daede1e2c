"""The same count where the store is in PostgreSQL: a table that all machines share, by the clock of the server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from bridge.errors import Unavailable
from bridge.store.budgets import WINDOW_S, Clocks, Row, SharedAllowances
from bridge.store.opening import named
from bridge.store.postgres_link import connected
from bridge.store.postgres_words import CANNOT_USE

_READ = (
    "SELECT CAST(extract(epoch FROM clock_timestamp()) AS double precision), per_minute, sent, blocked_until, uptime, "
    "seen_at FROM (SELECT 1) AS always LEFT JOIN budgets ON credential = $1"
)
_WRITE = (
    "INSERT INTO budgets (credential, per_minute, sent, blocked_until, uptime, seen_at) VALUES ($1, $2, $3, $4, $5, $6) "
    "ON CONFLICT (credential) DO UPDATE SET per_minute = excluded.per_minute, sent = excluded.sent, "
    "blocked_until = excluded.blocked_until, uptime = excluded.uptime, seen_at = excluded.seen_at"
)


class ServerAllowances(SharedAllowances):
    """Gives the allowance of a credential to every machine."""

    def __init__(self, url: str, *, window_s: float = WINDOW_S) -> None:
        self.url = url
        self._begin(window_s, Clocks())
        self._link = connected(url)
        self._kept: list[object] | None = None

    def _disconnect(self) -> None:
        self._link.close()

    @contextmanager
    def _alone(self, key: str) -> Iterator[None]:
        """Three turns to the server and back."""
        self._ready()
        self._kept = None
        try:
            lock = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], signed=True)
            self._link.execute(f"BEGIN; SELECT pg_advisory_xact_lock({lock})")
            yield
            with self._link.pipeline():
                if self._kept is not None:
                    self._link.execute(_WRITE, self._kept)
                self._link.execute("COMMIT")
        except BaseException:
            with suppress(psycopg.OperationalError):
                self._link.execute("ROLLBACK")
            raise

    def _ready(self) -> None:
        if self._link.closed:
            self._link = connected(self.url)

    def _is_blocked(self, key: str) -> bool:
        self._ready()
        sql = "SELECT 1 FROM budgets WHERE credential = $1 AND blocked_until > 0"
        return self._link.execute(sql, [key]).fetchone() is not None

    def _found(self, key: str) -> tuple[Row | None, float, float]:
        found: Any = self._link.execute(_READ, [key]).fetchone()
        now, *row = found
        if row[0] is None:
            return None, now, 0.0
        # Nobody hears of a restart of the server, but a clock that was set back shows: by so much less time has passed.
        *_, uptime, seen_at = row
        return tuple(row), now, uptime + max(0.0, now - seen_at)

    def _write(self, key: str, row: Row) -> None:
        self._kept = [key, *row]

    @contextmanager
    def _in_plain_words(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as err:
            raise Unavailable(CANNOT_USE, place=named(self.url), why=str(err).partition("\n")[0]) from err
