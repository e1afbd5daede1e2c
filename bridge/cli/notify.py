"""`pbridge notify`: send the digest now, print exactly what would be sent, or list what is on its way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from bridge.cli.printing import plain_lines, print_json, print_table
from bridge.cli.progress import stop_on_signal
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases import sending
from bridge.usecases.notifying import NotifyWish, Planned
from bridge.usecases.sending import Entry

ABOUT = Text(
    zh="把简报发到 [[notify]] 的各渠道；同一份不会发两次，休息日不发。",
    en="Send the digest to the channels of [[notify]]; nothing is sent twice, and nothing on a day off.",
)
DRY_RUN = Text(
    zh="只打印将要发送的内容和字节数，不发送", en="print exactly what would be sent, with bytes; send nothing"
)
CHANNEL = Text(zh="只用这个渠道（可多次）", en="only this channel (repeatable)")
WEEKLY = Text(zh="改发一周小结", en="the summary of the week instead")
AGAIN = Text(zh="今天发过的也再发一次", en="also what was sent today already")
OUTBOX = Text(zh="列出没有送达的消息和原因", en="list what has not arrived, and why")
RETRY = Text(zh="把已放弃的消息重新发送", en="send again what was given up")
DAY_OFF = Text(zh="{day} 是休息日，没有要发送的。", en="{day} is a day off; nothing is to be sent.")
PART = Text(
    zh="── {channel}（{kind}）{report} 第 {part}/{parts} 部分，{bytes} 字节，上限 {limit}",
    en="── {channel} ({kind}) {report}, part {part} of {parts}, {bytes} bytes of {limit}",
)
BEFORE = Text(
    zh="{channel}：{report} 之前已发送或排队；要再发一次请加 --again。",
    en="{channel}: {report} was sent or queued before; --again sends it once more.",
)
DONE = Text(
    zh="{channel}：{report} 第 {part}/{parts} 部分已送达。",
    en="{channel}: {report}, part {part} of {parts}, has arrived.",
)
HELD = Text(
    zh="还有 {count} 条在等待（静默时段、限速或等待重试）；后台服务会继续发送，也可以稍后再运行 pbridge notify。",
    en="{count} message(s) wait (quiet hours, limits, or a pause before the next try); the service sends them, or run "
    "pbridge notify again later.",
)
EMPTY = Text(zh="没有等待或未送达的消息。", en="nothing waits, and everything has arrived.")
COLUMNS = (
    Text(zh="渠道", en="channel"),
    Text(zh="报告", en="report"),
    Text(zh="部分", en="part"),
    Text(zh="状态", en="state"),
    Text(zh="次数", en="tries"),
    Text(zh="下次", en="next"),
    Text(zh="代码", en="code"),
    Text(zh="怎么办", en="what to do"),
)


@click.command(cls=Command, about=ABOUT, example="pbridge notify --dry-run --channel demo-group")
@click.option("--dry-run", cls=Option, text=DRY_RUN, is_flag=True)
@click.option("--channel", "names", cls=Option, text=CHANNEL, multiple=True, metavar="NAME")
@click.option("--weekly", cls=Option, text=WEEKLY, is_flag=True)
@click.option("--again", cls=Option, text=AGAIN, is_flag=True)
@click.option("--outbox", cls=Option, text=OUTBOX, is_flag=True)
@click.option("--retry", cls=Option, text=RETRY, is_flag=True)
@json_option
@click.pass_obj
def notify(
    session: Session,
    dry_run: bool,
    names: tuple[str, ...],
    weekly: bool,
    again: bool,
    outbox: bool,
    retry: bool,
    as_json: bool,
) -> int:
    space = session.open()
    lang = space.lang
    if outbox:
        return _print_outbox(session, sending.outbox_of(space, names), lang, as_json=as_json)
    wish = NotifyWish(names, weekly, again)
    if dry_run:
        _print_planned(session, sending.dry_run(space, wish), lang, as_json=as_json)
        return 0
    with stop_on_signal(session, lang) as stop:
        done = sending.send_now(space, wish, stop, retry=retry)
    if done.is_day_off:
        session.remark(DAY_OFF.say(lang, day=space.clock.today))
    for channel, report in done.before:
        session.remark(BEFORE.say(lang, channel=channel, report=report))
    if as_json:
        print_json(done.as_json(lang))
    else:
        for entry in done.tried:
            click.echo(plain_lines(_told(entry, lang)))
    if done.waiting:
        session.remark(HELD.say(lang, count=done.waiting))
    return done.exit_code


def _told(entry: Entry, lang: Lang) -> str:
    if entry["state"] == "sent":
        return DONE.say(lang, **{name: entry[name] for name in ("channel", "report", "part", "parts")})
    return sending.explained(entry, lang)


def _print_planned(session: Session, found: Sequence[Planned], lang: Lang, *, as_json: bool) -> None:
    entries = [part for one in found for part in sending.parts_of(one)]
    if as_json:
        print_json(entries)
        return
    if not found:
        session.remark(DAY_OFF.say(lang, day=session.open().clock.today))
    for part in entries:
        click.echo(
            PART.say(
                lang, **{name: part[name] for name in ("channel", "kind", "report", "part", "parts", "bytes", "limit")}
            )
        )
        click.echo(plain_lines(str(part["shown"])))
        click.echo()


def _print_outbox(session: Session, found: Sequence[Entry], lang: Lang, *, as_json: bool) -> int:
    if as_json:
        print_json(found)
    elif not print_table(lang, COLUMNS, [_row(entry, lang) for entry in found], right=(4,), flexible=(7,)):
        session.remark(EMPTY.say(lang))
    return int(any(entry["state"] in ("dead", "unclear") for entry in found))


def _row(entry: Entry, lang: Lang) -> tuple[Any, ...]:
    part = f"{entry['part']}/{entry['parts']}"
    state = sending.state_name(str(entry["state"]), lang)
    due = entry["due_at"] if entry["state"] == "waiting" else None
    told = sending.what_to_do(entry, lang) or entry["said"]
    return (entry["channel"], entry["report"], part, state, entry["tries"], due, entry["code"], told)
