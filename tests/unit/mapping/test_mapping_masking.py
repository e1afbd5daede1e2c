"""Examples that may be shown to anybody."""

from __future__ import annotations

import pytest

from bridge.mapping.masking import masked, masked_person


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("找 lin.yue+x@mail.example.com 确认", "找 l***@*** 确认"),
        ("电话13812345678。", "电话138********。"),
        ("+86 138-1234-5678", "+86 138********"),
        ("11010519491231002X", "******************"),
        ("1782403199", "1782403199"),
        ("1782403199000", "1782403199000"),
        ("66c000000000000000000101", "66c000000000000000000101"),
        ("已完成", "已完成"),
        ("a@b", "a@b"),
        ("", ""),
    ],
)
def test_addresses_and_numbers_of_people_are_blotted_out_and_nothing_else(text: str, shown: str):
    assert masked(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("林悦", "林**"),
        ("lin", "l**"),
        ("5f0c2a91d3e84b7690aa12bc34de56f7", "5f0c2a91d3e84b7690aa12bc34de56f7"),
        ("13812345678", "1**"),
        ("lin@example.com", "l**"),
        ("{id, name}", "{id, name}"),
        ("(absent)", "(absent)"),
        ("", ""),
    ],
)
def test_a_person_is_shown_by_one_character(text: str, shown: str):
    assert masked_person(text) == shown
