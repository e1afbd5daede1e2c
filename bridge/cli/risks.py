"""`pbridge risks …`: the risk register with a small matrix, and decisions on what the signals suggest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import click

from bridge.cli.printing import plain, print_json, print_table
from bridge.cli.session import Day, Group, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.report.cells import money_of
from bridge.report.labels import join
from bridge.report.phrases import share_text
from bridge.report.risk_words import ANSWERS, IMPACTS, MATRIX, STATES, UNKNOWN, matrix
from bridge.usecases import risks as registered

ABOUT = Text(
    zh="风险登记册：计划里的、已确认的、信号提示的；附矩阵。",
    en="The risk register with a matrix: of the plan, confirmed, suggested.",
)
CONFIRM = Text(zh="把候选确认为风险。", en="Confirm a candidate as a risk.")
DISMISS = Text(
    zh="否决候选（或撤销已确认的）；恶化之前不再提出。",
    en="Dismiss a candidate or a confirmed risk until it worsens.",
)
DEAL = Text(zh="只看这个项目", en="only this deal")
MILESTONE = Text(zh="只看与这个里程碑有关的", en="only what concerns this milestone")
STATE = Text(
    zh="只看这种状态，如 open、candidate",
    en="only this state, such as open or candidate",
)
BY = Text(zh="由谁决定", en="who decides")
REASON = Text(zh="为什么", en="why")
RESPONSE = Text(zh="应对方式，如 减轻", en="the response, such as reduce")
ACTION = Text(zh="措施", en="what is going to be done")
OWNER = Text(zh="负责人", en="who does it")
DUE = Text(zh="何时之前", en="by when")
COLUMNS = (
    Text(zh="状态", en="state"),
    Text(zh="编号", en="key"),
    Text(zh="里程碑", en="milestone"),
    Text(zh="风险", en="risk"),
    Text(zh="概率", en="probability"),
    Text(zh="影响", en="impact"),
    Text(zh="期望", en="expected"),
    Text(zh="应对", en="answer"),
    Text(zh="负责人", en="owner"),
    Text(zh="截止", en="due"),
)
DAYS = Text(zh="{days} 天", en="{days} d")
NOTHING = Text(zh="没有符合条件的风险。", en="no risk fits.")
TOTAL = Text(
    zh="在管 {live} 项（其中已触发 {triggered} 项），期望损失 {money}；不同币种不相加。",
    en="{live} live ({triggered} struck), expected loss {money}; currencies are not added.",
)
NO_MONEY = Text(zh="未估", en="not estimated")
STRUCK = Text(zh="{key} 已触发：{fact}。", en="{key} has struck: {fact}.")
UNREAD = Text(
    zh="{key} 的触发条件只当作文字：{problem}。", en="the trigger of {key} is taken as plain text: {problem}."
)
MISSING = Text(zh="{key} 不完整，还缺：{what}。", en="{key} is incomplete; missing: {what}.")
WAITING = Text(
    zh='{count} 条候选待决定：pbridge risks confirm "{key}" --by 姓名 --reason 理由，或 dismiss。',
    en='{count} candidate(s) to decide: pbridge risks confirm "{key}" --by NAME --reason TEXT, or dismiss.',
)
AGAIN = Text(zh="{key} 曾被 {by} 否决，之后恶化了。", en="{key} was dismissed by {by} and has worsened since.")
CONFIRMED = Text(zh="已确认为风险：{key}（{by}）", en="confirmed as a risk: {key} ({by})")
DISMISSED = Text(
    zh="已否决：{key}（{by}）；恶化之前不再提出", en="dismissed: {key} ({by}); not proposed again until it worsens"
)
Entry = Mapping[str, Any]


@click.group(cls=Group, about=ABOUT, example="pbridge risks --deal D-01", invoke_without_command=True)
@click.option("--deal", cls=Option, text=DEAL, metavar="KEY")
@click.option("--milestone", cls=Option, text=MILESTONE, metavar="KEY")
@click.option("--state", cls=Option, text=STATE, type=click.Choice(registered.STATES), metavar="STATE")
@json_option
@click.pass_context
def risks(ctx: click.Context, deal: str | None, milestone: str | None, state: str | None, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    space = session.open()
    found = registered.look(space, registered.RiskWish(deal, milestone, state), space.lang)
    if as_json:
        print_json(found)
    elif not found["risks"]:
        session.remark(NOTHING.say(space.lang))
    else:
        _print(found, space.lang)


by_option = click.option("--by", cls=Option, text=BY, metavar="NAME", required=True)
reason_option = click.option("--reason", cls=Option, text=REASON, metavar="TEXT", required=True)


@risks.command("confirm", about=CONFIRM, example="pbridge risks confirm M-12:BLOCKED --by 王敏 --reason 厂商未给时间")
@click.argument("candidate")
@by_option
@reason_option
@click.option("--response", cls=Option, text=RESPONSE, metavar="TEXT")
@click.option("--action", cls=Option, text=ACTION, metavar="TEXT")
@click.option("--owner", cls=Option, text=OWNER, metavar="NAME")
@click.option("--due", cls=Option, text=DUE, type=Day())
@click.pass_obj
def confirm(
    session: Session,
    candidate: str,
    by: str,
    reason: str,
    response: str | None,
    action: str | None,
    owner: str | None,
    due: date | None,
) -> None:
    space = session.open()
    answer = registered.Answer(response, action, owner, due)
    row = registered.decide(space, candidate, confirmed=True, author=by, reason=reason, answer=answer)
    click.echo(CONFIRMED.say(space.lang, key=plain(row.key), by=plain(by)))


@risks.command("dismiss", about=DISMISS, example="pbridge risks dismiss M-22:STALE --by 王敏 --reason 正常等待")
@click.argument("candidate")
@by_option
@reason_option
@click.pass_obj
def dismiss(session: Session, candidate: str, by: str, reason: str) -> None:
    space = session.open()
    row = registered.decide(space, candidate, confirmed=False, author=by, reason=reason)
    click.echo(DISMISSED.say(space.lang, key=plain(row.key), by=plain(by)))


def _print(found: Entry, lang: Lang) -> None:
    rows: Sequence[Entry] = found["risks"]
    print_table(lang, COLUMNS, (_row(row, lang) for row in rows), flexible=(3, 7))
    live = [row for row in rows if row["state"] in ("triggered", "open")]
    if live:
        click.echo()
        _print_matrix(live, lang)
        click.echo()
        click.echo(_total(found["totals"], lang))
    for line in _remarks(rows, lang):
        click.echo(line)


def _row(row: Entry, lang: Lang) -> tuple[object, ...]:
    return (
        STATES[row["state"]].say(lang),
        row["key"],
        row["milestone"] or row["deal"],
        row["cause"],
        "—" if row["probability"] is None else share_text(row["probability"]),
        _both(row["impact_days"], row["impact_amount"], row["currency"], lang),
        _both(row["expected_days"], row["expected_amount"], row["currency"], lang),
        ("：" if lang == "zh" else ": ").join(part for part in (row["response"], row["action"]) if part),
        row["owner"],
        row["due"],
    )


def _both(days: str | None, amount: str | None, currency: str | None, lang: Lang) -> str:
    """Days and money side by side, as far as they are known."""
    said = [] if days is None else [DAYS.say(lang, days=days)]
    if amount is not None and currency is not None:
        said.append(money_of(amount, currency))
    return " / ".join(said) or "—"


def _print_matrix(live: Sequence[Entry], lang: Lang) -> None:
    columns = (MATRIX, *(text for _, text in IMPACTS), UNKNOWN)
    lines = [(band.say(lang), *(" ".join(keys) or "·" for keys in cells)) for band, cells in matrix(live)]
    print_table(lang, columns, lines)


def _total(totals: Entry, lang: Lang) -> str:
    money = [
        money_of(amount, currency) for currency, amount in totals["expected_amount"].items() if Decimal(amount) != 0
    ]
    said = " + ".join(money) or NO_MONEY.say(lang)
    return TOTAL.say(lang, live=totals["triggered"] + totals["open"], triggered=totals["triggered"], money=said)


def _remarks(rows: Sequence[Entry], lang: Lang) -> Iterator[str]:
    """What a reader must do or know about single rows."""
    for row in rows:
        trigger = row["trigger"]
        if trigger is not None and trigger["fact"] is not None and row["state"] == "triggered":
            yield plain(STRUCK.say(lang, key=row["key"], fact=trigger["fact"]))
        for problem in trigger["problems"] if trigger is not None else ():
            yield plain(UNREAD.say(lang, key=row["key"], problem=problem))
        if row["incomplete"]:
            what = join([ANSWERS[name].say(lang) for name in row["incomplete"]], lang)
            yield plain(MISSING.say(lang, key=row["key"], what=what))
        if row["state"] == "candidate" and row["decided"] is not None:
            yield plain(AGAIN.say(lang, key=row["key"], by=row["decided"]["by"]))
    waiting = [row["key"] for row in rows if row["state"] == "candidate"]
    if waiting:
        yield plain(WAITING.say(lang, count=len(waiting), key=waiting[0]))


COMMANDS = (risks,)
