"""`/people`: who is busy.

A person's own weeks are seen by that person, and by admins and leads; nothing is ranked. Where nobody has to log in yet,
only the sum of all people is shown, for nobody can tell who looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Flask, Response

from bridge.language import Lang, Text
from bridge.report import chart_load
from bridge.report.cells import money_of
from bridge.report.phrases import share_text
from bridge.usecases import resources
from bridge.usecases.portfolio import freshness
from bridge.usecases.resources import Seen
from bridge.usecases.serving import Opened
from bridge.web import chart_panels
from bridge.web.chart_panels import drawing
from bridge.web.cuts import cut, left_out
from bridge.web.frame import Frame
from bridge.web.login import own_deals, role, who
from bridge.web.report_page import Reporting
from bridge.web.sheets import Cell, Grid, Panel, cell, grid

PEOPLE = Text("人员", "People")
WEEKS = 6
LEADS = ("admin", "lead")
Entry = Mapping[str, Any]

PEOPLE_LEDE = Text(
    "按姓名排列，不作比较，也不排名；个人的数字只有本人与其主管能看",
    "In order of names, neither compared nor ranked; a person's figures are seen by that person and their lead",
)
PERSON, EVERYBODY = Text("人员", "Person"), Text("全体（{count} 人）", "Everybody ({count})")
WEEK = Text("{day} 起的一周", "Week of {day}")
AWAY, NO_HOURS = Text("休假或休息", "away"), Text("{hours} 小时，无可用工时", "{hours} h and no hours to do it in")
HOURS = Text("{hours} / {capacity} 小时", "{hours} of {capacity} h")
NOT_LISTED = Text(
    "登录后能看到自己的工作量；主管能看到全体", "Logged in, people see their own load, and leads that of everybody"
)
NOBODY = Text(
    "没有可以显示的人员：工具里没有与您同名的账号，或有几个人同名。",
    "There is nobody to show: no account in the tools has your name, or several have it.",
)
UNDATED = Text("另有 {count} 项没有截止日期", "and {count} without a due date")
REST = Text("不在任何一周里", "In nobody's week")
OPEN, UNASSIGNED = Text("未完成任务", "Open tasks"), Text("没有负责人", "Without an owner")
NO_DAY, NO_SIZE = Text("没有截止日期", "Without a due date"), Text("没有工时", "Without hours")
BUDGETS = Text("预算", "Budgets")
BUDGET_COLUMNS = (
    Text("项目", "Deal"),
    Text("类型", "Kind"),
    Text("负责人", "Owner"),
    Text("预算", "Budget"),
    Text("已用", "Used"),
    Text("使用率", "Ratio"),
)


def add_people(app: Flask, reports: Reporting, opened: Opened, frame: Frame) -> None:
    @app.get("/people")
    def people() -> Response:
        lang, someone, space = frame.language(), who(), opened()
        is_known = someone is not None
        seen = Seen(someone.name if someone else "", own_deals(), everybody=not is_known or _is_lead())
        found = resources.look(space, WEEKS, seen, reports.judged())
        today = date.fromisoformat(found["as_of"])
        drawn = chart_load.load(_weeks(found, is_known=is_known), today, lang)
        values: dict[str, Any] = {
            **frame.words(today),
            **chart_panels.words(lang),
            "freshness": freshness(space),
            "drawings": [drawing(drawn, _load(found, lang, is_known=is_known))],
            "panels": [*_left(found, frame, is_known=is_known), *_panels(found, lang, is_known=is_known)],
            "lede": (PEOPLE_LEDE if is_known else NOT_LISTED).say(lang),
        }
        return frame.page("sheets.html", values, title=PEOPLE.say(lang), here="/people")


def _left(found: Entry, frame: Frame, *, is_known: bool) -> Iterator[Panel]:
    """Where to find those whom the table leaves out."""
    lang = frame.language()
    lines, links = left_out(len(found["people"]) if is_known else 0, frame.link("people", rows="all"), lang)
    if lines:
        yield Panel(PEOPLE.say(lang), lines=lines, links=links)


def _panels(found: Entry, lang: Lang, *, is_known: bool) -> Iterator[Panel]:
    if not is_known or _is_lead():
        yield _rest(found["uncounted"], lang)
    if found["budgets"]:
        yield Panel(BUDGETS.say(lang), grid(lang, BUDGET_COLUMNS, (_budget(row) for row in found["budgets"])))


def _is_lead() -> bool:
    """Who sees own deals only is nobody's lead."""
    return role() in LEADS and own_deals() is None


