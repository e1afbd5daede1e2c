"""The keys of payloads without a single value: what an operator may send on to settle what the documents leave open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

MOST_DEPTH = 8
MOST_KEYS = 400
LIKE_AN_ID = re.compile(r"[0-9a-fA-F-]{16,}")
ANY_KEY = "*"


def key_types(values: Iterable[Any], names: re.Pattern[str]) -> dict[str, tuple[str, ...]]:
    """Dotted paths of all keys, with `[]` for a step into an array, and the JSON types that were met there.

    `names` is what a field may be called; an id, a number or a sentence is data that serves as a key, and is not shown.
    """
    met: dict[str, set[str]] = {}
    for value in values:
        for path, kind in _walk(value, "", 0, names):
            if path in met or len(met) < MOST_KEYS:
                met.setdefault(path, set()).add(kind)
    return {path: tuple(sorted(kinds)) for path, kinds in met.items()}


def _walk(value: Any, path: str, depth: int, names: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    if path:
        yield path, _kind(value)
    if depth == MOST_DEPTH:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = str(key)
            shown = name if names.fullmatch(name) and not LIKE_AN_ID.fullmatch(name) else ANY_KEY
            yield from _walk(inner, f"{path}.{shown}" if path else shown, depth + 1, names)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _walk(inner, f"{path}[]", depth + 1, names)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list | tuple) else "object"
