"""Writing a plan as a workbook, as CSV files or as TOML; reading any of them gives the same plan back."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from bridge.language import Lang
from bridge.plan import workbooks
from bridge.plan.document import Plan
from bridge.plan.kinds import Written
from bridge.plan.layout import Sheet, sheets
from bridge.plan.readers_csv import guarded

_LARGEST = 2**63 - 1  # what every TOML reader takes as an integer


def workbook(plan: Plan, lang: Lang) -> bytes:
    """An .xlsx with all tables under headers in `lang`."""
    return workbooks.write(plan, lang)


def csv_files(plan: Plan, lang: Lang = "en") -> dict[str, bytes]:
    """File name -> content for every table that has rows, with the mark that makes Excel read UTF-8."""
    return {f"{sheet.title}.csv": _csv(sheet, lang) for sheet in sheets(plan, lang) if sheet.rows}


def _csv(sheet: Sheet, lang: Lang) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([guarded(heading) for heading in sheet.headings])
    writer.writerows([_csv_cell(cell, lang) for cell in row] for row in sheet.rows)
    return target.getvalue().encode("utf-8-sig")


def _csv_cell(cell: Written | None, lang: Lang) -> str:
    if cell is None:
        return ""
    if isinstance(cell, date):
        return cell.isoformat()
    return guarded(cell) if isinstance(cell, str) else format(Decimal(cell), "f")


def toml(plan: Plan) -> str:
    """One TOML document under canonical names; blank cells are left out."""
    return "\n".join(_toml_lines(sheets(plan, None)))


def _toml_lines(found: Sequence[Sheet]) -> Iterator[str]:
    for sheet in found:
        names = [column.name for column in sheet.table.columns]
        names += [_toml_text(heading) for heading in sheet.headings[len(names) :]]
        for row in sheet.rows:
            yield f"[[{sheet.title}]]"
            yield from (
                f"{name} = {_toml_value(cell)}" for name, cell in zip(names, row, strict=True) if cell is not None
            )
            yield ""


def _toml_value(cell: Written) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, str):
        return _toml_text(cell)
    number = Decimal(cell)
    digits = format(number, "f")
    return digits if abs(number) <= _LARGEST else _toml_text(digits)


def _toml_text(text: str) -> str:
    # JSON's escapes are TOML's; only DEL, which JSON leaves as it is, must not stand raw.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
