"""Instants as the store writes them: ISO-8601 UTC with microseconds, so that text order is time order."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def end_of(day: date, zone: ZoneInfo) -> str:
    """The first instant after the civil day: what was recorded before it was known on that day."""
    return stamp(datetime.combine(day + timedelta(days=1), time(), zone))
