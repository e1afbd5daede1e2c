"""Servers that keep to the letter of the documentation, or to another reading of it, are read as completely as ours."""

import re
from datetime import timedelta

import pytest

from connectors.errors import BadPayload, PathUnknown
from connectors.testing import Reply, serve
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import NOW, PAY, full, pull, some_items


def times_in(request):
    """Every time a request filters by, as it was written."""
    written = [part for key, value in request.query.items() if key.endswith("_between") for part in value.split(",")]
    filters = (request.json or {}).get("payload", {}).get("filter", {})
    for name, terms in filters.items():
        if name.endswith("_at"):
            written += [
                str(bound) for value in terms.values() for bound in (value if isinstance(value, list) else [value])
            ]
    return written


@pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
def test_a_server_that_wants_times_of_ten_digits_gets_no_others(tenant, profile):
    seen = []

    def strict(request, n):
        seen.extend(times_in(request))
        odd = [text for text in times_in(request) if not re.fullmatch(r"\d{10}", text)]
        return Reply({"code": "100003", "message": f"{odd}"}, 400) if odd else None

    cloud = tenant(*some_items(250), profile=profile, faults=strict)
    source = cloud.source(profile=profile)

    first = pull(source)
    again = pull(source, cursor=first.cursor)

    assert len(first.ids) == 250
    assert first.complete and not again.complete
    assert seen


@pytest.mark.parametrize("behind", [{"values": None}, {}])
def test_a_page_behind_the_last_may_come_without_its_values(tenant, behind):
    """Two full pages leave open whether there is a third."""
    items = some_items(200, created_at=NOW - timedelta(days=9))

    def bare(request, n):
        paging = request.query if request.method == "GET" else request.json["payload"]
        if request.path.endswith("token") or int(paging["page_index"]) < 2:
            return None
        return Reply({"page_size": 100, "page_index": 2, "total": 200, **behind})

    read = pull(tenant(*items, faults=bare).source(profile="c"))

    assert len(read.ids) == 200
    assert read.complete


def test_a_page_before_the_last_must_not_come_without_its_values(tenant):
    items = some_items(250, created_at=NOW - timedelta(days=9))

    def bare(request, n):
        paging = request.query if request.method == "GET" else (request.json or {}).get("payload", {})
        return (
            Reply({"page_size": 100, "page_index": 1, "total": 250}) if str(paging.get("page_index")) == "1" else None
        )

    with pytest.raises(BadPayload, match="values"):
        pull(tenant(*items, faults=bare).source(profile="c"))


def moved(handle):
    """The newest generation as one of its clients has it: /workitem/workitem_types for /workitem/types."""

    def answer(request):
        if re.search(r"/workitem/(types|states)$", request.path):
            return Reply({"code": "100002", "message": "资源路径错误"}, 404)
        return handle(replace(request, path=request.path.replace("/workitem/workitem_", "/workitem/")))

    return answer


@pytest.mark.parametrize("stream", ["work_item_types", "work_item_states"])
def test_types_and_states_are_found_at_either_address_of_the_newest_generation(tenant, stream):
    cloud = tenant(full(1), *some_items(3)[1:], profile="d")
    expected = pull(cloud.source(profile="d"), stream).ids

    with serve(moved(cloud.simulator.handle)) as url:
        read = pull(replace(cloud, url=url).source(profile="d"), stream)

    assert read.ids == expected != set()
    assert read.complete


def test_an_older_generation_has_one_address_only(tenant):
    cloud = tenant(full(1), profile="c", faults=lambda r, n: Reply("", 404) if r.path.endswith("/types") else None)

    with pytest.raises(PathUnknown):
        pull(cloud.source(profile="c"), "work_item_types", PAY.id)
