"""What words mean in a tenant: types, states, properties with their options, priorities, tags, states of projects."""

import re

import pytest

from connectors.company import SimField
from connectors.contract import EVERYTHING
from connectors.errors import PathUnknown
from connectors.testing import Reply, serve
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import OPS, PAY, a_world, an_item, full, pull

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
REGION = SimField("region", "区域", "select", (("o1", "华东", None), ("o2", "华南", None)), of=("story",))
AREA = SimField("area", "行政区", "cascade_select", (("c1", "上海", None), ("c2", "浦东", "c1")))
ODD = SimField("odd", "系统", "system", of=("bug",))


def a_tenant(tenant, profile, *items):
    world = a_world(*items)
    world.also = [REGION, AREA, ODD]
    return tenant(world=world, profile=profile)


@EVERY_PROFILE
def test_the_options_of_a_property_are_read_for_each_type_of_a_project(tenant, profile):
    source = a_tenant(tenant, profile, an_item(1, kind="story")).source(profile=profile)

    read = pull(source, "work_item_properties")

    found = {record.external_id: record.payload for record in read.records}
    assert read.complete
    assert found[f"{PAY.id}:story:region"]["options"] == [{"_id": "o1", "text": "华东"}, {"_id": "o2", "text": "华南"}]
    assert f"{PAY.id}:task:region" not in found
    assert found[f"{PAY.id}:task:area"]["options"][1] == {"_id": "c2", "text": "浦东", "parent_id": "c1"}
    assert (found[f"{PAY.id}:bug:odd"]["type"], found[f"{PAY.id}:bug:odd"]["options"]) == ("system", None)
    assert {payload["id"] for payload in found.values()} == {"region", "area", "odd"}


def test_the_same_property_of_two_projects_is_two_objects(tenant):
    source = a_tenant(tenant, "c", an_item(1), an_item(1, OPS)).source(profile="c")

    both = [pull(source, "work_item_properties", project.id).ids for project in (PAY, OPS)]

    assert both[0].isdisjoint(both[1])
    assert f"{OPS.id}:task:area" in both[1]


@EVERY_PROFILE
def test_priorities_and_the_states_of_projects_are_read_for_each_project(tenant, profile):
    source = a_tenant(tenant, profile, an_item(1)).source(profile=profile)

    priorities, states = (pull(source, stream) for stream in ("priorities", "project_states"))

    assert [record.payload["name"] for record in priorities.records] == ["最高", "较高", "普通", "较低", "最低"]
    assert {"预警", "延期"} < {record.payload["name"] for record in states.records}
    assert all(key.startswith(f"{PAY.id}:") for key in priorities.ids | states.ids)
    assert priorities.complete and states.complete


@EVERY_PROFILE
def test_tags_are_those_of_the_organisation(tenant, profile):
    source = a_tenant(tenant, profile, an_item(1, tags=("试点",)), an_item(1, OPS, tags=("合规",))).source(
        profile=profile
    )

    read = pull(source, "tags", EVERYTHING)

    assert {record.payload["name"] for record in read.records} == {"试点", "合规"}
    assert list(source.scopes("tags")) == [EVERYTHING]


def moved(handle, which="types|states|properties|priorities"):
    """The newest generation as one of its clients has it: /workitem/workitem_types for /workitem/types."""

    def answer(request):
        if re.search(rf"/workitem/({which})$", request.path):
            return Reply({"code": "100002", "message": "资源路径错误"}, 404)
        return handle(replace(request, path=re.sub(rf"/workitem/workitem_({which})", r"/workitem/\1", request.path)))

    return answer


@pytest.mark.parametrize("stream", ["work_item_types", "work_item_states", "work_item_properties", "priorities"])
def test_each_dictionary_of_the_newest_generation_is_found_at_either_address(tenant, stream):
    cloud = a_tenant(tenant, "d", full(1), an_item(2), an_item(3, kind="phase"))
    expected = pull(cloud.source(profile="d"), stream).ids

    with serve(moved(cloud.simulator.handle)) as url:
        read = pull(replace(cloud, url=url).source(profile="d"), stream)

    assert read.ids == expected != set()
    assert read.complete


def test_one_dictionary_may_be_at_its_other_address_while_the_others_are_not(tenant):
    cloud = a_tenant(tenant, "d", full(1), an_item(2), an_item(3, kind="phase"))

    with serve(moved(cloud.simulator.handle, "types")) as url:
        source = replace(cloud, url=url).source(profile="d")
        read = {s: pull(source, s) for s in ("work_item_types", "work_item_states", "priorities")}

    assert all(part.complete and part.ids for part in read.values())


def test_a_dictionary_at_neither_address_is_a_path_unknown_named_as_documented(tenant):
    cloud = a_tenant(tenant, "d", full(1), an_item(2), an_item(3, kind="phase"))
    gone = Reply({"code": "100002", "message": "资源路径错误"}, 404)
    cloud.simulator.faults = lambda r, n: gone if r.path.endswith("priorities") else None

    with pytest.raises(PathUnknown, match=r"/v1/pjm/workitem/priorities"):
        pull(cloud.source(profile="d"), "priorities")


def test_the_types_are_listed_once_for_states_and_properties_of_the_same_run(tenant):
    cloud = a_tenant(tenant, "c", an_item(1))
    source = cloud.source(profile="c")

    types = pull(source, "work_item_types")
    for stream in ("work_item_states", "work_item_properties"):
        pull(source, stream)

    assert cloud.asked("/work_item/types") == 1
    assert cloud.asked("/work_item/states") == cloud.asked("/work_item/properties") == len(types.ids)


def test_dictionaries_whose_rows_lack_everything_but_an_id_are_kept(tenant):
    bare = Reply({"page_size": 100, "page_index": 0, "total": 1, "values": [{"id": "x"}]})
    cloud = tenant(faults=lambda r, n: bare if "/work_item/" in r.path or r.path.endswith("_tags") else None)
    source = cloud.source(profile="c")

    read = {s: pull(source, s) for s in ("work_item_types", "work_item_states", "work_item_properties", "priorities")}
    tags = pull(source, "tags", EVERYTHING)

    assert [part.ids for part in read.values()] == [{"x"}, {"x"}, {f"{PAY.id}:x:x"}, {f"{PAY.id}:x"}]
    assert tags.ids == {"x"}
    assert all(part.complete for part in read.values())
