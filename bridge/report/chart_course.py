"""The two charts of where a milestone is heading: its dates from report to report, and its work done over time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from bridge.forecast.trend import milestone_trend, weekly
from bridge.language import Lang, Text
from bridge.report import charts
from bridge.report.cells import spoken_day
from bridge.report.charts import Chart, Option, told
from bridge.report.numbers import quantity, shortest
from bridge.report.wording import method_name, status_name

HIGH = 320
FURTHEST = timedelta(days=366)
"""A forecast that lies further off is told beside the drawing, or everything else would shrink to nothing."""

TREND = Text("里程碑趋势", "Milestone trend")
DUE, P85, P50 = (
    Text("工具中的日期", "Date in the tool"),
    Text("预计 P85", "P85 forecast"),
    Text("预计 P50", "P50 forecast"),
)
DIAGONAL = Text("日期 = 当天", "date = that day")
SHORT = {P50: "P50", P85: "P85"}
DAY, STATUS = Text("记录日", "Reported on"), Text("状态", "Status")
VERDICTS: dict[str, Text] = {
    "few": Text("记录还少，看不出走势", "There are too few reports to tell"),
    "zigzag": Text("日期来回变动", "The date goes back and forth"),
    "late_jump": Text("长期不动之后突然推迟", "Long quiet, then a jump to later"),
    "continuous_slip": Text("一次次推迟，没有停下", "It slips again and again"),
    "stable": Text("日期稳定", "The date is stable"),
    "moving": Text("日期在变动", "The date is moving"),
}
COURSE_SAID = Text(
    "{verdict}；横轴是记录日，纵轴是当天认定的日期，线往上走就是在推迟",
    "{verdict}. Across: the day of the report; upwards: the date as it stood that day. A rising line slips",
)
BURN_UP = Text("完成量与预计", "Work done, and what is to be expected")
FINISHED, TOTAL = Text("已完成", "finished"), Text("总量", "total")
FAN = Text("预计范围 P50–P85", "Range P50 to P85")
UNITS: dict[str, Text] = {
    "hours": Text("小时", "hours"),
    "points": Text("点", "points"),
    "count": Text("个任务", "tasks"),
}
BURN_SAID = Text("已完成 {done} / {total} {unit}", "{done} of {total} {unit} finished")
BURN_FAN = Text(
    "；按{method}，预计在{p50}到{p85}之间全部完成", "; by {method} all of it is done between {p50} and {p85}"
)
BURN_ONE = Text("；按{method}，预计{p85}全部完成", "; by {method} all of it is done on {p85}")
NO_WORK = Text(
    "还画不出完成量：没有任务属于这个里程碑，或还没有一项完成",
    "There is no work to draw yet: no task belongs to this milestone, or none is finished",
)
UNDERWAY = Text(
    "只画完成的任务；进行中的任务另外做完了 {amount}",
    "Only finished tasks are drawn; those under way add {amount} done",
)
TOO_FAR = Text("P85 是{day}，远在图外", "P85 is {day}, far outside the drawing")
NO_TOTAL = Text("总量从有记录的第一天（{day}）起", "The total is known from {day} on, the first day on record")


@dataclass(frozen=True, slots=True)
class Said:
    """What was said of a milestone on one day; None is unknown."""

    day: date
    promise: date | None
    due: date | None
    p85: date | None
    colour: str


@dataclass(frozen=True, slots=True)
class Burn:
    """Work by day in one kind of weight: what was finished by the end of a day, and how much there was in all."""

    kind: str
    finished: tuple[tuple[date, Decimal], ...]
    totals: tuple[tuple[date, Decimal], ...]
    underway: Decimal = Decimal(0)
    """Done of what is not finished, as far as the tools say."""
    method: str | None = None
    p50: date | None = None
    p85: date | None = None
    promise: date | None = None


def course(reports: Sequence[Said], today: date, lang: Lang) -> Chart:
    """Milestone trend analysis: promise, date in the tool and P85 as they stood on each recorded day, today the last."""
    drawn = len(reports) >= charts.FEWEST and any(one.due or one.p85 for one in reports)
    verdict = milestone_trend(weekly((one.day, one.due) for one in reports)).verdict
    said = VERDICTS[verdict].say(lang)
    return Chart(
        name="course",
        title=TREND.say(lang),
        said=COURSE_SAID.say(lang, verdict=said) if drawn else "",
        option=_course(reports, today, lang) if drawn else None,
        columns=tuple(text.say(lang) for text in (DAY, STATUS, charts.PROMISE, DUE, P85)),
        rows=tuple(_course_rows(reports, today, lang)),
        blank=charts.TOO_FEW.say(lang, count=len(reports)),
    )


def _course(reports: Sequence[Said], today: date, lang: Lang) -> Option:
    first, last = reports[0].day, reports[-1].day
    ways: tuple[tuple[Text, str, str, str, Option], ...] = (
        (charts.PROMISE, "promise", charts.INK, "solid", {"symbol": "none", "step": "end"}),
        (DUE, "due", charts.LINK, "solid", {"symbol": "circle"}),
        (P85, "p85", charts.PAINT["amber"], "dashed", {"symbol": "triangle"}),
    )
    lines = []
    for name, field, paint, dash, more in ways:
        data = [_dated(one.day, getattr(one, field), name.say(lang), today, lang) for one in reports]
        if any(getattr(one, field) for one in reports):
            lines.append(charts.line(name.say(lang), data, paint, dash, **more))
    ends = [{"value": [day.isoformat(), day.isoformat()], "tip": []} for day in (first, last)]
    diagonal = charts.line(DIAGONAL.say(lang), ends, charts.SOFT, "dotted", symbol="none", tooltip={"show": False})
    known = [day for one in reports for day in (one.promise, one.due, one.p85) if day]
    return charts.option(
        HIGH,
        *lines,
        diagonal,
        xAxis=charts.days(at=[one.day for one in reports]),
        yAxis=charts.dates([first, last, *known]),
        tooltip=charts.tooltip("axis"),
        legend={"show": False},
        narrow=charts.NARROW,
    )


def _dated(day: date, at: date | None, name: str, today: date, lang: Lang) -> Option:
    if at is None:
        return {"value": [day.isoformat(), None], "tip": []}
    return charts.point(
        day.isoformat(), at.isoformat(), spoken_day(day, today, lang), told(name, spoken_day(at, today, lang), lang)
    )


def _course_rows(reports: Sequence[Said], today: date, lang: Lang) -> Iterator[tuple[str | None, ...]]:
    """Newest first; a day on which nothing was different from the day before is left out, the newest never."""
    kept = [now for was, now in pairwise([None, *reports]) if now and _differs(was, now)]
    if reports and kept[-1] is not reports[-1]:
        kept.append(reports[-1])
    for one in reversed(kept):
        dates = (charts.spoken(day, today, lang) for day in (one.promise, one.due, one.p85))
        yield (spoken_day(one.day, today, lang), status_name(one.colour, lang), *dates)


def _differs(was: Said | None, now: Said) -> bool:
    return was is None or replace(was, day=now.day) != now


def burn_up(burn: Burn | None, today: date, lang: Lang) -> Chart:
    """Finished work against all of it, and from today the range in which the rest is expected to be finished."""
    unit = UNITS[burn.kind].say(lang) if burn else ""
    drawn = burn is not None and len(burn.finished) > 0 and bool(burn.totals)
    return Chart(
        name="burn-up",
        title=BURN_UP.say(lang),
        said=_burn_said(burn, today, lang) if burn and drawn else "",
        option=_burn(burn, today, unit, lang) if burn and drawn else None,
        columns=(DAY.say(lang), FINISHED.say(lang), TOTAL.say(lang)),
        rows=tuple(_burn_rows(burn, today, lang)) if burn else (),
        blank=NO_WORK.say(lang),
        remarks=tuple(_burn_remarks(burn, today, lang)) if burn and drawn else (),
    )


def _burn(burn: Burn, today: date, unit: str, lang: Lang) -> Option:
    finished, total = _now(burn)
    promise = [(charts.PROMISE.say(lang), burn.promise)] if burn.promise and _near(burn.promise, today) else []
    series = [
        *_fan(burn, today, finished, total, lang),
        _amounts(TOTAL, burn.totals, charts.SOFT, "solid", today, lang),
        _amounts(FINISHED, _until(burn.finished, today), charts.LINK, "solid", today, lang),
        charts.upright([(charts.TODAY.say(lang), today), *promise]),
    ]
    begin = min(burn.finished[0][0], burn.totals[0][0])
    ends = [today, *(day for _, day in promise), *(day for day in (burn.p85,) if day and _near(day, today))]
    until = max(ends) + timedelta(days=max(3, (max(ends) - begin).days // 12))
    return charts.option(
        HIGH,
        *series,
        xAxis=charts.days(begin, until),
        yAxis=charts.amounts(unit, boundaryGap=[0, 0.15]),
        legend={"show": False},
        grid={"left": 12, "right": 20, "top": 52, "bottom": 12, "containLabel": True},
        narrow={},
    )


def _now(burn: Burn) -> tuple[Decimal, Decimal]:
    return burn.finished[-1][1], burn.totals[-1][1]


def _near(day: date, today: date) -> bool:
    return abs(day - today) <= FURTHEST


def _until(points: Sequence[tuple[date, Decimal]], today: date) -> Sequence[tuple[date, Decimal]]:
    return points if points[-1][0] >= today else (*points, (today, points[-1][1]))


def _fan(burn: Burn, today: date, finished: Decimal, total: Decimal, lang: Lang) -> Iterator[Option]:
    """From what is finished today to all of it, at P50 and at P85; a method with one date gives one line."""
    if burn.p85 is None or finished >= total or burn.p85 <= today:
        return
    start, top = (today.isoformat(), float(finished)), float(total)
    if burn.p50 is not None and burn.p50 < burn.p85:
        corners = [start, (burn.p50.isoformat(), top), (burn.p85.isoformat(), top)]
        yield charts.area(corners, charts.RANGE, FAN.say(lang))
        yield _ray(P50, start, burn.p50, top, "dotted", today, lang)
    yield _ray(P85, start, burn.p85, top, "dashed", today, lang)


def _ray(name: Text, start: tuple[str, float], day: date, top: float, dash: str, today: date, lang: Lang) -> Option:
    said = name.say(lang)
    tip = (told(said, spoken_day(day, today, lang), lang),)
    data = [{"value": list(start), "tip": list(tip), "symbol": "none"}, charts.point(day.isoformat(), top, *tip)]
    side = "left" if name is P50 else "right"
    label = {"show": True, "position": side, "formatter": SHORT[name], "color": charts.PAINT["amber"]}
    data[1]["label"] = label
    return charts.line(said, data, charts.PAINT["amber"], dash, endLabel={"show": False}, symbol="diamond", clip=True)


def _amounts(
    name: Text, points: Sequence[tuple[date, Decimal]], paint: str, dash: str, today: date, lang: Lang
) -> Option:
    said = name.say(lang)
    data = [
        charts.point(day.isoformat(), float(amount), spoken_day(day, today, lang), told(said, shortest(amount), lang))
        for day, amount in points
    ]
    label = {"show": True, "formatter": said, "color": paint, "fontSize": 12, "position": "top", "distance": 6}
    data[-1] = {**data[-1], "label": {**label, "align": "right"}}
    return charts.line(said, data, paint, dash, step="end", symbolSize=4, endLabel={"show": False})


def _burn_said(burn: Burn, today: date, lang: Lang) -> str:
    finished, total = _now(burn)
    said = BURN_SAID.say(lang, done=shortest(finished), total=shortest(total), unit=UNITS[burn.kind].say(lang))
    if burn.p85 is None or burn.method is None or finished >= total:
        return said
    p85, method = spoken_day(burn.p85, today, lang), method_name(burn.method, lang)
    if burn.p50 is not None and burn.p50 < burn.p85:
        return said + BURN_FAN.say(lang, method=method, p50=spoken_day(burn.p50, today, lang), p85=p85)
    return said + BURN_ONE.say(lang, method=method, p85=p85)


def _burn_remarks(burn: Burn, today: date, lang: Lang) -> Iterator[str]:
    if burn.underway:
        yield UNDERWAY.say(lang, amount=shortest(burn.underway))
    if burn.totals[0][0] > burn.finished[0][0]:
        yield NO_TOTAL.say(lang, day=spoken_day(burn.totals[0][0], today, lang))
    if burn.p85 is not None and not _near(burn.p85, today):
        yield TOO_FAR.say(lang, day=spoken_day(burn.p85, today, lang))


def _burn_rows(burn: Burn, today: date, lang: Lang) -> Iterator[tuple[str | None, ...]]:
    """Newest first: every day of which one of the two is known."""
    finished, totals = dict(burn.finished), dict(burn.totals)
    done = total = None
    found = []
    for day in sorted({*finished, *totals}):
        done, total = finished.get(day, done), totals.get(day, total)
        found.append((day, done, total))
    for day, done, total in reversed(found):
        yield (charts.spoken(day, today, lang), *map(quantity, (done, total)))
