"""Where messages may not go: inside, unless the settings name the host; and not where a name points to in the meantime."""

from __future__ import annotations

import socket
from typing import Any

import pytest
import requests

from bridge.notify import guard
from bridge.notify.failures import Later, Refused
from bridge.notify.message import Target
from bridge.notify.wire import post
from connectors.testing import Reply, serve

INSIDE = (
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "::1",
    "fd00::1",
    "fe80::1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "224.0.0.1",
)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_not_public(address):
    assert not guard.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is(address):
    assert guard.is_public(address)


@pytest.mark.parametrize(
    "url",
    [f"http://{f'[{a}]' if ':' in a else a}/x" for a in INSIDE]
    + ["http://localhost/", "http://2130706433/", "http://0x7f.1/"],
)
def test_nothing_is_sent_inside(url):
    with pytest.raises((Refused, Later)) as failure:
        guard.check(url, ())

    assert failure.value.code in (guard.PRIVATE, guard.NOBODYS, "unknown_host")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/",
        "file:///etc/passwd",
        "http://",
        "//example.com",
        "http://user:pw@example.com/",
        "http://[::1",
        "http://a:99999/",
    ],
)
def test_what_is_no_web_address_is_refused(url):
    with pytest.raises(Refused, match="bad_url"):
        guard.check(url, ("example.com",))


def test_a_host_that_the_settings_name_may_be_inside():
    guard.check("http://127.0.0.1:8080/x", ("127.0.0.1",))
    guard.check("http://[::1]/x", ("[::1]",))
    guard.check("http://Robot.Intranet/x", ("robot.intranet",))


def test_a_name_that_leads_inside_once_it_was_checked_gets_nothing(monkeypatch: pytest.MonkeyPatch):
    asked: list[Any] = []
    with serve(lambda request: asked.append(request) or Reply({})) as base:
        port = int(base.rpartition(":")[2])
        answers = iter(["8.8.8.8", "127.0.0.1"])

        def resolved(host: str, *_: Any, **__: Any) -> list[Any]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

        monkeypatch.setattr(socket, "getaddrinfo", resolved)

        with pytest.raises(Refused, match=guard.PRIVATE):
            post(Target("n", "webhook"), f"http://rebinding.example:{port}/", b"{}", {})

    assert asked == []


def test_the_environment_sends_nothing_to_a_proxy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serve(lambda request: Reply({"ok": True})) as base:
        answer = post(Target("n", "webhook", intranet=("127.0.0.1",)), base, b"{}", {})

    assert answer.body == {"ok": True}


def test_a_proxy_of_the_settings_is_used():
    with serve(lambda request: Reply({"path": request.path})) as base:
        answer = post(Target("n", "webhook", proxy=base), "http://robot.example/x", b"{}", {})

    assert "robot.example" in answer.body["path"] or answer.body["path"] == "/x"


def test_a_session_follows_no_redirect_and_no_environment():
    session = guard.session((), "")

    assert isinstance(session, requests.Session) and session.trust_env is False
