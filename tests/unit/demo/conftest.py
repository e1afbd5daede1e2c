"""Plays the demo's programme without vendors: the worlds become tasks directly, every look is judged and remembered."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest

from bridge.demo.life import BLOCKED
from bridge.demo.programme import Programme, programme
from bridge.model import Change, Kind, LinkKind, Person, ProjectRef, Status, Task, TaskKey, TaskLink
from bridge.plan import baselines
from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Baseline
from bridge.reconcile.run import assess
from bridge.reconcile.situation import Portfolio, Result, Snapshot, SourceState, TaskRecord
from bridge.reconcile.snapshot import snapshots
from connectors.testing import SimItem, World

ZONE = ZoneInfo("Asia/Shanghai")
CALENDAR = WorkCalendar.china()
WATCHED = ("due_on", "start_on", "status", "estimate_hours", "story_points", "progress", "archived", "gone", "blocked")


@dataclass
class Played:
    """What was known after the looks so far."""

    content: Programme
    records: dict[TaskKey, TaskRecord] = field(default_factory=dict)
    links: dict[tuple[str, str], TaskLink] = field(default_factory=dict)
    baselines: dict[str, tuple[Baseline, ...]] = field(default_factory=dict)
    snapshots: dict[str, tuple[Snapshot, ...]] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)

    def look(self, day: date) -> Result:
        self.content.advance_to(day)
        now = self.content.instant_of(day)
        for task in tasks_of(self.content):
            self.records[task.ref] = _observed(self.records.get(task.ref), task, now)
        for first, last in _blocks(self.content.pingcode):
            link = TaskLink("pingcode", first, last, LinkKind.BLOCKS, None, 0, now)
            self.links.setdefault((first, last), link)
        version = [version for version in self.content.plan_versions if version.on <= day][-1]
        fresh = baselines.protect(
            version.plan, self.baselines, at=now, approved_by=version.approved_by, reason=version.reason
        )
        for baseline in fresh:
            self.baselines[baseline.milestone] = (*self.baselines.get(baseline.milestone, ()), baseline)
        result = assess(
            Portfolio(
                today=day,
                now=now,
                timezone=ZONE,
                calendar=CALENDAR,
                plan=version.plan,
                baselines=self.baselines,
                tasks=tuple(self.records.values()),
                sources=tuple(SourceState(name, name, "complete", now) for name in ("pingcode", "worktile")),
                snapshots=self.snapshots,
                links=tuple(self.links.values()),
            )
        )
        for kept in snapshots(result, day):
            self.snapshots[kept.milestone] = (*self.snapshots.get(kept.milestone, ()), kept)
        self.results.append(result)
        return result


def _blocks(world: World) -> Iterator[tuple[str, str]]:
    for item in world.items.values():
        yield from ((item.id, other) for kind, other in item.links if kind == "block")


def tasks_of(content: Programme) -> Iterator[Task]:
    """Both worlds in the common schema, as a faithful mapping gives them."""
    for source, world in (("pingcode", content.pingcode), ("worktile", content.worktile)):
        for item in world.items.values():
            yield _task(source, world, item)


def _task(source: str, world: World, item: SimItem) -> Task:
    has_effort = source == "pingcode"
    project = world.projects[item.project]
    people = [world.people[item.assignee]] if item.assignee else []
    phase = world.items[item.phase].title if item.phase else None
    return Task(
        source=source,
        id=item.id,
        key=item.key,
        title=item.title,
        url=None,
        project=ProjectRef(project.id, project.key, project.name),
        kind=Kind(item.kind),
        kind_raw=item.kind,
        status=Status(item.state),
        status_raw=item.state_name,
        parent_id=item.parent,
        assignees=tuple(Person(person.id, person.name) for person in people),
        start_on=_local(item.start),
        due_on=_local(item.due),
        completed_at=item.completed_at,
        created_at=item.created_at,
        updated_at=item.updated_at,
        progress=None,
        estimate_hours=item.estimate_hours if has_effort else None,
        remaining_hours=item.remaining_hours if has_effort else None,
        spent_hours=None,
        story_points=item.story_points if has_effort else None,
        priority=item.priority,
        sprint=item.sprint.name if item.sprint else None,
        phase=phase,
        release=item.releases[0].name if item.releases else None,
        releases=tuple(release.name for release in item.releases),
        tags=item.tags,
        milestone=None,
        blocked=BLOCKED in item.tags,
        archived=item.archived,
        gone=item.deleted,
    )


def _local(instant: datetime | None) -> date | None:
    return instant.astimezone(ZONE).date() if instant else None


def _observed(known: TaskRecord | None, task: Task, now: datetime) -> TaskRecord:
    if known is None:
        return TaskRecord(task, now)
    changes = tuple(
        Change(task.source, task.id, task.updated_at or now, name, _json(old), _json(new), "diff", now)
        for name in WATCHED
        if (old := getattr(known.task, name)) != (new := getattr(task, name))
    )
    return TaskRecord(task, known.first_seen, (*known.changes, *changes))


def _json(value: object) -> object:
    return json.loads(json.dumps(value, default=lambda other: other.isoformat()))


@lru_cache(maxsize=16)
def _play(today: date, seed: int) -> Played:
    played = Played(programme(today, seed=seed, timezone=ZONE))
    for day in played.content.observe:
        played.look(day)
    return played


@pytest.fixture(scope="session")
def play() -> Callable[..., Played]:
    """The programme with all looks taken; played once for a day and a seed."""

    def played(today: date, seed: int = 1) -> Played:
        return _play(today, seed)

    return played
