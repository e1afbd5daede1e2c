"""A sample is spread evenly over all that is stored, and says of how much it is one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bridge.store import raw, samples
from bridge.store.engine import Store
from bridge.store.opening import Place
from bridge.store.opening import opened as opened_at
from bridge.store.packing import Packing

AT = datetime(2026, 8, 24, tzinfo=UTC)


@pytest.fixture
def store(place: Place):
    with opened_at(place) as opened:
        opened.upgrade()
        with opened.transaction():
            for stream, count in (("tasks", 1_200), ("members", 3)):
                contents = [raw.content(f"{number}", {"number": number}) for number in range(count)]
                compared = raw.compare(opened, "s", stream, contents)
                raw.save(opened, Packing(opened), "s", stream, "", compared, run=1, at=AT)
        yield opened


def numbers(sample: samples.Sample) -> list[int]:
    return [payload["number"] for payload in sample.payloads]


def test_everything_is_looked_at_where_it_is_not_too_much(store: Store):
    for most in (None, 1_200, 5_000):
        sample = samples.spread(store, "s", "tasks", most)
        assert (sample.total, sample.chosen, numbers(sample)) == (1_200, 1_200, list(range(1_200)))


def test_a_sample_is_spread_over_all(store: Store):
    sample = samples.spread(store, "s", "tasks", 4)

    assert (sample.total, sample.chosen, numbers(sample)) == (1_200, 4, [0, 300, 600, 900])


def test_what_was_superseded_is_no_part_of_it(store: Store):
    with store.transaction():
        changed = raw.compare(store, "s", "members", [raw.content("0", {"number": 99})])
        raw.save(store, Packing(store), "s", "members", "", changed, run=2, at=AT)

    assert sorted(numbers(samples.spread(store, "s", "members"))) == [1, 2, 99]
    assert samples.spread(store, "s", "nothing").chosen == 0
