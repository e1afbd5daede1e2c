"""`check` tells a wrong secret from a missing permission, an unreadable project and an unreachable host."""

from __future__ import annotations

import socket
import time
from datetime import UTC, datetime, timedelta

import pytest

from connectors.testing import Reply, Request, hex_id
from connectors.worktile import checkup, connector
from connectors.worktile.simulator_single import throttled
from tests.replacing import replace

LEGACY = {"error_code": 100006, "error_message": "bad access_token", "request": "POST /"}


def troubles(check) -> list:
    """Every finding but what is said of any source."""
    return [finding for finding in check.findings if finding.severity != "info"]


def codes(check) -> dict[str, str]:
    return {finding.code: finding.severity for finding in troubles(check)}


def test_a_healthy_source_is_ok_and_shows_its_projects(open_team):
    team = open_team()

    check = team.connector().check()

    assert check.ok
    assert {scope.key for scope in check.projects} == {"MKT", "SVC", "EMPTY"}
    assert troubles(check) == []
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

    (finding,) = troubles(check)
    assert (finding.code, finding.detail.split(":")[0]) == ("project_unreadable", "MKT 项目")
    assert not check.ok
    assert team.sim.count("get-project-tasks") == 3


def test_a_configured_project_that_is_not_listed_is_named(open_team):
    check = open_team().connector(projects=("SVC", "NOPE")).check()

    assert [scope.key for scope in check.projects] == ["SVC"]
    assert [(f.code, f.detail.split(":")[0]) for f in troubles(check)] == [("project_unknown", "NOPE")]


def test_an_app_that_sees_no_project_is_warned_about(open_team):
    team = open_team()
    team.world.projects.clear()

    check = team.connector().check()

    assert (check.ok, codes(check)) == (True, {"no_projects": "warning"})


def test_a_missing_v2_list_is_a_warning_where_v1_leaves_something_out(open_team):
    assert codes(open_team(v2=False, v1_assignee=False).connector().check()) == {"v2_unavailable": "warning"}
    assert codes(open_team(v2=False).connector().check()) == {}
    assert codes(open_team(v2=False, v1_assignee=False).connector(use_v2=False).check()) == {}


@pytest.mark.parametrize(("minutes", "sign"), [(10, "-"), (-10, "+")])
def test_a_clock_that_is_wrong_is_a_warning(open_team, minutes, sign):
    check = open_team().connector(now=lambda: datetime.now(UTC) + timedelta(minutes=minutes)).check()

    assert check.ok
    assert codes(check) == {"clock_offset": "warning"}
    assert check.findings[0].detail.startswith(sign)
    assert check.clock_offset_s == pytest.approx(-minutes * 60, abs=5)


def patient(monkeypatch, seconds: float) -> None:
    for name in ("CHECK_SIGN_IN", "CHECK_READ"):
        monkeypatch.setattr(connector, name, replace(getattr(connector, name), read_timeout_s=seconds))


def hanging(part: str):
    def hang(request: Request) -> None:
        if part in request.path:
            time.sleep(0.6)

    return hang


def test_whatever_hangs_is_told_in_less_than_ten_seconds():
    for pace in (connector.CHECK_SIGN_IN, connector.CHECK_READ):
        assert pace.tries * (pace.connect_timeout_s + pace.read_timeout_s) < 10


@pytest.mark.parametrize("part", ["projects-by-page", "project-tasks-by-page"])
def test_a_host_that_stops_answering_is_told_once_and_not_asked_on(open_team, monkeypatch, part):
    patient(monkeypatch, 0.15)
    team = open_team(faults=hanging(part))

    check = team.connector().check()

    assert (codes(check), check.signed_in) == ({"unreachable": "error"}, True)
    assert team.sim.count(part) == 1
    assert team.sim.count("members") == 0


def test_a_slow_list_of_members_is_only_a_warning(open_team, monkeypatch):
    patient(monkeypatch, 0.15)

    check = open_team(faults=hanging("members-by-page")).connector().check()

    assert (codes(check), check.ok) == ({"members_slow": "warning"}, True)
    assert "a run waits longer" in troubles(check)[0].detail


def test_a_host_that_fails_slowly_is_not_asked_for_every_project(open_team, monkeypatch):
    monkeypatch.setattr(checkup, "LONG_S", 0.3)

    def fail_slowly(request: Request) -> Reply | None:
        if "project-tasks" not in request.path:
            return None
        time.sleep(0.35)
        return Reply("<html>", 503)

    team = open_team(faults=fail_slowly)

    assert codes(team.connector().check()) == {"throttled_or_down": "error"}
    assert team.sim.count("project-tasks") == 1


def test_many_projects_are_not_all_tried_while_somebody_waits_and_that_is_said(open_team, monkeypatch):
    monkeypatch.setattr(checkup, "LONG_S", 0.0)
    team = open_team()

    check = team.connector().check()

    assert ("not_looked_at", "3 of 3", "info") in [(f.code, f.detail, f.severity) for f in check.findings]
    assert (check.ok, len(check.projects), team.sim.count("project-tasks")) == (True, 3, 0)


