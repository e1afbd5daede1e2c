"""Progress and forecasts of one milestone, worked out the long way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from .civil import Days, Json, exact, local_day, monday
from .history import Known
from .linkage import Work

WEEK = timedelta(days=7)


def weighed_by(tasks: list[Json]) -> str:
    """The first kind of weight that at least 80 % of the tasks have."""
    for name, field in (("hours", "estimate_hours"), ("points", "story_points")):
        having = [task for task in tasks if (task[field] or 0) > 0]
        if tasks and Fraction(len(having), len(tasks)) >= Fraction(4, 5):
            return name
    return "count"


def weights(tasks: list[Json], kind: str) -> list[Fraction]:
    """One weight a task; a task without one weighs the mean of the others."""
    if kind == "count":
        return [Fraction(1)] * len(tasks)
    field = {"hours": "estimate_hours", "points": "story_points"}[kind]
    stated = [exact(task[field]) if (task[field] or 0) > 0 else None for task in tasks]
    known = [weight for weight in stated if weight is not None]
    mean = sum(known, Fraction(0)) / len(known) if known else Fraction(1)
    return [mean if weight is None else weight for weight in stated]


class Progress:
    """How much of the work is done, and how much should be."""

    def __init__(self, known: Known, work: Work, today: date) -> None:
        self.tasks = work.in_scope
        self.kind = weighed_by(self.tasks)
        self.weights = weights(self.tasks, self.kind)
        self.total = sum(self.weights, Fraction(0))
        self.baselines = [known.first_due(task) for task in self.tasks]
        self.shares = []
        for task in self.tasks:
            stated = exact(task["progress"]) if task["progress"] is not None else Fraction(0)
            self.shares.append(Fraction(1) if task["status"] == "done" else stated)
        self.earned = sum((w * share for w, share in zip(self.weights, self.shares, strict=True)), Fraction(0))
        self.dated = sum((w for w, b in zip(self.weights, self.baselines, strict=True) if b), Fraction(0))
        self.is_baselined = self.total > 0 and self.dated / self.total >= Fraction(4, 5)
        due = sum((w for w, b in zip(self.weights, self.baselines, strict=True) if b and b <= today), Fraction(0))
        self.ratio = self.earned / self.total if self.total else None
        self.expected = due / self.dated if self.is_baselined else None


class Finishes:
    """Finishes of each week that counts as history."""

    def __init__(self, known: Known, work: Work, today: date, days: Days, most: int) -> None:
        born = [local_day(task["created_at"]) or known.first_seen(task) for task in work.linked]
        self.weeks: list[int] = []
        if not born:
            return
        done = [known.completion(task) for task in work.in_scope if task["status"] == "done"]
        last = monday(today) - WEEK
        for back in range(most):
            start = last - back * WEEK
            if start < monday(min(born)) + WEEK:
                continue
            if any(days.works(start + timedelta(days=n)) for n in range(7)):
                self.weeks.insert(0, sum(1 for when in done if start <= when < start + WEEK))

    @property
    def is_enough(self) -> bool:
        return len(self.weeks) >= 6 and sum(self.weeks) >= 10


def chances(history: list[int], remaining: int) -> Iterator[Fraction]:
    """P(T <= w) for w = 0, 1, 2 ... by counting: every week is any past week, each sequence of them is as likely."""
    left, sequences = {remaining: 1}, 1
    for _ in range(521):
        yield Fraction(left.get(0, 0), sequences)
        sequences *= len(history)
        after: dict[int, int] = {}
        for need, ways in left.items():
            for count in history:
                after[max(need - count, 0)] = after.get(max(need - count, 0), 0) + ways
        left = after


def percentile(history: list[int], remaining: int, q: Fraction) -> int | None:
    """The smallest number of weeks that is enough with confidence q; None beyond 520 weeks."""
    return next((weeks for weeks, p in enumerate(chances(history, remaining)) if p >= q), None)


def on_time(history: list[int], remaining: int, today: date, promised: date, days: Days) -> Fraction:
    if promised < today:
        return Fraction(0)
    weeks = floor(Fraction(days.wd(today, promised), 5))
    return next(p for number, p in enumerate(chances(history, remaining)) if number == weeks)


class Earned:
    """Earned schedule over weeks; `finish` and indices are None where they cannot be computed."""

    def __init__(self, known: Known, progress: Progress, today: date, days: Days) -> None:
        self.spi_t = self.tspi = self.finish = None
        starts = [s for s in (known.first_start(t) for t, b in self._dated(progress)) if s]
        dates = [b for _, b in self._dated(progress)]
        if not dates or not progress.is_baselined:
            return
        first = monday(min(starts) if starts else min(dates))
        if first > today:
            return
        ends = max(ceil(((max(dates) - first).days + 1) / 7), 1)
        triples = list(zip(progress.weights, progress.shares, progress.baselines, strict=True))
        pv = [Fraction(0)]
        for n in range(1, ends + 1):
            pv.append(sum((w for w, _, b in triples if b and b < first + n * WEEK), Fraction(0)))
        ev = sum((w * share for w, share, b in triples if b), Fraction(0))
        whole = (monday(today) - first).days // 7
        of_week = days.wd(monday(today) - timedelta(days=1), monday(today) + timedelta(days=6))
        so_far = days.wd(monday(today) - timedelta(days=1), today)
        at = whole + (Fraction(so_far, of_week) if of_week else Fraction(1))
        pd = next(n for n, value in enumerate(pv) if value == pv[-1])
        es = self._es(pv, ev, pd)
        floor_pv = pv[min(floor(at), ends)]
        part = at - floor(at)
        then = floor_pv + (pv[min(floor(at) + 1, ends)] - floor_pv) * part
        if ev <= then:
            es = min(es, at)
        self.spi_t = es / at if at > 0 else None
        self.tspi = (pd - es) / (pd - at) if pd - at > 0 else None
        if self.spi_t:
            self.finish = days.after(first - timedelta(days=1), ceil(5 * pd / self.spi_t))

    def _dated(self, progress: Progress) -> list[tuple[Json, date]]:
        return [(t, b) for t, b in zip(progress.tasks, progress.baselines, strict=True) if b]

    def _es(self, pv: list[Fraction], ev: Fraction, pd: int) -> Fraction:
        n = max(i for i, value in enumerate(pv) if value <= ev)
        if n >= pd:
            return Fraction(pd)
        return n + (ev - pv[n]) / (pv[n + 1] - pv[n])
