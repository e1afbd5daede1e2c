"""One scope while it is read: where it began, what it has met, and whether it can be gone on with later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from bridge.sync.outcome import StreamReport
from bridge.sync.reading import Arrived, Ended
from connectors.contract import Scope


class Walk(Struct):
    """One scope of a stream while it is read."""

    stream: str
    scope: Scope
    report: StreamReport
    cursor: Mapping[str, Any]
    saved: Mapping[str, Any] = {}
    """The cursor as it stands in the store."""
    has_unnamed: bool = False
    """Whether rows without an id are held of it."""
    is_first: bool = False
    """Whether nothing of the stream was stored when it began."""
    is_over: bool = False
    """Whether its end was met, well or badly."""
    page: int = 0
    """How many pages of a complete read were met by former runs and this one."""
    resumable: bool = False
    """Whether a complete read is under way that a later run may have to finish."""
    seen: set[str] = field(default_factory=set)

    def has_news(self, event: Arrived | Ended) -> bool:
        """Whether there is anything to write: of a list that is not due yet only the place where it stands comes back."""
        if isinstance(event, Ended):
            return False
        page = event.page
        return bool(page.records or event.ready or page.rejected or page.complete or page.cursor != self.cursor)
