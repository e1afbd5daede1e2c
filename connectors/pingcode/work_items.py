"""Reads the work items of one project: completely, or what was updated since the cursor, both resumable.

The cursor is `{"high": second}` between pulls. Within one it also holds `steps`, how far a plain walk has come, or
`walk`: which field is being walked, up to which unit, since when, and what was met so far. A pull that began at `{}` keeps a cursor without `high` until it ends.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import asdict, replace

from connectors.contract import Page, RawRecord, Scope
from connectors.errors import BadPayload
from connectors.paging import instant
from connectors.pingcode import steady
from connectors.pingcode.api import PAGE_SIZE, Api, Envelope, Row
from connectors.pingcode.profiles import Profile
from connectors.pingcode.walk import Sieve, settled
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


class Foreign(BadPayload):
    """The server returned rows of projects that were not asked for: it does not know our filter."""


class Walk(Struct, frozen=True):
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
    rejected: int = 0
    """How many rows were set aside: any task may be one of them, so the read proves nothing about what is missing."""

    def after(self, part: Slice, rejected: int) -> Walk:
        return replace(
            self,
            rejected=self.rejected + rejected,
            next=part.next,
            width=part.width,
            read=self.read + len(part.done),
            old=self.old + sum(1 for second in part.done if second <= self.start),
            latest=latest_update(self.latest, part.rows),
        )


class WorkItems(Struct, frozen=True):
    """The work items of the projects of one source."""

    api: Api
    profile: Profile
    zone: ZoneInfo

    def pages(self, project: Scope, cursor: Mapping[str, Any]) -> Iterator[Page]:
        high = epoch(cursor.get("high"))
        self.api.sign_in()
        grain = self.grain()
        walk = _resumed(cursor.get("walk"), grain, "created_at" if high is None else "updated_at")
        sieve = Sieve()
        try:
            if high is None:
                yield from self._everything(project, grain, walk, sieve, steady.resumed(cursor.get("steps")))
            else:
                yield from self._updates(project, grain, walk, high, sieve)
        except FilterIgnored:
            # Without a filter there is nothing to resume by: each pull reads all, and says so with an empty cursor.
            for rows in settled(lambda index: sieve.through(self.plain(project, index))):
                yield Page(records(rows), cursor, rejected=sieve.fresh())
            yield Page((), {}, complete=not sieve.count)

    def _everything(
        self, project: Scope, grain: Grain, walk: Walk | None, sieve: Sieve, steps: steady.Steps | None
    ) -> Iterator[Page]:
        first = None
        if walk is None:
            start = steps.start if steps else self.start()
            if steps is None:
                first = sieve.through(self.plain(project, 0))
                if first.is_whole:
                    last = self.final(start, latest_update(None, first.rows))
                    yield Page(records(first.rows), last, complete=not sieve.count, rejected=sieve.fresh())
                    return
                steps = steady.begun(first, start)
            if steps is not None and (yield from self._steadily(project, grain, steps, sieve, first)):
                return
            # Something changed meanwhile, or the list is long: windows that fit one page miss nothing whatever changes.
            first = first or sieve.through(self.plain(project, 0))
            walk = Walk("created_at", grain.name, start, next=grain.unit(FIRST_SECOND), total=first.total)
        left = None if walk.total is None else max(0, walk.total - walk.read)
        for part in self._slices(project, grain, walk, sieve, left=left, first=first):
            rejected = sieve.fresh()
            walk = walk.after(part, len(rejected))
            yield Page(records(part.rows), {"walk": asdict(walk)}, rejected=rejected)
        if self._misses_rows(project, walk):
            for rows in settled(lambda index: sieve.through(self.plain(project, index))):
                rejected = sieve.fresh()
                latest = latest_update(walk.latest, rows)
                walk = replace(walk, latest=latest, rejected=walk.rejected + len(rejected))
                yield Page(records(rows), {"walk": asdict(walk)}, rejected=rejected)
        yield Page((), self.final(walk.start, walk.latest), complete=not walk.rejected)

    def _steadily(
        self, project: Scope, grain: Grain, steps: steady.Steps, sieve: Sieve, first: Envelope | None
    ) -> Generator[Page, None, bool]:
        """Walk the pages as they are listed; returns whether that is proven to have missed nothing."""
        window = Window(first_unit(grain, steps.start, steps.start), self.end(grain), is_last=True)
        for pace in steady.walked(
            steps,
            lambda index: sieve.through(self.plain(project, index)),
            lambda window: self.filtered((project.id,), grain, "updated_at", window, 0),
            grain,
            window,
            first,
        ):
            if pace.steps.is_proven:
                yield Page((), self.final(steps.start, pace.steps.latest), complete=True)
                return True
            yield Page(records(pace.rows), pace.steps.as_cursor())
        return False

    def _updates(self, project: Scope, grain: Grain, walk: Walk | None, high: int, sieve: Sieve) -> Iterator[Page]:
        if walk is None:
            start = self.start()
            walk = Walk("updated_at", grain.name, start, next=first_unit(grain, high, start))
        for part in self._slices(project, grain, walk, sieve):
            rejected = sieve.fresh()
            walk = walk.after(part, len(rejected))
            if part.rows or rejected:
                yield Page(records(part.rows), {"high": high, "walk": asdict(walk)}, rejected=rejected)
        yield Page((), self.final(walk.start, max(high, walk.latest or high)))

    def _slices(
        self,
        project: Scope,
        grain: Grain,
        walk: Walk,
        sieve: Sieve,
        *,
        left: int | None = None,
        first: Envelope | None = None,
    ) -> Iterator[Slice]:
        ask = partial(self.filtered, (project.id,), grain, walk.field)
        slicer = Slicer(
            ask=lambda window, index: sieve.through(ask(window, index)),
            field=walk.field,
            grain=grain,
            grows=walk.field == "updated_at",
        )
        # Asked for anew when a pull is resumed: time has gone on, and with it the end of the last window.
        return slicer.slices(walk.next, self.end(grain), width=walk.width, left=left, first=first)

    def plain(self, project: Scope, index: int, size: int = PAGE_SIZE) -> Envelope:
        """One page of all items of a project, whenever they were made or changed."""
        asked = {self.profile.project_filter: project.id, **ALL}
        return owned(self.api.envelope(self.profile.work_items, asked, index=index, size=size), (project.id,))

    def filtered(self, projects: Sequence[str], grain: Grain, field: str, window: Window, index: int) -> Envelope:
        """One page of the items of these projects whose `field` falls into a window."""
        low, high = grain.span(window.low, window.high)
        if self.profile.search is None:
            between = {f"{field.removesuffix('_at')}_between": f"{low},{high}"}
            asked = {self.profile.project_filter: ",".join(projects), **between, **ALL}
            return owned(self.api.envelope(self.profile.work_items, asked, index=index), projects)
        times: dict[str, Any] = {"gte": low} if window.is_last else {"between": [low, high]}
        payload = {
            "filter": {"project.id": {"in": list(projects)}, field: times},
            "include_deleted": True,
            "include_archived": True,
        }
        return owned(self.api.search(self.profile.search, payload, index=index), projects)

    def _misses_rows(self, project: Scope, walk: Walk) -> bool:
        """Whether the plain list holds rows that no window showed, such as rows without `created_at`."""
        if walk.total is not None and walk.old + walk.rejected >= walk.total:
            return False
        # Fewer than at the start may also mean that rows were purged or moved away meanwhile.
        total = self.plain(project, 0, size=1).total
        return total is None or walk.read + walk.rejected < total

    def grain(self) -> Grain:
        """How finely this generation cuts time."""
        return Seconds() if self.profile.search is None else Days(self.zone)

    def end(self, grain: Grain) -> int:
        """The last unit of a window that is to hold everything that is still to come."""
        return grain.unit(int(max(self.api.clock.now(), self.api.clock.ours()).timestamp()) + DAY_S)

    def start(self) -> int:
        """The server's second at which a pull begins."""
        # The earlier of the two clocks: a mark that is too early costs requests, one that is too late loses updates.
        return int(min(self.api.clock.now(), self.api.clock.ours()).timestamp())

    def final(self, start: int, latest: int | None) -> Mapping[str, Any]:
        """Where the next pull begins: at the latest update seen, but never later than the beginning of this pull."""
        if latest is None:
            return {}
        # By whole days, so that a project at rest has nothing new to remember in most runs.
        rested = (start - QUIET_S) // DAY_S * DAY_S if self.api.clock.offset is not None else 0
        return {"high": max(min(latest, start), rested)}


