"""Work items that are asked for by their id, and the ids that a webhook may speak of."""

import json

import pytest

from connectors.errors import BadPayload, ConnectorError, NotPermitted, PathUnknown, Rejected, Retry
from connectors.pingcode.hints import MOST_HINTS
from connectors.testing import Reply, hex_id
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import LIN, OPS, PAY, a_world, an_item, some_items

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])


@EVERY_PROFILE
def test_items_are_found_wherever_they_are_now(tenant, profile):
    moved, hidden, deleted = an_item(1), an_item(2, archived=True), an_item(3, deleted=True)
    cloud = tenant(moved, hidden, deleted, profile=profile)
    cloud.world.edit(moved.id, project=OPS.id)

    found = cloud.source(profile=profile).find([moved.id, hidden.id, deleted.id])

    assert [(f.scope, f.record.external_id) for f in found] == [
        (OPS.id, moved.id),
        (PAY.id, hidden.id),
        (PAY.id, deleted.id),
    ]
    assert {f.record.stream for f in found} == {"work_items"}
    assert found[0].record.updated_at == cloud.world.now
    assert [f.record.payload["is_deleted"] for f in found] == [0, 0, 1]


@EVERY_PROFILE
def test_a_purged_item_is_absent(tenant, profile):
    source = tenant(an_item(1), profile=profile).source(profile=profile)

    assert [f.record.external_id for f in source.find([an_item(9).id, an_item(1).id])] == [an_item(1).id]


def test_an_item_that_moved_out_of_reach_is_absent(tenant):
    moved = an_item(1, OPS)
    gone = replace(OPS, id="d" * 24, key="GONE", deleted=True)
    in_deleted = an_item(7, gone)
    world = a_world(an_item(2), moved, in_deleted, projects=(PAY, OPS, gone))
    cloud = tenant(world=world)
    closed = tenant(an_item(2), moved, unreadable_projects=[OPS.id])

    chosen = cloud.source(profile="c", projects=("pay",)).find([moved.id, an_item(2).id, in_deleted.id])
    by_id = cloud.source(profile="c", projects=(OPS.id,)).find([moved.id, an_item(2).id])
    open_ones = cloud.source(profile="c").find([in_deleted.id])
    forbidden = closed.source(profile="c").find([moved.id, an_item(2).id])

    assert [f.scope for f in chosen] == [PAY.id]
    assert [f.scope for f in by_id] == [OPS.id]
    assert open_ones == ()
    assert [f.scope for f in forbidden] == [PAY.id]


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (403, {"code": "9", "message": "no"}, NotPermitted),
        (404, {"code": "100002", "message": "no"}, PathUnknown),
        (400, {"code": "100001", "message": "no"}, Rejected),
        (503, {"message": "no"}, Retry),
        (200, {"code": "100000", "message": "no"}, BadPayload),
        (200, {"id": an_item(2).id, "project": {"id": PAY.id}}, BadPayload),
        (200, {"id": an_item(1).id}, BadPayload),
        (200, [], BadPayload),
    ],
)
def test_what_may_be_a_passing_trouble_is_raised_and_not_taken_for_absence(tenant, status, body, error):
    def faults(request, n):
        return Reply(body, status) if request.path.endswith(an_item(1).id) else None

    source = tenant(an_item(1), faults=faults).source(profile="c")

    with pytest.raises(error) as caught:
        source.find([an_item(1).id])

    assert isinstance(caught.value, ConnectorError)


def test_an_id_is_asked_for_once_and_cannot_leave_its_path(tenant):
    cloud = tenant(an_item(1))
    source = cloud.source(profile="c")

    source.find([an_item(1).id, an_item(1).id])
    elsewhere = source.find(["../projects"])

    assert elsewhere == ()
    assert cloud.asked(an_item(1).id) == 1
    assert cloud.asked("/projects") == 0
    assert source.most_finds == 50


def hinted(tenant, body):
    return tenant().source().hinted(body)


ONE, TWO = hex_id("one"), hex_id("two")


@pytest.mark.parametrize(
    "body",
    [
        {"id": ONE, "work_item": {"id": TWO}},
        {"event": {"data": [{"key": {"id": ONE.upper()}}, TWO]}, "n": 1, "x": None},
        {"payload": json.dumps({"work_item_id": ONE, "parent": TWO})},
        f"changed {ONE} and https://open.pingcode.com/v1/pjm/work_items/{TWO}?a=1",
        [ONE, ONE, {TWO: "as a key"}],
        f'{{"id":"{ONE}","parent_id":"{TWO}"}}'.encode(),
    ],
)
def test_ids_are_found_in_any_kind_of_body(tenant, body):
    assert set(hinted(tenant, body)) == {ONE, TWO}
    assert len(hinted(tenant, body)) == 2


@pytest.mark.parametrize(
    "body", [None, 5, True, "", {}, [], "nothing here", {"id": 65}, LIN.id, ONE + "a", b"\xff\xfe"]
)
def test_a_body_without_ids_hints_at_nothing(tenant, body):
    """The id of a person is longer, and a part of something longer is no id."""
    assert hinted(tenant, body) == ()


def test_the_ids_nearest_to_the_surface_come_first_and_not_more_than_some(tenant):
    rows = [{"id": hex_id("row", n)} for n in range(500)]

    last, first = hinted(tenant, {"rows": rows, "id": ONE}), hinted(tenant, {"id": ONE, "rows": rows})

    assert last[0] == first[0] == ONE
    assert len(last) == len(first) == MOST_HINTS == 20


def test_a_body_that_is_nested_without_end_is_not_followed(tenant):
    body = {"id": ONE}
    for _ in range(900):
        body = {"in": body}

    assert hinted(tenant, body) == ()


def test_some_items_are_hinted_at_and_found(tenant):
    items = some_items(3)
    source = tenant(*items).source()

    found = source.find(source.hinted({"items": [item.id for item in items], "by": LIN.id}))

    assert {f.record.external_id for f in found} == {item.id for item in items}
