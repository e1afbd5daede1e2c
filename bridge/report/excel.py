"""The delay report as a workbook: six sheets to read, filter and print, with real dates and amounts and no formula at all.

What each sheet holds stands in `excel_sheets`; here it is laid out. The same view and language give the same bytes.
"""

from __future__ import annotations

import gc
import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from bridge.language import Lang
from bridge.report.csv import FORMULA
from bridge.report.excel_cells import Cell, Column, Kind, Lines, Table
from bridge.report.excel_sheets import sheets
from bridge.report.phrases import MARKS

MAX_TEXT = 32_767
"""Characters that a cell holds; the library drops a longer text without an error."""
MAX_LINKS = 65_000
"""Links that one sheet may hold; those beyond are written as text."""
MAX_URL = 2_079
A3, A4 = 8, 9
LINE_HEIGHT = 15
HIGHEST = 409
"""Points that a row may be high."""
ACROSS = frozenset({Kind.HEAD, Kind.SENTENCE})
EPOCH = date(1899, 12, 30)
"""Day 0 of a workbook."""
NUMBERS = frozenset({Kind.NUMBER, Kind.SIGNED, Kind.RATIO, Kind.AMOUNT})
COLOURS = {
    "red": ("#C0392B", "#FBE3E0"),
    "amber": ("#8A5A00", "#FFF1CC"),
    "grey": ("#5F6770", "#E9ECEF"),
    "green": ("#1E7145", "#DFF3E4"),
    "done": ("#3B4A5A", "#DDE5EE"),
}
"""Status -> colour of its text and of its cell: dark on light, so that it also reads in black and white."""
_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}
_HEAD = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True, "border": 1}
_LOOKS: dict[str, dict[str, Any]] = {
    "text": {"text_wrap": True},
    "note": {},
    "sentence": {"text_wrap": True},
    "title": {"bold": True, "font_size": 16},
    "bold": {"bold": True},
    "head": _HEAD,
    "day": {"num_format": "yyyy-mm-dd", "align": "left"},
    "number": {"num_format": "#,##0"},
    "signed": {"num_format": "+#,##0;-#,##0;0"},
    "ratio": {"num_format": "0%"},
    "amount": {"num_format": "#,##0.##"},
    "status": {"bold": True},
    "link": {"font_color": "#0B5CAD", "underline": 1},
}
# A fixed instant: the file would otherwise differ with every second.
_CREATED = datetime(2000, 1, 1, tzinfo=UTC)


def render(view: Mapping[str, Any], lang: Lang) -> bytes:
    """A workbook that Excel, WPS and LibreOffice open without a repair; text of people is never calculated."""
    import xlsxwriter  # heavy, and needed by nobody who asks for another form

    from bridge.report.quick_sheet import QuickSheet

    file = io.BytesIO()
    book = xlsxwriter.Workbook(
        file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"title": f"delay-report {view['as_of']}", "created": _CREATED})
    looks = _Looks(book)
    with _no_collection():
        for content in sheets(view, lang):
            page = book.add_worksheet(content.title, worksheet_class=QuickSheet)
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
class _Looks:
    """Formats by name, each made once: a workbook with thousands of them opens slowly."""

    book: Any
    made: dict[tuple[str, bool], Any] = field(default_factory=dict)

    def __call__(self, name: str, quoted: bool = False) -> Any:
        found = self.made.get((name, quoted))
        if found is None:
            about = _LOOKS.get(name, {"num_format": name})
            # With the quote a cell stays text also when somebody edits it and presses Enter.
            found = self.book.add_format({**_FONT, **about, **({"quote_prefix": True} if quoted else {})})
            self.made[name, quoted] = found
        return found

    def money(self, currency: str) -> Any:
        mark = MARKS.get(currency, f"{currency} ")
        return self(f'"{mark}"#,##0.00')

    def colour(self, status: str) -> Any:
        text, cell = COLOURS[status]
        key = (f"status {status}", False)
        if key not in self.made:
            self.made[key] = self.book.add_format({"font_color": text, "bg_color": cell})
        return self.made[key]


