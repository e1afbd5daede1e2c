"""The tables of what promises are counted by and decided on: calendars as they were in force, and what led to a decision."""

from __future__ import annotations

from bridge.store.table import Table, optional

PROMISES: tuple[Table, ...] = (
    Table(
        # Calendars as they were in force: one for each year the package lists or somebody announced, one of the company.
        "calendars",
        {
            "id": "INTEGER",
            "origin": "TEXT",
            "year": "INTEGER",
            "file": "TEXT",
            "imported_by": "TEXT",
            "recorded_at": "TEXT",
            "until_at": "TEXT",
        },
        key=("id",),
        optional=optional("year", "file", "imported_by", "until_at"),
        since=7,
    ),
    Table(
        "calendar_days",
        {"calendar": "INTEGER", "day": "TEXT", "kind": "TEXT", "name": "TEXT"},
        key=("calendar", "day"),
        since=7,
    ),
    Table(
        # What made somebody decide about a promise: `number` is the baseline it led to, none where moving was refused.
        "promise_causes",
        {
            "seq": "INTEGER",
            "milestone": "TEXT",
            "number": "INTEGER",
            "kind": "TEXT",
            "reference": "TEXT",
            "said": "TEXT",
            "decided_by": "TEXT",
            "reason": "TEXT",
            "recorded_at": "TEXT",
        },
        key=("seq",),
        optional=optional("number"),
        since=7,
    ),
)
