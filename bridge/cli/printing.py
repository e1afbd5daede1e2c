"""How small results look: tables and lines a terminal can be trusted with, one JSON document with --json."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click
from rich.cells import cell_len, set_cell_size

from bridge.language import Lang, Text
from bridge.usecases import json_text

# What must never reach a terminal from a task's title: controls (among them escape sequences), marks that turn the
# direction of the rest of the line, and halves of characters.
_UNSAFE = re.compile(
    "(?:\x1b\\[[0-?]*[ -/]*[@-~]|\x1b\\][^\x07\x1b]*\x07?|[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff])+"
)
_GAP = "  "
_NARROWEST = 12
_WIDEST = 60


def plain(text: str) -> str:
    """Text of others on one line, with what could steer a terminal taken out."""
    return _UNSAFE.sub(" ", text)


def plain_lines(text: str) -> str:
    """The same for a message of several lines."""
    return "\n".join(plain(line) for line in text.split("\n"))


def print_json(document: Any) -> None:
    click.echo(json_text.dumps(document, indent=2))


def print_lines(objects: Iterable[Mapping[str, Any]]) -> None:
    """NDJSON: one object a line, as they come."""
    for entry in objects:
        sys.stdout.write(json_text.dumps(entry) + "\n")


def size(count: int) -> str:
    """Bytes as people say them: `812 B`, `3.4 MB`."""
    amount, unit = float(count), "B"
    for unit in ("B", "KB", "MB", "GB", "TB"):
        if amount < 1000 or unit == "TB":
            break
        amount /= 1000
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def print_table(
    lang: Lang,
    columns: Sequence[Text],
    rows: Iterable[Sequence[object]],
    *,
    right: Sequence[int] = (),
    flexible: Sequence[int] = (),
) -> int:
    """One line a row; returns the number of rows. Columns in `right` are numbers, those in `flexible` may be cut short.

    rich's own table is not used: it needs seconds for what a large installation stores.
    """
    head = tuple(column.say(lang) for column in columns)
    body = [tuple("" if cell is None else plain(str(cell)).strip() for cell in row) for row in rows]
    if not body:
        return 0
    widths = _widths([head, *body], flexible)
    for line in _lines(head, body, widths, right):
        click.echo(line)
    return len(body)


def _widths(rows: Sequence[Sequence[str]], flexible: Sequence[int]) -> list[int]:
    """As wide as needed; on a terminal the flexible columns give way so that a row fits."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for place in flexible:
        widths[place] = min(widths[place], _WIDEST)
    if sys.stdout.isatty():
        room = shutil.get_terminal_size((120, 40)).columns - len(_GAP) * (len(widths) - 1)
        while flexible and sum(widths) > room:
            widest = max(flexible, key=lambda place: widths[place])
            if widths[widest] <= _NARROWEST:
                break
            widths[widest] -= 1
    return widths


def _lines(
    head: Sequence[str], body: Iterable[Sequence[str]], widths: Sequence[int], right: Sequence[int]
) -> Iterator[str]:
    yield _line(head, widths, right)
    yield _GAP.join("─" * width for width in widths)
    for row in body:
        yield _line(row, widths, right)


def _line(row: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    cells = []
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        shown = cell_len(cell)
        if shown > width:
            cells.append(set_cell_size(cell, width - 1) + "…")
        else:
            blank = " " * (width - shown)
            cells.append(blank + cell if place in right else cell + blank)
    return _GAP.join(cells).rstrip()
