"""The keys of an answer without a single value: what an operator may send on to settle what the documents leave open."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from connectors.contract import Sample

MOST_DEPTH = 8
MOST_KEYS = 400
# Somebody gave a field a name. What looks like an id, a number or a sentence is data that serves as a key.
NAME = re.compile(r"[^\W\d][\w-]{0,59}")
LIKE_AN_ID = re.compile(r"[0-9a-fA-F-]{16,}")
ANY = "*"


def sample(stream: str, values: Iterable[Any]) -> Sample:
    """What keys these values have and which JSON types were met under each."""
    met: dict[str, set[str]] = {}
    for value in values:
        for path, kind in _walk(value, "", 0):
            if path in met or len(met) < MOST_KEYS:
                met.setdefault(path, set()).add(kind)
    return Sample(stream, {path: tuple(sorted(kinds)) for path, kinds in sorted(met.items())})


def _walk(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if path:
        yield path, _kind(value)
    if depth == MOST_DEPTH:
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = key if NAME.fullmatch(key) and not LIKE_AN_ID.fullmatch(key) else ANY
            yield from _walk(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, f"{path}[]", depth + 1)


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list) else "object"
