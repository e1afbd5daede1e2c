"""What may go and what must stay, table by table, with rows made for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bridge.store import pruning
from bridge.store.clockwork import stamp
from bridge.store.engine import Store
from bridge.store.opening import Place
from bridge.store.opening import opened as opened_at
from bridge.store.tables import BY_NAME

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 8, 24)
BEFORE = DAY + timedelta(days=30)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with opened_at(place) as opened:
        opened.upgrade()
        yield opened


def at(hour: int, day: date = DAY) -> str:
    return stamp(datetime(day.year, day.month, day.day, hour, tzinfo=ZONE))


def put(store: Store, table: str, **values: Any) -> None:
    """A row with these values, and something in every other column that may not be empty."""
    spec = BY_NAME[table]
    filled = {
        name: 0 if kind in ("INTEGER", "REAL") else b"" if kind == "BLOB" else ""
        for name, kind in spec.columns.items()
        if name not in spec.optional and name not in ("id", "seq")
    }
    row = {**filled, **values}
    store.insert_many(table, tuple(row), [tuple(row.values())])


def keys(doomed: pruning.Doomed) -> set[object]:
    return {key[0] if len(key) == 1 else key for key in doomed.keys}


def content(store: Store, number: int, stream: str, first: str, superseded: str | None) -> None:
    row = {"id": number, "source": "s", "stream": stream, "external_id": str(number), "payload": b"12345"}
    put(store, "raw_records", **row, first_seen_at=first, superseded_at=superseded)


def test_contents_go_once_superseded_unless_a_task_or_its_hours_rest_on_them(store: Store):
    for number in (1, 2, 3, 4):
        content(store, number, "items", at(9), at(10))
    content(store, 5, "items", at(9), None)
    content(store, 6, "items", at(9), at(9, BEFORE))
    put(store, "tasks", id="t", raw=2)
    put(store, "efforts", external_id="e", raw=3)

    found = pruning.contents(store, datetime(2026, 9, 23, tzinfo=ZONE), ZONE, ())

    assert keys(found) == {1, 4}
    assert found.bytes >= 2 * 5


def test_of_streams_that_past_days_are_read_from_only_what_no_day_ended_with_goes(store: Store):
    content(store, 1, "tickets", at(9), at(10))
    content(store, 2, "tickets", at(9), at(0, DAY + timedelta(days=1)))
    content(store, 3, "items", at(9), at(10, DAY + timedelta(days=1)))
    content(store, 4, "items", at(9), None)

    found = pruning.contents(store, datetime(2026, 9, 23, tzinfo=ZONE), ZONE, {("s", "tickets")})

    assert keys(found) == {1, 3}


def test_the_newest_number_of_a_row_is_never_given_to_another(store: Store):
    content(store, 1, "items", at(9), at(10))
    content(store, 2, "items", at(9), at(10))

    pruning.remove(store, pruning.contents(store, datetime(2026, 9, 23, tzinfo=ZONE), ZONE, ()))

    assert list(store.rows("SELECT id FROM raw_records")) == [(2,)]


def test_of_the_reads_of_a_day_stay_the_last_the_last_that_read_and_the_last_complete_one(store: Store):
    hours = {
        1: ("complete", at(7)),
        2: ("complete", at(8)),
        3: ("partial", None),
        4: ("partial", None),
        5: ("failed", None),
    }
    for run, (outcome, as_of) in hours.items():
        put(store, "source_runs", run=run, source="s", outcome=outcome, finished_at=at(7 + run), as_of=as_of)
    put(store, "source_runs", run=6, source="s", outcome="failed", finished_at=at(9, BEFORE))
    put(store, "source_runs", run=7, source="s", outcome="failed", finished_at=at(10, BEFORE))

    found = pruning.source_runs(store, BEFORE, ZONE)

    assert keys(found) == {(1, "s"), (3, "s")}


def test_of_the_runs_of_a_day_stays_the_one_that_ended_last(store: Store):
    for number, (began, ended) in enumerate([(7, 12), (8, 9), (10, None)], 1):
        put(store, "runs", id=number, today="2026-08-24", started_at=at(began), finished_at=ended and at(ended))
    put(store, "runs", id=4, today="2026-08-25", started_at=at(7, BEFORE), finished_at=at(8, BEFORE))
    put(store, "runs", id=5, today="2026-08-25", started_at=at(7), finished_at=at(8))

    assert keys(pruning.runs(store, BEFORE, ZONE)) == {2, 3}


def test_a_message_goes_once_all_of_it_has_arrived_long_ago(store: Store):
    old, new = at(9), at(9, BEFORE)
    parts = [("a", 1, "sent", old), ("a", 2, "sent", old), ("b", 1, "sent", old), ("b", 2, "dead", None)]
    for report, part, state, sent_at in [
        *parts,
        ("c", 1, "sent", old),
        ("c", 2, "sent", new),
        ("d", 1, "waiting", None),
    ]:
        put(store, "outbox", channel="x", report=report, part=part, state=state, sent_at=sent_at)

    found = pruning.parcels(store, datetime(2026, 9, 1, tzinfo=UTC))

    assert keys(found) == {("x", "a", 1), ("x", "a", 2)}


def test_the_audit_failed_logins_and_sessions_go_by_their_age(store: Store):
    now = datetime(2026, 9, 1, tzinfo=UTC)
    for name, day in (("old", DAY), ("new", BEFORE)):
        put(store, "audit", at=at(9, day), who=name)
        put(store, "login_failures", at=at(9, day))
        put(store, "sessions", id=name, ends_at=at(9, day))

    assert keys(pruning.audit(store, now)) == {1}
    assert keys(pruning.failures(store, now)) == {1}
    assert keys(pruning.sessions(store, now)) == {"old"}


def test_many_rows_go_in_short_transactions(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pruning, "BATCH", 10)
    for number in range(25):
        put(store, "audit", at=at(9), who=str(number))
    sizes: list[int] = []
    take = Store.delete_many
    monkeypatch.setattr(Store, "delete_many", lambda self, t, c, k: (sizes.append(len(k)), take(self, t, c, k))[1])

    pruning.remove(store, pruning.audit(store, datetime(2026, 9, 1, tzinfo=UTC)))

    assert sizes == [10, 10, 5]
    assert store.one("SELECT count(*) FROM audit") == (0,)


def test_weights_of_tasks_stay_in_the_snapshot_that_growth_is_measured_from(store: Store):
    days = [DAY + timedelta(days=number) for number in range(6)]
    for number, day in enumerate(days):
        data = '{"leaves":{},"due":null}' if number == 2 else '{"leaves":{"s/1":2.50},"due":null}'
        put(store, "assessments", milestone="M-1", day=day.isoformat(), data=data)

    doomed = pruning.leaves(store, days[5], lambda milestone: {days[2]} if milestone == "M-1" else ())
    pruning.remove(store, doomed)

    kept = dict(store.rows("SELECT day, data FROM assessments"))
    assert keys(doomed) == {("M-1", day.isoformat()) for day in (days[0], days[1], days[4])}
    assert kept[days[3].isoformat()] == kept[days[5].isoformat()] == '{"leaves":{"s/1":2.50},"due":null}'
    assert kept[days[0].isoformat()] == '{"leaves":{},"due":null}'
