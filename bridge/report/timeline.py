"""Where the dates of a milestone lie on one axis that all rows share, so that lateness can be seen at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bridge.language import Lang
from bridge.report.cells import spoken_day
from bridge.report.labels import label
from bridge.report.phrases import MONTHS
from bridge.report.rows import Row

WIDTH = 240
EDGE = 8
LOOK_BACK = timedelta(days=60)
LOOK_AHEAD = timedelta(days=150)
SHORTEST = timedelta(days=56)
MOST_LABELS = 6


@dataclass(frozen=True, slots=True)
class Mark:
    """One date; `is_off` when it lies outside the axis and is drawn at its edge."""

    kind: str
    x: float
    is_off: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    marks: tuple[Mark, ...]
    forecast: tuple[float, float] | None
    """P50 to P85."""
    late: tuple[float, float] | None
    """From the promise to the latest date that is expected."""
    text: str
    """The same in words, for who does not see it."""


@dataclass(frozen=True, slots=True)
class Axis:
    """From `first` to `last`; every x is in units of a drawing `WIDTH` wide."""

    first: date
    last: date
    today: date

    def x(self, day: date) -> float:
        inside = min(max(day, self.first), self.last)
        share = (inside - self.first) / (self.last - self.first)
        return round(EDGE + share * (WIDTH - 2 * EDGE), 1)

    def is_off(self, day: date) -> bool:
        return not self.first <= day <= self.last

    def months(self, lang: Lang) -> list[tuple[float, str]]:
        """The first days of months on the axis with their names, thinned where they would run together."""
        starts = [day for day in _month_starts(self.first, self.last) if self.first <= day <= self.last]
        step = -(-len(starts) // MOST_LABELS) or 1
        return [(self.x(day), _month(day, lang) if number % step == 0 else "") for number, day in enumerate(starts)]


def axis(rows: Sequence[Row], today: date) -> Axis:
    """As far around today as the dates of worrying rows reach, so that near dates of theirs do not run together.

    Where nothing worries, the other open rows decide; what lies further off is drawn at the edge.
    """
    open_rows = [row for row in rows if row.status != "done"]
    telling = [row for row in open_rows if row.status in ("red", "amber")] or open_rows
    dates = [day for row in telling for day in _dates(row)]
    near = [day for day in dates if today - LOOK_BACK <= day <= today + LOOK_AHEAD]
    first, last = min([today, *near]), max([today, *near])
    lacking = max(SHORTEST - (last - first), timedelta(0))
    margin = (last - first + lacking) * 0.06
    return Axis(first - margin, last + lacking + margin, today)


def timeline(row: Row, on: Axis, lang: Lang) -> Timeline | None:
    """None where no date is known."""
    if not _dates(row):
        return None
    named = [(kind, day) for kind, day in _named(row) if day is not None]
    return Timeline(
        marks=tuple(Mark(kind, on.x(day), on.is_off(day)) for kind, day in named),
        forecast=_forecast(row, on),
        late=_late(row, on),
        text=_words(row, named, on.today, lang),
    )


def _named(row: Row) -> Sequence[tuple[str, date | None]]:
    return (
        ("first", row.first_promise),
        ("promise", row.promise),
        ("due", None if row.actual else row.due),
        ("actual", row.actual),
    )


def _dates(row: Row) -> list[date]:
    known = (row.first_promise, row.promise, row.due, row.actual, row.p50, row.p85)
    return [day for day in known if day is not None]


def _forecast(row: Row, on: Axis) -> tuple[float, float] | None:
    """A method that gives one date only is drawn as a point; plain due dates are drawn as such."""
    if row.p85 is None or row.is_from_due_dates:
        return None
    return (on.x(row.p50 or row.p85), on.x(row.p85))


def _late(row: Row, on: Axis) -> tuple[float, float] | None:
    if row.promise is None:
        return None
    expected = (row.actual,) if row.actual else (row.due, row.p85, on.today if row.is_worrying else None)
    last = max((day for day in expected if day is not None), default=row.promise)
    return (on.x(row.promise), on.x(last)) if last > row.promise else None


def _words(row: Row, named: Sequence[tuple[str, date]], today: date, lang: Lang) -> str:
    said = [f"{label(f'mark_{kind}', lang)} {spoken_day(day, today, lang)}" for kind, day in named]
    if row.p85 is not None and not row.is_from_due_dates:
        days = [spoken_day(day, today, lang) for day in (row.p50, row.p85) if day is not None]
        said.append(f"{label('mark_forecast', lang)} {' – '.join(days)}")
    return ("；" if lang == "zh" else "; ").join(said)


def _month(day: date, lang: Lang) -> str:
    return f"{day.month}月" if lang == "zh" else MONTHS[day.month - 1]


def _month_starts(first: date, last: date) -> list[date]:
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in months]
