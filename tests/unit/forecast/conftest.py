"""Tasks with a history for the forecast tests: real values of the common schema, only what a test names is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from zoneinfo import ZoneInfo

import pytest

from bridge.model import Change, Kind, ProjectRef, Status, Task
from bridge.plan.calendar import WorkCalendar
from tests.replacing import replace

SHANGHAI = ZoneInfo("Asia/Shanghai")
EMPTY = Task(
    source="pc",
    id="",
    key=None,
    title="",
    url=None,
    project=ProjectRef("p", None, "P"),
    kind=Kind.TASK,
    kind_raw=None,
    status=Status.TODO,
    status_raw=None,
    parent_id=None,
    assignees=(),
    start_on=None,
    due_on=None,
    completed_at=None,
    created_at=None,
    updated_at=None,
    progress=None,
    estimate_hours=None,
    remaining_hours=None,
    spent_hours=None,
    story_points=None,
    priority=None,
    sprint=None,
    phase=None,
    release=None,
    releases=(),
    tags=(),
    milestone=None,
    blocked=False,
)


@dataclass(frozen=True, slots=True)
class Record:
    task: Task
    first_seen: datetime
    changes: tuple[Change, ...] = ()


def noon(day: date) -> datetime:
    """Noon in Shanghai of a civil day, as an instant."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture
def zone() -> ZoneInfo:
    return SHANGHAI


@pytest.fixture(scope="session")
def calendar() -> WorkCalendar:
    return WorkCalendar.china()


@pytest.fixture
def record() -> Callable[..., Record]:
    """Build a record: `record(seen=date, changes=[(when, field, old, new[, cause])], done_on=date, **task fields)`."""
    numbers = count(1)

    def build(
        seen: date | datetime = date(2026, 1, 5),
        changes: tuple[tuple[object, ...], ...] = (),
        done_on: date | None = None,
        created_on: date | None = None,
        **fields: object,
    ) -> Record:
        task = replace(EMPTY, id=str(fields.pop("id", next(numbers))), **fields)
        if created_on is not None:
            task = replace(task, created_at=noon(created_on))
        if done_on is not None:
            task = replace(task, status=Status.DONE, completed_at=noon(done_on))
        log = tuple(_change(task, *entry) for entry in changes)
        return Record(task, seen if isinstance(seen, datetime) else noon(seen), log)

    return build


def _change(task: Task, at: date | datetime, field: str, old: object, new: object, cause: str = "source") -> Change:
    instant = at if isinstance(at, datetime) else noon(at)
    return Change(task.source, task.id, instant, field, old, new, "diff", instant, cause)
