"""`pbridge mapping list | publish | rollback`: which version is in force since when, putting another into force, going back."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bridge.cli.printing import plain_lines, print_json, print_table
from bridge.cli.progress import watching
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases import mapping_versions
from bridge.usecases.mapping_versions import Applied, Standing
from bridge.usecases.workspace import Workspace

LIST = Text(
    zh="列出来源的映射文件、在用版本和启用缘由；--history 列出全部。",
    en="List mapping files and versions, who put them into force when and why.",
)
PUBLISH = Text(
    zh="检查映射文件并启用：已存数据一次全部重新映射，不访问来源。",
    en="Check a mapping file and put it into force over everything stored, at once.",
)
ROLLBACK = Text(
    zh="退回上一个（或指定的）映射版本，文件也一并改回。",
    en="Go back to the former (or a named) version of a mapping, file included.",
)
ONE_SOURCE = Text(zh="只处理这个来源", en="only this source")
HISTORY = Text(zh="列出用过的所有版本", en="list every version that was in force")
BY = Text(zh="由谁决定；默认是登录名", en="who decided it; your login name unless given")
REASON = Text(zh="为什么", en="why")
TO = Text(
    zh="要退回的版本，如 mapping list --history 所列",
    en="the version to go back to, as mapping list --history shows it",
)
IN_FORCE = Text(
    zh="{source}：映射版本 {version} 已启用（之前是 {former}）；重新映射 {tasks} 行：{updated} 个任务有变化，新增 {created}，"
    "隔离 {quarantined}。退回：pbridge mapping rollback {source}",
    en="{source}: version {version} of the mapping is in force (before: {former}); {tasks} row(s) mapped again: {updated} "
    "task(s) changed, {created} new, {quarantined} in quarantine. To go back: pbridge mapping rollback {source}",
)
AS_BEFORE = Text(
    zh="{source}：映射版本 {version} 已经在用，数据没有变化。",
    en="{source}: version {version} of the mapping is in force already; no data changed.",
)
KEPT = Text(
    zh="{file} 里原有的内容不属于任何版本，已另存为 {path}。",
    en="what stood in {file} was in no version; it is kept as {path}.",
)
NONE = Text(zh="无", en="none")
STORED = Text(zh="已存的数据", en="what is stored")
FILE_IS_WRONG = Text(zh="文件不能用", en="file cannot be used")
HOW = {
    "built_in": Text(zh="内置", en="built in"),
    "file": Text(zh="文件", en="file"),
    "publish": Text(zh="发布", en="published"),
    "rollback": Text(zh="退回", en="rolled back"),
}
_TOLD = (
    Text(zh="启用时间", en="in force since"),
    Text(zh="方式", en="how"),
    Text(zh="谁", en="who"),
    Text(zh="原因", en="why"),
)
COLUMNS = (
    Text(zh="来源", en="source"),
    Text(zh="文件", en="file"),
    Text(zh="文件版本", en="file version"),
    Text(zh="数据所用版本", en="version of the data"),
    *_TOLD,
)
HISTORY_COLUMNS = (Text(zh="来源", en="source"), Text(zh="版本", en="version"), *_TOLD)

by_option = click.option("--by", "who", cls=Option, text=BY, metavar="NAME")
reason_option = click.option("--reason", "why", cls=Option, text=REASON, metavar="TEXT")
source_option = click.option("--source", "source", cls=Option, text=ONE_SOURCE, metavar="NAME")


@click.command("list", cls=Command, about=LIST, example="pbridge mapping list --history --source pingcode")
@source_option
@click.option("--history", "history", cls=Option, text=HISTORY, is_flag=True)
@json_option
@click.pass_obj
def list_(session: Session, source: str | None, history: bool, as_json: bool) -> None:
    space = session.open()
    if history:
        _print_history(space, (source,) if source else (), as_json)
        return
    found = [entry for entry in mapping_versions.standings(space) if source in (None, entry.source)]
    space.sources((source,) if source else ())
    if as_json:
        print_json([entry.as_json() for entry in found])
    else:
        print_table(space.lang, COLUMNS, [_standing(entry, space) for entry in found], flexible=(7,))


def _standing(entry: Standing, space: Workspace) -> tuple[object, ...]:
    version = entry.version or FILE_IS_WRONG.say(space.lang)
    return (entry.source, entry.file, version, entry.active and entry.active.version, *_told(entry.active, space))


def _print_history(space: Workspace, names: Sequence[str], as_json: bool) -> None:
    found = mapping_versions.histories(space, names)
    if as_json:
        print_json([mapping_versions.version_as_json(source, version) for source, version in found])
        return
    rows = [(source, version.version, *_told(version, space)) for source, version in found]
    print_table(space.lang, HISTORY_COLUMNS, rows, flexible=(5,))


def _told(version: Any, space: Workspace) -> tuple[object, ...]:
    if version is None:
        return (None, None, None, None)
    since = version.activated_at.astimezone(space.clock.timezone)
    how = HOW[version.how].say(space.lang) if version.how else None
    return (f"{since:%Y-%m-%d %H:%M}", how, version.who, version.why)


@click.command(cls=Command, about=PUBLISH, example='pbridge mapping publish new.toml --by 王敏 --reason "new states"')
@click.argument("file", type=click.Path(path_type=Path))
@source_option
@by_option
@reason_option
@json_option
@click.pass_obj
def publish(session: Session, file: Path, source: str | None, who: str | None, why: str | None, as_json: bool) -> int:
    space = session.open()
    with counting(session, space.lang) as watch:
        done = mapping_versions.publish(space, file, source=source, who=who or _login(), why=why, watch=watch)
    return _print_applied(session, done, as_json)


@click.command(cls=Command, about=ROLLBACK, example='pbridge mapping rollback pingcode --reason "wrong state"')
@click.argument("name")
@click.option("--to", "to", cls=Option, text=TO, metavar="VERSION")
@by_option
@reason_option
@json_option
@click.pass_obj
def rollback(session: Session, name: str, to: str | None, who: str | None, why: str | None, as_json: bool) -> int:
    space = session.open()
    with counting(session, space.lang) as watch:
        done = mapping_versions.roll_back(space, name, to=to, who=who or _login(), why=why, watch=watch)
    return _print_applied(session, done, as_json)


def _login() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return None  # a container may have a user without a name


@contextmanager
def counting(session: Session, lang: Lang) -> Iterator[Callable[[Any], None]]:
    """Progress over everything stored, told after each stretch."""
    count = 0
    with watching(session, lang) as progress:

        def watch(outcome: Any) -> None:
            nonlocal count
            count += outcome.count
            progress("", STORED.say(lang), "", count, ended=False)

        yield watch


def _print_applied(session: Session, done: Sequence[Applied], as_json: bool) -> int:
    from bridge.cli.reports import UNREAD  # only who has changed something needs the words of a reconcile

    lang = session.said_in
    if as_json:
        print_json([entry.as_json() for entry in done])
    else:
        for entry in done:
            click.echo(plain_lines(_applied(entry, lang)))
    for entry in done:
        for target, code, value, count in entry.unread:
            facts = {"source": entry.source, "target": target, "value": value, "count": count}
            session.remark(UNREAD[code].say(lang, **facts))
    for path in dict.fromkeys((entry.file, entry.kept) for entry in done if entry.kept):
        session.remark(KEPT.say(lang, file=path[0], path=path[1]))
    return int(any(entry.quarantined for entry in done))


def _applied(entry: Applied, lang: Lang) -> str:
    text = IN_FORCE if entry.is_new else AS_BEFORE
    return text.say(
        lang,
        source=entry.source,
        version=entry.version,
        former=entry.former or NONE.say(lang),
        tasks=entry.tasks,
        updated=entry.updated,
        created=entry.created,
        quarantined=entry.quarantined,
    )
