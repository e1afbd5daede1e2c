"""Webhooks over real HTTP: anything bounded is a hint, nothing in it is believed, and none is lost once it is answered."""

from __future__ import annotations

import json
import random
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import requests

from bridge.store import hints
from bridge.store.engine import Store
from bridge.store.hints import MOST_PER_SOURCE, WHOLE
from bridge.web.hooks import MOST_BYTES
from connectors.pingcode.connector import PingCode
from connectors.testing import hex_id

from .conftest import Site
from .receiver import ONE, TOKEN, Receiver, receiving

NOW = datetime(2026, 8, 24, 1, tzinfo=UTC)


@pytest.fixture
def receiver(site: Site) -> Iterator[Receiver]:
    with receiving(site) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "bridge.db") as opened:
        opened.upgrade()
        yield opened


@pytest.mark.parametrize(
    "body",
    [
        {"json": {"event": "changed", "payload": {"id": ONE}}},
        {"data": json.dumps({"id": ONE}), "headers": {"Content-Type": "text/plain"}},
        {"data": {"work_item": ONE, "by": "林悦"}},
        {"data": {"payload": json.dumps({"id": ONE})}},
        {"data": f"工作项 {ONE} 有变化".encode()},
        {"files": {"payload": ("body.json", json.dumps({"id": ONE}))}},
    ],
    ids=["json", "json as text", "form", "json in a form", "text", "multipart"],
)
def test_a_task_is_found_in_whatever_form_it_comes(receiver: Receiver, body: dict[str, Any]):
    answer = receiver.post(**body)

    assert (answer.status_code, answer.json()) == (202, {"accepted": True})
    assert receiver.stored() == {ONE: 1}


def test_a_put_is_as_good_as_a_post(receiver: Receiver):
    answer = requests.put(f"{receiver.url}hooks/pingcode/{TOKEN}", json={"id": ONE}, timeout=10)

    assert answer.status_code == 202
    assert receiver.stored() == {ONE: 1}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"a":' * 5_000, b"\xff\xfe\x00", b"null", b"9" * 10_000, "🙈".encode("utf-16"), b"a=1&" * 5_000],
    ids=["nothing", "broken", "deep", "no text", "null", "a huge number", "another encoding", "many fields"],
)
@pytest.mark.parametrize("kind", ["application/json", "application/x-www-form-urlencoded", "image/png"])
def test_a_body_nobody_understands_says_that_something_changed(receiver: Receiver, body: bytes, kind: str):
    answer = receiver.post(data=body, headers={"Content-Type": kind})

    assert answer.status_code == 202
    assert receiver.stored() == {WHOLE: 1}


def test_random_bytes_never_do_harm(receiver: Receiver):
    chance = random.Random(20260824)
    kinds = ["application/json", "application/x-www-form-urlencoded", "text/plain; charset=nonsense", "multipart/x"]
    pieces = [b'{"', b'":', b"[", b"\\u", b"%", b"&=", ONE.encode(), b"\x00", "林".encode()]
    codes = set()
    with requests.Session() as session:
        for _ in range(150):
            noise = b"".join(
                chance.choice([chance.choice(pieces), chance.randbytes(chance.randrange(40))])
                for _ in range(chance.randrange(60))
            )
            address = f"{receiver.url}hooks/{chance.choice(['pingcode', 'worktile'])}/{TOKEN}"
            answer = session.post(address, data=noise, headers={"Content-Type": chance.choice(kinds)}, timeout=10)
            codes.add(answer.status_code)

    assert codes == {202}
    assert set(receiver.stored()) <= {WHOLE, ONE}
    assert sum(receiver.stored().values()) + sum(receiver.stored("worktile").values()) >= 150


@pytest.mark.parametrize("task", ["", "x" * 200, "\ud800", "a\nb", "\x1b[31m"])
def test_what_is_no_plain_word_is_no_task_and_stops_nothing(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, task: str
):
    monkeypatch.setattr(PingCode, "hinted", lambda self, body: (task,))
    assert receiver.post(data=b"x").status_code == 202
    monkeypatch.undo()

    assert receiver.stored() == {WHOLE: 1}
    assert receiver.post(json={"id": ONE}).status_code == 202
    assert receiver.stored() == {WHOLE: 1, ONE: 1}


def test_a_connector_that_stumbles_over_a_body_reads_the_whole_source(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
):
    def stumble(self: PingCode, body: Any) -> tuple[str, ...]:
        raise RecursionError

    monkeypatch.setattr(PingCode, "hinted", stumble)

    assert receiver.post(data=b"x").status_code == 202
    assert receiver.stored() == {WHOLE: 1}


