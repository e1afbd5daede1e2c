"""What vendors remember themselves reaches the change log once, hours reach their tasks, and project states the report."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.mapping.apply import Surroundings
from bridge.mapping.document import MappingFile, parse
from bridge.model import Change
from bridge.store import details, effort, history, raw, runs, tasks
from bridge.store.details import Due
from bridge.store.engine import Store
from bridge.sync.effort import refresh_effort
from bridge.sync.history import record_events, remap_events
from bridge.sync.landing import Turn, land
from bridge.sync.outcome import Counts
from connectors.contract import RawRecord

from .conftest import PAY, TODAY, Site, item, last_second

MAPPING = (Path(__file__).parents[2] / "mappings" / "pingcode.toml").read_text(encoding="utf-8")
ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
DAY = timedelta(days=1)
T = 1786500000  # 2026-08-12
STATES = {"未开始": "pending", "进行中": "in_progress", "已完成": "completed"}


@dataclass
class Desk:
    """A store, and the source "pc" being written into it run after run."""

    store: Store
    mapping: MappingFile
    now: datetime = MONDAY
    seen: dict[str, dict[str, Any]] = field(default_factory=dict)

    def turn(self) -> Turn:
        run = runs.start(self.store, "sync", self.now.date(), self.now)
        return Turn(self.store, "pc", run, self.mapping, Surroundings("pc", ZONE, self.now, {}, {}))

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def task(self, key: str = "t1", **changes: Any) -> Counts:
        usual = {"id": key, "title": "联调", "project": {"id": "p1", "name": "支付"}, "state": state("未开始")}
        self.seen[key] = {**usual, **self.seen.get(key, {}), **changes}
        return self.rows("work_items", "p1", [self.seen[key]], is_task=True)

    def rows(self, stream: str, scope: str, rows: Sequence[dict[str, Any]], *, is_task: bool = False) -> Counts:
        records = [RawRecord(stream, row["id"], None, row) for row in rows]
        with self.store.transaction():
            return land(self.turn(), stream, scope, records, is_task=is_task, gone=set())

    def tell(self, stream: str, rows: Sequence[dict[str, Any]], key: str = "t1") -> int:
        self.rows(stream, key, rows)
        with self.store.transaction():
            details.mark_read(self.store, "pc", stream, Due(key, "p1", 0), self.now)
            return record_events(self.turn(), stream, key, rows)

    def remap(self, text: str) -> int:
        self.mapping = parse(text, name="own.toml")
        with self.store.transaction():
            return remap_events(self.turn())

    def add_up(self) -> int:
        with self.store.transaction():
            return refresh_effort(self.turn(), "workloads")

    def work(self, name: str, hours: object, key: str = "t1", review: str = "no_review") -> dict[str, Any]:
        return {"id": name, "principal": {"id": key}, "duration": hours, "review_state": review}

    def log(self, *fields: str, **wish: Any) -> list[Change]:
        return [change for change in tasks.changes(self.store, **wish) if not fields or change.field in fields]

    def moves(self, *fields: str, **wish: Any) -> list[tuple[str, object, object]]:
        return [(change.how, change.old, change.new) for change in self.log(*fields, **wish)]

    def spent(self, key: str = "t1") -> object:
        return tasks.known(self.store, "pc", [key])[key].data["spent_hours"]

    def rows_written(self) -> int:
        return self.store.db.conn.total_changes


def state(name: str) -> dict[str, str]:
    return {"name": name, "type": STATES[name]}


def transition(name: str, old: str | None, new: str, at: int = T) -> dict[str, Any]:
    return {"id": name, "from_state": None if old is None else state(old), "to_state": state(new), "created_at": at}


def due_moved(name: str, old: object, new: object, at: int = T, key: str = "end_at") -> dict[str, Any]:
    content = {"property_key": key, "origin": old, "target": new}
    return {"id": name, "template": "update-property", "content": content, "created_at": at}


def seconds(day: str) -> int:
    return int(datetime.fromisoformat(f"{day}T23:59:59").replace(tzinfo=ZONE).timestamp())


def opened(folder: Path) -> Desk:
    store = Store(folder / "bridge.db")
    store.upgrade()
    return Desk(store, parse(MAPPING, name="pingcode.toml"))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = opened(tmp_path)
    yield made
    made.store.close()


# --- Events -------------------------------------------------------------------------------------------------------------


def test_history_from_before_the_first_sight_is_told_at_the_vendors_instants(desk: Desk):
    desk.task(end_at=seconds("2026-09-10"))

    count = desk.tell(
        "activities",
        [
            due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), T),
            due_moved("a2", seconds("2026-09-04"), seconds("2026-09-10"), T + 86_400),
        ],
    )

    assert count == 2
    assert [(c.at.day, c.old, c.new, c.how) for c in desk.log("due_on")] == [
        (12, "2026-09-01", "2026-09-04", "activity"),
        (13, "2026-09-04", "2026-09-10", "activity"),
    ]


def test_the_same_history_read_again_writes_nothing(desk: Desk):
    desk.task()
    rows = [transition("h0", None, "未开始"), transition("h1", "未开始", "进行中", T + 5)]
    desk.tell("transitions", rows)
    desk.later(days=1)
    before = desk.log()

    assert desk.tell("transitions", rows) == 0
    assert desk.log() == before
    assert len(before) == 2


def test_a_move_that_our_own_difference_shows_too_is_listed_once_at_the_instant_of_the_vendor(desk: Desk):
    desk.task(end_at=seconds("2026-09-01"))
    desk.later(days=1)
    desk.task(end_at=seconds("2026-09-04"))
    happened = int((desk.now - timedelta(hours=3)).timestamp())

    desk.tell("activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), happened)])

    assert desk.moves("due_on") == [("activity", "2026-09-01", "2026-09-04")]
    assert desk.log("due_on")[0].at == desk.now - timedelta(hours=3)


def test_a_past_day_knows_only_what_had_been_recorded_by_then(desk: Desk):
    desk.task(end_at=seconds("2026-09-01"))
    desk.later(days=1)
    desk.task(end_at=seconds("2026-09-04"))
    desk.later(days=1)
    desk.tell(
        "activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), int(MONDAY.timestamp()) + 60)]
    )

    before = desk.moves("due_on", recorded_before="2026-08-26T00:00:00.000000Z")
    then = {task.id: task.due_on for task, _ in tasks.tasks_on(desk.store, date(2026, 8, 24), ZONE)}

    assert before == [("diff", "2026-09-01", "2026-09-04")]
    assert desk.moves("due_on") == [("activity", "2026-09-01", "2026-09-04")]
    assert then == {"t1": date(2026, 9, 1)}


def test_a_day_before_a_vendors_old_history_became_known_is_not_rebuilt_from_it(desk: Desk):
    desk.task(end_at=seconds("2026-09-10"))
    desk.later(days=3)
    desk.tell("activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-10"))])

    then = {task.id: task.due_on for task, _ in tasks.tasks_on(desk.store, date(2026, 8, 24), ZONE)}

    assert then == {"t1": date(2026, 9, 10)}


def test_changes_since_a_day_leave_out_a_move_that_the_vendor_dates_earlier(desk: Desk):
    desk.task(end_at=seconds("2026-09-01"))
    desk.later(days=2)
    desk.task(end_at=seconds("2026-09-04"))
    desk.tell(
        "activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), int(MONDAY.timestamp()) + 60)]
    )

    assert desk.moves("due_on", since="2026-08-26T00:00:00.000000Z") == []
    assert len(desk.moves("due_on", since="2026-08-24T00:00:00.000000Z")) == 1


def test_an_event_of_a_clock_that_is_ahead_happened_when_it_was_recorded_and_is_known_again_later(desk: Desk):
    desk.task()
    ahead = [transition("h1", "未开始", "进行中", int(desk.now.timestamp()) + 3600)]
    desk.tell("transitions", ahead)

    desk.later(days=1)
    again = desk.tell("transitions", ahead)

    assert again == 0
    assert {change.at for change in desk.log()} == {MONDAY}


def test_two_moves_within_one_second_are_two(desk: Desk):
    desk.task()
    rows = [transition("h1", "未开始", "进行中"), transition("h2", "进行中", "已完成")]

    desk.tell("transitions", rows[:1])
    desk.tell("transitions", rows[1:])
    desk.tell("transitions", rows)

    assert desk.moves("status") == [("activity", "todo", "doing"), ("activity", "doing", "done")]


def test_a_state_that_got_another_name_does_not_double_its_past(desk: Desk):
    desk.task()
    desk.tell("transitions", [transition("h1", "未开始", "进行中")])
    renamed = transition("h1", "未开始", "进行中")
    renamed["to_state"] = {"name": "开发中", "type": "in_progress"}

    desk.later(minutes=1)
    counts = [desk.tell("transitions", [renamed]) for _ in range(3)]

    assert counts == [1, 0, 0]
    assert desk.moves("status_raw") == [("activity", "未开始", "开发中")]
    assert desk.moves("status") == [("activity", "todo", "doing")]


def test_what_cannot_be_read_is_a_problem_of_the_task_until_it_can(desk: Desk):
    desk.task()
    desk.tell("activities", [due_moved("a1", "soon", seconds("2026-09-04"))])
    told = tasks.problem_counts(desk.store)

    desk.tell("activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"))])

    assert told == [("pc", "activities.due_on", "unreadable_value", "soon", 1)]
    assert tasks.problem_counts(desk.store) == []


def test_a_mapping_that_learns_a_key_finds_the_moves_in_what_is_stored(desk: Desk):
    desk.task()
    desk.tell("activities", [due_moved("a1", seconds("2026-09-01"), seconds("2026-09-04"), key="plan_end")])
    assert desk.moves("due_on") == []

    desk.remap(MAPPING.replace('"due_at", "due"]', '"due_at", "due", "plan_end"]'))

    assert desk.moves("due_on") == [("activity", "2026-09-01", "2026-09-04")]


def test_a_mapping_that_reads_states_otherwise_corrects_the_past_once_and_keeps_what_was_known_then(desk: Desk):
    desk.task()
    desk.tell("transitions", [transition("h1", "未开始", "进行中"), transition("h2", "进行中", "已完成", T + 60)])
    desk.later(days=1)
    then = f"{desk.now:%Y-%m-%dT%H:%M:%S}.000000Z"
    desk.later(minutes=1)
    other = MAPPING.replace('in_progress = "doing"', 'in_progress = "todo"')

    counts = [desk.remap(other) for _ in range(2)]

    assert counts == [2, 0]
    assert desk.moves("status") == [("activity", "todo", "done")]
    assert desk.moves("status", recorded_before=then) == [("activity", "todo", "doing"), ("activity", "doing", "done")]


def test_a_mapping_without_history_takes_the_vendors_entries_out_again(desk: Desk):
    desk.task()
    desk.tell("transitions", [transition("h1", "未开始", "进行中")])

    desk.later(minutes=1)
    desk.remap(MAPPING[: MAPPING.index("[[history]]")])

    assert desk.moves() == []


WORDS = st.sampled_from(sorted(STATES))


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A way through the states, now and then several steps in a second, now and then dated ahead."""
    at, name, rows = T, draw(WORDS), [transition("h0", None, "未开始")]
    rows[0]["to_state"] = state(name)
    for number in range(1, draw(st.integers(1, 7))):
        at += draw(st.sampled_from([0, 1, 3600, 86_400, 5_000_000]))
        to = draw(WORDS.filter(lambda word, name=name: word != name))
        rows.append(transition(f"h{number}", name, to, at))
        name = to
    return rows


