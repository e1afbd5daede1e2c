"""`check` beside a sync: one count of requests for both, and nothing made where there is no store yet."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.usecases.codes import CODES
from connectors.testing import Reply

from .conftest import TODAY, Site

COUNTS = "data/bridge.db.budgets"
SLOW_DOWN = Reply({"code": "100000", "message": "slow down"}, 429, {"x-pc-retry-after": "7200"})


def sent(site: Site) -> list[int]:
    """How many requests are counted of each credential."""
    db = sqlite3.connect(site.folder / COUNTS)
    rows = db.execute("SELECT sent FROM budgets ORDER BY credential").fetchall()
    db.close()
    return [sum(count for _, count in json.loads(row[0])) for row in rows]


def asked(site: Site) -> int:
    return len(site.pingcode.asked) + len(site.worktile.calls)


def files(site: Site) -> set[Path]:
    return set(site.folder.rglob("*"))


def test_a_check_counts_its_requests_with_those_of_a_sync(site: Site):
    site.advance(TODAY)
    site.run("sync")
    before, asked_before = sent(site), asked(site)

    done = site.run("check")

    assert done.code == 0
    assert sum(sent(site)) - sum(before) == asked(site) - asked_before > 0


def test_what_a_sync_was_told_holds_for_a_check_as_well(site: Site):
    site.advance(TODAY)
    site.run("sync")
    site.pingcode.faults = lambda request, number: SLOW_DOWN
    site.run("sync", "--source", "pingcode")
    site.pingcode.faults = None
    asked_before = asked(site)

    done = site.run("check", "--source", "pingcode", "--json")

    assert [check["code"] for check in done.json["checks"] if check["place"] == "source pingcode"] == ["parked"]
    assert asked(site) == asked_before


def test_where_there_is_no_folder_for_the_store_a_check_makes_nothing(site: Site):
    site.advance(TODAY)
    before = files(site)

    done = site.run("check")

    assert done.code == 0
    assert files(site) == before


def make_folder(path: Path) -> None:
    path.mkdir()


def write_letters(path: Path) -> None:
    path.write_text("letters, and no database" * 100)


def make_other_tables(path: Path) -> None:
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE budgets (credential TEXT PRIMARY KEY)")
    db.close()


@pytest.mark.parametrize("spoil", [make_folder, write_letters, make_other_tables])
def test_a_count_that_cannot_be_used_is_told_and_stops_no_check(site: Site, spoil: Callable[[Path], None]):
    site.advance(TODAY)
    (site.folder / "data").mkdir()
    spoil(site.folder / COUNTS)

    done = site.run("check", "--json", "--lang", "en")

    told = [check for check in done.json["checks"] if check["place"] == "requests"]
    assert [(check["ok"], check["code"]) for check in told] == [(True, "not_shared")]
    assert COUNTS in told[0]["message"] and "may exceed the limit" in told[0]["message"]
    assert done.code == 0
    assert [source["signed_in"] for source in done.json["sources"]] == [True, True]


@pytest.mark.parametrize("fault", [None, Reply("<html>no</html>", 403), Reply({}, 500), Reply("{", 200)])
def test_whatever_a_source_answers_what_a_check_says_of_it_has_words(site: Site, fault: Reply | None):
    site.advance(TODAY)
    site.pingcode.faults = lambda request, number: None if "token" in request.path else fault
    site.worktile.faults = lambda request: None if "token" in request.path else fault

    found = site.run("check", "--verbose", "--json").json

    codes = {finding["code"] for source in found["sources"] for finding in source["findings"]}
    assert codes
    assert codes <= set(CODES)
