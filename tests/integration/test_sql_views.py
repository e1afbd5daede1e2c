"""What other programs read through SQL is what the commands print, and every column of it is documented."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bridge.report.figures import PATHS
from bridge.store.views import VIEWS

from .changing import LAST
from .conftest import Site

PAGE = (Path(__file__).parents[2] / "docs" / "sql-views.md").read_text(encoding="utf-8")


def documented(view: str) -> dict[str, str]:
    """Column -> type, as the page says it."""
    section = PAGE.split(f"## `{view}`")[1].split("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (\w+\??) \|", section, re.MULTILINE))


@pytest.fixture
def db(lived: Site) -> Iterator[sqlite3.Connection]:
    """As another program opens the store."""
    path = lived.folder / "data" / "bridge.db"
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


def rows(db: sqlite3.Connection, sql: str) -> list[dict[str, Any]]:
    return [dict(row) for row in db.execute(sql)]


@pytest.mark.parametrize("view", VIEWS)
def test_the_documented_columns_are_those_of_the_view(db: sqlite3.Connection, view: str):
    columns = [column[0] for column in db.execute(f"SELECT * FROM {view} LIMIT 0").description]

    assert list(documented(view)) == columns


TYPES = {
    "text": str,
    "date": str,
    "instant": str,
    "integer": int,
    "number": (int, float),
    "any": (str, int, float),
    "boolean": int,
}


@pytest.mark.parametrize("view", VIEWS)
def test_every_value_is_of_the_documented_type(db: sqlite3.Connection, view: str):
    found = rows(db, f"SELECT * FROM {view}")

    assert found
    for name, said in documented(view).items():
        values = [row[name] for row in found]
        assert said.endswith("?") or None not in values, name
        known = [value for value in values if value is not None]
        assert [value for value in known if not isinstance(value, TYPES[said.rstrip("?")])] == [], name
        if said.startswith(("date", "instant")):
            length = 10 if said.startswith("date") else 20
            assert [value for value in known if len(value) < length or value[4] != "-"] == [], name
        if said.startswith("boolean"):
            assert set(known) <= {0, 1}, name


def test_the_figures_are_those_of_the_report(lived: Site, db: sqlite3.Connection):
    lived.run("reconcile", today=LAST)
    report = lived.run("report", "--format", "json", today=LAST).json

    found = rows(db, "SELECT * FROM v_delay_report ORDER BY position")

    assert [row["milestone"] for row in found] == [entry["key"] for entry in report["milestones"]]
    assert {row["as_of"] for row in found} == {report["as_of"]}
    for row, entry in zip(found, report["milestones"], strict=True):
        assert row["reasons"] == ",".join(reason["code"] for reason in entry["reasons"])
        for column, path in PATHS.items():
            assert same(row[column], at(entry, path)), (row["milestone"], column, row[column], at(entry, path))
    assert {row["status"] for row in found} != {"green"}
    assert any(row["at_risk_expected"] for row in found)


def at(entry: Any, path: str) -> Any:
    for part in path.split("."):
        entry = None if entry is None else entry[part]
    return entry


def same(value: Any, said: Any) -> bool:
    """The same; decimals are text in JSON and numbers for who draws charts."""
    if isinstance(value, float) and isinstance(said, str):
        return Decimal(str(value)) == Decimal(said)
    return bool(value == said)


def test_the_tasks_are_those_of_the_command(lived: Site, db: sqlite3.Connection):
    tasks = lived.run("tasks", "--json", today=LAST).lines

    found = rows(db, "SELECT * FROM v_tasks WHERE gone = 0 ORDER BY source, id")

    assert len(found) == len(tasks) > 5
    for row, task in zip(found, tasks, strict=True):
        for name in set(row) & set(task) - {"assignees", "releases", "tags", "fields"}:
            assert row[name] == task[name], name
        assert row["assignees"] == (", ".join(person["name"] for person in task["assignees"]) or None)
        assert row["tags"] == (", ".join(task["tags"]) or None)
        assert (row["project_id"], row["project_name"]) == (task["project"]["id"], task["project"]["name"])


def test_every_change_of_the_command_is_there(lived: Site, db: sqlite3.Connection):
    changes = lived.run("changes", "--json", today=LAST).lines

    found = rows(db, "SELECT source, id, field, old, new, how, substr(at, 1, 19) || 'Z' AS at FROM v_changes")

    known = {tuple(map(str, (r["source"], r["id"], r["field"], r["how"], r["at"]))) for r in found}
    told = {tuple(map(str, (c["source"], c["id"], c["field"], c["how"], c["at"]))) for c in changes}
    assert told
    assert told <= known
    assert "updated_at" not in {row["field"] for row in found}


def test_a_judgement_of_another_day_takes_the_place_of_the_one_before(lived: Site, db: sqlite3.Connection):
    before = rows(db, "SELECT as_of, milestone FROM v_delay_report")
    lived.run("reconcile", today=LAST + timedelta(days=20))

    after = rows(db, "SELECT as_of, milestone FROM v_delay_report")

    assert {row["as_of"] for row in before} == {LAST.isoformat()}
    assert {row["as_of"] for row in after} == {(LAST + timedelta(days=20)).isoformat()}
    assert len(after) == len(before)


def test_nothing_can_be_written_through_a_view(lived: Site):
    with closing(sqlite3.connect(lived.folder / "data" / "bridge.db")) as connection:
        for view in VIEWS:
            with pytest.raises(sqlite3.OperationalError, match="it is a view"):
                connection.execute(f"DELETE FROM {view}")
