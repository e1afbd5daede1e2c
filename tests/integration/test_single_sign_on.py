"""Login by an identity provider: who comes in, as what, and everything that lets nobody in."""

from __future__ import annotations

import base64
import copy
import html
import json
import logging
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bridge.errors import Problems
from bridge.store.accounts import noted
from bridge.usecases import accounts, admission, oidc_provider
from bridge.usecases.admission import Admission
from bridge.usecases.single_sign_on import Begun, Returned, SingleSignOn
from bridge.usecases.workspace import Workspace
from bridge.web.app import create_app
from bridge.web.login import COOKIE
from bridge.web.page import Reports

from .identity_provider import CLIENT, SECRET, IdentityProvider, another_key, providing

SETTINGS = """
[web.oidc]
issuer = "{url}"
client_id = "{client}"
client_secret = "env:OIDC_SECRET"
name = "公司账号"
{more}
"""
GROUPS = 'roles_claim = "groups"\nroles = { "bridge-admins" = "admin", "sales-leads" = "lead" }\n'


@pytest.fixture(scope="module")
def running() -> Iterator[IdentityProvider]:
    with providing() as made:
        yield made


@pytest.fixture
def provider(running: IdentityProvider) -> Iterator[IdentityProvider]:
    """The one provider of this module, as it was at its start after every test."""
    before = {name: copy.copy(value) for name, value in vars(running).items()}
    yield running
    vars(running).update(before)


class House:
    """An installation that asks this provider, and a browser at its pages."""

    def __init__(
        self, folder: Path, provider: IdentityProvider, more: str = GROUPS, *, is_secure: bool = False
    ) -> None:
        folder.mkdir(exist_ok=True)
        self.file = folder / "config.toml"
        self.file.write_text(SETTINGS.format(url=provider.url, client=CLIENT, more=more), encoding="utf-8")
        self.provider, self.is_secure = provider, is_secure
        self.opened().store(create=True).close()
        self.single = SingleSignOn(self.opened)
        self.client = self.browser()

    def opened(self) -> Workspace:
        return Workspace.open(self.file, lang="zh", secrets=True)

    def browser(self) -> FlaskClient:
        reports, doors = Reports(self.opened()), Admission(self.opened)
        app = create_app(reports, doors=doors, opened=self.opened, is_secure=self.is_secure, single=self.single)
        return app.test_client()

    def begin(self, **asked: str) -> dict[str, str]:
        """What the person brings back from the provider."""
        begun = self.client.get("/login/oidc", query_string=asked)
        assert begun.status_code == 303, begun.text
        assert begun.headers["Location"].startswith(f"{self.provider.url}/authorize?")
        return self.provider.approve(begun.headers["Location"])

    def end(self, given: dict[str, str]) -> TestResponse:
        return self.client.get("/login/oidc/callback", query_string=given)

    def log_in(self, **asked: str) -> TestResponse:
        return self.end(self.begin(**asked))

    @property
    def is_in(self) -> bool:
        return self.client.get("/password").status_code == 200

    def audit(self) -> list[tuple[str, str, str | None]]:
        with self.opened().store() as store:
            return [(who, what, about) for _, who, what, about, _ in reversed(noted(store))]


