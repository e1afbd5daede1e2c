"""A hostile network: whatever comes or does not come, the client ends in time, with a named error and plain words."""

import base64
import gzip
import json
import socket
import ssl
import struct
import threading
import time
from contextlib import contextmanager

import pytest
import requests

from connectors import wire
from connectors.answer import answer_of
from connectors.budget import Budget
from connectors.errors import BadPayload, Interrupted, Retry, Unreachable
from connectors.http import Client, Redactor

SECRET = "tok3n+/= & one more"
BIG = 2**64


def a_client(**settings):
    usual = {"budget": Budget(1_000_000), "redact": Redactor([SECRET]), "stop": threading.Event(), "tries": 2}
    return Client(**{"first_backoff_s": 0.01, **usual, **settings})


def accept(answer):
    if answer.body is None and answer.status != 204:
        raise BadPayload("not JSON")


@contextmanager
def listening(behave):
    """A server that does with each connection whatever `behave(connection, over)` does."""
    over, server = threading.Event(), socket.create_server(("127.0.0.1", 0))

    def one(connection):
        with connection:
            connection.recv(65536)
            try:
                behave(connection, over)
            except OSError:
                return  # the client has had enough

    def accepting():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accepting, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        over.set()
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def sending(data, then="close"):
    def behave(connection, over):
        connection.sendall(data)
        if then == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif then == "hang":
            over.wait(20)

    return behave


def http(body, *headers, status="200 OK", length=None):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def dripping(start, drop=b" "):
    def behave(connection, over):
        connection.sendall(start)
        while not over.wait(0.05):
            connection.sendall(drop)

    return behave


