"""One person over both tools: recognised after each sync, decided by a file, counted once in the report."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from bridge.store.engine import Store
from bridge.usecases.workspace import built_in_mappings
from connectors.testing import SimPerson, hex_id

from .conftest import LIN, MARKET, PAY, TODAY, ZHAO, Site, item

IDS = {name: hex_id("person", name, digits=32) for name in ("lin-w", "zhao-w", "lin2")}
LIN_W = SimPerson(IDS["lin-w"], "Lin Yue", "lin.yue")
ZHAO_W = SimPerson(IDS["zhao-w"], "赵宁", "zhao.n")


@pytest.fixture
def two_tools(site: Site) -> Site:
    """林悦 is "Lin Yue" in Worktile; 赵宁 has the same name in both. Each tool has ids of its own."""
    site.market.people = {person.id: person for person in (LIN_W, ZHAO_W)}
    for number in range(1, 4):
        site.market.edit(item(MARKET, number).id, assignee=LIN_W.id)
    site.advance(TODAY)
    assert site.run("sync").code == 0
    return site


def persons(site: Site, *arguments: str) -> list[tuple[str, str, list[str]]]:
    rows: list[dict[str, Any]] = site.run("people", *arguments, "--json").json
    return sorted((row["name"], row["confidence"], sorted(one["source"] for one in row["accounts"])) for row in rows)


def confirm(site: Site, same: bool, *accounts: str) -> None:
    key = "same" if same else "different"
    site.write("people.toml", f"[[people]]\n{key} = {json.dumps(accounts)}\n")


def test_a_name_that_is_unique_makes_one_person_and_another_name_does_not(two_tools: Site):
    assert persons(two_tools) == [
        ("Lin Yue", "alone", ["worktile"]),
        ("林悦", "alone", ["pingcode"]),
        ("赵宁", "likely", ["pingcode", "worktile"]),
    ]


def test_the_table_says_how_somebody_is_known_in_both_languages(two_tools: Site):
    chinese, english = (two_tools.run("people", "list", "--lang", lang).out for lang in ("zh", "en"))

    line = next(line for line in chinese.splitlines() if f"pingcode:{ZHAO.id}" in line)
    assert all(said in line for said in ("赵宁", "很可能", "姓名"))
    assert f"worktile:{ZHAO_W.id}" in chinese
    assert "likely" in english and "one account" in english


def test_the_file_of_an_admin_decides_and_a_retry_needs_no_network(two_tools: Site):
    confirm(two_tools, True, f"pingcode:{LIN.id}", f"worktile:{LIN_W.id}")
    two_tools.stack.close()  # both vendors are gone

    assert persons(two_tools)[0] == ("林悦", "confirmed", ["pingcode", "worktile"])

    confirm(two_tools, False, f"pingcode:{ZHAO.id}", f"worktile:{ZHAO_W.id}")
    assert ("赵宁", "alone", ["pingcode"]) in persons(two_tools)


def test_a_mistake_in_the_file_is_told_with_its_line_and_the_last_links_stay(two_tools: Site):
    confirm(two_tools, True, f"pingcode:{LIN.id}", f"worktile:{LIN_W.id}")
    two_tools.run("reconcile")
    before = links(two_tools)
    two_tools.write("people.toml", '[[people]]\nsame = ["pingcod:1", "worktile:2"]\n')

    refused = two_tools.run("people", "check")
    synced = two_tools.run("sync", "--lang", "en")

    assert refused.code == 2 and "people.toml" in refused.err and "第 2 行" in refused.err
    assert synced.code == 0 and "stay linked" in synced.err and "line 2" in synced.err
    assert links(two_tools) == before


def links(site: Site) -> list[tuple[Any, ...]]:
    with Store(site.folder / "data" / "bridge.db", read_only=True) as store:
        return list(store.rows("SELECT source, account, person, how, until FROM account_links ORDER BY seq"))


def test_a_sync_in_which_nobody_changed_writes_no_links(two_tools: Site):
    before = links(two_tools)

    two_tools.run("sync")

    assert links(two_tools) == before
    assert len(before) == 4


def test_a_name_shared_by_two_is_a_conflict_until_somebody_decides(two_tools: Site):
    twin = SimPerson(IDS["lin2"], "赵宁", "zhao2")
    two_tools.pay.people[twin.id] = twin

    synced = two_tools.run("sync", "--full", "--lang", "en")
    found = two_tools.run("people", "check", "--json")
    said = two_tools.run("people", "check", "--lang", "en")

    assert "in 1 case(s) it is not clear" in synced.err
    assert found.code == 1
    (conflict,) = found.json
    assert conflict["code"] == "shared_name"
    assert {one["id"] for one in conflict["accounts"]} == {ZHAO.id, ZHAO_W.id, twin.id}
    assert "several people of one tool have this name" in said.out and "people.toml" in said.err
    assert [name for name, confidence, _ in persons(two_tools) if confidence == "alone"].count("赵宁") == 3

    same = json.dumps([f"pingcode:{ZHAO.id}", f"worktile:{ZHAO_W.id}"])
    different = json.dumps([f"pingcode:{ZHAO.id}", f"pingcode:{twin.id}"])
    two_tools.write("people.toml", f"[[people]]\nsame = {same}\n[[people]]\ndifferent = {different}\n")
    assert two_tools.run("people", "check").code == 0


def overload(site: Site, *arguments: str, today: date = TODAY) -> list[str]:
    report = site.run("report", "--format", "json", "--lang", "en", *arguments, today=today).json
    rows = {row["key"]: row for row in report["milestones"]}
    return [reason["text"] for reason in rows["M-1"]["reasons"] if reason["code"] == "OVERLOADED"]


def with_hours(site: Site) -> None:
    """Thirty hours this week in each tool: too much for one person, enough for two."""
    (site.folder / "mappings").mkdir()
    for kind, world, project in (("pingcode", site.pay, PAY), ("worktile", site.market, MARKET)):
        world.edit(item(project, 1).id, properties={"hours": 30})
        built_in = re.sub(r"\n\[task\.estimate_hours\]\n.*?\n\n", "\n", built_in_mappings()[kind], flags=re.DOTALL)
        site.write(f"mappings/{kind}.toml", f'{built_in}\n[task.estimate_hours]\nfrom = "properties.hours"\n')
        settings = (site.folder / "config.toml").read_text(encoding="utf-8")
        own = f'kind = "{kind}"\nmapping = "mappings/{kind}.toml"'
        site.write("config.toml", settings.replace(f'kind = "{kind}"', own))
    assert site.run("sync").code == 0


def test_the_hours_of_one_person_in_both_tools_add_up_once_the_accounts_are_linked(two_tools: Site):
    with_hours(two_tools)
    two_tools.run("reconcile")
    apart = overload(two_tools)
    confirm(two_tools, True, f"pingcode:{LIN.id}", f"worktile:{LIN_W.id}")
    two_tools.run("reconcile")

    assert apart == []
    (text,) = overload(two_tools)
    assert "林悦" in text


def test_a_past_day_is_judged_by_the_links_of_that_day(two_tools: Site):
    with_hours(two_tools)
    two_tools.run("reconcile")
    confirm(two_tools, True, f"pingcode:{LIN.id}", f"worktile:{LIN_W.id}")
    tomorrow = TODAY + timedelta(days=1)
    two_tools.run("reconcile", today=tomorrow)

    assert overload(two_tools, today=tomorrow) != []
    assert overload(two_tools, "--as-of", TODAY.isoformat(), today=tomorrow) == []


def test_printed_assignees_stay_as_each_tool_has_them(two_tools: Site):
    confirm(two_tools, True, f"pingcode:{LIN.id}", f"worktile:{LIN_W.id}")
    two_tools.run("reconcile")

    tasks = two_tools.run("tasks", "--source", "worktile", "--json").lines

    assert {tuple(person.items()) for task in tasks for person in task["assignees"]} == {
        (("id", LIN_W.id), ("name", "Lin Yue"))
    }


def test_a_scope_and_an_owner_filter_find_somebody_by_either_name(two_tools: Site):
    confirm(two_tools, True, f"pingcode:{LIN.id}", f"worktile:{LIN_W.id}")
    plan = (two_tools.folder / "plan.toml").read_text(encoding="utf-8")
    plan = plan.replace('scope = "source:worktile"', 'scope = "source:worktile assignee:林悦"\nowner = "林悦"')
    two_tools.write("plan.toml", plan)
    two_tools.run("reconcile")

    report = two_tools.run("report", "--format", "json", "--owner", "lin yue").json

    assert [(row["key"], row["work"]["open"]) for row in report["milestones"]] == [("M-2", 3)]


def test_a_look_around_tells_a_wrong_file_and_what_is_undecided(two_tools: Site):
    two_tools.write("people.toml", "[[people]]\nsame = 1\n")
    wrong = two_tools.run("check", "--json")
    (two_tools.folder / "people.toml").unlink()
    twin = SimPerson(IDS["lin2"], "赵宁", "zhao2")
    two_tools.pay.people[twin.id] = twin
    two_tools.run("sync", "--full")
    undecided = two_tools.run("check", "--lang", "en")

    (line,) = [line for line in wrong.json["checks"] if line["place"] == "people"]
    assert wrong.code == 1 and not line["ok"] and "第 2 行" in line["message"]
    assert undecided.code == 0 and "! people  in 1 case(s)" in undecided.out


def test_the_mapping_says_where_a_key_of_a_person_stands(two_tools: Site):
    """An admin's own server tells the login as something certain in both tools."""
    (two_tools.folder / "mappings").mkdir()
    for kind in ("pingcode", "worktile"):
        own = re.sub(r"\[person\]\n(.*\n)+?\n", "", built_in_mappings()[kind] + "\n\n")
        stream = '"users"' if kind == "pingcode" else '["members", "unlisted_members"]'
        keys = 'id.from = ["uid", "id"]\nname.from = "display_name"\nemployee_number.from = "name"\n'
        two_tools.write(f"mappings/{kind}.toml", f"{own}\n[person]\nstream = {stream}\n{keys}")
        settings = (two_tools.folder / "config.toml").read_text(encoding="utf-8")
        place = f'kind = "{kind}"\nmapping = "mappings/{kind}.toml"'
        two_tools.write("config.toml", settings.replace(f'kind = "{kind}"', place))
    two_tools.market.people[LIN_W.id] = SimPerson(LIN_W.id, "Lin Yue", LIN.login)
    two_tools.run("sync", "--full")

    rows = persons(two_tools)

    assert ("林悦", "certain", ["pingcode", "worktile"]) in rows
    assert "employee_number" in {row[3] for row in links(two_tools)}


def test_before_anything_is_recorded_the_first_step_is_named(site: Site):
    refused = site.run("people")

    assert refused.code == 2 and "pbridge run" in refused.err
