"""What is read of one work item at a time: links, the way through the states, and what was changed."""

from datetime import timedelta

import pytest

from connectors.contract import Scope
from connectors.errors import BadPayload, NotPermitted, PathUnknown
from connectors.testing import Reply
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import LIN, NOW, OPS, PAY, an_item, some_items

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
ITEM = an_item(1).id


def details(source, stream, task=ITEM):
    return source.details(stream, Scope(PAY.id), task)


def far_end(row):
    return next(row[name]["id"] for name in row if name.startswith("target_"))


@EVERY_PROFILE
def test_the_links_of_an_item_are_told_from_both_ends_under_different_ids(tenant, profile):
    blocker = an_item(1, links=(("block", an_item(2).id), ("dependency", an_item(1, OPS).id)))
    source = tenant(blocker, an_item(2), an_item(1, OPS), profile=profile).source(profile=profile)

    here, there = details(source, "links"), details(source, "links", an_item(2).id)

    assert [(r.payload["relation_type"], far_end(r.payload)) for r in here] == [
        ("block", an_item(2).id),
        ("dependency", an_item(1, OPS).id),
    ]
    assert [(r.payload["relation_type"], far_end(r.payload)) for r in there] == [("blocked_by", ITEM)]
    assert not {r.external_id for r in here} & {r.external_id for r in there}
    assert {r.stream for r in (*here, *there)} == {"links"}


@EVERY_PROFILE
def test_each_state_an_item_was_in_is_told_with_its_moment(tenant, profile):
    cloud = tenant(an_item(1), profile=profile)
    for days, state in ((1, "doing"), (3, "done")):
        cloud.world.advance_to(NOW + timedelta(days=days))
        cloud.world.edit(ITEM, state=state)

    rows = details(cloud.source(profile=profile), "transitions")

    former = [(row.payload["from_state"] or {}).get("type") for row in rows]
    assert former == [None, "pending", "in_progress"]
    assert [row.payload["to_state"]["type"] for row in rows] == ["pending", "in_progress", "completed"]
    assert rows[2].payload["created_at"] == int((NOW + timedelta(days=3)).timestamp())
    assert rows[2].updated_at == NOW + timedelta(days=3)


@pytest.mark.parametrize("profile", ["b", "c", "d"])
@pytest.mark.parametrize("key", ["end_at", "due_date"])
def test_a_moved_date_is_an_activity_under_whatever_key_the_server_uses(tenant, profile, key):
    due = NOW + timedelta(days=10)
    cloud = tenant(an_item(1, due=due, assignee=LIN.id), profile=profile, due_key=key)
    cloud.world.edit(ITEM, due=due + timedelta(days=5))

    (row,) = details(cloud.source(profile=profile), "activities")

    assert row.payload["template"] == "update-property"
    assert row.payload["content"] == {
        "property_key": key,
        "origin": int(due.timestamp()),
        "target": int((due + timedelta(days=5)).timestamp()),
    }
    word = "workitem" if profile == "d" else "work_item"
    assert cloud.simulator.asked[-1].query["principal_type"] == word


def test_the_oldest_generation_has_no_activities_and_is_not_asked_for_them(tenant):
    cloud = tenant(an_item(1), profile="a")
    source = cloud.source(profile="a")

    with pytest.raises(PathUnknown, match="activities"):
        details(source, "activities")

    assert len(cloud.simulator.asked) == 0


def test_more_links_than_a_page_holds_are_all_read(tenant):
    others = some_items(230)[1:]
    cloud = tenant(an_item(1, links=tuple(("relate", other.id) for other in others)), *others)

    rows = details(cloud.source(profile="c"), "links")

    assert {far_end(row.payload) for row in rows} == {other.id for other in others}
    assert len(rows) == 229


def bare(*names):
    """Takes members out of every row of the links, and spells the ends as the newest generation may or may not."""

    def change(simulator):
        def faults(request, n):
            if not request.path.endswith("/relations"):
                return None
            simulator.faults = None
            body = simulator.handle(request).body
            simulator.faults = faults
            return Reply({**body, "values": [without(row) for row in body["values"]]})

        def without(row):
            return {key.replace("workitem", "work_item"): value for key, value in row.items() if key not in names}

        simulator.faults = faults

    return change


@pytest.mark.parametrize("profile", ["c", "d"])
def test_links_without_an_id_are_told_apart_by_what_they_say(tenant, profile):
    first = an_item(1, links=(("block", an_item(2).id), ("block", an_item(3).id), ("relate", an_item(2).id)))
    cloud = tenant(first, an_item(2), an_item(3), profile=profile)
    bare("id", "url")(cloud.simulator)
    source = cloud.source(profile=profile)

    rows, again = details(source, "links"), details(source, "links")
    cloud.world.edit(an_item(2).id, title="anders")
    renamed = details(source, "links")

    assert len({row.external_id for row in rows}) == 3
    assert all(row.external_id.startswith(f"{ITEM}:") and "id" not in row.payload for row in rows)
    assert {r.external_id for r in rows} == {r.external_id for r in again} == {r.external_id for r in renamed}


def test_a_row_without_its_ends_is_kept_as_it_was_sent(tenant):
    cloud = tenant(an_item(1, links=(("block", an_item(2).id),)), an_item(2))
    bare("url", "origin_work_item", "target_work_item")(cloud.simulator)

    (row,) = details(cloud.source(profile="c"), "links")

    assert set(row.payload) == {"id", "relation_type"}
    assert row.external_id == row.payload["id"]


@pytest.mark.parametrize("stream", ["links", "transitions"])
def test_rows_of_another_item_are_not_taken_for_this_ones(tenant, stream):
    cloud = tenant(an_item(1), an_item(2, links=(("block", an_item(3).id),)), an_item(3))

    def mixed_up(request, n):
        if ITEM not in request.path:
            return None
        return cloud.simulator.handle(replace(request, path=request.path.replace(ITEM, an_item(2).id)))

    cloud.simulator.faults = mixed_up

    with pytest.raises(BadPayload, match=an_item(2).id):
        details(cloud.source(profile="c"), stream)


@pytest.mark.parametrize("stream", ["links", "transitions", "activities"])
def test_an_item_that_was_purged_has_no_details(tenant, stream):
    assert details(tenant(an_item(2)).source(profile="c"), stream) == ()


def test_a_refused_item_is_a_refusal_and_not_an_item_without_history(tenant):
    source = tenant(an_item(1), unreadable_projects=[PAY.id]).source(profile="c")

    with pytest.raises(NotPermitted):
        details(source, "transitions")


def test_an_unknown_detail_is_an_error_that_names_the_known_ones(tenant):
    with pytest.raises(LookupError, match="transitions"):
        details(tenant(an_item(1)).source(profile="c"), "comments")
