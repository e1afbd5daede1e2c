"""A chart in a page: its drawing for who can see it, and its table for everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from bridge.language import Lang, Text
from bridge.report.chart_course import burn_up, course
from bridge.report.chart_work import work
from bridge.report.charts import Chart
from bridge.usecases.milestones import Detail
from bridge.web.sheets import Cell, Grid, cell

LOCALES: dict[Lang, str] = {"zh": "ZH", "en": "EN"}
"""As ECharts calls the languages it brings along."""
SAID: dict[str, Text] = {
    "loading": Text("图表载入中……下面的表格内容相同", "Loading the chart. The table below says the same"),
    "failed": Text("图表没有载入，下面的表格内容相同", "The chart did not load. The table below says the same"),
    "numbers": Text("用表格看", "The same as a table"),
    "comma": Text("：", ": "),
}


class Drawing(Struct, frozen=True):
    """A chart with the table that says the same."""

    chart: Chart
    grid: Grid


def drawing(chart: Chart, grid: Grid | None = None) -> Drawing:
    """With `grid`, a table that the page has made itself, in place of the chart's own."""
    if grid is None:
        grid = Grid(chart.columns, tuple(tuple(_cells(row)) for row in chart.rows))
    return Drawing(chart, grid)


def _cells(row: tuple[str | None, ...]) -> Iterator[Cell]:
    for place, value in enumerate(row):
        yield cell(value, "" if place else "text")


def words(lang: Lang) -> dict[str, object]:
    """What a template needs to lay charts out, and that the page may run our scripts."""
    return {"draws": True, "locale": LOCALES[lang], "draw_say": lambda name: SAID[name].say(lang)}


def of_milestone(found: Detail, lang: Lang) -> tuple[Drawing, ...]:
    """Where its dates went, how its work goes, and its tasks on the calendar."""
    drawn, today = found.courses, found.today
    promise = date.fromisoformat(found.item["baseline"]) if found.item["baseline"] else None
    return (
        drawing(course(drawn.reports, today, lang)),
        drawing(burn_up(drawn.burn, today, lang)),
        drawing(work(drawn.bars, drawn.waits, promise, today, lang)),
    )
