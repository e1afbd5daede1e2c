"""Long tables begin with their first rows: a page stays small enough for a phone, and says what it left out and where it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from flask import request

from bridge.language import Lang, Text
from bridge.web.sheets import Cell, Panel, grid

MOST_ROWS = 200
LEFT_OUT = Text("这里只列出前 {shown} 行，共 {count} 行", "These are the first {shown} of {count} rows")
WHOLE = Text("显示全部", "Show all rows")
T = TypeVar("T")


def is_whole() -> bool:
    """Whether the address asks for every row."""
    return request.args.get("rows") == "all"


def cut(rows: Sequence[T]) -> Sequence[T]:
    """The rows that are shown of these."""
    return rows if is_whole() else rows[:MOST_ROWS]


def left_out(count: int, everything: str, lang: Lang) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Of so many rows: the sentence and the link to `everything` that stand below a table which was cut."""
    if is_whole() or count <= MOST_ROWS:
        return (), ()
    return (LEFT_OUT.say(lang, shown=MOST_ROWS, count=count),), ((WHOLE.say(lang), everything),)


def listing(
    title: Text,
    columns: Sequence[Text],
    rows: Sequence[T],
    made: Callable[[T], Iterable[Cell]],
    everything: str,
    lang: Lang,
    empty: Text | None = None,
) -> Panel:
    """A panel with the first of these rows; only those that are shown are `made`."""
    lines, links = left_out(len(rows), everything, lang)
    return Panel(title.say(lang), grid(lang, columns, map(made, cut(rows)), empty), lines, links=links)
