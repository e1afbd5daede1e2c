"""The tables of findings with their life, and of what people said of milestones."""

from __future__ import annotations

from bridge.store.table import Table, optional


def _lives(name: str, subject: str, since: int) -> Table:
    """Reasons with a life: one row for each time that a reason of a subject began to hold.

    `steps` holds the days on which its severity changed, so that a day can be judged again as if it had not been judged
    yet. A row is written on a day on which something becomes of it; an open one was last seen on the last day judged.
    """
    return Table(
        name,
        {
            subject: "TEXT",
            "code": "TEXT",
            "opened_on": "TEXT",
            "opened_run": "INTEGER",
            "opened_severity": "TEXT",
            "severity": "TEXT",
            "worsened_on": "TEXT",
            "turned_on": "TEXT",
            "seen_on": "TEXT",
            "cleared_on": "TEXT",
            "steps": "TEXT",
        },
        key=(subject, "code", "opened_on"),
        optional=optional("worsened_on", "seen_on", "cleared_on"),
        indexes=(("cleared_on",), ("opened_on",), ("turned_on",)),
        since=since,
    )


def _answers(name: str, subject: str, since: int) -> Table:
    """Who answers for a finding until when; the last row of a finding counts, one without `until` takes it back."""
    return Table(
        name,
        {
            "seq": "INTEGER",
            subject: "TEXT",
            "code": "TEXT",
            "opened_on": "TEXT",
            "severity": "TEXT",
            "until": "TEXT",
            "who": "TEXT",
            "why": "TEXT",
            "recorded_on": "TEXT",
            "recorded_at": "TEXT",
        },
        key=("seq",),
        optional=optional("until"),
        since=since,
    )


FINDINGS: tuple[Table, ...] = (
    _lives("findings", "milestone", since=6),
    _answers("acknowledgements", "milestone", since=6),
    # The same of the service itself: a place is a source, a job or a part of the machine.
    _lives("notices", "place", since=18),
    _answers("notice_acknowledgements", "place", since=18),
    Table(
        # The colour a person holds for right until when; the last row of a milestone counts, one without a colour takes it back.
        "overrides",
        {
            "seq": "INTEGER",
            "milestone": "TEXT",
            "colour": "TEXT",
            "until": "TEXT",
            "who": "TEXT",
            "why": "TEXT",
            "recorded_at": "TEXT",
        },
        key=("seq",),
        optional=optional("colour", "until"),
        since=6,
    ),
    Table(
        # What people wrote of a milestone; every row is a whole version, the last one counts.
        "notes",
        {
            "seq": "INTEGER",
            "milestone": "TEXT",
            "category": "TEXT",
            "account": "TEXT",
            "reason": "TEXT",
            "recovery_plan": "TEXT",
            "owner": "TEXT",
            "recovery_date": "TEXT",
            "customer_informed": "TEXT",
            "who": "TEXT",
            "recorded_at": "TEXT",
        },
        key=("seq",),
        optional=optional(
            "category", "account", "reason", "recovery_plan", "owner", "recovery_date", "customer_informed"
        ),
        indexes=(("milestone",),),
        since=6,
    ),
)
