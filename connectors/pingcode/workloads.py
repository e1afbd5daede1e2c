"""Reads the hours that people report, in windows that are short enough for the server.

A workload tells no time of its last change and leaves without a trace, so what may still be corrected is read again
and again: each time the last window, and once a week everything, which alone can tell what has been removed.
The cursor is `{"read_at": instant, "whole_at": instant}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec import Struct

from connectors.contract import Page, RawRecord
from connectors.paging import instant
from connectors.pingcode.api import Row
from connectors.pingcode.cadence import Cadence, mark, moment
from connectors.pingcode.lists import Lists
from connectors.pingcode.profiles import WORKLOADS, Profile
from connectors.pingcode.walk import Sieve
from connectors.pingcode.windows import FIRST_SECOND

STREAM = "workloads"
# With a project, three months is the most that may be asked for at once, and the server widens a window to whole days.
MOST_DAYS = 89
WHOLE_AGAIN = timedelta(days=7)
# Where a project does not tell when it began.
DAYS_BACK = 400


class Workloads(Struct, frozen=True):
    """The workloads of the projects of one source."""

    lists: Lists
    profile: Profile

    def pages(self, project: str, row: Row | None, cursor: Mapping[str, Any]) -> Iterator[Page]:
        """`row` is the project as it was listed, where it was."""
        now = self.lists.now()
        if not Cadence.HOURLY.is_due(cursor, now, self.lists.zone):
            yield Page((), cursor)
            return
        whole_at = moment(cursor.get("whole_at"))
        is_whole = whole_at is None or not timedelta(0) <= now - whole_at < WHOLE_AGAIN
        sieve = Sieve()
        today = now.astimezone(self.lists.zone).date()
        for first, last in windows(self._first_day(row, today) if is_whole else trailing(today), today):
            for rows in self.lists.rows(WORKLOADS, self._asked(project, first, last), sieve):
                rejected = sieve.fresh()
                if rows or rejected:
                    records = [RawRecord(STREAM, row["id"], instant(row.get("created_at")), row) for row in rows]
                    yield Page(tuple(records), cursor, rejected=rejected)
        done = {"read_at": mark(now), "whole_at": mark(now) if is_whole or whole_at is None else mark(whole_at)}
        yield Page((), done, complete=is_whole and not sieve.count, rejected=sieve.fresh())

    def _asked(self, project: str, first: date, last: date) -> dict[str, str]:
        return {
            "principal_type": self.profile.principal_type,
            "pilot_id": project,
            "start_at": str(self._midnight(first)),
            "end_at": str(self._midnight(last + timedelta(days=1)) - 1),
        }

    def _midnight(self, day: date) -> int:
        return int(datetime.combine(day, time.min, self.lists.zone).timestamp())

    def _first_day(self, row: Row | None, today: date) -> date:
        """The day on which the project began, at least one window ago; work may be reported from its creation on."""
        told = [instant(row.get(name)) for name in ("start_at", "created_at")] if row is not None else []
        begun = [max(at, instant(FIRST_SECOND) or at).astimezone(self.lists.zone).date() for at in told if at]
        return min([*begun, trailing(today)]) if begun else today - timedelta(days=DAYS_BACK)


def trailing(today: date) -> date:
    """The first day of the window that ends today."""
    return today - timedelta(days=MOST_DAYS - 1)


def windows(first: date, today: date) -> Iterator[tuple[date, date]]:
    """The days from `first` to today in pieces of at most `MOST_DAYS`, both ends included."""
    while first <= today:
        last = min(first + timedelta(days=MOST_DAYS - 1), today)
        yield first, last
        first = last + timedelta(days=1)
