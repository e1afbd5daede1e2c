"""Charts as data: what a chart shows, its options for Apache ECharts, and the table that says the same.

Every chart is a `Chart`. Its option is plain JSON: colours are names of the style sheet, so that dark mode and paper
need no other option; what a reader meets under the pointer is text made here, in their language. A series with `shape`
is drawn by `charts.js`. What there is too little of to be drawn is said in `blank`; nothing is drawn that was not known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bridge.language import Lang, Text
from bridge.report.cells import spoken_day

Option = dict[str, Any]
INK, SOFT, HAIR, PAPER, LINK, RANGE = (f"var(--{name})" for name in ("ink", "soft", "hair", "paper", "link", "range"))
PAINT: Mapping[str, str] = {name: f"var(--{name})" for name in ("red", "amber", "grey", "green", "done")}
SLANTED: Option = {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [3, 4], "rotation": -0.785, "color": PAPER}
DOTTED: Option = {"symbol": "circle", "symbolSize": 0.7, "dashArrayX": [[6, 6], [0, 6, 6, 0]], "dashArrayY": [6, 0]}
LEVEL: Option = {"symbol": "rect", "dashArrayX": [1, 0], "dashArrayY": [2, 6], "color": PAPER}
PATTERNS: Mapping[str, Option] = {"amber": SLANTED, "grey": {**DOTTED, "color": PAPER}, "done": LEVEL}
"""What tells areas apart without their colour; red and green are plain and stand at opposite ends."""
FONTS = 'system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
NARROW: Option = {"grid": {"right": 84, "left": 14}, "xAxis": {"splitNumber": 3}}
"""What is otherwise on a phone, where lines are named at their end."""
MOST_LABELS, MOST_HEIGHTS, MOST_MONTHS = 10, 6, 9
MONTHLY = 75
"""Days from which on an upright axis of dates is marked by months."""
FEWEST = 2
"""Days on record below which a course over time says nothing."""

TODAY, PROMISE = Text("今天", "today"), Text("承诺", "promise")
TOO_FEW = Text(
    "还画不出走势：有记录的日子是 {count} 天，至少要 2 天。每评估一天，就多一个点",
    "There is no course to draw yet: {count} day(s) on record, and it takes 2. Every day that is judged adds a point",
)


@dataclass(frozen=True, slots=True)
class Chart:
    """`said` is what a reader should see in it, in one sentence; `option` is None where there is too little to draw,
    and then `blank` says what is missing. `rows` hold the same values under `columns`; None is unknown."""

    name: str
    title: str
    said: str
    option: Option | None
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str | None, ...], ...] = ()
    blank: str = ""
    remarks: tuple[str, ...] = ()


def option(high: int, *series: Option, **parts: Any) -> Option:
    """The frame that all charts share, `high` pixels high; `parts` are more of it, or other than usual."""
    return {
        "high": high,
        "animation": False,
        "textStyle": {"fontFamily": FONTS, "fontSize": 12, "color": SOFT},
        "aria": {"enabled": True, "label": {"enabled": False}, "decal": {"show": False}},
        "grid": {"left": 12, "right": 110, "top": 40, "bottom": 12, "containLabel": True},
        "legend": {
            "top": 0,
            "left": 0,
            "itemGap": 18,
            "textStyle": {"color": SOFT, "fontSize": 12},
            "inactiveColor": HAIR,
        },
        "tooltip": tooltip("item"),
        "narrow": {"grid": {"top": 72}},
        **parts,
        "series": list(series),
    }


def tooltip(trigger: str) -> Option:
    return {
        "trigger": trigger,
        "confine": True,
        "transitionDuration": 0,
        "className": "tip",
        "backgroundColor": PAPER,
        "borderColor": HAIR,
        "textStyle": {"color": INK, "fontSize": 13},
        "axisPointer": {"type": "line", "lineStyle": {"color": SOFT, "type": "dashed"}},
    }


def days(low: date | None = None, high: date | None = None, at: Sequence[date] = (), **parts: Any) -> Option:
    """An axis of civil dates; it holds no instants, so the reader's own zone changes nothing. Labelled are some of the
    days `at`, the last of them in any case; without any whatever is round."""
    bounds = {name: day.isoformat() for name, day in (("min", low), ("max", high)) if day is not None}
    form = {"year": "{yyyy}", "month": "{MMM}", "day": "{MM}-{dd}"}
    label: Option = {"color": SOFT, "fontSize": 12, "hideOverlap": True, "formatter": form}
    label["rich"] = {"primary": {"fontSize": 12, "color": SOFT, "fontWeight": "normal"}}
    axis: Option = {"type": "time", **_lines(), "minInterval": 86_400_000, "axisLabel": label, **bounds, **parts}
    if at:
        step = -(-len(at) // MOST_LABELS)
        _label(axis, at[::-step], "{MM}-{dd}")
    return axis


def dates(known: Sequence[date]) -> Option:
    """An upright axis of dates that holds these."""
    axis = days(scale=True)
    low, high = min(known), max(known)
    months = [date(number // 12, number % 12 + 1, 1) for number in range(_month(low), _month(high) + 2)]
    if (high - low).days < MONTHLY:
        step = max(1, -(-(high - low).days // MOST_HEIGHTS))
        ticks = [low + timedelta(days=step * number) for number in range(MOST_HEIGHTS + 1)]
    else:
        ticks = months[:: -(-len(months) // MOST_MONTHS)]
    _label(axis, [day for day in ticks if low <= day <= high], "{yyyy}-{MM}-{dd}")
    return axis


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _label(axis: Option, at: Sequence[date], form: str) -> None:
    given = [day.isoformat() for day in at]
    axis["axisLabel"] = {**axis["axisLabel"], "formatter": form, "customValues": given}
    axis["axisTick"] = {**axis["axisTick"], "customValues": given}
    axis["splitLine"] = {**axis["splitLine"], "show": False}


def amounts(name: str = "", **parts: Any) -> Option:
    """An axis of numbers, beginning at nothing."""
    named = {"name": name, "nameTextStyle": {"color": SOFT, "align": "left"}} if name else {}
    return {"type": "value", **_lines(), "axisLabel": {"color": SOFT, "fontSize": 12}, **named, **parts}


def names(said: Sequence[str], **parts: Any) -> Option:
    """An axis of words."""
    label = {"color": SOFT, "fontSize": 12, "hideOverlap": True}
    return {"type": "category", **_lines(), "data": list(said), "axisLabel": label, **parts}


def _lines() -> Option:
    return {
        "axisLine": {"lineStyle": {"color": SOFT}},
        "axisTick": {"lineStyle": {"color": HAIR}},
        "splitLine": {"lineStyle": {"color": HAIR}},
    }


def point(at: object, value: object, *tip: str, **parts: Any) -> Option:
    """One value with the lines that are read under the pointer, the heading first."""
    return {"value": [at, value], "tip": list(tip), **parts}


def line(name: str, data: Sequence[Option], paint: str, dash: str = "solid", **parts: Any) -> Option:
    """A line that is named at its end, so that nobody needs its colour."""
    return {
        "type": "line",
        "name": name,
        "data": list(data),
        "symbolSize": 6,
        "lineStyle": {"color": paint, "width": 2, "type": dash},
        "itemStyle": {"color": paint},
        "endLabel": {"show": True, "formatter": name, "color": paint, "fontSize": 12, "distance": 6},
        "labelLayout": {"moveOverlap": "shiftY"},
        "emphasis": {"disabled": True},
        **parts,
    }


def upright(marks: Sequence[tuple[str, date]], place: str = "end") -> Option:
    """Days that are marked by an upright line with their name; `place` is the end of the line at which it stands."""
    # Days that lie close together must not have their names run together.
    data = [
        {"xAxis": day.isoformat(), "label": {"formatter": name, "distance": 4 + 16 * number}}
        for number, (name, day) in enumerate(marks)
    ]
    return {
        "type": "line",
        "data": [],
        "silent": True,
        "tooltip": {"show": False},
        "markLine": {
            "symbol": "none",
            "silent": True,
            "animation": False,
            "label": {"color": SOFT, "fontSize": 12, "position": place},
            "lineStyle": {"color": SOFT, "type": "dashed", "width": 1},
            "data": data,
        },
    }


def area(data: Sequence[tuple[str, float]], paint: str, name: str) -> Option:
    """A filled shape with these corners, drawn by `charts.js`."""
    return {
        "type": "custom",
        "shape": "area",
        "name": name,
        "data": [list(one) for one in data],
        "itemStyle": {"color": paint, "opacity": 0.28},
        "tooltip": {"show": False},
        "silent": True,
        "clip": True,
    }


def spoken(day: date | None, today: date, lang: Lang) -> str | None:
    return None if day is None else spoken_day(day, today, lang)


def after(day: date) -> str:
    """Where a bar that includes its last day ends."""
    return (day + timedelta(days=1)).isoformat()


def told(name: str, value: str, lang: Lang) -> str:
    return f"{name}：{value}" if lang == "zh" else f"{name}: {value}"