def failed(behave, **settings):
    client = a_client(**settings)
    with listening(behave) as url, pytest.raises(Exception) as caught:
        client.send("GET", url + "/page", judge=accept, params={"token": SECRET}, headers={"X-Token": "x"})
    client.close()
    said = str(caught.value)
    assert SECRET not in said and "object at 0x" not in said and "HTTPConnection" not in said
    assert caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize(
    ("behave", "error", "words"),
    [
        (sending(b""), Unreachable, "closed before an answer"),
        (sending(b"", "reset"), Unreachable, "reset"),
        (sending(b"not http at all\r\n\r\n"), Unreachable, "no HTTP"),
        (sending(http(b"{}", length=50)), Retry, "before its announced length"),
        (sending(http(b'{"a": ' + b"1" * 999, length=5000), "reset"), Retry, "not usable: the connection was reset"),
        (sending(http(b"rubbish", "Content-Encoding: gzip")), Retry, "compressed"),
        (sending(http(gzip.compress(b"{}" * 500)[:30], "Content-Encoding: gzip")), BadPayload, "not JSON"),
        (sending(http(b'{"values": [1,', "Content-Type: application/json")), BadPayload, "not JSON"),
        (sending(http(b'{"values": []}', length=5)), BadPayload, "not JSON"),
        (sending(http(b"<html>hi</html>", "Content-Type: application/json")), BadPayload, "not JSON"),
        (sending(http(b"")), BadPayload, "not JSON"),
        (sending(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Retry, "not usable"),
    ],
)
def test_a_broken_answer_becomes_a_named_error_in_plain_words(behave, error, words):
    err = failed(behave)

    assert type(err) is error and words in str(err)


def test_no_answer_is_told_with_host_port_and_cause():
    client = a_client(tries=1)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    with pytest.raises(Unreachable, match=rf"^GET 127\.0\.0\.1:{port}/x: no answer: connection refused$"):
        client.send("GET", f"http://127.0.0.1:{port}/x", judge=accept)
    with pytest.raises(Unreachable, match=r"nowhere\.invalid:443/x: no answer: the name of the host is not known"):
        client.send("GET", "https://nowhere.invalid/x", judge=accept)
    client.close()


def test_a_server_that_speaks_no_tls_is_told_so():
    client = a_client(tries=1)
    with listening(sending(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as url, pytest.raises(Unreachable, match="TLS failed"):
        client.send("GET", url.replace("http", "https"), judge=accept)
    client.close()


def test_a_certificate_that_is_not_accepted_is_told_with_its_reason():
    err = ssl.SSLCertVerificationError(1, "x")
    err.verify_message = "self-signed certificate"

    said = wire.in_plain_words(requests.exceptions.SSLError(err), (1.0, 1.0))

    assert said == "its TLS certificate is not accepted: self-signed certificate"


def test_a_server_that_never_answers_is_left_after_the_read_timeout():
    began = time.monotonic()

    err = failed(sending(b"", "hang"), timeout=(1.0, 0.3), tries=1)

    assert type(err) is Unreachable and "nothing came for 0.3 s" in str(err)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("start", "error"),
    [
        (http(b"{", length=10_000), Retry),
        (b"HTTP/1.1 200 OK\r\n\r\n[", Retry),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", Retry),
        (b"HTTP/1.1 200 OK\r\nX-Long: ", Retry),
        (b"HTTP/1.", Unreachable),
    ],
    ids=["body", "body without a length", "chunk", "header", "first line"],
)
def test_an_answer_that_drips_is_left_when_its_time_is_over(start, error):
    began = time.monotonic()

    err = failed(dripping(start), timeout=(1.0, 60.0), total_s=0.4, tries=1)

    assert type(err) is error and "not complete within 0.4 s" in str(err)
    assert time.monotonic() - began < 2


def test_an_answer_that_drips_and_ends_in_time_is_read():
    body = json.dumps({"values": list(range(20))}).encode()

    def behave(connection, over):
        connection.sendall(http(b"", length=len(body)))
        for byte in body:
            over.wait(0.002)
            connection.sendall(bytes([byte]))

    client = a_client()
    with listening(behave) as url:
        answer = client.send("GET", url, judge=accept)
    client.close()

    assert answer.body == {"values": list(range(20))}


@pytest.mark.parametrize("behave", [sending(b"", "hang"), sending(http(b"{", length=9), "hang")], ids=["head", "body"])
def test_the_wish_to_stop_ends_the_wait_for_an_answer_within_a_second(behave):
    stop, client = threading.Event(), None
    client = a_client(stop=stop)
    wished = []
    timer = threading.Timer(0.2, lambda: (wished.append(time.monotonic()), stop.set()))
    timer.start()

    with listening(behave) as url, pytest.raises(Interrupted):
        client.send("GET", url, judge=accept)
    client.close()

    assert time.monotonic() - wished[0] < 1


def test_a_body_without_end_is_left_at_its_largest_size(monkeypatch):
    monkeypatch.setattr(wire, "MOST_BYTES", 1024 * 1024)
    bomb = gzip.compress(b" " * 5_000_000)

    err = failed(sending(http(bomb, "Content-Encoding: gzip")))

    assert type(err) is BadPayload and "larger than 1 MiB" in str(err)


def test_a_good_answer_after_a_broken_one_is_read():
    replies = [http(b"rubbish", "Content-Encoding: gzip"), http(b'{"ok": 1}')]
    client = a_client()

    with listening(lambda connection, over: connection.sendall(replies.pop(0))) as url:
        answer = client.send("GET", url, judge=accept)
    client.close()

    assert answer.body == {"ok": 1} and client.tally.retries == 1


def test_a_token_that_no_header_can_hold_is_told_without_showing_it():
    client = a_client()
    for token in ("中文token", "line\nbreak"):
        with pytest.raises(BadPayload, match="impossible characters") as caught:
            client.send("GET", "http://127.0.0.1:9/", judge=accept, headers={"Authorization": f"Bearer {token}"})
        assert token not in str(caught.value) and caught.value.__context__ is None
    client.close()


def test_a_proxy_of_the_environment_is_used(monkeypatch):
    asked = []

    def behave(connection, over):
        asked.append(1)
        connection.sendall(http(b'{"ok": 1}'))

    client = a_client()
    with listening(behave) as url:
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        answer = client.send("GET", "http://somewhere.invalid/", judge=accept)
    client.close()

    assert answer.body == {"ok": 1} and asked


def parsed(text, kind="application/json"):
    data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    return answer_of(200, {"Content-Type": kind}, data).body


@pytest.mark.parametrize("value", [BIG - 1, BIG, -(2**63), -(2**63) - 1, 10**18, 10**30, -(10**40)])
@pytest.mark.parametrize("form", ["%d", "[%d]", '{"a": %d}', '{"a":[1,%d]}', '{"a":\n%d}'])
def test_no_integer_loses_a_digit(form, value):
    assert parsed(form % value) == json.loads(form % value)
    assert type(parsed(str(value))) is int


def test_long_digits_in_text_are_read_the_fast_way_and_stay():
    data = {"id": "1" * 24, "x": "a" + "9" * 40}

    assert parsed(json.dumps(data)) == data
    assert parsed(json.dumps({**data, "n": BIG})) == {**data, "n": BIG}


@pytest.mark.parametrize(
    ("text", "body"),
    [
        (r'{"a": "\ud83d"}', {"a": "\ud83d"}),
        ('{"a": Infinity}', {"a": float("inf")}),
        (b"\xef\xbb\xbf{}", {}),
        ('{"a": "中"}'.encode("utf-16"), {"a": "中"}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        ("[" * 100_000, None),
        ("1" * 10_000, None),
        ("{", None),
        ("", None),
        ("<p>", None),
        ("\ufeff \n<html>", None),
    ],
)
def test_what_the_fast_parser_refuses_is_read_as_the_standard_library_reads_it(text, body):
    assert parsed(text) == body


def test_text_in_the_encoding_that_the_server_names_is_read():
    assert parsed('{"a": "中文"}'.encode("gbk"), "application/json; charset=gbk") == {"a": "中文"}
    assert parsed(b'{"a": "\xd6"}', "application/json; charset=nonsense") is None


@pytest.mark.parametrize("echo", [SECRET, SECRET.replace("/", "\\/"), "tok3n%2B%2F%3D%20%26+one%20more"])
def test_a_secret_that_a_source_echoes_into_its_data_is_taken_out_of_it(echo):
    client = a_client()
    with listening(sending(http(b'{"url": "https://x/?t=%b", "n": 1}' % echo.encode()))) as url:
        shown = client.send("GET", url, judge=accept)
    with listening(sending(http(b'{"access_token": "%b"}' % SECRET.encode()))) as url:
        asked_for = client.send("GET", url, judge=accept, keep_secrets=True)
    client.close()

    assert shown.body == {"url": "https://x/?t=***", "n": 1}
    assert asked_for.body == {"access_token": SECRET}


def test_a_short_secret_takes_no_ordinary_word_out_of_the_data():
    assert Redactor(["demo"]).data(b'{"name": "demo"}') == b'{"name": "demo"}'
    assert Redactor(["demo"])("a demo") == "a ***"


def test_a_secret_in_base64_is_hidden_wherever_it_stands():
    for before in ("", "a", "ab", "user:"):
        for after in ("", "x", "xy"):
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                said = Redactor(["s3cret>>value??"])(encode(f"{before}s3cret>>value??{after}".encode()).decode())
                assert "***" in said and len(said) <= 16
