"""Reads that are known by name only: never asked without a path, and with one a stream of their own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import EVERYTHING, Page, Scope
from connectors.errors import BadPayload, PathUnknown
from connectors.testing import Request
from connectors.worktile import Worktile
from connectors.worktile.capabilities import NAMES
from connectors.worktile.settings import WorktileConfig

LEAST = {"name": "wt", "kind": "worktile", "client_id": "id", "client_secret": "hush"}
NOW = datetime(2026, 8, 24, 1, 0, tzinfo=UTC)
PATH = "/mission/get-workloads"


def capability(**settings: Any) -> dict[str, Any]:
    return {"workloads": {"path": PATH, "rows": "/data/value", **settings}}


def serve_rows(team, rows: Any, path: str = PATH) -> None:
    team.sim.switches.capabilities[path] = lambda request: {"code": 200, "data": {"value": rows}}


def pages(connector, scope: Scope = EVERYTHING, cursor: dict[str, Any] | None = None) -> list[Page]:
    return list(connector.pages("workloads", scope, cursor or {}))


@pytest.mark.parametrize("capabilities", [{}, {"workloads": {}}, {"workloads": {"method": "GET", "rows": "/items"}}])
def test_without_a_path_there_is_no_stream_and_nothing_is_asked(open_team, capabilities):
    team = open_team()
    connector = team.connector(capabilities=capabilities)

    assert connector.streams == Worktile.streams
    with pytest.raises(LookupError, match="no stream 'workloads'"):
        pages(connector)
    check = connector.check()
    (line,) = [finding for finding in check.findings if finding.code == "capability_unavailable"]
    assert (line.severity, check.ok) == ("info", True)
    assert all(name in line.detail for name in NAMES)
    assert not any("workload" in call for call in team.sim.calls)


def test_with_a_path_it_is_an_optional_stream_after_the_tasks(open_team):
    connector = open_team().connector(capabilities=capability())

    assert connector.streams == (*Worktile.streams, "workloads")
    assert "workloads" in connector.optional_streams
    assert "workloads" not in Worktile.optional_streams
    assert connector.scopes("workloads") == (EVERYTHING,)


def test_its_rows_are_read_whole_once_a_day(open_team):
    team = open_team()
    serve_rows(team, [{"_id": "w1", "duration": 1.5}, {"_id": 2}])
    now = NOW
    connector = team.connector(now=lambda: now, capabilities=capability())

    (first,) = pages(connector)
    (again,) = pages(connector, cursor=dict(first.cursor))
    now += timedelta(days=1)
    (tomorrow,) = pages(connector, cursor=dict(first.cursor))

    assert [(r.stream, r.external_id) for r in first.records] == [("workloads", "w1"), ("workloads", "2")]
    assert first.records[0].payload == {"_id": "w1", "duration": 1.5}
    assert (first.complete, again.records, again.complete, tomorrow.complete) == (True, (), False, True)
    assert team.sim.count(PATH) == 2


def test_parameters_are_sent_as_written_and_the_project_is_filled_in(open_team):
    team = open_team()
    asked: list[Request] = []
    team.sim.switches.capabilities["/mission/p/SVC/loads"] = lambda request: asked.append(request) or [{"_id": "w"}]
    settings = {"path": "/mission/p/{project}/loads", "rows": "", "params": {"of": "{project}", "n": 5}}
    connector = team.connector(capabilities=capability(scope="project", **settings))

    (page,) = pages(connector, Scope("SVC"))

    query = {key: value for key, value in asked[0].query.items() if key != "access_token"}
    assert query == {"of": "SVC", "n": "5"}
    # Two projects may show the same object.
    assert page.records[0].external_id == "SVC:w"


def test_what_belongs_to_projects_is_read_for_each_project_that_is_read(open_team):
    connector = open_team().connector(
        projects=("SVC", "NOPE"), capabilities=capability(scope="project", params={"project_id": "{project}"})
    )

    assert [scope.key for scope in connector.scopes("workloads")] == ["SVC"]


def test_a_paged_list_is_walked_to_its_end_until_two_walks_agree(open_team):
    team = open_team()
    rows = [{"_id": f"w{number}"} for number in range(25)]

    def page(request: Request) -> Any:
        index, size = int(request.query["page_index"]), int(request.query["page_size"])
        return {"value": rows[index * size : (index + 1) * size], "meta": {"has_more": (index + 1) * size < 25}}

    team.sim.switches.capabilities[PATH] = page
    connector = team.connector(capabilities=capability(rows="/value", paged=True))

    given = pages(connector)

    assert len({record.external_id for one in given for record in one.records}) == 25
    assert [one.complete for one in given] == [False, False, False, True]
    assert (given[0].cursor, "read_at" in given[-1].cursor) == ({}, True)
    assert team.sim.count(PATH) == 6


def test_a_single_object_is_a_list_of_one(open_team):
    team = open_team()
    serve_rows(team, {"uuid": "p1", "name": "x"})

    (page,) = pages(team.connector(capabilities=capability(id="uuid")))

    assert [record.external_id for record in page.records] == ["p1"]


def test_rows_without_an_id_are_kept_aside(open_team):
    team = open_team()
    serve_rows(team, [{"_id": "w1"}, {"id": "w2"}, 5, {"_id": True}])

    (page,) = pages(team.connector(capabilities=capability()))

    assert [record.external_id for record in page.records] == ["w1"]
    assert (len(page.rejected), page.complete, page.cursor) == (3, False, {})


@pytest.mark.parametrize(
    ("rows", "body"), [("/data/rows", {"data": {"value": []}}), ("", {"x": 1, "value": []}), ("/0/a", [{"a": 5}])]
)
def test_a_pointer_that_leads_nowhere_is_an_error_and_never_an_empty_list(open_team, rows, body):
    team = open_team()
    team.sim.switches.capabilities[PATH] = lambda request: body

    with pytest.raises(BadPayload, match="no rows at"):
        pages(team.connector(capabilities=capability(rows=rows, paged=True)))


@pytest.mark.parametrize(
    ("rows", "body"),
    [("", [{"_id": "a"}]), ("/a~1b/m~0n", {"a/b": {"m~n": [{"_id": "a"}]}}), ("/0/v", [{"v": [{"_id": "a"}]}])],
)
def test_a_pointer_reaches_whatever_the_answer_looks_like(open_team, rows, body):
    team = open_team()
    team.sim.switches.capabilities[PATH] = lambda request: body

    (page,) = pages(team.connector(capabilities=capability(rows=rows)))

    assert [record.external_id for record in page.records] == ["a"]


def test_a_path_that_is_not_there_is_told_by_check_and_by_the_stream(open_team):
    connector = open_team().connector(capabilities=capability())

    check = connector.check()

    assert [(f.severity, f.detail[:9]) for f in check.findings if f.code == "stream_unavailable"] == [
        ("warning", "workloads")
    ]
    assert check.ok
    with pytest.raises(PathUnknown):
        pages(connector)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"sprints": {"path": "/x"}}, "sprints: no such capability; known: workloads, transitions"),
        ({"workloads": {"path": "mission/x"}}, 'begins with one "/"'),
        ({"workloads": {"path": "//evil.example/x"}}, 'begins with one "/"'),
        ({"workloads": {"path": "https://evil.example"}}, 'begins with one "/"'),
        ({"workloads": {"path": "/x?a=1"}}, "belongs to params"),
        ({"workloads": {"path": "/x/../y"}}, "is a path alone"),
        ({"workloads": {"path": "/x/{task}"}}, "the only placeholder is {project}"),
        ({"workloads": {"path": "/x/{project}"}}, 'goes with scope = "project"'),
        ({"workloads": {"path": "/x", "scope": "project"}}, 'goes with scope = "project"'),
        ({"workloads": {"path": "/x", "params": {"access_token": "t"}}}, "filled in by the connector"),
        ({"workloads": {"path": "/x", "params": {"page_index": 1}}}, "filled in by the connector"),
        ({"workloads": {"path": "/x", "params": {"a": "{b}"}}}, "the only placeholder"),
        ({"workloads": {"path": "/x", "rows": "data"}}, "is a JSON pointer"),
        ({"workloads": {"path": "/x", "rows": "/a~2"}}, "is a JSON pointer"),
        ({"workloads": {"path": "/x", "method": "POST"}}, "'GET'"),
        ({"workloads": {"path": "/x", "scope": "task"}}, "'all' or 'project'"),
        ({"workloads": {"path": "/x", "id": ""}}, "at least 1 character"),
        ({"workloads": {"path": "/x", "row": "/a"}}, "Extra inputs are not permitted"),
    ],
)
def test_a_wrong_description_is_refused_with_the_reason(settings, words):
    with pytest.raises(ValidationError) as caught:
        WorktileConfig(**LEAST, capabilities=settings)

    assert words in str(caught.value)
