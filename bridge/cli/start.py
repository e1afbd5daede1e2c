"""`pbridge init`: the first files of an installation."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli.session import Command, Session
from bridge.language import Text
from bridge.usecases import starting

ABOUT = Text(
    zh="生成带注释的 config.toml、映射文件副本和计划模板；绝不覆盖。",
    en="Write a commented config.toml, copies of the mapping files and a plan workbook; never overwrites.",
)
WRITTEN = Text(zh="已生成 {path}", en="wrote {path}")
KEPT = Text(zh="已存在，未改动 {path}", en="exists, left as it is: {path}")
NEXT = Text(
    zh="下一步：在 config.toml 填好来源，在 plan.xlsx 填好承诺，然后运行 pbridge check。还没有凭据：pbridge demo --practice。",
    en="Next: fill in the sources in config.toml and the promises in plan.xlsx, then run pbridge check. Without credentials: "
    "pbridge demo --practice.",
)


@click.command(cls=Command, about=ABOUT, example="pbridge init my-bridge")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=".", metavar="[DIR]")
@click.pass_obj
def init(session: Session, folder: Path) -> None:
    lang = session.said_in
    for path, is_new in starting.init(folder, lang):
        click.echo((WRITTEN if is_new else KEPT).say(lang, path=path))
    session.remark(NEXT.say(lang))


COMMANDS = (init,)
