"""Where a paged list really ends, whatever its flags say."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.errors import BadPayload
from connectors.worktile.envelopes import Listing, Row, identity
from connectors.worktile.walk import Sieve, Walk, read_proven
from tests.replacing import replace

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
    return identity(row, ("_id",))


def a_sieve() -> Sieve:
    return Sieve(by_id, repr)


def found(fetch: Callable[[int], Listing]) -> tuple[int, int]:
    walk = Walk(fetch, a_sieve())
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
        list(Walk(endless, a_sieve(), most_pages=30))


def test_a_row_that_moved_on_to_the_next_page_is_yielded_once():
    pages = [({"_id": "a"}, {"_id": "b"}), ({"_id": "b"}, {"_id": "c"}), ()]
    walk = Walk(lambda page: Listing(pages[page], has_more=True), a_sieve())

    assert [row["_id"] for rows in walk for row in rows] == ["a", "b", "c"]


class Walks:
    """A list that is another one in each walk; the last of them for ever."""

    def __init__(self, *lists: Callable[[int], Listing]) -> None:
        self._lists = list(lists)
        self.begun = 0

    def __call__(self, page: int) -> Listing:
        self.begun += page == 0
        return self._lists[min(self.begun, len(self._lists)) - 1](page)


def test_a_list_of_several_pages_is_complete_only_when_two_walks_in_a_row_agree():
    walks = Walks(*(a_list(size, 10, honest) for size in (21, 22, 23)))

    batches = list(read_proven(walks, a_sieve()))

    assert walks.begun == 4
    assert [batch.complete for batch in batches] == [False] * 9 + [True]


@pytest.mark.parametrize("size", [0, 7, 25])
@pytest.mark.parametrize(
    ("flags", "counted"), [(honest, True), (without_flag, True), (without_total, False), (total_too_large, False)]
)
def test_a_list_is_counted_where_its_total_is_what_was_found(size, flags, counted):
    *others, last = read_proven(a_list(size, 10, flags), a_sieve())

    assert (last.complete, last.counted) == (True, counted)
    assert not any(batch.counted for batch in others)


def test_the_total_that_counts_is_that_of_the_walk_that_proved_the_list():
    told, untold = a_list(25, 10, honest), a_list(25, 10, without_total)

    counted = [list(read_proven(Walks(*walks), a_sieve()))[-1].counted for walks in ((untold, told), (told, untold))]

    assert counted == [True, False]


def test_a_list_that_never_comes_to_rest_is_an_error_and_never_complete():
    walks = Walks(*(a_list(size, 10, honest) for size in range(20, 30)))

    seen = []
    with pytest.raises(BadPayload, match="changed during each of 5 walks"):
        seen.extend(batch.complete for batch in read_proven(walks, a_sieve()))
    assert not any(seen)


def test_a_list_in_one_request_is_a_snapshot_and_walked_once():
    walks = Walks(a_list(7, 10, without_total))

    (batch,) = read_proven(walks, a_sieve())

    assert (len(batch.rows), batch.complete, walks.begun) == (7, True, 1)


def test_a_single_page_whose_end_is_not_told_is_proven_like_a_longer_list():
    walks = Walks(a_list(7, 10, with_nothing))

    batches = list(read_proven(walks, a_sieve()))

    assert (sum(len(batch.rows) for batch in batches), batches[-1].complete, walks.begun) == (7, True, 2)


def edited(fetch: Callable[[int], Listing], key: str, at: int) -> Callable[[int], Listing]:
    """The same list after somebody edited one of its rows."""

    def later(page: int) -> Listing:
        listing = fetch(page)
        return replace(listing, rows=tuple({**r, "updated_at": at} if r["_id"] == key else r for r in listing.rows))

    return later


def test_a_row_that_was_edited_between_two_walks_is_given_as_it_is_now():
    before = a_list(25, 10, honest)

    batches = list(read_proven(Walks(before, edited(before, "t3", 9)), a_sieve()))

    given = [row for batch in batches for row in batch.rows if row["_id"] == "t3"]
    assert (given[-1], batches[-1].complete) == ({"_id": "t3", "updated_at": 9}, True)


@pytest.mark.parametrize("telling", ["updated_at", "state_type", "is_archived"])
def test_a_row_that_was_edited_and_moved_to_a_later_page_is_given_again(telling):
    pages = [({"_id": "a", telling: 1}, {"_id": "b"}), ({"_id": "c"}, {"_id": "a", telling: 2}), ()]
    walk = Walk(lambda page: Listing(pages[page], has_more=True), a_sieve())

    rows = [row for rows in walk for row in rows]

    assert [row["_id"] for row in rows] == ["a", "b", "c", "a"]
    assert rows[-1][telling] == 2


@pytest.mark.parametrize("broken", [None, 17, "busy", [{}], {}, {"_id": None}, {"_id": ["a"]}, {"_id": 5}])
@pytest.mark.parametrize("size", [5, 25])
def test_a_row_without_an_id_is_kept_aside_once_and_nothing_is_said_to_be_complete(broken, size):
    whole = a_list(size, 10, honest)

    def fetch(page: int) -> Listing:
        listing = whole(page)
        return replace(listing, rows=(broken, *listing.rows)) if page == 0 else listing

    batches = list(read_proven(fetch, a_sieve()))

    (reject,) = [reject for batch in batches for reject in batch.rejected]
    assert (reject.excerpt, "a row" in reject.reason) == (repr(broken), True)
    assert {row["_id"] for batch in batches for row in batch.rows} == {f"t{n}" for n in range(size)}
    assert not any(batch.complete for batch in batches)


def test_a_page_of_broken_rows_alone_is_not_the_end_of_the_list():
    pages = [({"_id": "a"},), (None,), ({"_id": "b"},), ()]

    assert found(lambda page: Listing(pages[page], has_more=page < 3)) == (2, 4)