@given(rows=histories(), data=st.data())
@settings(max_examples=40, deadline=None)
def test_however_often_and_in_whatever_parts_a_history_is_read_each_event_is_written_once(
    rows: list[dict[str, Any]], data: st.DataObject
):
    with tempfile.TemporaryDirectory() as folder:
        desk = opened(Path(folder))
        whole = opened_beside(Path(folder))
        for _ in range(data.draw(st.integers(1, 5))):
            desk.tell("transitions", data.draw(st.lists(st.sampled_from(rows), unique_by=lambda row: row["id"])))
            desk.later(seconds=data.draw(st.sampled_from([0, 60, 90_000, 9_000_000])))
        desk.tell("transitions", rows)
        whole.now = desk.now
        whole.tell("transitions", rows)

        rows_kept = len(history.recorded(desk.store, "pc", "t1"))
        written = [(c.field, c.old, c.new) for c in desk.log()]
        expected = [(c.field, c.old, c.new) for c in whole.log()]
        desk.store.close(), whole.store.close()

    assert sorted(written) == sorted(expected)
    assert rows_kept == len(expected)
    assert len(written) >= 2 * (len(rows) > 1)


def opened_beside(folder: Path) -> Desk:
    (folder / "beside").mkdir()
    return opened(folder / "beside")


