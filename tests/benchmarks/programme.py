"""A large programme made up from a number: tasks of many projects with their history, and a plan of milestones over them.

Five milestones a project, each chosen in another way: by sprint, by release, below some epics, by a tag, and by key or
by what a mapping file ties to it. Most tasks belong to none. The same number gives the same programme.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bridge.model import Change, Colour, Kind, Person, ProjectRef, Status, Task
from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Baseline, Deal, Goal, Milestone, Plan
from bridge.reconcile.situation import Portfolio, Snapshot, SourceState, TaskRecord
from tests.replacing import replace

TODAY = date(2026, 8, 24)
NOW = datetime(2026, 8, 24, 1, tzinfo=UTC)
BEGUN = datetime(2026, 3, 2, 1, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
A_PROJECT = 5_000
A_DEAL = 5
EPICS = 100
SPRINTS, RELEASES, TAGS = 10, 4, 12
SNAPSHOTS = 10
STATUSES = (
    (Status.DONE,) * 60 + (Status.DOING,) * 14 + (Status.TODO,) * 21 + (Status.CANCELLED,) * 3 + (Status.UNMAPPED,) * 2
)


@dataclass(frozen=True)
class Programme:
    """`tasks` in all, in projects of about `a_project`."""

    tasks: int
    seed: int = 7
    a_project: int = A_PROJECT

    @property
    def projects(self) -> int:
        return max(1, self.tasks // self.a_project)

    def records(self) -> Iterator[TaskRecord]:
        """In order of source and id, as a store gives them."""
        for number in range(self.projects):
            yield from _project(self, number)

    def plan(self) -> Plan:
        milestones = [one for number in range(self.projects) for one in _milestones(self, number)]
        deals = [
            Deal(
                f"D-{number:04d}",
                f"deal {number}",
                customer=f"customer {number % 40}",
                amount=Decimal(1_000_000),
                goal="G-1",
            )
            for number in range(self.projects)
        ]
        goal = Goal("G-1", "this year", target=Decimal(900_000_000), current=Decimal(1_000_000), due=date(2026, 12, 31))
        return Plan(goals=(goal,), deals=tuple(deals), milestones=tuple(milestones))

    def baselines(self) -> dict[str, tuple[Baseline, ...]]:
        return {
            one.key: (Baseline(one.key, 0, one.promised, BEGUN),)
            for one in self.plan().milestones
            if one.promised is not None
        }

    def portfolio(self) -> Portfolio:
        plan = self.plan()
        tasks = tuple(self.records())
        return Portfolio(
            today=TODAY,
            now=NOW,
            timezone=ZONE,
            calendar=WorkCalendar.china(),
            plan=plan,
            baselines=self.baselines(),
            tasks=tasks,
            sources=tuple(SourceState(name, name, "complete", NOW) for name in ("pingcode", "worktile")),
            snapshots={one.key: _snapshots(one.key, number) for number, one in enumerate(plan.milestones)},
        )


def _source(project: int) -> str:
    return "pingcode" if project % 4 else "worktile"


def _size(programme: Programme, project: int) -> int:
    rest = programme.tasks - programme.projects * (programme.tasks // programme.projects)
    return programme.tasks // programme.projects + (rest if project == 0 else 0)


def _project(programme: Programme, number: int) -> Iterator[TaskRecord]:
    draw = random.Random(programme.seed * 100_003 + number)
    prefix = f"P{number:04d}"
    place = ProjectRef(f"proj-{number}", prefix, f"项目 {number}")
    people = tuple(Person(f"u{(number * 7 + n) % 2_000}", f"同事 {(number * 7 + n) % 2_000}") for n in range(12))
    teams = (*((person,) for person in people), (people[0], people[1]), ())
    sprints = tuple(f"迭代 {n}" for n in range(SPRINTS))
    releases = tuple(sys.intern(f"{prefix} R{n}") for n in range(RELEASES))
    tags = tuple((f"标签{n}",) for n in range(TAGS)) + ((),) * 8
    days = tuple(date(2026, 4, 1) + timedelta(days=n) for n in range(300))
    fields: dict[str, object] = {}
    source = _source(number)
    for at in range(_size(programme, number)):
        status = draw.choice(STATUSES)
        created = BEGUN + timedelta(minutes=draw.randrange(150_000))
        due = draw.randrange(40, 240)
        estimate = float(draw.randrange(1, 60)) / 2 if draw.random() < 0.88 else None
        parent = (
            None
            if at < EPICS
            else f"{prefix}-{at % EPICS:05d}"
            if at < 1_000 or at % 3
            else f"{prefix}-{100 + at % 900:05d}"
        )
        task = Task(
            source=source,
            id=f"{prefix}-{at:05d}",
            key=f"{prefix}K-{at}",
            title=f"{prefix} 第 {at} 项工作，接口联调与验收",
            url=f"https://tool.example.com/pjm/items/{prefix}-{at:05d}",
            project=place,
            kind=Kind.EPIC if at < EPICS else Kind.STORY if at < 1_000 else Kind.TASK,
            kind_raw="task",
            status=status,
            status_raw=status.value,
            parent_id=parent,
            assignees=draw.choice(teams),
            start_on=days[due - draw.randrange(5, 30)] if draw.random() < 0.8 else None,
            due_on=days[due] if draw.random() < 0.93 else None,
            completed_at=NOW - timedelta(minutes=draw.randrange(1_000, 150_000)) if status is Status.DONE else None,
            created_at=created,
            updated_at=NOW - timedelta(minutes=draw.randrange(20_000)),
            progress=None,
            estimate_hours=estimate,
            remaining_hours=estimate if estimate is not None and status is Status.TODO else None,
            spent_hours=None,
            story_points=None,
            priority="普通",
            sprint=draw.choice(sprints),
            phase=None,
            release=draw.choice(releases) if draw.random() < 0.5 else None,
            releases=(),
            tags=draw.choice(tags),
            milestone=f"M-{number:04d}-4" if number % 2 and at % 12 == 5 else None,
            blocked=draw.random() < 0.02,
            fields=fields,
            mapping_version="v1",
        )
        yield TaskRecord(task, BEGUN, tuple(_history(task, draw)) if draw.random() < 0.15 else ())


def _history(task: Task, draw: random.Random) -> Iterator[Change]:
    at = BEGUN + timedelta(days=draw.randrange(1, 120))
    if task.due_on is not None:
        before = (task.due_on - timedelta(days=draw.randrange(1, 20))).isoformat()
        yield Change(task.source, task.id, at, "due_on", before, task.due_on.isoformat(), "diff", at)
    later = at + timedelta(days=3)
    yield Change(task.source, task.id, later, "status", "todo", task.status.value, "diff", later)


def _milestones(programme: Programme, number: int) -> Iterator[Milestone]:
    prefix = f"P{number:04d}"
    size = _size(programme, number)
    epics = " | ".join(f"parent:{prefix}-{n:05d}" for n in range(0, 12, 2))
    keys = " | ".join(f"key:{prefix}K-{n}" for n in range(100, min(size, 4_000), 13))
    scopes = (
        f'source:{_source(number)} project:{prefix} sprint:"迭代 {number % SPRINTS}"',
        f'release:"{prefix} R{number % RELEASES}" -kind:epic',
        epics,
        f"project:{prefix} tag:标签{number % TAGS}",
        "" if number % 2 else keys,
    )
    for at, scope in enumerate(scopes):
        yield Milestone(
            key=f"M-{number:04d}-{at}",
            deal=f"D-{number:04d}",
            name=f"milestone {number}.{at}",
            promised=TODAY + timedelta(days=(number * 5 + at) % 120 - 10),
            owner="同事 1",
            amount=Decimal(100_000 + number),
            contractual=at % 2 == 0,
            class_=f"class {at}",
            scope=scope,
        )


def _snapshots(key: str, number: int) -> tuple[Snapshot, ...]:
    return tuple(
        Snapshot(
            milestone=key,
            day=TODAY - timedelta(days=back),
            colour=Colour.AMBER if (number + back) % 3 else Colour.RED,
            own_colour=Colour.AMBER,
            due=date(2026, 9, 1) + timedelta(days=(number % 5) * ((SNAPSHOTS - back) // 4)),
            forecast_p85=None,
            at_risk_expected=None,
            total_weight=Decimal(1_000),
            weight_kind="hours",
            earliest_start=date(2026, 4, 1),
        )
        for back in range(SNAPSHOTS, 0, -1)
    )


def edited(record: TaskRecord, number: int, at: datetime) -> TaskRecord:
    """The record after somebody worked on its task: done, moved to a later date, or to another sprint."""
    task = record.task
    if number % 5 == 0:
        sprint = "迭代 1" if task.sprint != "迭代 1" else "迭代 2"
        return replace(record, task=replace(task, sprint=sprint, updated_at=at))
    if number % 2 or task.due_on is None:
        new = replace(task, status=Status.DONE, completed_at=at, updated_at=at)
        change = Change(task.source, task.id, at, "status", task.status.value, "done", "diff", at)
    else:
        due = task.due_on + timedelta(days=7)
        new = replace(task, due_on=due, updated_at=at)
        change = Change(task.source, task.id, at, "due_on", task.due_on.isoformat(), due.isoformat(), "diff", at)
    return replace(record, task=new, changes=(*record.changes, change))
