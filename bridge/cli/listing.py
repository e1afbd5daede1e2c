"""`pbridge tasks` and `pbridge changes`: what is stored, row by row."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from bridge.cli.printing import print_lines, print_table
from bridge.cli.session import Command, Day, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases import json_text, looking

TASKS = Text(
    zh="统一格式的任务；--json 每行一个。", en="Tasks in the common schema; one JSON object a line with --json."
)
CHANGES = Text(
    zh="任务的变化历史；--json 每行一个。", en="Recorded history of tasks; one JSON object a line with --json."
)
SOURCE = Text(zh="只看这个来源", en="only this source")
PROJECT = Text(zh="只看这个项目（编号、标识或名称）", en="only this project (id, key or name)")
GONE = Text(zh="只看已消失的任务", en="only tasks that are gone")
TASK = Text(zh="只看这个任务（编号或标识）", en="only this task (id or key)")
SINCE = Text(zh="从这一天起", en="from this day on")
NO_TASKS = Text(zh="没有符合条件的任务。", en="no task fits.")
NO_CHANGES = Text(zh="没有符合条件的变化记录。", en="no recorded change fits.")
TASK_COLUMNS = (
    Text(zh="来源", en="source"),
    Text(zh="编号", en="key"),
    Text(zh="标题", en="title"),
    Text(zh="状态", en="status"),
    Text(zh="负责人", en="owner"),
    Text(zh="截止", en="due"),
    Text(zh="项目", en="project"),
)
CHANGE_COLUMNS = (
    Text(zh="时间", en="at"),
    Text(zh="来源", en="source"),
    Text(zh="任务", en="task"),
    Text(zh="字段", en="field"),
    Text(zh="原值", en="old"),
    Text(zh="新值", en="new"),
    Text(zh="由谁", en="by"),
)
UNTOLD = Text(zh="工具中未记录", en="not in the tool's history")
READ_OTHERWISE = Text(zh="（映射改变）", en="(mapping changed)")


@click.command(cls=Command, about=TASKS, example="pbridge tasks --source pingcode --json")
@click.option("--source", "sources", cls=Option, text=SOURCE, multiple=True, metavar="NAME")
@click.option("--project", cls=Option, text=PROJECT, metavar="KEY")
@click.option("--gone", cls=Option, text=GONE, is_flag=True)
@json_option
@click.pass_obj
def tasks(session: Session, sources: tuple[str, ...], project: str | None, gone: bool, as_json: bool) -> None:
    space = session.open()
    rows = looking.list_tasks(space, sources=sources, project=project, gone=gone)
    if as_json:
        print_lines(rows)
    elif not print_table(space.lang, TASK_COLUMNS, map(_task_row, sorted(rows, key=by_key)), flexible=(2, 4, 6)):
        session.remark(NO_TASKS.say(space.lang))


def by_key(task: Mapping[str, Any]) -> tuple[str, list[str | int]]:
    """By source and key, PAY-9 before PAY-10."""
    parts = re.split(r"(\d+)", task["key"] or task["id"])
    return task["source"], [int(part) if number % 2 else part for number, part in enumerate(parts)]


def _task_row(task: Mapping[str, Any]) -> tuple[object, ...]:
    owners = "、".join(person["name"] for person in task["assignees"])
    key = task["key"] or task["id"]
    return (task["source"], key, task["title"], task["status"], owners, task["due_on"], task["project"]["name"])


@click.command(cls=Command, about=CHANGES, example="pbridge changes --task PAY-2 --json")
@click.option("--task", cls=Option, text=TASK, metavar="ID")
@click.option("--since", cls=Option, text=SINCE, type=Day())
@json_option
@click.pass_obj
def changes(session: Session, task: str | None, since: date | None, as_json: bool) -> None:
    space = session.open()
    rows = looking.list_changes(space, task=task, since=since)
    if as_json:
        print_lines(rows)
    elif not print_table(space.lang, CHANGE_COLUMNS, (_change_row(row, space.lang) for row in rows), flexible=(4, 5)):
        session.remark(NO_CHANGES.say(space.lang))


def _change_row(change: Mapping[str, Any], lang: Lang) -> tuple[object, ...]:
    values = (_short(change["old"]), _short(change["new"]))
    return (
        change["at"],
        change["source"],
        change["id"],
        change["field"],
        *values,
        _by(change, lang),
    )


def _by(change: Mapping[str, Any], lang: Lang) -> str:
    """Who did it; what is only read otherwise since a new mapping, nobody did."""
    if change["cause"] == "mapping" and change["how"] == "diff":
        return READ_OTHERWISE.say(lang)
    return change["by"]["name"] if change["by"] else UNTOLD.say(lang)


def _short(value: object) -> str:
    return value if isinstance(value, str) else json_text.dumps(value)


COMMANDS = (tasks, changes)
