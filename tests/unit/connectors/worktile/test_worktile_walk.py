"""Where a paged list really ends, whatever its flags say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.errors import BadPayload
from connectors.worktile.envelopes import Listing, Row
from connectors.worktile.walk import Walk, read_proven

Flags = Callable[[int, bool, int], dict[str, object]]


def a_list(size: int, page_size: int, flags: Flags) -> Callable[[int], Listing]:
    """A server's list; `flags` decides what page, last or not, says of itself."""
    rows = tuple({"_id": f"t{n}"} for n in range(size))

    def fetch(page: int) -> Listing:
        part = rows[page * page_size : (page + 1) * page_size]
        is_last = (page + 1) * page_size >= size
        return Listing(part, **flags(page, is_last, size))  # type: ignore[arg-type]

    return fetch


def by_id(row: Row) -> str:
    return str(row["_id"])


def found(fetch: Callable[[int], Listing]) -> tuple[int, int]:
    walk = Walk(fetch, by_id)
    rows = [row for rows in walk for row in rows]
    assert len(rows) == len(walk.ids)
    return len(rows), walk.requests


def honest(page: int, is_last: bool, size: int) -> dict[str, object]:
    return {"has_more": not is_last, "total": size}


def without_total(page: int, is_last: bool, size: int) -> dict[str, object]:
    return {"has_more": not is_last}


def without_flag(page: int, is_last: bool, size: int) -> dict[str, object]:
    return {"total": size}


def with_nothing(page: int, is_last: bool, size: int) -> dict[str, object]:
    return {}


def always_more(page: int, is_last: bool, size: int) -> dict[str, object]:
    return {"has_more": True}


def never_more(page: int, is_last: bool, size: int) -> dict[str, object]:
    return {"has_more": False, "total": size}


def total_too_large(page: int, is_last: bool, size: int) -> dict[str, object]:
    return {"total": size + 7}


@pytest.mark.parametrize(
    "flags", [honest, without_total, without_flag, with_nothing, always_more, never_more, total_too_large]
)
@pytest.mark.parametrize("size", [1, 9, 10, 11, 20, 25])
def test_a_missing_or_lying_flag_cuts_no_list_short(flags, size):
    rows, _ = found(a_list(size, 10, flags))

    assert rows == size


@pytest.mark.parametrize(
    ("flags", "requests"),
    [(honest, 2), (without_total, 2), (without_flag, 2), (with_nothing, 3), (always_more, 3), (total_too_large, 3)],
)
def test_the_end_costs_an_extra_request_only_where_nothing_tells_it(flags, requests):
    assert found(a_list(20, 10, flags)) == (20, requests)


def test_no_more_beside_a_larger_total_is_believed_once_the_next_page_brings_nothing_new():
    def last_page_again(page: int) -> Listing:
        return Listing(({"_id": "a"}, {"_id": "b"}), has_more=False, total=3)

    assert found(last_page_again) == (2, 2)


def test_a_server_that_caps_the_page_size_silently_is_read_to_its_end():
    capped = a_list(45, 20, with_nothing)

    assert found(capped)[0] == 45


def test_a_repeated_page_aborts_instead_of_reading_for_ever():
    def page_index_ignored(page: int) -> Listing:
        return Listing(({"_id": "a"}, {"_id": "b"}), has_more=True)

    with pytest.raises(BadPayload, match="repeats the page before it"):
        found(page_index_ignored)


def test_a_list_without_end_aborts_at_the_hard_limit():
    def endless(page: int) -> Listing:
        return Listing(({"_id": f"t{page}"},), has_more=True)

    with pytest.raises(BadPayload, match="more than 30 pages"):
        list(Walk(endless, by_id, most_pages=30))


def test_a_row_that_moved_on_to_the_next_page_is_yielded_once():
    pages = [({"_id": "a"}, {"_id": "b"}), ({"_id": "b"}, {"_id": "c"}), ()]
    walk = Walk(lambda page: Listing(pages[page], has_more=True), by_id)

    assert [row["_id"] for rows in walk for row in rows] == ["a", "b", "c"]


def test_a_list_of_several_pages_is_complete_only_when_two_walks_in_a_row_agree():
    walks = []

    def begin() -> Walk:
        walks.append(len(walks))
        size = {0: 21, 1: 22}.get(walks[-1], 23)
        return Walk(a_list(size, 10, honest), by_id)

    batches = list(read_proven(begin))

    assert len(walks) == 4
    assert [complete for _, complete in batches] == [False] * 9 + [True]


def test_a_list_that_never_comes_to_rest_is_an_error_and_never_complete():
    sizes = iter(range(20, 100))

    def begin() -> Walk:
        return Walk(a_list(next(sizes), 10, honest), by_id)

    seen = []
    with pytest.raises(BadPayload, match="changed during each of 5 walks"):
        seen.extend(complete for _, complete in read_proven(begin))
    assert not any(seen)


def test_a_list_in_one_request_is_a_snapshot_and_walked_once():
    walks = []

    def begin() -> Walk:
        walks.append(1)
        return Walk(a_list(7, 10, without_total), by_id)

    ((rows, complete),) = read_proven(begin)

    assert (len(rows), complete, len(walks)) == (7, True, 1)


def test_a_single_page_whose_end_is_not_told_is_proven_like_a_longer_list():
    walks = []

    def begin() -> Walk:
        walks.append(1)
        return Walk(a_list(7, 10, with_nothing), by_id)

    batches = list(read_proven(begin))

    assert (sum(len(rows) for rows, _ in batches), batches[-1][1], len(walks)) == (7, True, 2)
