"""What is on record of milestones, as a portfolio takes it: as it stands now, or as it was known at the end of a day."""

from __future__ import annotations

from datetime import date

from bridge.reconcile.register import Register
from bridge.store import findings, statements
from bridge.store.engine import Store


def register(store: Store, today: date, before: str | None = None) -> Register:
    """Findings as they stood when `today` began; statements recorded before an instant, if one is given."""
    return Register(
        since=findings.recorded_since(store, today),
        episodes=findings.open_before(store, today),
        acknowledgements=statements.acknowledgements(store, before),
        overrides=statements.overrides(store, before),
        notes=statements.notes(store, before),
    )