# --- Hours --------------------------------------------------------------------------------------------------------------


def test_hours_spent_are_the_exact_sum_of_what_counts(desk: Desk):
    desk.task()
    work = [desk.work("w1", 0.1), desk.work("w2", 0.2), desk.work("w3", 8, review="approved")]
    desk.rows(
        "workloads", "p1", [*work, desk.work("w4", 5, review="rejected"), desk.work("w5", 5, review="terminated")]
    )

    assert desk.add_up() == 1
    assert desk.spent() == 8.3
    assert desk.moves("spent_hours") == [("diff", None, 8.3)]


def test_a_task_without_registered_hours_has_none_and_not_zero(desk: Desk):
    desk.task()
    desk.rows("workloads", "p1", [desk.work("w1", 5, review="rejected"), desk.work("w2", 3, key="elsewhere")])

    assert desk.add_up() == 0
    assert desk.spent() is None


def test_hours_follow_corrections_moves_and_withdrawals(desk: Desk):
    desk.task()
    desk.task("t2")
    desk.rows("workloads", "p1", [desk.work("w1", 2), desk.work("w2", 3)])
    desk.add_up()
    found = [(desk.spent("t1"), desk.spent("t2"))]

    for rows in ([desk.work("w1", 2.5)], [desk.work("w2", 3, key="t2")], [desk.work("w1", 2.5, review="rejected")]):
        desk.later(hours=1)
        desk.rows("workloads", "p1", rows)
        desk.add_up()
        found.append((desk.spent("t1"), desk.spent("t2")))
    with desk.store.transaction():
        raw.withdraw(desk.store, "pc", "workloads", "p1", {"w1"}, desk.now)
    desk.add_up()
    found.append((desk.spent("t1"), desk.spent("t2")))

    assert found == [(5.0, None), (5.5, None), (2.5, 3.0), (None, 3.0), (None, None)]


