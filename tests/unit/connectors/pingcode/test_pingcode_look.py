"""What `check` finds out beyond signing in: the right generation, permissions, silence, and the keys of objects."""

import json
import socket
import threading
import time

import pytest

from connectors.outline import key_types
from connectors.pingcode.connector import CHECK_SIGN_IN_WAITS_S, CHECK_WAITS_S
from connectors.pingcode.look import LOOK_S, MOST_LOOKED_AT
from connectors.pingcode.sampling import NAME
from connectors.testing import Reply, SimProject, hex_id
from tests.unit.connectors.pingcode.conftest import LIN, NOW, OPS, PAY, SECRET, a_world, an_item, full, some_items

ITEMS = (*some_items(3), *some_items(2, OPS))
NEXT = {"a": "b", "b": "c", "c": "d", "d": "a"}


def told(check):
    return [(finding.code, finding.severity) for finding in check.findings]


@pytest.mark.parametrize("spoken", ["a", "b", "c", "d"])
@pytest.mark.parametrize("setting", ["a", "b", "c", "d"])
def test_a_wrong_generation_in_the_settings_is_told_with_the_right_one(tenant, spoken, setting):
    check = tenant(*ITEMS, profile=spoken).source(profile=setting).check()

    if setting == spoken:
        assert check.ok and told(check) == []
        assert [scope.key for scope in check.projects] == ["OPS", "PAY"]
        return
    assert told(check) == [("path_unknown", "error")]
    assert f"generation {spoken!r}" in check.findings[0].detail
    assert f"set it to {spoken!r} or to 'auto'" in check.findings[0].detail


@pytest.mark.parametrize(("spoken", "setting"), [("b", "c"), ("c", "b")])
def test_generations_that_share_their_paths_are_told_apart_even_with_one_project(tenant, spoken, setting):
    world = a_world(*some_items(3), projects=(PAY,))

    check = tenant(world=world, profile=spoken).source(profile=setting).check()

    assert told(check) == [("path_unknown", "error")]
    assert f"generation {spoken!r}" in check.findings[0].detail


def test_the_types_of_the_newest_generation_are_looked_for_at_both_addresses(tenant):
    def closed(request, n):
        return Reply({"code": "100002"}, 404) if request.path.endswith("/workitem/types") else None

    cloud = tenant(*ITEMS, profile="d", faults=closed)

    check = cloud.source().check()

    assert told(check) == [("path_unknown", "error")]
    assert cloud.asked("/workitem/workitem_types") == 1


def test_a_filter_by_time_that_is_ignored_is_a_warning(tenant):
    cloud = tenant(*ITEMS, profile="a", ignored_parameters=("updated_between",))

    check = cloud.source().check()

    assert told(check) == [("filter_ignored", "warning")]
    assert check.ok


def test_a_right_secret_without_any_permission_is_told_with_the_permission_it_lacks(tenant):
    def closed(request, n):
        return None if request.path.endswith("/token") else Reply({"code": "7", "message": "无权限"}, 403)

    found, named = (tenant(*ITEMS, faults=closed).source(profile=p).check() for p in ("auto", "c"))

    assert told(found) == told(named) == [("not_permitted", "error")]
    assert found.signed_in and named.signed_in
    assert "pcp:read:pjm:workitem" in found.findings[0].detail
    assert "pcp:read:pjm:project" in named.findings[0].detail


def test_the_ways_to_fail_are_told_apart(tenant):
    """Whoever reads only the codes knows what to do."""
    cloud = tenant(*ITEMS, unreadable_projects=[OPS.id])
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    checks = {
        "secret": cloud.source(client_secret="wrong").check(),
        "project": cloud.source().check(),
        "host": cloud.source(base_url=f"http://127.0.0.1:{port}").check(),
        "generation": cloud.source(profile="a").check(),
        "address": cloud.source(base_url=f"{cloud.url}/nowhere").check(),
    }

    assert {name: [f.code for f in check.findings] for name, check in checks.items()} == {
        "secret": ["sign_in_failed"],
        "project": ["project_unreadable"],
        "host": ["unreachable"],
        "generation": ["path_unknown"],
        "address": ["path_unknown"],
    }
    assert [check.signed_in for check in checks.values()] == [False, True, False, True, False]
    assert "base_url" in checks["address"].findings[0].detail


@pytest.mark.parametrize("silent_from", ["/workitems", "/projects", "/types", "/users"])
def test_a_host_that_falls_silent_after_the_sign_in_is_waited_for_once(tenant, monkeypatch, silent_from):
    assert sum(CHECK_SIGN_IN_WAITS_S) < 10 and sum(CHECK_WAITS_S) < 10 and LOOK_S < 10
    monkeypatch.setattr("connectors.pingcode.connector.CHECK_WAITS_S", (0.3, 0.3))
    over = threading.Event()

    def silent(request, n):
        if request.path.endswith(silent_from) or (silent_from == "/types" and "types" in request.path):
            over.wait(3)
        return

    cloud = tenant(*ITEMS, profile="d", faults=silent)
    started = time.monotonic()

    check = cloud.source(profile="auto").check(samples=True)

    took = time.monotonic() - started
    over.set()
    assert told(check)[-1] == ("unreachable", "error")
    assert check.signed_in and not check.ok and check.samples == ()
    assert took < 1.5


