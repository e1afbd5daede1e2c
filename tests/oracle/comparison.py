"""Where a printed report differs from the expected one, field by field."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from .civil import Json


def differences(expected: Json, printed: Json) -> list[str]:
    """One line for each difference; what the expected report does not speak of is not compared."""
    return list(_walk("", expected, printed))


def _walk(place: str, expected: Any, printed: Any) -> Iterator[str]:
    if isinstance(expected, dict):
        if not isinstance(printed, dict):
            yield f"{place}: expected {expected}, printed {printed}"
            return
        for name, value in expected.items():
            yield from _walk(f"{place}.{name}", value, printed[name])
    elif isinstance(expected, list) and place.endswith(".reasons"):
        yield from _same(place, [_code(entry) for entry in expected], [_code(entry) for entry in printed])
    elif isinstance(expected, list) and place.endswith(".milestones"):
        yield from _same(f"{place}: order", [row["key"] for row in expected], [row["key"] for row in printed])
        rows = {row["key"]: row for row in printed}
        for row in expected:
            yield from _walk(row["key"], row, rows[row["key"]])
    elif isinstance(expected, list) and place.endswith(".chain"):
        yield from _same(f"{place}: length", len(expected), len(printed))
        for number, (wanted, shown) in enumerate(zip(expected, printed, strict=False)):
            yield from _walk(f"{place}[{number}]", wanted, shown)
    elif isinstance(expected, list) and place.endswith(".goals"):
        for wanted, shown in zip(expected, printed, strict=False):
            yield from _walk(f"goal {wanted['key']}", wanted, shown)
    elif isinstance(expected, Decimal):
        yield from _same(place, str(expected), printed)
    else:
        yield from _same(place, expected, printed)


def _code(entry: Json) -> str:
    return f"{entry['code']} {entry['severity']}"


def _same(place: str, expected: object, printed: object) -> Iterator[str]:
    if expected != printed:
        yield f"{place}: expected {expected}, printed {printed}"
