"""The client under every connector: budget, retry, stop, and nothing secret in what it says."""

import json
import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote, quote_plus

import pytest

from connectors.contract import Tally
from connectors.errors import BadPayload, Interrupted, Rejected, Retry, Unreachable
from connectors.http import Budget, Client, Redactor, budget_of, seconds_to_wait
from connectors.testing import Reply, serve

SECRET = 'a/b+c d%"é'


def a_client(**settings):
    usual = {"budget": Budget(1_000_000), "redact": Redactor([SECRET]), "stop": threading.Event()}
    return Client(**{"first_backoff_s": 0.01, **usual, **settings})


def accept(answer):
    if answer.status == 503:
        raise Retry("busy", most=4)
    if answer.status >= 400:
        raise Rejected(f"{answer.status}")


class Server:
    """Answers with the replies in order, then with the last one for ever."""

    def __init__(self, *replies):
        self.replies = list(replies)
        self.requests = []

    def handle(self, request):
        self.requests.append(request)
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.mark.parametrize(
    "spelled",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET),
        quote_plus(SECRET),
        quote_plus(SECRET).lower(),
        quote(quote_plus(SECRET), safe=""),
        json.dumps(SECRET)[1:-1],
        json.dumps(SECRET, ensure_ascii=False)[1:-1],
        SECRET.replace("/", "\\/"),
    ],
)
def test_a_secret_is_hidden_however_it_is_spelled(spelled):
    assert Redactor([SECRET])(f"say {spelled}!") == "say ***!"


def test_a_secret_that_contains_another_is_hidden_whole():
    redact = Redactor(["abc", "abcdef", ""])

    assert redact("abcdef abc ABC") == "*** *** ABC"


def test_a_secret_across_the_cut_of_an_excerpt_is_not_half_shown():
    client = a_client()
    with serve(Server(Reply({"x": "y" * 280 + SECRET * 3})).handle) as url:
        answer = client.send("GET", url, judge=accept)

    shown = client.excerpt(answer)
    client.close()

    assert len(shown) <= 300
    assert not any(part in shown for part in (SECRET, "a/b", "c d"))


def test_an_html_page_is_not_repeated():
    client = a_client()
    with serve(Server(Reply("<html>x</html>")).handle) as url:
        answer = client.send("GET", url, judge=accept)
    client.close()

    assert (client.excerpt(answer), answer.is_html, answer.body) == ("(an HTML page)", True, None)


def test_a_budget_lets_the_allowed_number_through_and_spreads_the_rest():
    now = [100.0]
    budget = Budget(3, clock=lambda: now[0])

    waits = [budget.reserve() for _ in range(7)]
    now[0] += 30
    later = budget.reserve()

    assert waits == [0, 0, 0, 60.5, 60.5, 60.5, 121]
    assert later == 91


def test_a_budget_never_allows_more_than_its_number_in_any_minute():
    now = [0.0]
    budget = Budget(5, clock=lambda: now[0])
    sent = []
    for step in range(200):
        now[0] += step % 7
        sent.append(now[0] + budget.reserve())

    assert all(later - earlier > 60 for earlier, later in zip(sent, sent[5:], strict=False))


def test_a_credential_has_one_budget_in_a_process():
    same = budget_of("https://one.example", "id", 10)

    assert budget_of("https://one.example", "id", 10) is same
    assert budget_of("https://one.example", "other", 10) is not same


def test_a_retry_is_tried_again_and_counted():
    server = Server(Reply({}, 503), Reply({}, 503), Reply({"ok": 1}))
    tally = Tally()
    client = a_client(tally=tally)
    with serve(server.handle) as url:
        answer = client.send("GET", url, judge=accept)
    client.close()

    assert answer.body == {"ok": 1}
    assert (tally.requests, tally.retries) == (3, 2)


def test_a_failure_that_names_its_tries_is_given_up_after_them():
    server = Server(Reply({}, 503))
    client = a_client(tries=9)
    with serve(server.handle) as url, pytest.raises(Retry, match="busy"):
        client.send("GET", url, judge=accept)
    client.close()

    assert len(server.requests) == 4


