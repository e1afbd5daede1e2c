"""`/risks` and `/feedback`: what may go wrong, and what customers said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from flask import Flask, Response

from bridge.language import Lang, Text
from bridge.report import chart_risks
from bridge.report.cells import money_of, one_line
from bridge.report.labels import join
from bridge.report.phrases import share_text
from bridge.report.risk_words import ANSWERS, IMPACTS, MATRIX, STATES, UNKNOWN, matrix
from bridge.usecases import feedback, risks
from bridge.usecases.feedback import FeedbackWish
from bridge.usecases.portfolio import freshness
from bridge.usecases.risks import RiskWish
from bridge.usecases.serving import Opened
from bridge.usecases.workspace import Workspace
from bridge.web import chart_panels
from bridge.web.chart_panels import Drawing, drawing
from bridge.web.cuts import MOST_ROWS, cut, is_whole, left_out, listing
from bridge.web.frame import Frame
from bridge.web.login import own_deals
from bridge.web.report_page import Reporting
from bridge.web.sheets import Cell, Grid, Panel, cell, grid, outside, said_day

RISKS, FEEDBACK = Text("风险", "Risks"), Text("反馈", "Feedback")
LIVE = ("triggered", "open")
Entry = Mapping[str, Any]

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


def add_practice(app: Flask, reports: Reporting, opened: Opened, frame: Frame) -> None:
    @app.get("/risks")
    def register() -> Response:
        lang, most = frame.language(), None if is_whole() else MOST_ROWS
        found = risks.look(opened(), RiskWish(sales_owner=own_deals(), most=most), lang, reports.judged())
        day = said_day(date.fromisoformat(found["as_of"]), lang)
        everything = frame.link("risks", rows="all")
        live = [row for row in found["risks"] if row["state"] in LIVE]
        drawings = [drawing(chart_risks.risks(live, lang), _matrix(live, lang))] if live else []
        lines, links = left_out(sum(found["totals"][state] for state in STATES), everything, lang)
        shown = grid(lang, RISK_COLUMNS, (_risk(row, frame, day, lang) for row in cut(found["risks"])), NO_RISKS)
        panels = [Panel(REGISTER.say(lang), shown, lines, links=links)]
        return _page(frame, opened(), found, panels, RISKS, _risks_said(found["totals"], lang), drawings)

    @app.get("/feedback")
    def said() -> Response:
        lang = frame.language()
        found = feedback.look(opened(), FeedbackWish(sales_owner=own_deals()), reports.judged())
        panels = [feedback_panel(found, frame, lang)]
        if found["customers"]:
            everything = frame.link("feedback", rows="all")
            rows, made = found["customers"], lambda row: _customer(row, lang)
            panels.insert(0, listing(BY_CUSTOMER, CUSTOMER_COLUMNS, rows, made, everything, lang))
        lede = UNPLACED.say(lang, count=found["unplaced"]) if found["unplaced"] else None
        return _page(frame, opened(), found, panels, FEEDBACK, lede)


def _page(
    frame: Frame,
    space: Workspace,
    found: Entry,
    panels: Sequence[Panel],
    title: Text,
    lede: str | None,
    drawings: Sequence[Drawing] = (),
) -> Response:
    lang = frame.language()
    values: dict[str, Any] = {
        **frame.words(date.fromisoformat(found["as_of"])),
        **(chart_panels.words(lang) if drawings else {}),
        "freshness": freshness(space),
        "drawings": drawings,
        "panels": panels,
        "lede": lede,
    }
    here = {RISKS: "/risks", FEEDBACK: "/feedback"}[title]
    return frame.page("sheets.html", values, title=title.say(lang), here=here)


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
        what = join([ANSWERS[name].say(lang) for name in row["incomplete"]], lang)
        notes.append(LACKS.say(lang, what=what))
    yield cell(row["cause"], "text", small=" · ".join([row["key"], *notes]))
    yield cell(STATES[row["state"]].say(lang))
    yield _place(row, frame)
    yield cell(None if row["probability"] is None else share_text(row["probability"]), "n")
    yield cell(_both(row["impact_days"], row["impact_amount"], row["currency"], lang), "n")
    yield cell(_both(row["expected_days"], row["expected_amount"], row["currency"], lang), "n")
    yield cell(("：" if lang == "zh" else ": ").join(part for part in (row["response"], row["action"]) if part), "long")
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
    return listing(
        FEEDBACK,
        FEEDBACK_COLUMNS,
        found["feedback"],
        lambda row: _voice(row, frame, day, lang),
        frame.link("feedback", rows="all"),
        lang,
        NO_FEEDBACK,
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
