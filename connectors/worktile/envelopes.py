"""Opens every documented envelope; rows that are not there are an error, never an empty list."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct, field

from connectors.errors import BadPayload
from connectors.paging import flag

Row = Mapping[str, Any]
Identify = Callable[[Row], str]


class Listing(Struct, frozen=True):
    """One page of a list; whether each row is a usable object is for its reader to say.

    `has_more` and `total` are None where the server did not say.
    """

    rows: tuple[Any, ...]
    has_more: bool | None = None
    total: int | None = None
    references: Mapping[str, Any] = field(default_factory=dict)


def unwrap(body: Any) -> Listing:
    """`[…]`, `{items}`, `{value}` and either of the two inside `data` are the same list."""
    if isinstance(body, list):
        return Listing(tuple(body))
    if not isinstance(body, Mapping):
        raise BadPayload("neither an object nor an array where a list was expected")
    root = _root(body)
    rows = next((root[key] for key in ("items", "value") if root.get(key) is not None), None)
    if rows is None and root.get("total") == 0:
        rows = []
    if not isinstance(rows, list):
        # Taken for an empty list it would look as if every task had been deleted.
        raise BadPayload(f"a list without its rows; keys: {_keys(root)}")
    return paged(body, rows)


def paged(body: Any, rows: Sequence[Any]) -> Listing:
    """These rows of a body with what the body says of the list that they are a page of."""
    root = _root(body) if isinstance(body, Mapping) else {}
    references = root.get("references")
    references = references if isinstance(references, Mapping) else {}
    return Listing(tuple(rows), _has_more(root), _whole_number(root.get("total")), references)


def unwrap_one(body: Any) -> Row:
    """The object in `{code, data: {value}}`, also where one or both of the wrappings are left out."""
    root = _root(body) if isinstance(body, Mapping) else {}
    value = root.get("value", root)
    if not isinstance(value, Mapping) or not value:
        raise BadPayload(f"an answer without its object; keys: {_keys(root)}")
    return value


def _root(body: Row) -> Row:
    data = body.get("data")
    return data if isinstance(data, Mapping) else body


def _keys(root: Row) -> str:
    return ", ".join(sorted(map(str, root)))[:200] or "none"


def _has_more(root: Row) -> bool | None:
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
    raise BadPayload(f"a row without {' or '.join(keys)}")


def identified(rows: Sequence[Any], identify: Identify) -> dict[str, Row]:
    """Rows by id, where a single one that cannot be told apart makes the whole answer worthless."""
    found = {}
    for row in rows:
        if not isinstance(row, Mapping):
            raise BadPayload("a row that is no object")
        found[identify(row)] = row
    return found
