"""`/runs`: notices and who answers for them, what was run when and how it ended, how the jobs fare. For admins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from flask import Flask, Response, request

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.report.marks import STATE_WORDS
from bridge.usecases import history, notices
from bridge.usecases.history import KINDS, Job, Run, RunWish
from bridge.usecases.serving import Opened
from bridge.usecases.statements import Said as Words
from bridge.usecases.workspace import Workspace
from bridge.web import answering, desk
from bridge.web.answers import Said
from bridge.web.desk import Form, typed
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


WORDS = {
    "answer": Text("确认提醒", "Answer for a notice"),
    "lede": Text(
        "确认后仍然列出；加重或到期后重新提醒",
        "It stays listed, and speaks again when it worsens or the day has passed",
    ),
}


def add_runs(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.get("/runs")
    def run_list() -> Response:
        require(frame.language(), "admin")
        return _page(desk.space_of(opened, frame), frame, desk.done(frame, answering.DONE))

    @app.post("/runs")
    def notice_deed() -> Response:
        lang = frame.language()
        who = require(lang, "admin")
        space, deed = desk.space_of(opened, frame), request.form.get("deed", "")
        code, _, place = typed("which").partition("/")
        said = Words(who.name, typed("why"))
        try:
            if deed == "acknowledge":
                notices.answer(space, code, place, desk.day("until", answering.UNTIL, lang), said)
            elif deed == "take_back":
                notices.take_back(space, code, place, said)
            else:
                raise Said(400, desk.NO_DEED.say(lang))
        except UsageProblem as error:
            return _page(space, frame, desk.problem(error, frame))
        return desk.again(frame, "runs", deed=deed)


def _page(space: Workspace, frame: Frame, notice: desk.Notice | None) -> Response:
    lang = frame.language()
    told = notices.overview(space).notices
    found = history.past_runs(space, RunWish(limit=MOST)) if space.has_store else []
    known = history.jobs(space) if space.has_store else []
    panels = (
        Panel(NOTICES.say(lang), grid(lang, NOTICE_COLUMNS, (_notice(one, lang) for one in told), NO_NOTICES)),
        Panel(RUNS.say(lang), grid(lang, RUN_COLUMNS, (_run(one, space, lang) for one in found), NO_RUNS)),
        Panel(JOBS.say(lang), grid(lang, JOB_COLUMNS, (_job(one, space) for one in known), NO_JOBS)),
    )
    forms = (_form(told, lang),) if told and space.has_store else ()
    words = frame.words(space.clock.today)
    return desk.desk(frame, TITLE.say(lang), "/runs", panels, forms, notice=notice, words=words)


def _form(told: Sequence[notices.Notice], lang: Lang) -> Form:
    names = {f"{one.concern.code}/{one.concern.place}": one.concern.text.say(lang) for one in told}
    return Form(
        WORDS["answer"].say(lang),
        answering.buttons(lang),
        answering.fields([*names.items()], lang, needs_reason=True),
        lines=(WORDS["lede"].say(lang),),
    )


def _at(instant: datetime | None, space: Workspace) -> Cell:
    return cell(None if instant is None else _local(instant, space), "day")


def _run(one: Run, space: Workspace, lang: Lang) -> Iterator[Cell]:
    seconds = history.took(one)
    yield cell(one.id, "n")
    yield cell(KINDS[one.kind].say(lang) if one.kind in KINDS else one.kind)
    yield _at(one.started_at, space)
    yield cell(UNDER_WAY.say(lang) if seconds is None else f"{seconds:.1f}", "n")
    troubled = [part for part in one.sources if part.outcome != "complete"]
    names = ", ".join(part.source for part in troubled or one.sources)
    yield outcome_cell(troubled[0].outcome, lang, small=names) if troubled else cell(names or None)
    for name in ("fetched", "created", "updated"):
        yield cell(sum(int(part.report[name]) for part in one.sources) if one.sources else None, "n")


def _job(one: Job, space: Workspace) -> Iterator[Cell]:
    yield cell(one.name)
    yield _at(one.finished_at or one.started_at, space)
    yield cell(one.outcome, "over" if one.outcome == "failed" else "")
    for count in (one.done, one.failed, one.skipped, one.missed):
        yield cell(count, "n")
    yield cell(one.said, "text")


def _notice(one: notices.Notice, lang: Lang) -> Iterator[Cell]:
    is_severe = one.concern.severity == "error" and not one.is_quiet
    said = one.answered
    yield cell(one.concern.place)
    yield cell(one.concern.text.say(lang), "text")
    yield cell(notices.SEVERITY_WORDS[one.concern.severity].say(lang), "over" if is_severe else "")
    yield cell(STATE_WORDS[one.state].say(lang))
    for day in (one.since, one.worsened_on, said.until if said else None):
        yield cell(None if day is None else day.isoformat(), "day")
    yield cell(said.by if said else None, small=said.reason if said else None)


def _local(instant: datetime, space: Workspace) -> str:
    return f"{instant.astimezone(space.clock.timezone):%Y-%m-%d %H:%M}"
