"""`pbridge calendar …`: import the announced holidays of a year, and show the days a year is reckoned with."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli.printing import print_json, print_table
from bridge.cli.session import YEARS, Group, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.report.labels import WEEKDAYS, join
from bridge.usecases import calendar_import, calendars

ABOUT = Text(
    zh="工作日历：导入放假安排，查看一年的假日与调休。", en="Working days: import announced holidays, show a year."
)
IMPORT = Text(
    zh="导入国务院公布的放假安排（CSV 或 holiday-cn 的 JSON），整年替换。",
    en="Import the announced holidays of a year (CSV or holiday-cn JSON); the year is replaced as a whole.",
)
SHOW = Text(zh="显示一年的假日、调休与公司日。", en="Show the days off, make-up days and company days of a year.")
BY = Text(zh="谁导入的", en="who imports it")
IMPORTED = Text(
    zh="{year} 年放假安排：放假 {off} 天，调休上班 {make_up} 天；有 {changed} 天与之前不同，工作日 {before} → {after}。",
    en="{year}: {off} day(s) off, {make_up} make-up day(s); {changed} day(s) differ from before, working days {before} → {after}.",
)
SAME = Text(
    zh="{year} 年放假安排与已导入的相同，没有变化。",
    en="{year}: the same announcement is in force already; nothing changed.",
)
STILL = Text(
    zh="{year} 年里没有调休上班日，仍按估算处理；请核对文件是否完整。",
    en="{year} names no make-up working day, so it stays an estimate; check that the file is complete.",
)
TOUCHED = Text(zh="{what}落在 {year} 年的里程碑：{keys}", en="milestones with a {what} in {year}: {keys}")
PROMISE = Text(zh="承诺日", en="promise")
FORECAST = Text(zh="预测日", en="forecast")
HEAD = Text(zh="{year} 年：{workdays} 个工作日{estimated}", en="{year}: {workdays} working days{estimated}")
ESTIMATED = Text(zh="（估算：放假安排尚未公布或导入）", en=" (an estimate: not announced or not imported)")
COLUMNS = (
    Text(zh="日期", en="date"),
    Text(zh="星期", en="weekday"),
    Text(zh="类别", en="kind"),
    Text(zh="名称", en="name"),
    Text(zh="来源", en="from"),
)
KINDS = {"off": Text(zh="休息", en="off"), "workday": Text(zh="上班", en="workday")}
ORIGINS = {
    "package": Text(zh="内置", en="built in"),
    "announced": Text(zh="公布", en="announced"),
    "company": Text(zh="公司", en="company"),
}


@click.group(cls=Group, about=ABOUT, example="pbridge calendar show 2026")
def calendar() -> None:
    pass


@calendar.command("import", about=IMPORT, example="pbridge calendar import 2027.json --by 王敏")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--by", cls=Option, text=BY, metavar="NAME")
@json_option
@click.pass_obj
def import_(session: Session, file: Path, by: str | None, as_json: bool) -> None:
    space = session.open()
    done = calendar_import.import_file(space, file, by)
    if as_json:
        print_json({"years": [one.as_json() for one in done]})
    for one in done:
        if one.estimated:
            session.remark(STILL.say(space.lang, year=one.year))
        if not as_json:
            click.echo("\n".join(_told(one, space.lang)))


def _told(one: calendar_import.YearImported, lang: Lang) -> list[str]:
    if not one.is_new:
        return [SAME.say(lang, year=one.year)]
    facts = {"changed": one.changed_days, "before": one.workdays_before, "after": one.workdays}
    lines = [IMPORTED.say(lang, year=one.year, off=one.off, make_up=one.make_up, **facts)]
    for what, keys in ((PROMISE, one.promises), (FORECAST, one.forecasts)):
        if keys:
            lines.append(TOUCHED.say(lang, what=what, year=one.year, keys=join(list(keys), lang)))
    return lines


@calendar.command("show", about=SHOW, example="pbridge calendar show 2026 --json")
@click.argument("year", type=click.IntRange(YEARS.start, YEARS.stop - 1), required=False)
@json_option
@click.pass_obj
def show(session: Session, year: int | None, as_json: bool) -> None:
    space = session.open()
    found = calendars.shown(space, year or space.clock.today.year)
    if as_json:
        print_json(found.as_json())
        return
    estimated = ESTIMATED.say(space.lang) if found.estimated else ""
    click.echo(HEAD.say(space.lang, year=found.year, workdays=found.workdays, estimated=estimated))
    rows = [
        (
            day,
            WEEKDAYS[day.weekday()].say(space.lang),
            KINDS[kind].say(space.lang),
            name,
            ORIGINS[origin].say(space.lang),
        )
        for day, kind, name, origin in found.days
    ]
    print_table(space.lang, COLUMNS, rows, flexible=(3,))
