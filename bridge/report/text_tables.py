"""What a terminal shows below the rows: the customers that are affected, and the sales goals, each with its colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text as Line

from bridge.language import Lang
from bridge.report import overview
from bridge.report.labels import label
from bridge.report.selection import folded
from bridge.report.wording import status_name

GAP = 2
LABEL_STYLES = {
    "red": "bold white on red",
    "amber": "black on yellow",
    "grey": "white on bright_black",
    "green": "green",
    "done": "cyan",
}
WORRYING = ("red", "amber")
MOST_CUSTOMERS = 10
LEAST_NAME = 14


def chip(status: str | None, lang: Lang) -> Line:
    """A status in words and in colour; a dash where nothing is judged."""
    return Line("-", style="dim") if status is None else Line(f" {status_name(status, lang)} ", LABEL_STYLES[status])


def customers(view: Mapping[str, Any], lang: Lang, width: int) -> tuple[Table, list[str]] | None:
    """Those that are slipping or at risk, worst first, and what is to be said of the others; None where there is none."""
    worried = [one for one in view["customers"] if one["status"] in WORRYING]
    if not worried:
        return None
    headings = [label(name, lang) for name in ("customers", "milestones_short", *overview.CUSTOMER_FIGURES)]
    shown = worried[:MOST_CUSTOMERS]
    lines = [(one["status"], overview.customer(one)) for one in shown]
    # The colour of a customer is that of the contractual milestones; what else slips shall not be missed.
    touched = {folded(row["customer"]) for row in view["milestones"] if row["customer"] and row["status"] in WORRYING}
    counts = {
        "more_customers": len(worried) - len(shown),
        "customers_outside_contract": len(touched - {folded(one["name"]) for one in worried}),
    }
    remarks = [label(name, lang, count=count) for name, count in counts.items() if count]
    return _table(headings, lines, lang, width, [3, 1]), remarks


def goals(view: Mapping[str, Any], lang: Lang, width: int) -> Table | None:
    lines = [(goal.get("status"), cells) for goal, cells in zip(view["goals"], overview.goals(view, lang), strict=True)]
    return _table(overview.goal_columns(lang), lines, lang, width, [3, 5]) if lines else None


def _table(
    headings: Sequence[str],
    lines: Sequence[tuple[str | None, Sequence[str]]],
    lang: Lang,
    width: int,
    dispensable: Sequence[int] = (),
) -> Table:
    """The status first, as in the rows above; figures whole, on the right. Where the name has no room, columns go."""
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim")
    chips = [chip(status, lang) for status, _ in lines]
    table.add_column(label("status", lang), no_wrap=True)
    widths = [max(map(cell_len, column)) for column in zip(headings, *(cells for _, cells in lines), strict=True)]
    used = max(map(cell_len, (label("status", lang), *(one.plain for one in chips)))) + GAP
    kept = list(range(len(headings)))
    for number in dispensable:
        if width - used - sum(widths[one] + GAP for one in kept[1:]) >= LEAST_NAME:
            break
        kept.remove(number)
    for number in kept:
        table.add_column(headings[number], justify="right" if number else "left", no_wrap=number > 0, overflow="fold")
    for one, (_, cells) in zip(chips, lines, strict=True):
        table.add_row(one, *(cells[number] for number in kept))
    return table
