"""`/notify`: the channels that messages go to, what they would be told, and a test message. Only an admin sees it."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, Response, request

from bridge.errors import BridgeError, UsageProblem
from bridge.language import Lang, Text
from bridge.usecases import channel_trial
from bridge.usecases.channel_trial import STATES, Part, Standing, Tried
from bridge.usecases.serving import Opened
from bridge.usecases.workspace import Workspace
from bridge.web import desk
from bridge.web.answers import Said
from bridge.web.desk import Button, Field, Form, Notice, typed
from bridge.web.frame import Frame
from bridge.web.login import require
from bridge.web.sheets import Cell, Grid, Panel, cell, grid, joined

TITLE = Text("渠道", "Channels")
COLUMNS = (
    Text("渠道", "Channel"),
    Text("发送什么", "What it is told"),
    Text("免打扰", "Quiet hours"),
    Text("缺少的设置", "Settings that are missing"),
)
PART_COLUMNS = (
    Text("消息", "Message"),
    Text("部分", "Part"),
    Text("字节", "Bytes"),
    Text("上限", "Limit"),
)
TOLD = {
    "digest": Text("每日摘要", "the daily digest"),
    "weekly": Text("每周小结", "the week's summary"),
    "urgent": Text("紧急提醒", "urgent alerts"),
}
WORDS = {
    "channels": Text("渠道", "Channels"),
    "none": Text(
        "设置里没有 [[notify]]，没有可以发送的渠道。", "The settings have no [[notify]], so nothing is sent anywhere."
    ),
    "messages": Text("查看没有送达的消息", "See messages that have not arrived"),
    "try": Text("试一试", "Try a channel"),
    "try_lede": Text(
        "预览不发送；测试消息会真的发出，每个渠道 10 分钟内最多 3 次，记入审计",
        "A preview sends nothing; a test message is really sent, 3 times in 10 minutes at most, and is in the audit",
    ),
    "channel": Text("渠道", "Channel"),
    "preview": Text("预览", "Preview"),
    "test": Text("发送测试消息", "Send a test message"),
    "parts": Text("会发出的内容", "What would be sent"),
    "sent_parts": Text("发出的内容", "What was sent"),
    "no_digest": Text("今天不是工作日，不发摘要", "Today is no working day, so there is no digest"),
    "previewed": Text("只是预览，什么也没有发送。", "This is a preview; nothing was sent."),
    "result": Text("{channel}：{state}。", "{channel}: {state}."),
    "code": Text("代码 {code}：{said}", "Code {code}: {said}"),
    "only_code": Text("代码 {code}", "Code {code}"),
    "remedy": Text("怎么办：{remedy}。", "What to do: {remedy}."),
}


def add_channels(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.get("/notify")
    def channel_list() -> Response:
        require(frame.language(), "admin")
        return _page(desk.space_of(opened, frame), frame, None)

    @app.post("/notify")
    def channel_deed() -> Response:
        lang = frame.language()
        admin, space = require(lang, "admin"), desk.space_of(opened, frame)
        deed, name = request.form.get("deed", ""), typed("channel")
        try:
            if deed == "preview":
                parts, why_not = channel_trial.preview(space, name, admin.name)
                notice = Notice("good", (WORDS["previewed"].say(lang),))
                return _page(space, frame, notice, tuple(_previewed(parts, why_not, lang)))
            if deed != "test":
                raise Said(400, desk.NO_DEED.say(lang))
            tried = channel_trial.send_test(space, name, admin.name)
        except UsageProblem as error:
            return _page(space, frame, desk.problem(error, frame))
        panel = Panel(WORDS["sent_parts"].say(lang), _parts(tried.parts, lang), texts=_shown(tried.parts))
        return _page(space, frame, _result(name, tried, lang), (panel,))


def _page(space: Workspace, frame: Frame, notice: Notice | None, results: tuple[Panel, ...] = ()) -> Response:
    lang = frame.language()
    found = channel_trial.standings(space)
    rows = (_standing(one, lang) for one in found)
    links = ((WORDS["messages"].say(lang), frame.link("messages")),)
    panels = (Panel(WORDS["channels"].say(lang), grid(lang, COLUMNS, rows, WORDS["none"]), links=links),)
    options = tuple((one.name, f"{one.name} · {one.kind}") for one in found)
    buttons = (
        Button("preview", WORDS["preview"].say(lang)),
        Button("test", WORDS["test"].say(lang), is_plain=True),
    )
    field = Field("channel", WORDS["channel"].say(lang), "select", typed("channel"), options)
    form = Form(WORDS["try"].say(lang), buttons, (field,), lines=(WORDS["try_lede"].say(lang),))
    words, forms = frame.words(space.clock.today), (form,) if found else ()
    return desk.desk(frame, TITLE.say(lang), "/notify", panels, forms, notice=notice, results=results, words=words)


def _standing(one: Standing, lang: Lang) -> Iterator[Cell]:
    yield cell(one.name, "text", small=one.kind)
    yield cell(joined((TOLD[name].say(lang) for name in one.told), lang))
    yield cell(one.quiet_hours)
    yield cell(", ".join(one.lacking), "over" if one.lacking else "")


def _previewed(parts: tuple[Part, ...], why_not: BridgeError | None, lang: Lang) -> Iterator[Panel]:
    lines = () if why_not is None else tuple(why_not.say(lang).split("\n"))
    if why_not is None and all(one.report == "test" for one in parts):
        lines = (WORDS["no_digest"].say(lang),)
    yield Panel(WORDS["parts"].say(lang), _parts(parts, lang), lines, texts=_shown(parts))


def _parts(parts: tuple[Part, ...], lang: Lang) -> Grid:
    def row(one: Part) -> Iterator[Cell]:
        yield cell(one.report)
        yield cell(f"{one.number}/{one.of}", "n")
        yield cell(one.bytes, "n over" if one.bytes > one.limit else "n")
        yield cell(one.limit, "n")

    return grid(lang, PART_COLUMNS, map(row, parts))


def _shown(parts: tuple[Part, ...]) -> tuple[str, ...]:
    return tuple(one.shown for one in parts)


def _result(name: str, tried: Tried, lang: Lang) -> Notice:
    lines = [WORDS["result"].say(lang, channel=name, state=STATES[tried.state].say(lang))]
    if tried.code is not None:
        word = "code" if tried.said else "only_code"
        lines.append(WORDS[word].say(lang, code=tried.code, said=tried.said))
    if tried.remedy is not None:
        lines.append(WORDS["remedy"].say(lang, remedy=tried.remedy.say(lang)))
    return Notice("good" if tried.state == "arrived" else "bad", tuple(lines))
