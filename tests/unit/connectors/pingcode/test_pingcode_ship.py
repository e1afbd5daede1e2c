"""Products with their customers, and tickets and ideas: completely, then what changed, in all four path generations."""

from datetime import timedelta

import pytest

from connectors.company import SimCustomer, SimIdea, SimProduct, SimTicket
from connectors.contract import EVERYTHING
from connectors.errors import NotPermitted, Rejected
from connectors.testing import Reply, World, hex_id
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import LIN, NOW, PAY, pull

EVERY_PROFILE = pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
KINDS = {"tickets": SimTicket, "ideas": SimIdea}
PORTAL = SimProduct(hex_id("por"), "POR", "门户", NOW - timedelta(days=400))
OLD = SimProduct(hex_id("old"), "OLD", "旧门户", NOW - timedelta(days=900), archived=True)
GONE = SimProduct(hex_id("gon"), "GON", "废弃", NOW - timedelta(days=900), deleted=True)
NORTH = SimCustomer(hex_id("north"), "北方银行", PORTAL.id, 300, LIN.id, NOW - timedelta(days=40))


def request(kind, number, days_ago=None, **fields):
    at = NOW - (timedelta(days=40) - timedelta(minutes=number) if days_ago is None else timedelta(days=days_ago))
    fields = {"created_at": at, "updated_at": at, "assignee": LIN.id, **fields}
    return KINDS[kind](
        hex_id(kind, number), f"POR-{number}", f"需求 {number}", fields.pop("product", PORTAL.id), **fields
    )


def a_tenant(tenant, profile, *requests):
    also = [replace(thing) for thing in (PORTAL, OLD, GONE, NORTH)] + list(requests)
    return tenant(world=World(now=NOW, people=[LIN], projects=[PAY], also=also), profile=profile)


@EVERY_PROFILE
def test_products_are_read_with_the_hidden_ones_where_the_generation_can_show_them(tenant, profile):
    source = a_tenant(tenant, profile).source(profile=profile)

    read = pull(source, "products", EVERYTHING)

    assert read.ids == ({PORTAL.id, OLD.id, GONE.id} if profile in "cd" else {PORTAL.id})
    assert read.complete


@EVERY_PROFILE
def test_customers_are_read_of_each_product_that_is_not_deleted(tenant, profile):
    source = a_tenant(tenant, profile).source(profile=profile)

    scopes = source.scopes("customers")
    read = {scope.id: pull(source, "customers", scope) for scope in scopes}

    assert set(read) == ({PORTAL.id, OLD.id} if profile in "cd" else {PORTAL.id})
    (record,) = read[PORTAL.id].records
    assert (record.payload["name"], record.payload["scale"], record.payload["product"]["id"]) == (
        "北方银行",
        300,
        PORTAL.id,
    )
    assert all(part.complete for part in read.values())


def test_customers_of_a_product_that_may_not_be_read_leave_the_others_alone(tenant):
    cloud = a_tenant(tenant, "c")
    cloud.simulator.faults = lambda r, n: Reply("", 403) if f"{OLD.id}/customers" in r.path else None
    source = cloud.source(profile="c")

    good, bad = sorted(source.scopes("customers"), key=lambda scope: scope.id != PORTAL.id)

    assert pull(source, "customers", good).ids == {NORTH.id}
    with pytest.raises(NotPermitted):
        pull(source, "customers", bad)


@EVERY_PROFILE
@pytest.mark.parametrize("kind", KINDS)
def test_everything_asked_for_is_read_once_and_then_only_what_changed(tenant, profile, kind):
    cloud = a_tenant(tenant, profile, *(request(kind, n) for n in range(230)))
    source = cloud.source(profile=profile)
    before = pull(source, kind, EVERYTHING)
    cloud.world.advance_to(NOW + timedelta(days=5))
    changed = next(thing for thing in cloud.world.also if thing.id == hex_id(kind, 7))
    changed.state, changed.updated_at = "done", cloud.world.now
    cloud.world.also.append(request(kind, 999, -4))

    after = pull(source, kind, EVERYTHING, before.cursor)

    assert (len(before.ids), len(before.records), before.complete) == (230, 230, True)
    assert {record.stream for record in before.records} == {kind}
    assert after.ids == {changed.id, hex_id(kind, 999)}
    assert not after.complete


