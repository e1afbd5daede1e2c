"""Cutting at the byte: nothing is lost, nothing is longer than allowed, and nothing is cut where it would hurt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.notify.split import by_bytes, packed, size

TEXTS = st.text(
    st.one_of(st.sampled_from("\n\r 中文🚀é[](http://x)|\u200d\u0301"), st.characters(exclude_categories=["Cs"]))
)


@given(TEXTS, st.integers(4, 60))
def test_the_pieces_are_the_text_and_none_is_longer_than_the_limit(text, limit):
    pieces = by_bytes(text, limit)

    assert "".join(pieces) == text
    assert all(0 < size(piece) <= limit for piece in pieces)


@given(st.lists(st.text(st.sampled_from("ab中🚀 "), max_size=8), max_size=12), st.integers(40, 90))
def test_lines_that_fit_are_never_cut(lines, limit):
    text = "".join(f"{line}\n" for line in lines)

    assert all(piece.endswith("\n") for piece in by_bytes(text, limit))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30), max_size=12))
def test_packed_lines_are_all_there_in_their_order(lines):
    texts = packed(lines, 200)

    assert "\n".join(texts).split("\n") == (lines or [""])
    assert all(size(text) <= 200 for text in texts)


@pytest.mark.parametrize(("sign", "bytes_"), [("a", 1), ("é", 2), ("中", 3), ("🚀", 4)])
def test_exactly_the_limit_is_one_piece_and_a_byte_more_are_two(sign, bytes_):
    text = sign * 12

    assert by_bytes(text, 12 * bytes_) == [text]
    assert len(by_bytes(text + "x", 12 * bytes_)) == 2


def test_a_character_that_does_not_fit_whole_goes_into_the_next_piece():
    assert by_bytes("ab中", 4) == ["ab", "中"]


def test_a_link_is_moved_as_a_whole():
    link = "[任务 PAY-33](https://acme.example/PAY-33)"

    assert by_bytes(f"说明说明说明 {link}", size(link) + 10) == ["说明说明说明 ", link]


def test_a_link_longer_than_the_limit_is_cut_all_the_same():
    link = f"[x](https://acme.example/{'y' * 100})"

    pieces = by_bytes(link, 50)

    assert "".join(pieces) == link and all(size(piece) <= 50 for piece in pieces)


def test_an_address_in_plain_text_is_moved_as_a_whole():
    link = "(https://acme.example/PAY-33?a=1&b=2)"

    assert by_bytes(f"说明说明说明 {link}。", size(link) + 10) == ["说明说明说明 ", f"{link}。"]


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧", "👍🏽", "❤️", "e\u0301", "🇨🇳", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"])
def test_an_emoji_of_several_parts_stays_whole(emoji):
    text = "ab" + emoji

    pieces = by_bytes(text, size(text) - 1)

    assert pieces == ["ab", emoji]


def test_flags_in_a_row_are_parted_between_them():
    assert by_bytes("🇨🇳🇭🇰🇲🇴", 20) == ["🇨🇳🇭🇰", "🇲🇴"]


def test_a_table_row_is_a_line_and_stays_whole():
    rows = ["| 客户 | 里程碑 | 晚 |", "|---|---|---|", *("| 远帆零售 | 联调完成 | 12 |" for _ in range(20))]

    assert {line for piece in packed(rows, 120) for line in piece.split("\n")} == set(rows)


def test_a_limit_too_small_for_a_character_is_refused():
    with pytest.raises(ValueError, match="4 bytes"):
        by_bytes("中", 3)
