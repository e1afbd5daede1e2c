"""Writing a plan as an .xlsx workbook that a person fills in and the reader understands again."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.plan import kinds
from bridge.plan.document import Plan
from bridge.plan.kinds import Kind, Written
from bridge.plan.layout import Sheet, sheets
from bridge.plan.tables import HELP_SHEETS, TABLES, Column, Table

MAX_TEXT = 32_767
"""Characters that a workbook cell holds; the library would drop a longer text without an error."""
ROWS_TO_FILL = 2000
"""How far down drop-down lists and date formats reach below the header."""

TOO_LONG = Text(
    zh="工作表“{sheet}”“{column}”列有一格超过 {limit} 个字符，Excel 放不下；请改用 .toml 或 .csv 导出",
    en='a cell of column "{column}" in sheet "{sheet}" has more than {limit} characters, too long for Excel; '
    "export as .toml or .csv instead",
)
_REQUIRED = Text(zh="必填", en="required")
_COLUMN_THERE = Text(zh="此列必须有，格可留空", en="the column is required, its cells may be blank")
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_OPTIONAL = Text(zh="选填", en="optional")
_ADVICE = Text(zh="{need}。{how}", en="{need}: {how}")
_HELP = (
    Text(
        zh="每张工作表的第一行是表头；深色的列必填。列的顺序随意，中英文名称都可以。",
        en="The first row of each sheet is the header; dark columns are required. Columns may stand in any order, "
        "under their Chinese or English names.",
    ),
    Text(
        zh="一次导入就是整份计划：表里没有的行视为撤回。",
        en="An import is the whole plan: rows that are missing are withdrawn.",
    ),
    Text(
        zh="承诺日期受保护：第一次导入的日期永远保留；以后改动要用 --approved-by 和 --reason 批准。",
        en="Promised dates are protected: the first one is kept for ever; a later move needs --approved-by and --reason.",
    ),
    Text(
        zh="多出来的列按备注保存。本页不会被读取。",
        en="Further columns are kept as notes. This sheet is not read.",
    ),
)
_HELP_HEAD = (
    Text(zh="工作表", en="sheet"),
    Text(zh="列", en="column"),
    Text(zh="要求", en="need"),
    Text(zh="写法", en="how"),
)
_SERIOUS = {"bold": True, "font_color": "#FFFFFF", "bg_color": "#1F3A5F", "border": 1, "border_color": "#FFFFFF"}
_LIGHT = {"bold": True, "font_color": "#1F3A5F", "bg_color": "#DCE6F1", "border": 1, "border_color": "#FFFFFF"}


def write(plan: Plan, lang: Lang) -> bytes:
    """The plan under headers in `lang`, with a comment on each column and a help sheet that holds no data."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        # The library would stamp the present; the same plan is to give the same bytes.
        book.set_properties({"created": _CREATED})
        formats = {
            "required": book.add_format(_SERIOUS),
            "optional": book.add_format(_LIGHT),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "text": book.add_format({"num_format": "@"}),
            "bold": book.add_format({"bold": True}),
            "wrap": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for sheet in sheets(plan, lang):
            _write_sheet(book.add_worksheet(sheet.title), sheet, formats, lang)
        _write_help(book.add_worksheet(HELP_SHEETS[0 if lang == "zh" else 1]), formats, lang)
    return target.getvalue()


def _write_sheet(page: Any, sheet: Sheet, formats: dict[str, Any], lang: Lang) -> None:
    page.freeze_panes(1, 0)
    for index, column in enumerate(sheet.table.columns):
        style = formats["required" if column.required else "optional"]
        page.write_string(0, index, sheet.headings[index], style)
        page.write_comment(
            0, index, _ADVICE.say(lang, need=_need(column).say(lang), how=column.kind.hint.say(lang)), {"x_scale": 2}
        )
        page.set_column(index, index, _width(column), _column_format(column.kind, formats))
        _offer_choices(page, index, column.kind, lang)
    for index in range(len(sheet.table.columns), len(sheet.headings)):
        page.write_string(0, index, sheet.headings[index], formats["optional"])
        page.set_column(index, index, 20, formats["text"])
    for number, row in enumerate(sheet.rows, 1):
        _write_row(page, number, row, sheet, formats)


def _write_row(page: Any, number: int, row: Sequence[Written | None], sheet: Sheet, formats: dict[str, Any]) -> None:
    for index, value in enumerate(row):
        if value is None:
            continue
        if isinstance(value, date):
            page.write_datetime(number, index, value, formats["date"])
        elif isinstance(value, (Decimal, int)) and _survives(value):
            page.write_number(number, index, value)
        elif len(str(value)) > MAX_TEXT:
            raise UsageProblem(TOO_LONG, sheet=sheet.title, column=sheet.headings[index], limit=MAX_TEXT)
        else:
            # Never `write`: people's text that starts with "=" must stay text.
            page.write_string(number, index, value if isinstance(value, str) else format(Decimal(value), "f"))


def _survives(number: Decimal | int) -> bool:
    """Whether a spreadsheet's 15 digits hold the number exactly; else it is written as text."""
    return Decimal(format(float(number), ".15g")) == number


def _column_format(kind: Kind, formats: dict[str, Any]) -> Any:
    # Text format keeps a spreadsheet from turning the key 3-1 into a date or dropping the zeros of 00123.
    if kind in (kinds.KEY, kinds.MILESTONE_KEY, kinds.REFERENCE, kinds.KEYS, kinds.TEXT, kinds.SCOPE):
        return formats["text"]
    return formats["date"] if kind is kinds.DATE else None


def _offer_choices(page: Any, index: int, kind: Kind, lang: Lang) -> None:
    words = [text.say(lang) for text in kind.choices.values()] if kind.choices else []
    if words:
        page.data_validation(1, index, ROWS_TO_FILL, index, {"validate": "list", "source": words})


def _need(column: Column) -> Text:
    if column.filled:
        return _REQUIRED
    return _COLUMN_THERE if column.required else _OPTIONAL


def _width(column: Column) -> int:
    if column.kind in (kinds.SCOPE, kinds.TIERS, kinds.LEAVE, kinds.RULES) or column.name in ("cause", "text"):
        return 36
    return 24 if column.name in ("name", "customer", "acceptance", "note", "action") else 14


def _write_help(page: Any, formats: dict[str, Any], lang: Lang) -> None:
    page.set_column(0, 2, 22, formats["wrap"])
    page.set_column(3, 3, 90, formats["wrap"])
    for number, line in enumerate(_HELP):
        page.write_string(number, 0, line.say(lang))
    first = len(_HELP) + 1
    for index, head in enumerate(_HELP_HEAD):
        page.write_string(first, index, head.say(lang), formats["bold"])
    for number, (table, column) in enumerate(_all_columns(), first + 1):
        cells = (
            f"{table.zh} {table.name}",
            f"{column.zh} {column.name}",
            _need(column).say(lang),
            column.kind.hint.say(lang),
        )
        for index, cell in enumerate(cells):
            page.write_string(number, index, cell)


def _all_columns() -> list[tuple[Table, Column]]:
    return [(table, column) for table in TABLES for column in table.columns]
