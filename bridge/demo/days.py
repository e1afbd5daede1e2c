"""Every date of the demo, counted from the day it is shown, so that the story is the same on any day of any year."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from bridge.plan.calendar import WorkCalendar

WEEKS_WATCHED = 8
"""The demo looks once a week for so many weeks, and a last time today."""


class Days(Struct, frozen=True):
    """`today` and the days around it. Nobody edits anything on a day on which the demo looks.

    The demo's runs happen at whatever time of day it is for the reader; an edit on such a day could lie before or
    after that time and make two demos of one day differ.
    """

    today: date
    timezone: ZoneInfo
    calendar: WorkCalendar = field(default_factory=WorkCalendar.china)

    @property
    def observed(self) -> tuple[date, ...]:
        """The days on which the demo looks, oldest first; the last is today."""
        return tuple(self.today - timedelta(weeks=back) for back in range(WEEKS_WATCHED, -1, -1))

    @property
    def first(self) -> date:
        return self.observed[0]

    def shift(self, day: date, workdays: int) -> date:
        """The day so many working days after (or before) `day`; 0 is the day itself."""
        step = timedelta(days=1 if workdays > 0 else -1)
        left = abs(workdays)
        while left:
            day += step
            left -= self.calendar.is_workday(day)
        return day

    def ahead(self, workdays: int) -> date:
        """So many working days from today, negative for the past."""
        return self.shift(self.today, workdays)

    def quiet(self, day: date) -> date:
        """`day`, or the day before if the demo looks on it."""
        return day - timedelta(days=1) if day.weekday() == self.today.weekday() else day

    def busy(self, day: date) -> date:
        """The last working day up to `day` on which edits may happen."""
        while not self.calendar.is_workday(day) or day.weekday() == self.today.weekday():
            day -= timedelta(days=1)
        return day

    def in_week(self, back: int, nth: int) -> date:
        """The nth day of work (from 0, wrapping) in the Monday-Sunday week so many weeks before this one.

        A week of holidays has none; then it is the last one before it.
        """
        monday = self.today - timedelta(days=self.today.weekday(), weeks=back)
        week = [monday + timedelta(days=n) for n in range(7)]
        free = [day for day in week if self.busy(day) == day]
        return free[nth % len(free)] if free else self.busy(monday)

    def between(self, interval: int) -> date:
        """A day strictly between two looks (interval 0 follows the first look), a working day if there is one."""
        start = self.observed[interval]
        inside = [start + timedelta(days=n) for n in (3, 2, 4, 1, 5, 6)]
        return next((day for day in inside if self.calendar.is_workday(day)), inside[0])

    def instant(self, day: date, hour: int, minute: int = 0) -> datetime:
        """A local time of day as an aware UTC instant."""
        return datetime.combine(day, time(hour, minute), tzinfo=self.timezone).astimezone(UTC)
