"""Findings on file: a day can be judged again as if it had not been, and a past day is read as it stood."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from bridge.model import Colour, Severity
from bridge.reconcile.findings import Held, judge
from bridge.reconcile.register import Episode, Note, Override
from bridge.reconcile.situation import Snapshot
from bridge.store import findings, snapshots, statements
from bridge.store.clockwork import stamp
from bridge.store.engine import Store
from bridge.store.opening import Place
from bridge.store.opening import opened as opened_at
from tests.server import writes

MONDAY = date(2026, 8, 24)
RED, AMBER = Severity.RED, Severity.AMBER
NOON = datetime(2026, 8, 24, 4, tzinfo=UTC)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with opened_at(place) as store:
        store.upgrade()
        yield store


def on(offset: int) -> date:
    return MONDAY + timedelta(days=offset)


def reconcile(store: Store, day: date, held: Held, run: int = 1) -> None:
    with store.transaction():
        last = {key: kept[-1].day for key, kept in snapshots.before(store, day).items()}
        episodes = judge(findings.open_before(store, day), held, day, last, run)
        findings.save(store, day, episodes)
        plain = Snapshot("M-1", day, Colour.RED, Colour.RED, None, None, None, None, None)
        snapshots.save(store, run, day, [plain] if "M-1" in held else [])


def kept(store: Store) -> list[tuple[object, ...]]:
    rows = store.rows(
        "SELECT code, opened_on, opened_run, opened_severity, severity, worsened_on, seen_on, cleared_on FROM findings "
        "ORDER BY code, opened_on"
    )
    return [tuple(value for value in row) for row in rows]


def test_an_episode_is_one_row_with_its_days_and_the_run_that_opened_it(store: Store):
    reconcile(store, on(0), {"M-1": {"STALE": AMBER}}, run=4)
    reconcile(store, on(2), {"M-1": {"STALE": RED}}, run=5)
    reconcile(store, on(3), {"M-1": {}}, run=6)

    assert kept(store) == [
        ("STALE", "2026-08-24", 4, "amber", "red", "2026-08-26", "2026-08-26", "2026-08-27"),
    ]


def test_a_second_run_of_a_day_replaces_what_the_first_one_opened_changed_and_cleared(store: Store):
    reconcile(store, on(0), {"M-1": {"STALE": AMBER, "PUSHED": AMBER}}, run=1)
    before = kept(store)

    reconcile(store, on(1), {"M-1": {"OVERDUE": RED, "PUSHED": RED}}, run=2)
    reconcile(store, on(1), {"M-1": {"STALE": AMBER, "PUSHED": AMBER}}, run=3)

    assert kept(store) == before


def test_what_a_second_run_clears_was_last_seen_on_the_day_before(store: Store):
    reconcile(store, on(0), {"M-1": {"STALE": AMBER}})
    reconcile(store, on(1), {"M-1": {"STALE": AMBER}})
    reconcile(store, on(1), {"M-1": {}})

    assert kept(store)[0][6:] == ("2026-08-24", "2026-08-25")


def test_an_open_finding_of_which_nothing_becomes_is_not_written_again(store: Store):
    reconcile(store, on(0), {"M-1": {"STALE": AMBER}})
    before = writes(store, "findings")
    with store.transaction():
        findings.save(store, on(1), judge(findings.open_before(store, on(1)), {"M-1": {"STALE": AMBER}}, on(1), {}))

    assert writes(store, "findings") == before


def test_a_past_day_is_read_as_it_stood_when_it_began(store: Store):
    reconcile(store, on(0), {"M-1": {"STALE": AMBER}})
    reconcile(store, on(1), {"M-1": {"STALE": RED, "PUSHED": AMBER}})
    reconcile(store, on(2), {})

    assert findings.open_before(store, on(0)) == ()
    assert findings.open_before(store, on(1)) == (Episode("M-1", "STALE", ((on(0), AMBER),), None, 1),)
    assert [(e.code, e.severity, e.cleared_on) for e in findings.open_before(store, on(2))] == [
        ("STALE", RED, None),
        ("PUSHED", AMBER, None),
    ]
    assert findings.open_before(store, on(3)) == ()
    assert (findings.recorded_since(store, on(0)), findings.recorded_since(store, on(1))) == (None, on(0))


def test_the_last_statement_before_an_instant_counts_and_one_taken_back_is_gone(store: Store):
    later = NOON + timedelta(hours=1)
    latest = NOON + timedelta(hours=2)
    statements.override(store, Override("M-1", Colour.AMBER, on(9), "王敏", "一", NOON))
    statements.override(store, Override("M-1", Colour.GREEN, on(9), "王敏", "二", later))
    statements.withdraw_override(store, "M-1", "王敏", "三", latest)

    found = [statements.overrides(store, before) for before in (stamp(NOON), stamp(later), stamp(latest), None)]

    assert [{key: said.status for key, said in entry.items()} for entry in found] == [
        {},
        {"M-1": "amber"},
        {"M-1": "green"},
        {},
    ]


def test_every_version_of_a_note_is_kept_whole(store: Store):
    first = Note("M-1", "王敏", NOON, category="scope", recovery_plan="加人", recovery_date=on(3))
    second = Note("M-1", "林悦", NOON + timedelta(days=1), account="ours", customer_informed=on(1))
    statements.keep_note(store, first)
    statements.keep_note(store, second)

    assert list(statements.versions(store, "M-1")) == [first, second]
    assert statements.notes(store, stamp(NOON + timedelta(hours=1))) == {"M-1": first}
    assert statements.notes(store) == {"M-1": second}
