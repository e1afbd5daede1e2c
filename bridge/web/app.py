"""The pages and the API of the delay report; everything they show is asked of `Services`.

The app answers only to names that it is told, so that no foreign page can reach it through a name of its own. Whoever
asks has to log in once there is a user (`login`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Protocol
from urllib.parse import urlencode

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound

from bridge.errors import BridgeError, Unavailable
from bridge.language import LANGUAGES, Lang, Text
from bridge.web.answers import Said, file_answer, guard, lasting_answer, page_answer, problem_answer
from bridge.web.api import Asked, add_api
from bridge.web.forms import STYLE
from bridge.web.hooks import Hooks, add_hooks
from bridge.web.login import Doors, add_login, own_deals
from bridge.web.login import bar as signed_in
from bridge.web.probes import Probed, add_probes

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
WORKBOOK = "/report.xlsx"
SLOT = "<!--bar-->"
"""Where the report page lets its server put a bar."""

FILTERS = ("customer", "owner")
OTHER_LANGUAGE: dict[Lang, tuple[Lang, str]] = {"zh": ("en", "English"), "en": ("zh", "中文")}

ONLY = Text("只看：{value}", "Only: {value}")
ALL = Text("看全部", "Show all")
NOT_FOUND = Text("没有这个页面", "There is no such page")
BAD_REQUEST = Text("请求有误", "The request is not valid")
FAILED = Text(
    "出了意料之外的错误，详情在服务器的日志里", "Something unexpected failed; the server's log has the details"
)


class Services(Asked, Probed, Protocol):
    """What the pages ask for beside what the API asks. An error a person should read is a `BridgeError`."""

    @property
    def language(self) -> Lang:
        """The language for who asks for none."""

    def report_html(self, lang: Lang, customer: str | None, owner: str | None, own: str | None) -> str:
        """The report as a whole page; `own` is the sales owner whose deals alone are shown."""


def create_app(
    services: Services,
    hosts: Sequence[str] = LOOPBACK,
    hooks: Hooks | None = None,
    doors: Doors | None = None,
    *,
    is_secure: bool = False,
) -> Flask:
    """A WSGI application; `hosts` are the names it may be asked by, `hooks` takes webhooks where there are any, and
    `doors` knows who may come in; without them nobody has to log in. `is_secure`: it is reached by https only."""
    app = Flask("bridge.web", static_folder=None, template_folder=None)
    app.config["TRUSTED_HOSTS"] = list(hosts)
    app.json = _Json(app)
    app.after_request(guard)
    if doors is not None:
        add_login(app, doors, lambda: _language(services), is_secure=is_secure)

    @app.get("/")
    def report() -> Response:
        page = services.report_html(_language(services), *_filters(), own_deals())
        return page_answer(page.replace(SLOT, _bar(services), 1), forms=bool(signed_in(_language(services))))

    @app.get("/style.css")
    def style() -> Response:
        return lasting_answer(STYLE, "text/css")

    add_api(app, services, lambda: _language(services), _filters)

    @app.get(WORKBOOK)
    def report_as_workbook() -> Response:
        from bridge.usecases import reporting  # only who asks for a file needs what makes one

        lang = _language(services)
        document = services.report_json(lang, *_filters(), own_deals())
        return file_answer(reporting.content(document, "xlsx", lang), f"delay-report-{document['as_of']}.xlsx")

    if hooks is not None:
        add_hooks(app, hooks)

    add_probes(app, services)
    _add_refusals(app, services)
    return app


def _add_refusals(app: Flask, services: Services) -> None:
    """Whatever fails is said in words a person can act on; a program gets problem+json."""

    @app.errorhandler(BridgeError)
    def explain(error: BridgeError) -> Response:
        """Something a person can act on, said in their language."""
        lang = _language(services)
        return problem_answer(503 if isinstance(error, Unavailable) else 500, error.say(lang), lang)

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        lang, code = _language(services), error.code or 500
        said = str(error.description) if isinstance(error, Said) else _refusal(error).say(lang)
        answer = problem_answer(code, said, lang)
        if code == 401:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="progress-bridge"'
        return answer


class _Json(DefaultJSONProvider):
    """Keys in the published order, Chinese as Chinese."""

    sort_keys = False
    ensure_ascii = False


def _refusal(error: HTTPException) -> Text:
    if isinstance(error, InternalServerError):
        return FAILED
    return NOT_FOUND if isinstance(error, NotFound) else BAD_REQUEST


def _language(services: Services) -> Lang:
    """The language of the address, else the one of the settings."""
    wanted = request.args.get("lang")
    return next((lang for lang in LANGUAGES if lang == wanted), services.language)


def _filters() -> tuple[str | None, str | None]:
    """Customer and owner; an empty filter is no filter."""
    customer, owner = (request.args.get(name, "").strip() or None for name in FILTERS)
    return customer, owner


def _bar(services: Services) -> str:
    """Which rows are shown, with a way back to all of them, and the same report in the other language."""
    shown = _language(services)
    lang, name = OTHER_LANGUAGE[shown]
    customer, owner = _filters()
    kept = {key: value for key, value in (("customer", customer), ("owner", owner)) if value is not None}
    parts = [f"<span>{escape(ONLY.say(shown, value=value))}</span>" for value in kept.values()]
    if kept:
        parts.append(_link({"lang": shown}, ALL.say(shown)))
    parts.append(_link({**kept, "lang": shown}, "Excel", " download", WORKBOOK))
    parts.append(_link({**kept, "lang": lang}, name, f' hreflang="{lang}" lang="{lang}"'))
    parts += signed_in(shown)
    return f'<nav class="bar">{" ".join(parts)}</nav>'


def _link(arguments: Mapping[str, str], text: str, attributes: str = "", path: str = "") -> str:
    return f'<a href="{escape(f"{path}?{urlencode(arguments)}")}"{attributes}>{escape(text)}</a>'
