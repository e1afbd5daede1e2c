"""No row is lost while people edit, create and reorder what is being read, and a stopped read goes on where it was."""

import random
from datetime import timedelta

import pytest
import requests

from connectors.contract import Scope
from connectors.errors import BadPayload, Interrupted
from connectors.testing import Reply
from tests.unit.connectors.pingcode.conftest import NOW, PAY, SECRET, a_world, an_item, pull, some_items

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])


def busy(world, *, edits=3, creates=True):
    """People who edit and create while we read; lists come in order of update, so every edit moves rows."""
    dice = random.Random(7)
    ids = list(world.items)

    def faults(request, n):
        if request.path.endswith("token"):
            return
        world.advance_to(world.now + timedelta(seconds=2))
        for _ in range(edits):
            world.edit(dice.choice(ids), title=f"改 {n}")
        if creates and n % 3 == 0:
            world.add(an_item(5000 + n, created_at=world.now, updated_at=world.now))
        return

    return faults


def spread(count):
    return [
        an_item(n, created_at=NOW - timedelta(hours=7 * n), updated_at=NOW - timedelta(hours=5 * n))
        for n in range(1, count + 1)
    ]


def test_a_plain_walk_over_the_pages_would_lose_rows_here(tenant):
    world = a_world(*spread(450))
    cloud = tenant(world=world, order=lambda item: item.updated_at)
    token = requests.get(
        f"{cloud.url}/v1/auth/token",
        params={"grant_type": "client_credentials", "client_id": "demo", "client_secret": SECRET},
        timeout=5,
    ).json()["access_token"]
    cloud.simulator.faults = busy(world, creates=False)

    met = set()
    for index in range(5):
        page = requests.get(
            f"{cloud.url}/v1/pjm/work_items",
            params={"project_id": PAY.id, "page_size": 100, "page_index": index},
            headers={"Authorization": f"Bearer {token}"},
            timeout=5,
        ).json()
        met |= {row["id"] for row in page["values"]}

    assert len(met) < 450


@EVERY_PROFILE
def test_a_complete_read_loses_nothing_while_everything_moves(tenant, profile):
    items = spread(450)
    world = a_world(*items)
    cloud = tenant(world=world, profile=profile, order=lambda item: item.updated_at, faults=busy(world))

    read = pull(cloud.source())

    assert read.ids >= {item.id for item in items}
    assert read.complete


@EVERY_PROFILE
def test_the_incremental_reads_after_it_end_with_the_newest_version_of_every_item(tenant, profile):
    world = a_world(*spread(450))
    cloud = tenant(world=world, profile=profile, order=lambda item: item.updated_at, faults=busy(world))
    source = cloud.source()
    versions = {}

    cursor = {}
    for _ in range(3):
        read = pull(source, cursor=cursor)
        versions |= {record.external_id: record.payload["title"] for record in read.records}
        cursor = read.cursor
    cloud.simulator.faults = None
    versions |= {record.external_id: record.payload["title"] for record in pull(source, cursor=cursor).records}

    assert versions == {item.id: item.title for item in world.items.values()}


@EVERY_PROFILE
def test_more_items_in_one_second_than_a_page_holds_are_all_read(tenant, profile):
    burst = some_items(260, created_at=NOW - timedelta(days=9), updated_at=NOW - timedelta(days=9))
    around = [an_item(n, created_at=NOW - timedelta(days=n - 300)) for n in range(301, 341)]
    cloud = tenant(*burst, *around, profile=profile)
    source = cloud.source()

    read = pull(source)
    again = pull(source, cursor={"high": int((NOW - timedelta(days=9)).timestamp())})

    assert read.ids == {item.id for item in (*burst, *around)}
    assert read.complete
    assert again.ids >= {item.id for item in burst}


def test_a_second_with_too_many_items_is_read_while_they_are_edited(tenant):
    world = a_world(*some_items(260, created_at=NOW - timedelta(days=9)))
    cloud = tenant(world=world, profile="a", order=lambda item: item.updated_at)
    counter = iter(range(10_000))

    def faults(request, n):
        # Edits during the first walk only: then two walks agree.
        if "created_between" in request.query and next(counter) < 6:
            world.advance_to(world.now + timedelta(seconds=1))
            world.edit(an_item(n).id, title="改")
        return

    cloud.simulator.faults = faults

    assert len(pull(cloud.source()).ids) == 260


def test_a_list_that_never_rests_is_given_up_instead_of_walked_for_ever(tenant):
    world = a_world(*some_items(150, created_at=NOW - timedelta(days=9)))

    def faults(request, n):
        if {"created_between", "updated_between"} & request.query.keys():
            world.add(an_item(1000 + n, created_at=NOW - timedelta(days=9), updated_at=world.now))
        return

    cloud = tenant(world=world, profile="a", faults=faults)

    with pytest.raises(BadPayload, match="walks"):
        pull(cloud.source())


