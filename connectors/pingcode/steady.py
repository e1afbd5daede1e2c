"""A plain walk over the pages of a project that is believed only if nothing changed meanwhile.

It needs no more requests than there are pages, and one. A row is missed only when one before it leaves its place. Then
either the rows are fewer, which `total` tells, or that row was changed, which the last question shows: it asks for
everything updated since the walk began, and each row must be there as the walk has met it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field
from msgspec.structs import asdict, replace

from connectors.pingcode.api import PAGE_SIZE, Envelope, Row
from connectors.pingcode.windows import Grain, Window, epoch

# A longer walk would have to begin again too often, because somebody always works.
MOST_ROWS = 10_000
# More updates than a page shows, and leaves room on, cannot be compared.
MOST_RECENT = PAGE_SIZE - 1

Ask = Callable[[int], Envelope]
AskRecent = Callable[[Window], Envelope]


class Steps(Struct, frozen=True):
    """How far a walk has come: pages, the server's second at its start, how many rows there are, how many it met."""

    next: int
    start: int
    total: int
    met: int = 0
    recent: Mapping[str, int] = field(default_factory=dict)
    """Rows that were updated shortly before the walk or during it, and when."""
    latest: int | None = None
    is_proven: bool = False

    def as_cursor(self) -> Mapping[str, Any]:
        return {"steps": asdict(self)}


class Pace(Struct, frozen=True):
    """One page of the walk: rows that were not met before in this run, and how far that brings it."""

    rows: tuple[Row, ...]
    steps: Steps


def resumed(cursor: object) -> Steps | None:
    return Steps(**cursor) if isinstance(cursor, Mapping) else None


def begun(first: Envelope, start: int) -> Steps | None:
    """A walk from this first page; None where the list is too long for one, or does not tell how long it is."""
    if first.total is None or first.rejected or not first.count <= first.total <= MOST_ROWS:
        return None
    return Steps(0, start, first.total)


def walked(
    steps: Steps, ask: Ask, recent: AskRecent, grain: Grain, window: Window, first: Envelope | None
) -> Iterator[Pace]:
    """The pages from where `steps` stand. Ends early where something changed; only a proven walk says so at its end.

    `window` holds all updates since the walk began, and those before it that may become visible late.
    """
    since, _ = grain.span(window.low, window.high)
    seen: set[str] = set()
    while True:
        page = first if first is not None and steps.next == 0 else ask(steps.next)
        fresh = tuple(row for row in page.rows if row["id"] not in seen)
        is_stuck = bool(page.count) and not fresh
        steps = _after(steps, fresh, since)
        if page.total != steps.total or page.rejected or is_stuck or len(steps.recent) > MOST_RECENT:
            return
        seen.update(row["id"] for row in fresh)
        yield Pace(fresh, steps)
        if page.is_short:
            break
    if steps.met == steps.total and _is_as_met(recent(window), steps):
        yield Pace((), replace(steps, is_proven=True))


def _after(steps: Steps, rows: tuple[Row, ...], since: int) -> Steps:
    updates = {row["id"]: second for row in rows if (second := epoch(row.get("updated_at"))) is not None}
    lately = {key: second for key, second in updates.items() if second >= since}
    return replace(
        steps,
        next=steps.next + 1,
        met=steps.met + len(rows),
        recent={**steps.recent, **lately},
        latest=max([*updates.values(), *([steps.latest] if steps.latest is not None else [])], default=None),
    )


def _is_as_met(page: Envelope, steps: Steps) -> bool:
    """Whether everything updated since shortly before the walk is just what the walk has met."""
    if not page.is_whole or page.rejected:
        return False
    return {row["id"]: epoch(row.get("updated_at")) for row in page.rows} == dict(steps.recent)
