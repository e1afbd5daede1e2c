"""What is another now in a task, and why a row cannot become one: asked of every row that is stored or mapped again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bridge.mapping.outcome import MappedRow

# Which mapping produced a row is bookkeeping of ours, not something that happened to the task.
UNTRACKED = frozenset({"source", "id", "mapping_version"})


def differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """Field, former and new value of what differs, in the order of the new one; people are who they are by their ids."""
    for name, value in new.items():
        if name in UNTRACKED:
            continue
        was: Any = old.get(name)
        if was != value and not (name == "assignees" and _are_the_same(was, value)):
            yield name, was, value


def reason_of(mapped: MappedRow) -> tuple[str, str]:
    """Why a row cannot become a task, as the quarantine keeps it: a code and the place with its value."""
    first = mapped.problems[0]
    return first.code, f"{first.target} ← {first.path}: {first.value}"


def _are_the_same(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> bool:
    """Whether these are the same people, if by other names: somebody was renamed, or the name was not known yet."""
    return [person["id"] for person in old] == [person["id"] for person in new]
