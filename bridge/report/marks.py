"""What time and people add to a milestone, said beside the figures: what is new or worse, who answers for it, the note."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from bridge.language import Lang, Text
from bridge.reconcile.findings import State
from bridge.report.cells import one_line, spoken_day
from bridge.report.wording import status_name

MARKS: dict[str, Text] = {
    "opened": Text("（新出现）", " (new)"),
    "worsened": Text("（加重）", " (worse)"),
    "improved": Text("（有好转）", " (better)"),
    "acknowledged": Text("（已确认至 {day}）", " (acknowledged until {day})"),
}
STATE_WORDS: dict[State, Text] = {
    State.OPENED: Text("新出现", "new"),
    State.WORSENED: Text("加重", "worse"),
    State.IMPROVED: Text("有好转", "better"),
    State.UNCHANGED: Text("未变", "unchanged"),
    State.CLEARED: Text("已消除", "cleared"),
    State.ACKNOWLEDGED: Text("已确认", "acknowledged"),
}
"""What has become of a finding or of a notice, in a field of a table."""
CATEGORIES: dict[str, Text] = {
    "scope": Text("需求变更", "changed scope"),
    "customer": Text("等客户", "waiting for the customer"),
    "supplier": Text("等供应商", "waiting for a supplier"),
    "people": Text("人手不足", "too few people"),
    "technical": Text("技术难题", "a technical problem"),
    "quality": Text("质量返工", "rework"),
    "dependency": Text("等前置工作", "waiting for other work"),
    "estimate": Text("估得太短", "underestimated"),
    "other": Text("其他", "another reason"),
}
ACCOUNTS: dict[str, Text] = {
    "ours": Text("我方责任", "ours to answer for"),
    "customer": Text("客户责任", "the customer's to answer for"),
    "supplier": Text("供应商责任", "a supplier's to answer for"),
    "nobody": Text("不可归责", "nobody's fault"),
}
OVERRIDE = Text("{by}判为「{status}」，至 {day}：{reason}", "{by} holds it to be “{status}” until {day}: {reason}")
HELD = Text("人工：{status}", "held: {status}")
REASON = Text("延误原因：{said}", "Reason given: {said}")
PLAN = Text("补救：{said}", "Recovery: {said}")
BY_DAY = Text("{day}前赶上", "back on track by {day}")


def mark(reason: Mapping[str, Any], item: Mapping[str, Any], today: date, lang: Lang) -> str:
    """What has become of a reason since the last day that was judged, or since the day compared with.

    On the first day on which a milestone is judged all of its reasons are new, which says nothing, so nothing is said.
    """
    state = reason["state"]
    if state == "acknowledged":
        until = spoken_day(date.fromisoformat(reason["acknowledged_until"]), today, lang)
        return MARKS[state].say(lang, day=until)
    if item["judged_since"] is None:
        return ""
    if item["change"] is not None and reason["since"] > item["change"]["since"]:
        state = "opened"
    return MARKS[state].say(lang) if state in MARKS else ""


def override_text(item: Mapping[str, Any], today: date, lang: Lang) -> str | None:
    """A person's colour, with who says so, how long and why; it stands beside the computed one."""
    said = item["override"]
    if said is None:
        return None
    return OVERRIDE.say(
        lang,
        by=one_line(said["by"]),
        status=status_name(said["status"], lang),
        day=spoken_day(date.fromisoformat(said["until"]), today, lang),
        reason=one_line(said["reason"]),
    )


def held_status(item: Mapping[str, Any], lang: Lang) -> str | None:
    """A person's colour in the few words that fit below the computed one."""
    said = item["override"]
    return None if said is None else HELD.say(lang, status=status_name(said["status"], lang))


def note_text(item: Mapping[str, Any], today: date, lang: Lang) -> str | None:
    """Why it is late and how it is to be caught up, as people wrote it; None where they wrote neither."""
    note = item["note"]
    kind = _joined([_name(CATEGORIES, note["category"], lang), _name(ACCOUNTS, note["account"], lang)], lang)
    why = _with(note["reason"] and one_line(note["reason"]), kind, lang)
    day = note["recovery_date"] and spoken_day(date.fromisoformat(note["recovery_date"]), today, lang)
    owner = note["owner"] and one_line(note["owner"])
    how = _with(
        note["recovery_plan"] and one_line(note["recovery_plan"]),
        _joined([owner, BY_DAY.say(lang, day=day) if day else None], lang),
        lang,
    )
    said = [text.say(lang, said=what) for text, what in ((REASON, why), (PLAN, how)) if what]
    return ("。" if lang == "zh" else ". ").join(said) or None


def _name(names: Mapping[str, Text], code: str | None, lang: Lang) -> str | None:
    return None if code is None else names[code].say(lang)


def _joined(parts: list[str | None], lang: Lang) -> str:
    return ("，" if lang == "zh" else ", ").join(part for part in parts if part)


def _with(text: str | None, beside: str, lang: Lang) -> str:
    if not text:
        return beside
    if not beside:
        return text
    return f"{text}（{beside}）" if lang == "zh" else f"{text} ({beside})"
