"""`/sources` and `/quarantine`: how old the data is, what could not be read and why, and another try. Only an admin sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flask import Flask, Response, request

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.usecases import checking, quarantine, source_states
from bridge.usecases.codes import OUTCOME_WORDS
from bridge.usecases.quarantine import Choice
from bridge.usecases.serving import Opened
from bridge.usecases.source_progress import going_on
from bridge.usecases.source_states import Optional, SourceState
from bridge.usecases.workspace import Workspace
from bridge.web import desk
from bridge.web.answers import Said
from bridge.web.desk import Button, Field, Form, Notice, typed
from bridge.web.frame import Frame
from bridge.web.login import require
from bridge.web.sheets import Cell, Panel, cell, grid
from bridge.web.source_progress import progress_panel

Wake = Callable[[str], None]
"""Has a source read soon; one that is being read anyway is not read twice."""
MOST_HELD = 200
TITLE, QUARANTINE = Text("来源", "Sources"), Text("隔离区", "Quarantine")
COLUMNS = (
    Text("来源", "Source"),
    Text("数据截至", "Data as of"),
    Text("上次读取", "Last read"),
    Text("结果", "Outcome"),
    Text("任务", "Tasks"),
    Text("隔离", "Quarantined"),
)
TROUBLE_COLUMNS = (Text("内容", "Stream"), Text("范围", "Scope"), Text("结果", "Outcome"), Text("原因", "Why"))
OPTIONAL_COLUMNS = (Text("内容", "Stream"), Text("状态", "State"), Text("为什么没有", "Why it is not there"))
HELD_COLUMNS = (
    Text("来源", "Source"),
    Text("编号", "Id"),
    Text("项目", "Project"),
    Text("原因", "Reason"),
    Text("说明", "Detail"),
)
CHECK_COLUMNS = (Text("检查", "Check"), Text("结果", "Result"), Text("说明", "What it says"))
WORDS = {
    "all": Text("各来源", "All sources"),
    "deeds": Text("立即读取或检查", "Read or check now"),
    "source": Text("来源", "Source"),
    "sync": Text("立即读取", "Read now"),
    "check": Text("检查连接", "Check the connection"),
    "check_lede": Text("检查只读，不写入；最多约十秒", "A check only reads; it takes ten seconds at most"),
    "no_service": Text("后台服务没有运行，不能立即读取。", "The service does not run, so nothing is read now."),
    "troubled": Text("{source}：没读全的部分", "{source}: what was not read completely"),
    "optional": Text("{source}：可选的内容", "{source}: what a server or app may lack"),
    "checked": Text("检查结果：{source}", "Checked: {source}"),
    "fine": Text("没有发现问题。", "No problem was found."),
    "trouble": Text("有问题，见下。", "There are problems, listed below."),
    "good": Text("好", "fine"),
    "bad": Text("有问题", "problem"),
    "never": Text("还没有读取过", "never read"),
    "see_held": Text("查看隔离区", "See the quarantine"),
    "see_messages": Text("查看没有送达的消息", "See messages that have not arrived"),
    "held": Text("被隔离的行", "Rows in quarantine"),
    "held_lede": Text(
        "不能成为任务的行：改好映射后再试一次。密钥和个人信息已隐去",
        "Rows that could not become tasks: try again after the mapping was mended. Secrets and personal data are masked",
    ),
    "none_held": Text("隔离区是空的。", "Nothing is in quarantine."),
    "first": Text("只列出前 {count} 行", "The first {count} row(s) are listed"),
    "retry": Text("全部再试一次", "Try all of them again"),
    "retried": Text(
        "试了 {tried} 行：{released} 行离开隔离，{remaining} 行仍在。",
        "{tried} row(s) tried: {released} left quarantine, {remaining} stay.",
    ),
}
DONE = {
    "sync": Text(
        "几秒后开始读取；正在读取的不会重复。", "It is read within seconds; one that is being read is not read twice."
    )
}


def add_sources(app: Flask, opened: Opened, frame: Frame, wake: Wake | None) -> None:
    @app.get("/sources")
    def source_list() -> Response:
        require(frame.language(), "admin")
        return _page(desk.space_of(opened, frame), frame, desk.done(frame, DONE), wake)

    @app.get("/sources/progress")
    def source_progress() -> Response:
        lang = frame.language()
        require(lang, "admin")
        space = opened()
        found = going_on(space)
        panel = progress_panel(found, space.clock.timezone, lang)
        is_going = any(one.since is not None for one in found)
        return desk.fragment(frame, panel, goes_on=is_going, words=frame.words(space.clock.today))

    @app.post("/sources")
    def source_deed() -> Response:
        lang = frame.language()
        require(lang, "admin")
        space, deed, name = desk.space_of(opened, frame), request.form.get("deed", ""), typed("source")
        try:
            space.sources((name,))
            if deed == "check":
                notice, panel = _checked(space, name, lang)
                return _page(space, frame, notice, wake, (panel,))
            if deed != "sync" or wake is None:
                raise Said(400, (WORDS["no_service"] if deed == "sync" else desk.NO_DEED).say(lang))
            wake(name)
        except UsageProblem as error:
            return _page(space, frame, desk.problem(error, frame), wake)
        return desk.again(frame, "sources", deed=deed)

    @app.get("/quarantine")
    def quarantined() -> Response:
        require(frame.language(), "admin")
        return _held(desk.space_of(opened, frame), frame, None)

    @app.post("/quarantine")
    def quarantine_deed() -> Response:
        lang = frame.language()
        require(lang, "admin")
        space = desk.space_of(opened, frame)
        try:
            done = quarantine.retry(space, Choice())
        except UsageProblem as error:
            return _held(space, frame, desk.problem(error, frame))
        counts = {name: sum(getattr(one, name) for one in done) for name in ("tried", "released", "remaining")}
        return _held(space, frame, Notice("good", (WORDS["retried"].say(lang, **counts),)))


def _page(
    space: Workspace, frame: Frame, notice: Notice | None, wake: Wake | None, results: tuple[Panel, ...] = ()
) -> Response:
    lang = frame.language()
    found = source_states.look(space)

    def say(word: str, **facts: object) -> str:
        return WORDS[word].say(lang, **facts)

    rows = (_state(one, space, frame, lang) for one in found)
    held = ((say("see_held"), frame.link("quarantine")), (say("see_messages"), frame.link("messages")))
    panels = [Panel(say("all"), grid(lang, COLUMNS, rows), links=held)]
    for one in found:
        if one.troubles:
            panels.append(
                Panel(
                    say("troubled", source=one.name),
                    grid(lang, TROUBLE_COLUMNS, (_trouble(t, lang) for t in one.troubles)),
                )
            )
        if one.optional:
            rows = (_optional(stream, lang) for stream in one.optional)
            panels.append(Panel(say("optional", source=one.name), grid(lang, OPTIONAL_COLUMNS, rows)))
    names = tuple((one.name, one.name) for one in found)
    buttons = (Button("check", say("check"), is_plain=wake is not None),)
    form = Form(
        say("deeds"),
        buttons if wake is None else (Button("sync", say("sync")), *buttons),
        (Field("source", say("source"), "select", typed("source"), names),),
        lines=(say("check_lede"),),
    )
    words = frame.words(space.clock.today)
    live = (frame.link("sources", "progress"), progress_panel(going_on(space), space.clock.timezone, lang))
    title = TITLE.say(lang)
    return desk.desk(frame, title, "/sources", panels, (form,), notice=notice, results=results, words=words, live=live)


def _optional(one: Optional, lang: Lang) -> Iterator[Cell]:
    yield cell(one.stream)
    # Not having it is no trouble; having it and not reading it is.
    said = OUTCOME_WORDS[one.state].say(lang)
    yield cell(said, "over" if one.state in ("partial", "failed") else "")
    yield cell(one.why, "text")


def _state(one: SourceState, space: Workspace, frame: Frame, lang: Lang) -> Iterator[Cell]:
    def at(instant: Any) -> Cell:
        local = None if instant is None else instant.astimezone(space.clock.timezone)
        return cell(WORDS["never"].say(lang) if local is None else f"{local:%Y-%m-%d %H:%M}", "day")

    yield cell(one.name, "text", small=one.kind)
    yield at(one.as_of)
    yield at(one.read_at)
    yield outcome_cell(one.outcome, lang)
    yield cell(one.tasks, "n")
    yield cell(one.held, "n", frame.link("quarantine") if one.held else None)


def outcome_cell(outcome: str | None, lang: Lang, small: str | None = None) -> Cell:
    """How a reading ended, in words; what is not complete stands out."""
    said = OUTCOME_WORDS[outcome].say(lang) if outcome in OUTCOME_WORDS else outcome
    return cell(said, "" if outcome in (None, "complete") else "over", small=small)


def _trouble(row: Mapping[str, Any], lang: Lang) -> Iterator[Cell]:
    yield cell(row["stream"])
    yield cell(row["name"] or row["scope"])
    yield outcome_cell(row["outcome"], lang)
    yield cell(row["why"], "text")


def _checked(space: Workspace, name: str, lang: Lang) -> tuple[Notice, Panel]:
    found = checking.examine(space, (name,))

    def row(line: checking.Line) -> Iterator[Cell]:
        yield cell(line.place, "text")
        yield cell(WORDS["good" if line.ok else "bad"].say(lang), "" if line.ok else "over")
        yield cell(line.text.say(lang) if line.text else None, "text")

    is_fine = found.exit_code == 0
    notice = Notice("good" if is_fine else "bad", (WORDS["fine" if is_fine else "trouble"].say(lang),))
    return notice, Panel(WORDS["checked"].say(lang, source=name), grid(lang, CHECK_COLUMNS, map(row, found.lines)))


def _held(space: Workspace, frame: Frame, notice: Notice | None) -> Response:
    lang = frame.language()
    rows = list(quarantine.list_held(space)) if space.has_store else []

    def row(one: Mapping[str, Any]) -> Iterator[Cell]:
        yield cell(one["source"])
        yield cell(one["id"])
        yield cell(one["project"])
        yield cell(one["reason"])
        yield cell(one["detail"], "text")

    lines = (WORDS["first"].say(lang, count=MOST_HELD),) if len(rows) > MOST_HELD else ()
    shown = grid(lang, HELD_COLUMNS, map(row, rows[:MOST_HELD]), WORDS["none_held"])
    panel = Panel(f"{WORDS['held'].say(lang)} ({len(rows)})", shown, lines)
    form = Form(
        WORDS["retry"].say(lang), (Button("retry", WORDS["retry"].say(lang)),), lines=(WORDS["held_lede"].say(lang),)
    )
    words = frame.words(space.clock.today)
    return desk.desk(
        frame, QUARANTINE.say(lang), "/sources", (panel,), (form,) if rows else (), notice=notice, words=words
    )
