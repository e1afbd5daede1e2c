"""What a day's snapshot keeps, and that rows of earlier versions of the program stay readable."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bridge.model import Colour
from bridge.reconcile.situation import Snapshot
from bridge.store import runs, snapshots
from bridge.store.opening import opened as opened_at

DAY, NEXT = date(2026, 8, 24), date(2026, 8, 25)
KEPT = Snapshot(
    milestone="M-1",
    day=DAY,
    colour=Colour.RED,
    own_colour=Colour.RED,
    due=date(2026, 9, 18),
    forecast_p85=date(2026, 9, 25),
    at_risk_expected=Decimal("120.50"),
    total_weight=Decimal(8),
    weight_kind="hours",
    leaves={"pingcode/1": 8.0},
    earliest_start=date(2026, 8, 3),
    on_time_probability=0.125,
    claimed=Colour.GREEN,
    reasons={"UNLIKELY": "red", "BLOCKED": "amber"},
    method="throughput",
    raw_p50=date(2026, 9, 14),
)


@pytest.fixture
def store(place):
    with opened_at(place) as opened:
        opened.upgrade()
        yield opened


def save(store, snapshot):
    with store.transaction():
        run = runs.start(store, "reconcile", snapshot.day, datetime(2026, 8, 24, 1, tzinfo=UTC))
        snapshots.save(store, run, snapshot.day, [snapshot])


def test_a_snapshot_comes_back_as_it_was_kept(store):
    save(store, KEPT)

    assert snapshots.before(store, NEXT) == {"M-1": (KEPT,)}
    assert snapshots.on_or_before(store, NEXT) == {"M-1": KEPT}


def test_what_an_earlier_version_of_the_program_did_not_keep_is_unknown_and_not_nothing(store):
    save(store, KEPT)
    (text,) = store.one("SELECT data FROM assessments")
    old = {name: value for name, value in json.loads(text).items() if name not in ("p", "claimed", "reasons", "method")}
    del old["raw_p50"]
    store.execute("UPDATE assessments SET data = ?", (json.dumps(old),))

    kept = snapshots.before(store, NEXT)["M-1"][0]

    assert (kept.reasons, kept.claimed, kept.on_time_probability, kept.method, kept.raw_p50) == (None,) * 5
    assert (kept.due, kept.forecast_p85) == (KEPT.due, KEPT.forecast_p85)
