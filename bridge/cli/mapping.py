"""`pbridge mapping …`: what is wrong with a mapping; the other commands of the group stand in modules of their own."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli import mapping_edit, mapping_preview, mapping_versions
from bridge.cli.mapping_fields import fields
from bridge.cli.printing import plain_lines, print_json
from bridge.cli.session import Group, Session, json_option
from bridge.language import Text
from bridge.usecases import mappings

ABOUT = Text(
    zh="字段映射：查看、检查、字段目录、预览、发布与退回。",
    en="Field mappings: list, check, known fields, preview, publish, roll back.",
)
CHECK = Text(
    zh="检查映射文件，并用已存的数据找出没有映射的值。",
    en="Check a mapping file, and find values it does not map in the stored data.",
)
FINE = Text(zh="{source}：没有问题", en="{source}: no problem")


@click.group(cls=Group, about=ABOUT, example="pbridge mapping check")
def mapping() -> None:
    pass


mapping.add_command(mapping_versions.list_)


@mapping.command("check", about=CHECK, example="pbridge mapping check mappings/pingcode.toml")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@json_option
@click.pass_obj
def check(session: Session, file: Path | None, as_json: bool) -> int:
    space = session.open()
    found = mappings.check(space, file)
    if as_json:
        print_json({source: [problem.say(space.lang) for problem in problems] for source, problems in found.items()})
    else:
        for source, problems in found.items():
            for problem in problems:
                click.echo(plain_lines(f"{source}: {problem.say(space.lang)}"))
            if not problems:
                click.echo(FINE.say(space.lang, source=source))
    return int(any(found.values()))


for command in (
    fields,
    mapping_preview.preview,
    mapping_versions.publish,
    mapping_versions.rollback,
    mapping_edit.set_,
):
    mapping.add_command(command)
