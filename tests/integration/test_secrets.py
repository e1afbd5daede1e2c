"""No secret and no token in anything that the program prints, logs, stores or renders, whatever the source does with them."""

from __future__ import annotations

import base64
import html
import json
import logging
import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from bridge.store.engine import Store
from bridge.store.packing import Packing
from connectors.hostility import Broken, serve
from connectors.pingcode.simulator import PingCodeSimulator
from connectors.testing import Reply, Request
from connectors.worktile.simulator import WorktileSimulator
from tests.replacing import replace

from .conftest import CONFIG, TODAY, Site

# Each has a piece that every spelling but base64 leaves as it is, so that half a secret is found too.
PINGCODE_SECRET = 'PcSecretCore91+/=%&"\\ 中文 tail'
WORKTILE_SECRET = 'WtSecretCore92 "\\%+/=&中文'
PINGCODE_TOKEN = 'PcTokenCore93+/=%&"\\ end'
WORKTILE_TOKEN = 'WtTokenCore94 +/=%&"\\中文'
SECRETS = (PINGCODE_SECRET, WORKTILE_SECRET, PINGCODE_TOKEN, WORKTILE_TOKEN)

ECHOES: tuple[Callable[[str], str], ...] = (
    str,
    quote,
    quote_plus,
    lambda secret: quote(secret, safe=""),
    lambda secret: re.sub("%..", lambda octet: octet[0].lower(), quote(secret, safe="")),
    lambda secret: quote(quote_plus(secret), safe=""),
    lambda secret: json.dumps({"query": secret}),
)


def spellings(secret: str) -> Iterator[bytes]:
    """Everything that gives the secret away."""
    yield secret.split("Core")[0].encode() + b"Core"
    for spell in (*ECHOES, html.escape, lambda secret: json.dumps(secret)[1:-1]):
        yield spell(secret).encode()
    for before in range(3):
        # Without the edges, which depend on what stands beside the secret.
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(b" " * before + secret.encode())[4:-4]


GIVEAWAYS = [(secret, spelling) for secret in SECRETS for spelling in spellings(secret)]


def found_in(text: str | bytes) -> list[str]:
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return [secret for secret, spelling in GIVEAWAYS if spelling in data]


@dataclass
class Gossip:
    """A vendor that knows its clients' secrets and gives them away; `does` decides what it answers with them."""

    handle: Callable[[Request], Reply]
    token: str
    field: str
    does: Callable[[Request, Reply, list[str]], Reply] = lambda request, reply, secrets: reply
    secrets: list[str] = field(default_factory=list)
    real: str = ""
    signed_in: int = 0

    def __call__(self, request: Request) -> Reply:
        is_sign_in = "token" in request.path
        reply = self.handle(
            replace(request, headers=self._put_right(request.headers), query=self._put_right(request.query))
        )
        if is_sign_in and isinstance(reply.body, dict) and self.field in reply.body:
            self.real, self.signed_in = reply.body[self.field], self.signed_in + 1
            reply = replace(reply, body={**reply.body, self.field: self.token})
        # A program cannot hide a token that it never had; at sign-in it has none yet.
        return self.does(request, reply, self.secrets[:1] if is_sign_in else self.secrets)

    def _put_right(self, given: Any) -> dict[str, str]:
        return {name: value.replace(self.token, self.real) for name, value in given.items()}


def good_weather(request: Request, reply: Reply, secrets: list[str]) -> Reply:
    return reply


def in_the_data(request: Request, reply: Reply, secrets: list[str]) -> Reply:
    """Every row carries the secrets in every spelling, as a link with the query that asked for it would."""
    if "token" in request.path:
        return reply
    every = [spell(secret) for spell in ECHOES for secret in secrets]
    said = {f"echo{number}": echo for number, echo in enumerate(every)}
    said |= {"url": f"https://x.example/?access_token={quote(secrets[-1])}&x=1", "title": f"a title {secrets[1]}"}

    def told(body: Any) -> Any:
        if isinstance(body, list):
            return [told(part) for part in body]
        if isinstance(body, dict):
            inner = {name: told(value) for name, value in body.items()}
            return {**said, **inner, "title": said["title"]} if {"id", "_id"} & set(body) else inner
        return body

    return replace(reply, body=told(reply.body))


