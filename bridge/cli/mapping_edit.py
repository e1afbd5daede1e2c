"""`pbridge mapping set`: words added to a mapping file without an editor."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli.printing import plain, print_json
from bridge.cli.session import Command, Session, json_option
from bridge.language import Text
from bridge.usecases import mapping_edit

SET = Text(
    zh="在映射文件的值表里加词或改词；注释、顺序和其他行都不动。",
    en="Set a word in the values of a mapping file; every other line stays.",
)
WRITTEN = Text(
    zh="{file} 已改，版本 {version}。试算：pbridge mapping preview {file}；启用：pbridge mapping publish {file}",
    en="{file} is changed, version {version}. Try it: pbridge mapping preview {file}. Put it into force: pbridge mapping "
    "publish {file}",
)
AS_IT_WAS = Text(zh="{file} 里已经是这样，没有改动。", en="{file} says so already; nothing was changed.")


@click.command("set", cls=Command, about=SET, example="pbridge mapping set mappings/pingcode.toml status 待评审=todo")
@click.argument("file", type=click.Path(path_type=Path))
@click.argument("target")
@click.argument("pairs", metavar="WORD=VALUE...", nargs=-1, required=True)
@json_option
@click.pass_obj
def set_(session: Session, file: Path, target: str, pairs: tuple[str, ...], as_json: bool) -> None:
    version = mapping_edit.assign(file, target, [mapping_edit.pair(text) for text in pairs])
    if as_json:
        print_json({"file": str(file), "changed": version is not None, "version": version})
    else:
        text = AS_IT_WAS if version is None else WRITTEN
        click.echo(plain(text.say(session.said_in, file=str(file), version=version)))
