"""Applies a mapping to one payload: a task in the common schema, and every value that could not be understood."""

from __future__ import annotations

from typing import Any

from bridge.mapping.document import MappingFile
from bridge.mapping.outcome import Mapped, Payload, Problem, Surroundings
from bridge.mapping.targets import TASK_TARGETS
from bridge.mapping.words import ABSENT
from bridge.model import ProjectRef, Task

__all__ = ["Mapped", "Problem", "Surroundings", "to_task"]

_EMPTY = {target.name: target.empty for target in TASK_TARGETS}
_FIELD = "fields."
_WITHOUT = ("id", "project.id")
"""A row without these is no task: nothing could refer to it again."""


def to_task(mapping: MappingFile, payload: Payload, about: Surroundings) -> Mapped:
    """The same payload, mapping and surroundings always give the same task and the same problems; never raises."""
    problems: list[Problem] = []
    found: dict[str, Any] = _EMPTY.copy()
    for target, read in mapping.readers.items():
        found[target] = read(payload, about, problems)
    missing = [_missing(mapping, target) for target in _WITHOUT if found[target] is None]
    if missing:
        return Mapped(None, (*missing, *problems))
    if found["title"] is None:
        # The work is real although nobody named it: losing it from the report would be worse than calling it by its key.
        problems.append(_missing(mapping, "title"))
        found["title"] = found["key"] or found["id"]
    return Mapped(_task(mapping, found, about.source), tuple(problems))


def _missing(mapping: MappingFile, target: str) -> Problem:
    return Problem("missing_required", target, mapping.targets[target].label, ABSENT)


def _task(mapping: MappingFile, found: dict[str, Any], source: str) -> Task:
    identity = found.pop("project.id")
    project = ProjectRef(identity, found.pop("project.key"), found.pop("project.name") or identity)
    extra = len(found) - _PLAIN_COUNT
    fields = {name[len(_FIELD) :]: found.pop(name) for name in list(found)[-extra:]} if extra else {}
    return Task(source=source, project=project, fields=fields, mapping_version=mapping.version, **found)


_PLAIN_COUNT = sum("." not in name for name in _EMPTY)
