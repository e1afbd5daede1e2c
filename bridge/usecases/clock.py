"""The clock of a run: the real one, or moved as a whole to another civil day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct


class Clock(Struct, frozen=True):
    """`today` is fixed when the run begins; `now` goes on from there. With a moved day, now = that day at the present time of day.

    A run that goes on past midnight is still of the day on which it began: `now` stops at the end of it, so that what
    is written then is known as of that day. `running` goes on, for what is done against the clocks of others.
    """

    timezone: ZoneInfo
    today: date
    _shift: timedelta = timedelta()

    @classmethod
    def at(cls, timezone: ZoneInfo, today: date | None = None) -> Clock:
        present = datetime.now(timezone)
        if today is None or today == present.date():
            return cls(timezone, present.date())
        # Local time of day is kept, so a zone with summer time lands on the same wall clock.
        moved = present.replace(year=today.year, month=today.month, day=today.day)
        return cls(timezone, today, moved.astimezone(UTC) - present.astimezone(UTC))

    @property
    def is_moved(self) -> bool:
        """Whether this is another day than the real one."""
        return bool(self._shift)

    def now(self) -> datetime:
        return min(self.running(), self._last_instant)

    def running(self) -> datetime:
        return datetime.now(UTC) + self._shift

    @property
    def _last_instant(self) -> datetime:
        midnight = datetime.combine(self.today + timedelta(days=1), time(), self.timezone)
        return midnight.astimezone(UTC) - timedelta(microseconds=1)
