"""`pbridge findings` and `pbridge acknowledge`: reasons with their life, and who answers for which until when."""

from __future__ import annotations

from datetime import date, datetime

import click

from bridge.cli.printing import plain_lines, print_json, print_table
from bridge.cli.session import Command, Day, Option, Session, json_option
from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.reconcile.findings import State
from bridge.report.marks import STATE_WORDS
from bridge.report.wording import reason_name
from bridge.usecases import findings as register
from bridge.usecases import refusals, statements

FINDINGS = Text(
    zh="各里程碑的问题：何时出现、何时加重、何时消除、谁已确认。",
    en="The findings of each milestone: since when, worse, cleared, who answers for them.",
)
ACKNOWLEDGE = Text(
    zh="确认一个问题到某天：仍然列出；加重或到期后重新提醒。",
    en="Answer for a finding until a day: it stays listed, and speaks again when it worsens or the day has passed.",
)
MILESTONE = Text(zh="只看这个里程碑", en="only this milestone")
STATE = Text(zh="只看这种状态（可多次）", en="only in this state (repeatable)")
SINCE = Text(zh="只看这一天起有变化的，已消除的也列出", en="only what changed from this day on, cleared ones too")
UNTIL = Text(zh="到这一天为止（含）", en="until this day, included")
BY = Text(zh="谁", en="who says so")
WHY = Text(zh="理由", en="why")
WITHDRAW = Text(zh="收回", en="take it back")
CHANNELS = Text(
    zh="改为列出不收消息的渠道：何时起、为什么、怎么办",
    en="instead the channels that take no message: since when, why, what to do",
)
OF_CHANNEL = Text(
    zh="KEY 是渠道的名字，CODE 是它拒收的代码", en="KEY is the name of a channel, CODE what it refuses by"
)
NOT_BOTH = Text(
    zh="--channels 不能与 --milestone、--state 同用。", en="--channels does not go with --milestone or --state."
)
NONE = Text(zh="没有符合的问题。", en="there is no such finding.")
DONE = Text(
    zh="{milestone} 的 {code}（{name}）由{by}确认至 {until}。",
    en="{by} answers for {code} ({name}) of {milestone} until {until}.",
)
TAKEN_BACK = Text(
    zh="已收回对 {milestone} 的 {code} 的确认。", en="the acknowledgement of {code} of {milestone} is taken back."
)
NO_DAY = Text(
    zh="请用 --until 写明到哪一天，或用 --withdraw 收回。",
    en="name the day with --until, or take it back with --withdraw.",
)
CHANNEL_COLUMNS = (
    Text(zh="渠道", en="channel"),
    Text(zh="代码", en="code"),
    Text(zh="状态", en="state"),
    Text(zh="条数", en="parts"),
    Text(zh="出现", en="opened"),
    Text(zh="最近", en="last seen"),
    Text(zh="消除", en="cleared"),
    Text(zh="怎么办", en="what to do"),
    Text(zh="确认至", en="acknowledged"),
    Text(zh="确认人", en="by"),
    Text(zh="理由", en="why"),
)
COLUMNS = (
    Text(zh="里程碑", en="milestone"),
    Text(zh="问题", en="finding"),
    Text(zh="名称", en="name"),
    Text(zh="程度", en="severity"),
    Text(zh="状态", en="state"),
    Text(zh="出现", en="opened"),
    Text(zh="加重", en="worsened"),
    Text(zh="最近", en="last seen"),
    Text(zh="消除", en="cleared"),
    Text(zh="确认至", en="acknowledged"),
    Text(zh="确认人", en="by"),
    Text(zh="理由", en="why"),
)
SEVERITIES = {"red": Text(zh="红", en="red"), "amber": Text(zh="黄", en="amber"), "grey": Text(zh="灰", en="grey")}


@click.command(cls=Command, about=FINDINGS, example="pbridge findings --milestone M-01 --since 2026-09-01")
@click.option("--milestone", cls=Option, text=MILESTONE, metavar="KEY")
@click.option(
    "--state",
    "states",
    cls=Option,
    text=STATE,
    multiple=True,
    type=click.Choice([state.value for state in State]),
    metavar="STATE",
)
@click.option("--since", cls=Option, text=SINCE, type=Day())
@click.option("--channels", cls=Option, text=CHANNELS, is_flag=True)
@json_option
@click.pass_obj
def findings(
    session: Session, milestone: str | None, states: tuple[str, ...], since: date | None, channels: bool, as_json: bool
) -> None:
    space = session.open()
    if channels:
        if milestone or states:
            raise UsageProblem(NOT_BOTH)
        _print_channels(session, refusals.listed(space, since), space.lang, as_json=as_json)
        return
    found = register.listed(space, register.FindingWish(milestone, states, since))
    if as_json:
        print_json([row.as_json() for row in found])
    elif not print_table(space.lang, COLUMNS, [_cells(row, space.lang) for row in found], flexible=(2, 11)):
        session.remark(NONE.say(space.lang))


