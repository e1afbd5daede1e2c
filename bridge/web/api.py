"""`/api/v1`: the JSON of the commands over HTTP, with an ETag, in pages where there is much, described as OpenAPI 3.1."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol
from urllib.parse import urlencode

from flask import Flask, Response, request

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.usecases.reporting import ReportWish
from bridge.usecases.workspace import UNKNOWN_SOURCE
from bridge.web.answers import Said, json_answer
from bridge.web.asked import asked
from bridge.web.login import own_deals
from bridge.web.openapi import document

MOST, USUAL = 1_000, 200
PASSING = frozenset({"generated_at", "age_minutes"})
"""What differs from one moment to the next although nothing was learnt."""

NO_MILESTONE = Text("报告里没有里程碑 {key}", "there is no milestone {key} in the report")
NOT_A_LIMIT = Text("limit 要在 1 到 {most} 之间，写的是 {value}", "limit must be between 1 and {most}; it was {value}")
NOT_A_PLACE = Text(
    "after 要写成 来源/编号，照抄上一页的 next；写的是 {value}",
    "after must be source/id as in `next` of the page before; it was {value}",
)
OWN_ONLY = Text(
    "您只能看自己负责的项目，任务清单包括所有项目", "you see your own deals only, and the list of tasks is of all"
)


class Asked(Protocol):
    """What the API asks for."""

    def report_json(self, lang: Lang, wish: ReportWish) -> Mapping[str, Any]: ...

    def tasks(
        self, source: str | None, project: str | None, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Mapping[str, Any]]:
        """Tasks by source and id, those behind a place in this order."""


def add_api(app: Flask, services: Asked, language: Callable[[], Lang]) -> None:
    """The paths of the API; who may ask is decided before them."""

    def report() -> Mapping[str, Any]:
        return services.report_json(language(), asked(language(), own_deals()).wish)

    @app.get("/api/v1/report")
    def whole() -> Response:
        return _tagged(report())

    @app.get("/api/v1/milestones/<path:key>")
    def milestone(key: str) -> Response:
        found = next((row for row in report()["milestones"] if row["key"] == key), None)
        if found is None:
            raise Said(404, NO_MILESTONE.say(language(), key=key))
        return _tagged(found)

    @app.get("/api/v1/sources")
    def sources() -> Response:
        return _tagged({"sources": report()["sources"]})

    @app.get("/api/v1/tasks")
    def tasks() -> Response:
        if own_deals() is not None:
            raise Said(403, OWN_ONLY.say(language()))
        limit, after = _limit(language()), _after(language())
        source, project = (request.args.get(name) or None for name in ("source", "project"))
        try:
            rows = services.tasks(source, project, after, limit + 1)
        except UsageProblem as problem:
            if problem.text is not UNKNOWN_SOURCE:
                raise
            raise Said(422, problem.say(language())) from None
        more = f"{rows[limit - 1]['source']}/{rows[limit - 1]['id']}" if len(rows) > limit else None
        answer = _tagged({"tasks": list(rows[:limit]), "next": more})
        if more is not None:
            following = urlencode({**request.args.to_dict(), "after": more})
            answer.headers["Link"] = f'</api/v1/tasks?{following}>; rel="next"'
        return answer

    @app.get("/api/v1/openapi.json")
    def described() -> Response:
        return _tagged(document())


def _limit(lang: Lang) -> int:
    value = request.args.get("limit", str(USUAL))
    if not (value.isascii() and value.isdigit() and len(value) < 6 and 1 <= int(value) <= MOST):
        raise Said(422, NOT_A_LIMIT.say(lang, most=MOST, value=value))
    return int(value)


def _after(lang: Lang) -> tuple[str, str] | None:
    value = request.args.get("after")
    if value is None:
        return None
    source, slash, name = value.partition("/")
    if not (source and slash and name):
        raise Said(422, NOT_A_PLACE.say(lang, value=value))
    return source, name


def _tagged(found: Mapping[str, Any]) -> Response:
    """With a weak ETag of what it says, ages and the instant of printing apart; 304 for who has it already."""
    answer = json_answer(found)
    lasting = json.dumps(_lasting(found), ensure_ascii=False).encode("utf-8", "surrogatepass")
    answer.set_etag(hashlib.sha256(lasting).hexdigest()[:32], weak=True)
    answer.make_conditional(request)
    return answer


def _lasting(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _lasting(entry) for key, entry in value.items() if key not in PASSING}
    return [_lasting(entry) for entry in value] if isinstance(value, list) else value
