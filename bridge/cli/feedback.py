"""`pbridge feedback …`: what customers said in the plan and in tickets, and which milestone a ticket belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from bridge.cli.printing import plain, print_json, print_table
from bridge.cli.session import Group, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases import feedback as said

ABOUT = Text(
    zh="客户反馈：计划里的和工单，未关闭的在前。",
    en="What customers said, in the plan and in tickets; open first.",
)
LINK = Text(
    zh="把工单挂到里程碑上；里程碑写 - 则撤销。", en="Link a ticket to a milestone; - instead of one takes it back."
)
CUSTOMER = Text(zh="只看这个客户", en="only this customer")
OPEN = Text(zh="只看未关闭的", en="only what is not closed")
BY = Text(zh="由谁挂上", en="who links it")
COLUMNS = (
    Text(zh="编号", en="ref"),
    Text(zh="日期", en="date"),
    Text(zh="客户", en="customer"),
    Text(zh="里程碑", en="milestone"),
    Text(zh="评分", en="score"),
    Text(zh="内容", en="text"),
    Text(zh="状态", en="status"),
    Text(zh="已等", en="waiting"),
    Text(zh="负责人", en="owner"),
    Text(zh="截止", en="due"),
)
CUSTOMER_COLUMNS = (
    Text(zh="客户", en="customer"),
    Text(zh="反馈", en="voices"),
    Text(zh="未关闭", en="open"),
    Text(zh="最久已等", en="longest wait"),
    Text(zh="评分数", en="scores"),
    Text(zh="平均分", en="mean score"),
)
DAYS = Text(zh="{days} 天", en="{days} d")
TOO_FEW = Text(zh="不足 5 条，不显示", en="fewer than 5, not shown")
NOBODY = Text(zh="（未知客户）", en="(customer unknown)")
NO_STATUS = Text(zh="未处理", en="open")
NOTHING = Text(zh="没有符合条件的反馈。", en="no feedback fits.")
UNPLACED = Text(
    zh="{count} 条工单不属于计划里的任何项目：用 pbridge feedback link 挂到里程碑，或在映射的 [feedback] 里写明 deal。",
    en="{count} ticket(s) belong to no deal of the plan: link them with pbridge feedback link, or let [feedback] of the mapping "
    "tell the deal.",
)
UNREAD = Text(
    zh="{count} 条工单有读不懂的值；pbridge mapping check 会指出是哪些。",
    en="{count} ticket(s) have a value that could not be read; pbridge mapping check tells which.",
)
LINKED = Text(zh="{ref} 已挂到 {milestone}（{by}）", en="{ref} is linked to {milestone} ({by})")
TAKEN_BACK = Text(zh="{ref} 不再由人工挂接（{by}）", en="{ref} is no longer linked by hand ({by})")
Entry = Mapping[str, Any]


@click.group(cls=Group, about=ABOUT, example="pbridge feedback --open", invoke_without_command=True)
@click.option("--customer", cls=Option, text=CUSTOMER, metavar="NAME")
@click.option("--open", "only_open", cls=Option, text=OPEN, is_flag=True)
@json_option
@click.pass_context
def feedback(ctx: click.Context, customer: str | None, only_open: bool, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    space = session.open()
    found = said.look(space, said.FeedbackWish(customer, only_open))
    if as_json:
        print_json(found)
        return
    if not print_table(
        space.lang, COLUMNS, (_row(row, space.lang) for row in found["feedback"]), right=(4, 7), flexible=(2, 5)
    ):
        session.remark(NOTHING.say(space.lang))
    if found["customers"]:
        click.echo()
        rows = (_customer(row, space.lang) for row in found["customers"])
        print_table(space.lang, CUSTOMER_COLUMNS, rows, right=(1, 2, 3, 4, 5), flexible=(0,))
    for count, text in ((found["unplaced"], UNPLACED), (found["unread"], UNREAD)):
        if count:
            session.remark(text.say(space.lang, count=count))


@feedback.command("link", about=LINK, example="pbridge feedback link pingcode:SVC-T1 M-05 --by 苏晓岚")
@click.argument("ref")
@click.argument("milestone")
@click.option("--by", cls=Option, text=BY, metavar="NAME", required=True)
@click.pass_obj
def link(session: Session, ref: str, milestone: str, by: str) -> None:
    space = session.open()
    named, key = said.link(space, ref, milestone, by)
    text = TAKEN_BACK if key is None else LINKED
    click.echo(text.say(space.lang, ref=plain(named), milestone=plain(key or ""), by=plain(by)))


def _row(row: Entry, lang: Lang) -> tuple[object, ...]:
    waiting = DAYS.say(lang, days=row["age_days"]) if row["open"] and row["age_days"] is not None else None
    status = row["status"] or (NO_STATUS.say(lang) if row["open"] else None)
    place = row["milestone"] or row["deal"] or "—"
    return (
        row["ref"],
        row["date"],
        row["customer"] or NOBODY.say(lang),
        place,
        row["score"],
        row["text"],
        status,
        waiting,
        row["owner"],
        row["due"],
    )


def _customer(row: Entry, lang: Lang) -> tuple[object, ...]:
    oldest = None if row["oldest_days"] is None else DAYS.say(lang, days=row["oldest_days"])
    mean = row["mean_score"] or TOO_FEW.say(lang)
    return (row["customer"] or NOBODY.say(lang), row["voices"], row["open"], oldest, row["answers"], mean)


COMMANDS = (feedback,)
