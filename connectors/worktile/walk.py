"""Walks a paged list to its true end, and again until two walks agree: only then was nothing missed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from connectors.errors import BadPayload
from connectors.worktile.envelopes import Listing, Row

MOST_PAGES = 5_000
MOST_WALKS = 5

Fetch = Callable[[int], Listing]
Identify = Callable[[Row], str]
Rows = tuple[Row, ...]


class Walk:
    """One pass over a list; yields the rows of each page that it had not met before.

    A missing or lying flag must not cut the list short: page size and flags are what the server makes of them.
    """

    def __init__(self, fetch: Fetch, identify: Identify, most_pages: int = MOST_PAGES) -> None:
        self._fetch = fetch
        self._identify = identify
        self._most_pages = most_pages
        self._first_size = 0
        self.ids: set[str] = set()
        self.requests = 0

    def __iter__(self) -> Iterator[Rows]:
        former: tuple[str, ...] = ()
        in_doubt = False
        for index in range(self._most_pages):
            listing = self._fetch(index)
            self.requests += 1
            ids = tuple(map(self._identify, listing.rows))
            fresh = self._fresh(ids, listing.rows)
            if not ids or (in_doubt and not fresh):
                return
            if ids == former:
                raise BadPayload(f"page {index} repeats the page before it: the server ignores page_index")
            self._first_size = self._first_size or len(ids)
            yield fresh
            if self._is_last(listing):
                return
            in_doubt = listing.has_more is False
            former = ids
        raise BadPayload(f"a list with more than {self._most_pages} pages")

    @property
    def is_snapshot(self) -> bool:
        """A list that came in one request cannot have changed while it was read."""
        return self.requests == 1

    def _fresh(self, ids: tuple[str, ...], rows: Rows) -> Rows:
        # Rows move while we page: one that moved on to this page is known already.
        fresh = {key: row for key, row in zip(ids, rows, strict=True) if key not in self.ids}
        self.ids.update(fresh)
        return tuple(fresh.values())

    def _is_last(self, listing: Listing) -> bool:
        short_of_total = listing.total is not None and len(self.ids) < listing.total
        if listing.has_more is not None:
            # "No more" beside a larger total contradicts itself; one more page tells who is right.
            return not listing.has_more and not short_of_total
        if listing.total is not None:
            return not short_of_total
        # The server may cap page_size silently, so what counts is what page 0 really held.
        return len(listing.rows) < self._first_size


def read_proven(
    begin: Callable[[], Walk], look: Callable[[Rows], None] = lambda rows: None
) -> Iterator[tuple[Rows, bool]]:
    """The rows of a list in batches; the last batch, and only it, says True: no row was missed.

    `look` sees the rows of the first walk before any is yielded. A list of several pages is walked until two walks
    in a row find the same ids; the first of them yields nothing, so that no batch is held in memory.
    """
    first = begin()
    only: Rows = ()
    for rows in first:
        look(rows)
        only = rows if first.requests == 1 else ()
    if first.is_snapshot:
        yield only, True
        return
    former = first.ids
    for _ in range(MOST_WALKS - 1):
        walk = begin()
        for rows in walk:
            yield rows, False
        if walk.ids == former:
            yield (), True
            return
        former = walk.ids
    raise BadPayload(f"the list changed during each of {MOST_WALKS} walks; read it again in a quieter hour")