def in_errors(status: int, kind: str) -> Callable[[Request, Reply, list[str]], Reply]:
    """From the third call on, an error that quotes what was sent."""
    asked: list[Request] = []

    def does(request: Request, reply: Reply, secrets: list[str]) -> Reply:
        asked.append(request)
        if len(asked) < 4:
            return reply
        said = " ".join(spell(secret) for spell in ECHOES for secret in secrets)
        where = {"Location": f"/elsewhere?access_token={quote(secrets[-1])}", "X-Echo": quote(secrets[-1])}
        if kind == "html":
            return Reply(f"<html>{said} {request.query} {request.headers}</html>", status, where)
        code = {"code": "100999", "message": f"x {said}", "ok": False, "error": said, "error_code": 7}
        return Reply({**code, "query": dict(request.query)} if kind == "object" else said.encode(), status, where)

    return does


def at_sign_in(status: int) -> Callable[[Request, Reply, list[str]], Reply]:
    def does(request: Request, reply: Reply, secrets: list[str]) -> Reply:
        said = {"message": f"no client with {secrets[0]} in {request.query}", "error": request.json, "ok": False}
        return Reply(said, status) if "token" in request.path else reply

    return does


def on_the_wire(how: Any) -> Callable[[Request, Reply, list[str]], Reply]:
    asked: list[Request] = []

    def does(request: Request, reply: Reply, secrets: list[str]) -> Reply:
        asked.append(request)
        return Broken({"echo": secrets}, how=how) if len(asked) % 3 == 2 or len(asked) > 9 else reply

    return does


def crashing(request: Request, reply: Reply, secrets: list[str]) -> Reply:
    """Answers in shapes nobody expects, so that whatever has no name yet would come up as a traceback."""
    return reply if "token" in request.path else Reply({"values": {"x": secrets}, "total": secrets, "data": secrets})


WEATHER: dict[str, Callable[[], Callable[[Request, Reply, list[str]], Reply]]] = {
    "good weather": lambda: good_weather,
    "in the data": lambda: in_the_data,
    **{
        f"{status} {kind}": lambda status=status, kind=kind: in_errors(status, kind)  # type: ignore[misc]
        for kind, statuses in {
            "object": (200, 302, 400, 401, 403, 429, 500),
            "text": (400, 500),
            "html": (200, 403),
        }.items()
        for status in statuses
    },
    **{f"sign-in {status}": lambda status=status: at_sign_in(status) for status in (200, 400, 500)},  # type: ignore[misc]
    **{how: lambda how=how: on_the_wire(how) for how in ("reset", "cut")},  # type: ignore[misc]
    "odd shapes": lambda: crashing,
}


@pytest.fixture
def vendors(site: Site, monkeypatch: pytest.MonkeyPatch) -> tuple[Gossip, Gossip]:
    """The installation of `site`, but with nasty secrets and vendors that gossip."""
    monkeypatch.setenv("PC_SECRET", PINGCODE_SECRET)
    monkeypatch.setenv("WT_SECRET", WORKTILE_SECRET)
    pingcode = PingCodeSimulator(site.pay, client_id="demo", client_secret=PINGCODE_SECRET)
    worktile = WorktileSimulator(site.market, client_id="demo", client_secret=WORKTILE_SECRET)
    made = (
        Gossip(pingcode.handle, PINGCODE_TOKEN, "access_token", secrets=[PINGCODE_SECRET, PINGCODE_TOKEN]),
        Gossip(worktile.handle, WORKTILE_TOKEN, "tenant_access_token", secrets=[WORKTILE_SECRET, WORKTILE_TOKEN]),
    )
    urls = [site.stack.enter_context(serve(gossip)) for gossip in made]
    site.write("config.toml", CONFIG.format(pingcode=urls[0], worktile=urls[1]))
    site.advance(TODAY)
    return made


