"""The global options, accepted before and after the command, and what they open."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from bridge import __version__, config
from bridge.errors import UsageProblem
from bridge.language import LANGUAGES, Lang, Text
from bridge.usecases.workspace import Workspace

NO_DATE = Text(
    zh="{option} 的值 {value} 不是日期；请写成 2026-09-01 的形式。",
    en="{value} of {option} is no date; write it like 2026-09-01.",
)


@dataclass(slots=True)
class Session:
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
            click.echo(line, err=True)


class Day(click.ParamType[date]):
    """A civil date."""

    name = "DATE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(value)
        except ValueError:
            option = param.opts[0] if param else "DATE"
            raise UsageProblem(NO_DATE, option=option, value=repr(value)) from None


class Option(click.Option):
    """An option whose help exists in both languages."""

    def __init__(self, *args: Any, text: Text, **kwargs: Any) -> None:
        self.text = text
        super().__init__(*args, **kwargs)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        self.help = self.text.say(_language(ctx))
        return super().get_help_record(ctx)


class _Helpful:
    """Help in the language of the session, with an example, and the global options."""

    about: Text
    example: str

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(self.about.say(_language(ctx)))
        if self.example:
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(f"$ {self.example}")


class Command(_Helpful, click.Command):
    """A command with its sentence in both languages and one example."""

    def __init__(self, *args: Any, about: Text, example: str, **kwargs: Any) -> None:
        self.about, self.example = about, example
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *global_options()]

    def get_short_help_str(self, limit: int = 45) -> str:
        return self.about.say(_language(click.get_current_context()))


class Group(_Helpful, click.Group):
    command_class = Command

    def __init__(self, *args: Any, about: Text, example: str = "", **kwargs: Any) -> None:
        self.about, self.example = about, example
        super().__init__(*args, **kwargs)
        self.params = [*self.params, *global_options()]

    def get_short_help_str(self, limit: int = 45) -> str:
        return self.about.say(_language(click.get_current_context()))


Group.group_class = Group


def global_options() -> list[click.Parameter]:
    return [
        _global(["--config"], Text(zh="设置文件", en="settings file"), type=click.Path(path_type=Path)),
        _global(["--today"], Text(zh="把整个运行移到这一天", en="move the whole run to this day"), type=Day()),
        _global(["--lang"], Text(zh="语言", en="language"), type=click.Choice(LANGUAGES), is_eager=True),
        _global(["--quiet"], Text(zh="只输出结果", en="print the result only"), is_flag=True, default=None),
        _global(
            ["--verbose"], Text(zh="出错时给出细节", en="details when something fails"), is_flag=True, default=None
        ),
        Option(
            ["--version"],
            text=Text(zh="版本", en="version"),
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_print_version,
        ),
    ]


def _global(names: Sequence[str], text: Text, **kwargs: Any) -> click.Option:
    return Option(list(names), text=text, expose_value=False, callback=_remember, **kwargs)


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
