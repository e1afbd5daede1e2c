"""What each source's credential may send in a minute, and what it has sent in the last one."""

from __future__ import annotations

from msgspec import Struct

from bridge.store import budgets
from bridge.usecases.workspace import Workspace
from connectors.budget import credential


class BudgetUse(Struct, frozen=True):
    """Requests of the last minute and those reserved for later, of so many a minute; seconds still to be waited."""

    limit: int
    sent: int = 0
    blocked_s: float = 0.0


def budget_use(space: Workspace) -> dict[str, BudgetUse]:
    """By source, in the order of the settings; sources that share a credential show the same. Writes nothing."""
    path = space.settings.database_place
    if not budgets.is_kept(path):
        return {source.name: BudgetUse(source.requests_per_minute) for source in space.settings.sources}
    found = {}
    with budgets.allowances(path) as shared:
        for source in space.settings.sources:
            use = shared.use(credential(source.base_url, source.client_id))
            limit = min(source.requests_per_minute, use.told or source.requests_per_minute)
            found[source.name] = BudgetUse(limit, use.sent, use.blocked_s)
    return found
