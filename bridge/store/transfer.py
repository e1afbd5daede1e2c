"""All rows of one store in another, whatever their engines, and the proof that they are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from msgspec import Struct

from bridge.store.dialect import columns
from bridge.store.engine import Store
from bridge.store.table import Table
from bridge.store.tables import TABLES

BATCH = 2_000
Watch = Callable[[str, int], None]
"""Told after each batch: the table, and how many of its rows have arrived."""


class Contents(Struct, frozen=True):
    """How many rows a table has, and a hash over all of them in the order of their keys."""

    table: str
    rows: int
    sha256: str


def unwatched(table: str, rows: int) -> None:
    """Nobody looks on."""


def copy(source: Store, target: Store, watch: Watch = unwatched) -> tuple[Contents, ...]:
    """Every row of every table; returns what was read. A snapshot of the one, a transaction of the other, by the caller."""
    return tuple(_copy(source, target, table, watch) for table in TABLES)


def _copy(source: Store, target: Store, table: Table, watch: Watch) -> Contents:
    names = tuple(table.columns)
    hashed, count = hashlib.sha256(), 0
    for batch in _batches(source, table):
        _add(hashed, batch)
        target.insert_many(table.name, names, batch)
        count += len(batch)
        watch(table.name, count)
    return Contents(table.name, count, hashed.hexdigest())


def contents(store: Store, table: Table) -> Contents:
    """What a table holds, the same for the same rows in either engine."""
    hashed, count = hashlib.sha256(), 0
    for batch in _batches(store, table):
        _add(hashed, batch)
        count += len(batch)
    return Contents(table.name, count, hashed.hexdigest())


def filled(store: Store) -> str | None:
    """A table that has rows; None where there is none."""
    return next((table.name for table in TABLES if store.one(f"SELECT 1 FROM {table.name} LIMIT 1")), None)


def _batches(store: Store, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """A few rows at a time: neither engine has to hold a whole table for it."""
    names, key = tuple(table.columns), columns(table.key)
    places = [names.index(name) for name in table.key]
    marks = ", ".join("?" * len(table.key))
    select = f"SELECT {columns(names)} FROM {table.name}"
    batch = list(store.rows(f"{select} ORDER BY {key} LIMIT ?", (BATCH,)))
    while batch:
        yield batch
        last = [batch[-1][place] for place in places]
        batch = list(store.rows(f"{select} WHERE ({key}) > ({marks}) ORDER BY {key} LIMIT ?", (*last, BATCH)))


def _add(hashed: Any, rows: list[tuple[Any, ...]]) -> None:
    for row in rows:
        # Numbers, text and bytes are written differently, so that no two rows look the same.
        hashed.update(repr(row).encode("utf-8", "surrogatepass"))
