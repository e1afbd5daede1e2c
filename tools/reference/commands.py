"""Every command with its arguments, options and example, as the program itself knows them."""

from __future__ import annotations

from collections.abc import Iterator

import click

from bridge.cli.program import program
from bridge.cli.session import Command, Group, Option
from tools.reference import markdown
from tools.reference.markdown import code, table

ABOUT = """\
`pbridge <命令> --help --lang zh|en` 给出同样的内容。退出码：`0` 完整；`1` 做完了，但有不完整的部分或检查发现了问题；
`2` 用法、设置或计划有误，什么都没做；`3` 来源或数据库不可用。

`pbridge COMMAND --help --lang zh|en` says the same. Exit codes: `0` done and complete; `1` done, but something is
incomplete or a check found a problem; `2` wrong usage, settings or plan, nothing was done; `3` no source or no store
can be used."""


def page() -> str:
    everywhere = _options(program, is_global=True)
    return markdown.page(
        "命令 Commands",
        ABOUT,
        (
            f"## 通用选项 Global options\n\n写在命令前后都可以。Before or after the command.\n\n{everywhere}",
            *(_section(path, command) for path, command in every_command(program)),
        ),
    )


def every_command(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Depth first, in the order of the help."""
    for name, command in group.commands.items():
        yield (*path, name), command
        if isinstance(command, click.Group):
            yield from every_command(command, (*path, name))


def _section(path: tuple[str, ...], command: click.Command) -> str:
    if not isinstance(command, Command | Group):
        raise TypeError(f"{' '.join(path)} has no help in both languages")
    context = click.Context(command, info_name=" ".join(("pbridge", *path)))
    usage = " ".join((context.command_path, *command.collect_usage_pieces(context)))
    parts = [
        f"{'#' * (len(path) + 1)} pbridge {' '.join(path)}",
        f"{command.about.zh}\n\n{command.about.en}",
        f"```text\n{usage}\n```",
        *([f"```console\n$ {command.example}\n```"] if command.example else []),
        _options(command, is_global=False),
    ]
    return "\n\n".join(part for part in parts if part)


def _options(command: click.Command, *, is_global: bool) -> str:
    own = [one for one in command.params if isinstance(one, Option) and one.is_global is is_global]
    context = click.Context(command, info_name="pbridge")
    return table(("选项 Option", "中文", "English"), [_row(one, context) for one in own]) if own else ""


def _row(option: Option, context: click.Context) -> tuple[str, str, str]:
    # Of click's record only the names are taken: its help is in the language of a session.
    record = click.Option.get_help_record(option, context)
    names = record[0] if record else ", ".join(option.opts)
    default = f" ({code(str(option.default))})" if option.show_default else ""
    return code(names), option.text.zh + default, option.text.en + default
