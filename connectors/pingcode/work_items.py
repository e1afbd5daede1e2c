"""Reads the work items of one project: completely, or what was updated since the cursor, both resumable.

The cursor is `{"high": second}` between pulls. Within one it also holds `walk`: which field is being walked, up to
which unit, since when, and what was met so far. A pull that began at `{}` keeps a cursor without `high` until it ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from connectors.contract import Page, RawRecord, Scope
from connectors.errors import BadPayload
from connectors.paging import instant
from connectors.pingcode.api import PAGE_SIZE, Api, Envelope, Row
from connectors.pingcode.profiles import Profile
from connectors.pingcode.walk import settled
from connectors.pingcode.windows import (
    FIRST_SECOND,
    Days,
    FilterIgnored,
    Grain,
    Seconds,
    Slice,
    Slicer,
    Window,
    epoch,
)

STREAM = "work_items"
# Rows may become visible a little after the second they carry.
OVERLAP_S = 600
DAY_S = int(timedelta(days=1).total_seconds())
# A project at rest would have its last busy days read again for ever; this far behind the server's time it moves on.
QUIET_S = 2 * DAY_S
ALL = {"include_deleted": "true", "include_archived": "true"}


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a pull has come."""

    field: str
    grain: str
    start: int
    """The server's second at which the pull began: nothing later may be taken for read."""
    next: int
    width: int | None = None
    total: int | None = None
    """How many rows the unfiltered list had at the start, where a complete read asked."""
    read: int = 0
    old: int = 0
    """How many of the rows read existed at the start, in a complete read."""
    latest: int | None = None

    def after(self, part: Slice) -> Walk:
        return replace(
            self,
            next=part.next,
            width=part.width,
            read=self.read + len(part.done),
            old=self.old + sum(1 for second in part.done if second <= self.start),
            latest=latest_update(self.latest, part.rows),
        )


