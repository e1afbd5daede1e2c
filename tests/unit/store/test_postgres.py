"""A store in PostgreSQL means what a file means: the same tables, views, orders and one writer at a time; and says what is wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bridge.errors import Unavailable, UsageProblem
from bridge.store import budgets, raw
from bridge.store.budgets_postgres import ServerAllowances
from bridge.store.engine import Store
from bridge.store.opening import is_at, named, opened
from bridge.store.packing import Packing
from bridge.store.postgres import PostgresStore
from bridge.store.postgres_link import numbered
from bridge.store.tables import STEPS, TABLES
from bridge.store.views import VIEWS
from tests.server import Server

ANY_TABLE = TABLES[0].name


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    made = server.fresh()
    yield made
    server.drop(made)


@pytest.fixture
def empty(server: Server) -> Iterator[str]:
    made = server.empty()
    yield made
    server.drop(made)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "bridge.db") as store:
        store.upgrade()
        yield store


def test_both_engines_have_the_same_tables_and_views_with_the_same_columns(url: str, file: Store):
    with PostgresStore(url) as store:
        for name in (*(table.name for table in TABLES), *VIEWS):
            columns = {row[1] for row in file.rows(f"PRAGMA table_info({name})")}
            # Every table of SQLite has a rowid without naming it.
            assert store.columns_of(name) - {"rowid"} == columns, name


def test_nulls_are_refused_by_both_in_the_same_columns(url: str, file: Store):
    asked = "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(?) AND attnum > 0 AND NOT attnotnull"
    with PostgresStore(url) as store:
        for table in TABLES:
            free = {row[0] for row in store.rows(asked, (table.name,))}
            in_file = {row[1] for row in file.rows(f"PRAGMA table_info({table.name})") if not row[3] and not row[5]}
            assert free == in_file, table.name


def test_an_empty_database_gets_the_schema_once(empty: str):
    assert not is_at(empty)
    with opened(empty) as store:
        assert store.upgrade() == list(STEPS)
        assert store.upgrade() == []
        assert (store.is_current, store.schema) == (True, STEPS[-1])
    assert is_at(empty)


def test_two_first_runs_at_once_make_one_schema(empty: str):
    taken = []

    def first_run() -> None:
        with opened(empty) as store:
            taken.append(store.upgrade())

    threads = [threading.Thread(target=first_run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(map(len, taken)) == [0, 0, len(STEPS)]


def test_text_is_ordered_as_sqlite_orders_it(url: str, file: Store):
    names = ["ä", "Z", "a", "中", "_", "z", "10", "9", "é", "A", "里"]
    found = []
    with PostgresStore(url) as server:
        for store in (file, server):
            store.insert_many("people", ("id", "name", "first_seen_at"), [(n, t, "") for n, t in enumerate(names)])
            found.append([row[0] for row in store.rows("SELECT name FROM people ORDER BY name")])
            found.append(store.one("SELECT min(name), max(name) FROM people WHERE name > ?", ("A",)))

    assert found[:2] == found[2:]


def test_what_fails_inside_a_transaction_leaves_nothing(url: str):
    with PostgresStore(url) as store:
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.insert("audit", {"at": "", "who": "", "what": ""})
            raise ZeroDivisionError

        assert store.one("SELECT count(*) FROM audit") == (0,)
        with store.transaction():
            assert store.insert("audit", {"at": "", "who": "", "what": ""}) > 0


def test_a_content_that_is_there_is_found_without_losing_the_transaction(url: str):
    entry = raw.content("t1", {"id": "t1"})
    with PostgresStore(url) as store, store.transaction():
        packing, about = Packing(store), {"run": 1, "at": store.now()}
        first = raw.save_unknown(store, packing, "s", "tasks", "A", [entry], **about)
        again = raw.save_unknown(store, packing, "s", "tasks", "A", [entry], **about)
        assert (first, again) == ({"t1": 1}, None)
        assert store.one("SELECT count(*) FROM raw_records") == (1,)


def test_one_writes_at_a_time_and_others_read_meanwhile(url: str):
    order = []

    def write(name: str, ready: threading.Event) -> None:
        with PostgresStore(url) as store:
            ready.set()
            with store.transaction():
                order.append(f"{name} begins")
                store.insert("audit", {"at": "", "who": name, "what": ""})
                time.sleep(0.1)
                order.append(f"{name} ends")

    with PostgresStore(url, read_only=True) as reader:
        ready = threading.Event()
        threads = [threading.Thread(target=write, args=(name, ready)) for name in ("one", "two")]
        for thread in threads:
            thread.start()
        assert ready.wait(5)
        assert reader.one("SELECT count(*) FROM audit") is not None
        for thread in threads:
            thread.join()

    assert order in (
        ["one begins", "one ends", "two begins", "two ends"],
        ["two begins", "two ends", "one begins", "one ends"],
    )


def test_a_writer_that_waits_too_long_says_so(url: str):
    waiting = pytest.raises(Unavailable, match=r"not free within 0\.1 s")
    with PostgresStore(url) as busy, busy.transaction(), PostgresStore(url, patience_s=0.1) as other, waiting:
        other.insert("audit", {"at": "", "who": "", "what": ""})


def test_a_snapshot_is_of_one_moment(url: str):
    with PostgresStore(url, read_only=True) as reader, PostgresStore(url) as writer:
        with reader.snapshot():
            before = reader.one("SELECT count(*) FROM audit")
            writer.insert("audit", {"at": "", "who": "", "what": ""})
            assert reader.one("SELECT count(*) FROM audit") == before
        assert reader.one("SELECT count(*) FROM audit") == (1,)


def test_who_may_only_read_cannot_write(url: str):
    with PostgresStore(url, read_only=True) as store, pytest.raises(Unavailable, match="read-only"):
        store.insert("audit", {"at": "", "who": "", "what": ""})


def test_a_character_that_the_server_does_not_store_is_replaced(url: str):
    with PostgresStore(url) as store:
        store.insert("audit", {"at": "", "who": "a\0b", "what": ""})
        assert store.one("SELECT who FROM audit WHERE who = ?", ("a\0b",)) == ("a\ufffdb",)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT ? FROM t WHERE a = ?", "SELECT $1 FROM t WHERE a = $2"),
        ("x LIKE '?%' AND y = ?", "x LIKE '?%' AND y = $1"),
        ("x = 'it''s ?' AND \"?\" = ?", "x = 'it''s ?' AND \"?\" = $1"),
    ],
)
def test_marks_are_numbered_and_quoted_ones_are_none(sql: str, said: str):
    assert numbered(sql) == said


def test_a_restart_of_the_server_costs_a_step_and_nothing_else(server: Server, url: str):
    with PostgresStore(url) as store:
        store.insert("audit", {"at": "", "who": "before", "what": ""})
        with pytest.raises(Unavailable, match="cannot be used now"), store.transaction():
            store.insert("audit", {"at": "", "who": "during", "what": ""})
            server.stop()
            server.start()
            store.insert("audit", {"at": "", "who": "never", "what": ""})

        store.insert("audit", {"at": "", "who": "after", "what": ""})
        assert [row[0] for row in store.rows("SELECT who FROM audit ORDER BY seq")] == ["before", "after"]


def test_a_server_that_is_not_there_is_told_without_a_password():
    address = "postgresql://bridge:hunter2@127.0.0.1:9/bridge"
    with pytest.raises(Unavailable) as refused:
        opened(address)

    for lang in ("zh", "en"):
        said = refused.value.say(lang)
        assert "hunter2" not in said and "postgresql://bridge:***@127.0.0.1:9/bridge" in said and "PGPASSWORD" in said
    assert named("postgresql://db/x?user=a&password=b&sslmode=require").endswith("?user=a&password=***&sslmode=require")


def test_a_database_of_another_program_is_left_alone(empty: str):
    with psycopg.connect(empty, autocommit=True) as link:
        link.execute("CREATE TABLE orders (id int)")

    with pytest.raises(UsageProblem, match=r"tables of another program \(orders is one\)"):
        opened(empty)


def test_a_database_of_a_later_version_is_refused(url: str):
    with psycopg.connect(url, autocommit=True) as link:
        link.execute("INSERT INTO schema_steps VALUES ('m999_later', 'now')")

    with pytest.raises(UsageProblem, match="m999_later"):
        opened(url)


def test_a_database_that_cannot_hold_every_text_is_refused(server: Server):
    server.say("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")

    with pytest.raises(UsageProblem, match="encoded in LATIN1"):
        opened(server.url("latin"))


def test_machines_share_one_allowance(url: str):
    with ServerAllowances(url, window_s=2.0) as one, ServerAllowances(url, window_s=2.0) as two:
        ours, theirs = one("key", 3), two("key", 3)
        assert [ours.reserve(), theirs.reserve(), ours.reserve()] == [0.0, 0.0, 0.0]
        assert 1.5 < theirs.reserve() <= 2.1
        ours.block(5.0)
        assert 4.0 < theirs.blocked_for() <= 5.0
        assert two.use("other").sent == 0 and budgets.is_kept(url)


def test_a_clock_of_the_server_that_was_set_back_blocks_nobody_for_a_day(url: str):
    with ServerAllowances(url) as shared:
        shared("key", 2).reserve()
        shared("key", 2).block(30.0)
        with psycopg.connect(url, autocommit=True) as link:
            # As if it had been written before the clock was set back by a day.
            link.execute(
                "UPDATE budgets SET seen_at = seen_at + 86400, blocked_until = blocked_until + 86400, "
                "sent = (SELECT json_agg(json_build_array((one ->> 0)::bigint + 345600, (one ->> 1)::bigint))::text "
                "FROM json_array_elements(sent::json) AS one)"
            )
        assert shared("key", 2).blocked_for() <= 31.0
        assert shared("key", 2).reserve() <= 31.0
