"""What differs between two plans, field by field: rows added and removed, dates moved, rows renamed, money, the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bridge.plan import wire
from bridge.plan.baselines import labelled
from bridge.plan.calendar import WorkCalendar
from bridge.plan.cells import fold
from bridge.plan.document import Plan
from bridge.plan.kinds import DATE, MONEY, RATE, TIERS
from bridge.plan.tables import TABLES, Column, Table

MONEY_COLUMNS = frozenset({"currency", "penalty_base", "penalty_grace_days"})
"""Columns that say what money is owed without being an amount."""


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a row that is in both plans, as values of the plan; `label` names the row."""

    table: str
    label: str
    field: str
    old: Any
    new: Any
    workdays: int | None = None
    """From the old date to the new one, late positive; None where one of them is missing or it is no date."""
    days: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`added` and `removed`: table -> (label, name) of its rows, tables without any left out."""

    added: Mapping[str, tuple[tuple[str, str | None], ...]]
    removed: Mapping[str, tuple[tuple[str, str | None], ...]]
    moved: tuple[Change, ...]
    renamed: tuple[Change, ...]
    money: tuple[Change, ...]
    other: tuple[Change, ...]

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.moved, self.renamed, self.money, self.other))


def compare(old: Plan, new: Plan, calendar: WorkCalendar) -> Comparison:
    """From `old` to `new`, in the order of the tables and of the new plan's rows.

    A row without a key is the same row where all that it must say is the same, so one that is reworded is a row
    removed and a row added. The order of rows means nothing.
    """
    added, removed = {}, {}
    changes: list[Change] = []
    for table in TABLES:
        was, now = labelled(old, table), labelled(new, table)
        added[table.name] = tuple((label, _name(row)) for label, row in now.items() if label not in was)
        removed[table.name] = tuple((label, _name(row)) for label, row in was.items() if label not in now)
        for label, row in now.items():
            if label in was and was[label] != row:
                changes += _changes(table, label, was[label], row, calendar, _currency(table, row, new))
    sorts: dict[str, list[Change]] = {name: [] for name in ("moved", "renamed", "money", "other")}
    for change in changes:
        sorts[_sort(change)].append(change)
    return Comparison(
        {name: rows for name, rows in added.items() if rows},
        {name: rows for name, rows in removed.items() if rows},
        **{name: tuple(found) for name, found in sorts.items()},
    )


def _changes(
    table: Table, label: str, old: Any, new: Any, calendar: WorkCalendar, currency: str | None
) -> list[Change]:
    found = []
    for column in table.columns:
        was, now = getattr(old, column.attribute), getattr(new, column.attribute)
        if was == now:
            continue
        if column.kind is DATE and was is not None and now is not None:
            workdays, days = calendar.workdays(was, now), (now - was).days
            found.append(Change(table.name, label, column.name, was, now, workdays, days))
        else:
            money = currency if column.kind is MONEY else None
            found.append(Change(table.name, label, column.name, was, now, currency=money))
    notes = sorted({*old.notes, *new.notes})
    values = ((name, old.notes.get(name), new.notes.get(name)) for name in notes)
    return found + [Change(table.name, label, name, was, now) for name, was, now in values if was != now]


def _sort(change: Change) -> str:
    column = next(table for table in TABLES if table.name == change.table).by_name.get(change.field)
    if column is None:
        return "other"
    if column.kind is DATE:
        return "moved"
    if column.name == "name":
        return "renamed"
    return "money" if _is_money(column) else "other"


def _is_money(column: Column) -> bool:
    return (
        column.kind in (MONEY, TIERS)
        or column.name in MONEY_COLUMNS
        or (column.kind is RATE and "penalty" in column.name)
    )


def _currency(table: Table, row: Any, plan: Plan) -> str | None:
    """The currency that an amount of the row is in; None where no deal says it."""
    if table.name == "deals":
        return str(row.currency)
    deal = getattr(row, "deal", None)
    return next((one.currency for one in plan.deals if deal is not None and fold(one.key) == fold(deal)), None)


def _name(row: Any) -> str | None:
    return getattr(row, "name", None)


def as_json(found: Comparison) -> dict[str, Any]:
    """Dates as ISO, amounts as text; what was not there is null."""
    return {
        "added": {table: _rows(rows) for table, rows in found.added.items()},
        "removed": {table: _rows(rows) for table, rows in found.removed.items()},
        "moved": [_dated(change) for change in found.moved],
        "renamed": [_plain(change) for change in found.renamed],
        "money": [{**_plain(change), "currency": change.currency} for change in found.money],
        "other": [_plain(change) for change in found.other],
    }


def _rows(rows: tuple[tuple[str, str | None], ...]) -> list[dict[str, str | None]]:
    return [{"key": label, "name": name} for label, name in rows]


def _plain(change: Change) -> dict[str, Any]:
    old, new = (wire.value_as_json(change.table, change.field, value) for value in (change.old, change.new))
    return {"table": change.table, "key": change.label, "field": change.field, "old": old, "new": new}


def _dated(change: Change) -> dict[str, Any]:
    return {**_plain(change), "workdays": change.workdays, "days": change.days}
