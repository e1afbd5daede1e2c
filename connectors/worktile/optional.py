"""Reads the capabilities that an operator has filled in: each a stream of its own, once a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from connectors.contract import Page, RawRecord, Scope, Surroundings
from connectors.errors import BadPayload
from connectors.paging import instant
from connectors.worktile.api import Api
from connectors.worktile.capabilities import PROJECT, Capability
from connectors.worktile.daily import is_due, read_now
from connectors.worktile.envelopes import Listing, Row, paged
from connectors.worktile.walk import Show, Sieve, read_proven


class Optional(Struct, frozen=True):
    """One capability as a stream."""

    stream: str
    capability: Capability
    api: Api
    page_size: int

    @property
    def by_project(self) -> bool:
        return self.capability.scope == "project"

    def pages(self, scope: Scope, cursor: Mapping[str, Any], around: Surroundings, show: Show) -> Iterator[Page]:
        """Everything of the scope, unless it was read on this day already."""
        if not is_due(cursor, around):
            yield Page((), cursor)
            return
        sieve = Sieve(partial(self._identify, scope), show)
        for batch in read_proven(partial(self.listing, scope), sieve):
            records = tuple(
                RawRecord(self.stream, sieve.identify(row), instant(row.get("updated_at")), row) for row in batch.rows
            )
            yield Page(records, read_now(around) if batch.complete else {}, batch.complete, batch.rejected, False)

    def listing(self, scope: Scope, page: int) -> Listing:
        """One page; where the list is not paged, its only one."""
        path = self.capability.path.replace(PROJECT, quote(scope.id, safe=""))
        query = self.capability.filled(scope.id)
        if not self.capability.paged:
            return Listing(self.api.read(path, query, self._open).rows, has_more=False)
        return self.api.read(path, {**query, "page_index": page, "page_size": self.page_size}, self._open)

    def _open(self, body: Any) -> Listing:
        rows = at_pointer(body, self.capability.rows)
        if isinstance(rows, Mapping) and not self.capability.paged:
            rows = [rows]
        if not isinstance(rows, list):
            raise BadPayload(f"no rows at {self.capability.rows!r} of the answer")
        return paged(body, rows)

    def _identify(self, scope: Scope, row: Row) -> str:
        """What belongs to a project is named with it: two projects may show the same object."""
        value = row.get(self.capability.id)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not value:
            raise BadPayload(f"a row without {self.capability.id}")
        return f"{scope.id}:{value}" if scope.id else value


def at_pointer(body: Any, pointer: str) -> Any:
    """What a JSON pointer leads to; None where it leads nowhere."""
    for step in pointer.split("/")[1:]:
        step = step.replace("~1", "/").replace("~0", "~")
        if isinstance(body, Mapping):
            body = body.get(step)
        elif isinstance(body, list) and step.isdecimal() and int(step) < len(body):
            body = body[int(step)]
        else:
            return None
    return body
