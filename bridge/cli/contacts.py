"""`pbridge contacts …`: who is to be talked to next, and that it was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from bridge.cli.printing import plain, print_json, print_table
from bridge.cli.session import Day, Group, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.plan.kinds import AUDIENCES
from bridge.usecases import contacts as agreed

ABOUT = Text(
    zh="下次该在何时与客户或团队沟通，最急的在前。",
    en="Who is to be talked to next, first due first.",
)
DONE = Text(zh="记录一次已经做过的沟通。", en="Record a contact that was made.")
DUE_BY = Text(zh="只看这一天为止到期的", en="only what is due by this day")
ON = Text(zh="哪一天；默认今天", en="on which day; today unless given")
BY = Text(zh="由谁沟通", en="who talked")
COLUMNS = (
    Text(zh="下次", en="due"),
    Text(zh="情况", en="standing"),
    Text(zh="项目", en="deal"),
    Text(zh="名称", en="name"),
    Text(zh="客户", en="customer"),
    Text(zh="对象", en="with"),
    Text(zh="周期", en="every"),
    Text(zh="上次", en="last"),
    Text(zh="负责人", en="owner"),
    Text(zh="渠道", en="channel"),
)
DAYS = Text(zh="{days} 天", en="{days} d")
NEVER = Text(zh="从未沟通", en="never made")
LATE = Text(zh="已过 {days} 天", en="{days} d late")
TODAY = Text(zh="今天到期", en="due today")
ACT_BY = Text(zh="休息日，请在 {day} 前", en="a day off: talk by {day}")
IN_DAYS = Text(zh="还有 {days} 天", en="in {days} d")
NOTHING = Text(zh="没有到期的沟通。", en="no contact is due.")
RECORDED = Text(
    zh="已记录：{deal} 与{audience}的沟通（{by}）；下次最晚 {due}",
    en="recorded: {deal} with the {audience} ({by}); next by {due}",
)
Entry = Mapping[str, Any]


@click.group(cls=Group, about=ABOUT, example="pbridge contacts --due-by 2026-09-05", invoke_without_command=True)
@click.option("--due-by", cls=Option, text=DUE_BY, type=Day())
@json_option
@click.pass_context
def contacts(ctx: click.Context, due_by: date | None, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    space = session.open()
    found = agreed.look(space, due_by)
    if as_json:
        print_json(found)
        return
    today = date.fromisoformat(found["as_of"])
    rows = (_row(row, today, space.lang) for row in found["contacts"])
    if not print_table(space.lang, COLUMNS, rows, right=(6,), flexible=(3, 4)):
        session.remark(NOTHING.say(space.lang))


@contacts.command("done", about=DONE, example="pbridge contacts done D-02 customer --by 苏晓岚")
@click.argument("deal")
@click.argument("audience")
@click.option("--on", "on", cls=Option, text=ON, type=Day())
@click.option("--by", cls=Option, text=BY, metavar="NAME", required=True)
@click.pass_obj
def done(session: Session, deal: str, audience: str, on: date | None, by: str) -> None:
    space = session.open()
    following = agreed.done(space, deal, audience, by, on)
    said = AUDIENCES[following.audience].say(space.lang)
    click.echo(RECORDED.say(space.lang, deal=plain(following.deal), audience=said, by=plain(by), due=following.due))


def _row(row: Entry, today: date, lang: Lang) -> tuple[object, ...]:
    return (
        row["due"] or "—",
        _standing(row, today, lang),
        row["deal"],
        row["name"],
        row["customer"],
        AUDIENCES[row["audience"]].say(lang),
        DAYS.say(lang, days=row["every_days"]),
        _last(row),
        row["owner"],
        row["channel"],
    )


def _last(row: Entry) -> str:
    """With who recorded it, where it is not the plan that says so."""
    return row["last"] or "—" if row["last_by"] is None else f"{row['last']} · {row['last_by']}"


def _standing(row: Entry, today: date, lang: Lang) -> str:
    if row["due"] is None:
        return NEVER.say(lang)
    if row["overdue_days"]:
        return LATE.say(lang, days=row["overdue_days"])
    due = date.fromisoformat(row["due"])
    if row["act_by"] != row["due"]:
        return ACT_BY.say(lang, day=row["act_by"])
    return TODAY.say(lang) if due == today else IN_DAYS.say(lang, days=(due - today).days)


COMMANDS = (contacts,)
