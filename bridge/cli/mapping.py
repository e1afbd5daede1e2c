"""`pbridge mapping …`: what is wrong with a mapping; the other commands of the group stand in modules of their own."""

from __future__ import annotations

from pathlib import Path

import click

from bridge.cli import mapping_edit, mapping_preview, mapping_versions
from bridge.cli.mapping_fields import fields
from bridge.cli.printing import plain, plain_lines, print_json
from bridge.cli.session import Group, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases import mapping_check

ABOUT = Text(
    zh="字段映射：查看、检查、字段目录、预览、发布与退回。",
    en="Field mappings: list, check, known fields, preview, publish, roll back.",
)
CHECK = Text(
    zh="检查映射文件，并用已存的数据找出没有映射的值。",
    en="Check a mapping file, and find values it does not map in the stored data.",
)
LIVE = Text(
    zh="再与来源此刻的属性、状态和类型比较（只读，不写数据库）",
    en="also compare with the properties, states and types that the source has now (reads only, stores nothing)",
)
LOOKED = Text(
    zh="{source}：{stream} 看了 {rows} 条，共 {total} 条", en="{source}: looked at {rows} of {total} {stream}"
)
FINE = Text(zh="{source}：没有问题", en="{source}: no problem")


@click.group(cls=Group, about=ABOUT, example="pbridge mapping check")
def mapping() -> None:
    pass


mapping.add_command(mapping_versions.list_)


@mapping.command("check", about=CHECK, example="pbridge mapping check mappings/pingcode.toml")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--live", is_flag=True, cls=Option, text=LIVE)
@json_option
@click.pass_obj
def check(session: Session, file: Path | None, live: bool, as_json: bool) -> int:
    space = session.open(secrets=live)
    found = mapping_check.check(space, file, live=live)
    is_fine = all(checked.is_fine for checked in found)
    if as_json:
        print_json({"ok": is_fine, "sources": [checked.as_json(space.lang) for checked in found]})
    else:
        for checked in found:
            _print_checked(checked, space.lang)
    return int(not is_fine)


def _print_checked(checked: mapping_check.Checked, lang: Lang) -> None:
    """A line for each problem, as editors and terminals read places; then how much was looked at."""
    for problem in checked.problems:
        mark = "·" if problem.is_remark else "✗"
        place = f"{problem.file}:{problem.line}:{problem.column}"
        click.echo(plain_lines(f"{mark} {place}  {problem.text.say(lang)}"))
    name = checked.source or checked.file
    for looked in checked.looked:
        click.echo(plain(LOOKED.say(lang, source=name, stream=looked.stream, rows=looked.rows, total=looked.total)))
    if checked.is_fine:
        click.echo(plain(FINE.say(lang, source=name)))


for command in (
    fields,
    mapping_preview.preview,
    mapping_versions.publish,
    mapping_versions.rollback,
    mapping_edit.set_,
):
    mapping.add_command(command)
