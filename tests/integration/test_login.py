"""Who comes in by the pages and by the API: commands make users and tokens, and the attacks that a login invites fail."""

from __future__ import annotations

import io
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from bridge.store.accounts import Session, User, noted
from bridge.usecases import accounts, admission
from bridge.usecases.admission import Admission
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.login import COOKIE
from bridge.web.page import Reports

from .conftest import PLAN, TODAY, Site

PASSWORD, OTHER = "correct horse battery", "staple of a saddle"
DECIDED = accounts.METHOD
"""Before any test makes it cheaper."""
NOON = datetime(2026, 8, 24, 4, 0, tzinfo=UTC)
MINE = """
[[deals]]
key = "D-2"
name = "年卡"
customer = "云杉零售"
sales_owner = "赵宁"

[[milestones]]
key = "M-3"
deal = "D-2"
name = "<script>alert(1)</script>"
promised = 2026-09-20
"""


@pytest.fixture
def office(site: Site) -> Site:
    """An installation with a judged plan and no user yet."""
    site.write("plan.toml", PLAN + MINE)
    site.advance(TODAY)
    assert site.run("run", "--quiet").code == 0
    return site


def opened(site: Site) -> Workspace:
    return Workspace.open(site.folder / "config.toml", today=None, lang="zh", secrets=True)


def browser(site: Site, *, is_secure: bool = False) -> FlaskClient:
    def space() -> Workspace:
        return opened(site)

    app = create_app(Reports(space()), doors=Admission(space), opened=space, is_secure=is_secure)
    return app.test_client()


def add(site: Site, name: str, role: str, monkeypatch: pytest.MonkeyPatch, *more: str, password: str = PASSWORD) -> Any:
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    return site.run("user", "add", name, "--role", role, "--password-stdin", *more)


def hidden(page: TestResponse, name: str = "csrf") -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.text)
    assert found, page.text
    return found[1]


def log_in(client: FlaskClient, name: str = "王敏", password: str = PASSWORD, **more: str) -> TestResponse:
    form = client.get("/login")
    return client.post("/login", data={"name": name, "password": password, "csrf": hidden(form), **more})


