"""The API described as OpenAPI 3.1, for people and for programs that make clients of it."""

from __future__ import annotations

from typing import Any

from bridge.report.selection import PERIODS
from bridge.web.asked import LONGEST
from bridge.web.asked import STATUSES as KNOWN

JSON = "application/json"
Described = dict[str, Any]
STATUSES = list(KNOWN)


def document() -> Described:
    """The whole description; a test holds its paths against those that the app answers."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "progress-bridge",
            "version": "1",
            "description": "The delay report and the tasks behind it, as `pbridge report --json` and `pbridge tasks --json` "
            "print them. Absent values are null; dates are civil dates, instants RFC 3339 in UTC.",
        },
        "security": [{"token": []}, {"session": []}],
        "paths": {
            "/api/v1/report": {"get": _get("report", "The delay report", "Report", FILTERS, wrong=True)},
            "/api/v1/milestones/{key}": {
                "get": _get(
                    "milestone", "One milestone of the report", "Milestone", [KEY, *FILTERS], missing=True, wrong=True
                )
            },
            "/api/v1/sources": {"get": _get("sources", "How old and how complete the data is", "Sources", [LANG])},
            "/api/v1/tasks": {
                "get": _get(
                    "tasks", "Tasks in the common schema, in pages", "Tasks", [*PAGE, LANG], refused=True, wrong=True
                )
            },
            "/api/v1/openapi.json": {"get": _get("description", "This document", "Any", [])},
        },
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "pbridge_session"},
            },
            "schemas": SCHEMAS,
        },
    }


def _get(name: str, about: str, schema: str, parameters: list[Described], **more: bool) -> Described:
    answers: Described = {
        "200": {
            "description": about,
            "headers": {"ETag": {"schema": {"type": "string"}}},
            "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        },
        "304": {"description": "Nothing has changed since the ETag that was sent"},
        "401": _problem("Nobody is logged in and no valid token was shown"),
        "503": _problem("There is no store yet, or it cannot be read now"),
    }
    if more.get("missing"):
        answers["404"] = _problem("There is no such milestone in the report")
    if more.get("refused"):
        answers["403"] = _problem("Who sees own deals only may not read the list of all tasks")
    if more.get("wrong"):
        answers["422"] = _problem("A parameter is not what it may be")
    return {"operationId": name, "summary": about, "parameters": parameters, "responses": answers}


def _problem(about: str) -> Described:
    return {
        "description": about,
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _query(name: str, about: str, schema: Described) -> Described:
    return {"name": name, "in": "query", "required": False, "description": about, "schema": schema}


LANG = _query("lang", "Language of the sentences", {"type": "string", "enum": ["zh", "en"]})
KEY = {"name": "key", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
FILTERS = [
    _query("customer", "Rows of this customer only", {"type": "string"}),
    _query("owner", "Rows of this owner only", {"type": "string"}),
    _query("deal", "Rows of this deal only: key or name", {"type": "string"}),
    _query("status", "Rows of these statuses only", {"type": "array", "items": {"enum": STATUSES}}),
    _query("period", "Rows promised in this period, seen from the day of the report", {"enum": list(PERIODS)}),
    _query("from", "Rows promised on this day or later", {"type": "string", "format": "date"}),
    _query("to", "Rows promised on this day or earlier", {"type": "string", "format": "date"}),
    _query("q", "Rows whose names and keys hold each of these words", {"type": "string", "maxLength": LONGEST}),
    LANG,
]
PAGE = [
    _query("source", "Tasks of this source only", {"type": "string"}),
    _query("project", "Tasks of this project only: id, key or name", {"type": "string"}),
    _query("limit", "How many", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 200}),
    _query("after", "`next` of the page before", {"type": "string", "pattern": "^[^/]+/.+$"}),
]
OBJECT: Described = {"type": "object", "additionalProperties": True}
SCHEMAS: Described = {
    "Any": OBJECT,
    "Report": {
        **OBJECT,
        "required": ["schema", "as_of", "generated_at", "sources", "summary", "milestones"],
        "properties": {
            "schema": {"const": "delay-report/1"},
            "as_of": {"type": "string", "format": "date"},
            "generated_at": {"type": "string", "format": "date-time"},
            "milestones": {"type": "array", "items": {"$ref": "#/components/schemas/Milestone"}},
        },
    },
    "Milestone": {
        **OBJECT,
        "required": ["key", "name", "status", "reasons"],
        "properties": {
            "key": {"type": "string"},
            "name": {"type": "string"},
            "status": {"enum": STATUSES},
            "reasons": {"type": "array", "items": OBJECT},
        },
    },
    "Sources": {**OBJECT, "required": ["sources"], "properties": {"sources": {"type": "array", "items": OBJECT}}},
    "Tasks": {
        **OBJECT,
        "required": ["tasks", "next"],
        "properties": {"tasks": {"type": "array", "items": OBJECT}, "next": {"type": ["string", "null"]}},
    },
    "Problem": {
        "type": "object",
        "required": ["status", "title"],
        "properties": {"status": {"type": "integer"}, "title": {"type": "string"}},
    },
}
