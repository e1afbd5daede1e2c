"""Hours of work by week against the hours there are to do it in; nobody is named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bridge.language import Lang, Text
from bridge.report import charts
from bridge.report.cells import spoken_day
from bridge.report.charts import Chart, Option, told

HIGH = 280
LOAD = Text("每周的工作量", "Load by week")
LOAD_SAID = Text(
    "条是安排的工时，线是可用工时；斜纹部分是排不下的",
    "The bars are hours of work, the line is hours to do it in; what is slanted does not fit",
)
NO_LOAD = Text("这几周没有安排带工时的任务", "No work with hours is planned in these weeks")
FITS, OVER, CAPACITY = (
    Text("排得下", "fits"),
    Text("排不下", "does not fit"),
    Text("可用工时", "hours available"),
)
HOURS, WEEK = Text("小时", "hours"), Text("{day} 起的一周", "week of {day}")


@dataclass(frozen=True, slots=True)
class Week:
    """Hours of work of some people in one week: what fits into their hours, what does not, and their hours."""

    monday: date
    fits: float
    over: float
    capacity: float


def load(weeks: Sequence[Week], today: date, lang: Lang) -> Chart:
    """The table beside it is made by who shows it: it may name people, as far as the reader may see them."""
    drawn = any(one.fits or one.over for one in weeks)
    return Chart(
        name="load",
        title=LOAD.say(lang),
        said=LOAD_SAID.say(lang) if drawn else "",
        option=_load(weeks, today, lang) if drawn else None,
        blank=NO_LOAD.say(lang),
    )


def _load(weeks: Sequence[Week], today: date, lang: Lang) -> Option:
    said = [WEEK.say(lang, day=spoken_day(one.monday, today, lang)) for one in weeks]
    parts = (
        (FITS, [one.fits for one in weeks], {"color": charts.RANGE}),
        (OVER, [one.over for one in weeks], {"color": charts.PAINT["red"], "decal": charts.SLANTED}),
    )
    series: list[Option] = [
        {
            "type": "bar",
            "stack": "hours",
            "name": name.say(lang),
            "data": _hours(name, values, said, lang),
            "itemStyle": look,
            "barMaxWidth": 48,
            "emphasis": {"disabled": True},
        }
        for name, values, look in parts
    ]
    capacity = _hours(CAPACITY, [one.capacity for one in weeks], said, lang)
    series.append(
        charts.line(
            CAPACITY.say(lang), capacity, charts.INK, "dashed", step="middle", symbol="rect", endLabel={"show": False}
        )
    )
    room = {"left": 8, "right": 16, "top": 56, "bottom": 8, "containLabel": True}
    pointed = charts.tooltip("axis")
    pointed["axisPointer"] = {"type": "shadow"}
    across = charts.names([f"{one.monday:%m-%d}" for one in weeks])
    return charts.option(HIGH, *series, xAxis=across, yAxis=charts.amounts(HOURS.say(lang)), grid=room, tooltip=pointed)


def _hours(name: Text, values: Sequence[float], weeks: Sequence[str], lang: Lang) -> list[Option]:
    return [
        charts.point(place, round(value, 1), week, told(name.say(lang), f"{value:.0f} h", lang))
        for place, (value, week) in enumerate(zip(values, weeks, strict=True))
    ]
