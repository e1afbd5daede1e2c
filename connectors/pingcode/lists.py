"""Reads a whole list when it is due: every page, what could not be stored set aside, and the end told as complete."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct

from connectors.contract import Page, RawRecord
from connectors.errors import BadPayload
from connectors.paging import instant
from connectors.pingcode.api import Api, Row
from connectors.pingcode.cadence import Cadence, mark
from connectors.pingcode.walk import Sieve, settled

Read = Callable[[Sieve], Iterator[Sequence[RawRecord]]]
"""Gives the records of one scope in batches and lets every page through the sieve."""


class Lists(Struct, frozen=True):
    """The lists of one source."""

    api: Api
    now: Callable[[], datetime]
    zone: ZoneInfo

    def pages(self, cadence: Cadence, cursor: Mapping[str, Any], read: Read) -> Iterator[Page]:
        """What `read` gives, where it is due; else one empty page without a request.

        Until the end the cursor stays what it was, so that a read that is cut short begins again.
        """
        now = self.now()
        if not cadence.is_due(cursor, now, self.zone):
            yield Page((), cursor)
            return
        sieve = Sieve()
        for batch in read(sieve):
            rejected = sieve.fresh()
            if batch or rejected:
                yield Page(tuple(batch), cursor, rejected=rejected)
        yield Page((), {"read_at": mark(now)}, complete=not sieve.count, rejected=sieve.fresh())

    def rows(self, path: str, params: Mapping[str, str], sieve: Sieve) -> Iterator[list[Row]]:
        """Every row of a list, in batches."""
        return settled(lambda index: sieve.through(self.api.envelope(path, params, index=index)))

    def records(
        self,
        stream: str,
        path: str,
        params: Mapping[str, str],
        sieve: Sieve,
        *,
        owner: str = "",
        of: tuple[str, str] | None = None,
    ) -> Iterator[list[RawRecord]]:
        """Every row of a list as a record; `of` is the member and the id of what a row belongs to where it says so."""
        for rows in self.rows(path, params, sieve):
            if of is not None:
                _refuse_foreign(rows, *of, path)
            yield [record(stream, row, owner) for row in rows]


def _refuse_foreign(rows: Sequence[Row], member: str, wanted: str, path: str) -> None:
    """A server that ignores whose rows were asked for must not give one what belongs to another."""
    for row in rows:
        named = row.get(member)
        other = named.get("id") if isinstance(named, Mapping) else None
        if other not in (None, wanted):
            raise BadPayload(f"GET {path}: asked for those of {member} {wanted}, got one of {other}")


def record(stream: str, row: Row, owner: str = "") -> RawRecord:
    """`owner` is told with the id of what has the same id under several owners, such as a member of two projects."""
    identity = f"{owner}:{row['id']}" if owner else row["id"]
    return RawRecord(stream, identity, instant(row.get("updated_at")), row)
