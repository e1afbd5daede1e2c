"""A process that judges again and again prints what a fresh one prints, whatever was written between, by whomever."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bridge.mapping import wire
from bridge.model import Kind, Person, ProjectRef, Status, Task
from bridge.reconcile.run import assess
from bridge.report import view
from bridge.store import mappings, runs, tasks, writes
from bridge.store.engine import Store
from bridge.sync.landing import differences
from bridge.usecases.clock import Clock
from bridge.usecases.evaluate import Memory, Reconciled, reconcile
from bridge.usecases.portfolio import present
from bridge.usecases.workspace import Workspace
from tests.replacing import replace

BEGUN = datetime(2026, 8, 24, 1, tzinfo=UTC)
CONFIG = """
[database]
url = "sqlite:///bridge.db"

[plan]
file = "plan.toml"
"""
PLAN = """
[[deals]]
key = "D-1"
name = "one"

[[milestones]]
key = "M-1"
deal = "D-1"
name = "by sprint"
promised = 2026-09-01
scope = 'sprint:A'

[[milestones]]
key = "M-2"
deal = "D-1"
name = "by parent"
promised = 2026-09-10
scope = 'parent:t000'

[[milestones]]
key = "M-3"
deal = "D-1"
name = "mapped"
promised = 2026-08-28
"""


class Standing(Clock):
    """A clock that stands at one instant."""

    instant: datetime = BEGUN

    def now(self) -> datetime:
        return self.instant


class Office:
    """An installation whose tasks are written as a sync writes them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.draw, self.now = folder, random.Random(seed), BEGUN
        self.tasks: dict[str, Task] = {}
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        (folder / "plan.toml").write_text(PLAN, encoding="utf-8")

    def space(self) -> Workspace:
        space = Workspace.open(self.folder / "config.toml", today=self.now.date())
        zone = space.clock.timezone
        return replace(space, clock=Standing(zone, self.now.astimezone(zone).date(), instant=self.now))

    def write(self, store: Store, *written: Task) -> None:
        run = runs.start(store, "sync", self.now.date(), self.now)
        for task in written:
            before, data = self.tasks.get(task.id), wire.as_json(task)
            known = tasks.known(store, task.source, [task.id]).get(task.id)
            first_seen = known.first_seen_at if known else self.now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            tasks.save(store, [tasks.TaskRow(tasks.filed(data), "s", 1, first_seen)])
            if before is not None:
                changes = differences(wire.as_json(before), data, self.now, "source")
                tasks.record(store, changes, run)
                writes.touch(store, [] if changes else [task.ref])
            self.tasks[task.id] = task

    def something_happens(self, store: Store) -> None:
        draw = self.draw
        self.now += timedelta(minutes=draw.randrange(1, 300))
        chosen = draw.sample(sorted(self.tasks), draw.randrange(0, 4))
        edited = [_edited(self.tasks[name], draw, self.now) for name in chosen]
        fresh = [_made(len(self.tasks) + n, draw) for n in range(draw.choice([0, 0, 1, 3]))]
        with store.transaction():
            self.write(store, *edited, *fresh)
            if draw.random() < 0.1:
                mappings.activate(store, "pingcode", f"v{draw.random()}", "b", "", self.now, mappings.FROM_FILE)
        if draw.random() < 0.3:
            text = PLAN.replace("by parent", f"by parent {draw.randrange(9)}")
            text = text.replace("sprint:A", f"sprint:{draw.choice('AB')}")
            (self.folder / "plan.toml").write_text(text, encoding="utf-8")


def _made(number: int, draw: random.Random) -> Task:
    return Task(
        source="pingcode", id=f"t{draw.randrange(10)}{number:02d}" if number else "t000", key=f"K-{number}", title="t",
        url=None, project=ProjectRef("p1", "PAY", "支付"), kind=Kind.TASK, kind_raw=None, status=Status.TODO,
        status_raw=None, parent_id="t000" if number % 3 else None, assignees=(Person("u1", "林悦"),), start_on=None,
        due_on=BEGUN.date() + timedelta(days=draw.randrange(20)), completed_at=None, created_at=BEGUN, updated_at=BEGUN,
        progress=None, estimate_hours=8.0, remaining_hours=None, spent_hours=None, story_points=None, priority=None,
        sprint=draw.choice("AB"), phase=None, release=None, releases=(), tags=(),
        milestone=draw.choice([None, "M-3"]), blocked=False,
    )  # fmt: skip


def _edited(task: Task, draw: random.Random, at: datetime) -> Task:
    edits = (
        {"due_on": BEGUN.date() + timedelta(days=draw.randrange(30)), "updated_at": at},
        {"status": draw.choice([Status.DOING, Status.DONE, Status.CANCELLED]), "updated_at": at},
        {"sprint": draw.choice("AB"), "milestone": draw.choice([None, "M-3"])},
        {"gone": not task.gone},
        # Somebody was renamed: nothing that happened to the task.
        {"assignees": (Person("u1", draw.choice(["林悦", "林 月"])),)},
    )
    return replace(task, **draw.choice(edits))


@pytest.fixture
def office(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[Office, Store]]:
    office = Office(tmp_path, request.param)
    with office.space().store(create=True) as store:
        with store.transaction():
            office.write(store, *(_made(number, office.draw) for number in range(25)))
        yield office, store


def _printed(office: Office, judged: Reconciled) -> object:
    return view.build(judged.portfolio, judged.result, lang="zh", generated_at=office.now)


@pytest.mark.parametrize("office", range(6), indirect=True)
def test_a_served_process_prints_what_a_fresh_one_prints_after_any_edits(office: tuple[Office, Store]):
    at_work, store = office
    memory = Memory()

    for _ in range(8):
        at_work.something_happens(store)
        served = reconcile(at_work.space(), memory)
        fresh = present(at_work.space(), store)

        assert served.portfolio == fresh
        assert served.result == assess(fresh)
        printed = view.build(fresh, assess(fresh), lang="zh", generated_at=at_work.now)
        assert _printed(at_work, served) == printed


@pytest.mark.parametrize("office", [1], indirect=True)
def test_only_what_was_written_is_read_again_and_judged_again(office: tuple[Office, Store]):
    at_work, store = office
    memory = Memory()
    before = reconcile(at_work.space(), memory).portfolio.tasks
    task = next(task for task in at_work.tasks.values() if task.milestone == "M-3" and task.sprint == "B")
    with store.transaction():
        at_work.write(store, replace(task, title="another"))

    after = reconcile(at_work.space(), memory).portfolio.tasks

    assert sum(was is not now for was, now in zip(before, after, strict=True)) == 1
    assert 1 <= memory.judge.judged < 3


@pytest.mark.parametrize("office", [2], indirect=True)
def test_a_store_that_was_put_back_is_read_from_the_start(office: tuple[Office, Store]):
    at_work, store = office
    memory = Memory()
    with store.copy_to(at_work.folder / "backup.db") as copy:
        copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    at_work.something_happens(store)
    reconcile(at_work.space(), memory)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    (at_work.folder / "backup.db").replace(at_work.folder / "bridge.db")

    served = reconcile(at_work.space(), memory)

    with at_work.space().store() as again:
        assert served.portfolio.tasks == present(at_work.space(), again).tasks