@pytest.fixture
def house(tmp_path: Path, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    return House(tmp_path, provider)


def test_a_person_comes_in_by_the_provider_with_the_role_of_their_group(house: House):
    page = house.client.get("/login").text
    assert "用 公司账号 登录" in page and 'href="/login/oidc?' in page

    done = house.log_in(next="/risks?deal=D-1")

    assert (done.status_code, done.headers["Location"]) == (303, "/risks?deal=D-1")
    assert house.is_in
    (user,) = accounts.users(house.opened())
    assert (user.name, user.role) == ("苏晓岚", "lead")
    assert house.audit() == [("oidc", "user added", "苏晓岚 (lead)"), ("苏晓岚", "login", "oidc")]
    assert house.client.get("/users").status_code == 403


def leave(house: House) -> TestResponse:
    mark = house.client.get("/password").text.partition('name="csrf" value="')[2].partition('"')[0]
    return house.client.post("/logout?lang=en", data={"csrf": mark})


def test_who_leaves_is_led_to_the_provider_to_end_the_session_there_too(house: House):
    house.log_in()

    left = leave(house)

    assert left.status_code == 200 and not house.is_in and "Log out at 公司账号" in left.text
    address = html.unescape(left.text.partition('content="0; url=')[2].partition('"')[0])
    assert address.startswith(f"{house.provider.url}/logout?") and f'href="{html.escape(address)}"' in left.text
    asked = dict(parse_qsl(urlsplit(address).query))
    assert asked["client_id"] == CLIENT and asked["post_logout_redirect_uri"] == "http://localhost/login"
    payload = asked["id_token_hint"].split(".")[1]
    assert json.loads(base64.urlsafe_b64decode(payload + "=="))["sub"] == "u-1"


@pytest.mark.parametrize("metadata", [{"end_session_endpoint": None}, {"end_session_endpoint": "javascript:alert(1)"}])
def test_where_the_provider_has_no_place_to_leave_the_session_ends_here(house: House, metadata: dict[str, Any]):
    house.provider.metadata = metadata
    house.log_in()

    left = leave(house)

    assert (left.status_code, left.headers["Location"]) == (303, "/login") and not house.is_in


def test_who_came_in_by_a_password_is_not_sent_to_the_provider(house: House):
    accounts.add(house.opened(), "王敏", "admin", "correct horse battery")
    mark = house.client.get("/login").text.partition('name="csrf" value="')[2].partition('"')[0]
    house.client.post("/login", data={"name": "王敏", "password": "correct horse battery", "csrf": mark})
    assert house.is_in

    assert leave(house).headers["Location"] == "/login" and not house.is_in


def test_with_a_provider_nobody_reads_anything_without_a_login(house: House):
    assert house.client.get("/risks").status_code == 303
    assert house.client.get("/api/v1/report").status_code == 401


def test_the_provider_decides_the_role_anew_at_each_login_and_the_strongest_wins(house: House):
    house.log_in()
    house.provider.claims["groups"] = ["x", "sales-leads", "bridge-admins"]
    house.log_in()
    assert house.client.get("/users").status_code == 200

    house.provider.claims["groups"] = []
    refused = house.log_in()

    assert refused.status_code == 403
    assert "还没有角色" in refused.text
    assert not house.is_in
    assert ("oidc", "role changed", "苏晓岚 (lead -> admin)") in house.audit()
    assert house.audit()[-1] == ("oidc", "login refused: no_role", None)


def test_who_has_no_role_is_not_let_in_and_leaves_no_user_behind(house: House):
    house.provider.claims["groups"] = "everybody"

    assert house.log_in().status_code == 403
    assert accounts.users(house.opened()) == []


EXPIRED = {"iat": int(time.time()) - 900, "exp": int(time.time()) - 600}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"nonce": "another"}, "wrong_nonce"),
        ({"nonce": None}, "wrong_nonce"),
        ({"aud": "another-program"}, "wrong_audience"),
        ({"aud": None}, "wrong_audience"),
        ({"aud": [CLIENT, "another-program"]}, "wrong_audience"),
        ({"aud": [CLIENT, "another-program"], "azp": "another-program"}, "wrong_audience"),
        (EXPIRED, "expired"),
        ({"exp": None}, "bad_token"),
        ({"iat": int(time.time()) + 900}, "wrong_clock"),
        ({"iss": "https://evil.example"}, "wrong_issuer"),
        ({"sub": None}, "bad_token"),
        ({"sub": ""}, "bad_token"),
    ],
)
def test_a_token_that_proves_too_little_lets_nobody_in(house: House, changed: dict[str, Any], code: str):
    house.provider.changed = changed

    refused = house.log_in()

    assert refused.status_code == 403
    assert COOKIE not in "".join(refused.headers.getlist("Set-Cookie"))
    assert not house.is_in
    assert house.audit() == [("oidc", f"login refused: {code}", None)]
    assert (code in refused.text) or "身份服务" in refused.text


