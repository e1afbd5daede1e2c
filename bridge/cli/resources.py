"""`pbridge resources`: weeks of people against their hours, work that nobody has, and budgets of deals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import click

from bridge.cli.printing import plain, print_json, print_table
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.report.cells import money_of
from bridge.report.phrases import share_text
from bridge.usecases import resources as available

ABOUT = Text(
    zh="每人每周的工作量与可用工时，各项目预算的使用。",
    en="Load against hours per person and week, and budgets used.",
)
WEEKS = Text(zh="看几周，从本周起", en="how many weeks, from this one on")
NAME = Text(zh="人员", en="person")
TASKS = Text(zh="最占工时的任务", en="what takes most")
ORDER = Text(zh="按姓名排列；“!”表示超过 {limit}。", en="In order of names; “!” is above {limit}.")
OFF = Text(zh="休假或休息", en="away")
NO_HOURS = Text(zh="无可用工时", en="no hours")
UNASSIGNED = Text(zh="没有负责人：{count} 项任务，{hours}。", en="Without an owner: {count} task(s), {hours}.")
HOURS = Text(zh="{hours} 小时", en="{hours} hours")
NOT_STATED = Text(zh="工时未填", en="hours not stated")
UNCOUNTED = Text(
    zh="不在任何一周里：{undated} 没有截止日期，{unsized} 没有工时（共 {open} 项未完成任务）。",
    en="In nobody's week: {undated} have no due date, {unsized} no hours (of {open} open tasks).",
)
NOTHING_OPEN = Text(zh="没有未完成的任务。", en="no task is open.")
BUDGET_COLUMNS = (
    Text(zh="项目", en="deal"),
    Text(zh="类型", en="kind"),
    Text(zh="负责人", en="owner"),
    Text(zh="预算", en="budget"),
    Text(zh="已用", en="used"),
    Text(zh="使用率", en="ratio"),
)
OVERSPENT = Text(zh="{deal} 的{kind}已超预算。", en="{deal} has overspent its budget for {kind}.")
SHOWN = 3
MOST_WEEKS = 26
Entry = Mapping[str, Any]


@click.command(cls=Command, about=ABOUT, example="pbridge resources --weeks 4")
@click.option(
    "--weeks", cls=Option, text=WEEKS, type=click.IntRange(1, MOST_WEEKS), metavar="N", default=4, show_default=True
)
@json_option
@click.pass_obj
def resources(session: Session, weeks: int, as_json: bool) -> None:
    space = session.open()
    found = available.look(space, weeks)
    if as_json:
        print_json(found)
        return
    lang = space.lang
    columns = (NAME, *(_monday(week) for week in found["weeks"]), TASKS)
    limit = found["amber_above"]
    rows = (_person(person, limit, lang) for person in found["people"])
    if print_table(lang, columns, rows, flexible=(len(columns) - 1,)):
        click.echo(ORDER.say(lang, limit=share_text(limit)))
    for line in _uncounted(found["uncounted"], lang):
        click.echo(line)
    _print_budgets(found["budgets"], lang)


def _monday(week: str) -> Text:
    day = date.fromisoformat(week)
    return Text(zh=f"{day:%m-%d} 周", en=f"week {day:%m-%d}")


def _person(person: Entry, limit: float, lang: Lang) -> tuple[object, ...]:
    return (person["name"], *(_week(week, limit, lang) for week in person["weeks"]), _tasks(person["weeks"], lang))


def _week(week: Entry, limit: float, lang: Lang) -> str:
    """`32/40 80%`, with a mark above the limit; without hours to do it in there is no share."""
    if float(week["capacity"]) <= 0:
        return OFF.say(lang) if float(week["hours"]) <= 0 else f"{week['hours']}/0 {NO_HOURS.say(lang)} !"
    mark = " !" if week["ratio"] > limit else ""
    return f"{_whole(week['hours'])}/{_whole(week['capacity'])} {share_text(week['ratio'])}{mark}"


def _whole(hours: str) -> str:
    number = float(hours)
    return f"{number:.0f}" if number >= 10 or number == int(number) else f"{number:.1f}"


def _tasks(weeks: Sequence[Entry], lang: Lang) -> str:
    """The tasks with most hours over all weeks shown."""
    hours: dict[str, float] = {}
    for share in (share for week in weeks for share in week["tasks"]):
        named = f"{share['key'] or share['id'][-8:]} {share['title']}"
        hours[named] = hours.get(named, 0.0) + float(share["hours"])
    most = sorted(hours, key=lambda name: (-hours[name], name))
    more = f" +{len(most) - SHOWN}" if len(most) > SHOWN else ""
    return ("；" if lang == "zh" else "; ").join(most[:SHOWN]) + more


def _uncounted(rest: Entry, lang: Lang) -> Iterator[str]:
    if not rest["open"]:
        yield NOTHING_OPEN.say(lang)
        return
    if rest["unassigned"]:
        hours = NOT_STATED if rest["unassigned_hours"] is None else HOURS
        said = hours.say(lang, hours=rest["unassigned_hours"])
        yield UNASSIGNED.say(lang, count=rest["unassigned"], hours=said)
    undated, unsized = share_text(rest["undated_ratio"]), share_text(rest["without_hours_ratio"])
    yield UNCOUNTED.say(lang, undated=undated, unsized=unsized, open=rest["open"])


def _print_budgets(budgets: Sequence[Entry], lang: Lang) -> None:
    if not budgets:
        return
    click.echo()
    print_table(lang, BUDGET_COLUMNS, (_budget(row) for row in budgets), right=(3, 4, 5), flexible=(2,))
    for row in budgets:
        if row["ratio"] is not None and row["ratio"] > 1:
            click.echo(plain(OVERSPENT.say(lang, deal=row["deal"] or "—", kind=row["kind"] or "—")))


def _budget(row: Entry) -> tuple[object, ...]:
    def money(amount: str | None) -> str | None:
        return amount if amount is None or row["currency"] is None else money_of(amount, row["currency"])

    ratio = None if row["ratio"] is None else share_text(row["ratio"])
    owners = "、".join(row["owners"])
    return (row["deal"] or "—", row["kind"], owners, money(row["budget"]), money(row["used"]), ratio)


COMMANDS = (resources,)