def test_nothing_changed_writes_nothing(desk: Desk):
    desk.task()
    desk.rows("workloads", "p1", [desk.work(f"w{n}", 1) for n in range(1200)])
    desk.add_up()
    turn = desk.turn()
    before = desk.rows_written()

    with desk.store.transaction():
        count = refresh_effort(turn, "workloads")

    assert (count, desk.rows_written() - before) == (0, 0)
    assert desk.spent() == 1200.0


def test_hours_registered_before_the_task_was_seen_are_filled_in_when_it_lands(desk: Desk):
    desk.rows("workloads", "p1", [desk.work("w1", 4)])
    desk.add_up()
    row: dict[str, Any] = {"id": "t1", "spent_hours": None}
    own: dict[str, Any] = {"id": "t1", "spent_hours": 1.0}

    effort.fill_in(desk.store, "pc", [row, own, {"id": "t9", "spent_hours": None}])

    assert (row["spent_hours"], own["spent_hours"]) == (4.0, 1.0)


def test_a_mapping_that_reads_hours_from_the_task_itself_wins(desk: Desk):
    desk.mapping = parse(f'{MAPPING}\n[task.spent_hours]\nfrom = "properties.hours"\n', name="own.toml")
    desk.task(properties={"hours": 7})
    desk.rows("workloads", "p1", [desk.work("w1", 4)])

    assert desk.add_up() == 0
    assert desk.spent() == 7.0


