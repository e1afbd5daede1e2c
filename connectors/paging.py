"""Small pieces that every walk over pages needs: flags, instants and the record of what was already seen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.errors import BadPayload

LAST_SECOND = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp())
"""What is later is no time that anybody meant."""


def instant(seconds: object) -> datetime | None:
    """Epoch seconds (number or digits) as an aware instant; unset (None, 0, "") and unreadable are None."""
    if type(seconds) is int and 0 < seconds < LAST_SECOND:
        return datetime.fromtimestamp(seconds, UTC)
    try:
        value = float(str(seconds))
        return datetime.fromtimestamp(value, UTC) if value > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def flag(value: object) -> bool:
    """Vendors send 0/1, booleans, words or nothing for the same flag."""
    return value in (1, True, "1", "true", "True")


class Seen:
    """Which ids a walk has met; tells the fresh rows of a page from those that moved on to it."""

    def __init__(self) -> None:
        self._ids: set[str] = set()

    def __len__(self) -> int:
        return len(self._ids)

    def fresh(self, rows: Iterable[Mapping[str, Any]], key: str) -> list[Mapping[str, Any]]:
        """Rows whose id was not met before, in order; a row without an id raises `BadPayload`."""
        result = []
        for row in rows:
            identity = row.get(key) if isinstance(row, Mapping) else None
            if not isinstance(identity, str) or not identity:
                raise BadPayload(f"a row without {key!r}: {str(row)[:80]}")
            if identity not in self._ids:
                self._ids.add(identity)
                result.append(row)
        return result