@dataclass(slots=True)
class _Page:
    """One worksheet on its way from top to bottom."""

    page: Any
    looks: _Looks
    at: int = 0
    links: int = 0

    def write(self, content: Lines | Table) -> None:
        self.page.set_landscape()
        self.page.set_paper(A3 if isinstance(content, Table) and len(content.columns) > 15 else A4)
        self.page.fit_to_pages(1, 0)
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
        self.page.hide_gridlines(2)
        self._colour_statuses(content.statuses, 0, 0, self.at)

    def _across(self, cell: Cell, first: int, widths: tuple[float, ...]) -> None:
        """The last cell of a line takes all the room there is to its right, and as many lines as it needs."""
        if first < len(widths) - 1:
            self.page.merge_range(self.at, first, self.at, len(widths) - 1, "", self.looks(cell.kind))
            text = self._cell(self.at, first, cell)
            lines = _lines_of(text, sum(widths[first:]))
            self.page.set_row(self.at, LINE_HEIGHT * lines)

    def _table(self, content: Table) -> None:
        last = len(content.columns) - 1
        self.page.set_row(0, 32)
        for index, column in enumerate(content.columns):
            self.page.set_column(index, index, column.width)
            self.page.write_string(0, index, column.heading, self.looks("head"))
        for number, row in enumerate(content.rows, 1):
            self._row(number, [self._cell(number, index, cell) for index, cell in enumerate(row)], content.columns)
        bottom = max(len(content.rows), 1)
        self.page.freeze_panes(1, content.frozen)
        self.page.autofilter(0, 0, bottom, last)
        self.page.repeat_rows(0)
        self.page.print_area(0, 0, bottom, last)
        for index, column in enumerate(content.columns):
            if column.is_status:
                self._colour_statuses(content.statuses, index, 1, bottom)
        self._sparklines(content, last)

    def _row(self, number: int, shown: list[str], columns: tuple[Column, ...]) -> None:
        """High enough for its longest cell: not every program measures wrapped text when it opens a file."""
        lines = max(
            (_lines_of(text, column.width) for text, column in zip(shown, columns, strict=False) if text), default=1
        )
        if lines > 1:
            self.page.set_row(number, min(lines * LINE_HEIGHT, HIGHEST))

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
        first = last + 2
        name = content.title.replace("'", "''")
        places: dict[str, str] = {}
        for number, points in enumerate(content.series, 1):
            for index, point in enumerate(points):
                self.page.write_number(number, first + index, point)
            if len(points) > 1:
                place = _range(number, first, first + len(points) - 1)
                places[f"{_letters(last)}{number + 1}"] = f"'{name}'!{place}"
        if places:
            # One group: the library works out the looks of each group anew.
            drawn = {"location": list(places), "range": list(places.values())}
            self.page.add_sparkline(1, last, {**drawn, "show_hidden": True, "markers": True, "series_color": "#C0392B"})
        self.page.set_column(first, first + widest - 1, None, None, {"hidden": True})

    def _cell(self, row: int, column: int, cell: Cell) -> str:
        """Write one cell; returns the text that may need more than one line."""
        kind, value = cell.kind, cell.value
        text = ""
        if value is None:
            return text
        if kind == Kind.DAY and isinstance(value, date):
            self.page.write_number(row, column, (value - EPOCH).days, self.looks("day"))
        elif kind == Kind.MONEY:
            self.page.write_number(row, column, float(str(value)), self.looks.money(cell.more or "CNY"))
        elif kind in NUMBERS:
            self.page.write_number(row, column, float(str(value)), self.looks(kind))
        elif kind == Kind.LINK and cell.more and len(cell.more) <= MAX_URL and self.links < MAX_LINKS:
            self.links += 1
            text = _cut(str(value))
            self.page.write_url(row, column, cell.more, self.looks("link", text.startswith(FORMULA)), text)
        else:
            text = _cut(str(value))
            look = "text" if kind == Kind.LINK else kind
            # Never `write`: people's text that begins like a formula must stay text.
            self.page.write_string(row, column, text, self.looks(look, text.startswith(FORMULA)))
        return text


def _lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column; Chinese characters are two wide."""
    if len(text) * 2 <= width:
        return 1
    # A Chinese character is three bytes of UTF-8: half of what it has more than one is the width it has more.
    wide = len(text) + (len(text.encode("utf-8", "replace")) - len(text)) // 2
    return math.ceil(wide / (width - 1))


def _cut(text: str) -> str:
    """What a cell can hold, counted as the file counts: a character beyond the basic plane takes two."""
    if len(text) * 2 <= MAX_TEXT:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= MAX_TEXT * 2:
        return text
    return units[: (MAX_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _range(row: int, first: int, last: int) -> str:
    return f"${_letters(first)}${row + 1}:${_letters(last)}${row + 1}"


def _letters(column: int) -> str:
    """Column 0 is A, 26 is AA."""
    letters, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(65 + digit) + letters
    return letters
