"""Pulling from both vendors over HTTP: complete, incremental, honest about what could not be read."""

from __future__ import annotations

from datetime import date

from bridge.usecases.workspace import built_in_mappings
from connectors.testing import Reply
from tests.replacing import replace

from .conftest import MARKET, PAY, TODAY, ZHAO, Site, item, last_second


def test_a_first_sync_reads_both_tools_completely(site: Site):
    site.advance(TODAY)

    done = site.run("sync", "--json")

    assert done.code == 0
    assert [(s["source"], s["outcome"], s["mode"]) for s in done.json["sources"]] == [
        ("pingcode", "complete", "full"),
        ("worktile", "complete", "full"),
    ]
    assert len(site.run("tasks", "--json").lines) == 8


def test_a_second_sync_with_nothing_changed_writes_nothing(site: Site):
    site.advance(TODAY)
    site.run("sync")

    again = site.run("sync", "--json").json

    for source in again["sources"]:
        assert (source["created"], source["updated"], source["gone"]) == (0, 0, 0), source
    assert site.run("changes", "--json").lines == []


def test_an_edit_becomes_a_change_with_old_and_new_value(site: Site):
    site.advance(date(2026, 8, 17))
    site.run("sync", today=date(2026, 8, 17))
    site.advance(TODAY, 7)
    site.pay.edit(item(PAY, 1).id, due=last_second(date(2026, 9, 18)), assignee=ZHAO.id)
    site.advance(TODAY)

    report = site.run("sync", "--json").json["sources"][0]

    assert report["mode"] == "incremental"
    items = next(stream for stream in report["streams"] if stream["stream"] == "work_items")
    assert (items["updated"], items["created"]) == (1, 0)
    found = {c["field"]: (c["old"], c["new"]) for c in site.run("changes", "--task", "PAY-1", "--json").lines}
    assert found["due_on"] == ("2026-08-28", "2026-09-18")
    assert [p["name"] for p in found["assignees"][1]] == ["赵宁"]
    assert "updated_at" not in found


def test_a_task_in_the_common_schema_has_every_promised_key(site: Site):
    site.advance(TODAY)
    site.run("sync")

    task = next(t for t in site.run("tasks", "--source", "pingcode", "--json").lines if t["key"] == "PAY-1")

    assert task["project"] == {"id": PAY.id, "key": "PAY", "name": "支付"}
    assert (task["status"], task["due_on"], task["gone"]) == ("todo", "2026-08-28", False)
    assert [p["name"] for p in task["assignees"]] == ["林悦"]
    assert task["progress"] is None and task["spent_hours"] is None
    assert task["created_at"] == "2026-06-01T01:01:00Z"
    assert task["mapping_version"]


def test_a_worktile_task_names_its_owner_and_links_into_the_tool(site: Site):
    site.advance(TODAY)
    site.run("sync")

    task = site.run("tasks", "--source", "worktile", "--json").lines[0]

    assert [p["name"] for p in task["assignees"]] == ["林悦"]
    assert task["project"]["name"] == "市场推广"
    assert task["url"] == f"https://demo.worktile.com/mission/projects/{MARKET.id}/tasks/{task['id']}"


def test_an_unreadable_project_makes_the_source_partial_and_loses_nothing(site: Site):
    site.advance(TODAY, 7)
    site.run("sync")
    site.worktile.unreadable_projects.add(MARKET.id)

    done = site.run("sync", "--json")

    assert done.code == 1
    worktile = done.json["sources"][1]
    assert worktile["outcome"] == "partial"
    assert "市场推广" in done.err
    assert len(site.run("tasks", "--source", "worktile", "--json").lines) == 3


def test_a_dead_vendor_ends_with_a_clear_message_and_the_next_run_completes(site: Site):
    site.advance(TODAY)
    site.pingcode.faults = lambda request, number: Reply("<html>bad gateway</html>", 502) if number > 4 else None

    cut = site.run("sync", "--json")
    site.pingcode.faults = None
    healed = site.run("sync", "--json")

    assert cut.code == 1
    assert cut.json["sources"][0]["outcome"] in ("partial", "failed")
    assert "pingcode" in cut.err and "s3cret" not in cut.err
    assert healed.code == 0
    assert len(site.run("tasks", "--json").lines) == 8


def test_a_wrong_secret_is_said_as_such_and_leaves_the_other_source_alone(site: Site, monkeypatch):
    monkeypatch.setenv("PC_SECRET", "wrong-one")
    site.advance(TODAY)

    done = site.run("sync", "--json")

    assert done.code == 1
    assert done.json["sources"][0]["error"]["code"] == "sign_in_failed"
    assert "client_secret" in done.err
    assert "wrong-one" not in done.err + done.out
    assert done.json["sources"][1]["outcome"] == "complete"


