"""`/messages`: channels that take no message, who answers for that, and every message that has not arrived. For admins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, Response, request

from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.usecases import refusals, sending
from bridge.usecases.refusals import Told
from bridge.usecases.serving import Opened
from bridge.usecases.statements import Said as Words
from bridge.usecases.workspace import Workspace
from bridge.web import answering, desk
from bridge.web.answers import Said
from bridge.web.desk import Button, Form, Notice, typed
from bridge.web.frame import Frame
from bridge.web.login import require
from bridge.web.sheets import Cell, Panel, cell, grid

LOOK_BACK = timedelta(days=30)
MOST = 200
TITLE = Text("消息", "Messages")
REFUSAL_COLUMNS = (
    Text("渠道", "Channel"),
    Text("代码", "Code"),
    Text("状态", "State"),
    Text("条数", "Parts"),
    Text("出现", "Opened"),
    Text("最近", "Last seen"),
    Text("消除", "Cleared"),
    Text("怎么办", "What to do"),
    Text("谁已确认", "Who answers for it"),
)
OUTBOX_COLUMNS = (
    Text("渠道", "Channel"),
    Text("报告", "Report"),
    Text("部分", "Part"),
    Text("状态", "State"),
    Text("次数", "Tries"),
    Text("代码", "Code"),
    Text("怎么办", "What to do"),
)
WORDS = {
    "refusals": Text("不收消息的渠道", "Channels that take no message"),
    "refusals_lede": Text(
        "三十天内的；渠道再收下一条消息，就算消除",
        "Of the last thirty days; one is over with the next message that the channel takes",
    ),
    "none": Text("每个渠道都收消息。", "Every channel takes its messages."),
    "outbox": Text("没有送达的消息", "Messages that have not arrived"),
    "empty": Text("没有等待或未送达的消息。", "Nothing waits, and everything has arrived."),
    "answer": Text("确认或重发", "Answer for it, or send again"),
    "retry": Text("重发已放弃的消息", "Send again what was given up"),
    "retry_lede": Text("改好原因之后再重发；后台服务会发送", "Send again once it is mended; the service sends them"),
}
DONE = {
    **answering.DONE,
    "retry": Text("已重新排队，后台服务会发送。", "Queued again; the service sends them."),
}


def add_messages(app: Flask, opened: Opened, frame: Frame) -> None:
    @app.get("/messages")
    def message_list() -> Response:
        require(frame.language(), "admin")
        return _page(desk.space_of(opened, frame), frame, desk.done(frame, DONE))

    @app.post("/messages")
    def message_deed() -> Response:
        lang = frame.language()
        who = require(lang, "admin")
        space, deed = desk.space_of(opened, frame), request.form.get("deed", "")
        channel, _, code = typed("which").rpartition("/")
        try:
            if deed == "acknowledge":
                day = desk.day("until", answering.UNTIL, lang)
                refusals.acknowledge(space, channel, code, day, Words(who.name, typed("why")))
            elif deed == "take_back":
                refusals.take_back(space, channel, code)
            elif deed == "retry":
                sending.queue_again(space)
            else:
                raise Said(400, desk.NO_DEED.say(lang))
        except UsageProblem as error:
            return _page(space, frame, desk.problem(error, frame))
        return desk.again(frame, "messages", deed=deed)


def _page(space: Workspace, frame: Frame, notice: Notice | None) -> Response:
    lang = frame.language()

    def say(word: str) -> str:
        return WORDS[word].say(lang)

    found = refusals.listed(space, space.clock.today - LOOK_BACK)
    refused = grid(lang, REFUSAL_COLUMNS, (_refusal(one, space, lang) for one in found), WORDS["none"])
    parts = sending.outbox_of(space) if space.has_store else []
    shown = grid(lang, OUTBOX_COLUMNS, (_part(one, lang) for one in parts[:MOST]), WORDS["empty"])
    panels = (
        Panel(say("refusals"), refused, (say("refusals_lede"),)),
        Panel(f"{say('outbox')} ({len(parts)})", shown),
    )
    names = [f"{one.refusal.channel}/{one.refusal.code}" for one in found if one.state != "cleared"]
    form = Form(
        say("answer"),
        (*answering.buttons(lang), Button("retry", say("retry"), is_plain=True)),
        answering.fields([(name, name) for name in names], lang, needs_reason=False),
        lines=(say("retry_lede"),),
    )
    words = frame.words(space.clock.today)
    forms = (form,) if names or any(part["state"] == "dead" for part in parts) else ()
    return desk.desk(frame, TITLE.say(lang), "/sources", panels, forms, notice=notice, words=words)


def _refusal(told: Told, space: Workspace, lang: Lang) -> Iterator[Cell]:
    def at(instant: datetime | None) -> Cell:
        return cell(None if instant is None else f"{instant.astimezone(space.clock.timezone):%Y-%m-%d %H:%M}", "day")

    one, said = told.refusal, told.refusal.answer
    yield cell(one.channel)
    yield cell(one.code)
    yield cell(refusals.STATES[told.state].say(lang), "over" if told.state == "open" else "")
    yield cell(one.parts, "n")
    yield at(one.opened_at)
    yield at(one.seen_at)
    yield at(one.cleared_at)
    yield cell(told.what_to_do(lang), "text")
    yield cell(said and f"{said.by} → {said.until}", "text", small=said.reason if said else None)


def _part(entry: Mapping[str, Any], lang: Lang) -> Iterator[Cell]:
    yield cell(entry["channel"])
    yield cell(entry["report"])
    yield cell(f"{entry['part']}/{entry['parts']}")
    yield cell(sending.state_name(entry["state"], lang), "over" if entry["state"] in ("dead", "unclear") else "")
    yield cell(entry["tries"], "n")
    yield cell(entry["code"])
    yield cell(sending.what_to_do(entry, lang) or entry["said"], "text")
