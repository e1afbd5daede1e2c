"""Hours that were registered, one row for each that counts, so that what a task took is a sum and never a guess."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from msgspec import Struct

from bridge.store.engine import Store, marks
from bridge.store.packing import Packing

_BATCH = 500
_TENTH = Decimal("0.1")
_COLUMNS = ("source", "external_id", "task", "hours", "raw")


class Row(Struct, frozen=True):
    """A current content of the stream of hours."""

    raw: int
    external_id: str
    payload: Mapping[str, Any]


class Registration(Struct, frozen=True):
    """A row of the stream of hours that counts, and the raw content it was read from."""

    external_id: str
    task: str
    hours: Decimal
    raw: int


def since(store: Store, packing: Packing, source: str, stream: str, raw: int) -> Iterator[list[Row]]:
    """The current contents that came after a raw content, in batches, oldest first."""
    while True:
        batch = list(
            store.rows(
                "SELECT id, external_id, payload FROM raw_records "
                "WHERE source = ? AND stream = ? AND superseded_at IS NULL AND id > ? ORDER BY id LIMIT ?",
                (source, stream, raw, _BATCH),
            )
        )
        if not batch:
            return
        raw = batch[-1][0]
        yield [Row(number, external_id, packing.unpack(blob)) for number, external_id, blob in batch]


def forget(store: Store, source: str, external_ids: Sequence[str]) -> set[str]:
    """Remove what these rows said before; returns the tasks concerned."""
    found: set[str] = set()
    for start in range(0, len(external_ids), _BATCH):
        batch = external_ids[start : start + _BATCH]
        where, values = f"source = ? AND external_id IN ({marks(len(batch))})", (source, *batch)
        found |= {row[0] for row in store.rows(f"SELECT task FROM efforts WHERE {where}", values)}
        store.execute(f"DELETE FROM efforts WHERE {where}", values)
    return found


def forget_withdrawn(store: Store, source: str) -> set[str]:
    """Remove registrations whose row the source does not have any more; returns the tasks concerned."""
    rows = store.rows(
        "SELECT e.external_id FROM efforts AS e LEFT JOIN raw_records AS r ON r.id = e.raw "
        "WHERE e.source = ? AND (r.id IS NULL OR r.superseded_at IS NOT NULL)",
        (source,),
    )
    return forget(store, source, [row[0] for row in rows])


def forget_all(store: Store, source: str) -> set[str]:
    """Remove every registration of a source, to read them anew; returns the tasks concerned."""
    found = {row[0] for row in store.rows("SELECT DISTINCT task FROM efforts WHERE source = ?", (source,))}
    store.execute("DELETE FROM efforts WHERE source = ?", (source,))
    return found


def save(store: Store, source: str, rows: Iterable[Registration]) -> None:
    values = [(source, row.external_id, row.task, str(row.hours), row.raw) for row in rows]
    store.upsert_many("efforts", _COLUMNS, values)


def spent(store: Store, source: str, tasks: Sequence[str]) -> dict[str, float]:
    """Hours spent on those of these tasks for which any were registered, exact to a tenth."""
    sums: dict[str, Decimal] = {}
    for start in range(0, len(tasks), _BATCH):
        batch = tasks[start : start + _BATCH]
        for task, hours in store.rows(
            f"SELECT task, hours FROM efforts WHERE source = ? AND task IN ({marks(len(batch))})", (source, *batch)
        ):
            sums[task] = sums.get(task, Decimal(0)) + Decimal(hours)
    return {task: float(total.quantize(_TENTH, ROUND_HALF_UP)) for task, total in sums.items()}


def has_any(store: Store, source: str) -> bool:
    """Whether any hours of a source are registered."""
    return store.one("SELECT 1 FROM efforts WHERE source = ? LIMIT 1", (source,)) is not None


def fill_in(store: Store, source: str, rows: Sequence[MutableMapping[str, Any]]) -> None:
    """Give tasks, as JSON objects, the hours registered for them where their own payload states none."""
    known = spent(store, source, [row["id"] for row in rows if row["spent_hours"] is None])
    for row in rows if known else ():
        if row["spent_hours"] is None:
            row["spent_hours"] = known.get(row["id"])
