"""Samples come from all over what is stored, however early a preview ends."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.usecases.mapping_sample import AT_MOST, at_most, spread, stretch_size


def stretches(count: int) -> list[tuple[int, int, int]]:
    return [(number * 10, number * 10 + 9, 10) for number in range(count)]


@given(st.integers(0, 300))
def test_every_stretch_is_looked_at_once(count: int):
    assert sorted(spread(stretches(count))) == stretches(count)


@given(st.integers(1, 300), st.data())
def test_every_beginning_is_spread_over_the_whole(count: int, data: st.DataObject):
    taken = data.draw(st.integers(1, count))

    places = sorted(first // 10 for first, _, _ in spread(stretches(count))[:taken])

    # A gap holds no more than four times what an even spread would leave between two.
    gaps = [after - before for before, after in zip([-1, *places], [*places, count], strict=True)]
    assert max(gaps) <= 4 * (count / taken + 1)


@given(st.integers(0, 50), st.integers(1, 600))
def test_a_limit_is_never_passed(count: int, limit: int):
    taken = sum(rows for _, _, rows in at_most(stretches(count), limit))

    assert taken == min(count * 10, limit // 10 * 10)


@given(st.integers(1, 10**7))
def test_a_small_sample_is_taken_in_small_stretches(limit: int):
    assert 1 <= stretch_size(limit) <= AT_MOST
    assert stretch_size(limit) * 20 <= max(limit, 20)
