"""One milestone judged from the text of the detection rules: every reason that holds, and the status."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from .civil import Json, day, exact
from .forecast import weights
from .history import Known, pushes_since, trend
from .linkage import Work, fold, is_ambiguous, needs
from .load import overloaded
from .milestone import RANK, Facts
from .network import ref


@dataclass
class Source:
    """When a source was last read completely, and which of its projects the last run could not read."""

    name: str
    as_of: datetime | None
    unreadable: list[Json] = field(default_factory=list)


class Judged(Facts):
    """A milestone with everything the report says of it."""

    def __init__(self, known: Known, row: Json, deal: Json, sources: list[Source], today: date, now: datetime) -> None:
        super().__init__(known, row, deal, today)
        self.sources, self.now = sources, now
        self.reasons: dict[str, str] = {}
        self.expected: Fraction | None = None
        self._judge()

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
        elif self.own_claim == "done" or (self.claimed == "green" and self.status == "red"):
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
        self._waits()
        plan = self.known.plan_on(self.today)
        full = overloaded(self.tasks, plan["resources"], self.today, self.days, exact(self.rules["load_amber"]))
        owners = {fold(person["name"]) for task in self.work.open for person in task["assignees"]}
        if full & owners:
            self._add("OVERLOADED", "amber")

    def _waits(self) -> None:
        """What stands in the way, and how much room the order of the work leaves before the promise."""
        since = {ref(task): seen for task in self.work.open if (seen := self.blocked_since(task)) is not None}
        if since:
            longest = max(self.days.wd(seen, self.today) for seen in since.values())
            decides = self.network is not None and not since.keys().isdisjoint(self.network.chain)
            self._add("BLOCKED", "red" if decides or longest > self.rules["blocked_workdays"] else "amber")
        if self.network is None:
            return
        if self.network.is_circle:
            self._add("LINK_CYCLE", "amber")
        slack = self.network.slack
        if slack is not None and slack < 0:
            self._add("NEGATIVE_FLOAT", "red")
        elif slack is not None and slack <= self.rules["near_critical_workdays"]:
            self._add("NEAR_CRITICAL", "amber")

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
