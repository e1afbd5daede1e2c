"""`pbridge override` and `pbridge note`: what people hold for right, and what they wrote of a milestone."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from bridge.cli.findings import BY, UNTIL, WHY, WITHDRAW
from bridge.cli.printing import plain, print_json, print_table
from bridge.cli.session import Command, Day, Option, Session, json_option
from bridge.errors import UsageProblem
from bridge.language import Text
from bridge.reconcile.register import Note
from bridge.report import marks
from bridge.report.wording import status_name
from bridge.usecases import statements
from bridge.usecases.statements import ACCOUNTS, CATEGORIES, FIELDS, Said
from bridge.usecases.workspace import Workspace

OVERRIDE = Text(
    zh="人工判定一个里程碑的颜色到某天；与算出的颜色并列，从不取代它。",
    en="Hold another colour of a milestone for right until a day; it is shown beside the computed one, never instead.",
)
NOTE = Text(
    zh="里程碑的说明：原因、归责、补救、告知客户；不带选项列出各版。",
    en="The note of a milestone: why, whose, recovery, customer told. Without options, its versions.",
)
HELD = Text(
    zh="{milestone} 由{by}判为「{status}」，至 {until}。", en="{by} holds {milestone} to be “{status}” until {until}."
)
TAKEN_BACK = Text(zh="已收回对 {milestone} 的人工判定。", en="the status held for {milestone} is taken back.")
WRITTEN = Text(zh="已记下 {milestone} 的说明（{by}）。", en="the note of {milestone} is kept ({by}).")
NO_NOTE = Text(zh="{milestone} 还没有说明。", en="{milestone} has no note yet.")
INCOMPLETE = Text(
    zh="请写明颜色（{known}）和 --until，或用 --withdraw 收回。",
    en="name the status ({known}) and --until, or take it back with --withdraw.",
)
NO_AUTHOR = Text(zh="请用 --by 写明是谁。", en="say with --by who says so.")
CATEGORY = Text(zh=f"原因类别：{', '.join(CATEGORIES)}", en=f"kind of reason: {', '.join(CATEGORIES)}")
ACCOUNT = Text(zh=f"归责：{', '.join(ACCOUNTS)}", en=f"whose to answer for: {', '.join(ACCOUNTS)}")
REASON = Text(zh="延误的原因，用自己的话", en="why it is late, in your own words")
RECOVERY_PLAN = Text(zh="补救计划", en="how it is to be caught up")
OWNER = Text(zh="补救负责人", en="who carries the recovery plan")
RECOVERY_DATE = Text(zh="预计赶上的日期", en="when it is back on track")
INFORMED = Text(zh="告知客户的日期", en="the day on which the customer was told")
CLEAR = Text(zh="清空这一项（可多次）", en="empty this field (repeatable)")
COLUMNS = (
    Text(zh="记录于", en="recorded"),
    Text(zh="谁", en="by"),
    Text(zh="类别", en="kind"),
    Text(zh="归责", en="whose"),
    Text(zh="原因", en="reason"),
    Text(zh="补救", en="recovery"),
    Text(zh="负责人", en="owner"),
    Text(zh="赶上", en="back on track"),
    Text(zh="告知客户", en="customer told"),
)


@click.command(
    cls=Command, about=OVERRIDE, example="pbridge override M-01 amber --until 2026-09-15 --by 王敏 --reason 合同在改"
)
@click.argument("milestone", metavar="KEY")
@click.argument("status", metavar="[STATUS]", required=False)
@click.option("--until", cls=Option, text=UNTIL, type=Day())
@click.option("--by", cls=Option, text=BY, metavar="NAME", required=True)
@click.option("--reason", cls=Option, text=WHY, metavar="TEXT", required=True)
@click.option("--withdraw", cls=Option, text=WITHDRAW, is_flag=True)
@json_option
@click.pass_obj
def override(
    session: Session,
    milestone: str,
    status: str | None,
    until: date | None,
    by: str,
    reason: str,
    withdraw: bool,
    as_json: bool,
) -> None:
    space, said = session.open(), Said(by, reason)
    if withdraw:
        statements.take_back_override(space, milestone, said)
        print_json(None) if as_json else click.echo(TAKEN_BACK.say(space.lang, milestone=milestone))
        return
    if status is None or until is None:
        raise UsageProblem(INCOMPLETE, known=", ".join(statements.STATUSES))
    done = statements.override(space, milestone, status.lower(), until, said)
    if as_json:
        print_json(statements.override_as_json(done))
    else:
        name = status_name(done.status, space.lang)
        click.echo(HELD.say(space.lang, milestone=milestone, by=plain(done.by), status=name, until=until))


@click.command(
    cls=Command,
    about=NOTE,
    example="pbridge note M-01 --recovery-plan 加班联调 --informed 2026-08-20 --by 王敏",
)
@click.argument("milestone", metavar="KEY")
@click.option("--category", cls=Option, text=CATEGORY, type=click.Choice(CATEGORIES), metavar="KIND")
@click.option("--account", cls=Option, text=ACCOUNT, type=click.Choice(ACCOUNTS), metavar="WHOSE")
@click.option("--reason", cls=Option, text=REASON, metavar="TEXT")
@click.option("--recovery-plan", cls=Option, text=RECOVERY_PLAN, metavar="TEXT")
@click.option("--owner", cls=Option, text=OWNER, metavar="NAME")
@click.option("--recovery-date", cls=Option, text=RECOVERY_DATE, type=Day())
@click.option("--informed", "customer_informed", cls=Option, text=INFORMED, type=Day())
@click.option("--clear", "cleared", cls=Option, text=CLEAR, multiple=True, type=click.Choice(FIELDS), metavar="FIELD")
@click.option("--by", cls=Option, text=BY, metavar="NAME")
@json_option
@click.pass_obj
def note(
    session: Session, /, milestone: str, cleared: tuple[str, ...], by: str | None, as_json: bool, **fields: Any
) -> None:
    space = session.open()
    if by is None:
        if cleared or any(value is not None for value in fields.values()):
            raise UsageProblem(NO_AUTHOR)
        versions = statements.note_versions(space, milestone)
        if as_json:
            print_json([statements.note_as_json(version) for version in versions])
        elif not print_table(space.lang, COLUMNS, [_cells(one, space) for one in versions], flexible=(4, 5)):
            session.remark(NO_NOTE.say(space.lang, milestone=milestone))
        return
    done = statements.write_note(space, milestone, by, fields, cleared)
    if as_json:
        print_json(statements.note_as_json(done))
    else:
        click.echo(WRITTEN.say(space.lang, milestone=milestone, by=plain(done.by)))


def _cells(version: Note, space: Workspace) -> tuple[object, ...]:
    category, account, lang = version.category, version.account, space.lang
    return (
        f"{version.recorded_at.astimezone(space.clock.timezone):%Y-%m-%d %H:%M}",
        version.by,
        category and marks.CATEGORIES[category].say(lang),
        account and marks.ACCOUNTS[account].say(lang),
        version.reason,
        version.recovery_plan,
        version.owner,
        version.recovery_date,
        version.customer_informed,
    )
