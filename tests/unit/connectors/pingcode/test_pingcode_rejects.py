"""A row that is no object, or has no id, is set aside: the rows beside it are kept, and nothing is taken for complete."""

import itertools
from datetime import timedelta

import pytest

from connectors.contract import EVERYTHING, Scope
from connectors.errors import BadPayload
from tests.unit.connectors.pingcode.conftest import NOW, OPS, PAY, SECRET, a_world, an_item, pull, some_items

BAD = [None, 7, "x", [], {}, {"id": ""}, {"id": 7}, {"title": "ohne id"}]


def spoiled(cloud, ending, *rows, only=lambda request: True):
    """Puts rows that are none into every list whose path ends like this."""
    simulator = cloud.simulator

    def spoil(request, n):
        if not request.path.endswith(ending) or not only(request):
            return None
        simulator.faults = None
        reply = simulator.handle(request)
        simulator.faults = spoil
        if "values" in reply.body:
            reply.body["values"][1:1] = rows
            reply.body["total"] += len(rows)
        return reply

    simulator.faults = spoil


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_row_among_items_is_set_aside_and_the_items_are_kept(tenant, bad):
    cloud = tenant(*some_items(3))
    spoiled(cloud, "/work_items", bad)

    read = pull(cloud.source(profile="c"))

    assert len(read.ids) == 3
    assert [reject.reason for reject in read.rejected] == ["no_id" if isinstance(bad, dict) else "no_object"]
    assert not read.complete


@pytest.mark.parametrize("profile", ["a", "c"])
def test_a_long_list_with_bad_rows_is_read_to_its_end(tenant, profile):
    items = [an_item(n, created_at=NOW - timedelta(hours=3 * n)) for n in range(1, 331)]
    cloud = tenant(*items, profile=profile)
    spoiled(cloud, "/work_items", {"title": "a"}, None, only=lambda r: "created_between" not in r.query)

    read = pull(cloud.source(profile=profile))

    assert len(read.ids) == 330
    assert {reject.excerpt for reject in read.rejected} == {'{"title": "a"}', "null"}
    assert not read.complete


def test_a_read_that_is_resumed_remembers_that_rows_were_set_aside(tenant):
    items = [an_item(n, created_at=NOW - timedelta(hours=3 * n)) for n in range(1, 331)]
    cloud = tenant(*items, profile="a")
    spoiled(cloud, "/work_items", None)
    source = cloud.source(profile="a")
    pages = list(itertools.islice(source.pages("work_items", Scope(PAY.id), {}), 2))
    cloud.simulator.faults = None

    rest = pull(source, scope=PAY.id, cursor=pages[-1].cursor)

    met = {record.external_id for page in pages for record in page.records} | rest.ids
    assert (len(met), rest.rejected) == (330, [])
    assert not rest.complete


def test_a_bad_row_among_updates_is_told_even_where_nothing_else_changed(tenant):
    cloud = tenant(*some_items(3))
    source = cloud.source(profile="c")
    before = pull(source)
    spoiled(cloud, "/search", {"no": "id"})
    cloud.world.advance_to(NOW + timedelta(days=3))

    after = pull(source, cursor=before.cursor)

    assert (after.records, len(after.rejected)) == ([], 1)


@pytest.mark.parametrize(
    ("stream", "ending"),
    [("users", "/users"), ("sprints", "/sprints"), ("tags", "_tags"), ("workloads", "/workloads")],
)
def test_a_bad_row_in_a_small_list_is_set_aside_and_the_list_is_not_complete(tenant, stream, ending):
    cloud = tenant(*some_items(3))
    spoiled(cloud, ending, None)
    source = cloud.source(profile="c")

    read = pull(source, stream, next(iter(source.scopes(stream))))

    assert len(read.rejected) == 1
    assert not read.complete
    assert "read_at" in read.cursor


def test_a_project_without_an_id_leaves_the_others_readable_and_one_scope_that_fails_in_its_place(tenant):
    cloud = tenant(*some_items(3))
    spoiled(cloud, "/projects", {"name": "namenlos"})
    source = cloud.source(profile="c")

    listed = pull(source, "projects", EVERYTHING)
    *good, bad = source.scopes("work_items")

    assert listed.ids == {PAY.id, OPS.id} == {scope.id for scope in good}
    assert (len(listed.rejected), listed.complete) == (1, False)
    assert len(pull(source, scope=PAY.id).records) == 3
    with pytest.raises(BadPayload, match="namenlos"):
        pull(source, scope=bad)


def test_what_is_shown_of_a_bad_row_is_short_and_holds_no_secret(tenant):
    cloud = tenant(world=a_world(*some_items(1)))
    spoiled(cloud, "/work_items", {"text": "好" * 5000}, {"echo": SECRET})

    shown = [reject.excerpt for reject in pull(cloud.source(profile="c")).rejected]

    assert [len(text) <= 300 for text in shown] == [True, True]
    assert SECRET not in shown[1] and "***" in shown[1]
    assert shown[0].startswith('{"text": "好')
