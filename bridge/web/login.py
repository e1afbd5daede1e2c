"""The door of the pages: a login form, the session it opens, and who may do what.

A session lives in the store; the browser holds its secret in a cookie that no script reads and no other site sends.
Every form carries a value that only this page's reader knows. A program shows its token instead, and needs no form.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from typing import Protocol
from urllib.parse import quote, urlencode, urlsplit

from flask import Flask, Response, g, request

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.usecases.admission import Entered, Refused, Who
from bridge.web.answers import Said, form_answer
from bridge.web.assets import ROOT
from bridge.web.forms import onward, page

COOKIE, FORM_COOKIE = "pbridge_session", "pbridge_form"
OPEN = frozenset({"/login", "/login/oidc", "/login/oidc/callback", "/healthz", "/readyz", "/metrics", "/style.css"})
"""Paths that anybody may ask for; webhooks show a token of their own."""
MOST_FORM_BYTES, MOST_KNOWN_BYTES = 16 * 1024, 128 * 1024
"""What a form may hold of anybody, and of who is logged in."""
LARGER = {"/mappings": 512 * 1024, "/plan/import": 8 * 1024 * 1024}
"""Where more may be sent: by somebody who is logged in, to a path that begins so: a mapping, a workbook."""
BEARER = "Bearer "

TITLE = Text("登录", "Log in")
NAME, PASSWORD = Text("姓名", "Name"), Text("密码", "Password")
ENTER = Text("登录", "Log in")
ENTER_BY = Text("用 {name} 登录", "Log in by {name}")
LEFT = Text("已退出", "Logged out")
LEFT_SAID = Text(
    "您在这里的登录已结束，接着结束身份服务那里的登录。",
    "Your session here is over; now the one at the identity provider ends.",
)
ELSEWHERE = Text("到 {name} 退出", "Log out at {name}")
WRONG = Text("姓名或密码不对。", "The name or the password is wrong.")
LOCKED = Text(
    "失败的次数太多，请在 {minutes} 分钟后再试。", "Too many failed attempts; try again in {minutes} minutes."
)
STALE = Text("这个表单已过期，请再试一次。", "This form was too old; please try again.")
CHANGE = Text("修改密码", "Change password")
OLD, NEW = (
    Text("现在的密码", "Present password"),
    Text("新密码（至少 10 个字符）", "New password (at least 10 characters)"),
)
SAVE = Text("保存", "Save")
OLD_WRONG = Text("现在的密码不对。", "The present password is wrong.")
NO_USERS = Text(
    "还没有用户，只能看、不能改。请先用 pbridge user add 姓名 --role admin 添加第一个用户，再登录。",
    "There are no users yet: everything can be read and nothing changed. Make the first one with "
    "pbridge user add NAME --role admin, then log in.",
)
NOT_YOURS = Text(
    "您的角色（{role}）不能这样做，需要：{roles}。", "Your role ({role}) may not do this; it takes one of: {roles}."
)
READING = ("GET", "HEAD", "OPTIONS")
SIGN_IN = Text("请先登录，或出示访问令牌。", "Log in first, or show a token.")


class Doors(Protocol):
    """Who is let in; asked at every request."""

    def is_guarded(self) -> bool: ...

    def enter(self, name: str, password: str, address: str) -> Entered | Refused: ...

    def session(self, secret: str) -> Who | None: ...

    def leave(self, secret: str) -> None: ...

    def program(self, secret: str) -> Who | None: ...

    def change_password(self, who: Who, old: str, new: str) -> bool: ...


class OtherWay(Protocol):
    """Another way in beside the password."""

    def name(self) -> str | None: ...

    def goodbye(self, who: Who, secret: str, root: str) -> str | None: ...


def add_login(
    app: Flask, doors: Doors, language: Callable[[], Lang], *, is_secure: bool, other: OtherWay | None = None
) -> None:
    """Ask everybody who they are, once there is a user. `is_secure`: the pages are reached by https only."""

    @app.before_request
    def ask() -> Response | None:
        g.who = None
        if request.path.startswith("/hooks/"):
            return None
        request.max_content_length = MOST_FORM_BYTES
        if request.path in OPEN or request.path.startswith(ROOT) or not doors.is_guarded():
            return None
        g.who = _who(doors)
        if g.who is None:
            if request.path.startswith("/api/"):
                raise Said(401, SIGN_IN.say(language()))
            return _to_login()
        request.max_content_length = _most_bytes(request.path)
        if request.method not in READING and not _is_meant(g.who):
            raise Said(403, STALE.say(language()))
        return None

    _add_door(app, doors, language, is_secure=is_secure, other=other)
    _add_password(app, doors, language)


def _add_door(
    app: Flask, doors: Doors, language: Callable[[], Lang], *, is_secure: bool, other: OtherWay | None
) -> None:
    def page_of(said: str = "", status: int = 200) -> Response:
        return login_page(language(), said, status, is_secure=is_secure, other=other)

    @app.get("/login")
    def form() -> Response:
        return page_of()

    @app.post("/login")
    def enter() -> Response:
        if not _same(request.form.get("csrf", ""), request.cookies.get(FORM_COOKIE, "")):
            return page_of(STALE.say(language()), 400)
        found = doors.enter(request.form.get("name", ""), request.form.get("password", ""), request.remote_addr or "")
        if isinstance(found, Refused):
            minutes = max(1, -(-int(found.wait.total_seconds()) // 60))
            locked = found.why == "locked"
            said = LOCKED.say(language(), minutes=minutes) if locked else WRONG.say(language())
            answer = page_of(said, 429 if locked else 401)
            if locked:
                answer.headers["Retry-After"] = str(minutes * 60)
            return answer
        return let_in(found, request.form.get("next", ""), is_secure=is_secure)

    @app.post("/logout")
    def leave() -> Response:
        secret = request.cookies.get(COOKIE, "")
        doors.leave(secret)
        someone = who()
        address = other.goodbye(someone, secret, request.url_root) if other is not None and someone else None
        answer = redirect("/login") if other is None or address is None else _farewell(language(), other, address)
        answer.delete_cookie(COOKIE, path="/")
        return answer


def _add_password(app: Flask, doors: Doors, language: Callable[[], Lang]) -> None:
    @app.get("/password")
    def password() -> Response:
        return _password_page(language())

    @app.post("/password")
    def change() -> Response:
        lang = language()
        try:
            is_changed = doors.change_password(_present(lang), request.form.get("old", ""), request.form.get("new", ""))
        except UsageProblem as problem:
            return _password_page(lang, problem.say(lang), 422)
        if not is_changed:
            return _password_page(lang, OLD_WRONG.say(lang), 422)
        answer = redirect("/login")
        answer.delete_cookie(COOKIE, path="/")
        return answer


def _most_bytes(path: str) -> int:
    return next(
        (most for begin, most in LARGER.items() if path == begin or path.startswith(f"{begin}/")), MOST_KNOWN_BYTES
    )


def who() -> Who | None:
    """Who is there; None where nobody has to log in yet."""
    found: Who | None = g.get("who")
    return found


def role() -> str:
    """What who asks may do; where there are no users yet, everybody may read and nobody may write."""
    found = who()
    return "viewer" if found is None else found.role


def form_mark() -> str:
    """What every form of this session carries, and no other site knows."""
    found = who()
    return "" if found is None or found.csrf is None else found.csrf


def require(lang: Lang, *roles: str) -> Who:
    """Who asks, if they have one of these roles; refused otherwise, and where nobody has logged in."""
    found = who()
    if found is None:
        raise Said(403, NO_USERS.say(lang))
    if found.role not in roles:
        raise Said(403, NOT_YOURS.say(lang, role=found.role, roles=", ".join(roles)))
    if request.method not in READING and not _is_meant(found):
        raise Said(403, STALE.say(lang))
    return found


def own_deals() -> str | None:
    """Whose deals alone are shown to who asks; None for all."""
    found = who()
    return None if found is None else found.sales_owner


def _who(doors: Doors) -> Who | None:
    shown = request.headers.get("Authorization", "")
    if request.path.startswith("/api/") and shown.startswith(BEARER):
        return doors.program(shown.removeprefix(BEARER).strip())
    secret = request.cookies.get(COOKIE)
    return doors.session(secret) if secret else None


def _present(lang: Lang) -> Who:
    found = who()
    if found is None:
        raise Said(401, SIGN_IN.say(lang))
    return found


def _farewell(lang: Lang, other: OtherWay, address: str) -> Response:
    """On to where the session of the other way ends too. A page, since a form may not lead a browser to another host."""
    way = address, ELSEWHERE.say(lang, name=other.name() or "")
    return form_answer(onward(LEFT.say(lang), LEFT_SAID.say(lang), way, lang))


def _is_meant(someone: Who) -> bool:
    """A form of this session, or a program: no other site can make it send its token."""
    return someone.csrf is None or _same(request.form.get("csrf", ""), someone.csrf)


def _same(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def _inside(address: str) -> str:
    """An address of these pages; whatever leads elsewhere leads to the report instead."""
    parts = urlsplit(address)
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return address if is_ours and "\\" not in address and address.isprintable() else "/"


def _to_login() -> Response:
    if request.method != "GET" or request.full_path == "/?":
        return redirect("/login")
    return redirect(f"/login?next={quote(request.full_path.rstrip('?'), safe='')}")


def redirect(where: str) -> Response:
    """303: the browser asks anew, and a reload does not send the form again."""
    return Response("", 303, {"Location": where})


def set_cookie(answer: Response, name: str, value: str, is_secure: bool) -> None:
    answer.set_cookie(name, value, path="/", httponly=True, samesite="Lax", secure=is_secure)


def let_in(found: Entered, leads: str, *, is_secure: bool) -> Response:
    """Into the new session, to a page of ours."""
    answer = redirect(_inside(leads))
    set_cookie(answer, COOKIE, found.secret, is_secure)
    answer.delete_cookie(FORM_COOKIE, path="/")
    return answer


def login_page(
    lang: Lang, said: str = "", status: int = 200, *, is_secure: bool, other: OtherWay | None = None
) -> Response:
    mark = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(32)
    leads = request.values.get("next", "")
    fields = [
        ("text", "name", NAME.say(lang), request.form.get("name", ""), "username"),
        ("password", "password", PASSWORD.say(lang), "", "current-password"),
    ]
    hidden = {"csrf": mark, "next": leads, "lang": lang}
    name = other.name() if other is not None else None
    address = f"/login/oidc?{urlencode({'next': leads, 'lang': lang})}"
    beside = (address, ENTER_BY.say(lang, name=name)) if name else None
    answer = form_answer(page(TITLE.say(lang), "/login", fields, hidden, ENTER.say(lang), lang, said, beside), status)
    set_cookie(answer, FORM_COOKIE, mark, is_secure)
    return answer


def _password_page(lang: Lang, said: str = "", status: int = 200) -> Response:
    fields = [
        ("password", "old", OLD.say(lang), "", "current-password"),
        ("password", "new", NEW.say(lang), "", "new-password"),
    ]
    hidden = {"csrf": _present(lang).csrf or "", "lang": lang}
    return form_answer(page(CHANGE.say(lang), "/password", fields, hidden, SAVE.say(lang), lang, said), status)