@click.command(
    cls=Command,
    about=ACKNOWLEDGE,
    example="pbridge acknowledge M-01 OVERDUE --until 2026-09-15 --by 王敏 --reason 已知",
)
@click.argument("milestone", metavar="KEY")
@click.argument("code", metavar="CODE")
@click.option("--until", cls=Option, text=UNTIL, type=Day())
@click.option("--by", cls=Option, text=BY, metavar="NAME", required=True)
@click.option("--reason", cls=Option, text=WHY, metavar="TEXT", required=True)
@click.option("--withdraw", cls=Option, text=WITHDRAW, is_flag=True)
@click.option("--channel", "is_channel", cls=Option, text=OF_CHANNEL, is_flag=True)
@json_option
@click.pass_obj
def acknowledge(
    session: Session,
    milestone: str,
    code: str,
    until: date | None,
    by: str,
    reason: str,
    withdraw: bool,
    is_channel: bool,
    as_json: bool,
) -> None:
    space, said = session.open(), statements.Said(by, reason)
    if is_channel:
        _acknowledge_channel(session, milestone, code, None if withdraw else _needed(until), said, as_json=as_json)
        return
    if withdraw:
        statements.take_back_acknowledgement(space, milestone, code, said)
        line = TAKEN_BACK.say(space.lang, milestone=milestone, code=code.upper())
    else:
        until = _needed(until)
        done = statements.acknowledge(space, milestone, code, until, said)
        name = reason_name(done.code, space.lang)
        line = DONE.say(space.lang, milestone=milestone, code=done.code, name=name, by=done.by, until=until)
    if as_json:
        print_json([row.as_json() for row in register.listed(space, register.FindingWish(milestone))])
    else:
        click.echo(line)


def _needed(until: date | None) -> date:
    if until is None:
        raise UsageProblem(NO_DAY)
    return until


def _acknowledge_channel(
    session: Session, channel: str, code: str, until: date | None, said: statements.Said, *, as_json: bool
) -> None:
    space = session.open()
    if until is None:
        code = refusals.take_back(space, channel, code).code
        line = TAKEN_BACK.say(space.lang, milestone=channel, code=code)
    else:
        done = refusals.acknowledge(space, channel, code, until, said)
        name = refusals.Told(done, "acknowledged").what_to_do(space.lang)
        line = DONE.say(space.lang, milestone=channel, code=done.code, name=name, by=said.by.strip(), until=until)
    if as_json:
        print_json([one.as_json(space.lang) for one in refusals.listed(space) if one.refusal.channel == channel])
    else:
        click.echo(plain_lines(line))


def _print_channels(session: Session, found: list[refusals.Told], lang: Lang, *, as_json: bool) -> None:
    zone = session.open().clock.timezone

    def at(instant: datetime | None) -> str | None:
        return None if instant is None else f"{instant.astimezone(zone):%Y-%m-%d %H:%M}"

    def cells(told: refusals.Told) -> tuple[object, ...]:
        one, said = told.refusal, told.refusal.answer
        days = (at(one.opened_at), at(one.seen_at), at(one.cleared_at))
        answered = (said.until, said.by, said.reason) if said else (None, None, None)
        state = refusals.STATES[told.state].say(lang)
        return (one.channel, one.code, state, one.parts, *days, told.what_to_do(lang), *answered)

    if as_json:
        print_json([one.as_json(lang) for one in found])
    elif not print_table(lang, CHANNEL_COLUMNS, [cells(one) for one in found], right=(3,), flexible=(7, 10)):
        session.remark(NONE.say(lang))


def _cells(row: register.Listed, lang: Lang) -> tuple[object, ...]:
    episode, said = row.episode, row.acknowledgement
    return (
        episode.milestone,
        episode.code,
        reason_name(episode.code, lang),
        SEVERITIES[episode.severity].say(lang),
        STATE_WORDS[row.state].say(lang),
        episode.opened_on,
        episode.worsened_on,
        row.seen_on,
        episode.cleared_on,
        *((said.until, said.by, said.reason) if said else (None, None, None)),
    )
