"""The simulated server filters as its generation is documented to, and refuses what it does not know."""

from datetime import timedelta

import pytest

from connectors.testing import hex_id
from tests.unit.connectors.pingcode.conftest import NOW, OPS, PAY, Calls, an_item, full


def test_the_older_generations_filter_by_lists_of_ids_and_by_the_second():
    times = [NOW - timedelta(seconds=seconds) for seconds in (30, 20, 10)]
    items = [an_item(n, created_at=at, updated_at=at) for n, at in enumerate(times, 1)]
    calls = Calls(*items, an_item(1, OPS), profile="a")
    twenty = int(times[1].timestamp())

    assert calls.items(project_ids=f"{PAY.id},{OPS.id}")["total"] == 4
    assert calls.items(project_id=OPS.id)["total"] == 4  # not a name of this generation
    assert calls.items(updated_between=f"{twenty},{twenty}")["total"] == 1
    assert calls.items(created_between=f",{twenty}", project_ids=PAY.id)["total"] == 2
    assert Calls(*items, profile="a", ends_count=False).items(updated_between=f"{twenty},{twenty}")["total"] == 0


def test_the_newer_generations_filter_by_one_id_and_search_by_whole_days():
    midnight = NOW.replace(hour=16, minute=0) - timedelta(days=1)  # 00:00 of the 24th in Shanghai
    items = [an_item(1, updated_at=midnight - timedelta(seconds=1)), an_item(2, updated_at=midnight)]
    calls = Calls(*items, an_item(1, OPS))
    noon = int((midnight + timedelta(hours=12)).timestamp())
    of_pay = {"project.id": {"in": [PAY.id]}}

    assert calls.items(project_id=OPS.id)["total"] == 1
    assert calls.items(updated_between=f"{noon},{noon}")["total"] == 3  # ignored
    assert calls.search({**of_pay, "updated_at": {"gte": noon}}).body["total"] == 1
    assert calls.search({**of_pay, "updated_at": {"lt": noon}}).body["total"] == 1
    assert calls.search({**of_pay, "updated_at": {"lte": noon}}).body["total"] == 2
    assert calls.search({**of_pay, "updated_at": {"gt": noon}}).body["total"] == 0
    assert calls.search({**of_pay, "updated_at": {"between": [noon - 86_400, noon]}}).body["total"] == 2


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"type": {"in": ["story"]}}, 1),
        ({"type": {"nin": ["story"]}}, 2),
        ({"assignee.id": {"exists": True}}, 1),
        ({"tags.id": {"exists": False}}, 2),
        ({"parent.id": {"in": [an_item(2).id]}}, 1),
        ({"title": {"contains": "任务"}}, 3),
        ({"story_points": {"gte": 5}}, 1),
        ({"story_points": {"exists": False}}, 2),
        ({"properties.region": {"in": ["华东"]}}, 1),
    ],
)
def test_the_search_knows_references_numbers_texts_and_own_fields(filters, found):
    calls = Calls(full(1, story_points=5, properties={"region": "华东"}), an_item(2), an_item(3, kind="phase"))

    assert calls.search(filters).body["total"] == found


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        ({"identifier": {"in": ["PAY-1"]}}, "100043"),
        ({"title": {"eq": "x"}}, "100044"),
        ({"updated_at": {"eq": 1}}, "100044"),
        ({"updated_at": {"gte": 1, "lte": 2}}, "100039"),
        ({"type": {"in": [hex_id("milestone")]}}, "100001"),
        ({"project.id": {"in": PAY.id}}, "100006"),
        ({"updated_at": {"gte": "soon"}}, "100003"),
    ],
)
def test_the_search_refuses_what_it_does_not_know(filters, code):
    reply = Calls(an_item(1)).search(filters)

    assert (reply.status, reply.body["code"]) == (400, code)
