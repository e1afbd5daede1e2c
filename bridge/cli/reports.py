"""`pbridge reconcile`, `report` and `run`: judge, read, or everything at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click

from bridge.cli.printing import print_json
from bridge.cli.session import Command, Day, Option, Session, is_terminal, json_option
from bridge.cli.sources import print_sync, run_sync
from bridge.errors import UsageProblem
from bridge.language import Lang, Text
from bridge.reconcile.findings import State
from bridge.report.wording import status_name
from bridge.usecases import reporting
from bridge.usecases.evaluate import Reconciled
from bridge.usecases.evaluate import reconcile as evaluate
from bridge.usecases.refresh import RefreshWish
from bridge.usecases.starting import overwrite
from bridge.usecases.workspace import Workspace

RECONCILE = Text(
    zh="导入有变化的计划，把任务与承诺对账，记录当天快照。",
    en="Import the plan if it changed, match it to the tasks, judge, record the day's snapshot.",
)
REPORT = Text(
    zh="统一的延期报告，只读不写；--as-of 看过去某天，--since 标出变化。",
    en="The unified delay report; writes nothing. --as-of shows a past day, --since what changed.",
)
RUN = Text(zh="依次执行 sync、reconcile、report，供 cron 使用。", en="sync, reconcile and report once: for cron.")
FORMAT = Text(zh="输出形式：table、json、html、xlsx、md 或 csv", en="table, json, html, xlsx, md or csv")
OUT = Text(zh="写入文件", en="write to this file")
AS_OF = Text(zh="看这一天当时所知", en="as it was known on this day")
SINCE = Text(zh="标出自这一天以来的变化", en="add what changed since this day")
CUSTOMER = Text(zh="只看这个客户", en="only this customer")
OWNER = Text(zh="只看此人负责的", en="only what this person owns")
JUDGED = Text(zh="{today} 共 {count} 个里程碑：{colours}", en="{today}: {count} milestone(s): {colours}")
NEWS = Text(
    zh="问题：新出现 {opened}，加重 {worsened}，消除 {cleared}",
    en="findings: {opened} new, {worsened} worse, {cleared} cleared",
)
NEW_PLAN = Text(zh="已导入计划的新版本（第 {number} 版）", en="imported a new version of the plan (number {number})")
UNREAD = {
    "unmapped_value": Text(
        zh="{source}：{target} 的值 {value} 没有映射，影响 {count} 个任务；请在映射文件中补上。",
        en="{source}: the value {value} of {target} is not mapped ({count} task(s)); add it to the mapping file.",
    ),
    "unreadable_value": Text(
        zh="{source}：{target} 的值 {value} 读不懂，影响 {count} 个任务；请检查映射文件中的 from 与 convert。",
        en="{source}: the value {value} of {target} cannot be read ({count} task(s)); check from and convert in the mapping "
        "file.",
    ),
    "missing_required": Text(
        zh="{source}：{count} 个任务没有 {target}；请在工具中补上，或检查映射文件中的 from。",
        en="{source}: {count} task(s) have no {target}; fill it in there, or check from in the mapping file.",
    ),
}
NOTHING_FITS = Text(
    zh="没有符合 {value} 的里程碑；请核对名称（报告中的客户、里程碑负责人、销售或交付负责人）。",
    en="no milestone fits {value}; check the name (customer, or owner of milestone, sales or delivery, as the report has it).",
)
QUARANTINED = Text(
    zh="有 {count} 行无法成为任务，已隔离。", en="{count} row(s) could not become tasks and are in quarantine."
)
NEEDS_A_FILE = Text(
    zh="{form} 是文件，不能打印在终端上；请用 --out 指出写到哪里，例如 --out report.{form}。",
    en="{form} is a file and cannot be printed on a terminal; name one with --out, e.g. --out report.{form}.",
)
SAVED = Text(zh="已写入 {path}", en="wrote {path}")


@click.command(cls=Command, about=RECONCILE, example="pbridge reconcile --today 2026-09-01")
@json_option
@click.pass_obj
def reconcile(session: Session, as_json: bool) -> int:
    done = run_reconcile(session.open(), session)
    if as_json:
        print_json(done.as_json())
    else:
        click.echo(_judged(done, session.said_in))
    return done.exit_code


def run_reconcile(space: Workspace, session: Session) -> Reconciled:
    done = evaluate(space)
    lang = space.lang
    for notice in done.notices:
        session.remark(notice.say(lang))
    if done.plan_version is not None:
        session.remark(NEW_PLAN.say(lang, number=done.plan_version))
    for source, target, code, value, count in done.unread:
        session.remark(UNREAD[code].say(lang, source=source, target=target, value=value, count=count))
    if done.quarantined:
        session.remark(QUARANTINED.say(lang, count=done.quarantined))
    return done


def _judged(done: Reconciled, lang: Lang) -> str:
    counted = done.as_json()
    colours = [f"{status_name(name, lang)} {counted[name]}" for name in ("red", "amber", "grey", "green", "done")]
    judged = JUDGED.say(
        lang,
        today=counted["today"],
        count=counted["milestones"],
        colours=("，" if lang == "zh" else ", ").join(colours),
    )
    return f"{judged}\n{NEWS.say(lang, **{state.value: done.findings.get(state, 0) for state in State})}"


@click.command(cls=Command, about=REPORT, example="pbridge report --format html --out report.html")
@click.option(
    "--format", "form", cls=Option, text=FORMAT, type=click.Choice(reporting.FORMATS), metavar="FORM", default="table"
)
@click.option("--out", cls=Option, text=OUT, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--as-of", cls=Option, text=AS_OF, type=Day())
@click.option("--since", cls=Option, text=SINCE, type=Day())
@click.option("--customer", cls=Option, text=CUSTOMER, metavar="NAME")
@click.option("--owner", cls=Option, text=OWNER, metavar="NAME")
@json_option
@click.pass_obj
def report(
    session: Session,
    form: str,
    out: Path | None,
    as_of: date | None,
    since: date | None,
    customer: str | None,
    owner: str | None,
    as_json: bool,
) -> None:
    if form in reporting.BINARY and out is None and not as_json and is_terminal():
        raise UsageProblem(NEEDS_A_FILE, form=form)
    space = session.open()
    document = reporting.build(space, reporting.ReportWish(as_of, since, customer, owner))
    if (customer or owner) and not document["milestones"]:
        session.remark(NOTHING_FITS.say(space.lang, value=" / ".join(name for name in (customer, owner) if name)))
    print_report(space, session, document, "json" if as_json else form, out)


def print_report(space: Workspace, session: Session, document: reporting.View, form: str, out: Path | None) -> None:
    if form in reporting.BINARY:
        print_bytes(space, session, reporting.content(document, form, space.lang), out)
        return
    print_document(space, session, document, reporting.render, form, out)


def print_document(
    space: Workspace,
    session: Session,
    document: reporting.View,
    render: Callable[..., str],
    form: str,
    out: Path | None,
) -> None:
    """Whatever `render` makes of a document, on stdout or in a file."""
    width = shutil.get_terminal_size((120, 40)).columns
    text = render(document, form, space.lang, width=width, colour=out is None and is_terminal())
    if out is None:
        click.echo(text, nl=not text.endswith("\n"))
        return
    overwrite(out, text.encode("utf-8"))
    session.remark(SAVED.say(space.lang, path=out))


def print_bytes(space: Workspace, session: Session, content: bytes, out: Path | None) -> None:
    """A file, or its bytes where the output goes to a pipe or a file."""
    if out is None:
        click.echo(content, nl=False)
        return
    overwrite(out, content)
    session.remark(SAVED.say(space.lang, path=out))


@click.command(cls=Command, about=RUN, example="pbridge run --quiet")
@json_option
@click.pass_obj
def run(session: Session, as_json: bool) -> int:
    done = run_sync(session, RefreshWish())
    if done.exit_code == 3:
        return 3
    space = session.open()
    judged = run_reconcile(space, session)
    document = reporting.build(space, reporting.ReportWish())
    if not as_json:
        print_sync(done, space.lang)
    print_report(space, session, document, "json" if as_json else "table", None)
    return max(done.exit_code, judged.exit_code)


COMMANDS = (reconcile, report, run)