def test_a_server_that_asks_to_come_back_later_is_not_waited_for(tenant):
    def busy(request, n):
        return None if request.path.endswith("/token") else Reply({"code": "100038"}, 429, {"x-pc-retry-after": "50"})

    started = time.monotonic()

    check = tenant(*ITEMS, faults=busy).source().check()

    assert told(check)[0][0] in ("throttled_or_down", "parked") and not check.ok
    assert time.monotonic() - started < 2


def test_not_every_one_of_very_many_projects_is_tried(tenant):
    many = tuple(SimProject(hex_id("P", n), f"P{n:03}", "项目") for n in range(MOST_LOOKED_AT + 9))
    cloud = tenant(world=a_world(*(an_item(1, p) for p in many), projects=many), profile="c")

    check = cloud.source(profile="c").check()

    assert told(check) == [("not_looked_at", "warning")]
    assert "9 projects" in check.findings[0].detail
    assert check.ok and len(check.projects) == len(many)


@pytest.mark.parametrize("profile", ["a", "b", "c", "d"])
def test_one_object_of_each_stream_is_shown_by_its_keys(tenant, profile):
    linked = full(1, properties={"risk": "高", "size": 5}, links=(("block", an_item(2).id),))
    cloud = tenant(linked, an_item(2), an_item(3, kind="phase"), profile=profile)
    cloud.world.edit(linked.id, due=NOW)
    source = cloud.source()

    samples = {sample.stream: sample.keys for sample in source.check(samples=True).samples}

    expected = {"projects", "users", "work_item_types", "work_item_states", "work_items", "links", "transitions"}
    assert expected | ({"activities"} if profile != "a" else set()) <= set(samples)
    assert set(samples) <= {*source.streams, *source.detail_streams}
    items = samples["work_items"]
    assert items["state.name"] == ("string",) and items["properties.risk"] == ("string",)
    assert items["end_at"] == ("number",) and items["tags[].name"] == ("string",)
    assert items["board" if profile == "a" else "swimlane"] == ("null",)


def test_a_sample_holds_no_value_of_the_object(tenant):
    secret = "机密 42"
    item = full(1, description=secret, properties={"risk": secret, hex_id("someone"): secret, "lin@example.com": 1})
    cloud = tenant(item, an_item(2), an_item(3, kind="phase"))

    samples = cloud.source().check(samples=True).samples

    text = json.dumps([[sample.stream, sample.keys] for sample in samples], ensure_ascii=False)
    values = (secret, LIN.email, LIN.name, PAY.name, item.title, item.id, hex_id("someone"), "example.com", SECRET)
    assert samples
    assert not [value for value in values if value in text]


def test_samples_are_read_one_row_at_a_time_and_only_when_asked_for(tenant):
    cloud = tenant(*some_items(250))
    source = cloud.source()
    plain = source.check()
    asked = len(cloud.simulator.asked)

    source.check(samples=True)

    asked_again = list(cloud.simulator.asked)[2 * asked :]
    lists = [request for request in asked_again if "page_size" in request.query]
    assert plain.samples == ()
    assert {request.query["page_size"] for request in lists if not request.path.endswith("/projects")} == {"1"}
    assert len(asked_again) < 2 * len(source.streams)


def test_keys_are_dotted_and_tell_every_type_that_was_met():
    payload = {
        "id": "x",
        "n": 1.5,
        "on": True,
        "none": None,
        "list": [{"a": 1}, {"a": None, "b": [[]]}],
        "风险等级": "高",
        "people": {"0f1e2d3c4b5a69788796a5b4": {"role": "x"}, "a b": 1, "7": 2, "x@y.cn": 3},
    }

    assert key_types([payload], NAME) == {
        "id": ("string",),
        "n": ("number",),
        "on": ("boolean",),
        "none": ("null",),
        "list": ("array",),
        "list[]": ("object",),
        "list[].a": ("null", "number"),
        "list[].b": ("array",),
        "list[].b[]": ("array",),
        "风险等级": ("string",),
        "people": ("object",),
        "people.*": ("number", "object"),
        "people.*.role": ("string",),
    }


def test_an_object_without_bounds_gives_a_bounded_sample():
    deep = wide = {}
    for _ in range(500):
        deep = {"in": deep}
    wide = {f"key_{n}": n for n in range(5000)}

    assert len(key_types([deep], NAME)) <= 10
    assert len(key_types([wide], NAME)) == 400


def test_a_host_that_falls_silent_while_samples_are_taken_is_waited_for_once(tenant, monkeypatch):
    monkeypatch.setattr("connectors.pingcode.connector.CHECK_WAITS_S", (0.3, 0.3))
    over = threading.Event()
    cloud = tenant(*ITEMS, faults=lambda r, n: over.wait(3) and None if r.path.endswith("/departments") else None)

    check = cloud.source().check(samples=True)

    over.set()
    assert check.ok
    assert [sample.stream for sample in check.samples] == ["projects", "users", "work_items"]
    assert cloud.asked("/relations") == cloud.asked("/progress") == 0
