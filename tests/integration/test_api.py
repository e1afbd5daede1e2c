"""The API over a real store: what the commands print, in pages, with tags, and described as it answers."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.openapi import document
from bridge.web.page import Reports

from .conftest import TODAY, Site

AGES = ("generated_at", "age_minutes")


@pytest.fixture
def office(site: Site) -> Site:
    site.advance(TODAY)
    assert site.run("run", "--quiet").code == 0
    return site


@pytest.fixture
def client(office: Site) -> FlaskClient:
    return create_app(Reports(Workspace.open(office.folder / "config.toml", today=TODAY))).test_client()


def test_the_report_is_that_of_the_command(office: Site, client: FlaskClient):
    printed = office.run("report", "--json").json

    asked = client.get("/api/v1/report").get_json()

    assert {**asked, "generated_at": None, "sources": []} == {**printed, "generated_at": None, "sources": []}
    assert list(asked) == list(printed)


def test_one_milestone_is_its_row_of_the_report(client: FlaskClient):
    rows = {row["key"]: row for row in client.get("/api/v1/report?lang=en").get_json()["milestones"]}

    assert client.get("/api/v1/milestones/M-1?lang=en").get_json() == rows["M-1"]
    missing = client.get("/api/v1/milestones/M-9")
    assert (missing.status_code, missing.content_type) == (404, "application/problem+json")
    assert "M-9" in missing.get_json()["title"]


def test_sources_tell_how_old_and_how_complete_they_are(client: FlaskClient):
    found = client.get("/api/v1/sources").get_json()["sources"]

    assert {row["name"]: row["outcome"] for row in found} == {"pingcode": "complete", "worktile": "complete"}


@pytest.mark.parametrize("limit", [1, 3, 5, 8, 1000])
def test_the_pages_of_tasks_together_are_the_tasks_of_the_command(office: Site, client: FlaskClient, limit: int):
    printed, found, path = office.run("tasks", "--json").lines, [], f"/api/v1/tasks?limit={limit}"
    while path:
        answer = client.get(path)
        found += answer.get_json()["tasks"]
        assert len(answer.get_json()["tasks"]) <= limit
        following = re.fullmatch(r'<(.*)>; rel="next"', answer.headers.get("Link", ""))
        assert bool(following) == (answer.get_json()["next"] is not None)
        path = following[1] if following else ""

    assert found == printed


def test_tasks_are_found_by_source_and_project(client: FlaskClient):
    by_source = client.get("/api/v1/tasks?source=worktile").get_json()["tasks"]
    by_project = client.get("/api/v1/tasks?project=PAY").get_json()["tasks"]

    assert {task["source"] for task in by_source} == {"worktile"}
    assert {task["project"]["key"] for task in by_project} == {"PAY"}


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=-1", "limit=x", "limit=٣", "limit=99999999999", "after=x", "after=/x", "after=x/"],
)
def test_a_parameter_that_is_none_is_refused_by_name_and_value(client: FlaskClient, query: str):
    refused = client.get(f"/api/v1/tasks?{query}")

    name, _, value = query.partition("=")
    assert refused.status_code == 422
    assert name in refused.get_json()["title"] and value in refused.get_json()["title"]


def test_who_has_an_answer_already_is_told_so_until_something_is_learnt(office: Site, client: FlaskClient):
    for path in (
        "/api/v1/report",
        "/api/v1/milestones/M-1",
        "/api/v1/tasks",
        "/api/v1/sources",
        "/api/v1/openapi.json",
    ):
        tag = client.get(path).headers["ETag"]
        again = client.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.data) == (304, b""), path
        assert client.get(path, headers={"If-None-Match": '"else"'}).status_code == 200

    tag = client.get("/api/v1/milestones/M-1").headers["ETag"]
    office.run("note", "M-1", "--reason", "接口方延期", "--by", "王敏")

    assert client.get("/api/v1/milestones/M-1", headers={"If-None-Match": tag}).status_code == 200


def test_the_description_names_the_paths_that_are_answered_and_no_other(client: FlaskClient):
    rules = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule)) for rule in client.application.url_map.iter_rules()}

    assert client.get("/api/v1/openapi.json").get_json() == document()
    assert set(document()["paths"]) == {rule for rule in rules if rule.startswith("/api/")}
    names = set(re.findall(r"#/components/schemas/(\w+)", str(document())))
    assert names == set(document()["components"]["schemas"])


@pytest.mark.parametrize("path", ["/api/v1/report", "/api/v1/tasks", "/api/v1/sources", "/api/v1/milestones/M-1"])
def test_what_is_required_of_an_answer_is_in_it(client: FlaskClient, path: str):
    described = document()["paths"].get(path) or document()["paths"]["/api/v1/milestones/{key}"]
    name = described["get"]["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]

    assert set(document()["components"]["schemas"][name].get("required", ())) <= set(client.get(path).get_json())