@EVERY_PROFILE
@pytest.mark.parametrize("kind", KINDS)
def test_times_are_filtered_as_the_generation_can(tenant, profile, kind):
    cloud = a_tenant(tenant, profile, request(kind, 1))
    source = cloud.source(profile=profile)
    before = pull(source, kind, EVERYTHING)
    cloud.simulator.asked.clear()

    pull(source, kind, EVERYTHING, before.cursor)

    (asked,) = [r for r in cloud.simulator.asked if "/ship/" in r.path]
    if profile in "ab":
        assert (asked.method, set(asked.query)) == ("GET", {"updated_between", "page_size", "page_index"})
    else:
        assert (asked.method, asked.path.removeprefix("/open")) == ("POST", f"/v1/ship/{kind}/search")
        assert set(asked.json["payload"]) == {"filter", "page_size", "page_index"}
        assert set(asked.json["payload"]["filter"]) == {"updated_at"}


def test_a_quiet_list_of_tickets_costs_one_request(tenant):
    cloud = a_tenant(tenant, "c", *(request("tickets", n) for n in range(150)))
    source = cloud.source(profile="c")
    before = pull(source, "tickets", EVERYTHING)
    cloud.world.advance_to(NOW + timedelta(days=5))
    asked = source.tally.requests

    after = pull(source, "tickets", EVERYTHING, before.cursor)

    assert (after.records, source.tally.requests - asked) == ([], 1)


def test_a_ticket_tells_its_customer_its_channel_and_when_it_was_promised(tenant):
    promised = (NOW - timedelta(days=1), NOW + timedelta(days=6))
    outside = request("tickets", 1, customer=NORTH.id, channel="邮件", planned=promised)
    cloud = a_tenant(tenant, "c", outside, request("tickets", 2, archived=True))

    shown = {record.external_id: record.payload for record in pull(cloud.source(), "tickets", EVERYTHING).records}

    ticket, other = shown[outside.id], shown[hex_id("tickets", 2)]
    assert (ticket["customer"]["name"], ticket["channel"]["name"], other["channel"]) == ("北方银行", "邮件", "internal")
    assert ticket["estimated_at"]["to"] == int(promised[1].timestamp())
    assert (ticket["state"]["type"], "color" in ticket["state"], other["is_archived"]) == ("pending", False, 1)


def test_an_idea_tells_its_progress_and_its_plan(tenant):
    idea = request("ideas", 1, progress=0.35, score=8, planned=(NOW, NOW + timedelta(days=30)))

    (record,) = pull(a_tenant(tenant, "c", idea).source(), "ideas", EVERYTHING).records

    assert (record.payload["progress"], record.payload["plan_at"]["granularity"]) == (0.35, "day")


def test_a_deleted_ticket_is_told_by_its_absence_from_the_next_complete_read(tenant):
    cloud = a_tenant(tenant, "c", *(request("tickets", n) for n in range(3)))
    source = cloud.source(profile="c")
    before = pull(source, "tickets", EVERYTHING)
    cloud.world.also[-1].deleted = True

    after = pull(source, "tickets", EVERYTHING)

    assert before.ids - after.ids == {hex_id("tickets", 2)}
    assert after.complete


@pytest.mark.parametrize("kind", KINDS)
def test_requests_without_times_are_read_from_the_plain_list(tenant, kind):
    odd = request(kind, 500)
    odd.created_at = odd.updated_at = None
    cloud = a_tenant(tenant, "c", *(request(kind, n) for n in range(130)), odd)

    read = pull(cloud.source(profile="c"), kind, EVERYTHING)

    assert odd.id in read.ids and len(read.ids) == 131
    assert read.complete


def test_a_server_without_product_management_says_so(tenant):
    cloud = a_tenant(tenant, "c")
    cloud.simulator.faults = lambda r, n: Reply({"code": "100002"}, 404) if "/ship/" in r.path else None
    source = cloud.source(profile="c")

    for stream in ("products", "tickets", "ideas"):
        with pytest.raises(Rejected, match="100002"):
            pull(source, stream, EVERYTHING)
    with pytest.raises(Rejected, match="100002"):
        source.scopes("customers")
