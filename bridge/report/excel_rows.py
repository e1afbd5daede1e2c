"""The rows of a table as they stand in the file: each value is put into words once a column, each cell is two joined texts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, TypeVar

from bridge.report.cells import Link
from bridge.report.csv import FORMULA
from bridge.report.excel_cells import Column, Kind, Money, Table
from bridge.report.excel_looks import NUMBERS, Looks

MAX_TEXT = 32_767
"""Characters that a cell holds; a longer text makes a program repair the file."""
MAX_LINKS = 65_000
"""Links that one sheet may hold; those beyond are written as text."""
MAX_URL = 2_079
LINE_HEIGHT, HEAD_HEIGHT = 15, 32
HIGHEST = 409
"""Points that a row may be high."""
EPOCH = date(1899, 12, 30).toordinal()
"""Day 0 of a workbook."""

Known = tuple[str, int]
"""What follows the name of a cell in the file, and how many lines the cell takes."""


T = TypeVar("T")


class Met(dict[Any, T]):
    """What each value becomes, worked out where it is first met: most of them come again."""

    def __init__(self, made: Callable[[Any], T]) -> None:
        super().__init__()
        self._made = made

    def __missing__(self, value: Any) -> T:
        found = self[value] = self._made(value)
        return found


def write(page: Any, table: Table, looks: Looks) -> None:
    """Heading, rows, and behind them in hidden columns the points that are drawn in the last one."""
    drawn = max(map(len, table.series), default=0)
    width = len(table.columns) + (1 + drawn if drawn else 0)
    rows = _rows(page, table, looks)
    page.add_rows(rows, 1 + len(table.rows), width)


def first_point(table: Table) -> int:
    """The column of the first hidden point; one is left free before it."""
    return len(table.columns) + 1


@cache
def letters(column: int) -> str:
    """Column 0 is A, 26 is AA."""
    found, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        found = chr(65 + digit) + found
    return found


def lines_of(text: str, width: float) -> int:
    """How many lines a text takes in a column; Chinese characters are two wide."""
    if len(text) * 2 <= width:
        return 1
    # A Chinese character is three bytes of UTF-8: half of what it has more than one is the width it has more.
    wide = len(text) + (len(text.encode("utf-8", "replace")) - len(text)) // 2
    return math.ceil(wide / (width - 1))


def cut(text: str) -> str:
    """What a cell can hold, counted as the file counts: a character beyond the basic plane takes two."""
    if len(text) * 2 <= MAX_TEXT:
        return text
    units = text.encode("utf-16-le", "surrogatepass")
    if len(units) <= MAX_TEXT * 2:
        return text
    return units[: (MAX_TEXT - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _rows(page: Any, table: Table, looks: Looks) -> Iterator[str]:
    yield _heading(page, table.columns, looks)
    begins = [f'<c r="{letters(index)}' for index in range(len(table.columns))]
    cells = [Met(_maker(page, looks, column)) for column in table.columns]
    linked = [index for index, column in enumerate(table.columns) if column.kind == Kind.LINK]
    for number, row in enumerate(table.rows, 2):
        parts, most, name = [], 1, str(number)
        for begin, known, value in zip(begins, cells, row, strict=False):
            if value is not None:
                end, lines = known[value]
                parts.append(begin + name + end)
                if lines > most:
                    most = lines
        for index in linked:
            link = row[index] if index < len(row) else None
            if isinstance(link, Link) and is_linked(link):
                page.add_link(f"{letters(index)}{number}", link.url)
        if len(page.links) >= MAX_LINKS and linked:
            linked, cells = [], [Met(_maker(page, looks, column, is_full=True)) for column in table.columns]
        if number - 2 < len(table.series):
            parts += _points(table.series[number - 2], number, first_point(table))
        # High enough for its longest cell: not every program measures wrapped text when it opens a file.
        height = f' ht="{min(most * LINE_HEIGHT, HIGHEST)}" customHeight="1"' if most > 1 else ""
        yield f'<row r="{number}"{height}>{"".join(parts)}</row>'


def _heading(page: Any, columns: Sequence[Column], looks: Looks) -> str:
    look = page.look(looks(Kind.HEAD))
    parts = [
        f'<c r="{letters(index)}1" s="{look}" t="s"><v>{page.shared(column.heading)}</v></c>'
        for index, column in enumerate(columns)
    ]
    return f'<row r="1" ht="{HEAD_HEIGHT}" customHeight="1">{"".join(parts)}</row>'


def _points(points: Sequence[float], number: int, first: int) -> list[str]:
    return [f'<c r="{letters(first + index)}{number}"><v>{point!r}</v></c>' for index, point in enumerate(points)]


def is_linked(link: Link) -> bool:
    """Whether a cell may lead somewhere: a longer address makes a program repair the file."""
    return link.url is not None and len(link.url) * (1 if link.url.isascii() else 2) <= MAX_URL


def _numbers(page: Any, looks: Looks, kind: str) -> Met[int]:
    """The number of a look, by whether its text is quoted."""
    return Met(lambda is_quoted: page.look(looks(kind, is_quoted)))


def _maker(page: Any, looks: Looks, column: Column, *, is_full: bool = False) -> Callable[[Any], Known]:
    """How the values of a column are written; with `is_full` the sheet takes no further link."""

    own = Kind.TEXT if column.kind == Kind.LINK else column.kind
    plain, linked = (_numbers(page, looks, kind) for kind in (own, Kind.LINK))

    def number(value: float) -> Known:
        return f'" s="{plain[False]}"><v>{float(value):.16G}</v></c>', 1

    def day(value: date) -> Known:
        return f'" s="{plain[False]}"><v>{value.toordinal() - EPOCH}</v></c>', 1

    def money(value: Money) -> Known:
        amount, currency = value
        return f'" s="{page.look(looks.money(currency))}"><v>{float(amount):.16G}</v></c>', 1

    def text(value: str, look: Mapping[bool, int] = plain) -> Known:
        shown = cut(value)
        # People's text that begins like a formula must stay text.
        end = f'" s="{look[shown.startswith(FORMULA)]}" t="s"><v>{page.shared(shown)}</v></c>'
        return end, lines_of(shown, column.width)

    def link(value: Link) -> Known:
        return text(value.text, linked if is_linked(value) and not is_full else plain)

    makers: dict[str, Callable[[Any], Known]] = {Kind.DAY: day, Kind.MONEY: money, Kind.LINK: link}
    return makers.get(column.kind, number if column.kind in NUMBERS else text)
