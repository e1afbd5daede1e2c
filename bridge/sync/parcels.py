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
        """The task it becomes, to be compared with what is known of it."""
        if self.payload is not None:
            return to_row(mapping, self.payload, about)
        return MappedRow(None if self.task is None else self.task.read(), self.problems)

    def mapped(self, mapping: MappingFile, about: Surroundings) -> Parcel:
        """The same without its payload, with the task it becomes."""
        if self.payload is None:
            return self
        row = to_row(mapping, self.payload, about)
        return Parcel(self.content, None, None if row.data is None else tasks.filed(row.data), row.problems)


def parcels(records: Iterable[RawRecord]) -> tuple[Parcel, ...]:
    """Records, each with the hash that tells whether anything about it is new."""
    return tuple([Parcel(raw.content(record.external_id, record.payload), record.payload) for record in records])
