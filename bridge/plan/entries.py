"""From the rows of a grid to typed values: which heading is which column, and every cell read or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.plan import cells
from bridge.plan.grids import Grid, Ledger, Place, Row, Unreadable
from bridge.plan.tables import Column

MISSING_COLUMN = Text(
    zh="缺少必填列“{zh}”（{name}）；表头（第一个有内容的行）里现有：{found}；请加上这一列",
    en="the required column {name} ({zh}) is missing; the header (the first filled row) has: {found}; add the column",
)
COLUMN_TWICE = Text(
    zh="与“{other}”列是同一列（{value}）；请只保留一列，或改名",
    en='it is the same column as "{other}" ({value}); keep one of them, or rename it',
)
UNKNOWN_COLUMN = Text(
    zh="不认识这一列，内容按备注原样保存",
    en="this column is not known; its cells are kept as notes",
)
EMPTY_CELL = Text(
    zh="必填，但为空；请填写（若是公式，请先在 Excel 或 WPS 里打开并保存一次，使结果写入文件）",
    en="it is required but empty; fill it in (if it is a formula, open and save the file in Excel or WPS once)",
)


@dataclass(slots=True)
class Entry:
    """One row: what was read of it, and whether all of it could be read."""

    grid: Grid
    number: int
    written: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    sound: bool = True

    def place(self, column: str) -> Place:
        """Where its cell of this column stands, under the heading as written."""
        return self.grid.place(self.number, self.written.get(column, column))

    def build(self) -> Any:
        attributes = {self.grid.table.by_name[name].attribute: value for name, value in self.values.items()}
        return self.grid.table.row_type(**attributes, notes=self.notes)


def entries(grid: Grid, ledger: Ledger) -> list[Entry] | None:
    """The rows of a table; None if its header does not allow to read any."""
    if grid.headings is None:
        headings = tuple(dict.fromkeys(name for row in grid.rows for name, _ in row.cells))
        columns = _columns(grid, headings, ledger)
    else:
        columns = _columns(grid, grid.headings, ledger)
        if not _header_holds(grid, grid.headings, columns, ledger):
            return None
    return [_entry(grid, row, columns, ledger) for row in grid.rows]


def _columns(grid: Grid, headings: tuple[str, ...], ledger: Ledger) -> dict[str, Column]:
    """Heading as written -> known column; unknown ones are noted once."""
    found: dict[str, Column] = {}
    for heading in dict.fromkeys(headings):
        column = grid.table.find(heading)
        if column is None:
            ledger.note(grid.header(heading), UNKNOWN_COLUMN)
        else:
            found[heading] = column
    return found


def _header_holds(grid: Grid, headings: tuple[str, ...], columns: Mapping[str, Column], ledger: Ledger) -> bool:
    """Whether each required column is there, and none twice."""
    before = len(ledger.problems)
    seen: dict[str, str] = {}
    for heading in headings:
        column = columns.get(heading)
        if column is not None and column.name in seen:
            ledger.refuse(grid.header(heading), COLUMN_TWICE, other=seen[column.name], value=column.name)
        elif column is not None:
            seen[column.name] = heading
    for column in grid.table.columns:
        if column.required and column.name not in seen:
            there = ", ".join(headings)
            ledger.refuse(grid.place(grid.header_row), MISSING_COLUMN, zh=column.zh, name=column.name, found=there)
    return len(ledger.problems) == before


def _entry(grid: Grid, row: Row, columns: Mapping[str, Column], ledger: Ledger) -> Entry:
    entry = Entry(grid, row.number)
    before = len(ledger.problems)
    for heading, raw in row.cells:
        column = columns.get(heading)
        if column is None:
            _keep_note(entry, heading, raw)
        elif column.name in entry.written:
            ledger.refuse(
                grid.place(row.number, heading), COLUMN_TWICE, other=entry.written[column.name], value=column.name
            )
        else:
            entry.written[column.name] = heading
            _read_cell(entry, column, raw, ledger)
    for column in grid.table.columns:
        if column.filled and column.name not in entry.written:
            ledger.refuse(entry.place(column.name), EMPTY_CELL, value="")
    entry.sound = len(ledger.problems) == before
    return entry


def _read_cell(entry: Entry, column: Column, raw: object, ledger: Ledger) -> None:
    place = entry.place(column.name)
    if isinstance(raw, Unreadable):
        ledger.refuse(place, raw.why, value=raw.shown)
    elif not cells.is_blank(raw):
        try:
            entry.values[column.name] = column.kind.read(raw)
        except UsageProblem as problem:
            ledger.refuse(place, problem.text, **problem.facts)
    elif column.filled:
        ledger.refuse(place, EMPTY_CELL, value="")


def _keep_note(entry: Entry, heading: str, raw: object) -> None:
    if cells.is_blank(raw):
        return
    written = cells.clean(cells.shown(raw) if not isinstance(raw, str) else raw)
    # Two unknown columns may share a heading; neither text may be lost.
    entry.notes[heading] = f"{entry.notes[heading]}; {written}" if heading in entry.notes else written