def test_a_day_before_the_newest_recorded_one_is_refused(site: Site):
    site.advance(TODAY)
    site.run("sync")

    refused = site.run("sync", today=date(2026, 8, 20))

    assert refused.code == 2
    assert "2026-08-24" in refused.err and "--as-of" in refused.err


def test_an_unknown_state_is_unmapped_and_told(site: Site):
    site.advance(TODAY)
    mapping = "mappings/pingcode.toml"
    (site.folder / "mappings").mkdir()
    text = built_in_mappings()["pingcode"].replace('in_progress = "doing"', 'elsewhere = "doing"')
    site.write(mapping, text)
    site.write(
        "config.toml",
        (site.folder / "config.toml")
        .read_text()
        .replace('kind = "pingcode"', f'kind = "pingcode"\nmapping = "{mapping}"'),
    )
    site.pay.edit(item(PAY, 1).id, state="doing")
    site.run("sync")

    judged = site.run("reconcile", "--json")

    assert [t["status"] for t in site.run("tasks", "--json").lines if t["key"] == "PAY-1"] == ["unmapped"]
    unread = {(row["target"], row["value"], row["tasks"]) for row in judged.json["unread_values"]}
    assert ("status", "in_progress", 1) in unread
    assert "in_progress" in judged.err


def test_a_new_mapping_is_applied_without_the_network(site: Site):
    site.advance(TODAY)
    site.run("sync")
    (site.folder / "mappings").mkdir()
    text = built_in_mappings()["worktile"].replace('1 = "todo"', '1 = "doing"')
    site.write("mappings/mine.toml", text)
    site.write(
        "config.toml",
        (site.folder / "config.toml")
        .read_text()
        .replace('kind = "worktile"', 'kind = "worktile"\nmapping = "mappings/mine.toml"'),
    )
    site.run("sync", "--source", "worktile")

    statuses = [task["status"] for task in site.run("tasks", "--source", "worktile", "--json").lines]
    changes = site.run("changes", "--json").lines

    assert statuses == ["doing"] * 3
    assert {(change["field"], change["old"], change["new"]) for change in changes} == {("status", "todo", "doing")}


def test_reading_again_what_failed_does_not_make_the_rest_look_fresh(site: Site):
    site.advance(TODAY)
    site.run("sync")
    before = {s["name"]: s["as_of"] for s in report_sources(site)}

    again = site.run("sync", "--only-failed", "--json")

    assert again.code == 0
    assert [source["fetched"] for source in again.json["sources"]] == [0, 0]
    assert {s["name"]: s["as_of"] for s in report_sources(site)} == before


def report_sources(site: Site) -> list[dict]:
    site.run("reconcile")
    return site.run("report", "--format", "json").json["sources"]


def test_only_failed_reads_just_the_project_that_failed(site: Site):
    site.advance(TODAY)
    site.worktile.unreadable_projects.add(MARKET.id)
    site.run("sync")
    site.worktile.unreadable_projects.clear()

    again = site.run("sync", "--only-failed", "--json").json["sources"]

    assert [(s["stream"], s["outcome"]) for s in again[1]["streams"]] == [("tasks", "complete")]
    assert again[0]["streams"] == []
    assert len(site.run("tasks", "--source", "worktile", "--json").lines) == 3


def test_a_project_without_items_makes_no_full_read_of_an_incremental_one(site: Site):
    site.pay.projects["f" * 24] = replace(PAY, id="f" * 24, key="NIL", name="空项目")
    site.advance(TODAY)
    first = site.run("sync", "--json").json["sources"][0]

    second = site.run("sync", "--json").json["sources"][0]

    assert (first["mode"], second["mode"]) == ("full", "incremental")


def test_worktile_without_its_second_list_for_one_pull_takes_nobody_off_a_task(site: Site):
    site.worktile.v1_assignee = False
    site.advance(TODAY)
    site.run("sync")
    site.worktile.v2 = False

    done = site.run("sync", "--json")

    assert done.code == 0
    assert [change["field"] for change in site.run("changes", "--json").lines] == []
    assert [p["name"] for p in site.run("tasks", "--source", "worktile", "--json").lines[0]["assignees"]] == ["林悦"]


def test_a_refused_list_of_people_is_told_and_does_not_make_the_tasks_look_unread(site: Site):
    site.advance(TODAY)
    refused = Reply({"code": "100009", "message": "没有权限"}, 403)
    site.pingcode.faults = lambda request, number: refused if request.path.endswith("/directory/users") else None

    done = site.run("sync", "--json")
    source = report_sources(site)[0]

    assert (done.code, source["outcome"], source["partial_scopes"]) == (1, "partial", ["users"])
    assert source["as_of"] == done.json["sources"][0]["as_of"] is not None
