"""The few words of JSON Schema that describe the report, and the schema of its small values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bridge.model import Colour

Schema = dict[str, Any]


def closed(schema: Any) -> Any:
    """The same with nothing allowed that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inside = {key: closed(value) for key, value in schema.items()}
    return {**inside, "additionalProperties": False} if "required" in schema else inside


def record(description: str = "", /, **members: Schema) -> Schema:
    """An object that has all of these."""
    about = said(description) if description else {}
    return {**about, "type": "object", "required": list(members), "properties": members}


def said(description: str) -> Schema:
    return {"description": description}


def listed(inner: Schema) -> Schema:
    return {"type": "array", "items": inner}


def by(inner: Schema, what: str) -> Schema:
    """An object with one member for each of something."""
    return {"type": "object", "additionalProperties": inner, "description": f"one for each {what}"}


def words(given: Iterable[object]) -> Schema:
    return {"enum": [str(one) for one in given]}


def maybe(inner: Schema) -> Schema:
    """That, or null."""
    if "enum" in inner:
        return {**inner, "enum": [*inner["enum"], None]}
    kind = inner["type"]
    return {**inner, "type": [kind, "null"]}


TEXT: Schema = {"type": "string"}
YES_NO: Schema = {"type": "boolean"}
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
INSTANT: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}
MONEY: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$", "description": "a decimal as text, never a float"}
QUANTITY: Schema = {"type": "string", "pattern": r"^-?\d+(\.\d+)?$"}
CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$"}
COLOUR = words(Colour)
SPAN = maybe(record(workdays=WHOLE, days=WHOLE))
REFERENCE: Mapping[str, Schema] = {"source": TEXT, "id": TEXT, "key": maybe(TEXT)}
EVIDENCE = record(**REFERENCE, url=maybe(TEXT))
