"""Reading the sales plan: bytes of a workbook, CSV files or a TOML file in; one `Plan` out, or all problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.errors import BridgeError, Problems
from bridge.language import Text
from bridge.plan import checks, readers_csv, readers_toml, readers_xlsx
from bridge.plan.document import Plan
from bridge.plan.entries import Entry, entries
from bridge.plan.grids import KNOWN_TABLES, Grid, Ledger, Notice, Place

REFUSED = Text(
    zh="销售计划 {file} 有 {count} 个问题，未导入任何内容：",
    en="the sales plan {file} has {count} problem(s); nothing was imported:",
)
NO_FILE = Text(
    zh="没有计划文件；请给出 .xlsx、.toml，或一个有 .csv 文件的文件夹",
    en="there is no plan file; give an .xlsx, a .toml, or a folder with .csv files",
)
MANY_FILES = Text(
    zh="不能与其他文件一起读取：一个 .xlsx、一个 .toml，或只有 .csv 的文件夹",
    en="it cannot be read together with other files: give one .xlsx, one .toml, or only .csv files",
)
UNKNOWN_FORMAT = Text(
    zh="不是 .xlsx、.toml 或 .csv 文件；请另存为其中一种",
    en="it is not an .xlsx, .toml or .csv file; save it as one of these",
)
NO_TABLE = Text(
    zh="没有认识的表（现有：{value}）；至少要有一张：{known}。用 pbridge plan template 可得到模板",
    en="no table is known here (found: {value}); at least one is needed: {known}. "
    "pbridge plan template writes a template",
)
NO_ROWS = Text(
    zh="计划是空的：各表都没有内容（{value}）；请至少填写一行",
    en="the plan is empty: no table has a row ({value}); fill in at least one",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A plan as read, and what the reader had to leave aside."""

    plan: Plan
    notices: tuple[Notice, ...] = ()


def read(files: Mapping[str, bytes]) -> Reading:
    """The whole plan, from file name -> content.

    One .xlsx, one .toml, or any number of .csv. All that is wrong is raised together as `Problems`, each with
    file, sheet and column as written, row as a spreadsheet shows it, value and remedy.
    """
    ledger = Ledger()
    name = _name(files)
    grids = _grids(files, ledger)
    tables = {grid.table.name: entries(grid, ledger) for grid in grids}
    checks.check(tables, ledger)
    if not ledger.problems and not any(tables.values()):
        _refuse_empty(name, grids, ledger)
    if ledger.problems:
        raise Problems(REFUSED, _in_order(ledger, grids), file=name, count=len(ledger.problems))
    return Reading(_plan(tables), tuple(ledger.notices))


def _name(files: Mapping[str, bytes]) -> str:
    return ", ".join(sorted(files)) or "-"


def _grids(files: Mapping[str, bytes], ledger: Ledger) -> list[Grid]:
    endings = {name: name.lower().rpartition(".")[2] for name in files}
    if not files:
        ledger.refuse(Place("sheet", "-"), NO_FILE)
    elif all(ending == "csv" for ending in endings.values()):
        return readers_csv.grids(files, ledger)
    elif len(files) > 1:
        for name in (name for name, ending in endings.items() if ending != "csv"):
            ledger.refuse(Place("sheet", name), MANY_FILES)
    else:
        ((name, content),) = files.items()
        if endings[name] in ("xlsx", "xlsm"):
            return readers_xlsx.grids(name, content, ledger)
        if endings[name] == "toml":
            return readers_toml.grids(name, content, ledger)
        ledger.refuse(Place("sheet", name), readers_xlsx.OLD_FORMAT if endings[name] == "xls" else UNKNOWN_FORMAT)
    return []


def _refuse_empty(name: str, grids: list[Grid], ledger: Ledger) -> None:
    place = Place("sheet", name)
    if grids:
        ledger.refuse(place, NO_ROWS, value=", ".join(grid.sheet for grid in grids))
    else:
        found = ", ".join(str(notice.facts["sheet"]) for notice in ledger.notices)
        ledger.refuse(place, NO_TABLE, value=found, known=KNOWN_TABLES)


def _in_order(ledger: Ledger, grids: list[Grid]) -> list[BridgeError]:
    """Problems as a person walks through the file: sheet by sheet, row by row."""
    sheets = {grid.sheet: position for position, grid in enumerate(grids)}

    def position(problem: BridgeError) -> tuple[int, int]:
        row = problem.facts.get("row")
        return sheets.get(str(problem.facts.get("sheet")), -1), row if isinstance(row, int) else 0

    return sorted(ledger.problems, key=position)


def _plan(tables: Mapping[str, list[Entry] | None]) -> Plan:
    return Plan(**{name: tuple(entry.build() for entry in found or []) for name, found in tables.items()})
