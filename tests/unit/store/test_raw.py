"""Contents that are kept without asking first: all of a page or nothing, and readable afterwards."""

from __future__ import annotations

from datetime import UTC, datetime

from bridge.store import raw
from bridge.store.opening import Place
from bridge.store.opening import opened as opened_at
from bridge.store.packing import Packing

NOW = datetime(2026, 8, 24, 1, tzinfo=UTC)


def contents(first: int, last: int) -> list[raw.Content]:
    return [
        raw.content(f"u{n}", {"id": f"u{n}", "name": f"somebody {n}", "team": "delivery"}) for n in range(first, last)
    ]


def test_a_dictionary_learnt_from_a_page_that_is_refused_stays_in_the_store(place: Place):
    with opened_at(place) as store:
        store.upgrade()
        packing = Packing(store)
        with store.transaction():
            raw.save_unknown(store, packing, "pc", "users", "A", contents(0, 3), run=1, at=NOW)

        with store.transaction():
            refused = raw.save_unknown(store, packing, "pc", "users", "B", contents(0, 200), run=1, at=NOW)
            compared = raw.compare(store, "pc", "users", contents(0, 200))
            raw.save(store, packing, "pc", "users", "B", compared, run=1, at=NOW)

        assert refused is None
        assert len(compared.new) == 197
        assert {row.payload["id"] for row in raw.current(store, "pc", "users")} == {f"u{n}" for n in range(200)}
