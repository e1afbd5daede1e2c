"""Attacks on a running installation, each of which fails.

Beside this: passwords, sessions and forms of the login in `test_login.py`; everything about an identity provider in
`test_single_sign_on.py`; requests that nobody thought of in `test_api_fuzzed.py`; secrets in output in `test_secrets.py`;
forged webhooks in `test_hooks.py`; addresses and names that lead inside in `tests/unit/notify/test_guard.py`; formulas in
every kind of sheet in `tests/unit/report`.
"""

from __future__ import annotations

import io
import itertools
import re
import sqlite3
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
import requests
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import Workbook, load_workbook

from bridge.notify import guard
from bridge.notify.failures import Refused
from bridge.notify.message import Target
from bridge.notify.wire import post
from bridge.plan import workbook_scan
from bridge.usecases import accounts, saved_views
from bridge.usecases.hooks import Inbox
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.login import COOKIE
from bridge.web.page import Reports
from bridge.web.server import serve
from connectors.testing import Reply, SimPerson, hex_id
from connectors.testing import serve as simulated

from .conftest import PAY, PLAN, REGISTERS, TODAY, Captured, Site, a_site, item, local
from .test_pages import OTHERS, PEOPLE, Rooms

SCRIPT = "<script>alert('注入')</script><img src=x onerror=alert(1)>"
TEMPLATE = "{{ 7919 * 7907 }}{% raw %}${7919*7907}{0.__class__}#{7919*7907}"
PRODUCT_OF_BOTH = str(7919 * 7907)
FORMULA = '=HYPERLINK("http://evil.example","x")'
SQL = ("' OR 1=1 --", "'; DROP TABLE tasks; --", '" UNION SELECT password FROM users --', "1) OR (1=1", "%", "_", "\\")
TOKEN = "hook-t0ken-of-the-attacks"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """An installation whose tools and plan hold what an attacker would write there."""
    folder = tmp_path_factory.mktemp("attacked")
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack, time_machine.travel(local(TODAY, 10)):
        site = stack.enter_context(a_site(folder, patch, Captured(stack)))
        evil = SimPerson(hex_id("person", "evil", digits=32), SCRIPT, "evil")
        for world in (site.pay, site.market):
            world.people = {**world.people, evil.id: evil}
        titles = (SCRIPT, TEMPLATE, FORMULA, "+1+1", "@SUM(1)", "\t=1+1", "x" * 3000)
        for number, title in enumerate(titles, 20):
            site.pay.items[hex_id("PAY", number)] = item(PAY, number, title=title, assignee=evil.id)
        site.write("plan.toml", PLAN.replace("市场发布", SCRIPT.replace("'", "")) + REGISTERS + OTHERS)
        config = (folder / "config.toml").read_text(encoding="utf-8")
        site.write("config.toml", f'{config}\n[web]\nhook_token = "{TOKEN}"\n')
        site.advance(TODAY)
        assert site.run("run", "--quiet").code in (0, 1)
        yield site


@pytest.fixture(scope="module")
def space(site: Site) -> Workspace:
    return Workspace.open(site.folder / "config.toml", today=TODAY, lang="zh")


@pytest.fixture(scope="module")
def app(space: Workspace) -> Flask:
    return create_app(Reports(space), opened=lambda: space, doors=Rooms(), wake=lambda name: None)  # type: ignore[arg-type]


def of(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    client.set_cookie(COOKIE, name)
    return client


def pages(app: Flask, method: str) -> list[str]:
    """An address of every rule that takes the method."""
    known = {
        "key": "M-3", "name": "pingcode", "source": "pingcode", "deal": "D-3", "customer": "云杉零售", "number": "1",
        "token": "x", "path": "x", "file": "x",
    }  # fmt: skip
    return sorted(
        re.sub(r"<(?:\w+:)?(\w+)>", lambda match: known.get(match[1], "x"), rule.rule)
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ())
    )


