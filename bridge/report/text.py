"""The delay report for a terminal: worst first, aligned for Chinese text, status in words and in colour."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text as Line

from bridge.language import Lang
from bridge.report import overview, text_tables
from bridge.report.cells import Link, short_day
from bridge.report.labels import definitions, label, sentence
from bridge.report.rows import Row, rows
from bridge.report.text_tables import GAP, LABEL_STYLES, LEAST_NAME, chip
from bridge.report.text_wrap import wrapped
from bridge.report.wording import headline

NARROWEST = 60
DEFINED = 4
"""How many of the definitions stand below the table; the page and the Markdown have them all."""

SIGNS = {"red": ("!", "bold red"), "amber": ("-", "yellow"), "grey": ("?", "dim")}
SOURCE_STYLES = {"complete": "dim", "partial": "yellow", "failed": "red", "never": "red"}
ROOM_FOR_MORE = 16
# The console numbers its links at random; the same report must be the same bytes.
RANDOM_LINK_ID = re.compile(r"\x1b\]8;id=[^;]*;")
# Left out one after the other where the terminal is too narrow for a readable name.
DISPENSABLE = ("chance", "due")
# Then their second lines are folded, so that no date and no amount is.
FOLDABLE = ("money", "forecast", "slip")
MIDDLE = ("promise", "due", "forecast", "chance", "slip", "money")
RIGHT = frozenset({"chance", "slip", "money"})


def render(view: Mapping[str, Any], lang: Lang, *, width: int, colour: bool) -> str:
    """Plain text of at most `width` columns (an address may be longer: cut in two it could not be followed)."""
    page = _Page(max(width, NARROWEST), colour)
    found, today = rows(view, lang), date.fromisoformat(view["as_of"])
    _top(page, view, lang)
    if found:
        _table(page, found, today, lang)
    if not any(row.is_worrying for row in found):
        page.put(Line(label("nothing_wrong" if found else "no_rows", lang), style="green" if found else ""))
        page.put("")
    _customers(page, view, lang)
    _goals(page, view, lang)
    _foot(page, view, lang)
    return page.text()


class _Page:
    """A console that writes to a string and asks nothing of the real terminal or the environment."""

    def __init__(self, width: int, colour: bool) -> None:
        self.width = width
        self._file = io.StringIO()
        self._console = Console(
            file=self._file,
            width=width,
            force_terminal=colour,
            color_system="standard" if colour else None,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
            _environ={},
        )

    def put(self, what: Any, *, whole: bool = False) -> None:
        self._console.print(what, soft_wrap=whole)

    def text(self) -> str:
        written = RANDOM_LINK_ID.sub("\x1b]8;;", self._file.getvalue())
        return "\n".join(line.rstrip() for line in written.split("\n"))


def _top(page: _Page, view: Mapping[str, Any], lang: Lang) -> None:
    title = Table.grid(expand=True)
    title.add_column()
    title.add_column(justify="right")
    title.add_row(
        Line(f"{label('product', lang)} · {label('title', lang)}", style="bold"),
        Line(overview.dateline(view, lang), style="dim"),
    )
    page.put(title)
    page.put("")
    page.put(Line(headline(view, lang), style="bold"))
    page.put("")
    page.put(_counts(view, lang))
    for line in _filled(_money(view, lang), page.width):
        page.put(line)
    for source in overview.sources(view, lang):
        page.put(Line(source.text, style=SOURCE_STYLES[source.outcome]))
    page.put("")


def _counts(view: Mapping[str, Any], lang: Lang) -> Line:
    line = Line()
    for status, name, count in overview.counts(view, lang):
        line.append(f" {name} {count} ", style=LABEL_STYLES[status] if count else "dim")
        line.append(" ")
    return line


def _money(view: Mapping[str, Any], lang: Lang) -> list[str]:
    parts = [f"{name} {' + '.join(said)}" for name, said in overview.money(view, lang)]
    return [*parts, f"{label('customers_affected', lang)} {view['summary']['customers_affected']}"]


def _filled(parts: Sequence[str], width: int) -> list[str]:
    """Lines of whole parts, so that a figure is never parted from its name."""
    lines = [parts[0]]
    for part in parts[1:]:
        longer = f"{lines[-1]} · {part}"
        if cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def _table(page: _Page, found: Sequence[Row], today: date, lang: Lang) -> None:
    laid_out = [_cells(row, today, lang) for row in found]
    header = {name: Line(label(name, lang), style="dim") for name in ("status", "milestone", *MIDDLE)}
    widths = _widths([header, *laid_out], page.width)
    page.put(_line(header, widths))
    page.put(Rule(style="dim"))
    for row, cells in zip(found, laid_out, strict=True):
        page.put(_line(cells, widths))
        _details(page, row, widths["status"] + GAP, lang)
    page.put(Rule(style="dim"))


def _widths(lines: Sequence[Mapping[str, Line]], width: int) -> dict[str, int]:
    """Every column as wide as its widest cell; the name gets the rest; others give way where that is too little."""
    widths = {
        name: max(cell_len(part) for line in lines for part in line[name].plain.split("\n"))
        for name in ("status", *MIDDLE)
    }
    for name in DISPENSABLE:
        if _rest(widths, width) >= LEAST_NAME:
            break
        del widths[name]
    for name in FOLDABLE:
        if _rest(widths, width) < LEAST_NAME:
            widths[name] = max(cell_len(line[name].plain.split("\n")[0]) for line in lines)
    remainder = max(_rest(widths, width), LEAST_NAME // 2)
    return {"status": widths.pop("status"), "milestone": remainder, **widths}


def _rest(widths: Mapping[str, int], width: int) -> int:
    return width - sum(widths.values()) - GAP * len(widths)


def _line(cells: Mapping[str, Line], widths: Mapping[str, int]) -> Table:
    """The gaps are columns of their own: padding would be counted behind the last column too."""
    table = Table.grid()
    row: list[Line] = []
    for name, width in widths.items():
        table.add_column(width=width, justify="right" if name in RIGHT else "left", overflow="fold")
        table.add_column(width=GAP)
        row += [cells[name], Line()]
    table.columns.pop()
    table.add_row(*row[:-1])
    return table


def _cells(row: Row, today: date, lang: Lang) -> dict[str, Line]:
    """Two lines each: the figure, and below it what it goes with."""

    def day(value: date | None) -> str | None:
        return None if value is None else short_day(value, today)

    first, p50 = day(row.first_promise), day(row.p50)
    # No middle dot: terminals with a Chinese font may draw it two columns wide.
    below_name = " / ".join(part for part in (row.customer, row.key) if part)
    mark = f" {label('contract_mark', lang)}" if row.is_contractual else None
    return {
        "status": chip(row.status, lang).append(_below(mark)),
        "milestone": _two(row.name, below_name, "bold" if row.is_worrying else ""),
        "promise": _two(day(row.promise), first and label("first_promise", lang, day=first)),
        "due": _two(day(row.due), None),
        "forecast": _two(day(row.actual or row.p85), row.one_date or (p50 and label("p50", lang, day=p50))),
        "chance": _two(row.chance, None),
        "slip": _slip(row, lang),
        "money": _two(row.amount, row.at_risk),
    }


def _slip(row: Row, lang: Lang) -> Line:
    if row.slip is None:
        return _two(None, None)
    style = ("red" if row.status == "red" else "yellow") if row.slip.workdays > 0 and row.is_worrying else ""
    return _two(label("workdays", lang, slip=row.slip.signed), label(f"slip_{row.slip.kind}", lang), style)


def _two(above: str | None, below: str | None, style: str = "") -> Line:
    return Line.assemble((above or "-", style if above else "dim")).append(_below(below))


def _below(text: str | None) -> Line:
    return Line("" if text is None else f"\n{text}", style="dim")


def _details(page: _Page, row: Row, indent: int, lang: Lang) -> None:
    """The reasons as sentences, what changed, why nothing is forecast, and where to look."""
    listed = Table.grid(padding=(0, 1, 0, 0))
    listed.add_column(width=1)
    listed.add_column(overflow="fold")
    room = page.width - indent - GAP
    if row.override is not None:
        listed.add_row(Line(), wrapped(Line(sentence(row.override, lang)), room))
    for reason in row.reasons:
        sign, style = SIGNS[reason.severity]
        said = Line(sentence(reason.text, lang), style="dim" if reason.is_acknowledged else "")
        listed.add_row(Line(sign, style=style), wrapped(said.append(reason.mark, style="dim"), room))
    for remark in (row.note, *row.waits, row.why_not, row.changed):
        if remark is not None:
            listed.add_row(Line(), wrapped(Line(sentence(remark, lang), style="dim"), room))
    if listed.row_count:
        page.put(Padding(listed, (0, 0, 0, indent)))
    if row.links:
        page.put(_links(row.links, indent + GAP, page.width, lang), whole=True)
    page.put("")


def _links(links: Sequence[Link], indent: int, width: int, lang: Lang) -> Line:
    """As many tasks with their addresses as fit on one line, at least one; how many there are beside them."""
    line = Line(" " * indent)
    shown = 0
    for link in links:
        said = " ".join(dict.fromkeys((link.text, link.url or link.text)))
        room = width - cell_len(line.plain) - cell_len(said) - (0 if shown + 1 == len(links) else ROOM_FOR_MORE)
        if shown and room < 0:
            break
        line.append(said, style=f"dim link {link.url}" if link.url else "dim").append("  ")
        shown += 1
    if shown < len(links):
        line.append(label("more_tasks", lang, count=len(links) - shown), style="dim")
    return line


def _customers(page: _Page, view: Mapping[str, Any], lang: Lang) -> None:
    found = text_tables.customers(view, lang, page.width)
    if found is None:
        return
    table, remarks = found
    page.put(table)
    for remark in remarks:
        page.put(wrapped(Line(sentence(remark, lang), style="dim"), page.width))
    page.put("")


def _goals(page: _Page, view: Mapping[str, Any], lang: Lang) -> None:
    table = text_tables.goals(view, lang, page.width)
    if table is not None:
        page.put(table)
        page.put("")
    for said in overview.pull_forward(view, lang):
        page.put(wrapped(Line(sentence(said, lang)), page.width))
        page.put("")


def _foot(page: _Page, view: Mapping[str, Any], lang: Lang) -> None:
    remarks = overview.remarks(view, lang)
    if remarks:
        page.put(wrapped(Line(sentence(("；" if lang == "zh" else "; ").join(remarks), lang)), page.width))
        page.put("")
    for word, meaning in definitions(lang)[:DEFINED]:
        said = f"{word}：{meaning}" if lang == "zh" else f"{word}: {meaning}"
        page.put(wrapped(Line(said, style="dim"), page.width))
    page.put(Line(overview.generated(view, lang), style="dim"))
