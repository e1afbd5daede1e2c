"""`pbridge mapping …`: which mappings are in force, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli.mapping_fields import fields
from bridge.cli.printing import plain_lines, print_json, print_table
from bridge.cli.session import Group, Session, json_option
from bridge.language import Text
from bridge.usecases import mappings

ABOUT = Text(zh="字段映射：查看、检查、字段目录。", en="Field mappings: list, check, known fields.")
LIST = Text(zh="列出每个来源的映射文件和版本。", en="List the mapping file and version of each source.")
CHECK = Text(
    zh="检查映射文件，并用已存的数据找出没有映射的值。",
    en="Check a mapping file, and find values it does not map in the stored data.",
)
FINE = Text(zh="{source}：没有问题", en="{source}: no problem")
COLUMNS = (
    Text(zh="来源", en="source"),
    Text(zh="文件", en="file"),
    Text(zh="文件版本", en="file version"),
    Text(zh="数据所用版本", en="version of the data"),
)


@click.group(cls=Group, about=ABOUT, example="pbridge mapping check")
def mapping() -> None:
    pass


@mapping.command("list", about=LIST, example="pbridge mapping list")
@json_option
@click.pass_obj
def list_(session: Session, as_json: bool) -> None:
    space = session.open()
    found = mappings.in_force(space)
    if as_json:
        print_json([{"source": m.source, "file": m.file, "version": m.version, "active": m.active} for m in found])
    else:
        print_table(space.lang, COLUMNS, [(m.source, m.file, m.version, m.active) for m in found])


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


mapping.add_command(fields)