@pytest.mark.parametrize("ends_count", [True, False])
def test_it_does_not_matter_whether_the_ends_of_a_range_belong_to_it(tenant, ends_count):
    items = [an_item(n, created_at=NOW - timedelta(days=20) + timedelta(seconds=n)) for n in range(1, 451)]
    cloud = tenant(*items, profile="a", ends_count=ends_count)

    read = pull(cloud.source())

    assert len(read.records) == len(read.ids) == 450


@EVERY_PROFILE
def test_items_without_a_time_of_creation_are_not_lost(tenant, profile):
    world = a_world(*some_items(250))
    for number in (3, 77):
        world.items[an_item(number).id].created_at = None
    cloud = tenant(world=world, profile=profile)

    assert len(pull(cloud.source()).ids) == 250


@EVERY_PROFILE
def test_a_read_that_was_cut_off_goes_on_at_the_next_window(tenant, profile):
    items = spread(600)
    cloud = tenant(*items, profile=profile)
    source = cloud.source(profile=profile)
    whole = source.tally.requests
    pull(source)
    whole = source.tally.requests - whole

    pages = source.pages("work_items", Scope(PAY.id), {})
    begun = [next(pages) for _ in range(4)]
    pages.close()
    other = cloud.source(profile=profile)
    rest = pull(other, cursor=begun[-1].cursor)

    early = {record.external_id for page in begun for record in page.records}
    assert early | rest.ids == {item.id for item in items}
    assert rest.complete
    assert other.tally.requests < whole
    assert not any(page.complete for page in begun)


def test_a_complete_read_that_is_resumed_days_later_includes_what_came_meanwhile(tenant):
    cloud = tenant(*spread(400), profile="a")
    source = cloud.source()
    pages = source.pages("work_items", Scope(PAY.id), {})
    begun = [next(pages) for _ in range(2)]
    cloud.world.advance_to(NOW + timedelta(days=6))
    late = an_item(9001, created_at=cloud.world.now, updated_at=cloud.world.now)
    cloud.world.add(late)

    rest = pull(cloud.source(), cursor=begun[-1].cursor)

    assert late.id in rest.ids and rest.complete


def test_an_edit_during_a_long_read_is_found_by_the_next_incremental_read(tenant):
    """The mark may not be later than the beginning of the read: what was read first may have changed since."""
    cloud = tenant(*spread(400), profile="a")
    source = cloud.source()
    pages = source.pages("work_items", Scope(PAY.id), {})
    first = next(pages)
    edited = first.records[0].external_id
    cloud.world.edit(edited, title="改在读后")
    cloud.world.advance_to(NOW + timedelta(hours=5))
    cloud.world.edit(an_item(1).id, title="最新")
    *_, last = pages

    cloud.world.advance_to(NOW + timedelta(hours=6))
    after = pull(source, cursor=last.cursor)

    assert edited in after.ids


def test_a_cursor_of_another_generation_starts_the_read_again(tenant):
    items = spread(400)
    old = tenant(*items, profile="a")
    pages = old.source().pages("work_items", Scope(PAY.id), {})
    cursor = [next(pages) for _ in range(3)][-1].cursor
    new = tenant(*items, profile="d")

    read = pull(new.source(), cursor=cursor)

    assert len(read.ids) == 400 and read.complete


def test_an_incremental_read_cut_off_in_another_generation_starts_again_at_its_mark(tenant):
    items = [an_item(n, updated_at=NOW - timedelta(minutes=n)) for n in range(1, 301)]
    high = {"high": int((NOW - timedelta(minutes=280)).timestamp())}
    pages = tenant(*items, profile="a").source().pages("work_items", Scope(PAY.id), high)
    cursor = [next(pages) for _ in range(2)][-1].cursor

    read = pull(tenant(*items, profile="d").source(), cursor=cursor)

    assert read.ids >= {item.id for item in items[:280]}


def test_being_asked_to_stop_ends_a_read_between_pages(tenant):
    cloud = tenant(*spread(600))
    source = cloud.source()
    pages = source.pages("work_items", Scope(PAY.id), {})
    begun = next(pages)
    source._surroundings.stop.set()

    with pytest.raises(Interrupted):
        list(pages)

    assert pull(cloud.source(), cursor=begun.cursor).complete


def test_a_server_that_ignores_ranges_is_walked_and_never_trusted_with_a_mark(tenant):
    items = spread(330)
    cloud = tenant(*items, profile="a", ignored_parameters=("created_between", "updated_between"))
    source = cloud.source()

    read = pull(source)
    later = pull(source, cursor={"high": int(NOW.timestamp())})

    assert read.ids == later.ids == {item.id for item in items}
    assert read.complete and read.cursor == {}


def test_a_server_that_ignores_the_page_number_is_not_asked_for_ever(tenant):
    def same_page(request, n):
        if not request.path.endswith("/projects"):
            return None
        rows = [{"id": f"{number:024x}", "identifier": f"P{number}"} for number in range(100)]
        return Reply({"page_size": 100, "page_index": 0, "total": 900, "values": rows})

    cloud = tenant(faults=same_page)

    with pytest.raises(BadPayload, match="page_index"):
        list(cloud.source().scopes("work_items"))
