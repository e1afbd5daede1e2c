"""`/people`, `/risks` and `/feedback`: who is busy, what may go wrong, what customers said.

A person's own weeks are seen by that person, and by admins and leads; nothing is ranked. Where nobody has to log in yet,
only the sum of all people is shown, for nobody can tell who looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Flask, Response

from bridge.language import Lang, Text
from bridge.report.cells import money_of, one_line
from bridge.report.phrases import share_text
from bridge.report.risk_words import ANSWERS, IMPACTS, MATRIX, STATES, UNKNOWN, matrix
from bridge.usecases import feedback, resources, risks
from bridge.usecases.feedback import FeedbackWish
from bridge.usecases.resources import Seen
from bridge.usecases.risks import RiskWish
from bridge.usecases.serving import Opened
from bridge.web.frame import Frame
from bridge.web.login import own_deals, role, who
from bridge.web.sheets import Cell, Grid, Panel, cell, grid, outside, said_day

PEOPLE, RISKS, FEEDBACK = Text("人员", "People"), Text("风险", "Risks"), Text("反馈", "Feedback")
WEEKS = 6
LEADS = ("admin", "lead")
LIVE = ("triggered", "open")
Entry = Mapping[str, Any]

PEOPLE_LEDE = Text(
    "按姓名排列，不作比较，也不排名；个人的数字只有本人与其主管能看",
    "In order of names, neither compared nor ranked; a person's figures are seen by that person and their lead",
)
LOAD = Text("每周的工作量与可用工时", "Load and hours by week")
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
REGISTER = Text("风险登记册", "Risk register")
RISK_COLUMNS = (
    Text("风险", "Risk"),
    Text("状态", "State"),
    Text("里程碑", "Milestone"),
    Text("概率", "Probability"),
    Text("影响", "Impact"),
    Text("期望", "Expected"),
    Text("应对", "Answer"),
    Text("负责人", "Owner"),
    Text("截止", "Due"),
)
NO_RISKS = Text("没有登记的风险，也没有信号提示的候选。", "No risk is registered and no signal suggests one.")
RISKS_LEDE = Text(
    "在管 {live} 项，其中已触发 {triggered} 项；待确认 {candidate} 项；期望损失 {money}，不同币种不相加",
    "{live} live, {triggered} of them struck; {candidate} to decide; expected loss {money}, currencies not added",
)
NOT_ESTIMATED = Text("未估", "not estimated")
DAYS = Text("{days} 天", "{days} d")
LACKS = Text("还缺：{what}", "missing: {what}")
STRUCK = Text("已触发：{fact}", "struck: {fact}")
BY_CUSTOMER = Text("按客户", "By customer")
FEEDBACK_COLUMNS = (
    Text("内容", "What was said"),
    Text("日期", "Date"),
    Text("客户", "Customer"),
    Text("里程碑", "Milestone"),
    Text("评分", "Score"),
    Text("状态", "Status"),
    Text("已等", "Waiting"),
    Text("负责人", "Owner"),
    Text("截止", "Due"),
)
CUSTOMER_COLUMNS = (
    Text("客户", "Customer"),
    Text("反馈", "Voices"),
    Text("未关闭", "Open"),
    Text("最久已等", "Longest wait"),
    Text("评分数", "Scores"),
    Text("平均分", "Mean score"),
)
NO_FEEDBACK = Text("还没有客户反馈。", "No customer has said anything yet.")
TOO_FEW = Text("不足 5 条，不显示", "fewer than 5, not shown")
UNHANDLED, CLOSED = Text("未处理", "open"), Text("已关闭", "closed")
UNPLACED = Text("{count} 条工单不属于计划里的任何项目", "{count} ticket(s) belong to no deal of the plan")


def add_practice(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.get("/people")
    def people() -> Response:
        lang, someone = frame.language(), who()
        seen = Seen(someone.name if someone else "", own_deals(), everybody=someone is None or _is_lead())
        found = resources.look(opened(), WEEKS, seen)
        panels = [_load(found, lang, is_known=someone is not None)]
        if someone is None or _is_lead():
            panels.append(_rest(found["uncounted"], lang))
        if found["budgets"]:
            panels.append(
                Panel(BUDGETS.say(lang), grid(lang, BUDGET_COLUMNS, (_budget(row) for row in found["budgets"])))
            )
        return _page(frame, found, panels, PEOPLE, "/people", PEOPLE_LEDE.say(lang))

    @app.get("/risks")
    def register() -> Response:
        lang = frame.language()
        found = risks.look(opened(), RiskWish(sales_owner=own_deals()), lang)
        day = said_day(date.fromisoformat(found["as_of"]), lang)
        shown = grid(lang, RISK_COLUMNS, (_risk(row, frame, day, lang) for row in found["risks"]), NO_RISKS)
        live = [row for row in found["risks"] if row["state"] in LIVE]
        panels = [Panel(MATRIX.say(lang), _matrix(live, lang))] if live else []
        panels.append(Panel(REGISTER.say(lang), shown))
        return _page(frame, found, panels, RISKS, "/risks", _risks_said(found["totals"], lang))

    @app.get("/feedback")
    def said() -> Response:
        lang = frame.language()
        found = feedback.look(opened(), FeedbackWish(sales_owner=own_deals()))
        panels = [feedback_panel(found, frame, lang)]
        if found["customers"]:
            rows = (_customer(row, lang) for row in found["customers"])
            panels.insert(0, Panel(BY_CUSTOMER.say(lang), grid(lang, CUSTOMER_COLUMNS, rows)))
        lede = UNPLACED.say(lang, count=found["unplaced"]) if found["unplaced"] else None
        return _page(frame, found, panels, FEEDBACK, "/feedback", lede)


def _is_lead() -> bool:
    """Who sees own deals only is nobody's lead."""
    return role() in LEADS and own_deals() is None


