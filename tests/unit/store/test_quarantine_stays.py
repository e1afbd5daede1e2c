"""A row that was let go later was still held on the days before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bridge.store import mappings, quarantine
from bridge.store.clockwork import stamp
from bridge.store.engine import Store
from bridge.store.mappings import Refusal
from bridge.store.opening import Place
from bridge.store.opening import opened as opened_at

AT = datetime(2026, 8, 24, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def held(store: Store, at: datetime) -> int:
    return quarantine.count(store, before=stamp(at))


def test_a_past_day_counts_the_rows_that_were_held_then(place: Place):
    with opened_at(place) as store:
        store.upgrade()
        rows = [("t1", "no_title", "x"), ("t2", "no_title", "x"), ("?a", "no_id", "x")]
        quarantine.put(store, "pc", "items", "p", rows, AT)
        quarantine.put(store, "pc", "items", "p", rows[:1], AT + DAY)
        quarantine.release(store, "pc", "items", ["t1", "t9"], AT + 2 * DAY)
        quarantine.release_unnamed(store, "pc", "items", "p", AT + 3 * DAY)
        quarantine.put(store, "pc", "items", "p", rows[:1], AT + 5 * DAY)

        assert [held(store, AT + number * DAY) for number in range(7)] == [0, 3, 3, 2, 1, 1, 2]
        assert quarantine.count(store) == 2


def test_what_was_said_of_a_refused_mapping_stays_as_it_was_said_and_since_when(place: Place):
    with opened_at(place) as store:
        store.upgrade()
        mappings.refuse(store, "pc", Refusal("a.toml", AT, 1, "v1"))
        mappings.refuse(store, "pc", Refusal("a.toml", AT + DAY, 3, "v1"))

        then, now = mappings.refused(store, "pc", stamp(AT + DAY)), mappings.refused(store, "pc")

        assert then is not None and now is not None
        assert (then.problems, now.problems) == (1, 3)
        assert then.since == now.since == AT
