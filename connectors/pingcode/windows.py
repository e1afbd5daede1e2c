"""Reads a long list in windows of time that each fit one page, because one page is one moment and loses nothing.

`created_at` never changes, so windows over it partition a list. `updated_at` only grows, so windows read in ascending
order meet every row: one that is edited meanwhile moves into a window that is still to come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct

from connectors.paging import LAST_SECOND, instant
from connectors.pingcode.api import PAGE_SIZE, Envelope, Row
from connectors.pingcode.walk import settled

# Fuller windows overflow too often, emptier ones waste requests.
TARGET = PAGE_SIZE * 4 // 5
FEW = 10
GROWTH = 4
# A window that several guesses did not make fit is halved.
MOST_GUESSES = 3
# No work item is older than the products that hold them, and times with fewer than ten digits may be refused.
FIRST_SECOND = int(datetime(2002, 1, 1, tzinfo=UTC).timestamp())


class Grain(Protocol):
    """The finest step at which a server can cut time; windows are counted in its units."""

    name: str

    def unit(self, second: int) -> int:
        """The unit that a moment falls into."""
        ...

    def span(self, low: int, high: int) -> tuple[int, int]:
        """The seconds to send so that all of the units `low` to `high` are matched, and perhaps a little more."""
        ...

    def learn(self, *, before: bool, after: bool) -> bool:
        """Told that an answer held rows before or after its window; whether the span has become tighter by that."""
        ...


class Seconds:
    """`*_between` of the older generations."""

    name = "second"

    def __init__(self) -> None:
        # Nobody documents whether the ends belong to the range.
        self._before = self._after = 1

    def unit(self, second: int) -> int:
        return second

    def span(self, low: int, high: int) -> tuple[int, int]:
        return low - self._before, high + self._after

    def learn(self, *, before: bool, after: bool) -> bool:
        known = self._before, self._after
        self._before, self._after = self._before * (not before), self._after * (not after)
        return known != (self._before, self._after)


class Days:
    """Date operators of the structured search: whole days in the zone of the tenant."""

    name = "day"

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def unit(self, second: int) -> int:
        return datetime.fromtimestamp(second, self._zone).toordinal()

    def span(self, low: int, high: int) -> tuple[int, int]:
        return self._midnight(low), self._midnight(high + 1) - 1

    def learn(self, *, before: bool, after: bool) -> bool:
        return False  # such rows tell that the tenant lives in another zone, not that less would do

    def _midnight(self, unit: int) -> int:
        return int(datetime.combine(date.fromordinal(unit), time.min, self._zone).timestamp())


class Window(Struct, frozen=True):
    """Units `low` to `high`, both included; `is_last`: and everything later."""

    low: int
    high: int
    is_last: bool


class Slice(Struct, frozen=True):
    """Rows that were met, and where to go on: `next` is the first unit that is not yet read completely."""

    rows: Sequence[Row]
    next: int
    width: int
    done: Sequence[int]
    """When the rows in the units that are now read completely happened, each row once."""


class FilterIgnored(Exception):
    """The server returned rows outside the window: its answers to windows prove nothing."""


AskWindow = Callable[[Window, int], Envelope]
"""Fetches one page (by index) of the rows in a window."""


class Slicer(Struct):
    """Reads the rows between two units by `field`."""

    ask: AskWindow
    field: str
    grain: Grain
    grows: bool
    """Whether rows move to later units while they are read, as they do by `updated_at`."""

    def slices(
        self, low: int, end: int, *, width: int | None = None, left: int | None = None, first: Envelope | None = None
    ) -> Iterator[Slice]:
        """All rows in `low` to `end` and later.

        `width` is the window to try first, `left` how many rows are expected, `first` a page known to be too full.
        """
        width = end - low + 1 if width is None else width
        while low <= end:
            top = end if left is not None and left <= TARGET else min(end, low + width - 1)
            if first is not None:
                top, first = self._narrowed(low, top, first, 0), None
            top, page = self._fitting(low, top, end)
            window = Window(low, top, top == end)
            fresh: Sequence[Row] = ()
            met: dict[str, int] = {}
            if page.is_whole:
                fresh = self._inside(page, window)
                met = self._times(fresh)
            else:
                for rows in self._walk(window, page):
                    met |= self._times(rows)
                    yield Slice(rows, low, width, ())
            done = tuple(met.values())
            left = None if left is None else max(0, left - len(done))
            width = min(next_width([self.grain.unit(second) for second in done], top - low + 1), end - low + 1)
            low = top + 1
            yield Slice(fresh, low, width, done)

    def _fitting(self, low: int, top: int, end: int) -> tuple[int, Envelope]:
        """Narrow the window until its first page is whole, or no narrowing helps: one unit, or a page that contradicts
        its own total."""
        tries = 0
        while True:
            page = self.ask(Window(low, top, top == end), 0)
            self._inside(page, Window(low, top, top == end))
            if page.is_short or page.is_silent:
                return top, page
            units = self._units(page)
            # Not where rows move: one that was edited after it matched would teach what is not so.
            if units and not self.grows and self.grain.learn(before=min(units) < low, after=max(units) > top):
                continue
            if low == top:
                return top, page
            top = self._narrowed(low, top, page, tries)
            tries += 1

    def _narrowed(self, low: int, top: int, page: Envelope, tries: int) -> int:
        return narrowed(low, top, [unit for unit in self._units(page) if unit >= low], page.total, tries)

    def _walk(self, window: Window, first: Envelope) -> Iterator[list[Row]]:
        """More rows in one unit than a page holds: walk over its pages, of which the first was just fetched."""
        fetched = [first]

        def ask(index: int) -> Envelope:
            if index == 0 and fetched:
                return fetched.pop()
            page = self.ask(window, index)
            self._inside(page, window)
            return page

        for rows in settled(ask):
            yield [row for row in rows if self._belongs(row, window)]

    def _inside(self, page: Envelope, window: Window) -> Sequence[Row]:
        """The rows of the window itself; those of the neighbouring units come with their own window."""
        units = [self._unit(row) for row in page.rows]
        late = sum(1 for unit in units if unit is not None and unit > window.high + 1 and not window.is_last)
        # A search index may lag: a few rows were edited after they matched. They are news, not a broken filter.
        accepted = len(units) // 2 if self.grows else 0
        if late > accepted or any(unit is None or unit < window.low - 1 for unit in units):
            raise FilterIgnored
        return [row for row in page.rows if self._belongs(row, window)]

    def _belongs(self, row: Row, window: Window) -> bool:
        unit = self._unit(row)
        return unit is not None and window.low <= unit and (self.grows or window.is_last or unit <= window.high)

    def _times(self, rows: Iterable[Row]) -> dict[str, int]:
        return {row["id"]: second for row in rows if (second := epoch(row.get(self.field))) is not None}

    def _units(self, page: Envelope) -> list[int]:
        return [unit for row in page.rows if (unit := self._unit(row)) is not None]

    def _unit(self, row: Row) -> int | None:
        second = epoch(row.get(self.field))
        return None if second is None else self.grain.unit(second)


def narrowed(low: int, top: int, units: list[int], total: int | None, tries: int) -> int:
    """The new last unit of a window that overflowed: `low` or later, but before `top`.

    No order of lists is documented, so the shown rows are asked which one it is.
    """
    ordered = sorted(units)
    hidden = max((total or 0) - len(ordered), 1)
    cut = (low + top) // 2
    if ordered and tries < MOST_GUESSES:
        if units == ordered:
            # Oldest first: the page ends just before the next one begins.
            cut = ordered[-1] - 1
        elif units == ordered[::-1]:
            cut = _cut_below(ordered, hidden, low)
        elif tries == 0:
            cut = ordered[min(len(ordered) * TARGET // (len(ordered) + hidden), len(ordered) - 1)] - 1
    return min(max(cut, low), top - 1)


def _cut_below(ordered: list[int], hidden: int, low: int) -> int:
    """Newest first: all hidden rows are older than the shown ones."""
    if hidden < TARGET:
        return ordered[min(TARGET - hidden, len(ordered) - 1)] - 1
    span = (ordered[-1] - ordered[0] + 1) * hidden // len(ordered)
    oldest = max(low, ordered[0] - span)
    return oldest + (ordered[0] - oldest) * TARGET // hidden


def next_width(units: list[int], width: int) -> int:
    """How wide the next window may be, so that it holds about `TARGET` rows."""
    if len(units) < FEW:
        return width * GROWTH
    return max(1, (max(units) - min(units) + 1) * TARGET // len(units))


def epoch(value: object) -> int | None:
    """Epoch seconds as a number, or None where the field is unset or unreadable."""
    if type(value) is int and 0 < value < LAST_SECOND:
        return value  # what every row has, several times; anything else is looked at closely
    moment = instant(value)
    return None if moment is None else int(moment.timestamp())