def test_a_ban_is_told_and_not_waited_for(open_team):
    team = open_team(faults=lambda request: throttled("3600") if "project-tasks" in request.path else None)
    started = time.monotonic()

    check = team.connector(client_id="demo").check()

    assert (codes(check), time.monotonic() - started < 5) == ({"parked": "error"}, True)


def test_a_retired_address_that_still_answers_is_told_with_what_to_do(open_team):
    check = open_team(faults=lambda request: Reply(LEGACY, 401)).connector().check()

    assert [(f.code, "https://dev.worktile.com/open-api" in f.detail) for f in check.findings] == [("retired", True)]


def test_a_broken_row_is_a_warning_that_shows_where(open_team):
    team = open_team()
    rows = Reply({"items": [None], "has_more": False})
    team.sim.faults = lambda request: rows if request.query.get("project_id") == team.project("SVC") else None

    (finding,) = troubles(team.connector().check())

    assert (finding.code, finding.severity) == ("bad_payload", "warning")
    assert finding.detail.startswith("SVC 项目: a row that is no object")


def test_samples_show_the_keys_of_every_stream_and_not_one_value(open_team):
    team = open_team(v1_assignee=False, property_form="mixed")
    team.world.edit(hex_id("task", 90_001), links=(("relates", hex_id("task", 90_002)),))
    team.sim.switches.comments[hex_id("task", 90_001)] = [{"content": "内密", "created_by": "u"}]
    team.sim.switches.capabilities["/x/loads"] = lambda request: [{"_id": "w", "duration": 1.5, "f" * 24: None}]
    capabilities = {"workloads": {"path": "/x/loads"}}
    team.world.edit(hex_id("task", 90_001), properties={**{f"k{n}": n for n in range(9)}, "中文键": "值"})

    check = team.connector(projects=("SVC",), capabilities=capabilities).check(samples=True)

    keys = {sample.stream: sample.keys for sample in check.samples}
    assert keys.keys() == {"projects", "tasks", "members", "workloads", "tasks_v2", "task_details", "relations"}
    assert keys["projects"]["name"] == ("string",)
    assert keys["tasks"]["properties.due.date"] == ("number",)
    assert "properties.assignee" not in keys["tasks"]
    assert keys["tasks"]["properties.中文键"] == ("string",)
    assert keys["tasks_v2"]["meta.has_more"] == ("boolean",)
    assert keys["tasks_v2"]["value[].properties.assignee.value"] == ("string",)
    assert keys["task_details"]["comments[].content"] == ("string",)
    assert keys["workloads"] == {"*": ("null",), "_id": ("string",), "duration": ("number",)}
    shown = str(check.samples)
    assert not any(value in shown for value in ("内密", "拜访", hex_id("task", 90_001), "1785", "SVC"))


def test_samples_come_with_what_the_documents_do_not_tell(open_team):
    team = open_team(tasks=60, most_rows=50, token_lifetime=7200)
    team.world.edit(hex_id("task", 0), state="done")

    check = team.connector(projects=("MKT",)).check(samples=True)

    told = [(f.code, f.detail) for f in check.findings if f.code != "capability_unavailable"]
    assert told == [
        ("token_lifetime", "7200 s"),
        ("state_types", "1: 9, 3: 1"),
        ("page_sizes", "10 for 10, 50 for 100, 50 for 200 (total: 60)"),
    ]
    assert {finding.severity for finding in check.findings} == {"info"}
    assert check.ok


def test_what_cannot_be_measured_is_said_and_spoils_nothing(open_team):
    team = open_team(v2=False, token_lifetime=None)
    team.sim.switches.relations = False

    check = team.connector().check(samples=True)

    told = {finding.detail.split(":")[0]: finding.code for finding in check.findings if finding.severity == "info"}
    assert (told["tasks_v2"], told["relations"], told["not told"]) == ("not_measured", "not_measured", "token_lifetime")
    assert (check.ok, len(check.samples)) == (True, 4)


def test_a_team_without_a_task_has_samples_of_what_there_is(open_team):
    team = open_team(tasks=0)

    check = team.connector(projects=("EMPTY",)).check(samples=True)

    assert {sample.stream for sample in check.samples} == {"projects", "members", "tasks_v2"}
    assert ("state_types", "no task seen") in [(f.code, f.detail) for f in check.findings]


def test_without_samples_nothing_is_asked_for_their_sake(open_team):
    team = open_team()

    check = team.connector().check()

    assert check.samples == ()
    assert len(team.sim.calls) == 1 + 1 + 3 + 1


def test_a_check_only_reads(open_team):
    team = open_team(v1_assignee=False)

    team.connector().check(samples=True)

    assert [call for call in team.sim.calls if not call.startswith("GET ")] == ["POST /tenant-access-token"]
