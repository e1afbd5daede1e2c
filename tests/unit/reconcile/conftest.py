"""A portfolio written down step by step: one deal, one milestone and its tasks unless a test says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.model import Change, Colour, Kind, LinkKind, Person, ProjectRef, Status, Task, TaskLink
from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Baseline, Deal, Goal, Milestone, Plan
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Assessment, Finding, Portfolio, Result, Snapshot, SourceState, TaskRecord
from bridge.thresholds import Thresholds
from tests.replacing import replace

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = "2026-08-24"
CALENDAR = WorkCalendar.china()


def day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def noon(text: str) -> datetime:
    """Local noon of a civil day, as an instant."""
    return datetime.combine(date.fromisoformat(text), time(12), SHANGHAI).astimezone(UTC)


class World:
    """Collects rows and records; `assess` turns them into a portfolio and judges it.

    Unless said otherwise the milestone M-1 of deal D-1 was promised on 2026-07-01 for 2026-09-01, tasks are mapped to
    it, belong to 林悦, were created and first seen on 2026-07-01 and touched today.
    """

    def __init__(self, today: str = TODAY) -> None:
        self.today = today
        self.deals: dict[str, Deal] = {"D-1": Deal("D-1", "支付平台", customer="华东银行")}
        self.milestones: dict[str, Milestone] = {}
        self.baselines: dict[str, tuple[Baseline, ...]] = {}
        self.records: list[TaskRecord] = []
        self.snapshots: dict[str, list[Snapshot]] = {}
        self.sources = [SourceState("pingcode", "pingcode", "complete", noon(today))]
        self.rows: dict[str, Any] = {}
        self.thresholds = Thresholds()
        self.goals: list[Goal] = []
        self.claims: dict[tuple[str, str], Colour] = {}
        self.links: list[TaskLink] = []

    def deal(self, key: str = "D-1", **values: Any) -> None:
        known = self.deals.get(key, Deal(key, f"项目 {key}", customer=f"客户 {key}"))
        self.deals[key] = replace(known, **values)

    def milestone(
        self,
        key: str = "M-1",
        promised: str | None = "2026-09-01",
        imported: str = "2026-07-01",
        rebaselines: tuple[tuple[str, str], ...] = (),
        **values: Any,
    ) -> None:
        """`rebaselines`: (new date, day of approval), oldest first."""
        for name in ("actual", "customer_informed", "internal_target"):
            if name in values:
                values[name] = day(values[name])
        values.setdefault("deal", "D-1")
        self.milestones[key] = Milestone(key=key, name=f"里程碑 {key}", promised=day(promised), **values)
        if promised is not None:
            dates = ((promised, imported), *rebaselines)
            self.baselines[key] = tuple(
                Baseline(key, number, date.fromisoformat(text), noon(approved))
                for number, (text, approved) in enumerate(dates)
            )

    def task(
        self,
        name: str,
        due: str | None = None,
        status: str = "todo",
        milestone: str | None = "M-1",
        owners: tuple[str, ...] = ("林悦",),
        seen: str = "2026-07-01",
        history: tuple[tuple[Any, ...], ...] = (),
        **values: Any,
    ) -> None:
        """`history`: (day, field, old, new) as observed, oldest first; a fifth entry gives the cause."""
        for moment in ("completed", "created", "updated"):
            text = values.pop(moment, {"created": seen, "updated": self.today}.get(moment))
            values[f"{moment}_at"] = None if text is None else noon(text)
        fields: dict[str, Any] = {
            "source": "pingcode", "key": f"PAY-{name}", "title": f"任务 {name}", "url": None,
            "project": ProjectRef("p1", "PAY", "支付"), "kind": Kind.TASK, "kind_raw": None, "status_raw": None,
            "parent_id": None, "progress": None, "estimate_hours": None, "remaining_hours": None, "spent_hours": None,
            "story_points": None, "priority": None, "sprint": None, "phase": None, "release": None, "releases": (),
            "tags": (), "blocked": False,
        }  # fmt: skip
        start = day(values.pop("start", None))
        fields |= values
        task = Task(
            id=name,
            milestone=milestone,
            status=Status(status),
            assignees=tuple(Person(owner, owner) for owner in owners),
            start_on=start,
            due_on=day(due),
            **fields,
        )
        changes = tuple(
            Change(task.source, name, noon(at), field, old, new, "diff", noon(at), *cause)
            for at, field, old, new, *cause in history
        )
        self.records.append(TaskRecord(task, noon(seen), changes))

    def own_item(self, name: str = "own", due: str | None = "2026-09-01", **values: Any) -> None:
        self.task(name, due, kind=Kind.MILESTONE, **values)

    def link(self, first: str, last: str, kind: str = "blocks", lag: int = 0, seen: str = TODAY) -> None:
        """`last` waits for `first`."""
        self.links.append(TaskLink("pingcode", first, last, LinkKind(kind), None, lag, noon(seen)))

    def chain(self, *names: str, kind: str = "finish_to_start", hours: float = 8.0, **values: Any) -> None:
        """Tasks one after the other, a day of work each."""
        for name in names:
            self.task(name, remaining_hours=hours, **values)
        for first, last in pairwise(names):
            self.link(first, last, kind)

    def finished(self, count: int, on: str = "2026-08-03", prefix: str = "done") -> None:
        """Finished work without dates or hours: history for a throughput forecast."""
        for number in range(count):
            self.task(f"{prefix}{number}", status="done", completed=on)

    def snapshot(self, on: str, colour: str = "green", key: str = "M-1", **values: Any) -> None:
        own = values.pop("own_colour", colour)
        fields: dict[str, Any] = {
            "due": None, "forecast_p85": None, "at_risk_expected": None, "total_weight": None, "weight_kind": None,
        }  # fmt: skip
        fields |= {name: day(value) if name in ("due", "earliest_start") else value for name, value in values.items()}
        kept = Snapshot(
            milestone=key, day=date.fromisoformat(on), colour=Colour(colour), own_colour=Colour(own), **fields
        )
        self.snapshots.setdefault(key, []).append(kept)

    def portfolio(self) -> Portfolio:
        plan = Plan(
            goals=tuple(self.goals), deals=tuple(self.deals.values()), milestones=tuple(self.milestones.values())
        )
        return Portfolio(
            today=date.fromisoformat(self.today),
            now=noon(self.today),
            timezone=SHANGHAI,
            calendar=CALENDAR,
            plan=replace(plan, **self.rows),
            baselines=self.baselines,
            tasks=tuple(self.records),
            sources=tuple(self.sources),
            snapshots={key: tuple(kept) for key, kept in self.snapshots.items()},
            thresholds=self.thresholds,
            project_claims=self.claims,
            links=tuple(self.links),
        )

    def assess(self) -> Result:
        return assess(self.portfolio())

    def row(self, key: str = "M-1") -> Assessment:
        return next(row for row in self.assess().assessments if row.milestone.key == key)

    def reasons(self, key: str = "M-1") -> Mapping[str, Finding]:
        return {str(finding.code): finding for finding in self.row(key).findings}

    def severity(self, code: str, key: str = "M-1") -> str | None:
        finding = self.reasons(key).get(code)
        return None if finding is None else finding.severity.value


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def make_world() -> type[World]:
    """For tests that need a new world for every example."""
    return World
