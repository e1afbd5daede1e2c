"""What every file format is turned into before it is understood: tables of rows, each cell with its place."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from bridge.errors import BridgeError, UsageProblem
from bridge.language import Lang, Text
from bridge.plan import cells
from bridge.plan.tables import HELP_SHEETS, TABLES, Table, table_named

Form = Literal["sheet", "entry"]
"""How a place is spoken of: a row of a sheet (header = 1), or the n-th entry of a TOML table."""

_CELL: dict[Form, Text] = {
    "sheet": Text(
        zh="{file} 工作表“{sheet}”第 {row} 行“{column}”列：",
        en='{file}, sheet "{sheet}", row {row}, column "{column}": ',
    ),
    "entry": Text(
        zh="{file} 表“{sheet}”第 {row} 条“{column}”键：",
        en='{file}, table "{sheet}", entry {row}, key "{column}": ',
    ),
}
_ROW: dict[Form, Text] = {
    "sheet": Text(zh="{file} 工作表“{sheet}”第 {row} 行：", en='{file}, sheet "{sheet}", row {row}: '),
    "entry": Text(zh="{file} 表“{sheet}”第 {row} 条：", en='{file}, table "{sheet}", entry {row}: '),
}
_HEADING: dict[Form, Text] = {
    "sheet": Text(zh="{file} 工作表“{sheet}”“{column}”列：", en='{file}, sheet "{sheet}", column "{column}": '),
    "entry": Text(zh="{file} 表“{sheet}”“{column}”键：", en='{file}, table "{sheet}", key "{column}": '),
}
_SHEET: dict[Form, Text] = {
    "sheet": Text(zh="{file} 工作表“{sheet}”：", en='{file}, sheet "{sheet}": '),
    "entry": Text(zh="{file} 表“{sheet}”：", en='{file}, table "{sheet}": '),
}
_FILE = Text(zh="{file}：", en="{file}: ")

UNKNOWN_SHEET = Text(
    zh="不认识这张表，未读取；认识的表：{known}",
    en="this table is not known and was not read; known: {known}",
)
ALMOST_KNOWN = Text(
    zh="名称不对，像是“{zh}”（{name}）而文件里没有这张表；请改名为“{zh}”，与计划无关的表请换一个名称",
    en='this is no known name, but close to "{name}" ({zh}), which the file lacks; rename it to "{name}", '
    "or to something else if it is not part of the plan",
)
TABLE_TWICE = Text(
    zh="与“{other}”是同一张表（{value}）；请合并成一张",
    en='it is the same table as "{other}" ({value}); merge the two',
)
KNOWN_TABLES = "、".join(f"{table.zh} {table.name}" for table in TABLES)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands, as the person sees it; the parts that do not apply are left out."""

    form: Form
    file: str
    sheet: str | None = None
    row: int | None = None
    column: str | None = None

    @property
    def facts(self) -> dict[str, object]:
        named = {"file": self.file, "sheet": self.sheet, "row": self.row, "column": self.column}
        return {name: part for name, part in named.items() if part is not None}

    def before(self, text: Text) -> Text:
        """The sentence with the place in front of it."""
        if self.sheet is None:
            lead = _FILE
        elif self.row is None:
            lead = (_SHEET if self.column is None else _HEADING)[self.form]
        else:
            lead = (_ROW if self.column is None else _CELL)[self.form]
        return Text(zh=lead.zh + text.zh, en=lead.en + text.en)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A workbook cell whose formula left no usable result; `why` says so to a person."""

    shown: str
    why: Text

    def __str__(self) -> str:
        return self.shown


@dataclass(frozen=True, slots=True)
class Row:
    """A filled row: its number as the file shows it, and its cells by heading as written."""

    number: int
    cells: tuple[tuple[str, object], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """One known table of the file. `headings` is None where a missing heading only means a blank cell (TOML)."""

    form: Form
    file: str
    sheet: str
    table: Table
    headings: tuple[str, ...] | None
    rows: tuple[Row, ...]
    header_row: int = 1

    def place(self, row: int | None = None, column: str | None = None) -> Place:
        return Place(self.form, self.file, self.sheet, row, column)

    def header(self, column: str) -> Place:
        """Where a heading stands: in the header row of a sheet, in no row of its own in TOML."""
        return self.place(self.header_row if self.form == "sheet" else None, column)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the person should know though nothing is wrong."""

    text: Text
    facts: dict[str, object] = field(default_factory=dict)

    def say(self, lang: Lang) -> str:
        return self.text.say(lang, **self.facts)