@pytest.mark.parametrize("forgery", ["other key", "unknown kid", "no signature", "our secret", "public key as secret"])
def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(house: House, forgery: str, monkeypatch):
    monkeypatch.setattr(oidc_provider, "KEYS_PAUSE_S", 0.0)
    provider = house.provider
    if forgery == "other key":
        provider.key = another_key()
    elif forgery == "unknown kid":
        provider.key, provider.header = another_key(kid="k2"), {"alg": "RS256", "kid": "k2"}
    elif forgery == "no signature":
        provider.header = {"alg": "none"}
    else:
        provider.key = SECRET.encode() if forgery == "our secret" else provider.key.as_pem(private=False)
        provider.header = {"alg": "HS256", "kid": "k1"}

    assert house.log_in().status_code == 403
    assert not house.is_in


def test_keys_that_the_provider_has_changed_are_asked_for_again(house: House, monkeypatch):
    monkeypatch.setattr(oidc_provider, "KEYS_PAUSE_S", 0.0)
    house.log_in()
    provider = house.provider
    provider.key = another_key("EC", "k9")
    provider.listed, provider.header = [provider.key], {"alg": "ES256", "kid": "k9"}

    assert house.log_in().status_code == 303


def test_only_the_browser_that_began_a_login_can_end_it_and_only_once(house: House):
    given = house.begin()
    victim = house.browser()

    planted = victim.get("/login/oidc/callback", query_string=given)
    wrong_state = house.end({**given, "state": "guess"})
    again = house.end(given)

    assert (planted.status_code, wrong_state.status_code, again.status_code) == (400, 400, 400)
    assert victim.get("/password").status_code == 303
    assert not house.is_in
    given = house.begin()
    assert house.end(given).status_code == 303
    assert house.end(given).status_code == 400


def test_a_session_from_before_is_not_the_one_after(house: House):
    house.client.set_cookie(COOKIE, "planted")

    house.log_in()

    cookie = house.client.get_cookie(COOKIE)
    assert cookie is not None and cookie.value != "planted"
    assert house.client.get_cookie("pbridge_oidc") is None


def test_a_stolen_code_is_worth_nothing_without_the_verifier(house: House):
    stolen = house.begin()
    mine = house.begin()

    refused = house.end({"code": stolen["code"], "state": mine["state"]})

    assert refused.status_code == 403
    assert house.provider.refusals[-1:] == ["invalid_grant"]


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
def test_a_login_leads_to_pages_of_ours_only(house: House, address: str):
    assert house.log_in(next=address).headers["Location"] == "/"


def test_a_person_of_the_same_name_is_somebody_else(house: House):
    accounts.add(house.opened(), "苏晓岚", "admin", "correct horse battery")
    house.provider.claims |= {"email": "su@example.com"}

    house.log_in()

    assert house.client.get("/users").status_code == 403
    assert [(one.name, one.role) for one in accounts.users(house.opened())] == [
        ("苏晓岚", "admin"),
        ("苏晓岚 (su@example.com)", "lead"),
    ]


def test_who_is_disabled_here_stays_out_and_no_password_opens_their_name(house: House):
    house.log_in()
    accounts.disable(house.opened(), "苏晓岚")

    assert not house.is_in
    assert "停用" in house.log_in().text
    form = house.client.get("/login").text
    mark = form.partition('name="csrf" value="')[2].partition('"')[0]
    by_password = house.client.post("/login", data={"name": "苏晓岚", "password": "", "csrf": mark})
    assert by_password.status_code == 401


def test_only_verified_addresses_of_the_domains_come_in(tmp_path: Path, provider: IdentityProvider, monkeypatch):
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    house = House(tmp_path, provider, 'email_domains = ["Example.com"]\ndefault_role = "viewer"\n')
    said = []
    for email, is_verified in (
        (None, True),
        ("su@example.com", False),
        ("su@example.com", "true"),
        ("su@evil.example", True),
        ("su@example.com.evil.example", True),
        ("@example.com", True),
        ("su@EXAMPLE.com", True),
    ):
        provider.claims |= {"email": email, "email_verified": is_verified}
        said.append(house.log_in().status_code)

    assert said == [403] * 6 + [303]
    assert accounts.users(house.opened())[0].role == "viewer"


