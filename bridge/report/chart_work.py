"""The tasks of a milestone on a calendar: when each is or was worked on, when that was first planned, what waits for what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bridge.language import Lang, Text
from bridge.model import TaskKey
from bridge.report import charts
from bridge.report.cells import one_line, spoken_day
from bridge.report.charts import Chart, Option, told

MOST = 40
ROW, FRAME = 26, 110
PLAN = Text("任务甘特图", "Tasks on the calendar")
SAID = Text(
    "每行一个任务：粗条是现在的日期，细条是最初的日期，箭头表示先后",
    "A row a task: the thick bar is its dates now, the thin one its first dates; arrows lead to what waits",
)
NOTHING = Text("没有一个任务有日期，画不出日程", "None of the tasks has a date, so there is nothing to draw")
FIRST = Text("最初的日期", "first planned")
STATES: dict[str, Text] = {
    "late": Text("已逾期", "overdue"),
    "doing": Text("进行中", "in progress"),
    "todo": Text("未开始", "to do"),
    "done": Text("已完成", "done"),
    "unmapped": Text("未识别", "unrecognised"),
}
LOOKS: Mapping[str, Option] = {
    "late": {"color": charts.PAINT["red"], "decal": charts.SLANTED},
    "doing": {"color": charts.RANGE},
    "todo": {"color": charts.PAPER, "borderColor": charts.RANGE, "borderWidth": 1.5},
    "done": {"color": charts.PAINT["done"]},
    "unmapped": {"color": charts.PAINT["grey"], "decal": charts.PATTERNS["grey"]},
}
WITHOUT_DATES = Text("另有 {count} 个任务没有日期，没有画", "{count} more task(s) have no date and are not drawn")
LEFT_OUT = Text("只画最急的 {shown} 个，另有 {count} 个", "The {shown} most urgent are drawn; {count} more are not")
COLUMNS = (
    Text("任务", "Task"),
    Text("状态", "Status"),
    Text("开始", "Start"),
    Text("结束", "End"),
    Text("最初开始", "First start"),
    Text("最初截止", "First due"),
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A task: `begin` and `end` as it stands now (of what is finished: as it was), `first_begin` and `first_end` as they
    were first known. None is unknown; `state` is one of `STATES`."""

    ref: TaskKey
    name: str
    state: str
    begin: date | None
    end: date | None
    first_begin: date | None = None
    first_end: date | None = None

    @property
    def span(self) -> tuple[date, date] | None:
        return _span(self.begin, self.end)

    @property
    def first_span(self) -> tuple[date, date] | None:
        return _span(self.first_begin, self.first_end)


@dataclass(frozen=True, slots=True)
class Wait:
    """`later` waits for `earlier`; which way round is unknown where it `is_vague`."""

    earlier: TaskKey
    later: TaskKey
    is_vague: bool = False


def work(bars: Sequence[Bar], waits: Sequence[Wait], promise: date | None, today: date, lang: Lang) -> Chart:
    """The most urgent first, in the given order."""
    dated = [bar for bar in bars if bar.span]
    shown, undated = dated[:MOST], len(bars) - len(dated)
    left = len(dated) - len(shown)
    remarks = [LEFT_OUT.say(lang, shown=len(shown), count=left)] if left else []
    remarks += [WITHOUT_DATES.say(lang, count=undated)] if undated and shown else []
    return Chart(
        name="work",
        title=PLAN.say(lang),
        said=SAID.say(lang) if shown else "",
        option=_option(shown, waits, promise, today, lang) if shown else None,
        columns=tuple(text.say(lang) for text in COLUMNS),
        rows=tuple(_row(bar, today, lang) for bar in bars[: 2 * MOST]),
        blank=NOTHING.say(lang),
        remarks=tuple(remarks),
    )


