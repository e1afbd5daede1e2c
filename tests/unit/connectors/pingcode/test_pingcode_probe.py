"""One request answers for every project at rest: as each alone would, and as seldom as the API allows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from connectors.contract import Scope
from connectors.pingcode.probe import MOST_IN_LIST
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import NOW, OPS, PAY, a_world, an_item, pull, some_items
from tests.unit.connectors.pingcode.probing import (
    EVERY_PROFILE,
    alone,
    marks,
    projects,
    projects_in,
    rest,
    run,
)


@EVERY_PROFILE
def test_a_run_in_which_nothing_changed_costs_a_token_the_projects_and_one_request(tenant, profile):
    many = projects(12)
    items = [an_item(n, project) for project in many for n in range(1, 15)]
    cloud = tenant(world=a_world(*items, projects=many), profile=profile)
    memory = {}
    cursors = marks(cloud.source(memory=memory))
    rest(cloud)
    source = cloud.source(memory=memory)

    read = run(source, cursors)

    assert all(part.records == [] and not part.complete for part in read.values())
    assert source.tally.requests == 3
    assert [request.path.rpartition("/")[2] for request in list(cloud.simulator.asked)[-3:-1]] == ["token", "projects"]


@EVERY_PROFILE
def test_the_answer_is_the_same_as_that_of_each_project_alone(tenant, profile):
    many = projects(5)
    items = [an_item(n, project) for project in many for n in range(1, 150)]
    cloud = tenant(world=a_world(*items, projects=many), profile=profile)
    source = cloud.source()
    cursors = marks(source)
    rest(cloud)
    for n, project in enumerate(many[:3]):
        for number in range(1, 10 + n):
            cloud.world.edit(an_item(number, project).id, state="doing")
    cloud.world.edit(an_item(20, many[0]).id, deleted=True)
    cloud.world.add(replace(an_item(500, many[3]), created_at=None, updated_at=None))
    asked = source.tally.requests

    together = run(source, cursors)
    cost = source.tally.requests - asked
    apart = alone(cloud.source(), cursors)

    assert {p: (part.ids, part.cursor) for p, part in together.items()} == {
        p: (part.ids, part.cursor) for p, part in apart.items()
    }
    assert sum(len(part.records) for part in together.values()) == 9 + 10 + 11 + 1 + 1
    assert cost == 2


@pytest.mark.parametrize(("profile", "calls"), [("a", 3), ("b", 3), ("c", 1), ("d", 1)])
def test_the_older_lists_take_so_many_projects_and_the_search_takes_all(tenant, profile, calls):
    many = projects(2 * MOST_IN_LIST + 3)
    cloud = tenant(world=a_world(*(an_item(1, p) for p in many), projects=many), profile=profile)
    source = cloud.source(profile=profile)
    cursors = marks(source)
    rest(cloud)
    asked = source.tally.requests

    read = run(source, cursors)

    assert len(read) == 43
    assert source.tally.requests - asked == 1 + calls


@EVERY_PROFILE
def test_more_changes_than_fit_one_page_are_read_project_by_project(tenant, profile):
    cloud = tenant(*some_items(90), *some_items(90, OPS), profile=profile)
    source = cloud.source()
    cursors = marks(source)
    rest(cloud)
    for item in (*some_items(60), *some_items(60, OPS)):
        cloud.world.edit(item.id, title="改")
    asked = source.tally.requests

    read = run(source, cursors)

    assert [len(part.ids) for part in read.values()] == [60, 60]
    assert source.tally.requests - asked == 1 + 1 + 2


@EVERY_PROFILE
def test_projects_at_rest_share_an_answer_beside_busy_ones(tenant, profile):
    quiet = projects(10)
    items = [*some_items(150), *(an_item(n, project) for project in quiet for n in range(1, 9))]
    cloud = tenant(world=a_world(*items, projects=(PAY, *quiet)), profile=profile)
    source = cloud.source(profile=profile)
    rest(cloud)
    for item in some_items(120):
        cloud.world.edit(item.id, title="改")
    cursors = {project: part.cursor for project, part in run(source, marks(source)).items()}
    cloud.world.advance_to(cloud.world.now + timedelta(minutes=5))
    cloud.world.edit(an_item(3, quiet[4]).id, title="neu")
    asked = source.tally.requests

    read = run(source, cursors)

    cost = source.tally.requests - asked
    busy = pull(source, cursor=cursors[PAY.id])
    cost_of_the_busy_one = source.tally.requests - asked - cost
    assert read[quiet[4].id].ids == {an_item(3, quiet[4]).id}
    assert len(read[PAY.id].ids) == len(busy.ids) == 120
    assert cost == 1 + 2 + cost_of_the_busy_one


@EVERY_PROFILE
def test_what_was_asked_once_answers_each_project_once(tenant, profile):
    cloud = tenant(*some_items(3), *some_items(3, OPS), profile=profile)
    source = cloud.source()
    cursors = marks(source)
    rest(cloud)
    run(source, cursors)
    cloud.world.edit(an_item(1).id, title="danach")

    again = pull(source, cursor=cursors[PAY.id])

    assert again.ids == {an_item(1).id}


def test_an_expectation_that_nobody_met_is_forgotten_with_the_next(tenant):
    cloud = tenant(*some_items(3), *some_items(3, OPS))
    source = cloud.source()
    cursors = marks(source)
    rest(cloud)
    source.expect("work_items", cursors)
    pull(source, cursor=cursors[PAY.id])
    cloud.world.edit(an_item(2, OPS).id, title="danach")

    read = run(source, cursors)

    assert read[OPS.id].ids == {an_item(2, OPS).id}


def test_another_cursor_than_the_expected_one_is_read_as_if_nobody_had_asked(tenant):
    cloud = tenant(*some_items(3), *some_items(3, OPS))
    source = cloud.source()
    cursors = marks(source)
    rest(cloud)
    source.expect("work_items", cursors)

    from_start = pull(source, cursor={})
    older = pull(source, scope=OPS.id, cursor={"high": int((NOW - timedelta(days=60)).timestamp())})

    assert from_start.complete and len(from_start.ids) == 3
    assert len(older.ids) == 3


def test_first_and_unfinished_reads_are_not_answered_together(tenant):
    cloud = tenant(*some_items(150), *some_items(3, OPS), profile="c")
    source = cloud.source()
    pages = source.pages("work_items", Scope(PAY.id), {})
    begun = [next(pages) for _ in range(2)][-1].cursor
    high = pull(source, scope=OPS.id).cursor

    read = run(source, {PAY.id: begun, OPS.id: high})

    assert read[PAY.id].complete
    assert not read[OPS.id].complete
    assert not any(len(projects_in(request)) > 1 for request in cloud.simulator.asked)


@pytest.mark.parametrize("profile", ["a", "c"])
def test_an_item_that_becomes_visible_late_is_still_found(tenant, profile):
    """The mark of a busy project stays at its latest update, so that the overlap before it is read again."""
    cloud = tenant(*some_items(3), *some_items(3, OPS), profile=profile)
    source = cloud.source()
    rest(cloud)
    cloud.world.edit(an_item(1).id, title="sichtbar")
    cursors = {project: part.cursor for project, part in run(source, marks(source)).items()}
    late = an_item(77, updated_at=cloud.world.now - timedelta(minutes=9), created_at=cloud.world.now)
    cloud.world.advance_to(cloud.world.now + timedelta(minutes=1))
    cloud.world.add(late)

    assert late.id in run(source, cursors)[PAY.id].ids


@EVERY_PROFILE
def test_a_sequence_of_runs_ends_with_the_newest_version_of_every_item(tenant, profile):
    items = [*some_items(40), *some_items(40, OPS)]
    cloud = tenant(*items, profile=profile)
    source = cloud.source()
    cursors, titles = {}, {}
    for step in range(12):
        for number in range(1 + step, 1 + 7 * step, 3):
            cloud.world.edit(items[number % 80].id, title=f"{step}")
        cloud.world.advance_to(cloud.world.now + timedelta(hours=7 * (step % 3), minutes=step))
        for project, part in run(source, cursors).items():
            cursors[project] = part.cursor
            titles |= {record.external_id: record.payload["title"] for record in part.records}

    assert titles == {item.id: item.title for item in cloud.world.items.values()}


@pytest.mark.parametrize("profile", ["a", "c"])
def test_several_threads_are_answered_by_one_request(tenant, profile):
    many = projects(16)
    cloud = tenant(world=a_world(*(an_item(1, p) for p in many), projects=many), profile=profile)
    source = cloud.source(profile=profile)
    cursors = marks(source)
    rest(cloud)
    changed = an_item(1, many[3]).id
    cloud.world.edit(changed, title="改")
    source.expect("work_items", cursors)
    before = len(cloud.simulator.asked)

    with ThreadPoolExecutor(4) as pool:
        read = list(pool.map(lambda p: pull(source, scope=p.id, cursor=cursors[p.id]), many))

    assert [part.ids for part in read if part.ids] == [{changed}]
    assert len(cloud.simulator.asked) - before == 1


@EVERY_PROFILE
def test_an_update_in_the_future_never_moves_the_mark_beyond_the_servers_now(tenant, profile):
    ahead = {"updated_at": NOW + timedelta(hours=20)}
    cloud = tenant(an_item(1, **ahead), an_item(2), an_item(1, OPS, **ahead), profile=profile)
    source = cloud.source()
    now = int(cloud.world.now.timestamp())

    first = marks(source)
    cloud.world.items[an_item(2).id].updated_at = NOW + timedelta(days=900)
    together = run(source, first)
    apart = alone(cloud.source(), first)

    highs = [cursor["high"] for cursor in first.values()]
    highs += [part.cursor["high"] for read in (together, apart) for part in read.values()]
    assert max(highs) <= now


@EVERY_PROFILE
@pytest.mark.parametrize("together", [True, False])
def test_a_mark_in_the_future_is_not_believed(tenant, profile, together):
    """Whatever wrote it, what changes from now on must be found."""
    cloud = tenant(an_item(1), an_item(2), an_item(1, OPS), profile=profile)
    source = cloud.source()
    wrong = {"high": int((NOW + timedelta(days=400)).timestamp())}
    cloud.world.advance_to(NOW + timedelta(minutes=1))
    cloud.world.edit(an_item(1).id, title="改")

    read = (run if together else alone)(source, {PAY.id: wrong, OPS.id: wrong})

    assert an_item(1).id in read[PAY.id].ids
    assert read[PAY.id].cursor["high"] <= int(cloud.world.now.timestamp())
