"""A plan as JSON values and back, exactly: how versions are stored and what `pbridge plan show --json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from bridge.plan.document import Plan
from bridge.plan.tables import TABLES, Column, Table

_ADAPTERS: dict[str, TypeAdapter[Any]] = {
    f"{table.name}.{column.name}": TypeAdapter(column.kind.python) for table in TABLES for column in table.columns
}


def as_json(plan: Plan) -> dict[str, Any]:
    """Tables by name, rows by canonical column names; decimals as text, dates as ISO, absent as null."""
    return {table.name: [_row_out(table, row) for row in getattr(plan, table.name)] for table in TABLES}


def from_json(values: Mapping[str, Any]) -> Plan:
    """The plan that `as_json` gave these values for; a column it did not know yet takes its default."""
    return Plan(**{table.name: tuple(_row_in(table, row) for row in values.get(table.name, ())) for table in TABLES})


def _row_out(table: Table, row: Any) -> dict[str, Any]:
    shown = {column.name: _out(table, column, getattr(row, column.attribute)) for column in table.columns}
    return {**shown, "notes": dict(row.notes)}


def value_as_json(table: str, column: str, value: Any) -> Any:
    """One value as `as_json` writes it; what stands in a column of somebody's own is text already."""
    adapter = _ADAPTERS.get(f"{table}.{column}")
    return value if value is None or adapter is None else adapter.dump_python(value, mode="json")


def _out(table: Table, column: Column, value: Any) -> Any:
    return None if value is None else _ADAPTERS[f"{table.name}.{column.name}"].dump_python(value, mode="json")


def _row_in(table: Table, row: Mapping[str, Any]) -> Any:
    given = {
        column.attribute: _ADAPTERS[f"{table.name}.{column.name}"].validate_python(row[column.name])
        for column in table.columns
        if row.get(column.name) is not None
    }
    return table.row_type(**given, notes=dict(row.get("notes", {})))
