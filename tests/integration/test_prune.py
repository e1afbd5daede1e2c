"""Pruning takes what no report of any day needs, tells what it takes, and finds nothing the second time."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from .changing import LAST, LIVED
from .conftest import SATURDAY, Site

LATER = LAST + timedelta(days=100)
SHORT = """
[retention]
raw_days = 7
snapshot_days = 7
run_days = 7
outbox_days = 7
audit_days = 7
"""


def printed(site: Site, *arguments: str) -> str:
    done = site.run(*arguments, today=LATER)
    assert done.code in (0, 1), done.err
    return re.sub(r'"generated_at": ?"[^"]*"', '"generated_at": ""', done.out)


def every_report(site: Site) -> dict[str, str]:
    days = [SATURDAY + timedelta(days=number) for number in range((LAST - SATURDAY).days + 2)]
    found = {f"as of {day}": printed(site, "report", "--format", "json", "--as-of", str(day)) for day in days}
    found["now"] = printed(site, "report", "--format", "json", "--since", str(LIVED[1]))
    found["retro"] = printed(site, "retro", "D-1", "--format", "json")
    found["risks"] = printed(site, "risks", "--json")
    found["changes"] = printed(site, "changes", "--json")
    return found


@pytest.fixture
def lived(lived: Site) -> Site:
    """An installation on which people and tools did all kinds of things for a week, a hundred days ago."""
    config = lived.folder / "config.toml"
    config.write_text(config.read_text(encoding="utf-8") + SHORT, encoding="utf-8")
    return lived


def test_no_report_of_any_day_is_changed_by_pruning_and_a_second_one_finds_nothing(lived: Site):
    before = every_report(lived)
    content = (lived.folder / "data" / "bridge.db").read_bytes()

    told = lived.run("db", "prune", "--dry-run", "--json", today=LATER).json
    untouched = (lived.folder / "data" / "bridge.db").read_bytes()
    done = lived.run("db", "prune", "--json", today=LATER).json
    again = lived.run("db", "prune", "--json", today=LATER).json

    assert untouched == content
    assert told["dry_run"] and not done["dry_run"]
    assert done["tables"] == told["tables"]
    assert [
        name for name in ("raw_records", "assessments", "runs", "source_runs") if not done["tables"][name]["rows"]
    ] == []
    assert (again["rows"], again["bytes"]) == (0, 0)
    assert every_report(lived) == before
    assert lived.run("db", "verify", today=LATER).code == 0


def test_what_is_younger_than_the_settings_say_stays(lived: Site):
    done = lived.run("db", "prune", "--json", today=LAST + timedelta(days=5)).json

    dates = [table["before"] for name, table in done["tables"].items() if name not in ("sessions", "login_failures")]
    assert max(map(date.fromisoformat, dates)) == LAST - timedelta(days=2)
    assert done["tables"]["raw_records"]["rows"] > 0


def test_it_is_told_in_a_table_how_much_goes(lived: Site):
    told = lived.run("db", "prune", "--dry-run", "--lang", "en", today=LATER)
    done = lived.run("db", "prune", today=LATER)
    nothing = lived.run("db", "prune", today=LATER)

    assert "former versions of contents" in told.out
    assert "all this would be removed" in told.out
    assert "来源内容的旧版本" in done.out
    assert "已清理" in done.out
    assert nothing.out == "没有过期的内容。\n"
