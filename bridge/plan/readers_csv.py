"""A folder of .csv files as tables: one file a table, commas between cells, UTF-8 or GB 18030."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from bridge.language import Text
from bridge.plan.grids import Grid, Ledger, Place, from_lines, known_tables

_CODINGS = ("utf-8-sig", "gb18030")  # what spreadsheets in China save as CSV; nearly all bytes are valid GB 18030

NOT_TEXT = Text(
    zh="不是文本文件，或编码不是 UTF-8 / GB 18030；请另存为“CSV UTF-8（逗号分隔）”",
    en='this is no text, or not in UTF-8 or GB 18030; save it as "CSV UTF-8 (comma delimited)"',
)
NOT_COMMAS = Text(
    zh="第一行“{value}”用“{mark}”分隔；请另存为用逗号分隔的 CSV",
    en='the first line "{value}" is separated by "{mark}"; save it as CSV with commas',
)
BAD_QUOTES = Text(
    zh="第 {row} 行附近的双引号不成对（{detail}）；请把单元格里的双引号写成两个，或重新另存为 CSV",
    en="the double quotes around line {row} do not match ({detail}); "
    "double the quotes inside a cell, or save the file as CSV again",
)


def grids(files: Mapping[str, bytes], ledger: Ledger) -> list[Grid]:
    """The known tables among the files of one folder, by file name without its ending."""
    named = {name: name[: -len(".csv")] if name.lower().endswith(".csv") else name for name in sorted(files)}
    tables = known_tables([("sheet", name, sheet) for name, sheet in named.items()], ledger)
    found = []
    for name, sheet, table in tables:
        lines = _lines(name, files[name], ledger)
        if lines is not None:
            found.append(from_lines(name, sheet, table, list(enumerate(lines, 1))))
    return found


def _lines(name: str, content: bytes, ledger: Ledger) -> list[list[str]] | None:
    text = _decoded(content)
    if text is None:
        ledger.refuse(Place("sheet", name), NOT_TEXT)
        return None
    head = text.lstrip("\ufeff\r\n").partition("\n")[0].strip()
    for mark, spoken in ((";", ";"), ("\t", "Tab"), ("，", "，")):
        if mark in head and "," not in head:
            ledger.refuse(Place("sheet", name), NOT_COMMAS, value=head[:80], mark=spoken)
            return None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        return [[_unguarded(cell) for cell in line] for line in reader]
    except csv.Error as error:
        ledger.refuse(Place("sheet", name), BAD_QUOTES, row=reader.line_num, detail=error)
        return None


def _decoded(content: bytes) -> str | None:
    if b"\x00" in content:  # UTF-16, or no text at all
        return None
    for coding in _CODINGS:
        try:
            return content.decode(coding)
        except UnicodeDecodeError:
            continue
    return None


GUARDED = "=+-@"
"""First characters that make a spreadsheet run a CSV cell as a formula."""


def guarded(text: str) -> str:
    """`text` behind an apostrophe if a spreadsheet would run it as a formula; `_unguarded` takes it off again."""
    return f"'{text}" if text.lstrip("'")[:1] in tuple(GUARDED) else text


def _unguarded(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and cell.lstrip("'")[:1] in tuple(GUARDED) else cell