@pytest.fixture(scope="module")
def texts(app: Flask) -> dict[str, str]:
    """What an admin gets at every address, files aside."""
    admin = of(app, "admin")
    answers = ((path, admin.get(path)) for path in pages(app, "GET") if path != "/metrics")
    return {path: one.text for path, one in answers if one.content_type.startswith(("text/", "application/json"))}


# --- Script and templates in what the tools and the plan say ------------------------------------------------------------


def test_a_script_in_a_title_a_name_or_the_plan_is_text_on_every_page(app: Flask):
    admin, seen = of(app, "admin"), 0
    for path in pages(app, "GET"):
        if path.startswith(("/api/", "/assets/", "/metrics", "/login")):
            continue
        page = admin.get(f"{path}?lang={SCRIPT}&q={SCRIPT}")
        if not page.content_type.startswith("text/html"):
            continue
        seen += "&lt;script&gt;" in page.text
        assert "<script>alert" not in page.text and "<img src=x" not in page.text, path
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy, path
    assert seen > 6


def test_a_template_in_a_title_is_never_executed(app: Flask, texts: dict[str, str]):
    shown = "".join(texts.values())
    mapping = of(app, "admin").post(
        "/mappings/pingcode", data={"csrf": PEOPLE["admin"].csrf, "deed": "check", "text": f"kind = '{TEMPLATE}'"}
    )

    assert PRODUCT_OF_BOTH not in shown + mapping.text
    assert "<class" not in shown + mapping.text
    assert "7919 * 7907" in shown


def test_a_link_out_of_a_title_leads_nowhere_but_to_the_web(texts: dict[str, str]):
    for path, text in texts.items():
        assert not re.search(r'(?:href|src|action)="\s*(?:javascript|data:text|vbscript)', text), path


# --- SQL -----------------------------------------------------------------------------------------------------------------


def dumped(site: Site) -> dict[str, int]:
    with closing(sqlite3.connect(site.folder / "data" / "bridge.db")) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: db.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}


def test_sql_in_an_address_is_only_text(app: Flask, site: Site):
    admin, before = of(app, "admin"), dumped(site)
    for payload in SQL:
        asked = dict.fromkeys(("customer", "owner", "deal", "q"), payload)
        assert admin.get("/api/v1/report", query_string=asked).json["milestones"] == [], payload
        assert admin.get("/api/v1/tasks", query_string={"project": payload}).json["tasks"] == [], payload
        assert admin.get("/api/v1/tasks", query_string={"source": payload}).status_code == 422, payload
        assert admin.get("/api/v1/tasks", query_string={"after": f"{payload}/{payload}"}).status_code == 200, payload
        assert admin.get("/", query_string={"sort": payload}).status_code == 422, payload
        for path in (f"/milestones/{payload}", f"/mappings/{payload}"):
            assert admin.get(path).status_code in (404, 422), path

    assert dumped(site) == before


def test_sql_in_a_form_is_only_text(app: Flask, site: Site):
    admin, before = of(app, "admin"), dumped(site)
    deeds = {
        "/users": ("role", "disable", "reset", "revoke"),
        "/sources": ("sync", "check"),
        "/notify": ("test", "preview"),
        "/people/accounts": ("same", "separate", "withdraw"),
    }
    for payload, (path, known) in itertools.product(SQL[:3], deeds.items()):
        data = dict.fromkeys(("name", "role", "source", "channel", "number", "accounts", "password"), payload)
        for deed in known:
            form = {**data, "csrf": PEOPLE["admin"].csrf, "deed": deed}
            assert admin.post(path, data=form).status_code == 422, (path, deed)

    assert dumped(site) == before


# --- Who may do what -----------------------------------------------------------------------------------------------------


def test_no_form_at_all_is_taken_from_another_site(app: Flask, site: Site):
    before = dumped(site)
    for path in pages(app, "POST"):
        if path.startswith(("/login", "/hooks")):
            continue
        for mark in (None, "guessed", PEOPLE["lead"].csrf):
            data = {"deed": "add", "name": "Eve", "role": "admin", "password": "correct horse battery"}
            answer = of(app, "admin").post(path, data=data if mark is None else {**data, "csrf": mark})
            assert answer.status_code == 403, path
    assert dumped(site) == before


