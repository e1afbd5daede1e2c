"""A small report as blocks: a title, tables of cells and lists of sentences, laid out the same in every form.

Cells and sentences are plain words of one line; each form escapes them for itself.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

from jinja2 import Template
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text as Line

from bridge.language import Lang
from bridge.report.html import environment, templates
from bridge.report.labels import sentence
from bridge.report.markdown import escaped

LOCALES: dict[Lang, str] = {"zh": "zh-CN", "en": "en"}
NARROWEST = 60


@dataclass(frozen=True, slots=True)
class Block:
    """A heading with a table, sentences, or both; `right` are the columns of numbers."""

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    right: frozenset[int] = frozenset()
    lines: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.rows and not self.lines


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    subtitle: str
    headline: str
    blocks: tuple[Block, ...]
    foot: tuple[str, ...] = ()


def text(page: Page, lang: Lang, *, width: int, colour: bool) -> str:
    """For a terminal of `width` columns."""
    file = io.StringIO()
    console = Console(
        file=file,
        width=max(width, NARROWEST),
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
        _environ={},
    )
    console.print(Line(page.title, style="bold"), Line(page.subtitle, style="dim"), sep="\n")
    console.print(Line(sentence(page.headline, lang), style="bold"))
    for block in page.blocks:
        _print(console, block, lang)
    console.print(Rule(style="dim"))
    for line in page.foot:
        console.print(Line(sentence(line, lang), style="dim"))
    return "\n".join(line.rstrip() for line in file.getvalue().split("\n"))


def markdown(page: Page, lang: Lang) -> str:
    parts = [f"# {escaped(page.title)}", escaped(page.subtitle), f"**{escaped(sentence(page.headline, lang))}**"]
    for block in page.blocks:
        if block.is_empty:
            continue
        parts.append(f"## {escaped(block.title)}")
        if block.rows:
            rule = ["---:" if place in block.right else "---" for place in range(len(block.columns))]
            lines = [list(map(escaped, block.columns)), rule, *(list(map(escaped, row)) for row in block.rows)]
            parts.append("\n".join(f"| {' | '.join(cells)} |" for cells in lines))
        if block.lines:
            parts.append("\n".join(f"- {escaped(sentence(line, lang))}" for line in block.lines))
    parts += [escaped(sentence(line, lang)) for line in page.foot]
    return "\n\n".join(parts) + "\n"


def page_html(page: Page, lang: Lang) -> str:
    """One self-contained page, no script and no request to anywhere; everything people wrote is escaped."""
    return _template().render(page=page, lang=LOCALES[lang], full_stop=lambda line: sentence(line, lang))


def _print(console: Console, block: Block, lang: Lang) -> None:
    if block.is_empty:
        return
    console.print()
    console.print(Line(block.title, style="bold cyan"))
    if block.rows:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for place, heading in enumerate(block.columns):
            table.add_column(heading, justify="right" if place in block.right else "left", overflow="fold")
        for row in block.rows:
            table.add_row(*map(Line, row))
        console.print(Padding(table, (0, 0, 0, 2)))
    for line in block.lines:
        listed = Table.grid(padding=(0, 1, 0, 0))
        listed.add_column(width=1)
        listed.add_column(overflow="fold")
        listed.add_row(Line("·", style="dim"), Line(sentence(line, lang)))
        console.print(Padding(listed, (0, 0, 0, 2)))


@cache
def _template() -> Template:
    return environment(templates()).get_template("page.html")


def cells(*values: object) -> tuple[str, ...]:
    """A row: what is unknown is a dash, never 0 and never an empty cell that could be overlooked."""
    return tuple("-" if value is None else str(value) for value in values)
