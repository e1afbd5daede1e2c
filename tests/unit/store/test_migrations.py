"""Files of former versions become current ones, and the names of the steps are known without the tools that take them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge.errors import UsageProblem
from bridge.store import refusals
from bridge.store.engine import Store
from bridge.store.migrations import MIGRATIONS
from bridge.store.tables import STEPS, TABLES
from bridge.store.views import VIEWS


def first_schema(path: Path) -> None:
    """A file as the first version left it, with one open and one finished task."""
    with Store(path) as store:
        store.upgrade()
        for view in VIEWS:
            store.execute(f"DROP VIEW {view}")
        for table in TABLES:
            if table.since > 1:
                store.execute(f"DROP TABLE {table.name}")
        for index in ("idx_tasks_place", "idx_tasks_gone"):
            store.execute(f"DROP INDEX {index}")
        store.execute("CREATE INDEX idx_tasks_source_scope ON tasks (source, scope)")
        store.execute("ALTER TABLE tasks DROP COLUMN is_open")
        for column in ("how", "who", "why", "hash", "file"):
            store.execute(f"ALTER TABLE mapping_versions DROP COLUMN {column}")
        store.execute("INSERT INTO mapping_versions VALUES ('s', 'm', 'b', 'kind = 1', '2026-08-01T00:00:00.000000Z')")
        store.execute("DELETE FROM _sqlite_migrations WHERE name <> 'm001_first_schema'")
        for key, status in (("t1", "doing"), ("t2", "done")):
            store.execute(
                "INSERT INTO tasks (source, id, scope, project, project_name, gone, raw, mapping_version, first_seen_at, data)"
                " VALUES ('s', ?, 'A', 'A', 'A', 0, 1, 'm', '2026-08-01T00:00:00.000000Z', ?)",
                (key, json.dumps({"status": status})),
            )


def test_the_steps_are_those_that_the_tools_would_take(tmp_path: Path):
    with Store(tmp_path / "bridge.db") as store:
        assert tuple(step.name for step in MIGRATIONS.pending(store.db)) == STEPS


def test_a_file_of_the_first_version_is_told_apart_and_upgraded(tmp_path: Path):
    path = tmp_path / "bridge.db"
    first_schema(path)

    with Store(path) as store:
        was_current = store.is_current
        taken = store.upgrade()
        is_open = dict(store.rows("SELECT id, is_open FROM tasks"))
        mapping = store.one("SELECT version, who, why, hash FROM mapping_versions")

        assert not was_current
        assert taken == list(STEPS[1:])
        assert store.is_current
        assert is_open == {"t1": 1, "t2": 0}
        assert mapping == ("m", None, None, None)
        assert {row[0] for row in store.rows("SELECT name FROM sqlite_master")} >= {table.name for table in TABLES}


SAID = ("2026-08-20", "red", "2026-09-01", "王敏", "换机器人", "2026-08-24")


def test_what_was_said_among_the_notices_of_a_refused_channel_moves_to_the_one_place(tmp_path: Path):
    path = tmp_path / "bridge.db"
    midnight = "T00:00:00.000000Z"
    with Store(path) as store:
        store.upgrade()
        store.execute("DELETE FROM _sqlite_migrations WHERE name = 'm025_one_life_of_refusals'")
        life = "INSERT INTO notices VALUES (?, ?, ?, 1, 'red', 'red', NULL, ?, ?, ?, '[]')"
        for row in (
            ("sales", "message_refused", "2026-08-20", "2026-08-20", "2026-08-24", None),
            ("sales", "message_refused", "2026-07-01", "2026-07-03", "2026-07-02", "2026-07-03"),
            ("office", "message_unclear", "2026-08-22", "2026-08-22", None, None),
            ("pingcode", "data_old", "2026-08-22", "2026-08-22", None, None),
        ):
            store.execute(life, row)
        row = {"channel": "sales", "kind": "wecom", "code": "93000", "state": "dead", "parts": 2}
        store.insert("refusals", {**row, "opened_at": f"2026-08-20{midnight}", "seen_at": f"2026-08-24{midnight}"})
        answers = (
            "INSERT INTO notice_acknowledgements (place, code, opened_on, severity, until, who, why, recorded_on, "
            "recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        for place, code in (("sales", "message_refused"), ("pingcode", "data_old")):
            store.execute(answers, (place, code, *SAID, "2026-08-24T08:00:00.000000Z"))

    with Store(path) as store:
        assert store.upgrade() == ["m025_one_life_of_refusals"]
        found = refusals.listed(store)
        left = [list(store.rows(f"SELECT place, code FROM {name}")) for name in ("notices", "notice_acknowledgements")]

    assert [(one.channel, one.code, one.state, one.cleared_at is None) for one in found] == [
        ("sales", "message_refused", "dead", False),
        ("sales", "93000", "dead", True),
        ("office", "message_unclear", "unclear", True),
    ]
    answer = found[1].answer
    assert answer is not None and (answer.by, answer.reason, str(answer.until)) == ("王敏", "换机器人", "2026-09-01")
    assert found[0].answer is found[2].answer is None
    assert left == [[("pingcode", "data_old")]] * 2


def test_a_file_of_a_later_version_is_refused(tmp_path: Path):
    path = tmp_path / "bridge.db"
    with Store(path) as store:
        store.upgrade()
        store.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('bridge', 'm999_later', 'now')"
        )

    with pytest.raises(UsageProblem, match="m999_later"):
        Store(path)
