"""One request that answers for many projects is believed only where it proves something, and its failure costs nobody."""

from datetime import timedelta

import pytest

from connectors.contract import Scope
from connectors.errors import Retry
from connectors.testing import Reply, SimProject, hex_id
from tests.unit.connectors.pingcode.conftest import NOW, OPS, PAY, a_world, an_item, pull, some_items
from tests.unit.connectors.pingcode.probing import EVERY_PROFILE, alone, marks, projects_in, rest, run, told


@EVERY_PROFILE
@pytest.mark.parametrize("ignored", ["projects", "times", "all"])
def test_an_answer_of_a_server_that_ignores_a_filter_is_not_believed(tenant, profile, ignored):
    third = SimProject(hex_id("X"), "X", "第三")
    items = [*some_items(3), *some_items(3, OPS), an_item(1, third)]
    cloud = tenant(world=a_world(*items, projects=(PAY, OPS, third)), profile=profile)
    source = cloud.source(profile=profile, projects=("PAY", "OPS"))
    cursors = marks(source)
    rest(cloud)
    for item in (an_item(2), an_item(1, third)):
        cloud.world.edit(item.id, title="改")
    names = {"projects": {"project_ids", "project.id", "project_id"}, "times": {"updated_between", "updated_at"}}
    ignores = names.get(ignored) or names["projects"] | names["times"]

    def several(request, n):
        cloud.simulator.ignored_parameters = ignores if len(projects_in(request)) > 1 else set()

    cloud.simulator.faults = several
    before = len(cloud.simulator.asked)
    read = run(source, cursors)
    cost = len(cloud.simulator.asked) - before

    assert told(read) == told(alone(source, cursors))
    assert read[PAY.id].ids == {an_item(2).id}
    assert cost == 1 + 1 + 2


@EVERY_PROFILE
def test_a_server_that_never_filters_by_time_is_not_believed_either(tenant, profile):
    cloud = tenant(*some_items(3), *some_items(3, OPS), profile=profile)
    source = cloud.source(profile=profile)
    cursors = marks(source)
    rest(cloud)
    cloud.simulator.ignored_parameters = {"updated_between", "updated_at"}

    read, apart = run(source, cursors), alone(source, cursors)

    assert told(read) == told(apart)
    assert all(part.complete and part.cursor == {} for part in read.values())


@EVERY_PROFILE
def test_each_project_gets_only_what_it_has_not_seen(tenant, profile):
    """The request begins at the oldest mark of all; rows from before its own mark are old news for a project."""
    cloud = tenant(an_item(1), an_item(2), an_item(1, OPS), profile=profile)
    source = cloud.source(profile=profile)
    rest(cloud)
    cloud.world.edit(an_item(1).id, title="bekannt")
    rest(cloud)
    old, new = (int(at.timestamp()) for at in (NOW - timedelta(days=9), cloud.world.now))
    cloud.world.edit(an_item(1, OPS).id, title="neu")

    read = run(source, {PAY.id: {"high": new}, OPS.id: {"high": old}})

    assert (read[PAY.id].ids, read[OPS.id].ids) == (set(), {an_item(1, OPS).id})


def test_a_row_that_cannot_be_stored_is_told_by_its_own_project(tenant):
    cloud = tenant(*some_items(3), *some_items(3, OPS), profile="c")
    source = cloud.source(profile="c")
    cursors = marks(source)
    rest(cloud)

    def nameless(request, n):
        if not request.path.endswith("/search") or OPS.id not in projects_in(request):
            return None
        return Reply({"page_size": 100, "page_index": 0, "total": 1, "values": [{"title": "ohne id"}]})

    cloud.simulator.faults = nameless
    source.expect("work_items", cursors)
    pages = {project: list(source.pages("work_items", Scope(project), cursors[project])) for project in cursors}

    rejected = {project: [r.reason for page in parts for r in page.rejected] for project, parts in pages.items()}
    assert rejected == {PAY.id: [], OPS.id: ["no_id"]}


@pytest.mark.parametrize("profile", ["a", "c"])
def test_a_pull_between_marks_that_was_cut_off_goes_on_alone(tenant, profile):
    cloud = tenant(*some_items(250), *some_items(3, OPS), profile=profile)
    source = cloud.source(profile=profile)
    cursors = marks(source)
    rest(cloud)
    for number in range(1, 220):
        cloud.world.advance_to(cloud.world.now + timedelta(hours=3))
        cloud.world.edit(an_item(number).id, title="改")
    pages = source.pages("work_items", Scope(PAY.id), cursors[PAY.id])
    first = next(pages)
    pages.close()

    rest_of_it = run(source, {PAY.id: first.cursor, OPS.id: cursors[OPS.id]})[PAY.id]

    met = {record.external_id for record in first.records}
    assert met | rest_of_it.ids == {an_item(number).id for number in range(1, 220)}
    assert met - rest_of_it.ids


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refused_probe_costs_one_request_and_nothing_else(tenant, status):
    cloud = tenant(*some_items(3), *some_items(3, OPS), profile="c")
    source = cloud.source(profile="c")
    cursors = marks(source)
    rest(cloud)
    cloud.world.edit(an_item(1).id, title="改")

    def faults(request, n):
        several = request.method == "POST" and len(projects_in(request)) > 1
        return Reply({"code": "100003", "message": "太多"}, status) if several else None

    cloud.simulator.faults = faults
    asked = source.tally.requests
    read = run(source, cursors)

    assert read[PAY.id].ids == {an_item(1).id} and read[OPS.id].ids == set()
    assert source.tally.requests - asked == 1 + 1 + 2


def test_a_project_that_was_closed_meanwhile_fails_alone(tenant):
    cloud = tenant(*some_items(3), *some_items(3, OPS), profile="c")
    source = cloud.source(profile="c")
    cursors = marks(source)
    rest(cloud)
    cloud.world.edit(an_item(1).id, title="改")
    cloud.simulator.unreadable_projects = {OPS.id}

    source.expect("work_items", cursors)

    assert pull(source, cursor=cursors[PAY.id]).ids == {an_item(1).id}
    with pytest.raises(Exception, match="100405"):
        pull(source, scope=OPS.id, cursor=cursors[OPS.id])


def test_a_server_that_is_down_is_told_by_the_project_that_asked(tenant):
    cloud = tenant(*some_items(3), *some_items(3, OPS), profile="c")
    source = cloud.source(profile="c")
    cursors = marks(source)
    cloud.simulator.faults = lambda r, n: Reply("", 503) if len(projects_in(r)) > 1 else None
    source.expect("work_items", cursors)

    with pytest.raises(Retry):
        pull(source, cursor=cursors[PAY.id])

    assert pull(source, scope=OPS.id, cursor=cursors[OPS.id]).records == []
