"""The delay report as it was last judged, for programs that read the store through SQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from bridge.store.clockwork import stamp
from bridge.store.engine import Store
from bridge.store.tables import BY_NAME

TABLE = "published_rows"


def save(store: Store, day: date, at: datetime, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put the rows of this judgement in the place of those of the one before, in the caller's transaction."""
    columns = tuple(BY_NAME[TABLE].columns)
    judged = {"as_of": day.isoformat(), "judged_at": stamp(at)}
    store.execute(f"DELETE FROM {TABLE}")
    store.insert_many(TABLE, columns, ([{**row, **judged}[name] for name in columns] for row in rows))
