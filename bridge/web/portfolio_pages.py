"""`/customers` and `/trend`: the portfolio seen by customer, and as it went from day to day."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from flask import Flask, Response
from msgspec.structs import replace
from werkzeug.exceptions import NotFound

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.plan.kinds import AUDIENCES
from bridge.report import overview
from bridge.report.cells import estimate_of, money_of, one_line
from bridge.report.chart_portfolio import Counted, contractual, statuses
from bridge.report.labels import label
from bridge.report.order import customer_name
from bridge.report.rows import Row, rows
from bridge.report.wording import headline, status_name
from bridge.usecases import contacts, feedback, promises, trend
from bridge.usecases.feedback import FeedbackWish
from bridge.usecases.portfolio import freshness
from bridge.usecases.reporting import Judged, ReportWish
from bridge.usecases.serving import Opened
from bridge.usecases.trend import Day, TrendWish
from bridge.usecases.workspace import Workspace
from bridge.web import chart_panels
from bridge.web.chart_panels import drawing
from bridge.web.cuts import listing
from bridge.web.frame import Frame
from bridge.web.login import own_deals
from bridge.web.practice_pages import feedback_panel
from bridge.web.report_page import Reporting
from bridge.web.sheets import Cell, Panel, cell, grid, said_day, status_cell

CUSTOMERS = Text("客户", "Customers")
TREND = Text("趋势", "Trend")
CUSTOMERS_LEDE = Text(
    "状态取该客户所有项目中最差的；金额只计已承诺的里程碑",
    "The status is the worst of the customer's deals; money is that of promised milestones",
)
NO_CUSTOMERS = Text("计划里还没有客户。", "The plan names no customer yet.")
COLUMNS = (
    Text("客户", "Customer"),
    Text("状态", "Status"),
    Text("里程碑", "Milestones"),
    Text("风险金额", "Money at risk"),
    Text("按概率折算", "Weighted"),
)
ROW_COLUMNS = (
    Text("里程碑", "Milestone"),
    Text("状态", "Status"),
    Text("项目", "Deal"),
    Text("承诺", "Promised"),
    Text("预计 P85", "P85 forecast"),
    Text("延误", "Slip"),
    Text("金额", "Amount"),
    Text("负责人", "Owner"),
    Text("下次沟通", "Next contact"),
)
MILESTONES = Text("里程碑", "Milestones")
CONTACTS = Text("约定的沟通", "Agreed contacts")
CONTACT_COLUMNS = (
    Text("客户", "Customer"),
    Text("与谁", "With"),
    Text("下次", "Due"),
    Text("上次", "Last"),
    Text("负责人", "Owner"),
    Text("方式", "By"),
)
NO_CONTACTS = Text("计划里没有约定沟通。", "The plan agrees on no contact.")
OVERDUE = Text("已过 {days} 天", "{days} d overdue")
IN_REPORT = Text("在延期报告里看", "See them in the delay report")
TREND_LEDE = Text(
    "按每天最后一次评估的记录；没有评估的日子没有记录",
    "By the last judgement of each day; a day without one has no record",
)
DAY = Text("日期", "Day")
AT_RISK = Text("风险金额（按概率）", "At risk, weighted")
TURNED = Text("状态变化", "Turned")
TURN = Text("{name}（{key}）：{was} → {now}", "{name} ({key}): {was} → {now}")


def add_portfolio(app: Flask, reports: Reporting, opened: Opened, frame: Frame) -> None:
    @app.get("/customers")
    def customers() -> Response:
        lang = frame.language()
        document = reports.browse(lang, ReportWish(sales_owner=own_deals())).document
        everything, found = frame.link("customers", rows="all"), document["customers"]
        values = {
            **_words(frame, document),
            "lede": CUSTOMERS_LEDE.say(lang),
            "panels": [
                listing(
                    CUSTOMERS, COLUMNS, found, lambda one: _customer(one, frame, lang), everything, lang, NO_CUSTOMERS
                ),
                _contacts(opened(), reports.judged(), frame),
            ],
        }
        return frame.page("sheets.html", values, title=CUSTOMERS.say(lang), here="/customers")

    @app.get("/customers/<path:name>")
    def customer(name: str) -> Response:
        lang, space = frame.language(), opened()
        document = reports.browse(lang, ReportWish(customer=name, sales_owner=own_deals())).document
        if not document["milestones"]:
            raise NotFound
        called = customer_name(document["milestones"][0], lang)
        panels = [_milestones(document, frame, lang), _figures(document, lang)]
        try:
            said = feedback.look(space, FeedbackWish(customer=name, sales_owner=own_deals()), reports.judged())
            panels.append(feedback_panel(said, frame, lang))
        except UsageProblem:
            said = None  # nothing was said by this customer
        values = {**_words(frame, document), "lede": headline(document, lang), "panels": panels}
        return frame.page("sheets.html", values, title=called, here="/customers")

    _add_trend(app, reports, opened, frame)


def _add_trend(app: Flask, reports: Reporting, opened: Opened, frame: Frame) -> None:
    @app.get("/trend")
    def over_time() -> Response:
        lang, space = frame.language(), opened()
        found, today = trend.look(space, TrendWish(sales_owner=own_deals()), reports.judged()), space.clock.today
        columns = (DAY, *(_status_text(name) for name in overview.COUNTED), AT_RISK, TURNED)
        day = said_day(today, lang)
        rows_shown = ((day(one.day), *_day(one, lang)) for one in reversed(found.days))
        counted = statuses([Counted(one.day, one.counts) for one in found.days], today, lang)
        values = {
            **frame.words(today),
            **chart_panels.words(lang),
            "freshness": freshness(space),
            "lede": TREND_LEDE.say(lang),
            "drawings": (
                drawing(counted, grid(lang, columns, rows_shown)),
                drawing(contractual(found.contractual, today, lang)),
            ),
            "panels": (),
        }
        return frame.page("sheets.html", values, title=TREND.say(lang), here="/trend")


def _contacts(space: Workspace, judged: Judged, frame: Frame) -> Panel:
    """Who is to be talked to next, the longest overdue first."""
    lang, day = frame.language(), said_day(judged.portfolio.today, frame.language())
    seen = promises.deals_seen(space, own_deals())
    known = [one for one in contacts.look(space, judged=judged)["contacts"] if one["deal"] in seen]

    def contact(one: Mapping[str, Any]) -> Iterable[Cell]:
        late = one["overdue_days"]
        yield cell(one["customer"] or one["name"], "text", small=one["deal"])
        yield cell(AUDIENCES[one["audience"]].say(lang))
        yield cell(day(one["due"]).text, "day over" if late else "day", small=late and OVERDUE.say(lang, days=late))
        yield day(one["last"])
        yield cell(one["owner"])
        yield cell(one["channel"])

    everything = frame.link("customers", rows="all")
    return listing(CONTACTS, CONTACT_COLUMNS, known, contact, everything, lang, NO_CONTACTS)


def _words(frame: Frame, document: Mapping[str, Any]) -> dict[str, Any]:
    return {**frame.words(date.fromisoformat(document["as_of"])), "freshness": document["sources"]}


def _status_text(name: str) -> Text:
    return Text(status_name(name, "zh"), status_name(name, "en"))


def _customer(one: Mapping[str, Any], frame: Frame, lang: Lang) -> Iterable[Cell]:
    yield cell(one["name"], "text", frame.link("customers", one["name"]))
    yield status_cell(one["status"], lang)
    yield cell(one["milestones"], "n")
    yield cell(_money(one["at_risk_gross"], money_of), "n")
    yield cell(_money(one["at_risk_expected"], estimate_of), "n")


def _money(amounts: Mapping[str, str], said: Callable[[str, str], str]) -> str | None:
    """Each currency by itself; nothing where nothing is at risk."""
    return " + ".join(said(amount, currency) for currency, amount in amounts.items() if float(amount)) or None


def _milestones(document: Mapping[str, Any], frame: Frame, lang: Lang) -> Panel:
    due = {item["key"]: item["next_contact"] for item in document["milestones"]}
    day = said_day(date.fromisoformat(document["as_of"]), lang)
    name = document["milestones"][0]["customer"]
    shown = listing(
        MILESTONES,
        ROW_COLUMNS,
        rows(document, lang),
        lambda row: _row(row, due.get(row.key), frame, day, lang),
        frame.link("customers", name, rows="all"),
        lang,
    )
    return replace(shown, links=(*shown.links, (IN_REPORT.say(lang), frame.link(customer=name))))


def _row(row: Row, contact: Mapping[str, Any] | None, frame: Frame, day: Any, lang: Lang) -> Iterable[Cell]:
    yield cell(row.name, "text", frame.link("milestones", row.key), row.key)
    yield status_cell(row.status, lang)
    yield cell(row.deal, "long")
    yield day(row.promise)
    yield day(row.actual or row.p85)
    yield cell(
        row.slip and label("workdays", lang, slip=row.slip.signed),
        "n over" if row.is_worrying and row.slip and row.slip.workdays > 0 else "n",
    )
    yield cell(row.amount, "n")
    yield cell(row.owner)
    late = contact["overdue_days"] if contact else None
    due = day(contact["due"] if contact else None)
    yield cell(due.text, "day over" if late else "day", small=OVERDUE.say(lang, days=late) if late else None)


def _figures(document: Mapping[str, Any], lang: Lang) -> Panel:
    facts = [(name, " + ".join(amounts)) for name, amounts in overview.money(document, lang)]
    return Panel(label("figures", lang), facts=tuple(facts))


def _day(one: Day, lang: Lang) -> Iterable[Cell]:
    for name in overview.COUNTED:
        yield cell(one.counts[name], "n")
    known = [estimate_of(amount, currency) for currency, amount in one.at_risk.items() if float(amount)]
    yield cell(" + ".join(known), "n")
    turns = [
        TURN.say(
            lang, name=one_line(t.name), key=one_line(t.key), was=status_name(t.was, lang), now=status_name(t.now, lang)
        )
        for t in one.turned
    ]
    yield cell(("；" if lang == "zh" else "; ").join(turns), "text")