def first_unit(grain: Grain, high: int, start: int) -> int:
    """Where the updates since `high` begin, with the overlap; a mark in the future is not believed."""
    high = min(high, start)
    return grain.unit(high) - 1 if isinstance(grain, Days) else grain.unit(high - OVERLAP_S)


def _resumed(cursor: object, grain: Grain, field: str) -> Walk | None:
    """The walk in a cursor; None, so that it starts again, where the server now speaks another generation."""
    if not isinstance(cursor, Mapping):
        return None
    walk = Walk(**cursor)
    return walk if (walk.grain, walk.field) == (grain.name, field) else None


def owned(page: Envelope, projects: Sequence[str]) -> Envelope:
    """A server that ignores the project filter must not fill one project with the items of another."""
    for row in page.rows:
        other = project_of(row)
        if other is not None and other not in projects:
            raise Foreign(
                f"asked for work items of project {', '.join(projects[:3])}, got one of {other}: is `profile` right?"
            )
    return page


def project_of(row: Row) -> str | None:
    """The id of the project that a work item names, if it names one."""
    project = row.get("project")
    return project.get("id") if isinstance(project, Mapping) else None


def records(rows: Iterable[Row]) -> tuple[RawRecord, ...]:
    return tuple(RawRecord(STREAM, row["id"], instant(row.get("updated_at")), row) for row in rows)


def latest_update(known: int | None, rows: Iterable[Row]) -> int | None:
    seconds = [second for row in rows if (second := epoch(row.get("updated_at"))) is not None]
    return max([*seconds, known] if known is not None else seconds, default=None)
