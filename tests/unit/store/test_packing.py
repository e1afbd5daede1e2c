"""Payloads come back from the store exactly as they went in, small, whatever they hold."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.store.engine import Store
from bridge.store.opening import Place
from bridge.store.opening import opened as opened_at
from bridge.store.packing import FEWEST_SAMPLES, Packing, decode, encode

AT = datetime(2026, 8, 24, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with opened_at(place) as store:
        store.upgrade()
        yield store


def item(number: int) -> dict[str, Any]:
    return {
        "id": f"{number:024x}",
        "title": f"结算文件导入 {number}",
        "state": {"name": "进行中", "type": "in_progress"},
        "description": f"<p>第 {number} 项：客户需要在月底之前完成对账与验收</p>",
    }


@given(st.dictionaries(st.text(), JSON, max_size=6))
def test_any_payload_comes_back_as_it_was(payload: dict[str, Any]):
    assert decode(encode(payload)) == payload


@pytest.mark.parametrize("value", ["\ud83d", 2**80, -(2**70), {"\udc00": 1}])
def test_half_characters_and_huge_numbers_come_back_too(value: Any):
    assert decode(encode({"a": value})) == {"a": value}


def test_the_order_of_keys_makes_no_difference():
    assert encode({"a": 1, "b": {"c": 2, "d": 3}}) == encode({"b": {"d": 3, "c": 2}, "a": 1})


def test_the_first_large_batch_teaches_what_a_stream_looks_like(store: Store):
    texts = [encode(item(number)) for number in range(2 * FEWEST_SAMPLES)]
    packing = Packing(store)

    few = packing.pack("s/items", texts[:2], AT)
    many = packing.pack("s/items", texts, AT)

    assert sum(map(len, many)) < sum(map(len, texts)) / 3
    assert [packing.unpack(blob) for blob in (*few, *many)] == [item(0), item(1), *map(item, range(len(texts)))]


def test_another_process_reads_what_this_one_packed(store: Store):
    blobs = Packing(store).pack("s/items", [encode(item(number)) for number in range(FEWEST_SAMPLES)], AT)

    assert Packing(store).unpack(blobs[7]) == item(7)


def test_a_batch_with_nothing_in_common_is_packed_all_the_same(store: Store):
    texts = [encode({"n": number}) for number in range(FEWEST_SAMPLES)]

    blobs = Packing(store).pack("s/items", texts, AT)

    assert Packing(store).unpack(blobs[3]) == {"n": 3}


def test_what_the_first_version_packed_is_still_read(store: Store):
    old = zlib.compress(json.dumps(item(1), ensure_ascii=False).encode(), 1)

    assert Packing(store).unpack(old) == item(1)
