"""How often a list is worth reading: what hardly ever changes must not cost a request in every run.

A cursor says when its list was last read completely, as `{"read_at": instant}`; `{}` is always read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

# A little less than an hour: a run that is started every hour must not find its lists not due by some seconds.
ABOUT_AN_HOUR = timedelta(minutes=55)


class Cadence(Enum):
    """When a list that was read is read again."""

    DAILY = "daily"
    """On another civil day."""
    HOURLY = "hourly"

    def is_due(self, cursor: Mapping[str, Any], now: datetime, zone: ZoneInfo) -> bool:
        read_at = moment(cursor.get("read_at"))
        if read_at is None or read_at > now:
            return True  # never, or by a clock that was wrong
        if self is Cadence.DAILY:
            return read_at.astimezone(zone).date() != now.astimezone(zone).date()
        return now - read_at >= ABOUT_AN_HOUR


def mark(now: datetime) -> str:
    """An instant as a cursor keeps it."""
    return now.astimezone(UTC).isoformat(timespec="seconds")


def moment(text: object) -> datetime | None:
    """The instant in a cursor, or None where it holds none."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
