"""`check` tells a wrong secret from a missing permission, an unreadable project and an unreachable host."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from connectors.testing import Reply
from connectors.worktile import connector

LEGACY = {"error_code": 100006, "error_message": "bad access_token", "request": "POST /"}


def codes(check) -> dict[str, str]:
    return {finding.code: finding.severity for finding in check.findings}


def test_a_healthy_source_is_ok_and_shows_its_projects(open_team):
    team = open_team()

    check = team.connector().check()

    assert check.ok
    assert {scope.key for scope in check.projects} == {"MKT", "SVC", "EMPTY"}
    assert check.findings == ()
    assert check.clock_offset_s == pytest.approx(0, abs=5)


def test_a_wrong_secret_is_a_failed_sign_in(open_team):
    check = open_team().connector(client_secret="wrong").check()

    assert (check.signed_in, check.ok, codes(check)) == (False, False, {"sign_in_failed": "error"})


def test_an_unreachable_host_is_told_at_once(open_team):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}/open-api"
        started = time.monotonic()

        check = open_team().connector(base_url=address).check()

    assert codes(check) == {"unreachable": "error"}
    assert time.monotonic() - started < 2


def test_a_host_that_never_answers_is_told_within_the_patience_of_a_check(open_team, monkeypatch):
    patience = connector.CHECK_SIGN_IN
    monkeypatch.setattr(connector, "CHECK_SIGN_IN", replace(patience, read_timeout_s=0.1))
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen()

        check = open_team().connector(base_url=f"http://127.0.0.1:{mute.getsockname()[1]}/open-api").check()

    assert codes(check) == {"unreachable": "error"}
    assert patience.tries * (patience.connect_timeout_s + patience.read_timeout_s) < 10


@pytest.mark.parametrize(
    ("path", "reply", "code", "signed_in"),
    [
        ("token", Reply(LEGACY, 400), "retired", False),
        ("token", Reply("<html>", 404), "path_unknown", False),
        ("token", Reply("<html>", 503), "throttled_or_down", False),
        ("projects-by-page", Reply("<html>", 403), "not_permitted", True),
        ("members-by-page", Reply("<html>", 403), "not_permitted", True),
        ("projects-by-page", Reply({"total": 1}), "bad_payload", True),
    ],
)
def test_a_refusal_is_a_finding_with_a_stable_code(open_team, path, reply, code, signed_in):
    team = open_team(faults=lambda request: reply if path in request.path else None)

    check = team.connector().check()

    assert (check.signed_in, check.ok) == (signed_in, False)
    assert codes(check)[code] == "error"


def test_an_unreadable_project_is_named_and_the_others_are_looked_at(open_team):
    team = open_team()
    team.sim.unreadable_projects.add(team.project("MKT"))

    check = team.connector().check()

    (finding,) = check.findings
    assert (finding.code, finding.detail.split(":")[0]) == ("project_unreadable", "MKT 项目")
    assert not check.ok
    assert team.sim.count("get-project-tasks") == 3


def test_a_configured_project_that_is_not_listed_is_named(open_team):
    check = open_team().connector(projects=("SVC", "NOPE")).check()

    assert [scope.key for scope in check.projects] == ["SVC"]
    assert [(f.code, f.detail.split(":")[0]) for f in check.findings] == [("project_unknown", "NOPE")]


def test_an_app_that_sees_no_project_is_warned_about(open_team):
    team = open_team()
    team.world.projects.clear()

    check = team.connector().check()

    assert (check.ok, codes(check)) == (True, {"no_projects": "warning"})


def test_a_missing_v2_list_is_a_warning_where_v1_leaves_something_out(open_team):
    assert codes(open_team(v2=False, v1_assignee=False).connector().check()) == {"v2_unavailable": "warning"}
    assert codes(open_team(v2=False).connector().check()) == {}
    assert codes(open_team(v2=False, v1_assignee=False).connector(use_v2=False).check()) == {}


@pytest.mark.parametrize(("minutes", "words"), [(10, "ahead of"), (-10, "behind")])
def test_a_clock_that_is_wrong_is_a_warning(open_team, minutes, words):
    check = open_team().connector(now=lambda: datetime.now(UTC) + timedelta(minutes=minutes)).check()

    assert check.ok
    assert codes(check) == {"clock_offset": "warning"}
    assert f"{words} the server's" in check.findings[0].detail
    assert check.clock_offset_s == pytest.approx(-minutes * 60, abs=5)


def test_a_check_only_reads(open_team):
    team = open_team(v1_assignee=False)

    team.connector().check()

    assert [call for call in team.sim.calls if not call.startswith("GET ")] == ["POST /tenant-access-token"]