def places(site: Site) -> Iterator[tuple[str, bytes]]:
    """Every file as it is, and every value of the store, payloads unpacked."""
    for path in sorted(site.folder.rglob("*")):
        if path.is_file():
            yield path.name, path.read_bytes()
    database = site.folder / "data" / "bridge.db"
    if not database.exists():
        return
    with Store(database, read_only=True) as store:
        packing = Packing(store)
        for stream, blob in list(store.rows("SELECT stream, payload FROM raw_records")):
            yield f"payload of {stream}", json.dumps(packing.unpack(blob), ensure_ascii=False).encode()
        for (table,) in list(store.rows("SELECT name FROM sqlite_master WHERE type = 'table'")):
            for row in store.rows(f"SELECT * FROM {table}"):
                yield f"table {table}", str(row).encode("utf-8", "surrogatepass")


@pytest.mark.parametrize("weather", WEATHER)
def test_no_secret_comes_out_anywhere(site: Site, vendors: tuple[Gossip, Gossip], caplog, weather):
    for gossip in vendors:
        gossip.does = WEATHER[weather]()
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "urllib3.connectionpool", "requests"):
        caplog.set_level(logging.DEBUG, logger=name)
    said = [site.run("check", "--verbose"), site.run("sync", "--verbose", "--json")]
    # Held open, so that the write-ahead log is not emptied into the file before it was searched.
    with closing(sqlite3.connect(site.folder / "data" / "bridge.db")) as watching:
        watching.execute("SELECT count(*) FROM runs").fetchone()
        said.append(site.run("run", "--verbose"))
        said.append(site.run("sync", "--verbose", "--lang", "en"))
        said.append(site.run("report", "--json"))
        said += [site.run("report", "--html", str(site.folder / "r.html")), site.run("tasks", "--json")]

        leaks = [(f"output {number}", found_in(one.out + one.err)) for number, one in enumerate(said)]
        leaks += [("log", found_in(caplog.text)), *((name, found_in(data)) for name, data in places(site))]

    assert [leak for leak in leaks if leak[1]] == []


def test_the_secrets_were_really_used_and_really_echoed(site: Site, vendors: tuple[Gossip, Gossip]):
    echoed = []
    for gossip in vendors:
        gossip.does = lambda request, reply, secrets: echoed.append(in_the_data(request, reply, secrets)) or echoed[-1]

    done = site.run("sync", "--json")

    assert done.code in (0, 1) and [source["outcome"] for source in done.json["sources"]] == ["complete", "complete"]
    assert all(gossip.signed_in for gossip in vendors)
    assert set(found_in(json.dumps([reply.body for reply in echoed], ensure_ascii=False))) == set(SECRETS)
    titles = {task["title"] for task in site.run("tasks", "--json").lines}
    assert titles == {"a title ***"}


def test_the_search_finds_what_is_planted(site: Site, vendors: tuple[Gossip, Gossip]):
    """The other tests would be worth nothing if the search were blind."""
    site.run("sync")
    with Store(site.folder / "data" / "bridge.db") as store:
        blob = Packing(store).pack("none", [json.dumps({"x": quote(WORKTILE_TOKEN)}).encode()], site.pay.now)[0]
        store.execute("UPDATE raw_records SET payload = ? WHERE id = 1", (blob,))

    assert {name: found_in(data) for name, data in places(site) if found_in(data)}
    for secret in SECRETS:
        for planted in (*(spell(secret) for spell in ECHOES), base64.b64encode(b"x" + secret.encode()).decode()):
            assert secret in found_in(f"somewhere {planted} here")


def test_a_crash_with_a_secret_in_its_words_is_told_without_it(site: Site, vendors, monkeypatch):
    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError(
            f"GET https://x.example/?client_secret={quote(PINGCODE_SECRET)}&access_token={quote(WORKTILE_TOKEN)}"
        )

    monkeypatch.setattr("connectors.http.Client.send", crash)

    ended = site.run("sync", "--verbose")

    assert "RuntimeError" in ended.err
    assert found_in(ended.out + ended.err) == []


def test_the_files_are_only_those_we_know(site: Site, vendors: tuple[Gossip, Gossip]):
    """A new kind of file would have to be searched too."""
    site.run("run")

    assert {path.suffix for path in Path(site.folder).rglob("*") if path.is_file()} <= {
        ".toml", ".db", ".budgets", ".html", ".db-wal", ".db-shm", ".budgets-wal", ".budgets-shm",
    }  # fmt: skip
