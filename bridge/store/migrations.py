"""How an older file becomes a current one: forward only, each step and its record in one transaction."""

from __future__ import annotations

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from bridge.store.tables import TABLES, Table
from bridge.store.tables_watch import COUNTED
from bridge.store.views import VIEWS

MIGRATIONS = Migrations("bridge")


@MIGRATIONS()
def m001_first_schema(db: Database) -> None:
    _create_those(db, since=1)
    # One current content per object; older contents stay, with the instant at which they were superseded.
    db.execute(
        "CREATE UNIQUE INDEX idx_raw_records_current ON raw_records (source, stream, external_id) "
        "WHERE superseded_at IS NULL"
    )


@MIGRATIONS()
def m002_lossless_sources(db: Database) -> None:
    _create_those(db, since=2)
    if "is_open" not in db.table("tasks").columns_dict:
        db.execute("ALTER TABLE tasks ADD COLUMN is_open INTEGER")
        db.execute("UPDATE tasks SET is_open = json_extract(data, '$.status') NOT IN ('done', 'cancelled')")
    # Asked in every run, and answered without touching the tasks themselves.
    db.execute("DROP INDEX IF EXISTS idx_tasks_source_scope")
    db.execute("CREATE INDEX idx_tasks_place ON tasks (source, scope, gone)")
    db.execute("CREATE INDEX idx_tasks_gone ON tasks (source, id) WHERE gone = 1")


@MIGRATIONS()
def m003_mapping_versions(db: Database) -> None:
    _create_those(db, since=3)
    known = db.table("mapping_versions").columns_dict
    for name in ("how", "who", "why", "hash", "file"):
        if name not in known:
            db.execute(f"ALTER TABLE mapping_versions ADD COLUMN {name} TEXT")


@MIGRATIONS()
def m004_people(db: Database) -> None:
    _create_those(db, since=4)


@MIGRATIONS()
def m005_links(db: Database) -> None:
    _create_those(db, since=5)


@MIGRATIONS()
def m006_findings(db: Database) -> None:
    _create_those(db, since=6)


@MIGRATIONS()
def m007_calendar(db: Database) -> None:
    _create_those(db, since=7)
    db.execute(
        "INSERT INTO quarantine_stays (source, stream, external_id, since) "
        "SELECT source, stream, external_id, first_seen_at FROM quarantine"
    )


@MIGRATIONS()
def m008_practice(db: Database) -> None:
    _create_those(db, since=8)


@MIGRATIONS()
def m010_task_touches(db: Database) -> None:
    _create_those(db, since=10)


@MIGRATIONS()
def m011_outbox(db: Database) -> None:
    _create_those(db, since=11)


@MIGRATIONS()
def m012_accounts(db: Database) -> None:
    _create_those(db, since=12)


@MIGRATIONS()
def m013_views(db: Database) -> None:
    _create_those(db, since=13)
    _renew_views(db)


def _renew_views(db: Database) -> None:
    """What the views promise stays; a step that changes a table they read drops them first and ends with this."""
    for name, query in VIEWS.items():
        db.execute(f"DROP VIEW IF EXISTS {name}")
        db.execute(f"CREATE VIEW {name} AS {query}")


@MIGRATIONS()
def m014_watch(db: Database) -> None:
    """The sums begin with what the runs on record tell."""
    _create_those(db, since=14)
    sums = ", ".join(f"coalesce(sum(json_extract(report, '$.{name}')), 0)" for name in COUNTED)
    db.execute(
        f"INSERT INTO source_tallies SELECT source, outcome, mode, count(*), {sums}, "
        "total(json_extract(report, '$.slept_seconds')) FROM source_runs GROUP BY source, outcome, mode"
    )
    seconds = "max(0, (julianday(finished_at) - julianday(started_at)) * 86400.0)"
    # Of a maximum and bare columns SQLite takes the row with the maximum.
    db.execute(
        f"INSERT INTO run_tallies SELECT kind, number, together, {seconds}, at FROM (SELECT kind, count(*) AS number, "
        f"total({seconds}) AS together, started_at, finished_at, max(finished_at) AS at FROM runs "
        "WHERE finished_at IS NOT NULL GROUP BY kind)"
    )


@MIGRATIONS()
def m015_saved_views(db: Database) -> None:
    _create_those(db, since=15)


@MIGRATIONS()
def m018_notices(db: Database) -> None:
    _create_those(db, since=18)


def _create_those(db: Database, *, since: int) -> None:
    for table in TABLES:
        if table.since == since:
            _create(db, table)


def _create(db: Database, table: Table) -> None:
    columns = [
        f"{name} {kind}{'' if name in table.optional or table.key == (name,) else ' NOT NULL'}"
        for name, kind in table.columns.items()
    ]
    if table.key == ("id",) or table.key == ("seq",):
        columns[0] += " PRIMARY KEY"
    else:
        columns.append(f"PRIMARY KEY ({', '.join(table.key)})")
    db.execute(f"CREATE TABLE {table.name} ({', '.join(columns)}) STRICT")
    for columns_of in table.indexes:
        db.execute(f"CREATE INDEX idx_{table.name}_{'_'.join(columns_of)} ON {table.name} ({', '.join(columns_of)})")
