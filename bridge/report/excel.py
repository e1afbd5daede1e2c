"""The delay report as a workbook: six sheets to read, filter and print, with real dates and amounts and no formula at all.

What each sheet holds stands in `excel_sheets`; here it is laid out. The same view and language give the same bytes.
"""

from __future__ import annotations

import gc
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bridge.language import Lang
from bridge.report import excel_rows
from bridge.report.csv import FORMULA
from bridge.report.excel_cells import Cell, Kind, Lines, Table
from bridge.report.excel_looks import NUMBERS, Looks
from bridge.report.excel_rows import LINE_HEIGHT, letters
from bridge.report.excel_sheets import sheets

A3, A4 = 8, 9
MOST_ON_A4 = 15
"""Columns."""
SHOWN_AND_PRINTED, HIDDEN = 0, 2
"""Lines between the cells."""
ACROSS = frozenset({Kind.HEAD, Kind.SENTENCE})
# A fixed instant: the file would otherwise differ with every second.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)


def render(view: Mapping[str, Any], lang: Lang) -> bytes:
    """A workbook that Excel, WPS and LibreOffice open without a repair; text of people is never calculated."""
    # Heavy, and needed by nobody who asks for another form.
    from bridge.report.quick_sheet import QuickBook, QuickSheet

    file = io.BytesIO()
    book = QuickBook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": f"delay-report {view['as_of']}", "created": _CREATED})
    looks = Looks(book)
    with _no_collection():
        for content in sheets(view, lang):
            kind = QuickSheet if isinstance(content, Table) else None
            page = book.add_worksheet(content.title, worksheet_class=kind)
            _Page(page, looks).write(content)
        book.close()
    return file.getvalue()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Half a million cells all live until the file is written: looking for garbage among them takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@dataclass(slots=True)
class _Page:
    """One worksheet on its way from top to bottom."""

    page: Any
    looks: Looks
    at: int = 0

    def write(self, content: Lines | Table) -> None:
        self.page.set_landscape()
        is_wide = isinstance(content, Table) and len(content.columns) > MOST_ON_A4
        self.page.set_paper(A3 if is_wide else A4)
        # On one page a wide table would be too small to read.
        self.page.fit_to_pages(2 if is_wide else 1, 0)
        self.page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        self.page.set_footer("&L&A&R&P / &N")
        if isinstance(content, Table):
            self._table(content)
        else:
            self._lines(content)

    def _lines(self, content: Lines) -> None:
        self.page.fit_to_pages(1, 1)
        self.page.set_row(0, 26)
        for index, width in enumerate(content.widths):
            self.page.set_column(index, index, width)
        for line in content.lines:
            for index, cell in enumerate(line):
                self._cell(self.at, index, cell)
            if line and line[-1].kind in ACROSS:
                self._across(line[-1], len(line) - 1, content.widths)
            self.at += 1
        self.page.print_area(0, 0, max(self.at - 1, 0), len(content.widths) - 1)
        self.page.hide_gridlines(HIDDEN)
        self._colour_statuses(content.statuses, 0, 0, self.at)

    def _across(self, cell: Cell, first: int, widths: tuple[float, ...]) -> None:
        """The last cell of a line takes all the room there is to its right, and as many lines as it needs."""
        if first < len(widths) - 1:
            self.page.merge_range(self.at, first, self.at, len(widths) - 1, "", self.looks(cell.kind))
            text = self._cell(self.at, first, cell)
            lines = excel_rows.lines_of(text, sum(widths[first:]))
            self.page.set_row(self.at, LINE_HEIGHT * lines)

    def _table(self, content: Table) -> None:
        last = len(content.columns) - 1
        for index, column in enumerate(content.columns):
            self.page.set_column(index, index, column.width)
        excel_rows.write(self.page, content, self.looks)
        bottom = max(len(content.rows), 1)
        self.page.freeze_panes(1, content.frozen)
        self.page.autofilter(0, 0, bottom, last)
        self.page.repeat_rows(0)
        self.page.repeat_columns(0, content.frozen - 1)
        self.page.hide_gridlines(SHOWN_AND_PRINTED)
        self.page.print_area(0, 0, bottom, last)
        for index, column in enumerate(content.columns):
            if column.kind == Kind.STATUS:
                self._colour_statuses(content.statuses, index, 1, bottom)
        self._sparklines(content, last)

    def _colour_statuses(self, statuses: Mapping[str, str], column: int, first: int, last: int) -> None:
        """The text says it, the colour repeats it; by rule, so that it follows when somebody sorts or edits."""
        for status, name in statuses.items():
            rule = {"type": "cell", "criteria": "==", "value": f'"{name}"', "format": self.looks.colour(status)}
            self.page.conditional_format(first, column, last, column, rule)

    def _sparklines(self, content: Table, last: int) -> None:
        """The points stand in hidden columns to the right; programs that know no sparklines show an empty cell."""
        widest = max(map(len, content.series), default=0)
        if not widest:
            return
        first = excel_rows.first_point(content)
        name = content.title.replace("'", "''")
        places = {
            f"{letters(last)}{number + 1}": f"'{name}'!{_range(number, first, first + len(points) - 1)}"
            for number, points in enumerate(content.series, 1)
            if len(points) > 1
        }
        if places:
            # One group: the library works out the looks of each group anew.
            drawn = {"location": list(places), "range": list(places.values())}
            self.page.add_sparkline(1, last, {**drawn, "show_hidden": True, "markers": True, "series_color": "#C0392B"})
        self.page.set_column(first, first + widest - 1, None, None, {"hidden": True})

    def _cell(self, row: int, column: int, cell: Cell) -> str:
        """Write one cell of a sheet of lines; returns the text that may need more than one line."""
        kind, value = cell.kind, cell.value
        if value is None:
            return ""
        if kind == Kind.MONEY:
            self.page.write_number(row, column, float(str(value)), self.looks.money(cell.more or "CNY"))
            return ""
        if kind in NUMBERS:
            self.page.write_number(row, column, float(str(value)), self.looks(kind))
            return ""
        text = excel_rows.cut(str(value))
        # Never `write`: people's text that begins like a formula must stay text.
        self.page.write_string(row, column, text, self.looks(kind, text.startswith(FORMULA)))
        return text


def _range(row: int, first: int, last: int) -> str:
    return f"${letters(first)}${row + 1}:${letters(last)}${row + 1}"
