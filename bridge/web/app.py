"""The pages and the API of the delay report; everything they show is asked of `Services`.

The app answers only to names that it is told, so that no foreign page can reach it through a name of its own. Whoever
asks has to log in once there is a user (`login`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import HTTPException, InternalServerError, NotFound, SecurityError

from bridge.errors import BridgeError, Unavailable
from bridge.language import LANGUAGES, Lang, Text
from bridge.usecases.single_sign_on import SingleSignOn
from bridge.usecases.workspace import Workspace
from bridge.web.answers import Said, guard, lasting_answer, problem_document
from bridge.web.api import Asked, add_api
from bridge.web.assets import add_assets
from bridge.web.forms import STYLE
from bridge.web.frame import Frame
from bridge.web.hooks import Hooks, add_hooks
from bridge.web.login import Doors, add_login
from bridge.web.own_writes import add_own_writes
from bridge.web.pages import add_pages
from bridge.web.probes import Probed, add_probes
from bridge.web.report_page import Reporting, add_report
from bridge.web.single_sign_on import add_single_sign_on

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

NOT_FOUND = Text("没有这个页面", "There is no such page")
BAD_REQUEST = Text("请求有误", "The request is not valid")
FAILED = Text(
    "出了意料之外的错误，详情在服务器的日志里", "Something unexpected failed; the server's log has the details"
)
NOT_NOW = Text("现在没有可以显示的", "There is nothing to show now")


class Services(Asked, Probed, Reporting, Protocol):
    """What the pages and the API ask for. An error a person should read is a `BridgeError`."""

    @property
    def language(self) -> Lang:
        """The language for who asks for none."""


def create_app(
    services: Services,
    hosts: Sequence[str] = LOOPBACK,
    hooks: Hooks | None = None,
    doors: Doors | None = None,
    *,
    opened: Callable[[], Workspace] | None = None,
    wake: Callable[[str], None] | None = None,
    is_secure: bool = False,
    single: SingleSignOn | None = None,
) -> Flask:
    """A WSGI application; `hosts` are the names it may be asked by, `hooks` takes webhooks where there are any, and
    `doors` knows who may come in; without them nobody has to log in. `opened` gives the workspace of the moment to the
    pages beside the report, which are there only with it, and `wake` has a source read soon. `is_secure`: it is reached by https only. `single` is
    the way in by an identity provider, where the settings name one."""
    app = Flask("bridge.web", static_folder=None, template_folder=None)
    app.config["TRUSTED_HOSTS"] = list(hosts)
    app.json = _Json(app)
    app.before_request(_refuse_foreign_names)
    app.after_request(guard)
    add_own_writes(app)
    frame = Frame(lambda: _language(services))
    if opened is not None:
        frame = Frame(frame.language, lambda: opened().settings.thresholds.source_stale_hours)
    if doors is not None:
        add_login(app, doors, frame.language, is_secure=is_secure, other=single)
    if single is not None:
        add_single_sign_on(app, single, frame.language, is_secure=is_secure)
    add_assets(app)
    add_report(app, services, frame, opened)
    if opened is not None:
        add_pages(app, services, opened, frame, wake)

    @app.get("/style.css")
    def style() -> Response:
        return lasting_answer(STYLE, "text/css")

    add_api(app, services, frame.language)
    if hooks is not None:
        add_hooks(app, hooks)

    add_probes(app, services)
    _add_refusals(app, frame)
    return app


def _refuse_foreign_names() -> None:
    """Before anything else is asked or answered, a login included."""
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception


def _add_refusals(app: Flask, frame: Frame) -> None:
    """Whatever fails is said in words a person can act on; a program gets problem+json."""

    @app.errorhandler(BridgeError)
    def explain(error: BridgeError) -> Response:
        """Something a person can act on, said in their language."""
        lang = frame.language()
        said = error.say(lang)
        status = 503 if isinstance(error, Unavailable) else 500
        return _refusal(frame, status, said, (NOT_NOW.say(lang), *said.split("\n")))

    @app.errorhandler(HTTPException)
    def refuse(error: HTTPException) -> Response:
        lang, code = frame.language(), error.code or 500
        said = str(error.description) if isinstance(error, Said) else _words(error).say(lang)
        answer = _refusal(frame, code, said, (said,))
        if code == 401:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="progress-bridge"'
        return answer


def _refusal(frame: Frame, status: int, said: str, lines: Sequence[str]) -> Response:
    """In the form that was asked for: a program gets problem+json, a person a page with a way back."""
    if request.path.startswith("/api/"):
        return problem_document(status, said)
    return frame.page("said.html", {"lines": lines[1:]}, title=lines[0], status=status)


class _Json(DefaultJSONProvider):
    """Keys in the published order, Chinese as Chinese."""

    sort_keys = False
    ensure_ascii = False


def _words(error: HTTPException) -> Text:
    if isinstance(error, InternalServerError):
        return FAILED
    return NOT_FOUND if isinstance(error, NotFound) else BAD_REQUEST


def _language(services: Services) -> Lang:
    """The language of the address, else the one of the settings."""
    wanted = request.args.get("lang")
    return next((lang for lang in LANGUAGES if lang == wanted), services.language)