@dataclass(slots=True)
class Ledger:
    """Collects what is found while a file is read, so that all of it is told at once."""

    problems: list[BridgeError] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def refuse(self, place: Place, text: Text, **facts: object) -> None:
        self.problems.append(UsageProblem(place.before(text), **{**facts, **place.facts}))

    def note(self, place: Place, text: Text, **facts: object) -> None:
        self.notices.append(Notice(place.before(text), {**facts, **place.facts}))


def known_tables(sheets: Sequence[tuple[Form, str, str]], ledger: Ledger) -> list[tuple[str, str, Table]]:
    """Of (form, file, sheet) those that name a table, each table once; the others are noted or refused."""
    found: dict[str, str] = {}
    kept: list[tuple[str, str, Table]] = []
    strange: list[Place] = []
    for form, file, sheet in sheets:
        table = table_named(sheet)
        place = Place(form, file, sheet)
        if table is None:
            strange.append(place)
        elif table.name in found:
            ledger.refuse(place, TABLE_TWICE, other=found[table.name], value=table.title("zh"))
        else:
            found[table.name] = sheet
            kept.append((file, sheet, table))
    for place in strange:
        _judge_strange(place, [table for table in TABLES if table.name not in found], ledger)
    return kept


def _judge_strange(place: Place, missing: Sequence[Table], ledger: Ledger) -> None:
    """A name close to a table that is missing is a slip: left aside, all rows of that table would be withdrawn."""
    name = cells.fold(place.sheet or "")
    near = next((table for table in missing if _resembles(name, table)), None)
    if near is not None:
        ledger.refuse(place, ALMOST_KNOWN, zh=near.zh, name=near.name)
    elif place.sheet not in HELP_SHEETS:
        ledger.note(place, UNKNOWN_SHEET, known=KNOWN_TABLES)


def _resembles(name: str, table: Table) -> bool:
    close = difflib.get_close_matches(name, (table.name, table.zh), n=1, cutoff=0.8)
    return bool(close) or table.zh in name or table.name in name


def from_lines(file: str, sheet: str, table: Table, lines: Sequence[tuple[int, Sequence[object]]]) -> Grid:
    """A table whose first filled line is its header; blank lines are skipped, their numbers are not."""
    filled = [(number, line) for number, line in lines if not all(cells.is_blank(cell) for cell in line)]
    if not filled:
        return Grid("sheet", file, sheet, table, None, ())
    (header_row, header), *rest = filled
    width = max(len(line) for _, line in filled)
    used = [any(len(line) > index and not cells.is_blank(line[index]) for _, line in rest) for index in range(width)]
    headings = _headings(header, used)
    rows = tuple(
        Row(number, tuple((name, line[index]) for index, name in headings if index < len(line)))
        for number, line in rest
    )
    return Grid("sheet", file, sheet, table, tuple(name for _, name in headings), rows, header_row)


def _headings(header: Sequence[object], used: Sequence[bool]) -> list[tuple[int, str]]:
    """(index, heading as written); a column with values under no heading goes by its letter."""
    headings: list[tuple[int, str]] = []
    for index, filled in enumerate(used):
        written = cells.text(header[index]) if index < len(header) and not cells.is_blank(header[index]) else ""
        if written or filled:
            headings.append((index, written or letter(index)))
    return headings


def letter(index: int) -> str:
    """A, B, … Z, AA: how a spreadsheet names its columns."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(ord("A") + rest) + name
    return name
