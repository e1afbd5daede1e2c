"""`/login/oidc`: to the identity provider and back, with what only this browser has; errors in words for people."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, unquote

from flask import Flask, Response, request

from bridge.language import Lang, Text
from bridge.usecases.oidc_provider import Failed
from bridge.usecases.single_sign_on import CALLBACK, Returned, SingleSignOn
from bridge.web.login import let_in, login_page, redirect

KEPT_SECONDS = 600
LONGEST_NEXT = 1000
OTHERWISE = Text(
    "身份服务的回答不可信（{code}），没有登录。请再试一次；若仍然如此，请把这个代码告诉管理员。",
    "What the identity provider answered cannot be trusted ({code}), so nobody was logged in. Try again; if it stays so, "
    "tell the admin this code.",
)
SAID: dict[str, Text] = {
    "off": Text("没有设置身份服务，请用密码登录。", "No identity provider is set; log in with your password."),
    "no_secret": Text(
        "身份服务的密钥没有设置，请告诉管理员（[web.oidc] client_secret）。",
        "The secret for the identity provider is not set; tell the admin ([web.oidc] client_secret).",
    ),
    "not_installed": Text(
        "没有安装用身份服务登录所需的软件包；请管理员执行 pip install 'progress-bridge[oidc]'。",
        "The package for logging in by an identity provider is not installed; the admin runs "
        "pip install 'progress-bridge[oidc]'.",
    ),
    "unreachable": Text(
        "现在连不上身份服务，请稍后再试，或用密码登录。",
        "The identity provider cannot be reached now; try again later, or use your password.",
    ),
    "not_begun": Text(
        "这次登录不是从这个浏览器开始的，或已超过十分钟；请从这里重新开始。",
        "This login was not begun in this browser, or more than ten minutes ago; begin again here.",
    ),
    "cancelled": Text("登录在身份服务那里取消了。", "The login was cancelled at the identity provider."),
    "locked": Text("失败的次数太多，请在 15 分钟后再试。", "Too many failed attempts; try again in 15 minutes."),
    "expired": Text(
        "身份服务的凭据已经过期；请再试一次。若仍然如此，两边的时钟可能不一致。",
        "What the identity provider sent is too old; try again. If it stays so, one of the clocks is wrong.",
    ),
    "wrong_clock": Text(
        "身份服务的时钟走在前面；请管理员校准时钟。",
        "The clock of the identity provider is ahead; the admin should set the clocks.",
    ),
    "no_email": Text(
        "身份服务没有给出已验证的邮箱，而设置要求它；请告诉管理员。",
        "The identity provider gave no verified e-mail address, which the settings ask for; tell the admin.",
    ),
    "other_domain": Text(
        "您的邮箱不属于允许的域名；请告诉管理员。", "Your e-mail address is not of an allowed domain; tell the admin."
    ),
    "no_role": Text(
        "您已由身份服务认出，但在这里还没有角色；请管理员给您一个。",
        "The identity provider knows you, but you have no role here yet; ask the admin for one.",
    ),
    "disabled": Text("您在这里已被停用；请联系管理员。", "You are let in here no more; ask the admin."),
}
STATUS = {"unreachable": 503, "no_secret": 503, "not_installed": 503, "off": 404, "locked": 429, "not_begun": 400}


def add_single_sign_on(app: Flask, single: SingleSignOn, language: Callable[[], Lang], *, is_secure: bool) -> None:
    # With this beginning of its name a browser takes the cookie from this very host by https alone.
    cookie = "__Host-pbridge_oidc" if is_secure else "pbridge_oidc"

    @app.get("/login/oidc")
    def begin() -> Response:
        try:
            begun = single.begin(single.redirect_uri(request.url_root))
        except Failed as failed:
            return _refused(failed)
        answer = redirect(begun.url)
        onward = quote(request.args.get("next", "")[:LONGEST_NEXT], safe="")
        kept = f"{begun.kept}.{language()}.{onward}"
        answer.set_cookie(cookie, kept, max_age=KEPT_SECONDS, path="/", httponly=True, samesite="Lax", secure=is_secure)
        return answer

    @app.get(CALLBACK)
    def end() -> Response:
        *parts, onward = request.cookies.get(cookie, "").split(".", 4) if cookie in request.cookies else ("",)
        given = {
            name: value[:4000] for name, value in request.args.items() if name in ("code", "state", "iss", "error")
        }
        root = single.redirect_uri(request.url_root)
        returned = Returned(".".join(parts[:3]), given, root, request.remote_addr or "")
        try:
            answer = let_in(single.finish(returned), unquote(onward), is_secure=is_secure)
        except Failed as failed:
            answer = _refused(failed, parts[3] if len(parts) > 3 else "")
        # Used once, however it ended.
        answer.delete_cookie(cookie, path="/", secure=is_secure, httponly=True, samesite="Lax")
        return answer

    def _refused(failed: Failed, began_in: str = "") -> Response:
        lang: Lang = "en" if began_in == "en" else "zh" if began_in == "zh" else language()
        said = SAID[failed.code].say(lang) if failed.code in SAID else OTHERWISE.say(lang, code=failed.code)
        return login_page(lang, said, STATUS.get(failed.code, 403), is_secure=is_secure, other=single)
