"""The global options, accepted before and after the command, and what they open."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

from bridge import __version__, config
from bridge.cli.printing import plain_lines
from bridge.errors import UsageProblem
from bridge.language import LANGUAGES, Lang, Text
from bridge.usecases.workspace import Workspace

NO_DATE = Text(
    zh="{option} 的值 {value} 不是日期；请写成 2026-09-01 的形式。",
    en="{value} of {option} is no date; write it like 2026-09-01.",
)

# Days before and after the day are reckoned with too, so the ends of what a date can be are no days to run on.
YEARS = range(2000, 2200)
FAR_AWAY = Text(
    zh="{option} 的值 {value} 太远；请写 {first} 到 {last} 年之间的日期。",
    en="{value} of {option} is too far away; write a date in the years {first} to {last}.",
)
USAGE = Text(zh="用法：", en="Usage: ")
OPTIONS = Text(zh="选项", en="Options")
EVERYWHERE = Text(zh="通用选项（写在命令前后都可以）", en="Global options (before or after the command)")
COMMANDS = Text(zh="命令", en="Commands")
DEFAULT = Text(zh="（默认 {value}）", en=" (default {value})")
HELP = Text(zh="显示这份说明", en="show this help")
PLACEHOLDERS = {
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]...",
    "[COMMAND] [ARGS]...": "[命令] [参数]...",
}


class Session(Struct):
    """What the global options of this invocation say."""

    config: Path | None = None
    today: date | None = None
    lang: Lang | None = None
    quiet: bool = False
    verbose: bool = False

    @property
    def said_in(self) -> Lang:
        """The language for messages before the settings are known."""
        return self.lang or "zh"

    @property
    def config_file(self) -> Path:
        return self.config or Path(os.environ.get("BRIDGE_CONFIG") or config.DEFAULT_FILE)

    def open(self, *, secrets: bool = False) -> Workspace:
        """Settings, clock and store; `secrets` for commands that contact a source."""
        space = Workspace.open(self.config_file, today=self.today, lang=self.lang, secrets=secrets)
        self.lang = space.lang
        for warning in space.settings.warnings:
            self.remark(warning.say(space.lang))
        return space

    def remark(self, line: str) -> None:
        """A line beside the result, on stderr; silent with --quiet."""
        if not self.quiet:
            click.echo(plain_lines(line), err=True)


class Day(click.ParamType[date]):
    """A civil date."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        option = param.opts[0] if param else "DATE"
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise UsageProblem(NO_DATE, option=option, value=value) from None
        if day.year not in YEARS:
            raise UsageProblem(FAR_AWAY, option=option, value=value, first=YEARS.start, last=YEARS.stop - 1)
        return day


class Option(click.Option):
    """An option whose help exists in both languages."""

    def __init__(self, *args: Any, text: Text, is_global: bool = False, **kwargs: Any) -> None:
        self.text = text
        self.is_global = is_global
        super().__init__(*args, **kwargs)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        record = super().get_help_record(ctx)
        lang = _language(ctx)
        # Of click's own help only the names are kept: its defaults and ranges are English sentences.
        shown = DEFAULT.say(lang, value=self.default) if self.show_default else ""
        return record and (record[0], self.text.say(lang) + shown)


class _Helpful(click.Command):
    """Help in the language of the session: the sentence, an example, its own options, then the global ones."""

    about: Text
    example: str

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = self.collect_usage_pieces(ctx)
        if _language(ctx) == "zh":
            pieces = [PLACEHOLDERS.get(piece, piece) for piece in pieces]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=USAGE.say(_language(ctx)))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self.about.say(_language(ctx)))
        if self.example:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(f"$ {self.example}")

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [param for param in self.params if isinstance(param, Option)]
        for title, is_global in ((OPTIONS, False), (EVERYWHERE, True)):
            records = [record for o in options if o.is_global is is_global and (record := o.get_help_record(ctx))]
            if is_global:
                records.append(("-h, --help", HELP.say(_language(ctx))))
            if records:
                with formatter.section(title.say(_language(ctx))):
                    formatter.write_dl(records)

    def get_short_help_str(self, limit: int = 45) -> str:
        return self.about.say(_language(click.get_current_context()))


class Command(_Helpful):
    """A command with its sentence in both languages and one example."""

    def __init__(self, *args: Any, about: Text, example: str, **kwargs: Any) -> None:
        self.about, self.example = about, example
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *global_options()]


class Group(_Helpful, click.Group):
    """Commands under one name, listed in the order in which a person needs them."""

    command_class = Command

    def __init__(self, *args: Any, about: Text, example: str = "", **kwargs: Any) -> None:
        self.about, self.example = about, example
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *global_options()]

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section(COMMANDS.say(_language(ctx))):
            formatter.write_dl([(name, command.get_short_help_str()) for name, command in self.commands.items()])
        super().format_options(ctx, formatter)


Group.group_class = Group


def global_options() -> list[click.Parameter]:
    return [
        _global(
            ["--config"],
            Text(
                zh="设置文件；默认 $BRIDGE_CONFIG 或 ./config.toml",
                en="settings; default $BRIDGE_CONFIG or ./config.toml",
            ),
            type=click.Path(path_type=Path),
            metavar="FILE",
        ),
        _global(["--today"], Text(zh="把整个运行移到这一天", en="move the whole run to this day"), type=Day()),
        _global(["--lang"], Text(zh="语言", en="language"), type=click.Choice(LANGUAGES), is_eager=True),
        _global(["--quiet"], Text(zh="只输出结果", en="print the result only"), is_flag=True, default=None),
        _global(
            ["--verbose"], Text(zh="出错时给出细节", en="details when something fails"), is_flag=True, default=None
        ),
        Option(
            ["--version"],
            text=Text(zh="版本", en="version"),
            is_global=True,
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
        ),
    ]


def _global(names: Sequence[str], text: Text, **kwargs: Any) -> click.Option:
    return Option(list(names), text=text, is_global=True, expose_value=False, callback=_remember, **kwargs)


def _remember(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    if value is not None and param.name is not None:
        setattr(ctx.find_object(Session), param.name, value)


def _print_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        click.echo(f"pbridge {__version__}")
        ctx.exit()


def _language(ctx: click.Context) -> Lang:
    session = ctx.find_object(Session)
    return session.said_in if session else "zh"


def language_in(arguments: Sequence[str]) -> Lang | None:
    """The language asked for anywhere in the arguments: help is printed before the other options are read."""
    for place, argument in enumerate(arguments):
        value = argument.removeprefix("--lang=") if argument.startswith("--lang=") else None
        if argument == "--lang" and place + 1 < len(arguments):
            value = arguments[place + 1]
        if value in LANGUAGES:
            return value
    return None


json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", cls=Option, text=Text(zh="输出 JSON", en="print JSON"), is_flag=True
)


def is_terminal() -> bool:
    return sys.stdout.isatty()
