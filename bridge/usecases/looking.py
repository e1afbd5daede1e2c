"""Looking at what is stored: tasks in the common schema, and what changed about them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from bridge.store import tasks
from bridge.store.clockwork import stamp
from bridge.sync.outcome import rfc3339
from bridge.usecases.workspace import Workspace


def list_tasks(
    space: Workspace,
    *,
    sources: Sequence[str] = (),
    project: str | None = None,
    gone: bool = False,
    after: tuple[str, str] | None = None,
    limit: int | None = None,
) -> Iterator[Mapping[str, Any]]:
    """Tasks as JSON objects, by source and id; with `gone` those that are gone instead. `after` is a place in this order."""
    if sources:
        space.sources(sources)
    with space.store() as store:
        yield from tasks.listing(store, source=sources, project=project, gone=gone, after=after, limit=limit)


def list_changes(space: Workspace, *, task: str | None = None, since: date | None = None) -> Iterator[dict[str, Any]]:
    """Recorded changes in the order they happened, without the vendor's own bookkeeping."""
    start = None if since is None else stamp(datetime.combine(since, time(), space.clock.timezone))
    with space.store() as store:
        for change in tasks.changes(store, task=task, since=start, without=tasks.BOOKKEEPING):
            yield {
                "source": change.source,
                "id": change.id,
                "at": rfc3339(change.at),
                "field": change.field,
                "old": change.old,
                "new": change.new,
                "how": change.how,
                "cause": change.cause,
                "by": None if change.actor is None else {"id": change.actor.id, "name": change.actor.name},
            }
