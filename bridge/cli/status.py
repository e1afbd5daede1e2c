"""`pbridge status`: whether the service can work, what it needs somebody for, and who answers for that until when."""

from __future__ import annotations

from datetime import date

import click

from bridge.cli.findings import BY, NO_DAY, UNTIL, WHY, WITHDRAW
from bridge.cli.printing import print_json, print_table
from bridge.cli.session import Day, Group, Option, Session, json_option
from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.report.marks import STATE_WORDS
from bridge.usecases import notices
from bridge.usecases.notices import Notice
from bridge.usecases.statements import Said

ABOUT = Text(
    zh="服务自身的状况：能否工作，有哪些提醒、从何时起、谁已确认。",
    en="How the service itself fares: whether it can work, its notices, since when, and who answers for them.",
)
ACKNOWLEDGE = Text(
    zh="确认一条提醒到某天：仍然列出；加重或到期后重新提醒。",
    en="Answer for a notice until a day: it stays listed, and speaks again when it worsens or the day has passed.",
)
SINCE = Text(zh="也列出这一天起已消除的", en="also what was over from this day on")
COLUMNS = (
    Text(zh="提醒", en="notice"),
    Text(zh="位置", en="place"),
    Text(zh="程度", en="severity"),
    Text(zh="状态", en="state"),
    Text(zh="出现", en="opened"),
    Text(zh="加重", en="worsened"),
    Text(zh="确认至", en="acknowledged"),
    Text(zh="确认人", en="by"),
    Text(zh="说明", en="message"),
)
FORMER_COLUMNS = (
    Text(zh="已消除的提醒", en="notice that is over"),
    Text(zh="位置", en="place"),
    Text(zh="出现", en="opened"),
    Text(zh="消除", en="cleared"),
)
WELL = Text(zh="一切正常。", en="everything is well.")
DONE = Text(
    zh="{place} 的提醒 {code} 由{by}确认至 {until}。", en="{by} answers for the notice {code} of {place} until {until}."
)
TAKEN_BACK = Text(
    zh="已收回对 {place} 的提醒 {code} 的确认。",
    en="the acknowledgement of the notice {code} of {place} is taken back.",
)


@click.group(cls=Group, about=ABOUT, example="pbridge status --since 2026-09-01", invoke_without_command=True)
@click.option("--since", cls=Option, text=SINCE, type=Day())
@json_option
@click.pass_context
def status(ctx: click.Context, since: date | None, as_json: bool) -> None:
    if ctx.invoked_subcommand is not None:
        return
    session: Session = ctx.obj
    space = session.open()
    found, lang = notices.overview(space, since), space.lang
    if as_json:
        print_json(notices.as_json(found, space))
    else:
        for one in found.obstacles:
            click.echo(one.text.say(lang))
        print_table(lang, COLUMNS, [_cells(one, lang) for one in found.notices], flexible=(8,))
        rows = [(one.code, one.place, one.since, one.cleared_on) for one in found.former]
        print_table(lang, FORMER_COLUMNS, rows)
        if not found.obstacles and not found.notices:
            click.echo(WELL.say(lang))
    if not found.is_well:
        ctx.exit(1)


@status.command(
    "acknowledge",
    about=ACKNOWLEDGE,
    example="pbridge status acknowledge data_old pingcode --until 2026-09-15 --by 王敏 --reason 系统升级",
)
@click.argument("code", metavar="CODE")
@click.argument("place", metavar="PLACE")
@click.option("--until", cls=Option, text=UNTIL, type=Day())
@click.option("--by", cls=Option, text=BY, metavar="NAME", required=True)
@click.option("--reason", cls=Option, text=WHY, metavar="TEXT", required=True)
@click.option("--withdraw", cls=Option, text=WITHDRAW, is_flag=True)
@click.pass_obj
def acknowledge(
    session: Session, code: str, place: str, until: date | None, by: str, reason: str, withdraw: bool
) -> None:
    space, said = session.open(), Said(by, reason)
    if withdraw:
        notices.take_back(space, code, place, said)
        click.echo(TAKEN_BACK.say(space.lang, code=code, place=place))
    elif until is None:
        raise UsageProblem(NO_DAY)
    else:
        notices.answer(space, code, place, until, said)
        click.echo(DONE.say(space.lang, code=code, place=place, by=by, until=until))


def _cells(one: Notice, lang: Lang) -> tuple[object, ...]:
    said = one.answered
    return (
        one.concern.code,
        one.concern.place,
        notices.SEVERITY_WORDS[one.concern.severity].say(lang),
        STATE_WORDS[one.state].say(lang),
        one.since,
        one.worsened_on,
        *((said.until, said.by) if said else (None, None)),
        one.concern.text.say(lang),
    )


COMMANDS = (status,)
