"""`pbridge sync`: pull from the sources, and tell what came in and what could not be read."""

from __future__ import annotations

import click

from bridge.cli.printing import plain, print_json, print_table
from bridge.cli.progress import stop_on_signal, watching
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases.codes import OUTCOME_WORDS, in_words
from bridge.usecases.refresh import Refreshed, RefreshWish, SourceReport, refresh

SYNC = Text(
    zh="从各来源拉取：保存原始数据、映射、记录变化。", en="Pull from the sources: keep raw, map, record changes."
)
ONE_SOURCE = Text(zh="只处理这个来源（可多次）", en="only this source (repeatable)")
FULL = Text(zh="从头完整读取", en="read everything from the start")
ONLY_FAILED = Text(zh="只重读上次没有读全的部分", en="read again only what was not read completely last time")
CONFIRM_GONE = Text(zh="相信一次有很多任务消失", en="believe that many tasks are gone at once")
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
MODES = {"full": Text(zh="全量", en="full"), "incremental": Text(zh="增量", en="incremental")}
NOT_READ = Text(zh="没有读全 {place}：{why}", en="not read completely: {place}: {why}")

source_option = click.option("--source", "sources", cls=Option, text=ONE_SOURCE, multiple=True, metavar="NAME")


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
        rows.append((report.source, OUTCOME_WORDS[report.outcome].say(lang), MODES[report.mode].say(lang), *numbers))
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
