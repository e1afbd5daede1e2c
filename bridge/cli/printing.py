"""How small results look: tables on a terminal, one JSON document with --json."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from bridge.language import Lang, Text


def print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def print_lines(objects: Iterable[Mapping[str, Any]]) -> None:
    """NDJSON: one object a line, as they come."""
    for entry in objects:
        sys.stdout.write(json.dumps(entry, ensure_ascii=False) + "\n")


def print_table(
    lang: Lang, columns: Sequence[Text], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()
) -> None:
    """A plain table; the columns in `right` are numbers."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        table.add_column(column.say(lang), justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else str(cell) for cell in row))
    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False, markup=False)
    console.print(table)
