"""What every report of one evaluation looks things up in: made once, whoever reads and whichever rows they ask for."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from bridge.model import Task, TaskKey
from bridge.reconcile.recorded import Ticket
from bridge.reconcile.risk_register import RiskRow, register
from bridge.reconcile.situation import Portfolio, Result, TaskRecord
from bridge.report.practice import Registers, registers
from bridge.report.promises import histories
from bridge.report.record import Entry, Record


class Tasks(Mapping[TaskKey, Task]):
    """The tasks of records by their ref, without a second copy of every key."""

    def __init__(self, records: Mapping[TaskKey, TaskRecord]) -> None:
        self._records = records

    def __getitem__(self, ref: TaskKey) -> Task:
        return self._records[ref].task

    def __contains__(self, ref: object) -> bool:
        return ref in self._records

    def __iter__(self) -> Iterator[TaskKey]:
        return iter(self._records)

    def __len__(self) -> int:
        return len(self._records)


@dataclass(frozen=True, slots=True)
class Basis:
    records: Mapping[TaskKey, TaskRecord]
    tasks: Mapping[TaskKey, Task]
    witnesses: Mapping[TaskKey, Task | Ticket]
    """Everything that evidence may name."""
    record: Record
    promises: Mapping[str, Entry]
    risks: tuple[RiskRow, ...]
    """The register of risks."""
    registers: Registers


def basis(portfolio: Portfolio, result: Result) -> Basis:
    records = {record.task.ref: record for record in portfolio.tasks}
    tasks, risks = Tasks(records), register(portfolio, result.assessments)
    tickets: dict[TaskKey, Any] = {ticket.ref: ticket for ticket in portfolio.recorded.tickets}
    return Basis(
        records=records,
        tasks=tasks,
        # Tickets stand before tasks: nothing is ever written into either.
        witnesses=ChainMap(tickets, cast(Any, tasks)),
        record=Record(portfolio, result),
        promises=histories(portfolio),
        risks=risks,
        registers=registers(portfolio, result, risks),
    )
