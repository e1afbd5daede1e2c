"""Refusals, limits, gateways and broken bodies: what is tried again, what is told, and as what."""

import pytest

from connectors.errors import BadPayload, NotPermitted, PathUnknown, Rejected, Retry
from connectors.pingcode.answers import NoSuchItem, NotAMember
from connectors.testing import Reply
from tests.unit.connectors.pingcode.conftest import PAY, pull, some_items

LIST = "/work_items"


@pytest.fixture(autouse=True)
def no_grace(monkeypatch):
    monkeypatch.setattr("connectors.http.GRACE_S", 0.05)


def first(times, reply):
    """Answers the list of work items with `reply`, the first few times."""
    left = [times]

    def faults(request, n):
        if not request.path.endswith(LIST) or left[0] == 0:
            return None
        left[0] -= 1
        return reply

    return faults


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_passing_trouble_is_waited_out(tenant, status):
    cloud = tenant(*some_items(3), faults=first(3, Reply("<html>busy</html>", status)))
    source = cloud.source(profile="c")

    read = pull(source)

    assert len(read.records) == 3
    assert source.tally.retries == 3


def test_a_server_error_is_tried_three_times_in_all(tenant):
    cloud = tenant(faults=first(99, Reply({"code": "100000", "message": "服务器内部错误"}, 500)))

    with pytest.raises(Retry, match="100000"):
        pull(cloud.source(profile="c"))

    assert cloud.asked(LIST) == 3


@pytest.mark.parametrize("name", ["X-RateLimit-Retry-After", "x-pc-retry-after", "Retry-After"])
def test_the_servers_own_word_on_when_to_return_is_kept(tenant, name):
    cloud = tenant(*some_items(3), faults=first(1, Reply({"code": "100038"}, 429, {name: "0.2"})))
    source = cloud.source(profile="c")

    read = pull(source)

    assert len(read.records) == 3
    assert source.tally.slept_seconds == pytest.approx(0.25)


def test_the_header_of_the_newest_generation_goes_before_the_others(tenant):
    headers = {"Retry-After": "30", "x-pc-retry-after": "20", "X-RateLimit-Retry-After": "0"}
    cloud = tenant(*some_items(3), faults=first(1, Reply({"code": "100038"}, 429, headers)))
    source = cloud.source(profile="c")

    pull(source)

    assert source.tally.slept_seconds == pytest.approx(0.05)


@pytest.mark.parametrize("profile", ["c", "d"])
def test_a_server_with_a_limit_is_read_completely(tenant, profile):
    cloud = tenant(*some_items(150), profile=profile, rate_limit=3, rate_window_s=0.2)
    source = cloud.source(profile=profile)

    read = pull(source)

    assert len(read.records) == 150
    assert source.tally.retries >= 1


def test_our_own_limit_spares_us_the_refusals_of_the_server(tenant, monkeypatch):
    monkeypatch.setattr("connectors.http.Budget.WINDOW_S", 0.4)
    cloud = tenant(*some_items(450), rate_limit=5, rate_window_s=0.35)
    source = cloud.source(profile="c", requests_per_minute=5)

    read = pull(source)

    assert len(read.records) == 450
    assert source.tally.retries == 0
    assert source.tally.slept_seconds > 0


@pytest.mark.parametrize("body", ["<html>Please wait</html>", b"", b'{"values": [', b"null"])
def test_a_gateway_that_answers_for_a_moment_is_waited_out(tenant, body):
    cloud = tenant(*some_items(3), faults=first(2, Reply(body)))

    assert len(pull(cloud.source(profile="c")).records) == 3


def test_a_gateway_that_keeps_answering_is_a_broken_contract(tenant):
    cloud = tenant(faults=first(99, Reply("<html>Please wait</html>")))

    with pytest.raises(BadPayload, match=r"HTML.*base_url"):
        pull(cloud.source(profile="c"))

    assert cloud.asked(LIST) == 3


@pytest.mark.parametrize("rows", [None, {}, "x", 1])
def test_a_list_that_is_none_is_a_broken_contract(tenant, rows):
    cloud = tenant(faults=first(99, Reply({"page_size": 100, "page_index": 0, "total": 3, "values": rows})))

    with pytest.raises(BadPayload):
        pull(cloud.source(profile="c"))


@pytest.mark.parametrize("body", [{"total": 0}, {"total": 0, "values": None}, {"total": 0, "values": []}])
def test_an_empty_list_may_come_without_its_values(tenant, body):
    cloud = tenant(*some_items(3), faults=first(1, Reply(body)))

    read = pull(cloud.source(profile="c"))

    assert (read.records, read.complete) == ([], True)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (403, "1", NotPermitted),
        (400, "100405", NotAMember),
        (400, "100317", NoSuchItem),
        (404, "100002", PathUnknown),
        (405, "", PathUnknown),
        (400, "100300", Rejected),
        (422, "100001", Rejected),
    ],
)
def test_a_refusal_is_named_by_what_to_do_and_not_tried_again(tenant, status, code, error):
    cloud = tenant(faults=first(99, Reply({"code": code, "message": "不行"}, status)))

    with pytest.raises(error, match=f"{status} {code}.*不行") as caught:
        pull(cloud.source(profile="c"))

    assert type(caught.value) is error
    assert cloud.asked(LIST) == 1


def test_a_redirect_is_not_followed_with_the_token(tenant):
    cloud = tenant(faults=first(99, Reply(b"", 302, {"Location": "http://127.0.0.1:9/login"})))

    with pytest.raises(PathUnknown, match="base_url"):
        pull(cloud.source(profile="c"))


@pytest.mark.parametrize("with_total", [True, False])
def test_a_page_shorter_than_asked_is_no_end_where_the_server_caps_pages(tenant, with_total):
    """A private deployment with smaller pages: the envelope says so."""
    cloud = tenant(*some_items(130))
    simulator = cloud.simulator

    def capped(request, n):
        for asked in (request.query, (request.json or {}).get("payload", {})):
            if "page_size" in asked:
                asked["page_size"] = min(40, int(asked["page_size"]))
        simulator.faults = None
        reply = simulator.handle(request)
        simulator.faults = capped
        if not with_total:
            reply.body.pop("total", None)
        return reply

    simulator.faults = capped

    assert len(pull(cloud.source(profile="c")).ids) == 130


def test_rows_of_another_project_are_never_taken_for_those_of_this_one(tenant):
    cloud = tenant(*some_items(3), ignored_parameters=("project_id", "project.id"))

    with pytest.raises(BadPayload, match=f"asked for work items of project {'0' * 24}"):
        pull(cloud.source(profile="c"), scope="0" * 24)

    assert len(pull(cloud.source(profile="c"), scope=PAY.id).records) == 3
