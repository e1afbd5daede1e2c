"""The facts of one milestone: what was promised, when it is due, what is to be expected and what the tools claim."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from .civil import DAY, Json, day
from .forecast import Earned, Finishes, Progress, on_time, percentile
from .history import Known, points, pushes
from .linkage import Work
from .network import Network, hindering, ref

DEFAULTS = {
    "slip_red_workdays": 10,
    "slip_red_ratio": 0.2,
    "p_red": 0.5,
    "p_amber": 0.85,
    "pushes_red": 3,
    "tspi_red": 1.10,
    "stale_workdays": 5,
    "unassigned_ratio": 0.1,
    "scope_ratio": 0.10,
    "blocked_workdays": 5,
    "near_critical_workdays": 5,
    "load_amber": 1.0,
    "source_stale_hours": 26,
    "unmapped_ratio": 0.2,
    "throughput_weeks": 13,
}
CONFIDENCES = (Fraction(1, 2), Fraction(17, 20), Fraction(19, 20))
RANK = {"red": 0, "amber": 1, "grey": 2, "green": 3, "done": 4}

Estimate = tuple[str, tuple[date, ...], Fraction | None, int | None]
"""Method, its three dates, its P, what it draws from."""


class Past:
    """What a milestone was promised, when it was done, and what was recorded of it."""

    def __init__(self, known: Known, row: Json, today: date) -> None:
        self.known, self.row, self.today, self.days = known, row, today, known.days
        self.tasks = known.tasks_on(today)
        self.work = Work(row, self.tasks)
        self.past = known.rows(row["key"], today)
        self.recorded = known.rows(row["key"], today + DAY)
        promises = known.promises(row["key"])
        self.b0 = promises[0][1] if promises else None
        self.c = promises[-1][1] if promises else None
        self.b0_day = promises[0][0] if promises else None
        self.c_day = promises[-1][0] if promises else None
        self.is_rebaselined_today = len(promises) > 1 and self.c_day == today
        self.actual = self._actual()
        self.start = self._start() if self.b0 is not None else None

    def _actual(self) -> date | None:
        stated = day(self.row["actual"])
        if stated is not None and stated <= self.today:
            return stated
        needed = self.work.in_scope + self.work.own
        if not needed or any(task["status"] != "done" for task in needed):
            return None
        return max(self.known.completion(task) for task in needed)

    def _start(self) -> date | None:
        """S: the earliest start of linked tasks at the first snapshot after B0 was imported."""
        when = next((seen for seen, _ in self.past if seen >= self.b0_day), self.today)
        then = self.known.plan_on(when)["milestones"]
        row = next(row for row in then if row["key"] == self.row["key"])
        starts = [day(task["start_on"]) for task in Work(row, self.known.tasks_on(when)).linked if task["start_on"]]
        return min(starts) if starts else None


class Facts(Past):
    """The dates of a milestone: when it is due, what is to be expected, what the tools claim."""

    def __init__(self, known: Known, row: Json, deal: Json, today: date) -> None:
        super().__init__(known, row, today)
        self.deal = deal
        self.rules: dict[str, Any] = {**DEFAULTS, **known.rules, **(deal["rules"] or {})}
        self.done = self.actual is not None
        self.own = [task for task in self.work.own if task["status"] != "cancelled"]
        self.due = self._due()
        self.series = points(known, row, self.work)
        self.pushes = pushes(self.series)
        self.progress = Progress(known, self.work, today)
        self._forecast()
        self.own_claim = self._own_claim()
        self.claimed = self._claimed()

    def _due(self) -> date | None:
        if self.done:
            before = [row for _, row in self.past if row["status"] != "done"]
            return day(before[-1]["due_in_tool"]) if before else None
        for tasks in (self.own, self.work.open):
            dues = [due for due in (day(task["due_on"]) for task in tasks) if due]
            if dues:
                return max(dues)
        return None

    def _forecast(self) -> None:
        self.hindering = hindering(self.known.links, self.tasks)
        self.method = self.why_not = self.p = self.samples = self.spread = None
        self.f50 = self.f85 = self.f95 = None
        self.network = None
        if self.done:
            return
        network = Network(self.work.open, self.hindering, self.today, self.days, self.c, self._not_before())
        self.network = network if network.is_one else None
        self.earned = Earned(self.known, self.progress, self.today, self.days)
        self.finishes = Finishes(self.known, self.work, self.today, self.days, int(self.rules["throughput_weeks"]))
        found = [self._network(), self._throughput(), self._earned_schedule(), self._reference(), self._due_dates()]
        possible = [one for one in found if one is not None]
        if possible:
            self.method, (self.f50, self.f85, self.f95), self.p, self.samples = possible[0]
        self.spread = {method: dates[1].isoformat() for method, dates, _, _ in possible[1:]}
        self.why_not = self._why_not()

    def _not_before(self) -> date | None:
        """When the last of the milestones that this one waits for should be done."""
        plan = self.known.plan_on(self.today)
        ahead = [row for row in plan["milestones"] if row["key"] in (self.row["depends_on"] or [])]
        deals = {deal["key"]: deal for deal in plan["deals"]}
        expected = [Facts(self.known, row, deals[row["deal"]], self.today) for row in ahead] if self.hindering else []
        return max((one.f85 for one in expected if one.f85 is not None), default=None)

    def _network(self) -> Estimate | None:
        if self.network is None or self.network.finish is None:
            return None
        return "network", (self.network.finish,) * 3, None, None

    def blocked_since(self, task: Json) -> date | None:
        """The day on which the first of what blocks a task was seen; None where nothing does."""
        seen = [since for (_, last), since in self.hindering.items() if last == ref(task)]
        return min([*seen, self.known.blocked_since(task)] if task["blocked"] else seen, default=None)

    def _throughput(self) -> Estimate | None:
        remaining, history = len(self.work.open), self.finishes.weeks
        weeks = [percentile(history, remaining, q) for q in CONFIDENCES] if self.finishes.is_enough else [None]
        if None in weeks:
            return None
        p = None
        if self.c is not None and (remaining or self.c < self.today):
            p = on_time(history, remaining, self.today, self.c, self.days)
        return "throughput", tuple(self.days.after(self.today, 5 * w) for w in weeks), p, len(history)

    def _earned_schedule(self) -> Estimate | None:
        if self.earned.finish is None:
            return None
        finish = max(self.earned.finish, self.today)
        if self.due and any(t["status"] == "todo" and day(t["due_on"]) == self.due for t in self.work.open):
            finish = max(finish, self.due)
        return "earned_schedule", (finish,) * 3, None, None

    def _reference(self) -> Estimate | None:
        """Actual against planned working durations of the finished milestones of the class."""
        rows = [] if self.row["class"] is None else self.known.plan_on(self.today)["milestones"]
        ratios = []
        for row in (row for row in rows if row["class"] == self.row["class"] and row is not self.row):
            other = Past(self.known, row, self.today)
            if other.start is not None and other.c is not None and other.actual is not None:
                planned = self.days.wd(other.start, other.c)
                if planned > 0:
                    ratios.append(Fraction(self.days.wd(other.start, other.actual), planned))
        start = self.start
        if start is None or len(ratios) < 10 or self.days.wd(start, self.c) <= 0:
            return None
        ends = [self.days.after(start, ceil(r * self.days.wd(start, self.c))) for r in sorted(ratios)]
        ends = self.ends = [max(end, self.today) for end in ends]
        dates = tuple(ends[ceil(q * len(ends)) - 1] for q in CONFIDENCES)
        kept = Fraction(sum(end <= self.c for end in ends), len(ends))
        return "reference_class", dates, Fraction(0) if self.c < self.today else kept, len(ends)

    def chance_by(self, end: date) -> Fraction:
        """P of being done by a day; without P, whether the forecast, else the date in the tool, lies by then."""
        if self.method == "throughput" and self.work.open:
            return on_time(self.finishes.weeks, len(self.work.open), self.today, end, self.days)
        if self.method == "reference_class":
            return Fraction(sum(at <= end for at in self.ends), len(self.ends)) if end >= self.today else Fraction(0)
        expected = self.f85 or self.due
        return Fraction(expected is not None and expected <= end)

    def _due_dates(self) -> Estimate | None:
        return None if self.due is None else ("due_dates", (max(self.due, self.today),) * 3, None, None)

    def _why_not(self) -> str | None:
        """Why there is no P; of several reasons the text names no order, this is the program's."""
        history = self.finishes.weeks
        if self.p is not None:
            return None
        if self.c is None:
            return "no_promise"
        if self.c < self.today:
            return "past_promise"
        if self.work.in_scope and not self.work.open:
            return "nothing_open"
        if self.method == "network":
            return "method_gives_none"
        if not self.work.in_scope or not history:
            return "no_history"
        if len(history) < 6:
            return "too_few_weeks"
        if not any(history):
            return "no_finishes"
        return "too_few_finishes" if sum(history) < 10 else "beyond_horizon"

    def _claimed(self) -> str | None:
        """The worst of what the own items say and what the projects of the work in scope are called."""
        claims = {self.own_claim} - {None}
        if not self.done:
            calls = self.known.calls_on(self.today)
            said = [calls.get((task["source"], task["project"]["id"])) for task in self.work.in_scope]
            claims |= {{"预警": "amber", "延期": "red"}[word] for word in said if word in ("预警", "延期")}
        return min(claims, key=RANK.__getitem__, default=None)

    def _own_claim(self) -> str | None:
        """What the own items say, the worst of them."""
        claims = set()
        for task in self.own:
            if task["status"] == "done":
                claims.add("done")
            elif (due := day(task["due_on"])) is not None:
                claims.add("green" if due >= self.today else "red")
        return min(claims, key=RANK.__getitem__, default=None)
