"""Every table of the store: instants are ISO-8601 UTC text, dates `YYYY-MM-DD`, money and JSON text."""

from __future__ import annotations

from bridge.store.table import Table as Table
from bridge.store.table import optional as _optional
from bridge.store.tables_accounts import ACCOUNTS
from bridge.store.tables_findings import FINDINGS
from bridge.store.tables_practice import PRACTICE
from bridge.store.tables_promises import PROMISES
from bridge.store.tables_published import PUBLISHED
from bridge.store.tables_watch import WATCH

RECORD_OF_STEPS = "_sqlite_migrations"
"""Where sqlite-utils keeps which steps a file has taken."""
STEPS = (
    "m001_first_schema",
    "m002_lossless_sources",
    "m003_mapping_versions",
    "m004_people",
    "m005_links",
    "m006_findings",
    "m007_calendar",
    "m008_practice",
    "m010_task_touches",
    "m011_outbox",
    "m012_accounts",
    "m013_views",
    "m014_watch",
    "m015_saved_views",
    "m018_notices",
    "m019_actors",
    "m020_identities",
    "m024_refusals",
    "m025_one_life_of_refusals",
)
"""The migrations in their order, known without loading the tools that apply them."""

TABLES: tuple[Table, ...] = (
    Table(
        "raw_records",
        {
            "id": "INTEGER",
            "source": "TEXT",
            "stream": "TEXT",
            "scope": "TEXT",
            "external_id": "TEXT",
            "hash": "TEXT",
            "payload": "BLOB",
            "first_run": "INTEGER",
            "first_seen_at": "TEXT",
            "superseded_at": "TEXT",
        },
        key=("id",),
        optional=_optional("superseded_at"),
        indexes=(("source", "stream", "scope"),),
    ),
    Table(
        "cursors",
        {"source": "TEXT", "stream": "TEXT", "scope": "TEXT", "cursor": "TEXT", "saved_at": "TEXT"},
        key=("source", "stream", "scope"),
    ),
    Table(
        "runs",
        {"id": "INTEGER", "kind": "TEXT", "today": "TEXT", "started_at": "TEXT", "finished_at": "TEXT"},
        key=("id",),
        optional=_optional("finished_at"),
        indexes=(("today",),),
    ),
    Table(
        "source_runs",
        {
            "run": "INTEGER",
            "source": "TEXT",
            "outcome": "TEXT",
            "mode": "TEXT",
            "finished_at": "TEXT",
            "as_of": "TEXT",
            "partial_scopes": "TEXT",
            "unreadable": "TEXT",
            "report": "TEXT",
        },
        key=("run", "source"),
        optional=_optional("as_of"),
        indexes=(("source", "outcome", "finished_at"),),
    ),
    Table(
        "mapping_versions",
        {
            "source": "TEXT",
            "version": "TEXT",
            "basis": "TEXT",
            "text": "TEXT",
            "activated_at": "TEXT",
            # How it came to be in force, who did it and why, from which file; unknown of what was activated before step 3.
            "how": "TEXT",
            "who": "TEXT",
            "why": "TEXT",
            "hash": "TEXT",
            "file": "TEXT",
        },
        key=("source", "activated_at"),
        optional=_optional("how", "who", "why", "hash", "file"),
    ),
    Table(
        "mapping_problems",
        {
            "source": "TEXT",
            "id": "TEXT",
            "target": "TEXT",
            "code": "TEXT",
            "path": "TEXT",
            "value": "TEXT",
            "first_seen_at": "TEXT",
        },
        key=("source", "id", "target"),
    ),
    Table(
        "quarantine",
        {
            "source": "TEXT",
            "stream": "TEXT",
            "external_id": "TEXT",
            "scope": "TEXT",
            "reason": "TEXT",
            "detail": "TEXT",
            "first_seen_at": "TEXT",
            "last_seen_at": "TEXT",
        },
        key=("source", "stream", "external_id"),
    ),
    Table(
        "tasks",
        {
            "source": "TEXT",
            "id": "TEXT",
            "scope": "TEXT",
            "project": "TEXT",
            "project_key": "TEXT",
            "project_name": "TEXT",
            "gone": "INTEGER",
            "raw": "INTEGER",
            "mapping_version": "TEXT",
            "first_seen_at": "TEXT",
            "data": "TEXT",
            "is_open": "INTEGER",
        },
        key=("source", "id"),
        optional=_optional("project_key", "is_open"),
        indexes=(("source", "scope"),),
    ),
    Table(
        "task_changes",
        {
            "seq": "INTEGER",
            "source": "TEXT",
            "id": "TEXT",
            "at": "TEXT",
            "recorded_at": "TEXT",
            "field": "TEXT",
            "old": "TEXT",
            "new": "TEXT",
            "how": "TEXT",
            "cause": "TEXT",
            "run": "INTEGER",
            # Who did it, as JSON with id and name, where the vendor's own history says so.
            "actor": "TEXT",
        },
        key=("seq",),
        optional=_optional("actor"),
        indexes=(("source", "id"), ("recorded_at",)),
    ),
    Table(
        # Tasks that were written without an entry in their history: it was nothing that happened to the task.
        "task_touches",
        {"seq": "INTEGER", "source": "TEXT", "id": "TEXT"},
        key=("seq",),
        since=10,
    ),
    Table(
        "plan_versions",
        {
            "id": "INTEGER",
            "imported_at": "TEXT",
            "file": "TEXT",
            "hash": "TEXT",
            "approved_by": "TEXT",
            "reason": "TEXT",
            "data": "TEXT",
        },
        key=("id",),
        optional=_optional("approved_by", "reason"),
    ),
    Table(
        "baselines",
        {
            "milestone": "TEXT",
            "number": "INTEGER",
            "promised": "TEXT",
            "recorded_at": "TEXT",
            "approved_by": "TEXT",
            "reason": "TEXT",
        },
        key=("milestone", "number"),
        optional=_optional("approved_by", "reason"),
    ),
    Table(
        "assessments",
        {"milestone": "TEXT", "day": "TEXT", "run": "INTEGER", "colour": "TEXT", "data": "TEXT"},
        key=("milestone", "day"),
        indexes=(("day",),),
    ),
    Table(
        # The ids a resumable complete read has met, one row a page, so that a read which was cut short can end in a sweep.
        "sightings",
        {"source": "TEXT", "stream": "TEXT", "scope": "TEXT", "page": "INTEGER", "ids": "BLOB"},
        key=("source", "stream", "scope", "page"),
        since=2,
    ),
    Table(
        # zstandard dictionaries: one object is too small to be packed well alone.
        "dictionaries",
        {"id": "INTEGER", "stream": "TEXT", "data": "BLOB", "made_at": "TEXT"},
        key=("id",),
        since=2,
    ),
    Table(
        # When the detail streams of a task were last read, and what the task looked like then.
        "detail_reads",
        {"source": "TEXT", "stream": "TEXT", "task": "TEXT", "raw": "INTEGER", "read_at": "TEXT"},
        key=("source", "stream", "task"),
        since=2,
    ),
    Table(
        # Tasks that one complete read did not show, where it takes a second one to believe it.
        "absences",
        {"source": "TEXT", "task": "TEXT", "run": "INTEGER", "at": "TEXT"},
        key=("source", "task"),
        since=2,
    ),
    Table(
        # Hours registered on tasks, one row for each registration that counts.
        "efforts",
        {"source": "TEXT", "external_id": "TEXT", "task": "TEXT", "hours": "TEXT", "raw": "INTEGER"},
        key=("source", "external_id"),
        indexes=(("source", "task"),),
        since=2,
    ),
    Table(
        "source_memory",
        {"source": "TEXT", "name": "TEXT", "value": "TEXT"},
        key=("source", "name"),
        since=2,
    ),
    Table(
        # Who is at work on what; a holder that died is recognised and replaced.
        "leases",
        {
            "name": "TEXT",
            "holder": "TEXT",
            "host": "TEXT",
            "pid": "INTEGER",
            "born": "TEXT",
            "since": "TEXT",
            "heartbeat_at": "TEXT",
        },
        key=("name",),
        since=2,
    ),
    Table(
        # Tasks that a webhook spoke of and that have not been read again since; `task` empty means the whole source.
        "hints",
        {"source": "TEXT", "task": "TEXT", "first_at": "TEXT", "last_at": "TEXT", "times": "INTEGER"},
        key=("source", "task"),
        since=2,
    ),
    Table(
        # Mapping files that could not be used, from when to when, and the version that went on being used instead.
        "mapping_refusals",
        {
            "source": "TEXT",
            "since_at": "TEXT",
            "until_at": "TEXT",
            "file": "TEXT",
            "problems": "INTEGER",
            "version": "TEXT",
        },
        key=("source", "since_at"),
        optional=_optional("until_at"),
        since=3,
    ),
    Table(
        # People over all tools; a number once given to somebody is never given to another.
        "people",
        {"id": "INTEGER", "name": "TEXT", "first_seen_at": "TEXT"},
        key=("id",),
        since=4,
    ),
    Table(
        # Accounts of people in the tools as they were last seen; what they are recognised by stays in the raw rows.
        "accounts",
        {"source": "TEXT", "id": "TEXT", "name": "TEXT", "seen_at": "TEXT"},
        key=("source", "id"),
        since=4,
    ),
    Table(
        # Whose an account is, from when until when, so that a past day is judged by what was known then.
        "account_links",
        {
            "seq": "INTEGER",
            "source": "TEXT",
            "account": "TEXT",
            "person": "INTEGER",
            "name": "TEXT",
            "how": "TEXT",
            "since": "TEXT",
            "until": "TEXT",
        },
        key=("seq",),
        optional=_optional("until"),
        indexes=(("source", "account"),),
        since=4,
    ),
    Table(
        # Messages to chat and mail, a row a part; the key is what keeps one from being sent for a second time.
        "outbox",
        {
            "channel": "TEXT",
            "report": "TEXT",
            "part": "INTEGER",
            "parts": "INTEGER",
            "kind": "TEXT",
            "bytes": "INTEGER",
            "body": "TEXT",
            "state": "TEXT",
            "queued_at": "TEXT",
            "due_at": "TEXT",
            "tries": "INTEGER",
            "tried_at": "TEXT",
            "sent_at": "TEXT",
            "code": "TEXT",
            "said": "TEXT",
        },
        key=("channel", "report", "part"),
        optional=_optional("tried_at", "sent_at", "code", "said"),
        indexes=(("state", "due_at"), ("channel", "tried_at")),
        since=11,
    ),
    Table(
        # Which task waits for which, as the links of `task` told from `recorded_at` until `until`.
        "task_links",
        {
            "seq": "INTEGER",
            "source": "TEXT",
            "stream": "TEXT",
            "task": "TEXT",
            "predecessor": "TEXT",
            "successor": "TEXT",
            "kind": "TEXT",
            "word": "TEXT",
            "lag": "INTEGER",
            "mapping_version": "TEXT",
            "recorded_at": "TEXT",
            "until": "TEXT",
        },
        key=("seq",),
        optional=_optional("word", "until"),
        indexes=(("source", "task"),),
        since=5,
    ),
    Table(
        # When which row was in quarantine: the table of that name holds only those of now.
        "quarantine_stays",
        {"seq": "INTEGER", "source": "TEXT", "stream": "TEXT", "external_id": "TEXT", "since": "TEXT", "until": "TEXT"},
        key=("seq",),
        optional=_optional("until"),
        indexes=(("source", "stream", "external_id"),),
        since=7,
    ),
    *FINDINGS,
    *ACCOUNTS,
    *PROMISES,
    *PRACTICE,
    *PUBLISHED,
    *WATCH,
)

BY_NAME: dict[str, Table] = {table.name: table for table in TABLES}
