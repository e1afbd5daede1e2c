"""An .xlsx workbook as tables; what is no workbook is told apart from one that is locked, old or too large."""

from __future__ import annotations

import io

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

from bridge.language import Text
from bridge.plan.grids import Grid, Ledger, Place, from_lines, known_tables
from bridge.plan.tables import table_named
from bridge.plan.workbook_scan import Dead, NotAWorkbook, TooLarge, scan

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of .xls and of encrypted workbooks
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

NOT_A_WORKBOOK = Text(
    zh="不是 Excel 工作簿（.xlsx），或文件已损坏；请用表格软件打开后另存为 .xlsx",
    en="this is no .xlsx workbook, or it is damaged; open it in a spreadsheet program and save it as .xlsx",
)
LOCKED = Text(
    zh="工作簿有打开密码，无法读取；请去掉密码后另存",
    en="the workbook is protected by a password and cannot be read; save it without one",
)
OLD_FORMAT = Text(
    zh="这是旧的 .xls 格式；请另存为 .xlsx",
    en="this is the old .xls format; save it as .xlsx",
)
TOO_LARGE = Text(
    zh="“{value}”太大，不像是计划；请删除多余的内容（例如远处的单元格）后另存",
    en='"{value}" is too large for a plan; delete what does not belong to it (such as far-away cells) and save again',
)


def grids(file: str, content: bytes, ledger: Ledger) -> list[Grid]:
    place = Place("sheet", file)
    if content.startswith(_OLE):
        ledger.refuse(place, LOCKED if _ENCRYPTED in content else OLD_FORMAT)
        return []
    try:
        dead = scan(content, lambda name: table_named(name) is not None)
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [(sheet.name, sheet.typ) for sheet in book.sheets_metadata]
        names = [name for name, kind in sheets if kind == SheetTypeEnum.WorkSheet]
        tables = known_tables([("sheet", file, name) for name in names], ledger)
        return [from_lines(file, sheet, table, _lines(book, sheet, dead.get(sheet, {}))) for _, sheet, table in tables]
    except TooLarge as error:
        ledger.refuse(place, TOO_LARGE, value=error.part)
    except (CalamineError, NotAWorkbook):
        ledger.refuse(place, NOT_A_WORKBOOK)
    return []


def _lines(book: CalamineWorkbook, sheet: str, dead: Dead) -> list[tuple[int, list[object]]]:
    lines: list[tuple[int, list[object]]] = []
    for number, cells in enumerate(book.get_sheet_by_name(sheet).to_python(skip_empty_area=False), 1):
        line: list[object] = list(cells)
        for column, unreadable in dead.get(number, {}).items():
            line.extend([None] * (column + 1 - len(line)))
            line[column] = unreadable
        lines.append((number, line))
    return lines
