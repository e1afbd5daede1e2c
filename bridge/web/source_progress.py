"""What is being read at this moment, as a panel that the page of the sources shows anew while it goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo

from bridge.language import Lang, Text
from bridge.usecases.codes import OUTCOME_WORDS
from bridge.usecases.source_progress import Going
from bridge.web.sheets import Cell, Panel, cell, grid

TITLE = Text("现在", "At this moment")
COLUMNS = (
    Text("来源", "Source"),
    Text("状态", "State"),
    Text("已存任务", "Tasks stored"),
    Text("最近一分钟的请求", "Requests in the last minute"),
    Text("对方要求再等", "To wait, as the vendor asks"),
)
READING = Text("正在读取，{seconds} 秒", "being read for {seconds} s")
IDLE = Text("没有在读取", "not being read")
SINCE = Text("自 {at}，{holder}", "since {at}, {holder}")
LAST = Text("上次 {at}，{outcome}", "last {at}, {outcome}")
USED = Text("{sent}，上限 {limit}", "{sent} of {limit}")
WAIT = Text("{seconds} 秒", "{seconds} s")


def progress_panel(found: Sequence[Going], zone: tzinfo, lang: Lang) -> Panel:
    def row(one: Going) -> Iterator[Cell]:
        yield cell(one.name, "text")
        if one.since is None:
            yield cell(IDLE.say(lang), small=_last(one, zone, lang))
        else:
            at = f"{one.since.astimezone(zone):%H:%M:%S}"
            yield cell(READING.say(lang, seconds=one.seconds), small=SINCE.say(lang, at=at, holder=one.holder))
        yield cell(one.tasks, "n")
        yield cell(USED.say(lang, sent=one.use.sent, limit=one.use.limit), "n over" if _is_spent(one) else "n")
        yield cell(WAIT.say(lang, seconds=round(one.use.blocked_s)) if one.use.blocked_s else None, "n")

    return Panel(TITLE.say(lang), grid(lang, COLUMNS, map(row, found)))


def _last(one: Going, zone: tzinfo, lang: Lang) -> str | None:
    """How the last reading ended; the rest of the page knows it only when it is loaded anew."""
    if one.read_at is None or one.outcome is None:
        return None
    return LAST.say(
        lang, at=f"{one.read_at.astimezone(zone):%m-%d %H:%M:%S}", outcome=OUTCOME_WORDS[one.outcome].say(lang)
    )


def _is_spent(one: Going) -> bool:
    return one.use.sent >= one.use.limit