def test_nobody_without_a_session_reads_or_does_anything(app: Flask):
    nobody = app.test_client()
    for path in pages(app, "GET"):
        if path.startswith(("/login", "/assets/", "/healthz", "/readyz", "/metrics", "/style.css")):
            continue
        assert nobody.get(path).status_code in (303, 401), path
    for path in pages(app, "POST"):
        if not path.startswith(("/login", "/hooks")):
            assert nobody.post(path).status_code in (303, 401), path


@pytest.mark.parametrize("name", ["viewer", "lead", "own"])
def test_what_is_the_admins_is_nobody_elses_whatever_the_method(app: Flask, name: str):
    client, mark = of(app, name), PEOPLE[name].csrf
    of_admins = (
        "/mappings",
        "/sources",
        "/quarantine",
        "/users",
        "/runs",
        "/plan/import",
        "/people/accounts",
        "/notify",
    )
    for path in (path for path in pages(app, "GET") if path.startswith(of_admins)):
        assert client.get(path).status_code == 403, path
        assert client.head(path).status_code == 403, path
    for path in (path for path in pages(app, "POST") if path.startswith(of_admins)):
        assert client.post(path, data={"csrf": mark, "deed": "add", "role": "admin"}).status_code == 403, path


def test_who_sees_own_deals_only_finds_no_other_by_guessing_keys(app: Flask):
    own = of(app, "own")
    guessed = ["M-3", "M-4", "m-3", "M-3%00", "M-3/", "./M-3", "M-3?lang=en", "%4D-3"]

    for key, form in itertools.product(guessed, ("/milestones/{}", "/letters/{}", "/api/v1/milestones/{}")):
        answer = own.get(form.format(key))
        assert answer.status_code in (303, 308, 404), (form, key)
        assert "云杉零售" not in answer.text
    for path in ("/retro/D-3", "/customers/云杉零售", "/report.csv?deal=D-3", "/risks?deal=D-3"):
        assert "门店" not in own.get(path).text, path


def test_nobody_reads_or_removes_the_saved_view_of_another(app: Flask, space: Workspace):
    saved_views.save(space, PEOPLE["lead"].key or "", "秘密", "status=red")

    viewer = of(app, "viewer")
    viewer.post("/views", data={"csrf": PEOPLE["viewer"].csrf, "deed": "remove", "name": "秘密"})

    assert "秘密" not in viewer.get("/").text
    assert "秘密" in of(app, "lead").get("/").text


# --- Addresses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../../pyproject.toml",
        "/assets/%2e%2e/%2e%2e/pyproject.toml",
        "/assets/..%2f..%2fpyproject.toml",
        "/assets//etc/passwd",
        "/mappings/..%2fconfig.toml",
        "/mappings/%2fetc%2fpasswd",
        "/letters/..%2f..%2fconfig.toml",
        "/api/v1/milestones/..%2f..%2fconfig.toml",
        "/retro/..%5c..%5cconfig.toml",
        "/customers/%00",
    ],
)
def test_no_address_leads_out_of_the_pages(app: Flask, path: str):
    answer = of(app, "admin").get(path)

    assert answer.status_code in (404, 422)
    assert "client_secret" not in answer.text and "root:" not in answer.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost:80@evil.example"])
def test_no_foreign_name_reaches_the_pages(app: Flask, host: str):
    client = of(app, "admin")
    assert [client.get(path, headers={"Host": host}).status_code for path in ("/", "/login", "/healthz")] == [400] * 3


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example", "/\\evil.example", "/%09/evil.example"])
def test_nothing_leads_to_a_foreign_site(app: Flask, to: str):
    admin = of(app, "admin")
    mark = PEOPLE["admin"].csrf
    answers = [
        admin.get("/", query_string={"next": to, "lang": to}),
        admin.get(f"/{to}"),
        admin.post("/views", query_string={"customer": to}, data={"csrf": mark, "name": "x"}),
        admin.post("/sources", query_string={"lang": to}, data={"csrf": mark, "deed": "sync", "source": "pingcode"}),
    ]

    for answer in answers:
        where = answer.headers.get("Location", "/")
        assert where.startswith("/") and not where.startswith(("//", "/\\")), where


