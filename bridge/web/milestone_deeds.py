"""What is done on the page of a milestone: the note, the acknowledgement, and the draft of a letter to the customer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import Flask, Response, request
from msgspec.structs import replace
from werkzeug.exceptions import NotFound

from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.report.record import instant
from bridge.usecases import letters, milestones, statements
from bridge.usecases.letters import LetterWish
from bridge.usecases.serving import Opened
from bridge.usecases.statements import ACCOUNTS, CATEGORIES, Said
from bridge.usecases.workspace import Workspace
from bridge.web.answers import download_answer
from bridge.web.frame import Frame
from bridge.web.login import own_deals
from bridge.web.report_page import Reporting

NOTE = ("category", "account", "reason", "recovery_plan", "owner", "recovery_date", "customer_informed")
CHOICES = {"category": CATEGORIES, "account": ACCOUNTS}
DATES = ("recovery_date", "customer_informed")
LONGEST = 4_000
FORMS = {"docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "eml": "message/rfc822"}

NAMES: dict[str, Text] = {
    "category": Text("延误原因的类别", "Kind of reason"),
    "account": Text("归责", "Whose account"),
    "reason": Text("理由", "Why"),
    "recovery_plan": Text("补救计划", "Recovery plan"),
    "owner": Text("补救负责人", "Who carries it"),
    "recovery_date": Text("预计赶上的日期", "Back on track by"),
    "customer_informed": Text("告知客户的日期", "Customer informed on"),
    "until": Text("确认至", "Until"),
}
NOT_A_DAY = Text(
    "“{name}”要写成 2026-09-01 的形式；写的是 {value}。", "“{name}” must be a day like 2026-09-01; it was {value}."
)
NOT_ONE_OF = Text("“{name}”不能是 {value}。", "“{name}” cannot be {value}.")
TOO_LONG = Text("“{name}”太长，最多 {longest} 个字。", "“{name}” is too long: at most {longest} characters.")
SAME = Text("没有任何改动，没有保存。", "Nothing was changed, so nothing was saved.")
PAST = Text("“确认至”不能早于今天（{today}）。", "“Until” must not be before today ({today}).")
YET_TO_COME = Text(
    "“告知客户的日期”不能晚于今天（{today}）：请在告知之后再记。",
    "“Customer informed on” must not be after today ({today}): note it once the customer was told.",
)
NO_REASON = Text("请写上确认的理由。", "Say why you acknowledge it.")
OUTRUN = Text(
    "{by} 刚刚改过这份说明。请看过新的内容再保存。",
    "{by} has just changed this note. Look at what it says now, then save again.",
)
DRAFT = Text("客户通知草稿", "Draft of a notice to the customer")


def write_note(space: Workspace, key: str, author: str, form: Mapping[str, str]) -> None:
    """A new version of the note: what is filled in counts, what was emptied is empty from now on."""
    versions = statements.note_versions(space, key)
    former = versions[0] if versions else None
    if former is not None and form.get("written", "") != instant(former.recorded_at):
        raise UsageProblem(OUTRUN, by=former.by)
    told = {name: _value(name, form.get(name, "").strip()) for name in NOTE}
    given = {name: value for name, value in told.items() if value is not None and value != getattr(former, name, None)}
    cleared = [name for name, value in told.items() if value is None and getattr(former, name, None) is not None]
    informed = given.get("customer_informed")
    if isinstance(informed, date) and informed > space.clock.today:
        raise UsageProblem(YET_TO_COME, today=space.clock.today)
    if not (given or cleared):
        raise UsageProblem(SAME)
    statements.write_note(space, key, author, given, cleared)


def acknowledge(space: Workspace, key: str, author: str, form: Mapping[str, str]) -> None:
    """Answer for a reason until a day."""
    until = _value("until", form.get("until", "").strip())
    if not isinstance(until, date) or until < space.clock.today:
        raise UsageProblem(PAST, today=space.clock.today)
    reason = form.get("reason", "").strip()
    if not reason:
        raise UsageProblem(NO_REASON)
    statements.acknowledge(space, key, form.get("code", ""), until, Said(author, str(_value("reason", reason))))


DEEDS: dict[str, Callable[[Workspace, str, str, Mapping[str, str]], None]] = {
    "note": write_note,
    "acknowledge": acknowledge,
}


def _value(name: str, text: str) -> Any:
    if not text:
        return None
    if len(text) > LONGEST:
        raise UsageProblem(TOO_LONG, name=NAMES[name], longest=LONGEST)
    if name in CHOICES and text not in CHOICES[name]:
        raise UsageProblem(NOT_ONE_OF, name=NAMES[name], value=text)
    if name not in (*DATES, "until"):
        return text
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageProblem(NOT_A_DAY, name=NAMES[name], value=text) from None


def add_letters(app: Flask, reports: Reporting, opened: Opened, frame: Frame) -> None:
    @app.get("/letters/<path:key>")
    def letter(key: str) -> Response:
        """The draft to read, or as a file to go on with; the program sends nothing."""
        lang = frame.language()
        space = replace(opened(), lang=lang)
        if not milestones.is_seen(space, key, own_deals()):
            raise NotFound
        made = letters.draft(space, LetterWish(key), reports.judged())
        form = request.args.get("form", "")
        if form in FORMS:
            return download_answer(letters.content(made, form, lang), f"notice.{form}", FORMS[form])
        values = {
            **frame.words(space.clock.today),
            "text": made.text,
            "blanks": made.blanks,
            "files": [(form, frame.link("letters", key, form=form)) for form in FORMS],
            "back": frame.link("milestones", key),
            "key": key,
            "ask": lambda name, **facts: LETTER[name].say(lang, **facts),
        }
        return frame.page("letter.html", values, title=DRAFT.say(lang), here="/")


LETTER: dict[str, Text] = {
    "blanks": Text(
        "还有 {count} 处待填，用【】标出。", "{count} place(s) are still to be filled in; they stand in brackets."
    ),
    "never": Text(
        "程序从不发送。寄出后请在里程碑页上记下告知客户的日期。",
        "The program sends nothing. Once it is sent, note on the page of the milestone when the customer was informed.",
    ),
    "back": Text("回到里程碑", "Back to the milestone"),
    "take": Text("带走", "Take it along as"),
}
