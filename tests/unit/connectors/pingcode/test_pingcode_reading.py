"""Complete and incremental reads of a well-behaved tenant, in all four path generations."""

from datetime import UTC, datetime, timedelta

import pytest

from connectors.contract import EVERYTHING
from connectors.errors import NotPermitted, Rejected
from connectors.paging import flag
from connectors.testing import Reply
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import LIN, NOW, OPS, PAY, a_world, an_item, pull, some_items

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])


@EVERY_PROFILE
def test_every_generation_gives_the_same_items(tenant, profile):
    items = [*some_items(230), an_item(231, archived=True), an_item(232, deleted=True), an_item(1, OPS)]
    cloud = tenant(*items, profile=profile)
    source = cloud.source()

    read = {scope.key: pull(source, scope=scope) for scope in source.scopes("work_items")}

    assert read["PAY"].ids == {item.id for item in items if item.project == PAY.id}
    assert read["OPS"].ids == {items[-1].id}
    assert len(read["PAY"].records) == 232
    assert all(part.complete for part in read.values())


@EVERY_PROFILE
def test_an_update_and_a_deletion_are_found_and_nothing_else(tenant, profile):
    cloud = tenant(*some_items(150), profile=profile)
    source = cloud.source()
    before = pull(source)
    cloud.world.advance_to(NOW + timedelta(days=5))
    changed, deleted, created = (an_item(number).id for number in (7, 8, 999))
    cloud.world.edit(changed, state="doing")
    cloud.world.edit(deleted, deleted=True)
    cloud.world.add(replace(an_item(999), created_at=None, updated_at=None))

    after = pull(source, cursor=before.cursor)

    found = {record.external_id: record.payload for record in after.records}
    assert set(found) == {changed, deleted, created}
    assert flag(found[deleted]["is_deleted"])
    assert not after.complete


@EVERY_PROFILE
def test_a_quiet_project_costs_one_request(tenant, profile):
    cloud = tenant(*some_items(350), profile=profile)
    source = cloud.source()
    before = pull(source)
    cloud.world.advance_to(NOW + timedelta(days=5))
    asked = source.tally.requests

    after = pull(source, cursor=before.cursor)
    again = pull(source, cursor=after.cursor)

    assert after.records == again.records == []
    assert source.tally.requests - asked == 2


def test_an_incremental_run_asks_for_little_beside_one_call_a_project(tenant):
    cloud = tenant(*some_items(120), *some_items(20, OPS))
    source = cloud.source()
    cursors = run(source, {})
    asked = source.tally.requests

    run(source, cursors)

    # One listing of the projects, the work items of each project, the tickets and the ideas.
    assert source.tally.requests - asked == 1 + 2 + 2


def run(source, cursors):
    """What a sync does: every stream, every scope, from its cursor."""
    return {
        (stream, scope.id): pull(source, stream, scope, cursors.get((stream, scope.id))).cursor
        for stream in source.streams
        for scope in source.scopes(stream)
    }


@EVERY_PROFILE
def test_thousands_of_items_cost_few_more_requests_than_pages(tenant, profile):
    items = [an_item(n, created_at=NOW - timedelta(hours=3 * n), updated_at=NOW) for n in range(1, 1501)]
    cloud = tenant(*items, profile=profile)
    source = cloud.source(profile=profile)

    read = pull(source)

    assert len(read.ids) == len(read.records) == 1500
    assert source.tally.requests <= 15 * 2


def test_records_hold_what_was_sent_and_when_it_was_updated(tenant):
    at = datetime(2026, 8, 1, 3, 4, 5, tzinfo=UTC)
    cloud = tenant(an_item(1, updated_at=at, assignee=LIN.id, due=NOW))

    (record,) = pull(cloud.source()).records

    assert (record.stream, record.external_id, record.updated_at) == ("work_items", an_item(1).id, at)
    assert record.payload["assignee"]["display_name"] == "林悦"
    assert record.payload["end_at"] == int(NOW.timestamp())
    assert record.payload["html_url"].startswith("https://demo.pingcode.com/pjm/workitems/")


def test_an_empty_project_is_a_complete_read(tenant):
    read = pull(tenant().source())

    assert (read.records, read.complete) == ([], True)