def _page(frame: Frame, found: Entry, panels: Sequence[Panel], title: Text, here: str, lede: str | None) -> Response:
    values = {**frame.words(date.fromisoformat(found["as_of"])), "panels": panels, "lede": lede}
    return frame.page("sheets.html", values, title=title.say(frame.language()), here=here)


def _load(found: Entry, lang: Lang, *, is_known: bool) -> Panel:
    weeks = [date.fromisoformat(day) for day in found["weeks"]]
    columns = (PERSON, *(Text(WEEK.say("zh", day=f"{day:%m-%d}"), WEEK.say("en", day=f"{day:%m-%d}")) for day in weeks))
    limit = found["amber_above"]
    if is_known:
        rows = [_person(one, limit, lang) for one in found["people"]]
        return Panel(LOAD.say(lang), grid(lang, columns, rows, NOBODY))
    summed = [_sum([one["weeks"][place] for one in found["people"]]) for place in range(len(weeks))]
    row = (
        cell(EVERYBODY.say(lang, count=len(found["people"])), "text"),
        *(_week(week, limit, lang) for week in summed),
    )
    return Panel(LOAD.say(lang), grid(lang, columns, [row]), (NOT_LISTED.say(lang),))


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


def _matrix(live: Sequence[Entry], lang: Lang) -> Grid:
    columns = (MATRIX, *(text for _, text in IMPACTS), UNKNOWN)
    found = matrix(live)
    rows = []
    for place, (band, cells) in enumerate(found):
        known = band is not UNKNOWN
        fields = (
            Cell(
                " ".join(map(one_line, keys)) or "·",
                kind=f"m{_heat(place, far)}" if known and far < len(IMPACTS) else "",
            )
            for far, keys in enumerate(cells)
        )
        rows.append((Cell(band.say(lang)), *fields))
    return grid(lang, columns, rows, kind="matrix")


def _heat(place: int, far: int) -> int:
    """2 for what is likely and far, 0 for what is neither."""
    return min(2, max(0, (2 - place + far) // 2))


def _risks_said(totals: Entry, lang: Lang) -> str:
    money = [money_of(amount, currency) for currency, amount in totals["expected_amount"].items() if float(amount)]
    live = totals["triggered"] + totals["open"]
    counted = {name: totals[name] for name in ("triggered", "candidate")}
    return RISKS_LEDE.say(lang, live=live, money=" + ".join(money) or NOT_ESTIMATED.say(lang), **counted)


def _risk(row: Entry, frame: Frame, day: Any, lang: Lang) -> Iterable[Cell]:
    notes = [STRUCK.say(lang, fact=row["trigger"]["fact"])] if row["trigger"] and row["trigger"]["fact"] else []
    if row["incomplete"]:
        what = ("、" if lang == "zh" else ", ").join(ANSWERS[name].say(lang) for name in row["incomplete"])
        notes.append(LACKS.say(lang, what=what))
    yield cell(row["cause"], "text", small=" · ".join([row["key"], *notes]))
    yield cell(STATES[row["state"]].say(lang))
    yield _place(row, frame)
    yield cell(None if row["probability"] is None else share_text(row["probability"]), "n")
    yield cell(_both(row["impact_days"], row["impact_amount"], row["currency"], lang), "n")
    yield cell(_both(row["expected_days"], row["expected_amount"], row["currency"], lang), "n")
    yield cell(("：" if lang == "zh" else ": ").join(part for part in (row["response"], row["action"]) if part))
    yield cell(row["owner"])
    yield day(row["due"])


def _place(row: Entry, frame: Frame) -> Cell:
    key = row["milestone"]
    return cell(row["deal"]) if key is None else cell(key, href=frame.link("milestones", key))


def _both(days: str | None, amount: str | None, currency: str | None, lang: Lang) -> str | None:
    said = [] if days is None else [DAYS.say(lang, days=days)]
    if amount is not None and currency is not None:
        said.append(money_of(amount, currency))
    return " / ".join(said) or None


def feedback_panel(found: Entry, frame: Frame, lang: Lang) -> Panel:
    """What was said, oldest open first."""
    day = said_day(date.fromisoformat(found["as_of"]), lang)
    return Panel(
        FEEDBACK.say(lang),
        grid(lang, FEEDBACK_COLUMNS, (_voice(row, frame, day, lang) for row in found["feedback"]), NO_FEEDBACK),
    )


def _voice(row: Entry, frame: Frame, day: Any, lang: Lang) -> Iterable[Cell]:
    ticket = row["ticket"]
    said = outside(row["text"] or row["ref"], ticket["url"], "text") if ticket else cell(row["text"], "text")
    yield said
    yield day(row["date"])
    yield cell(row["customer"])
    yield _place(row, frame)
    yield cell(row["score"], "n")
    yield cell(row["status"] or (UNHANDLED if row["open"] else CLOSED).say(lang))
    yield cell(DAYS.say(lang, days=row["age_days"]) if row["open"] and row["age_days"] is not None else None, "n")
    yield cell(row["owner"])
    yield day(row["due"])


def _customer(row: Entry, lang: Lang) -> Iterable[Cell]:
    yield cell(row["customer"], "text")
    yield cell(row["voices"], "n")
    yield cell(row["open"], "n")
    yield cell(None if row["oldest_days"] is None else DAYS.say(lang, days=row["oldest_days"]), "n")
    yield cell(row["answers"], "n")
    yield cell(row["mean_score"] or TOO_FEW.say(lang), "n")
