"""The path generation that was found once is remembered, and looked for again where it no longer fits."""

import pytest

from connectors.errors import BadPayload, PathUnknown
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import Reply, serve
from tests.unit.connectors.pingcode.conftest import OPS, SECRET, Tenant, an_item, pull, some_items

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
ITEMS = (*some_items(3), *some_items(2, OPS))


def read(source):
    """Every work item, as a sync reads it."""
    return {scope.key: pull(source, scope=scope).ids for scope in source.scopes("work_items")}


WHOLE = {
    "OPS": {item.id for item in ITEMS if item.project == OPS.id},
    "PAY": {item.id for item in ITEMS if item.project != OPS.id},
}


@EVERY_PROFILE
def test_the_next_run_does_not_look_for_the_generation_again(tenant, profile):
    cloud = tenant(*ITEMS, profile=profile)
    memory = {}
    first, second = cloud.source(memory=memory), cloud.source(memory=memory)

    assert read(first) == read(second) == WHOLE

    assert second.tally.requests == 1 + 1 + 2  # a token, the projects, and each of two
    assert memory["profile"].split()[0] == profile


def test_what_is_remembered_holds_no_address_and_no_secret(tenant):
    cloud = tenant(*ITEMS)
    memory = {}

    read(cloud.source(memory=memory, base_url=cloud.url.replace("//", "//admin:hidden@") + "/open"))

    assert set(memory) == {"profile"}
    assert not any(word in memory["profile"] for word in ("hidden", "127.0.0.1", SECRET))


def test_another_address_is_another_server(tenant):
    old, new = tenant(*ITEMS, profile="a"), tenant(*ITEMS, profile="d")
    memory = {}
    read(old.source(memory=memory))

    assert read(new.source(memory=memory)) == WHOLE
    assert memory["profile"].startswith("d ")
    assert not any(r.path.startswith("/open/v1/project/") for r in new.simulator.asked)


@pytest.mark.parametrize("damaged", ["", "z", "c", "c elsewhere", "C  ", "{}"])
def test_a_memory_that_makes_no_sense_is_no_memory(tenant, damaged):
    memory = {"profile": damaged}

    assert read(tenant(*ITEMS, profile="b").source(memory=memory)) == WHOLE
    assert memory["profile"].startswith("b ")


def upgraded(tenant, before, after):
    """A server that spoke one generation when it was met, and speaks another now; what is remembered of it."""
    cloud = tenant(*ITEMS, profile=before)
    memory = {}
    read(cloud.source(memory=memory))
    new = PingCodeSimulator(cloud.world, profile=after, client_secret=SECRET)
    return cloud, new, memory


@pytest.mark.parametrize("after", ["a", "b", "c", "d"])
@pytest.mark.parametrize("before", ["a", "b", "c", "d"])
def test_a_server_that_changed_its_generation_is_read_in_the_same_run(tenant, before, after):
    cloud, new, memory = upgraded(tenant, before, after)
    current = [cloud.simulator]
    with serve(lambda request: current[0].handle(request)) as url:
        there = Tenant(cloud.world, new, url)
        memory.clear()
        read(there.source(memory=memory))
        current[0] = new

        assert read(there.source(memory=memory)) == WHOLE
        assert memory["profile"].startswith(f"{after} ")
        again = there.source(memory=memory)
        assert read(again) == WHOLE
        assert again.tally.requests == 4


def test_a_generation_that_was_found_in_this_run_is_not_doubted(tenant):
    cloud = tenant(*ITEMS, profile="c")
    source = cloud.source()
    read(source)
    cloud.simulator.faults = lambda r, n: Reply({"code": "100002"}, 404) if r.path.endswith("/work_items") else None
    asked = len(cloud.simulator.asked)

    with pytest.raises(PathUnknown):
        pull(source)

    assert len(cloud.simulator.asked) == asked + 1


def test_an_optional_list_that_a_server_lacks_does_not_cast_doubt_on_its_generation(tenant):
    cloud = tenant(*ITEMS, profile="c")
    memory = {}
    read(cloud.source(memory=memory))
    cloud.simulator.faults = lambda r, n: Reply({"code": "100002"}, 404) if r.path.endswith("/priorities") else None
    source = cloud.source(memory=memory)
    asked = len(cloud.simulator.asked)

    with pytest.raises(PathUnknown):
        pull(source, "priorities")

    assert len(cloud.simulator.asked) == asked + 2  # a token, and the list


def test_a_setting_overrides_what_is_remembered_and_leaves_it_alone(tenant):
    cloud = tenant(*ITEMS, profile="a")
    memory = {}
    read(cloud.source(memory=memory))
    before = dict(memory)

    with pytest.raises((PathUnknown, BadPayload)):
        read(cloud.source(memory=memory, profile="d"))

    assert memory == before
    assert read(cloud.source(memory={}, profile="a")) == WHOLE


def test_a_filter_by_time_that_is_ignored_all_at_once_makes_the_next_run_look_again(tenant):
    """With a single project its filter cannot show it: a server of another generation would be read in full for ever."""
    cloud = tenant(*ITEMS, profile="b")
    memory = {}
    source = cloud.source(memory=memory)
    cursor = pull(source).cursor
    cloud.simulator.ignored_parameters = {"updated_between", "created_between"}

    pull(source, cursor=cursor)

    assert "profile" not in memory


@EVERY_PROFILE
def test_a_check_looks_for_the_generation_whatever_is_remembered(tenant, profile):
    cloud = tenant(*ITEMS, profile=profile)
    memory = {}
    read(cloud.source(memory=memory))
    kept = dict(memory)
    memory["profile"] = memory["profile"].replace(f"{profile} ", "a " if profile != "a" else "c ")

    assert cloud.source(memory=memory).check().profile == profile
    assert kept != memory


@EVERY_PROFILE
def test_single_items_are_found_after_a_change_of_generation_too(tenant, profile):
    before = "c" if profile != "c" else "d"
    cloud, new, memory = upgraded(tenant, before, profile)
    current = [cloud.simulator]
    with serve(lambda request: current[0].handle(request)) as url:
        there = Tenant(cloud.world, new, url)
        memory.clear()
        read(there.source(memory=memory))
        current[0] = new

        assert [f.record.external_id for f in there.source(memory=memory).find([an_item(1).id])] == [an_item(1).id]
