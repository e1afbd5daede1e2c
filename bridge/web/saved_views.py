"""Named views of the report: saved from the report as it is asked for, and offered above it to whom they belong."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Flask, Response, request

from bridge.errors import UsageProblem
from bridge.usecases import saved_views
from bridge.usecases.accounts import ROLES
from bridge.usecases.serving import Opened
from bridge.web.answers import Said
from bridge.web.asked import asked
from bridge.web.frame import Frame
from bridge.web.login import own_deals, require, who


def add_saved_views(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.post("/views")
    def views_changed() -> Response:
        """The filters stand in the address as they do on the report, so they are checked in the same way."""
        lang = frame.language()
        key = require(lang, *ROLES).key
        view = asked(lang, own_deals())
        try:
            if key is not None and request.form.get("deed") == "remove":
                saved_views.remove(opened(), key, request.form.get("name", ""))
            elif key is not None:
                saved_views.save(opened(), key, request.form.get("name", ""), urlencode(view.kept, doseq=True))
        except UsageProblem as problem:
            raise Said(422, problem.say(lang)) from problem
        return Response("", 303, {"Location": frame.link(**view.kept)})


def offered(opened: Opened | None, frame: Frame) -> list[dict[str, Any]]:
    """The views of who asks, each with its address; nobody's where nobody is logged in."""
    someone = who()
    if opened is None or someone is None or someone.key is None:
        return []
    found = []
    for name, query in saved_views.of(opened(), someone.key):
        arguments: dict[str, list[str]] = {}
        for field, value in parse_qsl(query):
            arguments.setdefault(field, []).append(value)
        found.append({"name": name, "href": frame.link(**arguments), "is_here": request.query_string.decode() == query})
    return found
