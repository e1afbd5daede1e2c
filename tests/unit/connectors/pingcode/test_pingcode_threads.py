"""Four threads read at once: what they share is fetched once, and each gets what it would have got alone."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from connectors.contract import Scope
from connectors.pingcode.auth import ServerClock, Token
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import SimProject, hex_id, serve
from tests.unit.connectors.pingcode.conftest import NOW, SECRET, Tenant, a_world, an_item, pull

MANY = tuple(SimProject(hex_id("P", n), f"P{n:03}", f"项目 {n}") for n in range(8))
ITEMS = [an_item(n, project, links=(("relate", an_item(1, project).id),)) for project in MANY for n in range(1, 160)]
READERS = 4


def many(tenant, **simulated):
    return tenant(world=a_world(*ITEMS, projects=MANY), **simulated)


def slowly(request, n):
    """Long enough for every thread to be under way."""
    time.sleep(0.002)


def side_by_side(read, what):
    """All readers begin in the same moment."""
    gate = threading.Barrier(READERS)

    def first(one):
        gate.wait(5)
        return read(one)

    with ThreadPoolExecutor(READERS) as pool:
        return [*pool.map(first, what[:READERS]), *pool.map(read, what[READERS:])]


def whole(source):
    """Everything of one project: its items, the details of one and where another is."""

    def read(project):
        scope = Scope(project.id)
        items = pull(source, scope=scope)
        links = source.details("links", scope, an_item(1, project).id)
        found = source.find([an_item(2, project).id])
        kinds = pull(source, "work_item_types", scope)
        return items.ids, items.complete, len(links), [f.scope for f in found], kinds.ids

    return read


@pytest.mark.parametrize("profile", ["a", "c", "d"])
def test_readers_side_by_side_get_what_each_would_get_alone(tenant, profile):
    cloud = many(tenant, profile=profile, faults=slowly)

    together = side_by_side(whole(cloud.source()), MANY)

    source = cloud.source()
    assert together == [whole(source)(project) for project in MANY]
    assert all(complete and len(ids) == 159 for ids, complete, *_ in together)


def test_the_generation_and_the_token_are_fetched_once_for_all_readers(tenant):
    cloud = many(tenant, faults=slowly)
    source = cloud.source()

    side_by_side(lambda project: pull(source, scope=project.id).ids, MANY)

    assert cloud.asked("/auth/token") == 1
    assert cloud.asked("/workitems") == 1
    assert cloud.asked("/projects") == 1


def test_a_token_that_is_near_its_death_is_replaced_once_for_all_readers(tenant):
    cloud = many(tenant, faults=slowly)
    source = cloud.source(profile="c")
    pull(source, scope=MANY[0].id)
    cloud.world.advance_to(NOW + timedelta(days=29, hours=1))

    read = side_by_side(lambda project: pull(source, scope=project.id).ids, MANY)

    assert [len(ids) for ids in read] == [159] * len(MANY)
    assert cloud.asked("/auth/token") == 2


def test_a_token_that_dies_while_all_read_is_replaced_once(tenant):
    cloud = many(tenant)
    source = cloud.source(profile="c")
    pull(source, scope=MANY[0].id)
    calls = iter(range(10_000))

    def dies(request, n):
        time.sleep(0.002)
        if "work_items" in request.path and next(calls) == 9:
            cloud.simulator.revoke_tokens()

    cloud.simulator.faults = dies
    read = side_by_side(lambda project: pull(source, scope=project.id).ids, MANY)

    assert [len(ids) for ids in read] == [159] * len(MANY)
    assert cloud.asked("/auth/token") == 2


def test_a_changed_generation_is_looked_for_once_for_all_readers(tenant):
    cloud = many(tenant, profile="c")
    new = PingCodeSimulator(cloud.world, profile="d", client_secret=SECRET, faults=slowly)
    current = [cloud.simulator]
    memory = {}
    with serve(lambda request: current[0].handle(request)) as url:
        there = Tenant(cloud.world, new, url)
        pull(there.source(memory=memory), scope=MANY[0].id)
        current[0] = new
        source = there.source(memory=memory)

        read = side_by_side(lambda project: pull(source, scope=project.id).ids, MANY)

    assert [len(ids) for ids in read] == [159] * len(MANY)
    assert sum(r.path.endswith("/workitems") and "project_id" not in r.query for r in new.asked) == 1


def test_the_servers_clock_is_one_clock_for_all_threads():
    """A reading is never torn: every thread sees our time with the whole of some offset."""
    clock = ServerClock(lambda: NOW)
    offsets = [timedelta(hours=hours) for hours in (0, 1, -1)]
    seen = set()

    def work(number):
        for turn in range(300):
            clock.observe(NOW + offsets[(number + turn) % 3])
            seen.add(clock.now() - NOW)

    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(work, range(READERS)))

    assert seen == set(offsets)


def test_a_token_does_not_show_itself():
    assert "s3cret" not in repr(Token("s3cret", None))
