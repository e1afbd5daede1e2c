"""The summary of a week for who leads all of it: where everything stands, what the week has made of it, money, customers."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bridge.language import Lang, Text
from bridge.notify.digest import AMOUNTS, CALM, concern, data, goals, report_link
from bridge.notify.message import Block, Line, Message
from bridge.report import overview
from bridge.report.cells import money_of, one_line, spoken_day
from bridge.report.labels import sentence
from bridge.report.phrases import names_text
from bridge.report.rows import Row, rows
from bridge.report.wording import headline, status_name

View = Mapping[str, Any]
Item = Mapping[str, Any]
MOST_CONCERNS, MOST_CUSTOMERS = 3, 5
WORRYING = ("red", "amber")

TITLE = Text("进度桥 {day} 一周小结", "Progress Bridge, week to {day}")
STATUS = Text("状态（与{since}相比）", "Status, against {since}")
STATUS_ALONE = Text("状态", "Status")
COUNT = Text("{name} {count}", "{name} {count}")
COUNT_MOVED = Text("{name} {count}（{by}）", "{name} {count} ({by})")
NO_WEEK = Text("没有一周前的判定可比。", "There is no judgement of a week ago to compare with.")
WEEK = Text("这一周", "This week")
TURNED_RED = Text("新转为会失守 {count} 个：{names}{money}", "{count} turned to slipping: {names}{money}")
RECOVERED = Text("不再会失守 {count} 个：{names}{money}", "{count} no longer slipping: {names}{money}")
FINISHED = Text("完成 {count} 个：{names}{money}", "{count} finished: {names}{money}")
AT_STAKE = Text("，涉及 {money}", ", {money}")
LATER = Text(
    "预测推迟 {count} 个，最多的是「{name}」，{days} 个工作日", "{count} forecast later, most “{name}” by {days} wd"
)
EARLIER = Text(
    "预测提前 {count} 个，最多的是「{name}」，{days} 个工作日", "{count} forecast earlier, most “{name}” by {days} wd"
)
QUIET = Text("没有转变、完成或预测变化。", "Nothing turned, was finished or moved.")
MONEY = Text("金额", "Money")
CUSTOMERS = Text("客户", "Customers")
CUSTOMER = Text("{name}：{status}，{count} 个里程碑{money}", "{name}: {status}, {count} milestone(s){money}")
RISK = Text("，风险金额 {money}", ", {money} at risk")
MORE_CUSTOMERS = Text("另有 {count} 家会失守或要留意", "{count} more slipping or at risk")
CONCERNS = Text("最要紧的 {count} 件", "What needs attention first ({count})")


def weekly(view: View, lang: Lang, *, url: str | None = None) -> Message:
    """Nobody is called by it: it speaks of all, and who must act hears it every day."""
    day = date.fromisoformat(view["as_of"])
    found = rows(view, lang)
    red = [row for row in found if row.status == "red"]
    blocks = [
        Block(None, (Line(headline(view, lang)),)),
        _statuses(view, day, lang),
        *_week(view, lang),
        Block(MONEY.say(lang), tuple(_money(view, lang))),
        *_customers(view, lang),
        *_concerns(red, lang),
        *goals(view, lang),
        data(view, lang),
    ]
    title = TITLE.say(lang, day=spoken_day(day, day, lang))
    return Message(title=title, blocks=tuple(blocks), lang=lang, link=report_link(url, lang))


def _compared(view: View) -> list[Item]:
    return [item for item in view["milestones"] if item["change"] is not None]


def _statuses(view: View, today: date, lang: Lang) -> Block:
    """Every colour with its count, and by how much that differs from what the same milestones were a week ago."""
    compared = _compared(view)
    before = Counter(item["change"]["status"] for item in compared)
    after = Counter(item["status"] for item in compared)
    told = []
    for status, name, count in overview.counts(view, lang):
        by = after[status] - before[status]
        text = COUNT_MOVED if by else COUNT
        told.append(text.say(lang, name=name, count=count, by=f"{by:+d}"))
    line = Line(("，" if lang == "zh" else ", ").join(told))
    if not compared:
        return Block(STATUS_ALONE.say(lang), (line, Line(NO_WEEK.say(lang))))
    since = spoken_day(min(date.fromisoformat(item["change"]["since"]) for item in compared), today, lang)
    return Block(STATUS.say(lang, since=since), (line,))


def _week(view: View, lang: Lang) -> list[Block]:
    compared = _compared(view)
    if not compared:
        return []
    turned = [item for item in compared if item["change"]["status"] != item["status"]]
    kinds = (
        (TURNED_RED, [item for item in turned if item["status"] == "red"]),
        (RECOVERED, [item for item in turned if item["change"]["status"] == "red" and item["status"] != "done"]),
        (FINISHED, [item for item in turned if item["status"] == "done"]),
    )
    lines = [Line(_named(text, items, lang)) for text, items in kinds if items]
    lines += [Line(text) for text in _moved(compared, lang)]
    return [Block(WEEK.say(lang), tuple(lines or [Line(QUIET.say(lang))]))]


def _named(text: Text, items: Sequence[Item], lang: Lang) -> str:
    names = names_text([one_line(item["name"]) for item in items], lang, "个")
    sums = _sums((item["amount"]["amount"], item["amount"]["currency"]) for item in items)
    money = AT_STAKE.say(lang, money=sums) if sums else ""
    return sentence(text.say(lang, count=len(items), names=names, money=money), lang)


def _moved(compared: Sequence[Item], lang: Lang) -> Iterator[str]:
    """How many forecasts went which way, and the one that went farthest."""
    moves = [(item["change"]["forecast_workdays"] or 0, item) for item in compared if item["status"] != "done"]
    for text, way in ((LATER, 1), (EARLIER, -1)):
        those = [(days * way, item) for days, item in moves if days * way > 0]
        if those:
            days, item = max(those, key=lambda one: one[0])
            yield sentence(text.say(lang, count=len(those), name=one_line(item["name"]), days=days), lang)


def _money(view: View, lang: Lang) -> Iterator[Line]:
    for name, said in overview.money(view, lang):
        yield Line(AMOUNTS.say(lang, name=name, said=" + ".join(said)))


def _customers(view: View, lang: Lang) -> list[Block]:
    """Those with something that worries, the worst first, each with what of their money is at risk."""
    worrying = [one for one in view["customers"] if one["status"] in WORRYING and one["name"]]
    if not worrying:
        return []
    lines = [Line(_customer(one, lang)) for one in worrying[:MOST_CUSTOMERS]]
    if len(worrying) > len(lines):
        lines.append(Line(MORE_CUSTOMERS.say(lang, count=len(worrying) - len(lines))))
    return [Block(CUSTOMERS.say(lang), tuple(lines))]


def _customer(one: Item, lang: Lang) -> str:
    sums = _sums((amount, currency) for currency, amount in one["at_risk_gross"].items())
    money = RISK.say(lang, money=sums) if sums else ""
    facts = {"name": one_line(one["name"]), "status": status_name(one["status"], lang), "count": one["milestones"]}
    return sentence(CUSTOMER.say(lang, **facts, money=money), lang)


def _concerns(red: Sequence[Row], lang: Lang) -> list[Block]:
    lines = tuple(concern(row, lang, number) for number, row in enumerate(red[:MOST_CONCERNS], 1))
    return [Block(CONCERNS.say(lang, count=len(lines)), lines)] if lines else [Block(None, (Line(CALM.say(lang)),))]


def _sums(amounts: Iterable[tuple[str | None, str]]) -> str:
    """Amounts by currency, never added across them; empty where nothing is known or at stake."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for amount, currency in amounts:
        if amount is not None:
            sums[currency] += Decimal(amount)
    return " + ".join(money_of(str(total), currency) for currency, total in sorted(sums.items()) if total)
