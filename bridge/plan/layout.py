"""A plan laid out as sheets of cells, the same for every file format it is written to."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.language import Lang
from bridge.plan.document import Notes, Plan
from bridge.plan.kinds import Written
from bridge.plan.tables import TABLES, Column, Table


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: known columns first, then the notes, each cell ready to be written; None is blank."""

    table: Table
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Written | None, ...], ...]


def sheets(plan: Plan, lang: Lang | None) -> tuple[Sheet, ...]:
    """All tables of the plan, empty ones too, in `lang`; without one under canonical names and words."""
    return tuple(_sheet(table, getattr(plan, table.name), lang) for table in TABLES)


def _sheet(table: Table, rows: tuple[object, ...], lang: Lang | None) -> Sheet:
    extra = tuple(dict.fromkeys(name for row in rows for name in _notes(row)))
    return Sheet(
        table,
        table.title(lang or "en"),
        (*(column.title(lang or "en") for column in table.columns), *extra),
        tuple(
            (*(_cell(row, column, lang) for column in table.columns), *(_notes(row).get(name) for name in extra))
            for row in rows
        ),
    )


def _notes(row: object) -> Notes:
    notes: Notes = getattr(row, "notes")  # noqa: B009 (every row type has it, but they share no type)
    return notes


def _cell(row: object, column: Column, lang: Lang | None) -> Written | None:
    value = getattr(row, column.attribute)
    if value is None or value in ("", (), {}):
        return None
    return column.kind.written(value, lang)