@pytest.fixture
def guarded(office: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    assert add(office, "王敏", "admin", monkeypatch).code == 0
    return office


def test_without_a_user_nobody_is_asked_and_with_the_first_one_everybody_is(office: Site, monkeypatch):
    client = browser(office)
    assert client.get("/").status_code == 200

    assert add(office, "王敏", "admin", monkeypatch).out == "已添加 王敏（admin）。\n"

    assert (client.get("/").status_code, client.get("/").headers["Location"]) == (303, "/login")
    assert client.get("/api/v1/report").status_code == 401
    assert client.get("/api/v1/report").headers["WWW-Authenticate"].startswith("Bearer")
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/login", "/style.css")] == [200] * 4


def test_a_person_logs_in_reads_and_leaves(guarded: Site):
    client = browser(guarded)

    entered = log_in(client)

    assert entered.status_code == 303, entered.text
    assert entered.headers["Location"] == "/"
    page = client.get("/")
    assert "王敏" in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    assert client.post("/logout", data={"csrf": hidden(page)}).status_code == 303
    assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    ("name", "password"), [("王敏", "wrong horse"), ("nobody", PASSWORD), ("王敏' OR 1=1 --", "x"), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_are_refused_in_the_same_words(guarded: Site, name: str, password: str):
    refused = log_in(browser(guarded), name, password)

    assert refused.status_code == 401
    assert "姓名或密码不对" in refused.text
    assert COOKIE not in refused.headers.get("Set-Cookie", "")


def test_guessing_is_locked_out_for_the_name_and_told_until_when_and_ends_by_itself(guarded: Site):
    with time_machine.travel(NOON, tick=False) as clock:
        client = browser(guarded)
        for _ in range(admission.MOST["name"]):
            assert log_in(client, password="guess").status_code == 401

        locked = log_in(client)
        clock.shift(timedelta(minutes=16))

        assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
        assert "15 分钟后" in locked.text
        assert log_in(client).status_code == 303


def test_guessing_many_names_from_one_address_is_locked_out_too(guarded: Site):
    client = browser(guarded)
    client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    for number in range(admission.MOST["address"]):
        assert log_in(client, f"guess{number}", "x").status_code == 401

    assert log_in(client).status_code == 429
    assert log_in(browser(guarded)).status_code == 303


def test_behind_a_proxy_nobody_locks_all_the_others_out(guarded: Site):
    client = browser(guarded)
    for number in range(admission.MOST["address"] + 1):
        assert log_in(client, f"guess{number}", "x").status_code == 401

    assert log_in(client).status_code == 303


def test_a_session_does_not_help_to_guess_the_password(guarded: Site):
    client = browser(guarded)
    log_in(client)
    data = {"csrf": hidden(client.get("/password")), "new": OTHER}
    for _ in range(admission.MOST["name"]):
        assert client.post("/password", data={**data, "old": "guess"}).status_code == 422

    assert client.post("/password", data={**data, "old": PASSWORD}).status_code == 422
    assert log_in(browser(guarded)).status_code == 429


def test_a_session_from_before_the_login_is_not_the_one_after_it(guarded: Site):
    client = browser(guarded)
    client.set_cookie(COOKIE, "planted")

    log_in(client)

    cookie = client.get_cookie(COOKIE)
    assert cookie is not None and cookie.value != "planted"
    stranger = browser(guarded)
    stranger.set_cookie(COOKIE, "planted")
    assert stranger.get("/").status_code == 303


def test_only_hashes_are_stored_of_passwords_sessions_and_tokens(guarded: Site):
    client = browser(guarded)
    log_in(client)
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    token = guarded.run("token", "create", "bi", "--role", "viewer").out.strip()

    dumped = "\n".join(sqlite3.connect(guarded.folder / "data" / "bridge.db").iterdump())

    assert not any(secret in dumped for secret in (PASSWORD, cookie.value, token))
    assert "pbkdf2:" in dumped


@pytest.mark.parametrize("path", ["/logout", "/password"])
@pytest.mark.parametrize("csrf", [None, "", "guess"])
def test_a_form_that_another_site_sends_is_refused(guarded: Site, path: str, csrf: str | None):
    client = browser(guarded)
    log_in(client)
    data = {"old": PASSWORD, "new": OTHER, **({} if csrf is None else {"csrf": csrf})}

    assert client.post(path, data=data).status_code == 403

    assert client.get("/").status_code == 200
    assert log_in(browser(guarded)).status_code == 303


def test_a_login_that_another_site_sends_is_refused(guarded: Site):
    refused = browser(guarded).post("/login", data={"name": "王敏", "password": PASSWORD, "csrf": ""})

    assert refused.status_code == 400
    assert COOKIE not in refused.headers.get("Set-Cookie", "")


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", "evil"],
)
def test_a_login_leads_to_pages_of_ours_only(guarded: Site, address: str):
    assert log_in(browser(guarded), next=address).headers["Location"] == "/"


def test_who_asked_for_a_page_comes_to_it_after_the_login(guarded: Site):
    client = browser(guarded)
    asked = client.get("/?customer=远帆零售&lang=en")
    form = client.get(asked.headers["Location"])

    entered = log_in(client, next=hidden(form, "next").replace("&amp;", "&"))

    assert entered.headers["Location"].startswith("/?customer=")
    assert "lang=en" in entered.headers["Location"]


def test_the_cookie_is_read_by_no_script_sent_by_no_other_site_and_by_https_only_where_that_is_used(guarded: Site):
    cookies = [log_in(browser(guarded, is_secure=secure)).headers.getlist("Set-Cookie")[0] for secure in (False, True)]

    assert all("HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie for cookie in cookies)
    assert ["Secure" in cookie for cookie in cookies] == [False, True]


def test_a_session_ends_when_it_is_not_used_and_when_it_is_old(guarded: Site):
    with time_machine.travel(NOON, tick=False) as clock:
        idle, busy = browser(guarded), browser(guarded)
        log_in(idle)
        log_in(busy)
        for _ in range(24):
            clock.shift(timedelta(hours=7))
            assert busy.get("/healthz").status_code == 200
            last = busy.get("/").status_code

        assert idle.get("/").status_code == 303
        assert last == 303  # 7 days are the longest, however busy


def test_a_new_password_ends_every_session_and_the_old_password(guarded: Site):
    one, two = browser(guarded), browser(guarded)
    log_in(one)
    log_in(two)
    page = one.get("/password")

    wrong = one.post("/password", data={"csrf": hidden(page), "old": "x", "new": OTHER})
    short = one.post("/password", data={"csrf": hidden(page), "old": PASSWORD, "new": "short"})
    done = one.post("/password", data={"csrf": hidden(page), "old": PASSWORD, "new": OTHER})

    assert (wrong.status_code, short.status_code, done.status_code) == (422, 422, 303)
    assert [client.get("/").status_code for client in (one, two)] == [303, 303]
    assert [log_in(browser(guarded), password=password).status_code for password in (PASSWORD, OTHER)] == [401, 303]


def test_who_is_disabled_is_out_at_once(guarded: Site, monkeypatch):
    add(guarded, "赵宁", "viewer", monkeypatch)
    client = browser(guarded)
    log_in(client, "赵宁")

    assert guarded.run("user", "disable", " 赵宁").code == 0

    assert client.get("/").status_code == 303
    assert log_in(browser(guarded), "赵宁").status_code == 401


def test_a_role_that_was_changed_holds_at_once_in_the_session_that_is_open(guarded: Site, monkeypatch):
    add(guarded, "赵宁", "admin", monkeypatch)
    client = browser(guarded)
    log_in(client, "赵宁")
    assert client.get("/users").status_code == 200

    changed = guarded.run("user", "role", " 赵宁", "--role", "viewer")

    assert (changed.code, changed.out) == (0, "赵宁 的角色是 viewer。\n")
    assert client.get("/").status_code == 200
    assert client.get("/users").status_code == 403


def test_the_last_admin_stays_one_by_command_and_by_page(guarded: Site, monkeypatch):
    add(guarded, "赵宁", "viewer", monkeypatch)
    add(guarded, "林悦", "admin", monkeypatch)
    assert guarded.run("user", "disable", "林悦").code == 0
    client = browser(guarded)
    log_in(client)
    data = {"csrf": hidden(client.get("/users")), "deed": "role"}

    by_command = guarded.run("user", "role", "王敏", "--role", "lead")
    disabled = guarded.run("user", "disable", "王敏")
    by_page = client.post("/users", data={**data, "name": "王敏", "role": "lead"})
    unknown = client.post("/users", data={**data, "name": "赵宁", "role": "root"})
    raised = client.post("/users", data={**data, "name": "赵宁", "role": "admin"})
    stepped_down = client.post("/users", data={**data, "name": "王敏", "role": "lead"})

    assert (by_command.code, by_page.status_code, unknown.status_code) == (2, 422, 422)
    assert disabled.code == 2
    assert "最后一个管理员" in by_command.err and "最后一个管理员" in disabled.err
    assert "最后一个管理员" in by_page.text
    assert (raised.status_code, stepped_down.status_code) == (303, 303)
    assert client.get("/users").status_code == 403
    with opened(guarded).store() as store:
        lines = [(who, about) for _, who, what, about, _ in noted(store) if what == "role changed"]
    assert lines == [("王敏", "王敏 (admin -> lead)"), ("王敏", "赵宁 (viewer -> admin)")]


def test_who_sees_own_deals_only_sees_no_other_whatever_they_ask_for(guarded: Site, monkeypatch):
    add(guarded, "赵宁", "lead", monkeypatch, "--sales-owner", "赵宁")
    client = browser(guarded)
    log_in(client, "赵宁")

    for path in ("/api/v1/report", "/api/v1/report?owner=王敏", "/api/v1/report?customer=远帆零售"):
        found = client.get(path).get_json()
        assert {row["deal"]["key"] for row in found["milestones"]} <= {"D-2"}, path
        assert "远帆零售" not in client.get(path).text, path
    assert "远帆零售" not in client.get("/").text
    assert [row["key"] for row in client.get("/api/v1/report").get_json()["milestones"]] == ["M-3"]
    assert client.get("/api/v1/milestones/M-1").status_code == 404
    assert client.get("/api/v1/tasks").status_code == 403
    book = load_workbook(io.BytesIO(client.get("/report.xlsx").data))
    cells = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not any("远帆零售" in text for text in cells)
    assert any("云杉零售" in text for text in cells)


def test_a_title_of_markup_is_text(guarded: Site):
    client = browser(guarded)
    log_in(client)

    page = client.get("/").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_program_shows_its_token_until_it_is_revoked(guarded: Site):
    token = guarded.run("token", "create", "bi", "--role", "viewer", "--json").json
    client, headers = browser(guarded), {"Authorization": f"Bearer {token['token']}"}

    assert client.get("/api/v1/report", headers=headers).status_code == 200
    assert client.get("/api/v1/report", headers={"Authorization": "Bearer guess"}).status_code == 401
    assert client.get("/", headers=headers).status_code == 303
    listed = guarded.run("token", "list", "--json")
    assert token["token"] not in listed.out
    assert listed.json[0]["used_on"] is not None
    assert guarded.run("token", "revoke", str(token["id"])).code == 0
    assert client.get("/api/v1/report", headers=headers).status_code == 401
    assert guarded.run("token", "revoke", str(token["id"])).code == 2


def test_a_form_that_is_much_too_large_is_refused(guarded: Site):
    client = browser(guarded)
    mark = hidden(client.get("/login"))

    assert client.post("/login", data={"name": "x" * 1_000_000, "password": "y", "csrf": mark}).status_code == 413


@pytest.mark.parametrize(
    ("password", "said"),
    [("short", "太短"), ("x" * 1001, "超过"), ("我是王敏我是王敏我是", "含有姓名"), ("", "没有密码")],
)
def test_a_password_that_is_not_good_enough_makes_no_user(office: Site, monkeypatch, password: str, said: str):
    refused = add(office, "王敏", "admin", monkeypatch, password=password)

    assert refused.code == 2
    assert said in refused.err
    assert office.run("user", "list", "--json").json == []


def test_names_that_differ_in_case_or_width_only_are_one_person(guarded: Site, monkeypatch):
    add(guarded, "Lin", "viewer", monkeypatch)

    again = add(guarded, " ＬＩＮ", "viewer", monkeypatch)

    assert again.code == 2
    assert log_in(browser(guarded), "lin ").status_code == 303


def test_everything_that_happened_at_the_door_is_in_the_audit(guarded: Site):
    client = browser(guarded)
    log_in(client, password="wrong")
    log_in(client)
    with opened(guarded).store() as store:
        lines = [(who, what, address) for _, who, what, _, address in noted(store)]

    assert lines == [
        ("王敏", "login", "127.0.0.1"),
        ("王敏", "login refused", "127.0.0.1"),
        ("operator", "user added", None),
    ]


def test_no_secret_of_the_door_is_in_what_a_log_or_a_traceback_would_show():
    who = admission.Who("王敏", "admin", None, "c5rf", "k")
    user = User("k", "王敏", "admin", None, NOON, None)

    shown = repr(
        (
            who,
            admission.Entered("s3cret", who),
            accounts.NewToken(1, "bi", "viewer", "pbt_x1"),
            Session(user, "c5rf", NOON, NOON),
        )
    )

    assert not any(secret in shown for secret in ("c5rf", "s3cret", "pbt_x1"))
    assert "王敏" in shown


def test_the_hash_of_the_program_costs_what_was_decided():
    assert DECIDED == "scrypt:131072:8:1"
