"""What a pull of Worktile yields on a well-behaved server, whatever envelope and property form it chose."""

from __future__ import annotations

import itertools
import tracemalloc
from datetime import timedelta

import pytest

from connectors.contract import EVERYTHING, Scope
from connectors.errors import Rejected
from connectors.testing import Reply, Request, SimItem, hex_id

SECRET = "s3cret/with+signs=&汉字"


@pytest.mark.parametrize("envelope", ["items", "value", "wrapped", "bare"])
@pytest.mark.parametrize("form", ["flat", "wrapped", "mixed"])
def test_every_envelope_and_property_form_yields_the_same_tasks(open_team, envelope, form):
    team = open_team(envelope=envelope, property_form=form)

    pages = team.pages()

    found = [record.external_id for page in pages for record in page.records]
    assert len(found) == 25
    assert set(found) == team.living()
    assert [page.complete for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all(page.cursor == {} for page in pages)


@pytest.mark.parametrize("form", ["flat", "wrapped", "mixed"])
def test_a_payload_is_kept_exactly_as_it_was_sent(open_team, form):
    team = open_team(property_form=form)
    item = team.world.items[hex_id("task", 90_001)]

    payload = next(r.payload for r in team.records("SVC") if r.external_id == item.id)

    assert payload == team.sim._rows([item])[0]


def test_an_update_is_known_by_its_instant(open_team):
    team = open_team()

    record = team.records("SVC")[0]

    assert record.updated_at == team.world.now - timedelta(days=1)


@pytest.mark.parametrize("envelope", ["items", "value", "wrapped", "bare"])
def test_projects_and_members_are_read_whole_in_every_envelope(open_team, envelope):
    team = open_team(envelope=envelope)
    connector = team.connector(page_size=1)

    projects = [r for page in connector.pages("projects", EVERYTHING, {}) for r in page.records]
    members = [r for page in connector.pages("members", EVERYTHING, {}) for r in page.records]

    assert {r.external_id for r in projects} == set(team.world.projects)
    assert {r.external_id for r in members} == set(team.world.people)


def test_an_empty_project_is_a_complete_read_of_nothing(open_team):
    pages = open_team().pages("EMPTY")

    assert [(page.records, page.complete) for page in pages] == [((), True)]


def test_a_run_asks_for_the_list_of_projects_once_and_the_next_run_again(open_team):
    team = open_team()
    connector = team.connector()

    for _ in range(2):
        list(connector.pages("projects", EVERYTHING, {}))
        assert len(connector.scopes("tasks")) == 3

    assert team.sim.count("get-projects-by-page") == 2
    assert connector.scopes("tasks") and team.sim.count("get-projects-by-page") == 3


def test_a_day_without_changes_costs_the_fewest_requests(open_team):
    team = open_team()
    memory: dict[str, str] = {}
    cursors: dict[str, dict] = {}

    def a_run() -> int:
        team.sim.calls.clear()
        connector = team.connector(memory=memory)
        for stream in connector.streams:
            for scope in connector.scopes(stream):
                for page in connector.pages(stream, scope, cursors.get(stream, {})):
                    cursors[stream] = dict(page.cursor)
        return len(team.sim.calls)

    # Token, projects, members; MKT has three pages, walked twice, the others one.
    assert a_run() == 3 + 6 + 2
    assert a_run() == 2 + 6 + 2


@pytest.mark.parametrize("envelope", ["items", "value", "wrapped"])
@pytest.mark.parametrize("project", ["MKT", "SVC", "EMPTY"])
def test_tasks_are_counted_where_the_total_of_every_page_is_what_was_found(open_team, envelope, project):
    last = open_team(envelope=envelope).pages(project)[-1]

    assert (last.complete, last.counted) == (True, True)


@pytest.mark.parametrize("project", ["MKT", "SVC", "EMPTY"])
def test_without_a_total_one_absence_proves_nothing(open_team, project):
    last = open_team(send_total=False).pages(project)[-1]

    assert (last.complete, last.counted) == (True, False)


@pytest.mark.parametrize("wrong", [None, 0, 24, 26, "25", True])
@pytest.mark.parametrize("page", ["0", "2"])
def test_a_total_that_one_page_leaves_out_or_tells_otherwise_counts_nothing(open_team, wrong, page):
    team = open_team()

    def fault(request):
        if "project-tasks" not in request.path or request.query["page_index"] != page:
            return None
        items = team.sim.world.items_of(request.query["project_id"])[int(page) * 10 : int(page) * 10 + 10]
        rows = [{"_id": item.id, "properties": {}} for item in items]
        return Reply({"items": rows, "has_more": page != "2", "total": wrong})

    team.sim.faults = fault

    last = team.pages(use_v2=False)[-1]

    assert (last.complete, last.counted) == (True, False)


def test_a_broken_row_of_projects_hides_no_other_project(open_team):
    team = open_team()
    rows = [None, {"name": "?"}, {"_id": team.project("SVC"), "name": "SVC"}]
    team.sim.faults = lambda request: (
        Reply({"items": rows, "has_more": False}) if "projects-by-page" in request.path else None
    )
    connector = team.connector()

    (page,) = connector.pages("projects", EVERYTHING, {})

    assert (len(page.records), len(page.rejected), page.complete) == (1, 2, False)
    assert [scope.id for scope in connector.scopes("tasks")] == [team.project("SVC")]


def test_the_excerpt_of_a_broken_row_is_short_and_shows_no_secret(open_team):
    team = open_team()
    row = {"title": SECRET, "note": "汉" * 5000}
    team.sim.faults = lambda request: (
        Reply({"items": [row], "has_more": False}) if "project-tasks" in request.path else None
    )

    (page,) = team.pages()

    (reject,) = page.rejected
    assert (reject.reason, len(reject.excerpt)) == ("a row without _id", 300)
    assert SECRET not in reject.excerpt


def test_a_project_of_one_page_costs_one_request(open_team):
    team = open_team()

    team.pages("SVC")

    assert team.sim.count("/mission/") == 1


def test_a_deleted_task_vanishes_from_the_next_complete_read(open_team):
    team = open_team()
    connector = team.connector()
    before = {record.external_id for record in team.records(connector=connector)}
    team.world.edit(hex_id("task", 3), deleted=True)

    pages = team.pages(connector=connector)

    after = {record.external_id for page in pages for record in page.records}
    assert before - after == {hex_id("task", 3)}
    assert pages[-1].complete


def test_a_pull_that_was_interrupted_starts_again_and_misses_nothing(open_team):
    team = open_team()
    connector = team.connector()
    scope = Scope(team.project("MKT"))
    (first,) = itertools.islice(connector.pages("tasks", scope, {}), 1)

    pages = list(connector.pages("tasks", scope, first.cursor))

    assert {r.external_id for page in pages for r in page.records} == team.living()
    assert pages[-1].complete


def test_rows_that_shift_while_they_are_paged_are_not_lost(open_team):
    team = open_team()
    shifted = []

    def delete_behind_the_reader(request: Request) -> None:
        if request.query.get("page_index") == "1" and not shifted:
            # Page 0 was read; now its first row goes, and the first row of page 1 moves on to page 0, unseen.
            shifted.append(True)
            team.world.edit(hex_id("task", 0), deleted=True)

    team.sim.faults = delete_behind_the_reader

    pages = team.pages()

    assert {r.external_id for page in pages for r in page.records} >= team.living()
    assert pages[-1].complete


def test_rows_that_shift_in_the_second_walk_are_found_by_a_third(open_team):
    team = open_team()

    def delete_in_the_second_walk(request: Request) -> None:
        if request.query.get("page_index") == "1" and team.sim.count("get-project-tasks") == 5:
            team.world.edit(hex_id("task", 0), deleted=True)

    team.sim.faults = delete_in_the_second_walk

    pages = team.pages()

    assert {r.external_id for page in pages for r in page.records} >= team.living()
    assert team.sim.count("get-project-tasks") == 12
    assert [page.complete for page in pages].index(True) == len(pages) - 1


def test_a_task_that_is_created_while_paging_is_found(open_team):
    team = open_team()

    def create(request: Request) -> None:
        if team.sim.count("get-project-tasks") == 2 and hex_id("new") not in team.world.items:
            team.world.add(SimItem(hex_id("new"), "99", "new", team.project("MKT")))

    team.sim.faults = create

    assert hex_id("new") in {record.external_id for record in team.records()}


def test_projects_are_the_scopes_of_tasks_and_the_rest_is_read_at_once(open_team):
    team = open_team()
    connector = team.connector()

    scopes = connector.scopes("tasks")

    assert {(s.id, s.name, s.key) for s in scopes} == {(p.id, p.name, p.key) for p in team.world.projects.values()}
    assert [s.id for s in scopes] == sorted(s.id for s in scopes)
    assert connector.scopes("projects") == connector.scopes("members") == (EVERYTHING,)


@pytest.mark.parametrize("naming", ["id", "key", "name"])
def test_the_settings_may_name_projects_by_id_key_or_name(open_team, naming):
    team = open_team()
    wanted = getattr(team.world.projects[team.project("SVC")], naming)

    scopes = team.connector(projects=(f" {wanted.lower()} ",)).scopes("tasks")

    assert [scope.key for scope in scopes] == ["SVC"]


def test_a_project_of_the_settings_that_is_not_listed_is_told_and_leaves_the_others_alone(open_team):
    team = open_team()
    connector = team.connector(projects=("SVC", "NOPE"))

    known, unknown = connector.scopes("tasks")

    assert len([r for page in connector.pages("tasks", known, {}) for r in page.records]) == 2
    with pytest.raises(Rejected, match="'NOPE' of the settings is not listed"):
        list(connector.pages("tasks", unknown, {}))


def test_an_unknown_stream_is_refused_by_name(open_team):
    with pytest.raises(LookupError, match="known: projects, members, tasks"):
        list(open_team().connector().pages("goals", EVERYTHING, {}))


def test_thousands_of_tasks_are_read_without_holding_them_in_memory(open_team):
    team = open_team(tasks=1000)
    connector = team.connector(page_size=100)
    team.records("SVC", connector)
    tracemalloc.start()

    count, base, peak = 0, tracemalloc.get_traced_memory()[0], 0
    for page in connector.pages("tasks", Scope(team.project("MKT")), {}):
        count += len(page.records)
        peak = max(peak, tracemalloc.get_traced_memory()[0] - base)
    tracemalloc.stop()

    assert count == 1000
    # 1,000 payloads as objects are more than 3 MB; ids and one page are what may be held.
    assert peak < 1_500_000