def _option(shown: Sequence[Bar], waits: Sequence[Wait], promise: date | None, today: date, lang: Lang) -> Option:
    marks = [(charts.TODAY.say(lang), today)]
    marks += [(charts.PROMISE.say(lang), promise)] if promise else []
    spans = [span for bar in shown for span in (bar.span, bar.first_span) if span]
    low = min(min(begin for begin, _ in spans), *(day for _, day in marks))
    high = max(max(end for _, end in spans), *(day for _, day in marks))
    margin = timedelta(days=max(1, (high - low).days // 40))
    said = [one_line(bar.name) for bar in shown]
    label = {"color": charts.INK, "width": 220, "overflow": "truncate", "interval": 0}
    hidden = {"show": False}
    rows = charts.names(said, inverse=True, axisLabel=label, axisTick=hidden, splitLine=hidden)
    return charts.option(
        FRAME + ROW * len(shown),
        _firsts(shown, today, lang),
        *_states(shown, today, lang),
        _arrows(shown, waits),
        charts.upright(marks, "start"),
        xAxis=charts.days(low - margin, high + margin, position="bottom"),
        yAxis=rows,
        grid={"left": 8, "right": 24, "top": 72, "bottom": 8, "containLabel": True},
        narrow={"yAxis": {"axisLabel": {"width": 96}}, "grid": {"right": 12, "top": 100}},
    )


def _states(shown: Sequence[Bar], today: date, lang: Lang) -> Iterator[Option]:
    """A series for each state, so that the legend names them."""
    for state, look in LOOKS.items():
        found = [(row, bar) for row, bar in enumerate(shown) if bar.state == state]
        if found:
            data = [_bar(row, bar.span, 0.5, 0.14, _tip(bar, today, lang)) for row, bar in found]
            yield _bars(STATES[state].say(lang), data, look)


def _firsts(shown: Sequence[Bar], today: date, lang: Lang) -> Option:
    """What was first planned lies below, thin."""
    data = [
        _bar(row, bar.first_span, 0.16, 0.72, _tip(bar, today, lang)) for row, bar in enumerate(shown) if bar.first_span
    ]
    return _bars(FIRST.say(lang), data, {"color": charts.PAINT["grey"]})


def _bars(name: str, data: Sequence[Option], look: Option) -> Option:
    return {
        "type": "custom",
        "shape": "bar",
        "name": name,
        "data": list(data),
        "itemStyle": dict(look),
        "encode": {"x": [0, 1], "y": 2},
        "clip": True,
    }


def _bar(row: int, span: tuple[date, date] | None, tall: float, place: float, tip: list[str]) -> Option:
    assert span is not None
    return {"value": [span[0].isoformat(), charts.after(span[1]), row, tall, place], "tip": tip}


def _arrows(shown: Sequence[Bar], waits: Sequence[Wait]) -> Option:
    place = {bar.ref: (row, bar.span) for row, bar in enumerate(shown)}
    data = []
    for wait in waits:
        (row, span), (later, then) = place.get(wait.earlier, (0, None)), place.get(wait.later, (0, None))
        if span and then:
            data.append([charts.after(span[1]), row, then[0].isoformat(), later, int(wait.is_vague)])
    return {
        "type": "custom",
        "shape": "arrow",
        "data": data,
        "encode": {"x": [0, 2], "y": [1, 3]},
        "silent": True,
        "clip": True,
        "tooltip": {"show": False},
    }


def _span(begin: date | None, end: date | None) -> tuple[date, date] | None:
    """What has one day only is a day long; what would end before it began is a day long at its end."""
    if begin is None or end is None:
        day = end or begin
        return None if day is None else (day, day)
    return (begin, end) if begin <= end else (end, end)


def _tip(bar: Bar, today: date, lang: Lang) -> list[str]:
    def said(begin: date | None, end: date | None) -> str:
        return " – ".join("?" if day is None else spoken_day(day, today, lang) for day in (begin, end))

    lines = [one_line(bar.name), told(STATES[bar.state].say(lang), said(bar.begin, bar.end), lang)]
    if bar.first_span:
        lines.append(told(FIRST.say(lang), said(bar.first_begin, bar.first_end), lang))
    return lines


def _row(bar: Bar, today: date, lang: Lang) -> tuple[str | None, ...]:
    days = (bar.begin, bar.end, bar.first_begin, bar.first_end)
    return (
        one_line(bar.name),
        STATES[bar.state].say(lang),
        *(charts.spoken(day, today, lang) for day in days),
    )
