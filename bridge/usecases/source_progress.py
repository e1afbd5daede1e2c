"""What is going on with each source at this moment: who reads it since when, and how much of its limit is used."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import Struct

from bridge.store import leases, runs, tasks
from bridge.usecases.budget_use import BudgetUse, budget_use
from bridge.usecases.workspace import Workspace


class Going(Struct, frozen=True):
    """One source; `since` is when the reading began that goes on now, None where nobody reads it."""

    name: str
    since: datetime | None
    seconds: int
    holder: str
    tasks: int
    """What is stored by now; it grows while a first reading goes on."""
    use: BudgetUse
    read_at: datetime | None
    outcome: str | None


def going_on(space: Workspace) -> list[Going]:
    """Every configured source, in the order of the settings; asks no source and writes nothing."""
    use = budget_use(space)
    if not space.has_store:
        return [Going(source.name, None, 0, "", 0, use[source.name], None, None) for source in space.sources()]
    now = datetime.now(UTC)  # signs of life tell the real time, whatever day is looked at
    found = []
    with space.store() as store:
        for source in space.sources():
            held = leases.holder(store, f"source:{source.name}", now)
            last = runs.latest(store, source.name)
            since = None if held is None else held.since
            seconds = 0 if since is None else max(0, int((now - since).total_seconds()))
            counted = tasks.count_present(store, source.name)
            holder = "" if held is None else held.holder
            ended = (None, None) if last is None else (last.finished_at, last.outcome)
            found.append(Going(source.name, since, seconds, holder, counted, use[source.name], *ended))
    return found
