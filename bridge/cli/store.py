"""`pbridge db …`: care of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from bridge.cli.printing import print_json, size
from bridge.cli.progress import watching
from bridge.cli.pruning import prune
from bridge.cli.session import Group, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases import backing_up, database, restoring
from bridge.usecases.backing_up import BackedUp

ABOUT = Text(zh="数据库维护。", en="Care of the store.")
UPGRADE = Text(
    zh="把数据库升级到当前版本；先自动备份。", en="Bring the schema up to date, after a backup beside the store."
)
BACKUP = Text(
    zh="备份到一个文件，不影响正在运行的程序；检查完好后才命名。",
    en="Write a backup while everything goes on; checked before it gets its name.",
)
RESTORE = Text(
    zh="用备份替换现在的数据库；先检查备份，现在的数据库会留在旁边。",
    en="Put a backup in the place of the store; checked before, and the present store is kept beside it.",
)
COPY = Text(
    zh="在 SQLite 与 PostgreSQL 之间搬移，逐表核对行数与哈希。",
    en="Move a whole store between SQLite and PostgreSQL; counts and hashes of every table are compared.",
)
VERIFY = Text(zh="检查数据库是否完好、是否为当前版本。", en="Check that the file is whole and current.")
FORCE = Text(zh="覆盖已有的文件", en="replace a file of that name")

DONE = Text(zh="已执行：{steps}", en="applied: {steps}")
CURRENT = Text(zh="已是当前版本。", en="already up to date.")
WHOLE = Text(zh="{path} 完好，且为当前版本。", en="{path} is whole and up to date.")
CURRENT_THERE = Text(
    zh="{path} 是当前版本。数据文件是否完好由 PostgreSQL 负责，这里没有检查；请用 pg_amcheck 检查，用 pg_dump 备份。",
    en="{path} is up to date. Its files are the server's and were not looked into: pg_amcheck does, and pg_dump makes backups.",
)
OLD = Text(zh="{path} 是旧版本；请运行 pbridge db upgrade。", en="{path} has an older schema; run pbridge db upgrade.")
BROKEN = Text(
    zh="{path} 已损坏：{what}。请从备份恢复：pbridge db restore FILE。",
    en="{path} is damaged: {what}. Restore a backup: pbridge db restore FILE.",
)
BACKED_UP = Text(zh="已备份到 {path}（{size}，版本 {schema}）。", en="backed up to {path} ({size}, schema {schema}).")
ROWS = Text(zh="行数：{rows}", en="rows: {rows}")
HASH = Text(zh="SHA-256：{sha256}", en="SHA-256: {sha256}")
BACK_WITH = Text(
    zh="升级前的备份：{path}；要退回，请装回旧版程序，再运行 pbridge db restore {path}。",
    en="backup from before: {path}. To go back, install the former version and run pbridge db restore {path}.",
)
RESTORED = Text(
    zh="已用 {source} 恢复 {path}（{size}，版本 {schema}）。",
    en="restored {path} from {source} ({size}, schema {schema}).",
)
KEPT = Text(
    zh="原来的数据库留作 {path}；确认无误后可以删除。",
    en="the former store is kept as {path}; delete it once you are sure.",
)
COPIED = Text(
    zh="已从 {source} 复制到 {target}：{tables} 张表 {rows} 行，行数与哈希全部一致。",
    en="copied {source} to {target}: {tables} tables with {rows} rows; all counts and hashes agree.",
)
POINT_THERE = Text(zh="要使用它，请把 [database] url 改为 {target}。", en="to use it, set [database] url to {target}.")
COPYING = Text(zh="复制 {what}", en="copying {what}")


@click.group(cls=Group, about=ABOUT, example="pbridge db verify")
def db() -> None:
    pass


@db.command("upgrade", about=UPGRADE, example="pbridge db upgrade")
@click.pass_obj
def upgrade(session: Session) -> None:
    space = session.open()
    with _copying(session, space.lang) as copied:
        done = database.upgrade(space, copied=copied)
    if done.backup is not None:
        session.remark(BACK_WITH.say(space.lang, path=done.backup.path))
    click.echo(DONE.say(space.lang, steps=", ".join(done.steps)) if done.steps else CURRENT.say(space.lang))


@db.command("backup", about=BACKUP, example="pbridge db backup backup.db")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--force", cls=Option, text=FORCE, is_flag=True)
@json_option
@click.pass_obj
def backup(session: Session, file: Path, force: bool, as_json: bool) -> None:
    space = session.open()
    with _copying(session, space.lang) as copied:
        done = backing_up.backup(space, file, force=force, copied=copied)
    if as_json:
        print_json(done.as_json())
        return
    _tell(done, space.lang)


@db.command("restore", about=RESTORE, example="pbridge db restore backup.db")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@json_option
@click.pass_obj
def restore(session: Session, file: Path, as_json: bool) -> None:
    space = session.open()
    with _copying(session, space.lang) as copied:
        done = restoring.restore(space, file, copied=copied)
    if as_json:
        print_json(done.as_json())
        return
    lang = space.lang
    click.echo(RESTORED.say(lang, source=done.source, path=done.path, size=size(done.bytes), schema=done.schema))
    click.echo(ROWS.say(lang, rows=_rows(done.rows)))
    if done.steps:
        click.echo(DONE.say(lang, steps=", ".join(done.steps)))
    if done.kept_as is not None:
        click.echo(KEPT.say(lang, path=done.kept_as))


@db.command("verify", about=VERIFY, example="pbridge db verify")
@click.pass_obj
def verify(session: Session) -> int:
    space = session.open()
    found = database.verify(space)
    for problem in found.problems:
        click.echo(BROKEN.say(space.lang, path=found.path, what=problem), err=True)
    if not found.is_current:
        click.echo(OLD.say(space.lang, path=found.path), err=True)
    if found.exit_code == 0:
        click.echo((WHOLE if found.is_file else CURRENT_THERE).say(space.lang, path=found.path))
    return found.exit_code


@db.command("copy", about=COPY, example="pbridge db copy data/bridge.db postgresql://bridge@localhost/bridge")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@json_option
@click.pass_obj
def copy(session: Session, source: str, target: str, as_json: bool) -> None:
    from bridge.usecases.copying import move  # as rarely needed as it is used

    space = session.open()
    with watching(session, space.lang) as progress:
        done = move(
            source,
            target,
            watch=lambda table, rows: progress.say(COPYING.say(space.lang, what=f"{table} {rows:,}")),
        )
    if as_json:
        print_json(done.as_json())
        return
    facts = {"source": done.source, "target": done.target}
    click.echo(COPIED.say(space.lang, **facts, tables=len(done.tables), rows=f"{done.rows:,}"))
    session.remark(POINT_THERE.say(space.lang, target=done.target))


def _tell(done: BackedUp, lang: Lang) -> None:
    click.echo(BACKED_UP.say(lang, path=done.path, size=size(done.bytes), schema=done.schema))
    click.echo(ROWS.say(lang, rows=_rows(done.rows)))
    click.echo(HASH.say(lang, sha256=done.sha256))


def _rows(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in rows.items())


@contextmanager
def _copying(session: Session, lang: Lang) -> Iterator[Callable[[int, int], None]]:
    """Shows how far a copy has come, to who watches."""
    with watching(session, lang) as progress:
        yield lambda done, pages: progress.say(COPYING.say(lang, what=f"{done * 100 // max(pages, 1)} %"))


db.add_command(prune)
