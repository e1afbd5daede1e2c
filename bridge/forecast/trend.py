"""How the dates of a milestone moved from report to report: pushes, and the verdict of milestone trend analysis."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import groupby, pairwise
from math import floor
from typing import Literal

from bridge.plan.calendar import monday

Verdict = Literal["few", "zigzag", "late_jump", "continuous_slip", "stable", "moving"]

_FEW_REPORTS = 3
_ZIGZAG_REVERSALS = 2
_LATE_JUMP_DAYS = 14
_QUIET_REPORTS = 3
_PUSHES_OF_A_SLIP = 3
_SLIP_SLOPE = Fraction(1, 5)
_STABLE_SLOPE = Fraction(1, 20)
_MOVES_TO_PROJECT = 3


@dataclass(frozen=True, slots=True)
class Trend:
    """`slope` in calendar days of forecast per calendar day of reporting (None under two reports); `last_move` in
    calendar days, late is positive, 0 if nothing ever moved; `projected` the day on which forecast and report would
    meet, None where the trend does not say."""

    slope: float | None
    pushes: int
    pulls: int
    last_move: int
    reversals: int
    projected: date | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Pushes:
    """Moves of a promised date: how often later, earlier, removed; `pushed_days` calendar days of the pushes only;
    `first` and `last` the first and last date that was given, None if there never was one."""

    pushes: int
    pulls: int
    cleared: int
    pushed_days: int
    first: date | None
    last: date | None


def milestone_trend(points: Iterable[tuple[date, date]]) -> Trend:
    """Milestone trend analysis of [(report date, forecast date)], in any order; of one day the last counts.

    The slope is fitted by least squares. A move is a change between neighbouring reports, a reversal a change of
    direction between neighbouring moves. With at least 3 moves and a slope under 1 the line is followed to the
    diagonal on which forecast equals report, rounded to the nearest day. Verdict, first that holds: `few` under 3
    reports; `zigzag` 2 or more reversals; `late_jump` the last move is 14 days or more and came after at least 3
    reports without a move (the first report is one); `continuous_slip` slope ≥ 0.2 with 3 or more pushes; `stable`
    slope within ±0.05; else `moving`. The method is that of German project controlling (Meilensteintrendanalyse).
    """
    reports = list(dict(sorted(points, key=lambda point: point[0])).items())
    moves = [(later - earlier).days for (_, earlier), (_, later) in pairwise(reports)]
    real = [move for move in moves if move]
    reversals = sum((earlier > 0) != (later > 0) for earlier, later in pairwise(real))
    line = _fit(reports)
    return Trend(
        slope=float(line[0]) if line else None,
        pushes=sum(move > 0 for move in real),
        pulls=sum(move < 0 for move in real),
        last_move=real[-1] if real else 0,
        reversals=reversals,
        projected=_diagonal(line) if line and len(real) >= _MOVES_TO_PROJECT else None,
        verdict=_verdict(line, moves, reversals),
    )


def weekly(points: Iterable[tuple[date, date | None]]) -> list[tuple[date, date]]:
    """The last report of each Monday–Sunday week, weeks without a date left out: what the trend is judged on."""
    ordered = sorted(points, key=lambda point: point[0])
    last = [list(week)[-1] for _, week in groupby(ordered, key=lambda point: monday(point[0]))]
    return [(report, due) for report, due in last if due is not None]


def pushes(history: Iterable[tuple[date, date | None]]) -> Pushes:
    """Moves in [(date observed, due date or None)]: one point a day counts, the last given of that day.

    A date after None is compared with the last date before it. The first date is a promise, not a push.
    """
    by_day = dict(sorted(history, key=lambda point: point[0]))
    later = earlier = cleared = pushed_days = 0
    first = last = previous = None
    for due in by_day.values():
        if due is None:
            cleared += previous is not None
        elif last is None:
            first = due
        else:
            later += due > last
            earlier += due < last
            pushed_days += max((due - last).days, 0)
        previous, last = due, due or last
    return Pushes(later, earlier, cleared, pushed_days, first, last)


def history_since(history: Iterable[tuple[date, date | None]], day: date) -> list[tuple[date, date | None]]:
    """The history as it counts against a promise of `day`: the value at the end of that day, then what came later.

    Without a date by then the history begins later.
    """
    by_day = dict(sorted(history, key=lambda point: point[0]))
    # A date that was cleared by then still is what the next date is compared with.
    given = [due for at, due in by_day.items() if at <= day and due is not None]
    start: list[tuple[date, date | None]] = [(day, given[-1])] if given else []
    return start + [(at, due) for at, due in by_day.items() if at > day]


def _fit(reports: Sequence[tuple[date, date]]) -> tuple[Fraction, Fraction] | None:
    """(slope b, intercept a) of forecast = a + b × report in day numbers; None unless there are two report days."""
    if not reports:
        return None
    count = len(reports)
    xs = [report.toordinal() for report, _ in reports]
    ys = [due.toordinal() for _, due in reports]
    spread = count * sum(x * x for x in xs) - sum(xs) ** 2
    if not spread:
        return None
    slope = Fraction(count * sum(x * y for x, y in zip(xs, ys, strict=True)) - sum(xs) * sum(ys), spread)
    return slope, (sum(ys) - slope * sum(xs)) / count


def _diagonal(line: tuple[Fraction, Fraction]) -> date | None:
    slope, intercept = line
    if slope >= 1:
        return None
    day = floor(intercept / (1 - slope) + Fraction(1, 2))
    return date.fromordinal(day) if 1 <= day <= date.max.toordinal() else None


def _verdict(line: tuple[Fraction, Fraction] | None, moves: Sequence[int], reversals: int) -> Verdict:
    if line is None or len(moves) + 1 < _FEW_REPORTS:
        return "few"
    if reversals >= _ZIGZAG_REVERSALS:
        return "zigzag"
    if _jumped_late(moves):
        return "late_jump"
    slope = line[0]
    if slope >= _SLIP_SLOPE and sum(move > 0 for move in moves) >= _PUSHES_OF_A_SLIP:
        return "continuous_slip"
    return "stable" if abs(slope) < _STABLE_SLOPE else "moving"


def _jumped_late(moves: Sequence[int]) -> bool:
    """Whether the last move is a jump out of a quiet series; report 0 is quiet, report n is if moves[n-1] is 0."""
    last = max((number for number, move in enumerate(moves) if move), default=None)
    if last is None or moves[last] < _LATE_JUMP_DAYS:
        return False
    quiet = 0
    while quiet < last and not moves[last - 1 - quiet]:
        quiet += 1
    return quiet + (quiet == last) >= _QUIET_REPORTS
