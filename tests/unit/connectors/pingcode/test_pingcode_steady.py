"""A plain walk over pages costs least, and is believed only where nothing changed while it lasted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from connectors.contract import Scope

from .conftest import NOW, PAY, a_world, an_item, pull, some_items

OLD = NOW - timedelta(days=9)
FIRST = an_item(1).id


def old_items(count: int) -> list[Any]:
    return some_items(count, created_at=OLD)


def before_page(index: int, act: Callable[[], object]) -> Callable[[Any, int], None]:
    """Once, before the page with this index of work items is answered."""
    left = [act]

    def faults(request: Any, _: int) -> None:
        if (
            request.query.get("page_index") == str(index)
            and request.path.endswith(("work_items", "workitems"))
            and left
        ):
            left.pop()()

    return faults


def asked_for_items(cloud: Any) -> int:
    paths = [request.path for request in cloud.simulator.asked]
    return sum(path.endswith(("work_items", "work_items/search")) for path in paths)


@pytest.mark.parametrize("profile", ["a", "c"])
def test_a_project_at_rest_is_read_with_one_request_a_page_and_one_more(tenant, profile):
    cloud = tenant(*old_items(250), profile=profile)

    read = pull(cloud.source(profile=profile))

    assert (len(read.ids), read.complete) == (250, True)
    assert asked_for_items(cloud) == 4


@pytest.mark.parametrize("profile", ["a", "c"])
def test_an_item_purged_behind_the_walk_hides_no_other(tenant, profile):
    world = a_world(*old_items(250))

    def purge() -> None:
        del world.items[FIRST]
        world.revision += 1

    cloud = tenant(world=world, profile=profile, faults=before_page(1, purge))

    read = pull(cloud.source(profile=profile))

    assert read.ids == {FIRST, *world.items}
    assert read.complete


@pytest.mark.parametrize("profile", ["a", "c"])
def test_an_item_edited_behind_the_walk_is_read_again_and_hides_no_other(tenant, profile):
    world = a_world(*old_items(250))
    edit = before_page(1, lambda: world.edit(FIRST, title="edited"))
    cloud = tenant(world=world, profile=profile, order=lambda item: (item.updated_at, item.id), faults=edit)

    read = pull(cloud.source(profile=profile))

    assert read.ids == set(world.items)
    assert [record.payload["title"] for record in read.records if record.external_id == FIRST][-1] == "edited"


def test_an_item_edited_before_the_walk_met_it_makes_no_second_walk(tenant):
    world = a_world(*old_items(250))
    last = an_item(250).id
    cloud = tenant(world=world, profile="a", faults=before_page(1, lambda: world.edit(last, title="edited")))

    read = pull(cloud.source(profile="a"))

    assert read.complete
    assert asked_for_items(cloud) == 4


def test_a_walk_that_was_cut_short_goes_on_at_its_page(tenant):
    cloud = tenant(*old_items(450), profile="a")
    first = cloud.source(profile="a").pages("work_items", Scope(PAY.id), {})
    pages = [next(first) for _ in range(3)]
    met = {record.external_id for page in pages for record in page.records}

    rest = pull(cloud.source(profile="a"), cursor=pages[-1].cursor)

    assert (len(met), len(rest.records), rest.complete) == (300, 150, True)
    assert len(met | rest.ids) == 450


def test_a_walk_that_was_cut_short_days_ago_is_not_believed_but_misses_nothing(tenant):
    world = a_world(*old_items(450))
    cloud = tenant(world=world, profile="a")
    first = cloud.source(profile="a").pages("work_items", Scope(PAY.id), {})
    cursor = [next(first) for _ in range(3)][-1].cursor
    world.advance_to(NOW + timedelta(days=2))
    world.edit(FIRST, title="edited")

    rest = pull(cloud.source(profile="a"), cursor=cursor)

    assert rest.ids == set(world.items)
    assert rest.complete


def test_a_long_list_is_read_in_windows_from_the_start(tenant, monkeypatch):
    monkeypatch.setattr("connectors.pingcode.steady.MOST_ROWS", 200)
    cloud = tenant(*old_items(250), profile="a")

    read = pull(cloud.source(profile="a"))

    assert len(read.ids) == 250
    assert "created_between" in {name for request in cloud.simulator.asked for name in request.query}
