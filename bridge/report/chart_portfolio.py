"""The charts of many milestones: their status over time, and the dates of all contractual ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bridge.forecast.trend import milestone_trend, weekly
from bridge.language import Lang, Text
from bridge.model import SEVERITY_ORDER
from bridge.report import charts
from bridge.report.cells import one_line, spoken_day
from bridge.report.chart_course import DIAGONAL, VERDICTS
from bridge.report.charts import Chart, Option, told
from bridge.report.wording import status_name

HIGH = 300
MOST_LINES = 30
MOST_NUMBERED = 24
"""Bars beyond which the counts inside them would run together."""
STATUS = Text("各状态的里程碑数", "Milestones by status")
STATUS_SAID = Text(
    "{day}有{count}个里程碑，其中{red}个{name}；没有评估的日子空着",
    "On {day} there were {count} milestones, {red} of them {name}. Days that were not judged are left empty",
)
DATES = Text("合同节点的日期走势", "How the dates of contractual milestones moved")
DATES_SAID = Text(
    "每条线是一个合同节点在各记录日（每周最后一次）的工具中日期；往上走就是在推迟，到虚线为止就是到期",
    "A line for each contractual milestone: its date in the tool at the last report of each week. A rising line slips; "
    "where it meets the dotted line its day has come",
)
NO_DATES = Text("还没有哪个合同节点有两周以上的记录", "No contractual milestone has been on record for two weeks yet")
DATES_LEFT = Text("只画状态最差的 {shown} 个，另有 {count} 个", "The {shown} worst are drawn; {count} more are not")
COLUMNS = (
    Text("里程碑", "Milestone"),
    Text("第一次记录的日期", "First date on record"),
    Text("最近的日期", "Latest date"),
    Text("天", "Days"),
    Text("推迟", "Pushes"),
    Text("走势", "Trend"),
)
DASHES = ("solid", "dashed", "dotted")
SYMBOLS = ("circle", "triangle", "rect", "diamond", "emptyCircle", "emptyTriangle", "emptyRect", "emptyDiamond")


@dataclass(frozen=True, slots=True)
class Counted:
    """Milestones by status on one recorded day."""

    day: date
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Dated:
    """A milestone with its date in the tool as it stood on each recorded day."""

    key: str
    name: str
    colour: str
    dates: tuple[tuple[date, date | None], ...]


def statuses(recorded: Sequence[Counted], today: date, lang: Lang) -> Chart:
    """Bars of stacked parts, worst at the bottom; every recorded day stands where it lies in time."""
    drawn = len(recorded) >= charts.FEWEST
    said = ""
    if drawn:
        last = recorded[-1]
        facts = {"red": last.counts["red"], "name": status_name("red", lang), "count": sum(last.counts.values())}
        said = STATUS_SAID.say(lang, day=spoken_day(last.day, today, lang), **facts)
    return Chart(
        name="statuses",
        title=STATUS.say(lang),
        said=said,
        option=_statuses(recorded, today, lang) if drawn else None,
        blank=charts.TOO_FEW.say(lang, count=len(recorded)),
    )


def _statuses(recorded: Sequence[Counted], today: date, lang: Lang) -> Option:
    numbered = len(recorded) <= MOST_NUMBERED
    series = []
    for colour in SEVERITY_ORDER:
        name = status_name(colour, lang)
        paint = charts.PAINT[colour.value]
        look = {"color": paint, "borderColor": charts.PAPER, "borderWidth": 1}
        if colour.value in charts.PATTERNS:
            look["decal"] = charts.PATTERNS[colour.value]
        data = []
        for one in recorded:
            count = one.counts[colour.value]
            tip = (spoken_day(one.day, today, lang), told(name, str(count), lang))
            data.append(charts.point(one.day.isoformat(), count or None, *tip))
        label = {
            "show": numbered,
            "color": charts.PAPER,
            "backgroundColor": paint,
            "padding": [1, 3],
            "borderRadius": 3,
        }
        series.append(
            {
                "type": "bar",
                "stack": "all",
                "name": name,
                "data": data,
                "itemStyle": look,
                "label": label,
                "barMaxWidth": 34,
                "emphasis": {"disabled": True},
            }
        )
    room = {"left": 8, "right": 12, "top": 40, "bottom": 8, "containLabel": True}
    pointed = charts.tooltip("axis")
    pointed["axisPointer"] = {"type": "shadow"}
    return charts.option(
        HIGH,
        *series,
        xAxis=charts.days(at=[one.day for one in recorded]),
        yAxis=charts.amounts(minInterval=1),
        grid=room,
        tooltip=pointed,
    )


def contractual(found: Sequence[Dated], today: date, lang: Lang) -> Chart:
    """Milestone trend analysis of many at once; the given order is that of need."""
    weeks = [(one, weekly(one.dates)) for one in found]
    telling = [(one, dates) for one, dates in weeks if len(dates) >= charts.FEWEST]
    shown, left = telling[:MOST_LINES], len(telling) - MOST_LINES
    return Chart(
        name="contractual",
        title=DATES.say(lang),
        said=DATES_SAID.say(lang) if shown else "",
        option=_contractual(shown, today, lang) if shown else None,
        columns=tuple(text.say(lang) for text in COLUMNS),
        rows=tuple(_dated_row(one, dates, today, lang) for one, dates in weeks if dates),
        blank=NO_DATES.say(lang),
        remarks=(DATES_LEFT.say(lang, shown=MOST_LINES, count=left),) if left > 0 else (),
    )


def _contractual(shown: Sequence[tuple[Dated, list[tuple[date, date]]]], today: date, lang: Lang) -> Option:
    lines = []
    for number, (one, dates) in enumerate(shown):
        name, key = one_line(f"{one.key} {one.name}"), one_line(one.key)
        data = [
            charts.point(day.isoformat(), due.isoformat(), name, _moment(day, due, today, lang)) for day, due in dates
        ]
        dash, symbol = DASHES[number % len(DASHES)], SYMBOLS[number % len(SYMBOLS)]
        lines.append(charts.line(key, data, charts.PAINT[one.colour], dash, symbol=symbol, symbolSize=7))
    reported = [day for _, dates in shown for day, _ in dates]
    ends = [{"value": [day.isoformat()] * 2, "tip": []} for day in (min(reported), max(reported))]
    diagonal = charts.line(DIAGONAL.say(lang), ends, charts.SOFT, "dotted", symbol="none", tooltip={"show": False})
    upwards = charts.dates([*reported, *(due for _, dates in shown for _, due in dates)])
    high = HIGH + 12 * max(0, len(shown) - 6)
    return charts.option(
        high,
        *lines,
        diagonal,
        xAxis=charts.days(at=sorted(set(reported))),
        yAxis=upwards,
        legend={"show": False},
        narrow=charts.NARROW,
    )


def _moment(day: date, due: date, today: date, lang: Lang) -> str:
    return told(spoken_day(day, today, lang), spoken_day(due, today, lang), lang)


def _dated_row(one: Dated, dates: list[tuple[date, date]], today: date, lang: Lang) -> tuple[str | None, ...]:
    trend = milestone_trend(dates)
    first, last = dates[0][1], dates[-1][1]
    return (
        one_line(f"{one.key} {one.name}"),
        spoken_day(first, today, lang),
        spoken_day(last, today, lang),
        f"{(last - first).days:+d}",
        str(trend.pushes),
        VERDICTS[trend.verdict].say(lang),
    )
