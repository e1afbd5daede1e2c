"""Days and instants as the wire writes them, from whole seconds and without calendar objects; bounded in memory."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from math import floor
from zoneinfo import ZoneInfo

MOST_REMEMBERED = 8192
_DAY = 86_400
_EPOCH = date(1970, 1, 1).toordinal()
_MINUTES = tuple(f"T{minute // 60:02}:{minute % 60:02}:" for minute in range(24 * 60))
_SECONDS = tuple(f"{second:02}Z" for second in range(60))


class _Days(dict[int, str]):
    """Days since 1970 -> the day in UTC."""

    def __missing__(self, number: int) -> str:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[number] = day = date.fromordinal(_EPOCH + number).isoformat()
        return day


_days = _Days()


def written(seconds: int) -> str:
    """An instant as RFC 3339 in UTC."""
    return f"{_days[seconds // _DAY]}{_MINUTES[seconds // 60 % 1440]}{_SECONDS[seconds % 60]}"


class _Offsets(dict[int, int | None]):
    """Days since 1970 in UTC -> seconds that a zone is ahead of it all day long; None where that changes in the day."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, number: int) -> int | None:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        # Looked at to the hour: no zone changes twice within one.
        hours = {self._ahead(number * _DAY + hour * 3600) for hour in range(25)}
        self[number] = found = hours.pop() if len(hours) == 1 else None
        return found

    def _ahead(self, seconds: int) -> int:
        offset = datetime.fromtimestamp(seconds, self._zone).utcoffset()
        return 0 if offset is None else offset // timedelta(seconds=1)


class _CivilDays(dict[int, str]):
    """Instant -> the day on the calendars of a zone; due dates are few, for they fall on the ends of days."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone
        self._offsets = _Offsets(zone)

    def __missing__(self, seconds: int) -> str:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        ahead = self._offsets[seconds // _DAY]
        if ahead is None:
            day = datetime.fromtimestamp(seconds, self._zone).date().isoformat()
        else:
            day = _days[(seconds + ahead) // _DAY]
        self[seconds] = day
        return day


class Clock:
    """How one now and one zone have instants written."""

    __slots__ = ("day", "latest", "now", "zone")

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.zone = now, zone
        self.latest = floor(now.timestamp())
        self.day = _CivilDays(zone)
        """Seconds -> the civil day as text."""
