"""Retention: what is older than [retention] says and needed by no report of any day is removed, and told."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta

from msgspec import Struct

from bridge.plan.cells import fold
from bridge.store import plans, pruning
from bridge.store.engine import Store
from bridge.store.pruning import Doomed, Stream
from bridge.usecases import drafting
from bridge.usecases.recorded import mapping_of, writable
from bridge.usecases.workspace import Workspace

FAILURES_FOR = timedelta(days=1)
A_DAY = timedelta(days=1)


class Part(Struct, frozen=True):
    """What goes of one table: rows, or of the daily snapshots the weights of single tasks."""

    name: str
    before: str
    rows: int
    bytes: int


class Pruned(Struct, frozen=True):
    """`freed_bytes` is what the file has more of than before to use again; the file itself stays as long as it is."""

    is_dry_run: bool
    parts: tuple[Part, ...]
    freed_bytes: int
    free_bytes: int

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    def as_json(self) -> dict[str, object]:
        return {
            "dry_run": self.is_dry_run,
            "tables": {
                part.name: {"before": part.before, "rows": part.rows, "bytes": part.bytes} for part in self.parts
            },
            "rows": sum(part.rows for part in self.parts),
            "bytes": self.bytes,
            "freed_bytes": self.freed_bytes,
            "free_bytes": self.free_bytes,
        }


def prune(space: Workspace, *, dry_run: bool = False) -> Pruned:
    """Remove what may go, or only tell it; whatever is looked at afterwards looks as it did before."""
    with space.store() if dry_run else writable(space) as store:
        before = store.free_bytes
        parts = []
        for doomed in _doomed(space, store):
            parts.append(Part(doomed.table, doomed.before, len(doomed.keys), doomed.bytes))
            if not dry_run:
                pruning.remove(store, doomed)
        free = store.free_bytes
        imported = {one.file for one in plans.versions(store)}
    parts.append(_uploads(space, imported, dry_run=dry_run))
    return Pruned(dry_run, tuple(parts), max(free - before, 0), free)


def _uploads(space: Workspace, imported: Collection[str], *, dry_run: bool) -> Part:
    """Plans that were uploaded and never imported."""
    paths = drafting.left_over(space, imported)
    freed = sum(path.stat().st_size for path in paths)
    for path in paths if not dry_run else ():
        path.unlink(missing_ok=True)
    return Part("uploads", (space.clock.today - drafting.TRIED_FOR).isoformat(), len(paths), freed)


def _doomed(space: Workspace, store: Store) -> Iterator[Doomed]:
    now, today, zone, keep = space.clock.now(), space.clock.today, space.clock.timezone, space.settings.retention
    yield pruning.contents(store, now - timedelta(days=keep.raw_days), zone, _lasting(store))
    yield pruning.leaves(store, today - timedelta(days=keep.snapshot_days), _starts(space, store))
    before = today - timedelta(days=keep.run_days)
    yield pruning.source_runs(store, before, zone)
    yield pruning.runs(store, before, zone)
    yield pruning.parcels(store, now - timedelta(days=keep.outbox_days))
    yield pruning.audit(store, now - timedelta(days=keep.audit_days))
    yield pruning.sessions(store, now)
    yield pruning.failures(store, now - FAILURES_FOR)


def _lasting(store: Store) -> Collection[Stream]:
    """Streams that past days are read from by the mapping of their time: tickets, and what projects claim."""
    found: set[Stream] = set()
    for source, text in pruning.mapping_texts(store):
        mapping = mapping_of(text, source)
        if mapping.claim is not None:
            found.add((source, mapping.claim.stream))
        if mapping.feedback is not None:
            found.update((source, stream) for stream in mapping.feedback.streams)
    return found


def _starts(space: Workspace, store: Store) -> Callable[[str], Collection[date]]:
    """Milestone -> the days from which growth of its scope may be measured: of each promise, however its key is spelled.

    A day more on either side, because another time zone in the settings moves the days.
    """
    days: dict[str, set[date]] = {}
    for key, baselines in plans.baselines(store, None).items():
        for baseline in baselines:
            on = baseline.recorded_at.astimezone(space.clock.timezone).date()
            days.setdefault(fold(key), set()).update((on - A_DAY, on, on + A_DAY))
    return lambda milestone: days.get(fold(milestone), ())
