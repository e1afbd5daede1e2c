"""`pbridge check` and `pbridge sync`: is everything in place, and pull."""

from __future__ import annotations

import click

from bridge.cli.printing import plain, plain_lines, print_json, print_table
from bridge.cli.progress import stop_on_signal, watching
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases import checking
from bridge.usecases.codes import in_words
from bridge.usecases.refresh import Refreshed, RefreshWish, SourceReport, refresh

CHECK = Text(
    zh="检查设置、映射、计划，每个来源能否登录和读取；不写数据库。",
    en="Check settings, mappings, plan, and whether each source can be read; writes nothing.",
)
SYNC = Text(
    zh="从各来源拉取：保存原始数据、映射、记录变化。", en="Pull from the sources: keep raw, map, record changes."
)
ONE_SOURCE = Text(zh="只处理这个来源（可多次）", en="only this source (repeatable)")
FULL = Text(zh="从头完整读取", en="read everything from the start")
ONLY_FAILED = Text(zh="只重读上次没有读全的部分", en="read again only what was not read completely last time")
CONFIRM_GONE = Text(zh="相信一次有很多任务消失", en="believe that many tasks are gone at once")
FINE = Text(zh="正常", en="fine")
PROJECTS = Text(zh="已登录，可读 {count} 个项目：{names}", en="signed in; {count} project(s) can be read: {names}")
COLUMNS = (
    Text(zh="来源", en="source"),
    Text(zh="结果", en="outcome"),
    Text(zh="方式", en="mode"),
    Text(zh="读取", en="fetched"),
    Text(zh="新增", en="created"),
    Text(zh="更新", en="updated"),
    Text(zh="未变", en="unchanged"),
    Text(zh="消失", en="gone"),
    Text(zh="隔离", en="quarantined"),
    Text(zh="请求", en="requests"),
)
OUTCOMES = {
    "complete": Text(zh="完整", en="complete"),
    "partial": Text(zh="部分", en="partial"),
    "failed": Text(zh="失败", en="failed"),
}
MODES = {"full": Text(zh="全量", en="full"), "incremental": Text(zh="增量", en="incremental")}
SAMPLE_COLUMNS = (
    Text(zh="来源", en="source"),
    Text(zh="类别", en="stream"),
    Text(zh="字段", en="key"),
    Text(zh="类型", en="type"),
)
NO_SAMPLES = Text(zh="没有可取样的数据。", en="there is nothing to take a sample of.")
NOT_READ = Text(zh="没有读全 {place}：{why}", en="not read completely: {place}: {why}")

source_option = click.option("--source", "sources", cls=Option, text=ONE_SOURCE, multiple=True, metavar="NAME")


@click.command(cls=Command, about=CHECK, example="pbridge check --source pingcode")
@source_option
@json_option
@click.pass_obj
def check(session: Session, sources: tuple[str, ...], as_json: bool) -> int:
    space = session.open(secrets=True)
    found = checking.examine(space, sources, samples=session.verbose)
    if as_json:
        print_json(found.as_json(space.lang))
        return found.exit_code
    for line in found.lines:
        text = line.text.say(space.lang) if line.text else FINE.say(space.lang)
        click.echo(click.style(plain_lines(f"{_mark(line)} {line.place}  {text}"), dim=_is_aside(line)))
    for config, answer in found.sources:
        if answer.signed_in:
            names = "、".join(project.name for project in answer.projects)
            click.echo(plain(f"  {config.name}  {PROJECTS.say(space.lang, count=len(answer.projects), names=names)}"))
    if session.verbose:
        _print_samples(found, session, space.lang)
    return found.exit_code


def _print_samples(found: checking.Examined, session: Session, lang: Lang) -> None:
    """The keys of one object of each stream, without a value: what to map, and what to send along with a question."""
    rows = [
        (config.name, sample.stream, key, " | ".join(types))
        for config, answer in found.sources
        for sample in answer.samples
        for key, types in sorted(sample.keys.items())
    ]
    click.echo()
    if not print_table(lang, SAMPLE_COLUMNS, rows, flexible=(2,)):
        session.remark(NO_SAMPLES.say(lang))


def _is_aside(line: checking.Line) -> bool:
    """Whether it is only worth knowing."""
    return line.ok and line.text is not None and line.severity == "info"


def _mark(line: checking.Line) -> str:
    """✓ fine, · worth knowing, ! fine but worth reading, ✗ a problem."""
    if not line.ok:
        return "✗"
    if _is_aside(line):
        return "·"
    return "!" if line.text else "✓"


@click.command(cls=Command, about=SYNC, example="pbridge sync --source pingcode --full")
@source_option
@click.option("--full", cls=Option, text=FULL, is_flag=True)
@click.option("--only-failed", cls=Option, text=ONLY_FAILED, is_flag=True)
@click.option("--confirm-gone", cls=Option, text=CONFIRM_GONE, is_flag=True)
@json_option
@click.pass_obj
def sync(
    session: Session, sources: tuple[str, ...], full: bool, only_failed: bool, confirm_gone: bool, as_json: bool
) -> int:
    done = run_sync(session, RefreshWish(sources, full, only_failed, confirm_gone))
    lang = session.said_in
    if as_json:
        print_json(done.report.as_json())
    else:
        print_sync(done, lang)
    return done.exit_code


def run_sync(session: Session, wish: RefreshWish) -> Refreshed:
    """Pull with progress on stderr; a signal ends it after the current page."""
    space = session.open(secrets=True)
    with stop_on_signal(session, space.lang) as stop, watching(session, space.lang) as progress:
        done = refresh(space, wish, progress=progress, stop=stop)
    for remark in done.remarks:
        session.remark(remark.say(space.lang))
    for report in done.report.sources:
        _tell_failures(report, space.lang)
        if session.verbose:
            for stream, words in report.unavailable.items():
                session.remark(in_words("stream_unavailable", f"{report.source} {stream}: {words}").say(space.lang))
    return done


def print_sync(done: Refreshed, lang: Lang) -> None:
    rows = []
    for report in done.report.sources:
        c = report.counts
        numbers = (c.fetched, c.created, c.updated, c.unchanged, c.gone, c.quarantined, c.requests)
        rows.append((report.source, OUTCOMES[report.outcome].say(lang), MODES[report.mode].say(lang), *numbers))
    print_table(lang, COLUMNS, rows, right=range(3, 10))


def _tell_failures(report: SourceReport, lang: Lang) -> None:
    for entry in report.streams:
        if entry.error is not None:
            place = " ".join(part for part in (report.source, entry.stream, *entry.scope_names[1:2]) if part)
            why = _why(entry.error.code, entry.error.message, lang)
            click.echo(plain(NOT_READ.say(lang, place=place, why=why)), err=True)
    if report.error is not None and all(entry.error != report.error for entry in report.streams):
        why = _why(report.error.code, report.error.message, lang)
        click.echo(plain(NOT_READ.say(lang, place=report.source, why=why)), err=True)


def _why(code: str, message: str, lang: Lang) -> str:
    return in_words(code, message).say(lang)


COMMANDS = (check, sync)
