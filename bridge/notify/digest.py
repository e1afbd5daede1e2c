"""What is news to whom: the digest of a working day and an urgent alert; from the report alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bridge.language import Lang, Text
from bridge.notify.message import Block, Line, Message
from bridge.report import overview
from bridge.report.cells import one_line, safe_url, spoken_day
from bridge.report.labels import WEEKDAYS, label, sentence
from bridge.report.rows import Row, rows
from bridge.report.wording import headline

View = Mapping[str, Any]
MOST_CONCERNS, MOST_CHANGES, MOST_CONTACTS = 5, 6, 5

TITLE = Text("进度桥 {day}（{weekday}）延期简报", "Progress Bridge, {weekday} {day}: delays")
TITLE_OF = Text("进度桥 {day}（{weekday}）延期简报 · {owner}", "Progress Bridge, {weekday} {day}: delays · {owner}")
URGENT = Text("进度桥 紧急：合同承诺会失守", "Progress Bridge, urgent: a contractual promise is slipping")
CONCERNS = Text("最要紧的 {count} 件", "What needs attention first ({count})")
MORE = Text("另有 {count} 个会失守，见报告", "{count} more slipping; see the report")
CHANGES = Text("有变化的", "What changed")
CHANGES_SINCE = Text("有变化的（{day}以来）", "What changed since {day}")
CONTACTS = Text("该沟通的", "Contacts due")
DATA = Text("数据", "Data")
GOALS = Text("目标", "Goals")
CALM = Text("没有会失守的承诺。", "No promise is slipping.")
UNCHANGED = Text("与上一个工作日相比没有变化。", "Nothing changed since the last working day.")
REPORT = Text("打开报告", "Open the report")
TASK = Text("任务 {name}", "task {name}")
ACT = Text("（{owner}）", " ({owner})")
CAPPED = Text(
    "今天另有 {count} 个合同承诺转为会失守，见简报。",
    "{count} more contractual promises turned red today; see the digest.",
)
CHANGE = Text("{name}：{what}", "{name}: {what}")
GOAL = Text("{name}：预计 {expected} / 目标 {target}，缺口 {gap}", "{name}: {expected} expected of {target}, gap {gap}")
AMOUNTS = Text("{name}：{said}", "{name}: {said}")


def digest(view: View, lang: Lang, *, owner: str | None = None, url: str | None = None) -> Message:
    """Headline, at most five red concerns with a sentence and a link, what changed, contacts due, age of the data."""
    found = rows(view, lang)
    red = [row for row in found if row.status == "red"]
    blocks = [
        Block(None, (Line(headline(view, lang)),)),
        _concerns(red, lang),
        _changes(view, found, lang),
        *_contacts(view, lang),
        data(view, lang),
    ]
    title = TITLE if owner is None else TITLE_OF
    return Message(
        title=title.say(lang, **_day(view, lang), owner=owner),
        blocks=tuple(blocks),
        lang=lang,
        link=report_link(url, lang),
        people=_people(red),
    )


def urgent(view: View, key: str, lang: Lang, *, more: int = 0, url: str | None = None) -> Message:
    """One milestone that turned red; `more` says how many others are not told by a message of their own."""
    (row,) = [row for row in rows(view, lang) if row.key == one_line(key)]
    lines = [concern(row, lang)]
    if more:
        lines.append(Line(CAPPED.say(lang, count=more)))
    return Message(
        title=URGENT.say(lang),
        blocks=(Block(None, tuple(lines)),),
        lang=lang,
        is_urgent=True,
        link=report_link(url, lang),
        people=_people([row]),
    )


def turned_red(view: View) -> list[str]:
    """Keys of contractual milestones that are red and were not on the day compared with; new ones are no turn."""
    return [
        item["key"]
        for item in view["milestones"]
        if item["contractual"] and item["status"] == "red" and item["change"] and item["change"]["status"] != "red"
    ]


def _day(view: View, lang: Lang) -> dict[str, str]:
    day = date.fromisoformat(view["as_of"])
    return {"day": spoken_day(day, day, lang), "weekday": WEEKDAYS[day.weekday()].say(lang)}


def report_link(url: str | None, lang: Lang) -> Line | None:
    return Line("", url, REPORT.say(lang)) if safe_url(url) else None


def _concerns(red: Sequence[Row], lang: Lang) -> Block:
    if not red:
        return Block(None, (Line(CALM.say(lang)),))
    shown = red[:MOST_CONCERNS]
    lines = [concern(row, lang, number) for number, row in enumerate(shown, 1)]
    if len(red) > len(shown):
        lines.append(Line(MORE.say(lang, count=len(red) - len(shown))))
    return Block(CONCERNS.say(lang, count=len(shown)), tuple(lines))


def concern(row: Row, lang: Lang, number: int | None = None) -> Line:
    """A sentence that stands by itself, who must act, and the first task behind it."""
    kind = "concern_no_customer" if row.customer is None else "concern"
    # What somebody answers for is not what needs attention first, as long as there is something else.
    telling = next((one for one in row.reasons if not one.is_acknowledged), next(iter(row.reasons), None))
    reason = row.status_name if telling is None else telling.text
    text = label(kind, lang, customer=row.customer, name=row.name, reason=reason)
    if row.amount is not None:
        text += label("concern_money", lang, money=row.amount)
    text = sentence(text, lang)
    if row.owner:
        text += ACT.say(lang, owner=row.owner)
    first = next((link for link in row.links if link.url), None)
    text = text if number is None else f"{number}. {text}"
    return Line(text) if first is None else Line(text, first.url, TASK.say(lang, name=first.text))


def _changes(view: View, found: Sequence[Row], lang: Lang) -> Block:
    changed = [row for row in found if row.change]
    told = [Line(CHANGE.say(lang, name=row.name, what=row.change)) for row in changed[:MOST_CHANGES]]
    if len(changed) > len(told):
        told.append(Line(label("more_tasks", lang, count=len(changed) - len(told))))
    days = {item["change"]["since"] for item in view["milestones"] if item["change"]}
    if not told or len(days) != 1:
        return Block(CHANGES.say(lang), tuple(told or [Line(UNCHANGED.say(lang))]))
    since = spoken_day(date.fromisoformat(days.pop()), date.fromisoformat(view["as_of"]), lang)
    return Block(CHANGES_SINCE.say(lang, day=since), tuple(told))


def _contacts(view: View, lang: Lang) -> list[Block]:
    """Once a deal and sentence; where no contact is agreed nothing is said."""
    due: dict[tuple[str, str], str] = {}
    for item in view["milestones"]:
        for reason in item["reasons"]:
            if reason["code"] in ("CONTACT_DUE", "CUSTOMER_NOT_INFORMED"):
                what = one_line(item["deal"]["name"] if reason["code"] == "CONTACT_DUE" else item["name"])
                due.setdefault(
                    (what, reason["text"]), sentence(CHANGE.say(lang, name=what, what=one_line(reason["text"])), lang)
                )
    lines = tuple(Line(text) for text in list(due.values())[:MOST_CONTACTS])
    return [Block(CONTACTS.say(lang), lines)] if lines else []


def goals(view: View, lang: Lang) -> list[Block]:
    lines = [
        Line(GOAL.say(lang, name=name, expected=_whole(expected), target=_whole(target), gap=_whole(gap)))
        for name, target, _, expected, gap, _ in overview.goals(view, lang)
    ]
    return [Block(GOALS.say(lang), tuple(lines))] if lines else []


def _whole(number: str) -> str:
    """Of thousands nobody reads the decimals."""
    return f"{Decimal(number.replace(',', '')).quantize(Decimal(1), ROUND_HALF_UP):,}" if "," in number else number


def data(view: View, lang: Lang) -> Block:
    said = [source.text for source in overview.sources(view, lang)]
    doubts = (
        [label("quarantined", lang, count=view["data_quality"]["quarantined"])]
        if view["data_quality"]["quarantined"]
        else []
    )
    return Block(DATA.say(lang), tuple(Line(sentence(text, lang)) for text in [*said, *doubts]))


def _people(found: Sequence[Row]) -> tuple[str, ...]:
    """Who must act on what is told, each once."""
    return tuple(dict.fromkeys(row.owner for row in found[:MOST_CONCERNS] if row.owner))
