"""What hardly ever changes costs a request a day, plans one an hour, and a run in which nothing changed almost none."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.company import SimProduct
from connectors.contract import EVERYTHING
from connectors.pingcode.cadence import Cadence, mark, moment
from connectors.pingcode.catalogue import AFTER_TASKS, BEFORE_TASKS, CADENCES
from connectors.testing import hex_id
from tests.unit.connectors.pingcode.conftest import NOW, OPS, PAY, a_world, full, pull, some_items

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAILY = sorted(stream for stream, cadence in CADENCES.items() if cadence is Cadence.DAILY)
HOURLY = sorted(stream for stream, cadence in CADENCES.items() if cadence is Cadence.HOURLY)
SHIP_PRODUCT = SimProduct(hex_id("p"), "POR", "门户")


def a_tenant(tenant):
    world = a_world(full(1), *some_items(5)[1:], *some_items(2, OPS))
    world.also = [SHIP_PRODUCT]
    return tenant(world=world)


def at(text):
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("read", "now", "daily", "hourly"),
    [
        ("2026-08-24T00:10+08:00", "2026-08-24T23:50+08:00", False, True),
        ("2026-08-24T23:50+08:00", "2026-08-25T00:10+08:00", True, False),
        ("2026-08-24T10:00:09+08:00", "2026-08-24T11:00:01+08:00", False, True),
        ("2026-08-24T10:00+08:00", "2026-08-24T10:50+08:00", False, False),
        ("2026-08-24T10:00+08:00", "2026-08-24T09:00+08:00", True, True),
    ],
)
def test_a_day_is_a_civil_day_and_an_hour_about_an_hour(read, now, daily, hourly):
    cursor = {"read_at": mark(at(read))}

    due = [cadence.is_due(cursor, at(now), SHANGHAI) for cadence in (Cadence.DAILY, Cadence.HOURLY)]

    assert due == [daily, hourly]


@pytest.mark.parametrize("cursor", [{}, {"read_at": None}, {"read_at": "?"}, {"read_at": 7}, {"day": "2026-08-24"}])
def test_a_cursor_that_tells_no_instant_is_due(cursor):
    assert all(cadence.is_due(cursor, NOW, SHANGHAI) for cadence in Cadence)


def test_an_instant_comes_out_of_a_cursor_as_it_went_in():
    assert moment(mark(NOW)) == NOW
    assert moment("2026-08-24T10:00:00") is None


@pytest.mark.parametrize("stream", DAILY)
def test_a_daily_list_is_read_once_a_civil_day(tenant, stream):
    cloud = a_tenant(tenant)
    source = cloud.source(profile="c")
    scope = next(iter(source.scopes(stream)))
    first = pull(source, stream, scope)
    asked = source.tally.requests

    cloud.world.advance_to(NOW + timedelta(hours=9))
    again = pull(source, stream, scope, first.cursor)
    rested = source.tally.requests - asked
    cloud.world.advance_to(NOW + timedelta(hours=23))
    tomorrow = pull(source, stream, scope, first.cursor)

    assert (again.records, again.cursor, again.complete, rested) == ([], first.cursor, False, 0)
    assert first.complete and tomorrow.complete
    assert tomorrow.ids == first.ids


@pytest.mark.parametrize("stream", [stream for stream in HOURLY if stream != "workloads"])
def test_plans_are_read_at_most_once_an_hour(tenant, stream):
    cloud = a_tenant(tenant)
    source = cloud.source(profile="c")
    scope = next(iter(source.scopes(stream)))
    first = pull(source, stream, scope)
    asked = source.tally.requests

    cloud.world.advance_to(NOW + timedelta(minutes=50))
    again = pull(source, stream, scope, first.cursor)
    rested = source.tally.requests - asked
    cloud.world.advance_to(NOW + timedelta(minutes=60))
    later = pull(source, stream, scope, first.cursor)

    assert (again.records, again.cursor, again.complete, rested) == ([], first.cursor, False, 0)
    assert first.complete and later.complete


@pytest.mark.parametrize("stream", ["users", *DAILY[:2], *HOURLY])
def test_an_empty_cursor_is_always_read(tenant, stream):
    cloud = a_tenant(tenant)
    source = cloud.source(profile="c")
    scope = next(iter(source.scopes(stream)))

    parts = [pull(source, stream, scope, {}) for _ in range(2)]

    assert parts[0].ids == parts[1].ids
    assert parts[0].complete and parts[1].complete


def test_a_run_soon_after_another_asks_for_projects_items_tickets_and_ideas_only(tenant):
    cloud = a_tenant(tenant)
    memory = {}
    cursors = run(cloud.source(memory=memory, profile="c"), {})
    cloud.simulator.asked.clear()
    cloud.world.advance_to(NOW + timedelta(minutes=20))

    source = cloud.source(memory=memory, profile="c")
    again = run(source, cursors)

    asked = [request.path.removeprefix("/open") for request in cloud.simulator.asked]
    assert sorted(asked) == sorted(
        ["/v1/auth/token", "/v1/pjm/projects", *["/v1/pjm/work_items/search"] * 2, "/v1/ship/tickets", "/v1/ship/ideas"]
    )
    assert {key: cursor for key, cursor in again.items() if key[0] != "work_items"} == {
        key: cursor for key, cursor in cursors.items() if key[0] != "work_items"
    }


def test_every_stream_is_read_of_something_and_ends_complete_at_first(tenant):
    cloud = a_tenant(tenant)
    source = cloud.source(profile="c")

    read = {stream: [pull(source, stream, scope) for scope in source.scopes(stream)] for stream in source.streams}

    assert list(read) == ["projects", *BEFORE_TASKS, "work_items", *AFTER_TASKS]
    assert all(parts and all(part.complete for part in parts) for parts in read.values())
    assert {"departments", "customers", "workloads"} < source.optional_streams
    assert source.optional_streams.isdisjoint({"projects", "users", "work_items", "work_item_types"})


def test_products_that_are_remembered_need_no_request_to_be_named(tenant):
    cloud = a_tenant(tenant)
    memory = {}
    pull(cloud.source(memory=memory, profile="c"), "products", EVERYTHING)

    source = cloud.source(memory=memory, profile="c")

    assert [(scope.id, scope.name) for scope in source.scopes("customers")] == [(SHIP_PRODUCT.id, "门户")]
    assert source.tally.requests == 0


def test_an_hour_and_a_day_cost_what_they_are_said_to(tenant):
    cloud = a_tenant(tenant)
    memory = {}
    cursors = run(cloud.source(memory=memory, profile="c"), {})
    types = {
        project.id: len(pull(cloud.source(profile="c"), "work_item_types", project.id).ids) for project in (PAY, OPS)
    }
    # The token, the projects, the work items of two projects, tickets and ideas.
    always = 1 + 1 + 2 + 2

    cloud.world.advance_to(NOW + timedelta(hours=2))
    hour, cursors = cost(cloud, memory, cursors)
    cloud.world.advance_to(NOW + timedelta(days=1))
    day, _ = cost(cloud, memory, cursors)

    # The stages; progress, releases and hours of each project; sprints and deliverables of the hybrid one.
    hourly = 1 + 2 * 3 + 2
    assert hour == always + hourly
    # People, departments, tags, products; the customers of one product; four lists and two a type of each project.
    assert day == always + hourly + 4 + 1 + 2 * 4 + 2 * sum(types.values())


def cost(cloud, memory, cursors):
    asked = len(cloud.simulator.asked)
    after = run(cloud.source(memory=memory, profile="c"), cursors)
    return len(cloud.simulator.asked) - asked, after


def run(source, cursors):
    return {
        (stream, scope.id): pull(source, stream, scope, cursors.get((stream, scope.id))).cursor
        for stream in source.streams
        for scope in source.scopes(stream)
    }
