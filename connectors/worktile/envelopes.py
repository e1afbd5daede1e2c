"""Opens every documented envelope of a list; rows that are not there are an error, never an empty list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import BadPayload
from connectors.paging import flag

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list. `has_more` and `total` are None where the server did not say."""

    rows: tuple[Row, ...]
    has_more: bool | None = None
    total: int | None = None
    references: Mapping[str, Any] = field(default_factory=dict)


def unwrap(body: Any) -> Listing:
    """`[…]`, `{items}`, `{value}` and either of the two inside `data` are the same list."""
    if isinstance(body, list):
        return Listing(_objects(body))
    if not isinstance(body, Mapping):
        raise BadPayload("neither an object nor an array where a list was expected")
    data = body.get("data")
    root = data if isinstance(data, Mapping) else body
    total = _whole_number(root.get("total"))
    rows = next((root[key] for key in ("items", "value") if root.get(key) is not None), None)
    if rows is None and total == 0:
        rows = []
    if not isinstance(rows, list):
        # Taken for an empty list it would look as if every task had been deleted.
        raise BadPayload(f"a list without its rows; keys: {', '.join(sorted(map(str, root))) or 'none'}")
    references = root.get("references")
    return Listing(_objects(rows), _has_more(root), total, references if isinstance(references, Mapping) else {})


def _objects(rows: list[Any]) -> tuple[Row, ...]:
    if not all(isinstance(row, Mapping) for row in rows):
        raise BadPayload("a list holds a row that is no object")
    return tuple(rows)


def _has_more(root: Mapping[str, Any]) -> bool | None:
    meta = root.get("meta")
    value = root.get("has_more")
    if value is None and isinstance(meta, Mapping):
        value = meta.get("has_more")
    return None if value is None else flag(value)


def _whole_number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def identity(row: Row, keys: tuple[str, ...]) -> str:
    """The first of `keys` that holds an id; a row without any is an error."""
    for key in keys:
        value = row.get(key)
        if isinstance(value, str) and value:
            return value
    raise BadPayload(f"a row without {' or '.join(keys)}; its keys: {', '.join(sorted(map(str, row)))}")
