"""How an older store becomes a current one: forward only, each step and its record in one transaction.

The same steps make a store in PostgreSQL: one that is made anew takes all of them at once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from bridge.store.dialect import SQLITE, Dialect, column, columns
from bridge.store.tables import TABLES, Table
from bridge.store.tables_watch import COUNTED
from bridge.store.views import views


class Ground(Protocol):
    """What a step is taken on."""

    @property
    def dialect(self) -> Dialect: ...

    def run(self, sql: str) -> Any:
        """Run one statement; returns a cursor."""

    def columns_of(self, table: str) -> set[str]: ...


Step = Callable[[Ground], None]
MIGRATIONS = Migrations("bridge")
"""The steps as sqlite-utils takes them on a file."""
BY_NAME: dict[str, Step] = {}
"""The steps as any engine takes them."""


class File:
    """A file of SQLite as the ground of a step."""

    dialect = SQLITE

    def __init__(self, db: Database) -> None:
        self._db = db

    def run(self, sql: str) -> Any:
        return self._db.execute(sql)

    def columns_of(self, table: str) -> set[str]:
        return set(self._db.table(table).columns_dict)


def _step(step: Step) -> Step:
    name = step.__name__
    BY_NAME[name] = step

    @MIGRATIONS(name=name)
    def on_file(db: Database) -> None:
        step(File(db))

    return step


@_step
def m001_first_schema(ground: Ground) -> None:
    _create_those(ground, since=1)
    # One current content per object; older contents stay, with the instant at which they were superseded.
    ground.run(
        "CREATE UNIQUE INDEX idx_raw_records_current ON raw_records (source, stream, external_id) "
        "WHERE superseded_at IS NULL"
    )


@_step
def m002_lossless_sources(ground: Ground) -> None:
    _create_those(ground, since=2)
    if "is_open" not in ground.columns_of("tasks"):
        ground.run("ALTER TABLE tasks ADD COLUMN is_open INTEGER")
        ground.run("UPDATE tasks SET is_open = json_extract(data, '$.status') NOT IN ('done', 'cancelled')")
    # Asked in every run, and answered without touching the tasks themselves.
    ground.run("DROP INDEX IF EXISTS idx_tasks_source_scope")
    ground.run("CREATE INDEX idx_tasks_place ON tasks (source, scope, gone)")
    ground.run("CREATE INDEX idx_tasks_gone ON tasks (source, id) WHERE gone = 1")


@_step
def m003_mapping_versions(ground: Ground) -> None:
    _create_those(ground, since=3)
    known = ground.columns_of("mapping_versions")
    for name in ("how", "who", "why", "hash", "file"):
        if name not in known:
            ground.run(f"ALTER TABLE mapping_versions ADD COLUMN {name} TEXT")


@_step
def m004_people(ground: Ground) -> None:
    _create_those(ground, since=4)


@_step
def m005_links(ground: Ground) -> None:
    _create_those(ground, since=5)


@_step
def m006_findings(ground: Ground) -> None:
    _create_those(ground, since=6)


@_step
def m007_calendar(ground: Ground) -> None:
    _create_those(ground, since=7)
    ground.run(
        "INSERT INTO quarantine_stays (source, stream, external_id, since) "
        "SELECT source, stream, external_id, first_seen_at FROM quarantine"
    )


@_step
def m008_practice(ground: Ground) -> None:
    _create_those(ground, since=8)


@_step
def m010_task_touches(ground: Ground) -> None:
    _create_those(ground, since=10)


@_step
def m011_outbox(ground: Ground) -> None:
    _create_those(ground, since=11)


@_step
def m012_accounts(ground: Ground) -> None:
    _create_those(ground, since=12)


@_step
def m013_views(ground: Ground) -> None:
    _create_those(ground, since=13)
    _renew_views(ground)


def _renew_views(ground: Ground) -> None:
    """What the views promise stays; a step that changes a table they read drops them first and ends with this."""
    for name, query in views(ground.dialect).items():
        ground.run(f"DROP VIEW IF EXISTS {name}")
        ground.run(f"CREATE VIEW {name} AS {query}")


@_step
def m014_watch(ground: Ground) -> None:
    """The sums begin with what the runs on record tell."""
    _create_those(ground, since=14)
    if ground.run("SELECT 1 FROM runs LIMIT 1").fetchone() is not None:
        _sum_up(ground)


def _sum_up(ground: Ground) -> None:
    """Of a file: no store in PostgreSQL had runs before it could count them."""
    sums = ", ".join(f"coalesce(sum(json_extract(report, '$.{name}')), 0)" for name in COUNTED)
    ground.run(
        f"INSERT INTO source_tallies SELECT source, outcome, mode, count(*), {sums}, "
        "total(json_extract(report, '$.slept_seconds')) FROM source_runs GROUP BY source, outcome, mode"
    )
    seconds = "max(0, (julianday(finished_at) - julianday(started_at)) * 86400.0)"
    # Of a maximum and bare columns SQLite takes the row with the maximum.
    ground.run(
        f"INSERT INTO run_tallies SELECT kind, number, together, {seconds}, at FROM (SELECT kind, count(*) AS number, "
        f"total({seconds}) AS together, started_at, finished_at, max(finished_at) AS at FROM runs "
        "WHERE finished_at IS NOT NULL GROUP BY kind)"
    )


@_step
def m015_saved_views(ground: Ground) -> None:
    _create_those(ground, since=15)


@_step
def m018_notices(ground: Ground) -> None:
    _create_those(ground, since=18)


@_step
def m019_actors(ground: Ground) -> None:
    if "actor" not in ground.columns_of("task_changes"):
        ground.run("ALTER TABLE task_changes ADD COLUMN actor TEXT")


@_step
def m020_identities(ground: Ground) -> None:
    _create_those(ground, since=20)


@_step
def m024_refusals(ground: Ground) -> None:
    _create_those(ground, since=24)


@_step
def m025_one_life_of_refusals(ground: Ground) -> None:
    """Channels that take no message had a life among the notices too; what only that one knew moves to theirs."""
    codes = "('message_refused', 'message_unclear')"
    state = "CASE {} WHEN 'message_refused' THEN 'dead' ELSE 'unclear' END"
    midnight = "T00:00:00.000000Z"
    # Of an older time than the messages themselves tell there are only days, and no vendor's code.
    ground.run(
        "INSERT INTO refusals (channel, kind, code, state, parts, opened_at, seen_at, cleared_at) "
        "SELECT place, coalesce((SELECT kind FROM outbox WHERE channel = place LIMIT 1), ''), code, "
        f"{state.format('code')}, 1, opened_on || '{midnight}', coalesce(cleared_on, seen_on, turned_on) || '{midnight}', "
        f"cleared_on || '{midnight}' FROM notices WHERE code IN {codes} AND NOT EXISTS (SELECT 1 FROM refusals AS r "
        "WHERE r.channel = place AND (notices.cleared_on IS NULL OR substr(r.opened_at, 1, 10) <= notices.cleared_on) "
        "AND (r.cleared_at IS NULL OR substr(r.cleared_at, 1, 10) >= notices.opened_on)) ORDER BY opened_on, place"
    )
    last = (
        "FROM notice_acknowledgements AS said WHERE said.until IS NOT NULL AND said.recorded_at >= refusals.opened_at "
        "AND said.seq = (SELECT max(seq) FROM notice_acknowledgements AS any_said WHERE any_said.place = refusals.channel "
        f"AND any_said.code IN {codes} AND {state.format('any_said.code')} = refusals.state)"
    )
    for name, value in (("who", "who"), ("why", "why"), ("said_at", "recorded_at"), ("until", "until")):
        ground.run(
            f"UPDATE refusals SET {name} = (SELECT said.{value} {last}) "
            f"WHERE cleared_at IS NULL AND until IS NULL AND EXISTS (SELECT 1 {last})"
        )
    for table in ("notices", "notice_acknowledgements"):
        ground.run(f"DELETE FROM {table} WHERE code IN {codes}")


def _create_those(ground: Ground, *, since: int) -> None:
    for table in TABLES:
        if table.since == since:
            _create(ground, table)


def _create(ground: Ground, table: Table) -> None:
    words = ground.dialect
    parts = [
        f"{column(name)} {words.types[kind]}{'' if name in table.optional or table.key == (name,) else ' NOT NULL'}"
        for name, kind in table.columns.items()
    ]
    if table.is_numbered:
        parts[0] = f"{table.key[0]} {words.number}"
    else:
        parts.append(f"PRIMARY KEY ({columns(table.key)})")
    parts += [words.row_numbers[table.name]] if table.name in words.row_numbers else []
    ground.run(f"CREATE TABLE {table.name} ({', '.join(parts)}){words.table_end}")
    for names in table.indexes:
        ground.run(f"CREATE INDEX idx_{table.name}_{'_'.join(names)} ON {table.name} ({columns(names)})")
