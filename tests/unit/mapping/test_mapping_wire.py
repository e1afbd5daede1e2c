"""A task is the same after it went over the wire, and looks as the surface promises."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.mapping import wire
from bridge.model import Kind, Person, ProjectRef, Status, Task
from tests.replacing import replace

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
INSTANTS = st.integers(315_532_800, 7_226_582_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
NUMBERS = st.floats(0, 1e6) | st.none()
TASKS = st.builds(
    Task,
    source=TEXT,
    id=TEXT,
    key=TEXT | st.none(),
    title=TEXT,
    url=TEXT | st.none(),
    project=st.builds(ProjectRef, TEXT, TEXT | st.none(), TEXT),
    kind=st.sampled_from(Kind),
    kind_raw=TEXT | st.none(),
    status=st.sampled_from(Status),
    status_raw=TEXT | st.none(),
    parent_id=TEXT | st.none(),
    assignees=st.lists(st.builds(Person, TEXT, TEXT), max_size=3).map(tuple),
    start_on=st.dates() | st.none(),
    due_on=st.dates() | st.none(),
    completed_at=INSTANTS | st.none(),
    created_at=INSTANTS | st.none(),
    updated_at=INSTANTS | st.none(),
    progress=NUMBERS,
    estimate_hours=NUMBERS,
    remaining_hours=NUMBERS,
    spent_hours=NUMBERS,
    story_points=NUMBERS,
    priority=TEXT | st.none(),
    sprint=TEXT | st.none(),
    phase=TEXT | st.none(),
    release=TEXT | st.none(),
    releases=st.lists(TEXT, max_size=2).map(tuple),
    tags=st.lists(TEXT, max_size=2).map(tuple),
    milestone=TEXT | st.none(),
    blocked=st.booleans(),
    fields=st.dictionaries(TEXT, st.none() | TEXT | st.lists(TEXT), max_size=2),
    archived=st.booleans(),
    gone=st.booleans(),
    mapping_version=TEXT,
)


@given(TASKS)
def test_a_task_is_the_same_after_going_over_the_wire(task):
    sent = json.dumps(wire.as_json(task))

    back = wire.from_json(json.loads(sent))

    assert back == task
    assert json.dumps(wire.as_json(back)) == sent


@given(TASKS)
def test_the_keys_stand_in_the_order_of_the_surface(task):
    assert list(wire.as_json(task)) == list(Task.__struct_fields__)


@pytest.mark.parametrize(
    "zone", [UTC, ZoneInfo("UTC"), ZoneInfo("Asia/Shanghai"), timezone(timedelta(hours=-5))], ids=str
)
def test_an_instant_is_written_in_utc_to_the_second(zone, mapped):
    written = datetime(2026, 8, 24, 1, 0, 5, 999, tzinfo=UTC).astimezone(zone)

    task = replace(mapped("").task, created_at=written)

    assert wire.as_json(task)["created_at"] == "2026-08-24T01:00:05Z"