def test_any_other_failure_is_raised_at_once():
    server = Server(Reply({}, 400))
    client = a_client()
    with serve(server.handle) as url, pytest.raises(Rejected):
        client.send("GET", url, judge=accept)
    client.close()

    assert len(server.requests) == 1


def test_the_wish_to_stop_ends_a_long_wait_and_is_told_as_such():
    def busy(answer):
        raise Retry("busy", after_s=60)

    stop = threading.Event()
    client = a_client(stop=stop)
    threading.Timer(0.1, stop.set).start()
    started = time.monotonic()
    with serve(Server(Reply({})).handle) as url, pytest.raises(Interrupted):
        client.send("GET", url, judge=busy)
    client.close()

    assert time.monotonic() - started < 2


def test_a_stop_while_the_server_refuses_is_no_failure_of_the_server():
    stop = threading.Event()

    def refuse(answer):
        stop.set()
        raise Retry("busy")

    client = a_client(stop=stop)
    with serve(Server(Reply({})).handle) as url, pytest.raises(Interrupted):
        client.send("GET", url, judge=refuse)
    client.close()


def test_a_host_that_does_not_answer_is_unreachable_and_its_query_is_not_told():
    client = a_client(tries=1)

    with pytest.raises(Unreachable) as caught:
        client.send("GET", "http://127.0.0.1:9/token", judge=accept, params={"secret": SECRET})
    client.close()

    assert str(caught.value) == "GET 127.0.0.1:9/token: no answer: connection refused"
    assert caught.value.__cause__ is caught.value.__context__ is None


def test_an_address_that_is_none_is_not_tried_again():
    tally = Tally()
    client = a_client(tally=tally)

    with pytest.raises(BadPayload, match="not a usable address"):
        client.send("GET", "http://[broken/", judge=accept)
    client.close()

    assert tally.requests == 1


def test_a_redirect_is_given_to_the_judge_and_not_followed():
    server = Server(Reply(b"", 302, {"Location": "/elsewhere"}))
    client = a_client()
    with serve(server.handle) as url:
        answer = client.send("GET", url, judge=accept)
    client.close()

    assert (answer.status, len(server.requests)) == (302, 1)


def test_a_password_in_the_netrc_does_not_replace_our_token(tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server = Server(Reply({}))
    client = a_client()

    with serve(server.handle) as url:
        client.send("GET", url, judge=accept, headers={"Authorization": "Bearer ours"})
    client.close()

    assert server.requests[0].headers["Authorization"] == "Bearer ours"


def test_a_secret_in_a_query_is_not_logged_even_at_debug(caplog):
    caplog.set_level(logging.DEBUG)
    client = a_client()

    with serve(Server(Reply({})).handle) as url:
        client.send("GET", url, judge=accept, params={"client_secret": "plainsecret"})
    client.close()

    assert "plainsecret" not in caplog.text


def test_the_servers_time_is_read_from_its_date():
    at = datetime(2026, 8, 24, 1, 2, 3, tzinfo=UTC)
    client = a_client()
    answers = []
    for date in (format_datetime(at, usegmt=True), "soon"):
        with serve(Server(Reply({}, 200, {"Date": date})).handle) as url:
            answers.append(client.send("GET", url, judge=accept))
    client.close()

    assert [answer.server_time for answer in answers] == [at, None]


NOW = datetime(2026, 8, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": "0.5"}, 0.5),
        ({"Retry-After": "-3"}, 0),
        ({"Retry-After": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90),
        ({"Retry-After": format_datetime(NOW - timedelta(seconds=90), usegmt=True)}, 0),
        ({"Retry-After": "soon"}, None),
        ({"X-First": "soon", "Retry-After": "7"}, 7),
        ({"X-First": "1", "Retry-After": "7"}, 1),
    ],
)
def test_what_a_server_says_about_waiting_is_read(headers, seconds):
    assert seconds_to_wait(headers, ("X-First", "Retry-After"), NOW) == seconds
