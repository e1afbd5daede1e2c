"""What is not there any more is told as gone, never too early, and comes back when it comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from connectors.testing import Reply
from tests.replacing import replace

from .conftest import MARKET, PAY, TODAY, Site, item

ON_BOTH_ENGINES = True


def test_a_deleted_item_is_marked_gone_and_comes_back_when_it_is_restored(site: Site):
    site.advance(TODAY, 6)
    site.run("sync")
    site.pay.edit(item(PAY, 2).id, deleted=True)
    site.market.edit(item(MARKET, 2).id, deleted=True)
    site.advance(TODAY, 7)

    gone = site.run("sync", "--json").json["sources"]
    listed = site.run("tasks", "--gone", "--json").lines
    site.market.edit(item(MARKET, 2).id, deleted=False)
    site.pay.edit(item(PAY, 2).id, deleted=False)
    site.advance(TODAY, 8)
    back = site.run("sync", "--json").json["sources"]

    assert [source["gone"] for source in gone] == [1, 1]
    assert [task["gone"] for task in listed] == [True, True]
    assert [source["revived"] for source in back] == [1, 1]
    assert len(site.run("tasks", "--json").lines) == 8


def worktile(site: Site, *arguments: str) -> dict:
    """What one sync says of Worktile."""
    return site.run("sync", "--source", "worktile", "--json", *arguments).json["sources"][0]


def known(site: Site) -> int:
    """How many tasks of Worktile are there."""
    return len(site.run("tasks", "--source", "worktile", "--json").lines)


def delete(site: Site) -> None:
    site.market.edit(item(MARKET, 2).id, deleted=True)


def hide(site: Site) -> None:
    site.worktile.switches.hidden.add(item(MARKET, 2).id)


def hide_altogether(site: Site) -> None:
    hide(site)
    site.worktile.switches.unfindable.add(item(MARKET, 2).id)


@pytest.mark.parametrize("lose", [delete, hide_altogether])
def test_where_worktile_tells_how_many_tasks_there_are_one_complete_read_proves_a_deletion(
    site: Site, lose: Callable[[Site], None]
):
    site.advance(TODAY, 7)
    site.run("sync")
    lose(site)

    once = worktile(site)

    assert (once["outcome"], once["gone"], known(site)) == ("complete", 1, 2)


@pytest.mark.parametrize("lose", [delete, hide_altogether])
def test_where_it_does_not_a_deletion_is_believed_at_the_second_complete_read(site: Site, lose: Callable[[Site], None]):
    site.worktile.send_total = False
    site.advance(TODAY, 7)
    site.run("sync")
    lose(site)

    runs = [worktile(site) for _ in range(3)]

    assert [run["outcome"] for run in runs] == ["complete"] * 3
    assert [run["gone"] for run in runs] == [0, 1, 0]
    assert known(site) == 2


@pytest.mark.parametrize("send_total", [True, False])
def test_a_task_that_no_list_shows_but_that_is_found_by_its_id_is_never_gone(site: Site, send_total: bool):
    site.worktile.send_total = send_total
    site.advance(TODAY, 7)
    site.run("sync")
    hide(site)

    runs = [worktile(site) for _ in range(3)]

    assert [(run["outcome"], run["gone"], run["updated"]) for run in runs] == [("complete", 0, 0)] * 3
    assert known(site) == 3
    assert site.run("changes", "--json").lines == []


def test_a_read_that_shows_the_task_again_begins_the_count_anew(site: Site):
    site.worktile.send_total = False
    site.advance(TODAY, 7)
    site.run("sync")

    gone = []
    for hidden in (True, False, True, True):
        switches = site.worktile.switches
        switches.hidden, switches.unfindable = ({item(MARKET, 2).id} if hidden else set() for _ in range(2))
        gone.append(worktile(site)["gone"])

    assert gone == [0, 0, 0, 1]


def test_a_read_that_was_not_complete_counts_for_nothing(site: Site):
    site.worktile.send_total = False
    site.advance(TODAY, 7)
    site.run("sync")
    delete(site)
    first = worktile(site)
    site.worktile.faults = lambda request: (
        Reply({"items": [{"title": "without an id"}], "has_more": False}) if "project-tasks" in request.path else None
    )
    broken = [worktile(site) for _ in range(2)]
    site.worktile.faults = None

    second = worktile(site)

    assert [run["outcome"] for run in (first, *broken, second)] == ["complete", "partial", "partial", "complete"]
    assert [run["gone"] for run in (first, *broken, second)] == [0, 0, 0, 1]


def test_a_mass_disappearance_is_not_believed_until_it_is_confirmed(site: Site):
    site.advance(TODAY, 6)
    site.run("sync")
    for number in (1, 2):
        site.market.edit(item(MARKET, number).id, deleted=True)
    site.advance(TODAY, 7)

    doubted = site.run("sync", "--json")
    confirmed = site.run("sync", "--confirm-gone", "--json")

    assert doubted.code == 1
    assert doubted.json["sources"][1]["outcome"] == "partial"
    assert "--confirm-gone" in doubted.err and "2 / 3" in doubted.err
    assert (confirmed.code, confirmed.json["sources"][1]["gone"]) == (0, 2)


def test_a_project_that_is_not_listed_is_gone_once_that_is_confirmed_and_comes_back_whole(site: Site):
    site.advance(TODAY, 6)
    site.run("sync")
    for world, project in ((site.pay, PAY), (site.market, MARKET)):
        world.projects["f" * 24] = replace(project, id="f" * 24, key="NEW", name="新项目")
        world.projects[project.id] = replace(project, deleted=True)

    once = site.run("sync", "--json").json["sources"]
    doubted = site.run("sync", "--json").json["sources"]
    confirmed = site.run("sync", "--confirm-gone", "--json").json["sources"]
    for world, project in ((site.pay, PAY), (site.market, MARKET)):
        world.projects[project.id] = project
    back = site.run("sync", "--json").json["sources"]

    assert [source["gone"] for source in (*once, *doubted)] == [0, 0, 0, 0]
    assert [source["outcome"] for source in doubted] == ["partial", "partial"]
    assert [source["unlisted"] for source in once] == [[PAY.id], [MARKET.id]]
    assert [source["gone"] for source in confirmed] == [5, 3]
    assert [source["revived"] for source in back] == [5, 3]
    assert len(site.run("tasks", "--json").lines) == 8


def test_a_run_over_failed_parts_only_never_proves_that_a_project_is_gone(site: Site):
    site.advance(TODAY, 6)
    site.run("sync")

    first = site.run("sync", "--only-failed", "--json")
    second = site.run("sync", "--only-failed", "--json")

    assert [source["gone"] for source in first.json["sources"] + second.json["sources"]] == [0] * 4
    assert len(site.run("tasks", "--json").lines) == 8


def test_a_source_that_suddenly_lists_nothing_is_not_believed(site: Site):
    site.advance(TODAY, 6)
    site.run("sync")
    site.pay.projects[PAY.id] = replace(PAY, deleted=True)

    done = [site.run("sync", "--json") for _ in range(3)]

    assert [run.code for run in done] == [1, 1, 1]
    assert done[-1].json["sources"][0]["outcome"] == "partial"
    assert "一个项目也看不到" in done[-1].err
    assert len(site.run("tasks", "--source", "pingcode", "--json").lines) == 5


def test_a_small_project_that_two_complete_reads_did_not_list_is_gone(site: Site):
    small = replace(PAY, id="e" * 24, key="SML", name="小项目")
    site.pay.projects[small.id] = small
    site.pay.add(replace(item(PAY, 90), project=small.id, key="SML-1"))
    site.advance(TODAY, 6)
    site.run("sync")
    site.pay.projects[small.id] = replace(small, deleted=True)

    once = site.run("sync", "--source", "pingcode", "--json")
    twice = site.run("sync", "--source", "pingcode", "--json")

    assert (once.code, once.json["sources"][0]["outcome"], once.json["sources"][0]["gone"]) == (1, "partial", 0)
    assert (twice.code, twice.json["sources"][0]["outcome"], twice.json["sources"][0]["gone"]) == (0, "complete", 1)
