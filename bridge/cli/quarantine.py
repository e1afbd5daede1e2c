"""`pbridge quarantine`: rows that could not become tasks, and another try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from bridge.cli.printing import print_json, print_lines, print_table
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases import quarantine as held

ABOUT = Text(
    zh="无法成为任务的行：列出，或 retry 用现在的映射再试，不联网。",
    en="Rows that could not become tasks: list, or retry with the mapping of now, offline.",
)
SOURCE = Text(zh="只看这个来源（可多次）", en="only this source (repeatable)")
EMPTY = Text(zh="没有被隔离的行。", en="nothing is in quarantine.")
RETRIED = Text(
    zh="{source}：再试 {tried} 行，{released} 行成为任务，仍有 {remaining} 行被隔离。",
    en="{source}: {tried} row(s) tried again, {released} left quarantine, {remaining} remain.",
)
NEXT = Text(
    zh="请按 pbridge quarantine 列出的原因修改映射文件或源数据；没有编号的行要在来源中改正，下次完整读取后自动消失。",
    en="Correct the mapping file or the data for the reasons that pbridge quarantine lists; a row without an id must be "
    "corrected at its source and goes with the next complete read.",
)
REASONS = {
    "missing_required": Text(zh="缺少必需的值", en="a required value is missing"),
    "unmapped_value": Text(zh="值没有映射", en="the value is not mapped"),
    "unreadable_value": Text(zh="值读不懂", en="the value cannot be read"),
    "no_id": Text(zh="没有编号", en="it has no id"),
    "not_an_object": Text(zh="不是对象", en="it is no object"),
}
COLUMNS = (
    Text(zh="来源", en="source"),
    Text(zh="类别", en="stream"),
    Text(zh="编号", en="id"),
    Text(zh="项目", en="project"),
    Text(zh="原因", en="reason"),
    Text(zh="详情", en="detail"),
    Text(zh="首次", en="first seen"),
    Text(zh="最近", en="last seen"),
)


@click.command(cls=Command, about=ABOUT, example="pbridge quarantine retry --source pingcode")
@click.argument("action", type=click.Choice(["list", "retry"]), default="list", metavar="[list|retry]")
@click.option("--source", "sources", cls=Option, text=SOURCE, multiple=True, metavar="NAME")
@json_option
@click.pass_obj
def quarantine(session: Session, action: str, sources: tuple[str, ...], as_json: bool) -> int:
    if action == "retry":
        return _retry(session, sources, as_json)
    space = session.open()
    rows = held.list_held(space, sources)
    if as_json:
        print_lines(rows)
    elif not print_table(space.lang, COLUMNS, (_row(row, space.lang) for row in rows), flexible=(3, 5)):
        session.remark(EMPTY.say(space.lang))
    return 0


def _retry(session: Session, sources: Sequence[str], as_json: bool) -> int:
    space = session.open()
    done = held.retry(space, sources)
    if as_json:
        print_json([entry.as_json() for entry in done])
    else:
        for entry in done:
            click.echo(RETRIED.say(space.lang, **entry.as_json()))
    is_clear = not any(entry.remaining for entry in done)
    if not is_clear:
        session.remark(NEXT.say(space.lang))
    return int(not is_clear)


def _row(row: Mapping[str, Any], lang: Lang) -> tuple[object, ...]:
    reason = REASONS[row["reason"]].say(lang) if row["reason"] in REASONS else row["reason"]
    seen = (row["first_seen_at"], row["last_seen_at"])
    return (row["source"], row["stream"], row["id"], row["project"], reason, row["detail"], *seen)
