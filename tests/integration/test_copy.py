"""`pbridge db copy`: a store that lived goes to PostgreSQL and back, and every report stays what it was."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bridge.store.engine import Store
from bridge.store.opening import opened
from bridge.store.tables import TABLES
from tests.server import Server

from .conftest import TODAY, Site

ASKED = (
    ("report", "--format", "json"),
    (
        "report",
        "--format",
        "json",
        "--as-of",
        str(TODAY - timedelta(days=1)),
        "--since",
        str(TODAY - timedelta(days=2)),
    ),
    ("tasks", "--json"),
    ("changes", "--json"),
    ("findings", "--json"),
    ("plan", "show", "--json"),
    ("people", "list", "--json"),
    ("quarantine", "list", "--json"),
    ("runs", "--json"),
    ("risks", "--json"),
    ("mapping", "list"),
)


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    made = server.empty()
    yield made
    server.drop(made)


def point_to(site: Site, url: str) -> None:
    config = site.folder / "config.toml"
    before = config.read_text(encoding="utf-8").partition("[database]")[0]
    config.write_text(f'{before}[database]\nurl = "{url}"\n', encoding="utf-8")


def said(site: Site) -> list[str]:
    """All that is told of the store; but for the moment at which it is told."""
    day = TODAY + timedelta(days=20)
    answers = [site.run(*asked, today=day) for asked in ASKED]
    assert [answer.code for answer in answers] == [0] * len(ASKED), [answer.err for answer in answers]
    kept = [line for answer in answers for line in answer.out.splitlines()]
    return [line for line in kept if "generated_at" not in line and "age_minutes" not in line]


def test_a_store_that_lived_goes_to_a_server_and_back(lived: Site, url: str):
    file, back = lived.folder / "data" / "bridge.db", lived.folder / "back.db"
    before = said(lived)

    there = lived.run("db", "copy", str(file), url, "--json")
    again = lived.run("db", "copy", url, f"sqlite:///{back}", "--json")

    assert (there.code, again.code) == (0, 0), there.err + again.err
    assert there.json["tables"] == again.json["tables"]
    assert there.json["rows"] > 500 and len(there.json["tables"]) == len(TABLES)
    point_to(lived, url)
    assert said(lived) == before
    point_to(lived, f"sqlite:///{back}")
    assert said(lived) == before


def test_what_was_moved_goes_on_with_numbers_of_its_own(lived: Site, url: str):
    assert lived.run("db", "copy", str(lived.folder / "data" / "bridge.db"), url).code == 0
    point_to(lived, url)

    assert lived.run("reconcile", "--json", today=TODAY + timedelta(days=20)).code in (0, 1)
    with opened(url, read_only=True) as store:
        assert store.one("SELECT max(id) = count(DISTINCT id) OR max(id) > 0 FROM runs") == (True,)
        assert store.one("SELECT kind FROM runs ORDER BY id DESC LIMIT 1") == ("reconcile",)


def test_a_target_that_has_anything_in_it_is_left_alone(lived: Site, url: str):
    file = str(lived.folder / "data" / "bridge.db")
    assert lived.run("db", "copy", file, url).code == 0

    refused = lived.run("db", "copy", file, url, "--lang", "en")

    assert refused.code == 2 and "is not empty" in refused.err
    assert lived.run("db", "copy", url, file).code == 2


def test_nothing_is_copied_while_somebody_is_at_work(lived: Site, url: str):
    with Store(lived.folder / "data" / "bridge.db") as store:
        store.execute(
            "INSERT INTO leases VALUES ('source:pingcode', 'pbridge', 'elsewhere', 1, '', ?, ?)",
            (f"{store.now():%Y-%m-%dT%H:%M:%S.%fZ}",) * 2,
        )
        refused = lived.run("db", "copy", str(lived.folder / "data" / "bridge.db"), url)

    assert refused.code == 3 and "elsewhere" in refused.err
    with opened(url) as target:
        assert target.is_empty


def test_places_that_are_none_are_told(lived: Site, url: str, tmp_path: Path):
    nowhere = lived.run("db", "copy", str(tmp_path / "no.db"), url, "--lang", "en")
    itself = lived.run("db", "copy", url, url, "--lang", "en")

    assert (nowhere.code, itself.code) == (2, 2)
    assert "there is no store at" in nowhere.err and "come from" in itself.err


def test_a_copy_that_differs_is_undone(lived: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    from bridge.store import transfer

    add = transfer._add
    monkeypatch.setattr(transfer, "_add", lambda hashed, rows: add(hashed, [(*row, object()) for row in rows]))
    target = tmp_path / "copy.db"

    refused = lived.run("db", "copy", str(lived.folder / "data" / "bridge.db"), str(target), "--lang", "en")

    assert refused.code == 3 and "all of it was undone" in refused.err
    with sqlite3.connect(target) as copy:
        assert copy.execute("SELECT count(*) FROM tasks").fetchone() == (0,)


def test_what_is_done_with_files_names_what_does_it_on_a_server(lived: Site, url: str):
    assert lived.run("db", "copy", str(lived.folder / "data" / "bridge.db"), url).code == 0
    point_to(lived, url)

    for command in (("backup", "x.db"), ("restore", "config.toml")):
        refused = lived.run("db", *command, "--lang", "en")
        assert refused.code == 2 and "pg_dump" in refused.err
    verified = lived.run("db", "verify", "--lang", "en")
    assert verified.code == 0 and "pg_amcheck" in verified.out
    assert lived.run("db", "upgrade").code == 0