@dataclass(frozen=True, slots=True)
class WorkItems:
    """The work items of the projects of one source."""

    api: Api
    profile: Profile
    zone: ZoneInfo

    def pages(self, project: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        high = epoch(cursor.get("high"))
        self.api.sign_in()
        grain: Grain = Seconds() if self.profile.search is None else Days(self.zone)
        walk = _resumed(cursor.get("walk"), grain, "created_at" if high is None else "updated_at")
        try:
            if high is None:
                yield from self._everything(project, grain, walk)
            else:
                yield from self._updates(project, grain, walk, high)
        except FilterIgnored:
            # Without a filter there is nothing to resume by: each pull reads all, and says so with an empty cursor.
            for rows in settled(lambda index: self._plain(project, index)):
                yield Page(_records(rows), cursor)
            yield Page((), {}, complete=True)

    def _everything(self, project: Scope, grain: Grain, walk: Walk | None) -> Iterator[Page]:
        first = None
        if walk is None:
            start = self._start()
            first = self._plain(project, 0)
            if first.is_whole:
                last = self._final(start, latest_update(None, first.rows))
                yield Page(_records(first.rows), last, complete=True)
                return
            walk = Walk("created_at", grain.name, start, next=grain.unit(FIRST_SECOND), total=first.total)
        left = None if walk.total is None else max(0, walk.total - walk.read)
        for part in self._slices(project, grain, walk, left=left, first=first):
            walk = walk.after(part)
            yield Page(_records(part.rows), {"walk": asdict(walk)})
        if self._misses_rows(project, walk):
            for rows in settled(lambda index: self._plain(project, index)):
                walk = replace(walk, latest=latest_update(walk.latest, rows))
                yield Page(_records(rows), {"walk": asdict(walk)})
        yield Page((), self._final(walk.start, walk.latest), complete=True)

    def _updates(self, project: Scope, grain: Grain, walk: Walk | None, high: int) -> Iterator[Page]:
        if walk is None:
            low = grain.unit(high) - 1 if isinstance(grain, Days) else grain.unit(high - OVERLAP_S)
            walk = Walk("updated_at", grain.name, self._start(), next=low)
        for part in self._slices(project, grain, walk):
            walk = walk.after(part)
            if part.rows:
                yield Page(_records(part.rows), {"high": high, "walk": asdict(walk)})
        yield Page((), self._final(walk.start, max(high, walk.latest or high)))

    def _slices(
        self, project: Scope, grain: Grain, walk: Walk, *, left: int | None = None, first: Envelope | None = None
    ) -> Iterator[Slice]:
        slicer = Slicer(
            ask=partial(self._filtered, project, grain, walk.field),
            field=walk.field,
            grain=grain,
            grows=walk.field == "updated_at",
        )
        # Asked for anew when a pull is resumed: time has gone on, and with it the end of the last window.
        now = max(self.api.clock.now(), self.api.clock.ours())
        end = grain.unit(int(now.timestamp()) + DAY_S)
        return slicer.slices(walk.next, end, width=walk.width, left=left, first=first)

    def _plain(self, project: Scope, index: int, size: int = PAGE_SIZE) -> Envelope:
        asked = {self.profile.project_filter: project.id, **ALL}
        return _own(self.api.envelope(self.profile.work_items, asked, index=index, size=size), project)

    def _filtered(self, project: Scope, grain: Grain, field: str, window: Window, index: int) -> Envelope:
        low, high = grain.span(window.low, window.high)
        if self.profile.search is None:
            between = {f"{field.removesuffix('_at')}_between": f"{low},{high}"}
            asked = {self.profile.project_filter: project.id, **between, **ALL}
            return _own(self.api.envelope(self.profile.work_items, asked, index=index), project)
        times: dict[str, Any] = {"gte": low} if window.is_last else {"between": [low, high]}
        payload = {
            "filter": {"project.id": {"in": [project.id]}, field: times},
            "include_deleted": True,
            "include_archived": True,
        }
        return _own(self.api.search(self.profile.search, payload, index=index), project)

    def _misses_rows(self, project: Scope, walk: Walk) -> bool:
        """Whether the plain list holds rows that no window showed, such as rows without `created_at`."""
        if walk.total is not None and walk.old >= walk.total:
            return False
        # Fewer than at the start may also mean that rows were purged or moved away meanwhile.
        total = self._plain(project, 0, size=1).total
        return total is None or walk.read < total

    def _start(self) -> int:
        # The earlier of the two clocks: a mark that is too early costs requests, one that is too late loses updates.
        return int(min(self.api.clock.now(), self.api.clock.ours()).timestamp())

    def _final(self, start: int, latest: int | None) -> Mapping[str, Any]:
        """Where the next pull begins: at the latest update seen, but never later than the beginning of this pull."""
        if latest is None:
            return {}
        rested = start - QUIET_S if self.api.clock.offset is not None else 0
        return {"high": max(min(latest, start), rested)}


def _resumed(cursor: object, grain: Grain, field: str) -> Walk | None:
    """The walk in a cursor; None, so that it starts again, where the server now speaks another generation."""
    if not isinstance(cursor, Mapping):
        return None
    walk = Walk(**cursor)
    return walk if (walk.grain, walk.field) == (grain.name, field) else None


def _own(page: Envelope, project: Scope) -> Envelope:
    """A server that ignores the project filter must not fill one project with the items of another."""
    for row in page.rows:
        of = row.get("project")
        other = of.get("id") if isinstance(of, Mapping) else None
        if other not in (None, project.id):
            raise BadPayload(f"asked for work items of project {project.id}, got one of {other}: is `profile` right?")
    return page


def _records(rows: Iterable[Row]) -> tuple[RawRecord, ...]:
    return tuple(RawRecord(STREAM, row["id"], instant(row.get("updated_at")), row) for row in rows)


def latest_update(known: int | None, rows: Iterable[Row]) -> int | None:
    seconds = [second for row in rows if (second := epoch(row.get("updated_at"))) is not None]
    return max([*seconds, known] if known is not None else seconds, default=None)
