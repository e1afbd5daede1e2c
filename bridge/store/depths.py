"""How much of what there is at this moment: counts for who watches the service, without a name of anybody."""

from __future__ import annotations

from datetime import datetime

from bridge.store.clockwork import instant
from bridge.store.engine import Store


def milestones(store: Store) -> dict[str, int]:
    """Colour -> milestones, as of the last day judged."""
    sql = "SELECT colour, count(*) FROM assessments WHERE day = (SELECT max(day) FROM assessments) GROUP BY colour"
    return dict(store.rows(sql))


def open_findings(store: Store) -> dict[str, int]:
    """Severity -> findings that are not cleared."""
    return dict(store.rows("SELECT severity, count(*) FROM findings WHERE cleared_on IS NULL GROUP BY severity"))


def quarantine(store: Store) -> dict[str, int]:
    """Source -> rows that could not become tasks."""
    return dict(store.rows("SELECT source, count(*) FROM quarantine GROUP BY source"))


def hints(store: Store) -> dict[str, int]:
    """Source -> hints of webhooks that nobody has followed yet."""
    return dict(store.rows("SELECT source, count(*) FROM hints GROUP BY source"))


def outbox(store: Store) -> dict[tuple[str, str], int]:
    """(kind of channel, state) -> parts of messages."""
    sql = "SELECT kind, state, count(*) FROM outbox GROUP BY kind, state"
    return {(kind, state): count for kind, state, count in store.rows(sql)}


def oldest_waiting(store: Store) -> datetime | None:
    """Since when the message has waited that has waited longest."""
    row = store.one("SELECT min(queued_at) FROM outbox WHERE state = 'waiting'")
    return instant(row[0]) if row and row[0] else None


def schema(store: Store) -> int:
    """The number of the newest step that the file has taken."""
    return int(store.schema[1:4] or 0)