def test_another_mapping_counts_all_hours_anew_and_says_that_it_is_the_cause(desk: Desk):
    desk.task()
    desk.rows("workloads", "p1", [desk.work("w1", 2), desk.work("w2", 3, review="pending")])
    desk.add_up()

    desk.mapping = parse(MAPPING.replace('["rejected", "terminated"]', '["rejected", "pending"]'), name="own.toml")
    desk.later(hours=1)
    desk.add_up()

    assert desk.spent() == 2.0
    assert [(c.old, c.new, c.cause) for c in desk.log("spent_hours")] == [(None, 5.0, "source"), (5.0, 2.0, "mapping")]


def test_hours_that_cannot_be_read_are_a_problem_until_they_can(desk: Desk):
    desk.task()
    desk.rows("workloads", "p1", [desk.work("w1", "viel"), desk.work("w2", 1)])
    desk.add_up()
    told = tasks.problem_counts(desk.store)

    desk.rows("workloads", "p1", [desk.work("w1", 2)])
    desk.add_up()

    assert told == [("pc", "workloads.hours", "unreadable_value", "viel", 1)]
    assert tasks.problem_counts(desk.store) == []
    assert desk.spent() == 3.0


# --- Through the commands ----------------------------------------------------------------------------------------------


def test_a_moved_date_counts_as_a_push_on_the_day_on_which_it_was_moved(site: Site):
    first, moved = date(2026, 8, 3), date(2026, 8, 12)
    site.advance(first)
    site.run("sync", today=first)
    site.run("reconcile", today=first)
    site.advance(moved)
    site.pay.edit(item(PAY, 1).id, due=last_second(date(2026, 9, 18)))
    site.advance(TODAY)
    site.run("sync")
    site.run("reconcile")

    listed = [c for c in site.run("changes", "--task", "PAY-1", "--json").lines if c["field"] == "due_on"]
    row = site.run("report", "--format", "json").json["milestones"][0]

    assert [(c["how"], c["at"][:10], c["old"], c["new"]) for c in listed] == [
        ("activity", "2026-08-12", "2026-08-28", "2026-09-18")
    ]
    assert row["pushes"] == {"count": 1, "days": 21, "first_promise": "2026-08-28", "last_promise": "2026-09-18"}


def test_pushes_from_before_our_first_look_are_counted(site: Site):
    for day, due in ((date(2026, 8, 4), date(2026, 9, 4)), (date(2026, 8, 11), date(2026, 9, 11))):
        site.advance(day)
        site.pay.edit(item(PAY, 1).id, due=last_second(due))
    site.advance(TODAY)
    site.run("sync")
    site.run("reconcile")

    row = site.run("report", "--format", "json").json["milestones"][0]

    assert row["pushes"] == {"count": 2, "days": 14, "first_promise": "2026-08-28", "last_promise": "2026-09-11"}


def test_a_project_called_late_claims_it_and_a_past_day_shows_what_was_said_then(site: Site):
    monday = date(2026, 8, 17)
    site.advance(monday)
    site.run("sync", today=monday)
    site.run("reconcile", today=monday)
    site.advance(TODAY)
    site.pay.projects[PAY.id] = replace(PAY, state="延期")
    site.run("sync")
    site.run("reconcile")

    today = site.run("report", "--format", "json").json["milestones"]
    then = site.run("report", "--format", "json", "--as-of", str(monday)).json["milestones"]

    assert [row["claimed_status"] for row in today] == ["red", None]
    assert [row["claimed_status"] for row in then] == [None, None]