# --- Files ---------------------------------------------------------------------------------------------------------------


def upload(app: Flask, content: bytes, name: str = "plan.xlsx") -> Any:
    data = {"csrf": PEOPLE["admin"].csrf, "deed": "try", "file": (io.BytesIO(content), name)}
    return of(app, "admin").post("/plan/import", data=data, content_type="multipart/form-data")


def workbook(**parts: bytes) -> bytes:
    """A plan in which some parts of the package are replaced."""
    book, made = Workbook(), io.BytesIO()
    book.active.title = "milestones"  # type: ignore[union-attr]
    book.active.append(["key", "deal", "name", "promised"])  # type: ignore[union-attr]
    book.save(made)
    changed = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, parts.get(info.filename.replace("/", "_").replace(".", "_"), old.read(info)))
    return changed.getvalue()


HEAD = b'<?xml version="1.0"?>'
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 10))
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
CELL = b'<row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row>'


@pytest.mark.parametrize(
    "sheet",
    [
        pytest.param(SHEET % (b"<c/>" * 60_000), id="a bomb of cells"),
        pytest.param(SHEET % (b" " * 25_000_000), id="a bomb of blanks"),
        pytest.param(SHEET % b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', id="a far cell"),
    ],
)
def test_a_workbook_that_unpacks_to_more_than_a_plan_is_refused(app: Flask, sheet: bytes, monkeypatch):
    # A part of the limits, so that the test takes a part of the time.
    monkeypatch.setattr(workbook_scan, "MAX_BYTES", 20_000_000)
    monkeypatch.setattr(workbook_scan, "MAX_SEEN", 50_000)
    content = workbook(xl_worksheets_sheet1_xml=sheet)
    assert len(content) < 100_000

    refused = upload(app, content)

    assert refused.status_code == 422
    assert "太大" in refused.text


def test_an_entity_of_a_workbook_reads_no_file_asks_no_host_and_does_not_grow(app: Flask, site: Site):
    asked: list[str] = []

    def canary(request: Any) -> Reply:
        asked.append(request.path)
        return Reply("<!ENTITY x 'y'>")

    secret = site.write("secret.txt", "the-content-of-a-file")
    with simulated(canary) as url:
        for doctype in (
            b'<!DOCTYPE r [<!ENTITY x SYSTEM "file://%s">]>' % str(secret).encode(),
            b'<!DOCTYPE r [<!ENTITY x SYSTEM "%s/x">]>' % url.encode(),
            b'<!DOCTYPE r [<!ENTITY %% p SYSTEM "%s/p"> %%p;]>' % url.encode(),
            b'<!DOCTYPE r [<!ENTITY l0 "lol">%s<!ENTITY x "&l9;">]>' % LAUGHS,
        ):
            sheet = HEAD + doctype + SHEET % (CELL % b"&x;")
            began = time.monotonic()
            refused = upload(app, workbook(xl_worksheets_sheet1_xml=sheet))
            assert refused.status_code == 422
            assert "the-content-of-a-file" not in refused.text and "lollol" not in refused.text
            assert time.monotonic() - began < 5
    assert asked == []


def test_a_formula_in_a_title_is_text_in_every_file(app: Flask):
    admin = of(app, "admin")
    for path in ("/report.csv", "/report.xlsx"):
        content = admin.get(path).data
        if path.endswith("csv"):
            cells = [cell for line in content.decode("utf-8-sig").splitlines() for cell in line.split(",")]
            assert not any(cell.strip('" ').startswith(("=", "+", "@")) for cell in cells)
        else:
            book = load_workbook(io.BytesIO(content))
            formulas = [
                cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
            ]
            assert not [value for value in formulas if "evil.example" in str(value) or "1+1" in str(value)]


def test_a_body_is_read_as_far_as_its_page_allows_and_a_plan_of_a_megabyte_comes_through(app: Flask):
    """Over a real server, which reads a body before the application sees it."""
    stop = threading.Event()
    running = serve(app, "127.0.0.1", 0, stop)
    url, cookie = running.url.rstrip("/"), {COOKIE: "admin"}
    padded = f"{PLAN}\n# {'x' * 1_000_000}\n".encode()
    form = {"csrf": PEOPLE["admin"].csrf, "deed": "try"}
    try:
        plan = requests.post(f"{url}/plan/import", form, files={"file": ("p.toml", padded)}, cookies=cookie, timeout=20)
        other = requests.post(f"{url}/users", {"name": "x" * 1_000_000}, cookies=cookie, timeout=20)
        nobody = requests.post(f"{url}/login", {"name": "x" * 100_000}, timeout=20)
        with pytest.raises(requests.ConnectionError):
            large = requests.post(f"{url}/plan/import", data=b"x" * 40_000_000, cookies=cookie, timeout=20)
            assert large.status_code == 413
            raise requests.ConnectionError
    finally:
        stop.set()
        running.join(5)

    assert plan.status_code == 200, plan.text[:500]
    assert (other.status_code, nobody.status_code) == (413, 413)


# --- Requests of the program itself ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "[fe80::1]", "100.100.100.200", "[fd00:ec2::254]", "2852039166"]
)
def test_no_message_goes_where_a_cloud_keeps_its_secrets_even_if_the_settings_name_it(address: str):
    with pytest.raises(Refused) as refused:
        guard.check(f"http://{address}/latest/meta-data/", (address.strip("[]"), "169.254.169.254"))

    assert refused.value.code == guard.NOBODYS


