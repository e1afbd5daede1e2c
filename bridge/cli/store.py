"""`pbridge db …`: care of the store."""

from __future__ import annotations

import click

from bridge.cli.session import Group, Session
from bridge.language import Text
from bridge.usecases import database

ABOUT = Text(zh="数据库维护。", en="Care of the store.")
UPGRADE = Text(zh="把数据库升级到当前版本。", en="Bring the schema up to date.")
VERIFY = Text(zh="检查数据库是否完好、是否为当前版本。", en="Check that the file is whole and current.")
DONE = Text(zh="已执行：{steps}", en="applied: {steps}")
CURRENT = Text(zh="已是当前版本。", en="already up to date.")
WHOLE = Text(zh="{path} 完好，且为当前版本。", en="{path} is whole and up to date.")
OLD = Text(zh="{path} 是旧版本；请运行 pbridge db upgrade。", en="{path} has an older schema; run pbridge db upgrade.")
BROKEN = Text(zh="{path} 已损坏：{what}。请从备份恢复。", en="{path} is damaged: {what}. Restore a backup.")


@click.group(cls=Group, about=ABOUT, example="pbridge db verify")
def db() -> None:
    pass


@db.command("upgrade", about=UPGRADE, example="pbridge db upgrade")
@click.pass_obj
def upgrade(session: Session) -> None:
    space = session.open()
    steps = database.upgrade(space)
    click.echo(DONE.say(space.lang, steps=", ".join(steps)) if steps else CURRENT.say(space.lang))


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
        click.echo(WHOLE.say(space.lang, path=found.path))
    return found.exit_code