def test_a_wrong_token_and_an_unknown_source_are_answered_alike(receiver: Receiver):
    wrong = receiver.post(token="wrong", json={"id": ONE})
    unknown = receiver.post(source="jira", json={"id": ONE})
    longer = receiver.post(token=TOKEN + "x", json={"id": ONE})

    assert {answer.status_code for answer in (wrong, unknown, longer)} == {404}
    assert wrong.text == unknown.text == longer.text
    assert TOKEN not in wrong.text
    assert receiver.stored() == {}


def test_without_a_token_in_the_settings_nothing_is_received(site: Site):
    with receiving(site, token="") as receiver:
        assert receiver.post(token="None").status_code == 404
        assert receiver.post(token="(not set)").status_code == 404
        assert receiver.stored() == {}


@pytest.mark.parametrize("method", ["GET", "DELETE", "OPTIONS", "PATCH"])
def test_a_hook_is_only_told_never_asked(receiver: Receiver, method: str):
    answer = requests.request(method, f"{receiver.url}hooks/pingcode/{TOKEN}", timeout=10)

    assert answer.status_code == 405
    assert receiver.stored() == {}


def test_a_body_of_256_kib_is_taken_and_one_byte_more_is_not(receiver: Receiver):
    filled = json.dumps({"id": ONE}).encode()

    fits = receiver.post(data=filled + b" " * (MOST_BYTES - len(filled)))
    exceeds = receiver.post(data=filled + b" " * (MOST_BYTES - len(filled) + 1))

    assert (fits.status_code, exceeds.status_code) == (202, 413)
    assert receiver.stored() == {ONE: 1}


def test_the_limit_holds_for_a_body_in_chunks(receiver: Receiver):
    def chunks(size: int) -> Iterator[bytes]:
        for _ in range(size // 1024):
            yield b" " * 1024
        yield ONE.encode()

    fits = receiver.post(data=chunks(MOST_BYTES - 1024))
    exceeds = receiver.post(data=chunks(MOST_BYTES))

    assert (fits.status_code, exceeds.status_code) == (202, 413)


def test_a_large_body_is_refused_before_it_is_sent(receiver: Receiver):
    port = urlsplit(receiver.url).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=10) as caller:
        caller.sendall(
            f"POST /hooks/pingcode/{TOKEN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900000000\r\n\r\n".encode()
        )

        assert caller.recv(100).startswith(b"HTTP/1.1 413")


def test_a_caller_that_goes_away_in_the_middle_disturbs_nobody(receiver: Receiver):
    port = urlsplit(receiver.url).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=10) as caller:
        caller.sendall(
            f"POST /hooks/pingcode/{TOKEN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nhalf".encode()
        )

    assert receiver.post(json={"id": ONE}).status_code == 202


def test_hints_about_one_task_are_one_hint_counted(receiver: Receiver):
    for _ in range(5):
        receiver.post(json={"id": ONE})

    assert receiver.stored() == {ONE: 5}


def test_a_hint_is_stored_when_it_is_answered(receiver: Receiver):
    for number in range(20):
        receiver.post(json={"id": hex_id("hinted", number)})
        assert len(receiver.stored()) == number + 1


def test_a_busy_store_delays_no_answer_and_gets_the_hint_later(receiver: Receiver):
    with Store(receiver.site.folder / "data" / "bridge.db") as busy, busy.transaction():
        started = time.monotonic()
        answer = receiver.post(json={"id": ONE})
        took = time.monotonic() - started

    assert answer.status_code == 202 and took < 2
    wait_for(lambda: receiver.stored() == {ONE: 1})


def test_a_flood_collapses_into_reading_the_whole_source(store: Store):
    with store.transaction():
        hints.add(store, "pingcode", {hex_id("first"): 1}, NOW)
    later = NOW + timedelta(minutes=1)
    with store.transaction():
        hints.add(store, "pingcode", {hex_id("flood", n): 1 for n in range(MOST_PER_SOURCE)}, later)

    (only,) = hints.pending(store, "pingcode")
    assert (only.task, only.times) == (WHOLE, MOST_PER_SOURCE + 1)
    assert (only.first_at, only.last_at) == (NOW, later)


def test_a_hint_that_came_again_while_it_was_followed_stays(store: Store):
    with store.transaction():
        hints.add(store, "pingcode", {ONE: 1, "other": 1}, NOW)
    followed = hints.pending(store, "pingcode")
    with store.transaction():
        hints.add(store, "pingcode", {ONE: 1}, NOW + timedelta(seconds=3))

    with store.transaction():
        hints.done(store, followed)

    assert [(hint.task, hint.times) for hint in hints.pending(store, "pingcode")] == [(ONE, 2)]


def wait_for(true: Any, seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_form_keeps_what_was_given_once_as_text_and_more_as_a_list(receiver: Receiver):
    answer = receiver.post(data=urlencode([("id", ONE), ("id", hex_id("two")), ("x", "1")]).encode(), headers=FORM)

    assert answer.status_code == 202
    assert receiver.stored() == {ONE: 1, hex_id("two"): 1}


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
