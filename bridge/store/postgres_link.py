"""How a database of PostgreSQL is reached and spoken to: its connections, and statements in the form that its driver takes."""

from __future__ import annotations

import logging
import re
from functools import lru_cache
from typing import Any

from bridge.errors import Unavailable, UsageProblem
from bridge.store import postgres_words
from bridge.store.engine import BUSY_TIMEOUT_S, insert_sql, marks
from bridge.store.opening import named

# The store takes the driver from here: where it is missing, this is what says so.
try:
    import psycopg as psycopg
    from psycopg import errors as errors
    from psycopg.adapt import Buffer
    from psycopg.pq import TransactionStatus as TransactionStatus
    from psycopg.types.string import StrDumperUnknown
except ImportError as err:
    raise UsageProblem(postgres_words.NO_DRIVER) from err

# That a batch was refused is told by the error; the driver's word on the rest of the batch tells nobody anything.
logging.getLogger("psycopg").setLevel(logging.ERROR)

CONNECT_TIMEOUT_S = 10
_MARK = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|\?")


class _WithoutNul(StrDumperUnknown):
    """Text without the one character that PostgreSQL does not store; only broken payloads hold it."""

    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd") if "\0" in obj else obj)


Link = psycopg.Connection[tuple[Any, ...]]


def connected(url: str, *, read_only: bool = False, patience_s: float = BUSY_TIMEOUT_S) -> Link:
    """A connection that begins no transaction by itself and takes `$1, $2, …`."""
    try:
        link = psycopg.connect(
            url,
            autocommit=True,
            cursor_factory=psycopg.RawCursor,
            connect_timeout=CONNECT_TIMEOUT_S,
            fallback_application_name="pbridge",
        )
        link.adapters.register_dumper(str, _WithoutNul)
        only = "on" if read_only else "off"
        link.execute(
            f"SET lock_timeout = {int(patience_s * 1000)}; SET default_transaction_read_only = {only}; "
            "SET client_encoding = 'UTF8'; SET timezone = 'UTC'"
        )
    except psycopg.Error as err:
        raise Unavailable(postgres_words.CANNOT_REACH, place=named(url), why=brief(err)) from err
    return link


@lru_cache(maxsize=1_024)
def insert_rows_sql(table: str, columns: tuple[str, ...], count: int, behind: str) -> str:
    more = f", ({marks(len(columns))})" * (count - 1)
    return numbered(f"{insert_sql(table, columns)}{more} {behind}")


@lru_cache(maxsize=1_024)
def numbered(sql: str) -> str:
    """A statement with `$1, $2, …` for its marks; those in quotes are no marks."""
    count = 0

    def each(found: re.Match[str]) -> str:
        nonlocal count
        if found[0] != "?":
            return found[0]
        count += 1
        return f"${count}"

    return _MARK.sub(each, sql)


def brief(err: psycopg.Error) -> str:
    """What the server says, on one line and without its last stop, for it stands inside a sentence."""
    return " ".join((err.diag.message_primary or str(err)).split()).rstrip(".?")
