"""`/changes`: what is otherwise than on a day: milestones of another status, and reasons that came, turned or went."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from flask import Flask, Response

from bridge.language import Text
from bridge.reconcile.situation import Assessment
from bridge.report.marks import STATE_WORDS
from bridge.report.selection import selected
from bridge.report.wording import reason_name
from bridge.usecases import findings
from bridge.usecases.findings import FindingWish, Listed
from bridge.usecases.portfolio import freshness
from bridge.usecases.reporting import Judged
from bridge.usecases.serving import Opened
from bridge.web.asked import day_asked
from bridge.web.cuts import listing
from bridge.web.frame import Frame
from bridge.web.login import own_deals
from bridge.web.report_page import Reporting
from bridge.web.sheets import Cell, cell, said_day, status_cell

USUAL = timedelta(days=7)
TITLE = Text("变化", "Changes")
LEDE = Text(
    "与 {day} 相比：按那天或之前最后一次评估的记录，到今天的判断",
    "Compared with {day}: from what was recorded that day or last before it, to what is found today",
)
SINCE, SHOW = Text("从哪天起", "Since"), Text("显示", "Show")
TURNED = Text("状态变了的里程碑", "Milestones of another status")
TURNED_COLUMNS = (
    Text("里程碑", "Milestone"),
    Text("客户", "Customer"),
    Text("那天", "Then"),
    Text("现在", "Now"),
    Text("负责人", "Owner"),
)
NONE_TURNED = Text("没有里程碑变了状态。", "No milestone is of another status.")
REASONS = Text("出现、变化和消除的问题", "Reasons that came, turned or went")
REASON_COLUMNS = (
    Text("里程碑", "Milestone"),
    Text("问题", "Reason"),
    Text("怎么变了", "What became of it"),
    Text("哪天", "When"),
    Text("从", "Since"),
)
NO_REASONS = Text("没有问题出现、变化或消除。", "No reason came, turned or went.")


def add_changes(app: Flask, reports: Reporting, opened: Opened, frame: Frame) -> None:
    @app.get("/changes")
    def changes() -> Response:
        lang, space, judged = frame.language(), opened(), reports.judged()
        today = judged.portfolio.today
        since = min(day_asked("since", lang) or today - USUAL, today)
        people = judged.portfolio.people
        rows = {
            row.milestone.key: row
            for row in selected(judged.result.assessments, sales_owner=own_deals(), people=people)
        }
        turned = [(row, was) for row in rows.values() if (was := _then(judged, row, since)) not in (None, row.colour)]
        found = [one for one in findings.listed(space, FindingWish(since=since)) if one.episode.milestone in rows]
        found.sort(key=lambda one: _when(one, since), reverse=True)
        day = said_day(today, lang)
        everything = frame.link("changes", since=since.isoformat(), rows="all")

        def turn(one: tuple[Assessment, str | None]) -> Iterator[Cell]:
            row, was = one
            yield _named(row, frame)
            yield cell(row.deal.customer)
            yield status_cell(was, lang)
            yield status_cell(row.colour.value, lang)
            yield cell(row.milestone.owner)

        def reason(one: Listed) -> Iterator[Cell]:
            yield _named(rows[one.episode.milestone], frame)
            yield cell(reason_name(one.episode.code, lang), "long")
            yield cell(STATE_WORDS[one.state].say(lang))
            yield day(_when(one, since))
            yield day(one.episode.opened_on)

        values = {
            **frame.words(today),
            "freshness": freshness(space),
            "lede": LEDE.say(lang, day=day(since).text),
            "since": since.isoformat(),
            "today": today.isoformat(),
            "ask": {"since": SINCE.say(lang), "show": SHOW.say(lang)},
            "panels": (
                listing(TURNED, TURNED_COLUMNS, turned, turn, everything, lang, NONE_TURNED),
                listing(REASONS, REASON_COLUMNS, found, reason, everything, lang, NO_REASONS),
            ),
        }
        return frame.page("changes.html", values, title=TITLE.say(lang), here="/changes")


def _then(judged: Judged, row: Assessment, day: date) -> str | None:
    """The status that was recorded on the day, or last before it; None where nothing was."""
    known = [one for one in judged.portfolio.snapshots.get(row.milestone.key, ()) if one.day <= day]
    return known[-1].colour.value if known else None


def _when(one: Listed, since: date) -> date:
    """The newest day on which something became of it."""
    days = [day for day, _ in one.episode.steps] + ([one.episode.cleared_on] if one.episode.cleared_on else [])
    return max((day for day in days if day >= since), default=one.episode.opened_on)


def _named(row: Assessment, frame: Frame) -> Cell:
    key = row.milestone.key
    return cell(row.milestone.name, "text", frame.link("milestones", key), key)