def _weeks(found: Entry, *, is_known: bool) -> list[chart_load.Week]:
    """The weeks of those who are shown, added up. Who is not known is told no more of anybody than the sum."""
    weeks = []
    for place, day in enumerate(found["weeks"]):
        theirs = [one["weeks"][place] for one in found["people"]]
        hours, capacity = ([float(week[name]) for week in theirs] for name in ("hours", "capacity"))
        over = [max(0.0, work - room) for work, room in zip(hours, capacity, strict=True)]
        beyond = sum(over) if is_known else max(0.0, sum(hours) - sum(capacity))
        monday = date.fromisoformat(day)
        weeks.append(chart_load.Week(monday, sum(hours) - beyond, beyond, sum(capacity)))
    return weeks


def _load(found: Entry, lang: Lang, *, is_known: bool) -> Grid:
    weeks = [date.fromisoformat(day) for day in found["weeks"]]
    columns = (PERSON, *(Text(WEEK.say("zh", day=f"{day:%m-%d}"), WEEK.say("en", day=f"{day:%m-%d}")) for day in weeks))
    limit = found["amber_above"]
    if is_known:
        rows = [_person(one, limit, lang) for one in cut(found["people"])]
        return grid(lang, columns, rows, NOBODY)
    summed = [_sum([one["weeks"][place] for one in found["people"]]) for place in range(len(weeks))]
    row = (
        cell(EVERYBODY.say(lang, count=len(found["people"])), "text"),
        *(_week(week, limit, lang) for week in summed),
    )
    return grid(lang, columns, [row])


def _person(one: Entry, limit: float, lang: Lang) -> tuple[Cell, ...]:
    more = UNDATED.say(lang, count=one["undated"]) if one["undated"] else None
    return (cell(one["name"], "text", small=more), *(_week(week, limit, lang) for week in one["weeks"]))


def _sum(weeks: Sequence[Entry]) -> Entry:
    hours, capacity = (sum(float(week[name]) for week in weeks) for name in ("hours", "capacity"))
    return {"hours": hours, "capacity": capacity, "ratio": hours / capacity if capacity else None}


def _week(week: Entry, limit: float, lang: Lang) -> Cell:
    """The share with its hours; above the limit it says so by a mark, not by colour alone."""
    hours, capacity = float(week["hours"]), float(week["capacity"])
    if capacity <= 0:
        return cell(AWAY.say(lang)) if hours <= 0 else cell(NO_HOURS.say(lang, hours=f"{hours:.0f}"), "over")
    ratio = week["ratio"]
    is_over = ratio > limit
    said = HOURS.say(lang, hours=f"{hours:.0f}", capacity=f"{capacity:.0f}")
    return Cell(f"{share_text(ratio)}{' !' if is_over else ''}", kind="over" if is_over else "", small=said, load=ratio)


def _rest(rest: Entry, lang: Lang) -> Panel:
    shares = {
        NO_DAY: rest["undated_ratio"],
        NO_SIZE: rest["without_hours_ratio"],
    }
    facts = [(OPEN.say(lang), str(rest["open"])), (UNASSIGNED.say(lang), str(rest["unassigned"]))]
    facts += [(name.say(lang), share_text(ratio)) for name, ratio in shares.items() if ratio is not None]
    return Panel(REST.say(lang), facts=tuple(facts))


def _budget(row: Entry) -> Iterator[Cell]:
    def money(amount: str | None) -> str | None:
        return amount if amount is None or row["currency"] is None else money_of(amount, row["currency"])

    yield cell(row["deal"], "text")
    yield cell(row["kind"])
    yield cell("、".join(row["owners"]))
    yield cell(money(row["budget"]), "n")
    yield cell(money(row["used"]), "n")
    yield cell(None if row["ratio"] is None else share_text(row["ratio"]), "n over" if (row["ratio"] or 0) > 1 else "n")
