"""The queue of jobs beside a store in PostgreSQL, kept by procrastinate: one row a job, taken by one worker at a time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from bridge.errors import Unavailable, UsageProblem
from bridge.store.engine import Store
from bridge.store.opening import named
from bridge.store.postgres_words import CANNOT_QUEUE, NO_DRIVER

if TYPE_CHECKING:
    import procrastinate

RECORD_OF_STEPS = "queue_steps"
CONNECT_S = 10.0
ALIVE_S = 60
"""A worker that gave no sign of life for so long counts as none."""


class Order(Struct, frozen=True):
    """A job as it is put into the queue.

    Of jobs with one `lock` one runs at a time, whatever their kind; of jobs with one `only` no second one waits.
    """

    kind: str
    lock: str
    only: str
    priority: int
    args: Mapping[str, Any]
    wait_s: float = 0.0


def library() -> Any:
    """The library, or a word on how to get it."""
    try:
        import procrastinate
    except ImportError as err:
        raise UsageProblem(NO_DRIVER) from err
    return procrastinate


def install(store: Store) -> None:
    """Make the queue's own tables, or bring them to what the installed library needs; in the caller's transaction."""
    manager = library().schema.SchemaManager
    steps = {path.name: path for path in sorted(Path(manager.get_migrations_path()).glob("*.sql"))}
    store.run(f'CREATE TABLE IF NOT EXISTS {RECORD_OF_STEPS} (name TEXT COLLATE "C" PRIMARY KEY)')
    taken = {row[0] for row in store.rows(f"SELECT name FROM {RECORD_OF_STEPS}")}
    # What is made anew is made as the last of the steps would leave it.
    scripts = [steps[name].read_text(encoding="utf-8") for name in sorted(steps.keys() - taken)]
    for script in scripts if taken else [manager.get_schema()]:
        store.run(script)
    sql = f"INSERT INTO {RECORD_OF_STEPS} (name) VALUES (?)"
    store.execute_many(sql, [(name,) for name in sorted(steps.keys() - taken)])


def put(url: str, order: Order) -> bool:
    """Put a job into the queue; False where one like it waits already."""
    lib = library()
    import psycopg

    app: procrastinate.App = lib.App(
        connector=lib.SyncPsycopgConnector(conninfo=url, min_size=1, max_size=1, timeout=CONNECT_S)
    )
    at = datetime.now(UTC) + timedelta(seconds=order.wait_s) if order.wait_s else None
    try:
        with app.open():
            app.configure_task(
                order.kind, lock=order.lock, queueing_lock=order.only, priority=order.priority, schedule_at=at
            ).defer(**order.args)
    except lib.exceptions.AlreadyEnqueued:
        return False
    except (lib.exceptions.ConnectorException, psycopg.Error) as err:
        raise Unavailable(CANNOT_QUEUE, place=named(url), why=str(err.__cause__ or err).partition("\n")[0]) from err
    return True


def depths(store: Store) -> dict[str, int]:
    """State -> jobs: `todo` wait, `doing` run, `failed` were given up."""
    return dict(store.rows("SELECT CAST(status AS text), count(*) FROM procrastinate_jobs GROUP BY status"))


def workers(store: Store) -> int:
    """How many workers have given a sign of life of late."""
    row = store.one(
        f"SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '{ALIVE_S} seconds'"
    )
    return int(row[0]) if row else 0
