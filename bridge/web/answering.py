"""The form by which an admin answers for something until a day, or takes that back, wherever it is shown."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.language import Lang, Text
from bridge.web.desk import Button, Field, typed

WHICH, WHY = Text("哪一条", "Which one"), Text("理由", "Why")
UNTIL = Text("到哪一天（含）", "Until which day, included")
ACKNOWLEDGE, TAKE_BACK = Text("确认", "Acknowledge"), Text("收回确认", "Take it back")
DONE = {
    "acknowledge": Text("已确认；到那天之前不再提醒。", "Acknowledged; it is quiet until then."),
    "take_back": Text("已收回，会重新提醒。", "Taken back; it speaks again."),
}


def buttons(lang: Lang) -> tuple[Button, ...]:
    return Button("acknowledge", ACKNOWLEDGE.say(lang)), Button("take_back", TAKE_BACK.say(lang), is_plain=True)


def fields(choices: Sequence[tuple[str, str]], lang: Lang, *, needs_reason: bool) -> tuple[Field, ...]:
    """`choices` are (value, how it is called)."""
    return (
        Field("which", WHICH.say(lang), "select", typed("which"), tuple(choices)),
        Field("until", UNTIL.say(lang), "date", typed("until")),
        Field("why", WHY.say(lang), value=typed("why"), is_required=needs_reason),
    )
