"""What can be done with an object before the store is asked anything: hash its content, and map what is sure to be new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from bridge.mapping.apply import MappedRow, Problem, Surroundings, to_row
from bridge.mapping.document import MappingFile
from bridge.store import raw, tasks
from connectors.contract import RawRecord


class Parcel(NamedTuple):
    """One object on its way into the store: its content, and its payload or what it was mapped to already."""

    content: raw.Content
    payload: Mapping[str, Any] | None
    task: tasks.Filed | None = None
    problems: tuple[Problem, ...] = ()

    def row(self, mapping: MappingFile, about: Surroundings) -> MappedRow:
        """The task it becomes."""
        if self.payload is not None:
            return to_row(mapping, self.payload, about)
        return MappedRow(None if self.task is None else self.task.read(), self.problems)


def parcels(records: Iterable[RawRecord]) -> tuple[Parcel, ...]:
    """Records, each with the hash that tells whether anything about it is new."""
    return tuple(Parcel(raw.content(record.external_id, record.payload), record.payload) for record in records)


def mapped(records: Iterable[RawRecord], mapping: MappingFile, about: Surroundings) -> tuple[Parcel, ...]:
    """Records with the tasks they become, and without their payloads: worth it where nearly all of them are new."""
    found = []
    for record in records:
        row = to_row(mapping, record.payload, about)
        task = None if row.data is None else tasks.filed(row.data)
        found.append(Parcel(raw.content(record.external_id, record.payload), None, task, row.problems))
    return tuple(found)
