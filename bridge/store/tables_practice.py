"""The tables of what people recorded of risks, tickets and contacts beside the plan."""

from __future__ import annotations

from bridge.store.table import Table, optional

PRACTICE: tuple[Table, ...] = (
    Table(
        # What people decided on candidates for risks: every decision stays, the newest of a candidate counts.
        "risk_verdicts",
        {
            "seq": "INTEGER",
            "candidate": "TEXT",
            "confirmed": "INTEGER",
            "author": "TEXT",
            "reason": "TEXT",
            "recorded_at": "TEXT",
            "noted": "TEXT",
        },
        key=("seq",),
        indexes=(("candidate",),),
        since=8,
    ),
    Table(
        # Which milestone a person linked a ticket to; without one the link was taken back. The newest of a ticket counts.
        "ticket_links",
        {
            "seq": "INTEGER",
            "source": "TEXT",
            "ticket": "TEXT",
            "milestone": "TEXT",
            "author": "TEXT",
            "recorded_at": "TEXT",
        },
        key=("seq",),
        optional=optional("milestone"),
        since=8,
    ),
    Table(
        # Contacts made with a deal's team or customer, beside those that the plan tells of.
        "contacts",
        {
            "seq": "INTEGER",
            "deal": "TEXT",
            "audience": "TEXT",
            "day": "TEXT",
            "author": "TEXT",
            "recorded_at": "TEXT",
        },
        key=("seq",),
        since=8,
    ),
)
