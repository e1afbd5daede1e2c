"""Applies a mapping to one payload: a task in the common schema, and every value that could not be understood."""

from __future__ import annotations

from typing import Any

from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Mapped, MappedRow, Payload, Problem, Surroundings
from bridge.mapping.targets import TASK_TARGETS
from bridge.mapping.words import ABSENT
from bridge.model import ProjectRef, Task

__all__ = ["Mapped", "MappedRow", "Problem", "Surroundings", "to_row", "to_task"]

_ORDER = tuple(target.name for target in TASK_TARGETS)
_EMPTY = [target.empty for target in TASK_TARGETS]
_AT = {name: index for index, name in enumerate(_ORDER)}
_ID, _KEY, _TITLE, _PROJECT, _AFTER_PROJECT = _AT["id"], _AT["key"], _AT["title"], _AT["project.id"], _AT["kind"]
_ARCHIVED, _GONE = _AT["archived"], _AT["gone"]
# Tasks are built by position, which is what makes mapping fast; this is what the positions rely on.
_SCHEMA = Task.__struct_fields__
_BUILT = ("source", *_ORDER[:_PROJECT], "project", *_ORDER[_AFTER_PROJECT:_ARCHIVED], "fields", "archived", "gone")
if (*_BUILT, "mapping_version") != _SCHEMA:
    raise RuntimeError(f"the targets {_BUILT} are not in the order of the schema {_SCHEMA}")


def to_task(mapping: MappingFile, payload: Payload, about: Surroundings) -> Mapped:
    """The same payload, mapping and surroundings always give the same task and the same problems; never raises."""
    found, own, problems = _read(mapping, payload, about)
    if found is None:
        return Mapped(None, problems)
    values = [
        about.source,
        *found[:_PROJECT],
        ProjectRef(found[_PROJECT], found[_PROJECT + 1], found[_PROJECT + 2]),
        *found[_AFTER_PROJECT:_ARCHIVED],
        own,
        found[_ARCHIVED],
        found[_GONE],
        mapping.version,
    ]
    return Mapped(Task(*values), problems)


def to_row(mapping: MappingFile, payload: Payload, about: Surroundings) -> MappedRow:
    """What `wire.as_json` makes of the task that `to_task` gives, without making the task: half the time."""
    return mapping.plan.row(payload, about)


def _read(
    mapping: MappingFile, payload: Payload, about: Surroundings
) -> tuple[list[Any] | None, dict[str, Any], tuple[Problem, ...]]:
    """The values of the targets in their order, the admin's own fields, and the problems; None where it is no task."""
    problems: list[Problem] = []
    found = _EMPTY.copy()
    for index, read in mapping.readers:
        found[index] = read(payload, about, problems)
    identity, project = found[_ID], found[_PROJECT]
    if identity is None or project is None:
        lacking = [name for name, value in (("id", identity), ("project.id", project)) if value is None]
        return None, {}, (*(_missing(mapping, name) for name in lacking), *problems)
    if found[_TITLE] is None:
        # The work is real although nobody named it: losing it from the report would be worse than calling it by its key.
        problems.append(_missing(mapping, "title"))
        found[_TITLE] = found[_KEY] or identity
    if found[_PROJECT + 2] is None:
        found[_PROJECT + 2] = project
    own = {name: read(payload, about, problems) for name, read in mapping.field_readers}
    return found, own, tuple(problems)


def _missing(mapping: MappingFile, target: str) -> Problem:
    return Problem("missing_required", target, mapping.targets[target].label, ABSENT)
