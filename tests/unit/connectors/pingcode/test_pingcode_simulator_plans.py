"""The simulated server shows plans, hours and product management with the documented keys, and refuses what is refused."""

from datetime import timedelta

import pytest

from connectors.company import (
    SimCustomer,
    SimDeliverable,
    SimDepartment,
    SimField,
    SimIdea,
    SimProduct,
    SimSprint,
    SimTicket,
    SimWorkload,
)
from connectors.testing import SimRelease, World, hex_id
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import LIN, NOW, OPS, PAY, Calls, an_item

MADE = {"created_at", "created_by", "updated_at", "updated_by"}
FLAGS = {"is_archived", "is_deleted"}
ASKED = {"id", "url", "product", "identifier", "title", "short_id", "html_url", "assignee", "state", "priority"}
ASKED |= {"description", "properties", "participants", "completed_at", "completed_by", *MADE, *FLAGS}
DOCUMENTED = {
    f"/v1/pjm/projects/{PAY.id}/sprints": MADE
    | {"id", "url", "project", "name", "status", "assignee", "start_at", "end_at", "description", "started_at"}
    | {"completed_at", "total_story_points", "started_story_points", "completed_story_points", "categories"},
    f"/v1/pjm/projects/{PAY.id}/versions": MADE
    | {"id", "url", "project", "name", "start_at", "end_at", "stage", "assignee", "stages", "progress", "changelog"}
    | {"operate_at", "categories"},
    "/v1/pjm/stages": {"id", "url", "name", "type", "color"},
    "/v1/pjm/deliverables": MADE | FLAGS | {"id", "url", "name", "content_type", "content", "project", "work_item"},
    "/v1/workloads": {"id", "url", "principal_type", "principal", "type", "duration", "review_state", "description"}
    | {"report_at", "report_by", "created_at", "created_by"},
    "/v1/directory/departments": {"id", "url", "name", "head", "parent"},
    "/v1/ship/products": MADE
    | FLAGS
    | {"id", "url", "identifier", "name", "visibility", "scope_type", "scope_id", "color", "description", "members"},
    f"/v1/ship/products/{hex_id('p')}/customers": MADE
    | FLAGS
    | {"id", "url", "product", "name", "assignee", "scale", "description"},
    "/v1/ship/tickets": ASKED
    | {"type", "customer", "solution", "channel", "estimated_at", "tags", "submitted_at", "submitted_by"},
    "/v1/ship/ideas": ASKED | {"plan", "suite", "plan_at", "real_at", "score", "progress"},
}


def a_company():
    at = NOW - timedelta(days=9)
    also = [
        SimDepartment(hex_id("dev"), "研发部"),
        SimField("risk", "风险", "select", (("o1", "高", None),)),
        SimSprint(hex_id("s"), "Sprint 9", PAY.id, start=at, end=NOW),
        SimRelease(hex_id("r"), "2.4.0", at, NOW, PAY.id),
        SimDeliverable(hex_id("d"), "报告", an_item(1).id),
        SimWorkload(hex_id("w"), an_item(1).id, 2, at, LIN.id, "开发"),
        SimProduct(hex_id("p"), "POR", "门户", at),
        SimCustomer(hex_id("c"), "北方银行", hex_id("p")),
        SimTicket(hex_id("t"), "POR-T1", "下载失败", hex_id("p"), created_at=at, updated_at=at, customer=hex_id("c")),
        SimIdea(hex_id("i"), "POR-1", "批量下载", hex_id("p"), created_at=at, updated_at=at),
    ]
    people = [replace(LIN, department=hex_id("dev"))]
    return World(now=NOW, people=people, projects=[PAY, OPS], items=[an_item(1)], also=also)


@pytest.mark.parametrize("path", DOCUMENTED)
def test_an_object_has_the_documented_keys(path):
    calls = Calls(world=a_company())

    page = calls.get(path).body

    assert set(page) == {"page_size", "page_index", "total", "values"}
    assert set(page["values"][0]) == DOCUMENTED[path]


def test_a_person_tells_the_department():
    (user,) = Calls(world=a_company()).get("/v1/directory/users").body["values"]

    assert user["department"]["name"] == "研发部"


def test_a_deliverable_names_its_item_in_the_word_of_the_generation():
    shown = {
        p: Calls(world=a_company(), profile=p).get(f"{r}/deliverables").body["values"][0] for p, r in ROOTS.items()
    }

    assert {p: [key for key in ("work_item", "workitem") if key in row] for p, row in shown.items()} == {
        "a": ["work_item"],
        "c": ["work_item"],
        "d": ["workitem"],
    }


ROOTS = {"a": "/v1/project", "c": "/v1/pjm", "d": "/v1/pjm"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"pilot_id": PAY.id}, "100008"),
        ({"pilot_id": PAY.id, "principal_type": "workitem"}, "100049"),
        ({"pilot_id": PAY.id, "principal_type": "work_item"}, "100001"),
        ({"pilot_id": PAY.id, "principal_type": "work_item", "start_at": "1"}, "100008"),
        (
            {"pilot_id": PAY.id, "principal_type": "work_item", "start_at": "1767196800", "end_at": "1782835199"},
            "100001",
        ),
        ({"start_at": "x", "end_at": "y"}, "100003"),
    ],
)
def test_hours_asked_for_in_another_way_than_documented_are_refused(query, code):
    assert Calls(world=a_company()).get("/v1/workloads", **query).body["code"] == code


def test_hours_are_told_for_whole_days():
    calls = Calls(world=a_company())
    noon = str(int((NOW - timedelta(days=9)).timestamp()))

    page = calls.get("/v1/workloads", start_at=noon, end_at=noon).body

    assert page["total"] == 1
    assert (page["values"][0]["report_at"] + 8 * 3600) % 86400 == 0


def test_projects_of_other_kinds_have_no_sprints_and_no_deliverables():
    calls = Calls(world=a_company())

    assert calls.get(f"/v1/pjm/projects/{OPS.id}/sprints").body["values"] == []
    assert calls.get("/v1/pjm/deliverables", project_id=OPS.id).status == 400


def test_the_search_for_tickets_knows_products_and_days_and_refuses_the_rest():
    calls = Calls(world=a_company())
    day = int((NOW - timedelta(days=9)).timestamp())

    def found(**filters):
        body = {"mode": "query", "payload": {"filter": {k.replace("__", "."): v for k, v in filters.items()}}}
        return calls._ask("POST", "/v1/ship/tickets/search", {}, body)

    assert found(product__id={"in": [hex_id("p")]}, updated_at={"gte": day}).body["total"] == 1
    assert found(product__id={"in": [hex_id("q")]}).body["total"] == 0
    assert found(updated_at={"lt": day}).body["total"] == 0
    assert found(estimated_at={"gte": day}).body["code"] == "100043"


@pytest.mark.parametrize("profile", ["a", "b"])
def test_the_older_generations_have_no_search_for_tickets(profile):
    calls = Calls(world=a_company(), profile=profile)

    assert calls._ask("POST", "/v1/ship/tickets/search", {}, {"mode": "query", "payload": {}}).status == 404
