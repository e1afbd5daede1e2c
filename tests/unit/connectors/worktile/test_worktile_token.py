"""The access token: fetched once, renewed in time, replaced when it dies, and given up when that does not help."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from connectors.errors import SignInFailed
from connectors.testing import Reply, Request

DEAD = {"ok": False, "error_code": 1103, "error": "access token expired"}
HTML = "<html><body><h1>nginx</h1></body></html>"


def first_task_call(reply: Reply) -> Callable[[Request], Reply | None]:
    """This reply once, then the server's own."""
    left = [reply]
    return lambda request: left.pop() if left and "get-project-tasks" in request.path else None


def every_task_call(reply: Reply) -> Callable[[Request], Reply | None]:
    return lambda request: reply if "get-project-tasks" in request.path else None


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(DEAD),
        Reply({**DEAD, "error_code": 1102}),
        Reply({**DEAD, "error_code": "1103"}),
        Reply(DEAD, 400),
        Reply({"error": "?"}, 401),
        Reply(HTML, 401),
    ],
)
def test_a_dead_token_is_replaced_and_the_call_replayed(open_team, refusal):
    team = open_team()
    team.sim.faults = first_task_call(refusal)

    records = team.records("SVC")

    assert len(records) == 2
    assert team.sim.count("tenant-access-token") == 2


def test_a_token_that_dies_in_the_middle_of_a_sweep_costs_no_task(open_team):
    team = open_team()

    def expire(request: Request) -> None:
        if team.sim.count("get-project-tasks") in (2, 5):
            team.sim.expire_tokens()

    team.sim.faults = expire

    assert {r.external_id for r in team.records()} == team.living()


def test_a_token_that_is_refused_although_new_ends_the_read(open_team):
    team = open_team(faults=every_task_call(Reply(DEAD)))

    with pytest.raises(SignInFailed, match="just issued is refused") as caught:
        team.records()

    assert type(caught.value) is SignInFailed
    assert team.sim.count("tenant-access-token") == 2


def test_a_token_is_renewed_before_it_ends(open_team):
    team = open_team(token_lifetime=1000)
    connector = team.connector()
    token = connector._api._token
    clock = [0.0]
    token._clock = lambda: clock[0]
    first = token.current()

    clock[0] = 899.0
    kept = token.current()
    clock[0] = 901.0
    renewed = token.current()

    assert kept == first != renewed


def test_a_token_without_a_lifetime_is_kept_until_it_is_refused(open_team):
    team = open_team(token_lifetime=None)
    token = team.connector()._api._token
    first = token.current()
    token._clock = lambda: 10.0**9

    assert token.current() == first
    token.refused(first)
    assert token.current() != first


def test_threads_that_need_a_token_sign_in_once(open_team):
    team = open_team()
    token = team.connector()._api._token
    tokens = []
    threads = [threading.Thread(target=lambda: tokens.append(token.current())) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tokens) == 8
    assert len(set(tokens)) == team.sim.count("tenant-access-token") == 1


@pytest.mark.parametrize(
    "refusal",
    [
        Reply({"ok": False, "error": "no"}, 400),
        Reply({"ok": False, "error": "no"}, 403),
        Reply({"ok": False, "error_code": 7}),
        Reply({"code": 500}),
        Reply({"error": "no"}, 401),
        Reply({"error": "no"}, 422),
        Reply({"expires_in": 7200}),
        Reply({"tenant_access_token": ""}),
        Reply([]),
    ],
)
def test_a_refused_sign_in_says_what_to_check(open_team, refusal):
    team = open_team(faults=lambda request: refusal if "token" in request.path else None)

    with pytest.raises(SignInFailed, match="check client_id and client_secret"):
        team.records()


def test_a_wrong_secret_is_a_failed_sign_in_and_tried_once(open_team):
    team = open_team()

    with pytest.raises(SignInFailed):
        team.records(client_secret="wrong")

    assert team.sim.calls == ["POST /tenant-access-token"]


def test_a_thread_that_was_refused_an_old_token_does_not_throw_the_new_one_away(open_team):
    team = open_team()
    token = team.connector()._api._token
    old = token.current()
    token.refused(old)
    new = token.current()

    token.refused(old)

    assert token.current() == new
    assert team.sim.count("tenant-access-token") == 2