def test_projects_are_listed_with_the_archived_and_without_the_deleted(tenant):
    old = replace(PAY, id="b" * 24, key="OLD", archived=True)
    gone = replace(PAY, id="c" * 24, key="GONE", deleted=True)
    cloud = tenant(world=a_world(projects=(PAY, OPS, old, gone)))
    source = cloud.source()

    keys = [scope.key for scope in source.scopes("work_items")]
    read = pull(source, "projects", EVERYTHING)

    assert keys == ["OLD", "OPS", "PAY"]
    assert {record.payload["identifier"] for record in read.records} == set(keys)
    assert read.complete and read.cursor == {}


def test_more_projects_than_a_page_are_all_found(tenant):
    many = tuple(replace(PAY, id=f"{n:024x}", key=f"P{n:03}") for n in range(1, 204))
    source = tenant(world=a_world(projects=many)).source()

    assert [scope.key for scope in source.scopes("work_items")] == [project.key for project in many]


def test_the_settings_choose_projects_by_id_or_identifier(tenant):
    source = tenant(*some_items(2)).source(projects=(PAY.id, "ops"))
    only = tenant(*some_items(2)).source(projects=("PAY",))

    assert {scope.key for scope in source.scopes("work_items")} == {"PAY", "OPS"}
    assert {scope.key for scope in only.scopes("work_items")} == {"PAY"}
    assert [record.external_id for record in pull(only, "projects", EVERYTHING).records] == [PAY.id]


def test_a_chosen_project_that_does_not_exist_fails_alone_and_is_named(tenant):
    source = tenant(*some_items(2)).source(projects=("PAY", "GHOST"))

    good, ghost = source.scopes("work_items")

    assert len(pull(source, scope=good).records) == 2
    with pytest.raises(Rejected, match="'GHOST'"):
        pull(source, scope=ghost)


def test_people_types_and_states_are_read(tenant):
    cloud = tenant(
        an_item(1, kind="milestone"), an_item(2, state="doing", state_name="联调中"), an_item(3, kind="risk")
    )
    source = cloud.source()

    people = pull(source, "users", EVERYTHING)
    types = {record.external_id: record.payload for record in pull(source, "work_item_types").records}
    states = [record.payload["name"] for record in pull(source, "work_item_states").records]
    item = pull(source).records[0].payload

    assert [record.payload["display_name"] for record in people.records] == ["林悦"]
    assert (types[item["type"]]["name"], types[item["type"]]["group"]) == ("里程碑", "plan")
    assert {"task", "bug", "story"} < set(types)
    assert "风险" in {payload["name"] for payload in types.values()}
    assert states.count("联调中") == 1 and states.count("进行中") == len(types)


def test_states_are_read_once_a_day(tenant):
    cloud = tenant(*some_items(1))
    source = cloud.source()
    first = pull(source, "work_item_states")
    asked = source.tally.requests

    same_day = pull(source, "work_item_states", cursor=first.cursor)
    unasked = source.tally.requests - asked
    cloud.world.advance_to(NOW + timedelta(days=1))
    next_day = pull(source, "work_item_states", cursor=first.cursor)

    assert (same_day.records, same_day.cursor, same_day.complete, unasked) == ([], first.cursor, False, 0)
    assert next_day.complete and len(next_day.records) == len(first.records) > 0


def test_an_unreadable_project_does_not_stop_the_others(tenant):
    cloud = tenant(*some_items(3), *some_items(2, OPS), unreadable_projects=[OPS.id])
    source = cloud.source()

    assert len(pull(source).records) == 3
    with pytest.raises(NotPermitted, match="100405"):
        pull(source, scope=OPS.id)


def test_people_that_may_not_be_read_fail_as_their_own_stream(tenant):
    def closed(request, n):
        return Reply({"code": "1", "message": "no"}, 403) if request.path.endswith("/users") else None

    source = tenant(*some_items(3), faults=closed).source()

    assert len(pull(source).records) == 3
    with pytest.raises(NotPermitted):
        pull(source, "users", EVERYTHING)


def test_an_unknown_stream_is_an_error_that_names_the_known_ones(tenant):
    source = tenant().source()

    with pytest.raises(LookupError, match="work_items"):
        source.scopes("boards")
    with pytest.raises(LookupError, match="work_items"):
        pull(source, "boards")
