"""Walks over lists that people change meanwhile, without losing a row.

PingCode has no cursor and no sort order: when a row leaves a list while its pages are read, the rows behind it move up
and one is never shown. One page alone is one moment, so it can be trusted. Longer walks are repeated until two in a
row find the same ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from connectors.contract import Reject
from connectors.errors import BadPayload
from connectors.paging import Seen
from connectors.pingcode.api import Envelope, Row

MOST_WALKS = 6
MOST_PAGES_WITHOUT_NEWS = 3

Ask = Callable[[int], Envelope]
"""Fetches the page with this index."""


class Sieve:
    """Keeps what pages set aside while they are read, each thing once, until it is handed on."""

    def __init__(self) -> None:
        self._met: dict[Reject, None] = {}
        self._handed_on = 0

    @property
    def count(self) -> int:
        return len(self._met)

    def through(self, page: Envelope) -> Envelope:
        self._met.update(dict.fromkeys(page.rejected))
        return page

    def fresh(self) -> tuple[Reject, ...]:
        """What was met since this was last asked for."""
        found = tuple(self._met)[self._handed_on :]
        self._handed_on = len(self._met)
        return found


def settled(ask: Ask) -> Iterator[list[Row]]:
    """Every row of a list, in batches; rows that a later walk finds changed come again. Ends when none is missing."""
    known: dict[str, object] = {}
    before: set[str] | None = None
    for _ in range(MOST_WALKS):
        found: set[str] = set()
        for rows, is_whole in walked(ask):
            found.update(row["id"] for row in rows)
            yield [row for row in rows if known.get(row["id"]) != _version(row)]
            known.update((row["id"], _version(row)) for row in rows)
            if is_whole:
                return
        if found == before:
            return
        before = found
    raise BadPayload(f"the list changed during each of {MOST_WALKS} walks over its pages; read it again later")


def walked(ask: Ask) -> Iterator[tuple[list[Row], bool]]:
    """One walk from the first page to the end: the rows not yet met, and whether this page alone was the whole list."""
    seen = Seen()
    stuck = rejected = 0
    for index in count():
        page = ask(index)
        fresh = seen.fresh(page.rows, "id")
        yield fresh, index == 0 and page.is_whole
        rejected += len(page.rejected)
        # `total` may disagree with the rows, so it can prolong a walk but never end it.
        if not page.count or (page.is_short and (page.total is None or len(seen) + rejected >= page.total)):
            return
        stuck = 0 if fresh else stuck + 1
        if stuck == MOST_PAGES_WITHOUT_NEWS:
            raise BadPayload(f"page {index} repeats earlier pages: the server ignores page_index")


def _version(row: Row) -> object:
    """What changes when the row does: its time of update, or the row where it has none."""
    updated = row.get("updated_at")
    return row if updated is None else updated
