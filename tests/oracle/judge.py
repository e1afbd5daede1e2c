"""One milestone judged from the text of the detection rules: dates, slips, forecast, reasons, status."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any

from .civil import DAY, Json, day, exact
from .forecast import Earned, Finishes, Progress, on_time, percentile, weights
from .history import Known, points, pushes, pushes_since, trend
from .linkage import Work, fold, is_ambiguous, needs
from .load import overloaded

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
    "load_amber": 1.0,
    "source_stale_hours": 26,
    "unmapped_ratio": 0.2,
    "throughput_weeks": 13,
}
CONFIDENCES = (Fraction(1, 2), Fraction(17, 20), Fraction(19, 20))
RANK = {"red": 0, "amber": 1, "grey": 2, "green": 3, "done": 4}


Estimate = tuple[str, tuple[date, ...], Fraction | None, int | None]
"""Method, its three dates, its P, what it draws from."""


@dataclass
class Source:
    """When a source was last read completely, and which of its projects the last run could not read."""

    name: str
    as_of: datetime | None
    unreadable: list[Json] = field(default_factory=list)


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


class Judged(Past):
    """A milestone with everything the report says of it."""

    def __init__(self, known: Known, row: Json, deal: Json, sources: list[Source], today: date, now: datetime) -> None:
        super().__init__(known, row, today)
        self.deal, self.sources, self.now = deal, sources, now
        self.rules: dict[str, Any] = {**DEFAULTS, **(deal["rules"] or {})}
        self.done = self.actual is not None
        self.own = [task for task in self.work.own if task["status"] != "cancelled"]
        self.due = self._due()
        self.series = points(known, row, self.work)
        self.pushes = pushes(self.series)
        self.progress = Progress(known, self.work, today)
        self._forecast()
        self.claimed = self._claimed()
        self.reasons: dict[str, str] = {}
        self.expected: Fraction | None = None
        self._judge()

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
        self.method = self.why_not = self.p = self.samples = self.spread = None
        self.f50 = self.f85 = self.f95 = None
        if self.done:
            return
        self.earned = Earned(self.known, self.progress, self.today, self.days)
        self.finishes = Finishes(self.known, self.work, self.today, self.days, int(self.rules["throughput_weeks"]))
        found = [self._throughput(), self._earned_schedule(), self._reference(), self._due_dates()]
        possible = [one for one in found if one is not None]
        if possible:
            self.method, (self.f50, self.f85, self.f95), self.p, self.samples = possible[0]
        self.spread = {method: dates[1].isoformat() for method, dates, _, _ in possible[1:]}
        self.why_not = self._why_not()

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
        if not self.work.in_scope or not history:
            return "no_history"
        if len(history) < 6:
            return "too_few_weeks"
        if not any(history):
            return "no_finishes"
        return "too_few_finishes" if sum(history) < 10 else "beyond_horizon"

    def _claimed(self) -> str | None:
        """What the own items say, the worst of them."""
        claims = set()
        for task in self.own:
            if task["status"] == "done":
                claims.add("done")
            elif (due := day(task["due_on"])) is not None:
                claims.add("green" if due >= self.today else "red")
        return min(claims, key=RANK.__getitem__, default=None)

    def far(self, late: date) -> bool:
        """Whether a date is beyond the threshold that makes its lateness red."""
        limit = exact(self.rules["slip_red_workdays"])
        if (start := self.start) is not None and start < self.c:
            limit = max(limit, exact(self.rules["slip_red_ratio"]) * self.days.wd(start, self.c))
        return self.days.wd(self.c, late) > limit

    def _judge(self) -> None:
        if not self.done:
            self._promise()
            self._behaviour()
            self._people()
            self._grey()
            self._held()
        reasons = set(self.reasons.values())
        self.status = next((colour for colour in ("red", "amber", "grey") if colour in reasons), "green")
        if self.done:
            self.status = "done"
            if self.work.open:
                self.reasons["CLAIM_MISMATCH"] = "amber"
        elif self.claimed == "done" or (self.claimed == "green" and self.status == "red"):
            self._add("CLAIM_MISMATCH", "amber")
        if self.status == "red" and self._uninformed():
            self._add("CUSTOMER_NOT_INFORMED", "amber")
        if not self.done and self.status not in ("red",) and "amber" in self.reasons.values():
            self.status = "amber"

    def _add(self, code: str, severity: str) -> None:
        if code not in self.reasons or RANK[severity] < RANK[self.reasons[code]]:
            self.reasons[code] = severity

    def _promise(self) -> None:
        if self.c is None:
            self._add("NO_PROMISE", "grey")
            return
        if self.today > self.c:
            self._add("OVERDUE", "red" if self.row["contractual"] else "amber")
        if self.due is not None and self.due > self.c:
            self._add("DUE_AFTER_PROMISE", "red" if self.far(self.due) else "amber")
        if self.f85 is not None and self.method != "due_dates" and self.f85 > self.c:
            self._add("FORECAST_LATE", "red" if self.far(self.f85) else "amber")
        if self.p is not None and self.today <= self.c:
            if self.p < exact(self.rules["p_red"]):
                self._add("UNLIKELY", "red")
            elif self.p < exact(self.rules["p_amber"]):
                self._add("DOUBTFUL", "amber")
        moved = pushes_since(self.series, self.c_day)
        if moved >= self.rules["pushes_red"]:
            self._add("PUSHED", "red")
        elif moved >= 2:
            self._add("PUSHED", "amber")
        if (growth := self._growth()) is not None and growth > exact(self.rules["scope_ratio"]):
            self._add("SCOPE_GROWTH", "amber")

    def _growth(self) -> Fraction | None:
        """(weight added - removed) / weight, since the first snapshot with linked work on or after the import of C."""
        for when, _ in self.past:
            if when < self.c_day:
                continue
            row = next(row for row in self.known.plan_on(when)["milestones"] if row["key"] == self.row["key"])
            before = Work(row, self.known.tasks_on(when)).in_scope
            if before:
                return self._difference(before)
        return None

    def _difference(self, before: list[Json]) -> Fraction | None:
        was = dict(zip(((t["source"], t["id"]) for t in before), weights(before, self.progress.kind), strict=True))
        now = dict(zip(((t["source"], t["id"]) for t in self.work.in_scope), self.progress.weights, strict=True))
        added = sum((w for key, w in now.items() if key not in was), Fraction(0))
        removed = sum((w for key, w in was.items() if key not in now), Fraction(0))
        return (added - removed) / sum(was.values(), Fraction(0))

    def is_stale(self, task: Json) -> bool:
        quiet = self.days.wd(self.known.last_activity(task), self.today)
        return task["status"] != "unmapped" and quiet > self.rules["stale_workdays"]

    def _behaviour(self) -> None:
        work = self.work.open
        doing = [task for task in work if task["status"] == "doing"]
        if doing and all(self.is_stale(task) for task in doing):
            self._add("STALE", "amber")
        for task in work:
            start = day(task["start_on"])
            if task["status"] == "todo" and start is not None and self.days.wd(start, self.today) >= 1:
                self._add("LATE_START", "amber")
        free = sum(1 for task in work if not task["assignees"])
        if free >= 1 and Fraction(free, len(work)) > exact(self.rules["unassigned_ratio"]):
            self._add("UNASSIGNED", "amber")
        own = [due for due in (day(task["due_on"]) for task in self.own) if due]
        if own and any(task["due_on"] and day(task["due_on"]) > max(own) for task in work):
            self._add("TASK_AFTER_MILESTONE", "amber")
        if is_ambiguous(self.row, self.tasks):
            self._add("AMBIGUOUS_KEY", "amber")
        if self.row["contractual"] and self.deal["penalty_rate"] and self.base is None:
            self._add("NO_PENALTY_BASE", "amber")
        verdict = trend(self._weekly())
        if verdict in ("zigzag", "late_jump", "continuous_slip"):
            self._add(verdict.upper(), "amber")
        self._execution()

    def _weekly(self) -> list[tuple[date, date]]:
        """The last snapshot of each Monday-Sunday week, with the due date it told."""
        told: dict[date, tuple[date, date | None]] = {}
        for when, row in self.past:
            told[when - timedelta(days=when.weekday())] = (when, day(row["due_in_tool"]))
        told[self.today - timedelta(days=self.today.weekday())] = (self.today, self.due)
        return [(when, due) for _, (when, due) in sorted(told.items()) if due is not None]

    def _execution(self) -> None:
        baselines = self.progress.baselines
        planned = sum(1 for b in baselines if b is not None and b <= self.today)
        if planned < 1:
            return
        finished = sum(1 for task in self.work.in_scope if task["status"] == "done")
        if Fraction(finished, planned + sum(1 for b in baselines if b is None)) < Fraction(95, 100):
            self._add("EXECUTION_LOW", "amber")
        if self.earned.spi_t is not None and self.earned.spi_t < Fraction(95, 100):
            self._add("BEHIND", "amber")
        if self.earned.tspi is not None and self.earned.tspi > exact(self.rules["tspi_red"]):
            self._add("TSPI_HIGH", "red")

    def _people(self) -> None:
        blocked = [task for task in self.work.open if task["blocked"]]
        if blocked:
            longest = max(self.days.wd(self.known.blocked_since(task), self.today) for task in blocked)
            self._add("BLOCKED", "red" if longest > self.rules["blocked_workdays"] else "amber")
        plan = self.known.plan_on(self.today)
        full = overloaded(self.tasks, plan["resources"], self.today, self.days, exact(self.rules["load_amber"]))
        owners = {fold(person["name"]) for task in self.work.open for person in task["assignees"]}
        if full & owners:
            self._add("OVERLOADED", "amber")

    @property
    def base(self) -> Decimal | None:
        holder = self.row if self.deal["penalty_base"] == "milestone" else self.deal
        return None if holder["amount"] is None else Decimal(holder["amount"])

    def _grey(self) -> None:
        if not self.work.in_scope and not self.work.own:
            self._add("NO_LINKED_TASK", "grey")
        if self.due is None and self.method is None:
            self._add("NO_DUE_DATE", "grey")
        unmapped = sum(1 for task in self.work.in_scope if task["status"] == "unmapped")
        if self.work.in_scope and Fraction(unmapped, len(self.work.in_scope)) > exact(self.rules["unmapped_ratio"]):
            self._add("UNMAPPED_STATUS", "grey")
        for source in self.sources:
            if not needs(self.row, source.name):
                continue
            limit = timedelta(hours=self.rules["source_stale_hours"])
            if source.as_of is None or self.now - source.as_of > limit:
                self._add("SOURCE_STALE", "grey")
            if any(needs(self.row, source.name, project) for project in source.unreadable):
                self._add("SOURCE_PARTIAL", "grey")

    def _held(self) -> None:
        if "red" in self.reasons.values() or self.is_rebaselined_today or not self.past:
            return
        last = self.past[-1][1]
        if last["status"] == "red" and any(
            reason["severity"] == "red" and reason["code"] != "RED_HELD" for reason in last["reasons"]
        ):
            self._add("RED_HELD", "red")

    def _uninformed(self) -> bool:
        """Red for more than 2 working days, and the customer not told since."""
        since = self.today
        for when, row in reversed(self.past):
            if row["status"] != "red":
                break
            since = when
        told = day(self.row["customer_informed"])
        return self.days.wd(since, self.today) > 2 and (told is None or told < since)
