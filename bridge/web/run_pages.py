"""`/runs`: what was run when, how it ended, and how the jobs of the service fare. Only an admin sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from flask import Flask, Response

from bridge.language import Text
from bridge.report.marks import STATE_WORDS
from bridge.usecases import history, notices
from bridge.usecases.history import KINDS, Job, Run, RunWish
from bridge.usecases.serving import Opened
from bridge.usecases.workspace import Workspace
from bridge.web import desk
from bridge.web.frame import Frame
from bridge.web.login import require
from bridge.web.sheets import Cell, Panel, cell, grid
from bridge.web.source_pages import outcome_cell

MOST = 100
TITLE, RUNS, JOBS = Text("运行", "Runs"), Text("最近的运行", "Latest runs"), Text("定时任务", "Jobs of the service")
RUN_COLUMNS = (
    Text("编号", "Number"),
    Text("种类", "Kind"),
    Text("开始", "Began"),
    Text("秒", "Seconds"),
    Text("来源", "Sources"),
    Text("读取", "Read"),
    Text("新增", "New"),
    Text("修改", "Changed"),
)
JOB_COLUMNS = (
    Text("任务", "Job"),
    Text("上次", "Last"),
    Text("结果", "Outcome"),
    Text("完成", "Done"),
    Text("失败", "Failed"),
    Text("跳过", "Skipped"),
    Text("错过", "Missed"),
    Text("说明", "What it said"),
)
NOTICES = Text("提醒", "Notices")
NOTICE_COLUMNS = (
    Text("位置", "Place"),
    Text("说明", "What it says"),
    Text("程度", "Severity"),
    Text("状态", "State"),
    Text("从", "Since"),
    Text("加重", "Worsened"),
    Text("确认至", "Acknowledged until"),
    Text("确认人", "By"),
)
NO_NOTICES = Text("没有提醒。", "There is no notice.")
NO_RUNS = Text("还没有运行过。", "Nothing was run yet.")
NO_JOBS = Text("后台服务还没有运行过。", "The service has not run yet.")
UNDER_WAY = Text("进行中，或被中断", "under way, or cut off")


def add_runs(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.get("/runs")
    def run_list() -> Response:
        lang, space = frame.language(), opened()
        require(lang, "admin")

        def at(instant: datetime | None) -> Cell:
            return cell(None if instant is None else _local(instant, space), "day")

        def run(one: Run) -> Iterator[Cell]:
            seconds = history.took(one)
            yield cell(one.id, "n")
            yield cell(KINDS[one.kind].say(lang) if one.kind in KINDS else one.kind)
            yield at(one.started_at)
            yield cell(UNDER_WAY.say(lang) if seconds is None else f"{seconds:.1f}", "n")
            troubled = [part for part in one.sources if part.outcome != "complete"]
            names = ", ".join(part.source for part in troubled or one.sources)
            yield outcome_cell(troubled[0].outcome, lang, small=names) if troubled else cell(names or None)
            for name in ("fetched", "created", "updated"):
                yield cell(sum(int(part.report[name]) for part in one.sources) if one.sources else None, "n")

        def job(one: Job) -> Iterator[Cell]:
            yield cell(one.name)
            yield at(one.finished_at or one.started_at)
            yield cell(one.outcome, "over" if one.outcome == "failed" else "")
            for count in (one.done, one.failed, one.skipped, one.missed):
                yield cell(count, "n")
            yield cell(one.said, "text")

        def notice(one: notices.Notice) -> Iterator[Cell]:
            is_severe = one.concern.severity == "error" and not one.is_quiet
            yield cell(one.concern.place)
            yield cell(one.concern.text.say(lang), "text")
            yield cell(notices.SEVERITY_WORDS[one.concern.severity].say(lang), "over" if is_severe else "")
            yield cell(STATE_WORDS[one.state].say(lang))
            said = one.answered
            for day in (one.since, one.worsened_on, said.until if said else None):
                yield cell(None if day is None else day.isoformat(), "day")
            yield cell(said.by if said else None)

        told = notices.overview(space).notices
        found = history.past_runs(space, RunWish(limit=MOST)) if space.has_store else []
        known = history.jobs(space) if space.has_store else []
        panels = (
            Panel(NOTICES.say(lang), grid(lang, NOTICE_COLUMNS, map(notice, told), NO_NOTICES)),
            Panel(RUNS.say(lang), grid(lang, RUN_COLUMNS, map(run, found), NO_RUNS)),
            Panel(JOBS.say(lang), grid(lang, JOB_COLUMNS, map(job, known), NO_JOBS)),
        )
        return desk.desk(frame, TITLE.say(lang), "/runs", panels, words=frame.words(space.clock.today))


def _local(instant: datetime, space: Workspace) -> str:
    return f"{instant.astimezone(space.clock.timezone):%Y-%m-%d %H:%M}"
