"""Where a task keeps its properties, and the little that a reader must know of them to ask for the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connectors.worktile.envelopes import Row, identity

ID_KEYS = ("_id",)
UID_KEYS = ("uid", "_id", "id")
TELLING = "assignee"
"""The property whose absence shows that the first list is incomplete."""
ASKED = ("assignee", "participant", "start", "due", "tag", "priority")
"""What every task is asked for by its id, besides the keys that its list has shown."""
BATCH = 40
"""Tasks asked for at once: the largest batch is unknown."""
LONGEST_LIST = 3_000
"""Characters of ids and keys in one address, which servers and gateways do not take in any length."""


def task_id(row: Row) -> str:
    return identity(row, ID_KEYS)


def member_id(row: Row) -> str:
    """Tasks refer to people by uid, so that comes first where a row has several ids."""
    return identity(row, UID_KEYS)


def properties_of(row: Row) -> Mapping[str, Any]:
    properties = row.get("properties")
    return properties if isinstance(properties, Mapping) else {}


def lacks_telling(row: Row) -> bool:
    return TELLING not in properties_of(row)


def assignees(row: Row) -> Iterator[str]:
    """The uids of those a task is assigned to, in whatever form the property has come."""
    value = properties_of(row).get(TELLING)
    if isinstance(value, Mapping) and "value" in value and "_id" not in value:
        value = value["value"]
    for one in value if isinstance(value, list) else (value,):
        if isinstance(one, Mapping):
            one = next((one[key] for key in UID_KEYS if one.get(key)), None)
        if isinstance(one, str) and one:
            yield one


def batches(ids: Sequence[str], keys: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in portions that fit into one address together with these property keys."""
    room = LONGEST_LIST - sum(map(len, keys)) - len(keys)
    longest = max(map(len, ids), default=1) + 1
    size = max(1, min(BATCH, room // longest))
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
