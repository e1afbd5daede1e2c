"""What the connector makes of refusals, gateways and broken bodies; and that no message holds a secret."""

from __future__ import annotations

import socket
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote, quote_plus

import pytest

from connectors.contract import EVERYTHING, Scope
from connectors.errors import (
    BadPayload,
    ConnectorError,
    Interrupted,
    NotPermitted,
    PathUnknown,
    Rejected,
    Retired,
    Retry,
    Unreachable,
)
from connectors.testing import Reply, Request

SECRET = "s3cret/with+signs=&汉字"
HTML = "<html><body><h1>nginx</h1></body></html>"
LEGACY = {"error_code": 100005, "error_message": "not authorized", "request": "GET /v1/projects"}


def every_task_call(reply: Reply) -> Callable[[Request], Reply | None]:
    return lambda request: reply if "get-project-tasks" in request.path else None


def first_task_calls(*replies: Reply) -> Callable[[Request], Reply | None]:
    """These replies one after the other, then the server's own."""
    left = list(replies)
    return lambda request: left.pop(0) if left and "get-project-tasks" in request.path else None


@pytest.mark.parametrize("path", ["token", "get-project-tasks"])
@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(HTML, 403), NotPermitted),
        (Reply(HTML, 404), PathUnknown),
        (Reply({"error": "?"}, 404), PathUnknown),
        (Reply(HTML, 200), BadPayload),
        (Reply(b"not json", 200), BadPayload),
        (Reply(HTML, 502), Retry),
        (Reply(LEGACY, 401), Retired),
        (Reply(LEGACY, 200), Retired),
    ],
)
def test_an_answer_means_the_same_at_sign_in_and_while_reading(open_team, path, reply, error):
    team = open_team(faults=lambda request: reply if path in request.path else None)

    with pytest.raises(error) as caught:
        team.records()

    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("reply", "error", "part"),
    [
        (Reply({"ok": False, "error_code": 4711, "error": "broken"}), Rejected, "4711"),
        (Reply({"ok": False}), Rejected, "the request failed"),
        (Reply({"code": 403, "data": {"value": []}}), Rejected, "code 403"),
        (Reply({"error": "bad project"}, 400), Rejected, "bad project"),
        (Reply("", 302, {"Location": "/login"}), Rejected, "base_url must be the final address"),
        (Reply({"error": "?"}, 403), NotPermitted, "may not read this"),
        (Reply({"total": 12}), BadPayload, "without its rows"),
        (Reply({"items": [{"title": "x"}]}), BadPayload, "repeats the page before it"),
        (Reply(b"17"), BadPayload, "neither an object nor an array"),
    ],
)
def test_a_failure_is_an_error_and_never_an_empty_list(open_team, reply, error, part):
    team = open_team(faults=every_task_call(reply))

    with pytest.raises(error, match=part) as caught:
        team.records()

    assert type(caught.value) is error
    assert "get-project-tasks" in str(caught.value) or error is BadPayload


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_throttled_or_failing_server_is_tried_again(open_team, status):
    team = open_team(faults=first_task_calls(Reply(HTML, status), Reply(HTML, status)))
    connector = team.connector()

    assert len(team.records("SVC", connector)) == 2
    assert connector.tally.retries == 2


def test_a_web_page_with_a_good_status_may_be_gone_a_moment_later(open_team):
    team = open_team(faults=first_task_calls(Reply(HTML), Reply(HTML)))

    assert len(team.records("SVC")) == 2


def test_patience_ends_and_the_page_of_a_gateway_is_never_shown(open_team):
    team = open_team(faults=every_task_call(Reply(HTML, 429)))

    with pytest.raises(Retry, match="HTTP 429") as caught:
        team.records()

    assert "nginx" not in str(caught.value)
    assert team.sim.count("get-project-tasks") == 3


@pytest.mark.parametrize("after", ["3600", "date"])
def test_a_wish_to_be_left_alone_for_long_is_honoured_by_giving_up(open_team, after):
    an_hour_on = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    reply = Reply(HTML, 429, {"Retry-After": an_hour_on if after == "date" else after})
    team = open_team(faults=every_task_call(reply))

    with pytest.raises(Retry) as caught:
        team.records()

    assert caught.value.after_s == pytest.approx(3600, abs=5)
    assert team.sim.count("get-project-tasks") == 1


def test_a_short_wait_that_the_server_asked_for_is_waited(open_team):
    team = open_team(faults=first_task_calls(Reply(HTML, 503, {"Retry-After": "0"})))
    connector = team.connector()

    records = team.records("SVC", connector)

    assert len(records) == 2
    assert connector.tally.slept_seconds >= 1.0


def test_the_simulated_rate_limit_answers_with_a_web_page(open_team):
    team = open_team(rate_limit=3)

    with pytest.raises(Retry, match="HTTP 429"):
        team.records()


def test_an_unreadable_project_leaves_the_others_alone(open_team):
    team = open_team()
    team.sim.unreadable_projects.add(team.project("MKT"))
    connector = team.connector()

    with pytest.raises(NotPermitted):
        team.records("MKT", connector)

    assert len(team.records("SVC", connector)) == 2


def test_a_wish_to_stop_ends_the_read_with_its_own_error(open_team):
    team = open_team()
    connector = team.connector()
    pages = connector.pages("tasks", Scope(team.project("MKT")), {})
    next(pages)

    connector._surroundings.stop.set()

    with pytest.raises(Interrupted):
        list(pages)


def echo(request: Request, status: int = 400) -> Reply:
    """A server that repeats everything it was told, raw and as a URL writes it."""
    token = request.query.get("access_token", "")
    told = [token, quote(token, safe=""), quote_plus(token), SECRET, quote_plus(SECRET), request.json]
    return Reply({"ok": False, "error_code": 1, "error": told}, status)


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 500])
@pytest.mark.parametrize("path", ["token", "projects-by-page", "members-by-page", "project-tasks-by-page"])
def test_no_failure_shows_the_secret_or_the_token(open_team, status, path):
    team = open_team(faults=lambda request: echo(request, status) if path in request.path else None)
    connector = team.connector()
    texts = []

    for stream in connector.streams:
        scope = Scope(team.project("MKT")) if stream == "tasks" else EVERYTHING
        try:
            list(connector.pages(stream, scope, {}))
        except ConnectorError as err:
            texts.append("".join(traceback.format_exception(err)) + repr(err))
    texts += [finding.detail for finding in connector.check().findings]

    assert texts
    told = "".join(texts)
    for secret in [SECRET, *team.sim._tokens]:
        for form in (secret, quote(secret, safe=""), quote_plus(secret)):
            assert form not in told


def test_a_connection_that_breaks_does_not_show_the_token(open_team):
    team = open_team()
    connector = team.connector()
    team.records("SVC", connector)
    (token,) = team.sim._tokens
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        connector._api._config = team.config(base_url=f"http://127.0.0.1:{nobody.getsockname()[1]}/open-api")

        with pytest.raises(Unreachable) as caught:
            team.records("SVC", connector)

    told = "".join(traceback.format_exception(caught.value))
    assert "get-project-tasks" in told
    assert not any(form in told for form in (token, quote(token, safe=""), quote_plus(token)))
