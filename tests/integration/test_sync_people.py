"""People who left are called by their names, although no list of members shows them any more."""

from __future__ import annotations

from .conftest import LIN, MARKET, TODAY, ZHAO, Site, item

FIRST = item(MARKET, 1).id


def names(site: Site) -> list[str]:
    tasks = site.run("tasks", "--source", "worktile", "--json").lines
    return [person["name"] for task in tasks if task["id"] == FIRST for person in task["assignees"]]


def unread(site: Site) -> set[str]:
    rows = site.run("reconcile", "--json").json["unread_values"]
    return {row["value"] for row in rows if row["target"] == "assignees"}


def test_who_left_is_called_by_name_from_the_run_on_after_the_tasks_were_read(site: Site):
    site.worktile.switches.departed.add(ZHAO.id)
    site.market.edit(FIRST, assignee=ZHAO.id)
    site.advance(TODAY)

    site.run("sync")
    at_first, told_at_first = names(site), unread(site)
    site.run("sync")

    assert (at_first, told_at_first) == ([ZHAO.id], {ZHAO.id})
    assert (names(site), unread(site)) == (["赵宁"], set())


def test_who_leaves_later_keeps_the_name(site: Site):
    site.advance(TODAY)
    site.run("sync")
    site.worktile.switches.departed.add(LIN.id)

    runs = [site.run("sync", "--source", "worktile", "--full", "--json").json["sources"][0] for _ in range(2)]

    assert [run["outcome"] for run in runs] == ["complete", "complete"]
    assert names(site) == ["林悦"]
    assert site.run("changes", "--json").lines == []


def test_a_name_that_becomes_known_is_no_change_of_assignee(site: Site):
    site.worktile.switches.departed.add(ZHAO.id)
    site.market.edit(FIRST, assignee=ZHAO.id)
    site.advance(TODAY)
    site.run("sync")

    second = site.run("sync", "--json").json["sources"][1]

    assert names(site) == ["赵宁"]
    assert (second["updated"], site.run("changes", "--json").lines) == (0, [])


def test_another_assignee_is_a_change_also_while_names_are_filled_in(site: Site):
    site.worktile.switches.departed.add(ZHAO.id)
    site.market.edit(FIRST, assignee=ZHAO.id)
    site.advance(TODAY)
    site.run("sync")
    site.market.edit(FIRST, assignee=LIN.id)

    site.run("sync")

    (change,) = site.run("changes", "--json").lines
    assert (change["field"], [person["id"] for person in change["new"]]) == ("assignees", [LIN.id])
