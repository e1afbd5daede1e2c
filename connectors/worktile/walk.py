"""Walks a paged list to its true end, and again until two walks agree: only then was nothing missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from connectors.contract import Reject
from connectors.errors import BadPayload
from connectors.worktile.envelopes import Identify, Listing, Row

MOST_PAGES = 5_000
MOST_WALKS = 5
# What tells that a row has changed: the same id may come again on a later page, as it has become meanwhile.
TELLING_KEYS = ("updated_at", "state_type", "is_archived")

Fetch = Callable[[int], Listing]
Rows = tuple[Row, ...]
Show = Callable[[Any], str]
"""The beginning of any value, safe to show."""


class Batch(Struct, frozen=True):
    """Rows of a list; `complete` on the last batch, and only there: no row was missed.

    Beside it `counted`: the server also told how many there are, and that many were met.
    """

    rows: Rows
    rejected: tuple[Reject, ...] = ()
    complete: bool = False
    counted: bool = False


class Sieve(Struct):
    """Tells usable rows from those that are no object or name no id; of these each is told once."""

    identify: Identify
    show: Show
    rejected: dict[str, Reject] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def key(self, row: Any) -> str | None:
        """The id of a row; None where there is none, and the row is among the `rejected`."""
        try:
            if isinstance(row, Mapping):
                return self.identify(row)
            reason = "a row that is no object"
        except BadPayload as err:
            reason = str(err)
        excerpt = self.show(row)
        self.rejected.setdefault(excerpt, Reject(reason, excerpt))
        return None

    def fresh_rejects(self) -> tuple[Reject, ...]:
        """Those that were not given before."""
        fresh = [excerpt for excerpt in self.rejected if excerpt not in self._told]
        self._told.update(fresh)
        return tuple(self.rejected[excerpt] for excerpt in fresh)


class Walk:
    """One pass over a list; yields the rows of each page that it had not met before, or not as they are now.

    A missing or lying flag must not cut the list short: page size and flags are what the server makes of them.
    """

    def __init__(self, fetch: Fetch, sieve: Sieve, most_pages: int = MOST_PAGES) -> None:
        self._fetch = fetch
        self._sieve = sieve
        self._most_pages = most_pages
        self._first_size = 0
        self._marks: dict[str, int] = {}
        self._totals: set[int | None] = set()
        self.requests = 0

    def __iter__(self) -> Iterator[Rows]:
        former: tuple[str | None, ...] = ()
        in_doubt = False
        for index in range(self._most_pages):
            listing = self._fetch(index)
            self.requests += 1
            self._totals.add(listing.total)
            known = len(self._marks)
            keys = tuple(map(self._sieve.key, listing.rows))
            rows = self._news(keys, listing.rows)
            if not keys or (in_doubt and len(self._marks) == known):
                return
            if keys == former:
                raise BadPayload(f"page {index} repeats the page before it: the server ignores page_index")
            self._first_size = self._first_size or len(keys)
            yield rows
            if self._is_last(listing):
                return
            in_doubt = listing.has_more is False
            former = keys
        raise BadPayload(f"a list with more than {self._most_pages} pages")

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self._marks)

    def agrees_with(self, other: Walk) -> bool:
        """Whether both found the same ids; a row that changed in between is given by the later one."""
        return self._marks.keys() == other._marks.keys()

    @property
    def is_counted(self) -> bool:
        """Whether every page told one and the same total, and that many rows were met."""
        return self._totals == {len(self._marks)}

    @property
    def is_snapshot(self) -> bool:
        """A list that came in one request cannot have changed while it was read."""
        return self.requests == 1

    def _news(self, keys: tuple[str | None, ...], rows: tuple[Row, ...]) -> Rows:
        # Rows move while we page: one that moved on to this page is known already, unless it was edited meanwhile.
        news: dict[str, Row] = {}
        for key, row in zip(keys, rows, strict=True):
            if key is not None and self._marks.get(key) != (mark := _mark(row)):
                news[key] = row
                self._marks[key] = mark
        return tuple(news.values())

    def _is_last(self, listing: Listing) -> bool:
        short_of_total = listing.total is not None and len(self._marks) < listing.total
        if listing.has_more is not None:
            # "No more" beside a larger total contradicts itself; one more page tells who is right.
            return not listing.has_more and not short_of_total
        if listing.total is not None:
            return not short_of_total
        # The server may cap page_size silently, so what counts is what page 0 really held.
        return len(listing.rows) < self._first_size


def _mark(row: Row) -> int:
    return hash(repr([row.get(key) for key in TELLING_KEYS]))


def read_proven(fetch: Fetch, sieve: Sieve, look: Callable[[Rows], None] = lambda rows: None) -> Iterator[Batch]:
    """The rows of a list in batches, of which the last may say `complete`; with a rejected row, none does.

    `look` sees the rows of the first walk before any is yielded. A list of several pages is walked until two walks
    in a row find the same ids; the first of them yields nothing, so that no batch is held in memory.
    """
    former = Walk(fetch, sieve)
    only: Rows = ()
    for rows in former:
        look(rows)
        only = rows if former.requests == 1 else ()
    if former.is_snapshot:
        yield Batch(only, sieve.fresh_rejects(), not sieve.rejected, former.is_counted)
        return
    for _ in range(MOST_WALKS - 1):
        walk = Walk(fetch, sieve)
        for rows in walk:
            yield Batch(rows, sieve.fresh_rejects())
        if walk.agrees_with(former):
            yield Batch((), sieve.fresh_rejects(), not sieve.rejected, walk.is_counted)
            return
        former = walk
    raise BadPayload(f"the list changed during each of {MOST_WALKS} walks; read it again in a quieter hour")