def test_a_named_host_that_turns_out_to_be_link_local_gets_nothing(monkeypatch: pytest.MonkeyPatch):
    found = [(2, 1, 6, "", ("169.254.0.23", 443))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: found)
    with pytest.raises(Refused) as refused:
        guard.check("https://robot.intranet/", ("robot.intranet",))

    assert refused.value.code == guard.NOBODYS


def test_a_redirect_of_a_robot_to_another_host_is_not_followed():
    asked: list[str] = []

    def inside(request: Any) -> Reply:
        asked.append(request.path)
        return Reply({"errcode": 0})

    with simulated(inside) as inner, simulated(lambda _: Reply("", 302, {"Location": f"{inner}/secret"})) as robot:
        target = Target("sales", "webhook", url=robot, intranet=("127.0.0.1",))
        with pytest.raises(Refused, match="http_302"):
            post(target, robot, b"{}", {})

    assert asked == []


def test_an_address_in_a_webhook_is_never_asked_for(space: Workspace, site: Site):
    asked: list[str] = []

    def canary(request: Any) -> Reply:
        asked.append(request.path)
        return Reply({})

    inbox = Inbox(space)
    with simulated(canary) as url:
        client = create_app(Reports(space), hooks=inbox).test_client()
        bodies = ({"url": url, "href": f"{url}/x", "id": f"{url}/y"}, {"base_url": url, "data": {"id": "../../x"}})
        answers = [client.post(f"/hooks/pingcode/{TOKEN}", json=body).status_code for body in bodies]
        inbox.close(5)
        assert site.run("sync", "--source", "pingcode", "--quiet").code in (0, 1)  # which follows the hints

    assert answers == [202, 202]
    assert asked == []


# --- Guessing ------------------------------------------------------------------------------------------------------------


def test_a_token_is_too_long_to_be_guessed_and_a_password_too_costly():
    assert accounts.TOKEN_BYTES * 8 >= 256
    assert accounts.METHOD.startswith("scrypt:131072:8")
