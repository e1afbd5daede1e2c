"""`/`: the delay report with its filters, and the same view as a file; a view is an address, so it can be kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from flask import Flask, Response, request
from markupsafe import Markup
from msgspec import Struct

from bridge.language import Lang, Text
from bridge.report import html, overview
from bridge.report.cells import money_of, one_line
from bridge.report.order import ORDERS, customer_name, customer_of
from bridge.report.rows import Row
from bridge.report.selection import PERIODS
from bridge.report.week import compared
from bridge.report.wording import status_name
from bridge.usecases.reporting import Browsed, Judged, ReportWish
from bridge.usecases.serving import Opened
from bridge.web.answers import WORKBOOK_TYPE, download_answer
from bridge.web.asked import STATUSES, Asked, asked
from bridge.web.frame import Frame, environment
from bridge.web.login import own_deals
from bridge.web.saved_views import offered
from bridge.web.shelf import Shelf

TITLE = Text("延期报告", "Delay report")
GROUP = Text("{count} 个里程碑，风险金额 {money}", "{count} milestone(s), {money} at risk")
NO_MONEY = Text("无", "none")
MOST_ROWS = 60
"""So many rows a page begins with: what is in order of need is rarely read further, and a phone has to load it."""
MOST_LINKS = 3
"""So many tasks a reason names here; the page of the milestone, one step away, has all of them."""
KEPT = 32
"""So many tables of rows are kept, laid out, for the next reader."""
CUT = Text(
    "这里只列出前 {shown} 行，共 {count} 行；上面的数字和导出的文件都包括全部。",
    "These are the first {shown} of {count} rows; the figures above and the files hold all of them.",
)
SAID: dict[str, Text] = {
    "customer": Text("客户", "Customer"),
    "owner": Text("负责人", "Owner"),
    "deal": Text("项目", "Deal"),
    "status": Text("状态", "Status"),
    "period": Text("承诺期间", "Promised in"),
    "from": Text("从", "From"),
    "to": Text("到", "To"),
    "q": Text("搜索", "Search"),
    "q_hint": Text("名称、编号、姓名", "name, key, person"),
    "sort": Text("排序", "Order"),
    "group": Text("按客户分组", "Group by customer"),
    "all": Text("全部", "all"),
    "show": Text("显示", "Show"),
    "reset": Text("看全部", "Show all"),
    "filters": Text("筛选与排序", "Filter and order"),
    "narrowed": Text("正在筛选，只显示符合条件的里程碑", "Filtered: only the milestones that fit are shown"),
    "views": Text("我的视图", "My views"),
    "save": Text("保存这个视图", "Save this view"),
    "name": Text("名字", "Name"),
    "remove": Text("删除", "remove"),
    "whole": Text("显示全部", "Show all rows"),
    "take": Text("带走这些行", "Take these rows along"),
}


class Head(Struct, frozen=True):
    """What stands above the rows of one customer."""

    name: str
    text: str


class Laid(Struct, frozen=True):
    """A report laid out but for who reads it and when."""

    values: Mapping[str, Any]
    count: int
    is_cut: bool


class Reporting(Protocol):
    def browse(self, lang: Lang, wish: ReportWish) -> Browsed:
        """The report of the rows asked for, and what else could be asked for."""

    def judged(self) -> Judged:
        """What it is made of: one evaluation for all pages, which knows of what who asks has written."""


def add_report(app: Flask, reports: Reporting, frame: Frame, opened: Opened | None = None) -> None:
    """With `opened` people can give a view a name."""
    shelf: Shelf[Laid] = Shelf(KEPT)

    @app.get("/")
    def report() -> Response:
        lang = frame.language()
        view = asked(lang, own_deals())
        return _page(frame, reports.browse(lang, view.wish), view, offered(opened, frame), shelf)

    @app.get("/report.xlsx")
    def as_workbook() -> Response:
        document, content = _file("xlsx")
        return download_answer(content, f"delay-report-{document['as_of']}.xlsx", WORKBOOK_TYPE)

    @app.get("/report.csv")
    def as_csv() -> Response:
        document, content = _file("csv")
        return download_answer(content, f"delay-report-{document['as_of']}.csv", "text/csv; charset=utf-8")

    def _file(form: str) -> tuple[Mapping[str, Any], bytes]:
        from bridge.usecases import reporting  # only who asks for a file needs what makes one

        lang = frame.language()
        view = asked(lang, own_deals())
        document = view.arranged(reports.browse(lang, view.wish).document)
        return document, reporting.content(document, form, lang)


def _page(
    frame: Frame, found: Browsed, view: Asked, views: Sequence[Mapping[str, Any]], shelf: Shelf[Laid]
) -> Response:
    lang, document = frame.language(), found.document

    def lay() -> Laid:
        return _laid(frame, found, view)

    # Addresses on the page carry the language where the address asked for has it.
    most = None if view.is_whole else MOST_ROWS
    key = (found.edition, view.wish, view.order, view.by_customer, most, lang, "lang" in request.args)
    laid = shelf.get(key, lay) if found.edition else lay()
    values = {
        **laid.values,
        "dateline": overview.dateline(document, lang),
        "generated": overview.generated(document, lang),
        "sources": overview.sources(document, lang),
        "styles": ("base.css", "report.css", "pages.css"),
        "freshness": document["sources"],
        "asked": view.kept,
        "files": [
            (name, frame.link(path, **view.kept)) for name, path in (("Excel", "report.xlsx"), ("CSV", "report.csv"))
        ],
        "cut": CUT.say(lang, shown=MOST_ROWS, count=laid.count) if laid.is_cut else "",
        "whole": frame.link(**{**view.kept, "rows": "all"}),
        "views": views,
        "may_save": frame.has("/views") and frame.someone() is not None,
        "save_at": frame.link("views", **view.kept),
        "is_narrowed": bool(view.kept.keys() - {"sort", "group", "rows"}),
    }
    return frame.page("report_page.html", values, title=TITLE.say(lang), here="/")


def _laid(frame: Frame, found: Browsed, view: Asked) -> Laid:
    """What is the same for all who may see the same rows; nothing of who asks is in it, and no age of anything."""
    lang, document = frame.language(), found.document
    arranged = view.arranged(document)
    heads = _heads(arranged, lang) if view.by_customer else {}
    count = len(arranged["milestones"])
    is_cut = count > MOST_ROWS and not view.is_whole
    if is_cut:
        arranged = {**arranged, "milestones": arranged["milestones"][:MOST_ROWS]}
    values = html.shown(document, lang, arranged)
    values |= {
        "address": _address(frame),
        "heads": heads,
        "week": compared(document, found.before, lang),
        "links_shown": MOST_LINKS,
        "ask": lambda name: SAID[name].say(lang),
    }
    asked_for = {
        **values,
        "frame": frame,
        "asked": view.kept,
        "fields": _fields(found, lang),
        "orders": _orders(lang),
        "statuses": [(name, status_name(name, lang)) for name in STATUSES],
    }
    said = {"rows_said": _part("report_rows.html", values), "filters_said": _part("report_filters.html", asked_for)}
    del values["rows"]
    return Laid({**values, **said}, count, is_cut)


def _part(template: str, values: Mapping[str, Any]) -> Markup:
    """A part of the page; the template has escaped what it shows."""
    return Markup(environment().get_template(template).render(**values))  # noqa: S704


def _address(frame: Frame) -> Any:
    """Where a row leads; nowhere as long as there are no pages of milestones."""
    if not frame.has("/milestones/<path:key>"):
        return None

    def address(row: Row) -> str:
        return frame.link("milestones", row.key)

    return address


def _fields(found: Browsed, lang: Lang) -> Sequence[tuple[str, list[tuple[str, str]]]]:
    """Fields with a list to choose from: name, and value with what is read."""
    choices = found.choices
    return (
        ("customer", [(name, one_line(name)) for name in choices.customers]),
        ("owner", [(name, one_line(name)) for name in choices.owners]),
        ("deal", [(key, one_line(f"{name} · {key}")) for key, name in choices.deals]),
        ("period", [(name, text.say(lang)) for name, text in PERIODS.items()]),
    )


def _orders(lang: Lang) -> list[tuple[str, str]]:
    return [(name, text.say(lang)) for name, text in ORDERS.items()]


def _heads(arranged: Mapping[str, Any], lang: Lang) -> dict[str, Head]:
    """By the key of the first row of each customer."""
    sums = {customer_of({"customer": one["name"]}): one["at_risk_gross"] for one in arranged["customers"]}
    heads: dict[str, Head] = {}
    items: Sequence[Mapping[str, Any]] = arranged["milestones"]
    counted: dict[str, list[Mapping[str, Any]]] = {}
    for item in items:
        counted.setdefault(customer_of(item), []).append(item)
    for name, theirs in counted.items():
        money = [money_of(amount, currency) for currency, amount in sums.get(name, {}).items() if float(amount)]
        text = GROUP.say(lang, count=len(theirs), money=" + ".join(money) or NO_MONEY.say(lang))
        heads[one_line(theirs[0]["key"])] = Head(customer_name(theirs[0], lang), text)
    return heads
