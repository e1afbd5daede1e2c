"""Finding the path generation, and what `check` tells an admin."""

import socket
import time
from datetime import timedelta

import pytest

from connectors.contract import CheckFinding
from connectors.errors import NotPermitted, PathUnknown, Rejected, Retry
from connectors.pingcode.connector import CHECK_SIGN_IN_WAITS_S
from connectors.testing import Reply
from tests.replacing import replace
from tests.unit.connectors.pingcode.conftest import OPS, PAY, a_world, an_item, pull, some_items


def codes(check):
    return [finding.code for finding in check.findings]


@pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
def test_the_generation_of_a_server_is_found(tenant, profile):
    check = tenant(*some_items(2)[:1], an_item(1, OPS), profile=profile).source().check()

    assert check.profile == profile
    assert check.ok and check.signed_in
    assert {scope.key for scope in check.projects} == {"PAY", "OPS"}


def test_the_settings_may_name_the_generation_and_nothing_is_probed(tenant):
    cloud = tenant(*some_items(2), profile="a")

    pull(cloud.source(profile="a"))

    assert {request.path.rpartition("/")[2] for request in cloud.simulator.asked} == {"token", "work_items"}
    assert not any("/pjm/" in request.path for request in cloud.simulator.asked)


def test_the_generation_is_found_once_a_source(tenant):
    cloud = tenant(*some_items(2))
    source = cloud.source()
    pull(source)
    asked = source.tally.requests

    pull(source)

    assert source.tally.requests == asked + 1


@pytest.mark.parametrize(("status", "error"), [(403, NotPermitted), (503, Retry)])
def test_a_refusal_says_nothing_about_the_generation(tenant, status, error):
    def faults(request, n):
        return Reply({"code": "9", "message": "x"}, status) if request.path.endswith("/workitems") else None

    cloud = tenant(*some_items(2), faults=faults)

    with pytest.raises(error):
        pull(cloud.source())

    assert cloud.asked("/work_items") == 0


def test_no_known_path_points_to_the_base_url(tenant):
    def faults(request, n):
        return None if "auth" in request.path else Reply("Not Found", 404)

    check = tenant(faults=faults).source().check()

    assert codes(check) == ["path_unknown"]
    assert "base_url" in check.findings[0].detail
    assert check.signed_in and not check.ok


def test_a_server_that_ignores_the_project_filter_is_refused(tenant):
    items = [*some_items(3), an_item(1, OPS)]
    cloud = tenant(*items, ignored_parameters=("project_id", "project_ids"))

    with pytest.raises(Rejected, match="ignores the project filter") as caught:
        pull(cloud.source())

    assert not isinstance(caught.value, PathUnknown)


def test_a_server_with_search_but_plural_filters_is_taken_for_the_older_generation(tenant):
    """The path decides the family; which of its filters is honoured decides the member."""
    items = [*some_items(3), an_item(1, OPS)]
    cloud = tenant(*items, profile="b")

    def search_exists(request, n):
        if request.path.endswith("/search"):
            return Reply({"page_size": 1, "page_index": 0, "total": 0, "values": []})
        return None

    cloud.simulator.faults = search_exists

    assert cloud.source().check().profile == "b"


def test_a_wrong_secret_is_told_as_such(tenant):
    check = tenant().source(client_secret="wrong").check()

    assert codes(check) == ["sign_in_failed"]
    assert (check.signed_in, check.profile, check.projects) == (False, None, ())


def test_an_unreachable_host_is_told_soon(tenant):
    started = time.monotonic()

    check = tenant().source(base_url="http://127.0.0.1:9").check()

    assert codes(check) == ["unreachable"]
    assert not check.signed_in
    assert time.monotonic() - started < 5


def test_a_host_that_accepts_and_never_answers_is_told_in_a_few_seconds(tenant, monkeypatch):
    assert sum(CHECK_SIGN_IN_WAITS_S) < 10
    monkeypatch.setattr("connectors.pingcode.connector.CHECK_SIGN_IN_WAITS_S", (0.4, 0.4))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        started = time.monotonic()

        check = tenant().source(base_url=f"http://127.0.0.1:{silent.getsockname()[1]}").check()

    assert codes(check) == ["unreachable"]
    assert time.monotonic() - started < 2


def test_an_unreadable_project_is_named_and_the_others_are_shown(tenant):
    check = tenant(*some_items(2), unreadable_projects=[OPS.id]).source().check()

    assert codes(check) == ["project_unreadable"]
    assert "OPS 运维保障" in check.findings[0].detail
    assert [scope.key for scope in check.projects] == ["PAY"]


def test_a_project_of_the_settings_that_does_not_exist_is_named(tenant):
    check = tenant(*some_items(2)).source(projects=("PAY", "GHOST")).check()

    assert codes(check) == ["project_unknown"]
    assert "'GHOST'" in check.findings[0].detail
    assert [scope.key for scope in check.projects] == ["PAY"]


def test_missing_permission_for_projects_is_an_error_and_for_people_a_warning(tenant):
    def closed(ending):
        return lambda request, n: Reply({"code": "7"}, 403) if request.path.endswith(ending) else None

    projects = tenant(*some_items(2), faults=closed("/projects")).source(profile="c").check()
    people = tenant(*some_items(2), faults=closed("/users")).source().check()

    assert (codes(projects), projects.ok) == (["not_permitted"], False)
    assert (codes(people), people.ok) == (["not_permitted"], True)


@pytest.mark.parametrize(("offset", "expected"), [(0, []), (90, []), (-400, ["clock_offset"]), (400, ["clock_offset"])])
def test_a_clock_that_differs_is_a_warning(tenant, offset, expected):
    cloud = tenant(*some_items(2))
    source = cloud.source()
    ours = cloud.world.now - timedelta(seconds=offset)
    source._surroundings = replace(source._surroundings, now=lambda: ours)

    check = source.check()

    assert codes(check) == expected
    assert check.clock_offset_s == pytest.approx(offset, abs=1)
    assert check.ok


def test_a_check_asks_and_writes_nothing(tenant):
    cloud = tenant(*some_items(2))

    cloud.source().check()

    written = [request for request in cloud.simulator.asked if request.method != "GET"]
    assert {request.path.rpartition("/")[2] for request in written} == {"search"}


def test_a_tenant_without_projects_is_no_problem(tenant):
    check = tenant(world=a_world(projects=())).source().check()

    assert check.ok and check.findings == () and check.projects == ()


def test_findings_are_what_the_contract_says(tenant):
    check = tenant().source(projects=(PAY.key, "X")).check()

    assert all(isinstance(finding, CheckFinding) and finding.severity == "error" for finding in check.findings)