def test_a_role_that_an_admin_gave_stays_where_no_claim_says_otherwise(tmp_path, provider, monkeypatch):
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    house = House(tmp_path, provider, 'default_role = "viewer"\n')
    house.log_in()
    accounts.set_role(house.opened(), "苏晓岚", "lead")

    house.log_in()

    assert accounts.users(house.opened())[0].role == "lead"


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"issuer": "https://evil.example"}, "wrong_issuer"),
        ({"token_endpoint": "ftp://evil.example/token"}, "bad_metadata"),
        ({"jwks_uri": None}, "bad_metadata"),
    ],
)
def test_a_provider_that_is_not_the_one_of_the_settings_is_not_asked(house: House, metadata: dict[str, Any], code: str):
    house.provider.metadata = metadata

    refused = house.client.get("/login/oidc")

    assert refused.status_code == 403
    assert code in refused.text


def test_a_provider_that_is_not_there_is_told_in_both_languages_and_passwords_still_work(house: House):
    house.file.write_text(house.file.read_text(encoding="utf-8").replace(house.provider.url, "http://127.0.0.1:9"))

    chinese, english = house.client.get("/login/oidc"), house.client.get("/login/oidc?lang=en")

    assert (chinese.status_code, english.status_code) == (503, 503)
    assert "现在连不上身份服务" in chinese.text
    assert "cannot be reached now" in english.text


def test_what_the_provider_says_no_to_is_said(house: House):
    cancelled = house.end({"error": "access_denied", "state": house.begin()["state"]})
    mixed_up = house.end({**house.begin(), "iss": "https://evil.example"})

    assert "取消" in cancelled.text
    assert mixed_up.status_code == 403


def test_guessing_is_locked_out_by_address(house: House):
    house.client.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    for _ in range(admission.MOST["address"]):
        house.end({"state": "guess", "code": "x"})

    assert house.log_in().status_code == 429


def test_behind_https_the_cookie_is_of_this_host_alone(tmp_path: Path, provider: IdentityProvider, monkeypatch):
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    house = House(tmp_path, provider, is_secure=True)

    cookie = house.client.get("/login/oidc", base_url="https://localhost").headers["Set-Cookie"]

    assert cookie.startswith("__Host-pbridge_oidc=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))


def test_no_secret_of_a_login_is_logged_or_shown(house: House, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    given = house.begin()
    kept = house.client.get_cookie("pbridge_oidc")
    assert kept is not None
    house.provider.codes.clear()

    refused = house.end(given)
    house.log_in()

    _, nonce, verifier = kept.value.split(".")[:3]
    told = caplog.text + refused.text + repr((Begun("u", kept.value), Returned(kept.value, given, "r", "")))
    assert "token_refused" in caplog.text
    assert not any(secret in told for secret in (SECRET, "s3cret", given["code"], nonce, verifier))


def test_without_its_secret_the_way_is_closed_and_says_why(tmp_path: Path, provider: IdentityProvider):
    house = House(tmp_path, provider)

    assert "client_secret" in house.log_in().text


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('issuer = "http://login.example.com"', "issuer"),
        ('issuer = "https://login.example.com/?x"', "issuer"),
        ('issuer = "https://login.example.com"', "client_id"),
        ('scopes = ["email"]', "scopes"),
        ('roles = { "all" = "root" }', "roles"),
        ('default_role = "admin"', "default_role"),
        ('isuer = "x"', "isuer"),
    ],
)
def test_settings_that_cannot_be_are_told_by_name(tmp_path: Path, line: str, said: str):
    file = tmp_path / "config.toml"
    file.write_text(f"[web.oidc]\n{line}\n", encoding="utf-8")

    with pytest.raises(Problems) as refused:
        Workspace.open(file)

    assert f"web.oidc.{said}" in refused.value.say("zh") or f"{said}" in refused.value.say("zh")


def test_the_addresses_of_a_provider_are_remembered_for_an_hour_only(house: House, monkeypatch):
    assert timedelta(hours=1).total_seconds() == oidc_provider.LASTS_S
    house.log_in()
    house.provider.metadata = {"issuer": "https://evil.example"}
    assert house.log_in().status_code == 303

    monkeypatch.setattr(oidc_provider, "LASTS_S", 0.0)

    assert house.client.get("/login/oidc").status_code == 403
