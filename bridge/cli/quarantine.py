"""`pbridge quarantine`: rows that could not become tasks, and another try."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import click

from bridge.cli.printing import plain_lines, print_json, print_lines, print_table
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases import json_text
from bridge.usecases import quarantine as held

ABOUT = Text(
    zh="无法成为任务的行：按原因列出，或 retry 用现在的映射再试。",
    en="Rows that could not become tasks: list by reason, or retry, offline.",
)
SOURCE = Text(zh="只看这个来源（可多次）", en="only this source (repeatable)")
REASON = Text(zh="只要这个原因，如 missing_required", en="only this reason, such as missing_required")
ID = Text(zh="只要这一行", en="only the row with this id")
RAW = Text(zh="附原始内容，人员和密钥已隐去", en="with what came, people and secrets hidden")
COUNT = Text(zh="{code}（{reason}）：{count} 行", en="{code} ({reason}): {count} row(s)")
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


@click.command(cls=Command, about=ABOUT, example="pbridge quarantine retry --reason missing_required")
@click.argument("action", type=click.Choice(["list", "retry"]), default="list", metavar="[list|retry]")
@click.option("--source", "sources", cls=Option, text=SOURCE, multiple=True, metavar="NAME")
@click.option("--reason", cls=Option, text=REASON, metavar="CODE")
@click.option("--id", "row", cls=Option, text=ID, metavar="ID")
@click.option("--raw", "payloads", cls=Option, text=RAW, is_flag=True)
@json_option
@click.pass_obj
def quarantine(
    session: Session,
    action: str,
    sources: tuple[str, ...],
    reason: str | None,
    row: str | None,
    payloads: bool,
    as_json: bool,
) -> int:
    choice = held.Choice(sources, reason, row)
    return _retry(session, choice, as_json) if action == "retry" else _list(session, choice, payloads, as_json)


def _list(session: Session, choice: held.Choice, payloads: bool, as_json: bool) -> int:
    space = session.open()
    found = held.list_held(space, choice, payloads=payloads)
    if as_json:
        print_lines(found)
        return 0
    rows, lang = list(found), space.lang
    for code, count in Counter(row["reason"] for row in rows).items():
        session.remark(COUNT.say(lang, code=code, reason=_reason(code, lang), count=count))
    if not rows:
        session.remark(EMPTY.say(lang))
    elif payloads:
        for row in rows:
            print_table(lang, COLUMNS, [_row(row, lang)], flexible=(3, 5))
            click.echo(plain_lines(json_text.dumps(row["raw"], indent=2)) + "\n")
    else:
        print_table(lang, COLUMNS, (_row(row, lang) for row in rows), flexible=(3, 5))
    return 0


def _retry(session: Session, choice: held.Choice, as_json: bool) -> int:
    space = session.open()
    done = held.retry(space, choice)
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
    reason = _reason(row["reason"], lang)
    seen = (row["first_seen_at"], row["last_seen_at"])
    return (row["source"], row["stream"], row["id"], row["project"], reason, row["detail"], *seen)


def _reason(code: str, lang: Lang) -> str:
    return REASONS[code].say(lang) if code in REASONS else code
