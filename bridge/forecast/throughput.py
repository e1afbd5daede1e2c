"""When the open items will be finished, if the coming weeks are like past ones: exactly, without drawing lots.

The future is a sequence of weeks, each of them any past week with equal chance (sampling with replacement). Of n past
weeks there are n^w sequences of w weeks; those that finish too few items are counted, not simulated.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from math import exp

from bridge.forecast.quantity import Number, exact
from bridge.plan.calendar import WorkCalendar, monday

HORIZON_WEEKS = 520
"""Beyond ten years there is no forecast."""


class FinishDistribution:
    """The distribution of T, the number of weeks until `remaining` items are finished.

    Counts are kept as one large integer whose digits, `width` bits each, are the coefficients of a polynomial:
    digit j = number of week sequences that finish at most j items. One more week multiplies it by the history's
    polynomial (the sum of x^finishes), which is a few shifts and additions; digits from `remaining` on are cut off.
    So digit `remaining` - 1 counts the sequences that are not finished, exactly.
    """

    def __init__(self, history: Sequence[int], remaining: int) -> None:
        if remaining < 0 or any(week < 0 for week in history):
            raise ValueError("finishes and remaining items are counts, never negative")
        self._history = tuple(history)
        self._remaining = remaining
        self._weeks = sorted(Counter(week for week in history if week < remaining).items())
        self._unfinished = [1 if remaining else 0]
        """Number of sequences of w weeks that leave something open, by w."""
        self._width = 0
        self._packed = 0

    def cdf(self, weeks: int) -> float | None:
        """P(T ≤ weeks), a correctly rounded fraction of counts; None when the history says nothing.

        A history says nothing when it is empty or has no finish at all, unless nothing remains (then 1.0 from week 0).
        """
        if weeks < 0:
            return 0.0
        if not self._remaining:
            return 1.0
        if not any(self._history):
            return None
        sequences: int = len(self._history) ** weeks
        return (sequences - self._unfinished_after(weeks)) / sequences

    def percentile(self, q: Number) -> int | None:
        """The smallest number of weeks w with P(T ≤ w) ≥ q; None beyond 520 weeks or when the history says nothing."""
        if not 0 < q <= 1:
            raise ValueError(f"{q} is not a confidence between 0 and 1")
        if not self._remaining:
            return 0
        if not any(self._history) or self._beyond_horizon(float(q)):
            return None
        wanted, weeks, sequences = exact(q), len(self._history), 1
        for week in range(HORIZON_WEEKS + 1):
            finished = sequences - self._unfinished_after(week)
            if finished * wanted.denominator >= wanted.numerator * sequences:
                return week
            sequences *= weeks
        return None

    def _beyond_horizon(self, q: float) -> bool:
        """Whether P(T ≤ 520) < q is certain without counting: by Hoeffding's bound on a sum of bounded terms."""
        most, least, mean = max(self._history), min(self._history), sum(self._history) / len(self._history)
        missing = self._remaining - HORIZON_WEEKS * mean
        if missing <= 0 or most == least:
            return missing > 0
        # The margin of one per cent keeps floating point from deciding a close case: those are counted.
        return exp(-2 * missing**2 / (HORIZON_WEEKS * (most - least) ** 2)) < 0.99 * q

    def _unfinished_after(self, weeks: int) -> int:
        """How many of the n^weeks sequences leave something open."""
        while len(self._unfinished) <= weeks and self._unfinished[-1]:
            self._add_week()
        return self._unfinished[weeks] if weeks < len(self._unfinished) else 0

    def _add_week(self) -> None:
        week = len(self._unfinished)
        # A digit must hold n^week, or sums would spill into the next one.
        needed = (len(self._history) ** week).bit_length()
        if needed > self._width:
            self._widen((len(self._history) ** (2 * week + 8)).bit_length())
        packed, width = self._packed, self._width
        longer = sum([(packed * often) << (finishes * width) for finishes, often in self._weeks])
        self._packed = longer & ((1 << (self._remaining * self._width)) - 1)
        self._unfinished.append(self._packed >> ((self._remaining - 1) * self._width))

    def _widen(self, width: int) -> None:
        """Spread the digits over more bits, whole bytes each; at the start every digit is 1 (no week, no finish)."""
        new = -(-width // 8)
        if not self._width:
            digits = [(1).to_bytes(new, "little")] * self._remaining
        else:
            old = self._width // 8
            packed = self._packed.to_bytes(self._remaining * old, "little")
            pad = bytes(new - old)
            digits = [packed[at : at + old] + pad for at in range(0, len(packed), old)]
        self._packed = int.from_bytes(b"".join(digits), "little")
        self._width = 8 * new


def finish_distribution(history: Sequence[int], remaining: int) -> FinishDistribution:
    """The distribution of the weeks until `remaining` items are finished, given the finishes of past weeks.

    `history` holds items per week, zero weeks included; `.cdf(w)` is P(T ≤ w), `.percentile(q)` the smallest such w.
    Both return None when the history says nothing (empty, or no finish). Negative counts raise `ValueError`.
    The method is the bootstrap of weekly throughput known from Kanban forecasting, computed in closed form.
    """
    return FinishDistribution(history, remaining)


def weekly_history(
    finished: Iterable[date], first_created: date | None, today: date, calendar: WorkCalendar, weeks: int
) -> tuple[int, ...]:
    """Finishes in each of the last `weeks` Monday–Sunday weeks that ended before `today`, oldest first.

    The history begins with the week after `first_created`, the day the first linked work was created (None: no
    history). Weeks without a working day are left out together with what was finished in them; zero weeks are kept.
    """
    if first_created is None:
        return ()
    current = monday(today)
    begin = max(monday(first_created) + timedelta(weeks=1), current - timedelta(weeks=weeks))
    counts = [0] * ((current - begin).days // 7)
    for day, finishes in Counter(finished).items():
        if begin <= day < current:
            counts[(day - begin).days // 7] += finishes
    return tuple([often for week, often in enumerate(counts) if _has_workday(begin + timedelta(weeks=week), calendar)])


def _has_workday(start: date, calendar: WorkCalendar) -> bool:
    return calendar.workdays(start - timedelta(days=1), start + timedelta(days=6)) > 0
