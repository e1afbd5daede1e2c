"""Rows that could not become tasks: seen with their reason, and tried again without the network."""

from __future__ import annotations

from datetime import datetime

import pytest

from bridge.store import quarantine
from bridge.store.engine import Store
from bridge.usecases.workspace import built_in_mappings

from .conftest import LIN, PAY, TODAY, ZONE, Site, item

PROJECT = 'id.from = "project.id"'


def with_mapping(site: Site, *, works: bool) -> None:
    """A mapping of the admin's own; where it does not work, a wrong path loses every project."""
    text = built_in_mappings()["pingcode"]
    assert PROJECT in text
    site.write("own.toml", text if works else text.replace(PROJECT, 'id.from = "project.nowhere"'))
    config = (site.folder / "config.toml").read_text(encoding="utf-8")
    if "own.toml" not in config:
        site.write("config.toml", config.replace('kind = "pingcode"', 'kind = "pingcode"\nmapping = "own.toml"'))


@pytest.fixture
def held(site: Site) -> Site:
    """An installation with all five tasks of PingCode in quarantine."""
    with_mapping(site, works=False)
    site.advance(TODAY)
    assert site.run("sync").code == 1
    return site


def test_held_rows_are_listed_with_where_they_are_and_why(held: Site):
    rows = held.run("quarantine", "--json").lines
    table = held.run("quarantine", "list", "--lang", "zh")

    assert len(rows) == 5
    assert {(row["source"], row["stream"], row["reason"]) for row in rows} == {
        ("pingcode", "work_items", "missing_required")
    }
    assert all(row["detail"].startswith("project.id ← project.nowhere") for row in rows)
    assert all(row["id"] and row["first_seen_at"] <= row["last_seen_at"] for row in rows)
    assert table.code == 0 and table.out.count("缺少必需的值") == 5


def test_a_source_without_held_rows_lists_nothing_and_says_so(held: Site):
    answered = held.run("quarantine", "--source", "worktile")

    assert (answered.code, answered.out) == (0, "")
    assert "没有被隔离的行" in answered.err


def test_an_unknown_source_is_wrong_usage(held: Site):
    for action in ("list", "retry"):
        refused = held.run("quarantine", action, "--source", "pingcod")
        assert refused.code == 2 and "pingcod" in refused.err


def test_a_retry_with_a_corrected_mapping_makes_tasks_of_them_without_the_network(held: Site):
    with_mapping(held, works=True)
    held.stack.close()  # both vendors are gone

    done = held.run("quarantine", "retry", "--source", "pingcode", "--json")

    assert done.code == 0
    assert done.json == [{"source": "pingcode", "tried": 5, "released": 5, "remaining": 0}]
    assert len(held.run("tasks", "--source", "pingcode", "--json").lines) == 5
    assert held.run("quarantine", "--json").out == ""


def test_a_retry_with_the_same_mapping_changes_nothing_and_ends_with_one(held: Site):
    before = held.run("quarantine", "--json").lines

    done = held.run("quarantine", "retry", "--lang", "en")

    assert done.code == 1
    assert "pingcode: 5 row(s) tried again, 0 left quarantine, 5 remain." in done.out
    assert "mapping file" in done.err
    after = held.run("quarantine", "--json").lines
    assert [(row["id"], row["first_seen_at"]) for row in after] == [(row["id"], row["first_seen_at"]) for row in before]


def test_a_row_that_came_without_an_id_stays_until_its_source_is_read_again(held: Site):
    with_mapping(held, works=True)
    at = datetime(2026, 8, 24, 9, tzinfo=ZONE)
    with Store(held.folder / "data" / "bridge.db") as store, store.transaction():
        quarantine.put(store, "pingcode", "work_items", "", [("?0123456789abcdef", "no_id", '{"x": 1}')], at)

    done = held.run("quarantine", "retry", "--source", "pingcode", "--json")

    assert done.code == 1
    assert done.json == [{"source": "pingcode", "tried": 5, "released": 5, "remaining": 1}]
    (left,) = held.run("quarantine", "--json").lines
    assert (left["id"], left["project"], left["detail"]) == (None, None, '{"x": 1}')


def test_before_anything_is_recorded_the_first_step_is_named(site: Site):
    for action in ("list", "retry"):
        refused = site.run("quarantine", action)
        assert refused.code == 2 and "pbridge run" in refused.err
    assert not (site.folder / "data" / "bridge.db").exists()


def test_the_raw_payload_shows_what_came_without_people_and_secrets(held: Site):
    first = item(PAY, 1).id
    title = "请林悦联系 zhang@corp.cn 或 13800001111, token=abc123"
    held.pay.edit(first, title=title)
    held.run("sync")

    rows = held.run("quarantine", "list", "--raw", "--json").lines
    said = held.run("quarantine", "list", "--raw", "--lang", "en").out
    (row,) = [row for row in rows if row["id"] == first]

    assert row["raw"]["title"] == "请***联系 *** 或 ***, token=***"
    assert row["raw"]["assignee"] == {**row["raw"]["assignee"], "id": LIN.id, "name": "***", "display_name": "***"}
    assert row["raw"]["project"]["id"] == PAY.id and row["raw"]["project"]["name"] == "支付"
    for hidden in ("林悦", "zhang@corp.cn", "13800001111", "abc123"):
        assert hidden not in said and hidden not in str(rows)
    assert '"identifier": "PAY-1"' in said


def two_reasons(site: Site) -> None:
    """All five tasks wait for a project, and a sixth row came without an id."""
    at = datetime(2026, 8, 24, 9, tzinfo=ZONE)
    excerpt = '{"display_name": "Zhou Q", "mobile": "13800001111"}'
    with Store(site.folder / "data" / "bridge.db") as store, store.transaction():
        quarantine.put(store, "pingcode", "work_items", "", [("?0123456789abcdef", "no_id", excerpt)], at)


def test_rows_are_listed_by_reason_with_how_many_there_are(held: Site):
    two_reasons(held)

    every, one = held.run("quarantine", "--lang", "en"), held.run("quarantine", "--reason", "no_id", "--json").lines

    assert every.err.splitlines() == [
        "missing_required (a required value is missing): 5 row(s)",
        "no_id (it has no id): 1 row(s)",
    ]
    assert [(row["reason"], row["detail"]) for row in one] == [("no_id", '{"display_name": "***", "mobile": "***"}')]


def test_a_single_row_or_one_reason_is_tried_again_and_the_others_wait(held: Site):
    two_reasons(held)
    with_mapping(held, works=True)
    first = item(PAY, 1).id

    one = held.run("quarantine", "retry", "--id", first, "--source", "pingcode", "--json")
    left = len(held.run("quarantine", "--json").lines)
    reason = held.run("quarantine", "retry", "--reason", "missing_required", "--source", "pingcode", "--json")

    assert (one.code, one.json) == (0, [{"source": "pingcode", "tried": 1, "released": 1, "remaining": 0}])
    assert left == 5
    assert (reason.code, reason.json) == (0, [{"source": "pingcode", "tried": 4, "released": 4, "remaining": 0}])
    assert [row["reason"] for row in held.run("quarantine", "--json").lines] == ["no_id"]


def test_a_reason_or_an_id_that_no_row_has_is_wrong_usage_and_nothing_is_done(held: Site):
    for wish in (("--reason", "missing_requird"), ("--id", "nobody")):
        refused = held.run("quarantine", "retry", *wish, "--lang", "en")
        assert refused.code == 2
        assert " ".join(wish) in refused.err and "missing_required" in refused.err
