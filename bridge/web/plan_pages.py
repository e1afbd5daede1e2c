"""`/plan` and `/retro/{deal}`: what is promised, by which version, and how a deal came out. Both only show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask, Response
from msgspec.structs import replace
from werkzeug.exceptions import NotFound

from bridge.language import Lang, Text
from bridge.report import retro_page
from bridge.report.cells import money_of
from bridge.report.labels import sentence
from bridge.usecases import plan_versions, promises, retrospect
from bridge.usecases.retrospect import RetroWish
from bridge.usecases.serving import Opened
from bridge.web.cuts import listing
from bridge.web.frame import Frame
from bridge.web.login import own_deals, role
from bridge.web.report_page import Reporting
from bridge.web.sheets import Cell, Panel, cell, grid, said_day

PLAN = Text("计划", "Plan")
PLAN_LEDE = Text(
    "第 {number} 版，{day} 由 {file} 导入；承诺日期只有经批准才会变",
    "Version {number}, imported {day} from {file}; a promised date moves only with an approval",
)
DEALS, MILESTONES, GOALS, VERSIONS = (
    Text("项目", "Deals"),
    Text("里程碑", "Milestones"),
    Text("目标", "Goals"),
    Text("版本", "Versions"),
)
DEAL_COLUMNS = (
    Text("项目", "Deal"),
    Text("客户", "Customer"),
    Text("销售负责人", "Sales owner"),
    Text("交付负责人", "Delivery owner"),
    Text("金额", "Amount"),
    Text("复盘", "Review"),
)
MILESTONE_COLUMNS = (
    Text("里程碑", "Milestone"),
    Text("项目", "Deal"),
    Text("承诺日期", "Promised"),
    Text("内部目标", "Internal target"),
    Text("付款金额", "Amount"),
    Text("负责人", "Owner"),
    Text("范围", "Scope"),
)
GOAL_COLUMNS = (Text("目标", "Goal"), Text("指标", "Metric"), Text("目标值", "Target"), Text("已有", "Current"))
VERSION_COLUMNS = (
    Text("版本", "Version"),
    Text("导入于", "Imported"),
    Text("文件", "File"),
    Text("批准人", "Approved by"),
    Text("理由", "Why"),
    Text("里程碑", "Milestones"),
)
UPLOAD = Text("上传计划", "Upload a plan")
REVIEW = Text("复盘", "review")
RETRO = Text("结项复盘", "Close-out review")
SHORT = 12
Entry = Mapping[str, Any]


def add_plan(app: Flask, reports: Reporting, opened: Opened, frame: Frame) -> None:
    @app.get("/plan")
    def plan() -> Response:
        lang, space = frame.language(), opened()
        document, versions = promises.plan_as_json(space), plan_versions.versions(space)
        seen, day = promises.deals_seen(space, own_deals()), said_day(space.clock.today, lang)
        deals = {row["key"]: row for row in document["deals"] if row["key"] in seen}
        milestones = [row for row in document["milestones"] if row["deal"] in seen]
        everything = frame.link("plan", rows="all")
        panels = [
            listing(
                MILESTONES,
                MILESTONE_COLUMNS,
                milestones,
                lambda row: _milestone(row, deals, frame, day),
                everything,
                lang,
            ),
            listing(DEALS, DEAL_COLUMNS, [*deals.values()], lambda row: _deal(row, frame, lang), everything, lang),
        ]
        if document["goals"] and own_deals() is None:
            panels.append(Panel(GOALS.say(lang), grid(lang, GOAL_COLUMNS, map(_goal, document["goals"]))))
        newest = versions[-1]
        zone = space.clock.timezone
        panels.append(
            Panel(
                VERSIONS.say(lang),
                grid(lang, VERSION_COLUMNS, (_version(one, day(_on(one, zone))) for one in reversed(versions))),
                links=((UPLOAD.say(lang), frame.link("plan", "import")),) if role() == "admin" else (),
            )
        )
        lede = PLAN_LEDE.say(lang, number=newest.number, day=day(_on(newest, zone)).text, file=_name(newest.file))
        values = {**frame.words(space.clock.today), "panels": panels, "lede": lede}
        return frame.page("sheets.html", values, title=PLAN.say(lang), here="/plan")

    _add_review(app, reports, opened, frame)


def _add_review(app: Flask, reports: Reporting, opened: Opened, frame: Frame) -> None:
    @app.get("/retro/<path:deal>")
    def review(deal: str) -> Response:
        lang, space = frame.language(), opened()
        if deal not in promises.deals_seen(space, own_deals()):
            raise NotFound
        document = retrospect.build(replace(space, lang=lang), RetroWish(deal=deal), lang, reports.judged())
        page = retro_page.review_page(document, lang)
        panels = [
            Panel(
                block.title,
                None
                if not block.rows
                else grid(
                    lang,
                    [Text(name, name) for name in block.columns],
                    (
                        [cell(value, "n" if place in block.right else _kind(value)) for place, value in enumerate(row)]
                        for row in block.rows
                    ),
                ),
                tuple(block.lines),
            )
            for block in page.blocks
            if not block.is_empty
        ]
        values = {**frame.words(space.clock.today), "panels": panels, "lede": sentence(page.headline, lang)}
        return frame.page("sheets.html", values, title=f"{RETRO.say(lang)} · {deal}", here="/plan")


def _kind(value: str) -> str:
    """What is more than a word or a day may take a line of its own on a phone."""
    return "long" if len(value) > SHORT else ""


def _milestone(row: Entry, deals: Mapping[str, Entry], frame: Frame, day: Any) -> Iterator[Cell]:
    yield cell(row["name"], "text", frame.link("milestones", row["key"]), row["key"])
    yield cell(deals[row["deal"]]["name"], "long")
    yield day(row["promised"])
    yield day(row.get("internal_target"))
    yield cell(_money(row.get("amount"), deals[row["deal"]].get("currency")), "n")
    yield cell(row.get("owner"))
    yield cell(row.get("scope"), "long")


def _deal(row: Entry, frame: Frame, lang: Lang) -> Iterator[Cell]:
    customer = row.get("customer")
    yield cell(row["name"], "text", small=row["key"])
    yield cell(customer, href=frame.link("customers", customer) if customer else None)
    yield cell(row.get("sales_owner"))
    yield cell(row.get("delivery_owner"))
    yield cell(_money(row.get("amount"), row.get("currency")), "n")
    yield cell(REVIEW.say(lang), href=frame.link("retro", row["key"]))


def _goal(row: Entry) -> Iterator[Cell]:
    yield cell(row["name"], "text", small=row["key"])
    yield cell(row.get("metric"), "long")
    yield cell(row.get("target"), "n")
    yield cell(row.get("current"), "n")


def _version(one: Any, day: Cell) -> Iterator[Cell]:
    yield cell(one.number, "n")
    yield day
    yield cell(_name(one.file))
    yield cell(one.approved_by)
    yield cell(one.reason, "text")
    yield cell(one.milestones, "n")


def _on(one: Any, zone: ZoneInfo) -> date:
    at: datetime = one.imported_at
    return at.astimezone(zone).date()


def _name(file: str) -> str:
    """Where a file lies on the server is nobody's business."""
    return file.replace("\\", "/").rpartition("/")[2]


def _money(amount: object, currency: str | None) -> str | None:
    return None if amount is None else money_of(str(amount), currency) if currency else str(amount)
