"""Hours of people that follow edits: what the book tells is what adding up all work anew tells, to the last digit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.model import Kind, Person, ProjectRef, Status, Task
from bridge.plan.calendar import WorkCalendar
from bridge.plan.document import Resource
from bridge.plan.identity import NOBODY
from bridge.reconcile.load import Scale, loads
from bridge.reconcile.loadbook import LoadBook
from bridge.reconcile.situation import TaskRecord

TODAY = date(2026, 8, 24)
SEEN = datetime(2026, 8, 1, tzinfo=UTC)
CALENDAR = WorkCalendar.china()
RESOURCES = (Resource(owner="林悦"),)
PEOPLE = (Person("u1", "林悦"), Person("u2", "王磊"), Person("u3", "林 悦"))
PLACE = ProjectRef("p", "P", "项目")


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    dates = st.none() | st.dates(date(2026, 8, 10), date(2026, 10, 20))
    stated: dict[str, Any] = dict.fromkeys(Task.__struct_fields__)
    stated |= {"source": "pingcode", "id": str(draw(st.integers(1, 6))), "title": "t", "project": PLACE, "fields": {}}
    stated |= {"kind": draw(st.sampled_from((Kind.TASK, Kind.TASK, Kind.MILESTONE))), "releases": (), "tags": ()}
    stated |= {"status": draw(st.sampled_from((Status.TODO, Status.TODO, Status.DOING, Status.DONE, Status.CANCELLED)))}
    stated |= {"assignees": tuple(draw(st.lists(st.sampled_from(PEOPLE), max_size=3)))}
    stated |= {"start_on": draw(dates), "due_on": draw(dates), "blocked": False, "mapping_version": ""}
    stated |= {"parent_id": draw(st.none() | st.integers(1, 7).map(str))}
    stated |= {"estimate_hours": draw(st.sampled_from((None, 0.1, 0.3, 7.7, 1e-9, 1e9, 12.5))), "remaining_hours": None}
    stated |= {"archived": draw(st.integers(0, 9)) == 0, "gone": draw(st.integers(0, 9)) == 0}
    return Task(**stated)


@given(
    st.lists(tasks(), max_size=6, unique_by=lambda task: task.id), st.lists(st.lists(tasks(), max_size=6), max_size=6)
)
@settings(deadline=None, max_examples=200)
def test_hours_after_any_edits_are_those_of_all_work_added_up(first: list[Task], rounds: list[list[Task]]):
    known = {task.ref: task for task in first}
    records = {ref: TaskRecord(task, SEEN) for ref, task in known.items()}
    scale = Scale(RESOURCES, CALENDAR, TODAY, 8.0, NOBODY)
    book = LoadBook(records, scale, loads(known.values(), RESOURCES, CALENDAR, TODAY, 8.0))

    for edits in rounds:
        new = {task.ref: task for task in edits}
        pairs = [(known.get(ref), task) for ref, task in new.items()]
        known |= new
        records |= {ref: TaskRecord(task, SEEN) for ref, task in new.items()}
        book.update(pairs, records)

        assert book.weeks == loads(known.values(), RESOURCES, CALENDAR, TODAY, 8.0)
