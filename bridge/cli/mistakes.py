"""What a person reads after a mistyped command: the mistake in their language, and where the help is."""

from __future__ import annotations

import re

import click

from bridge.language import Lang, Text

NO_COMMAND = Text(zh="没有名为 {value} 的命令。", en="There is no command {value}.")
NO_OPTION = Text(zh="没有名为 {value} 的选项。", en="There is no option {value}.")
NEAR = Text(zh="是不是想写 {value}？", en="Did you mean {value}?")
MISSING = Text(zh="缺少 {value}。", en="{value} is missing.")
NO_VALUE = Text(zh="{option} 后面要写一个值。", en="{option} needs a value.")
CHOICE = Text(zh="{option} 的值 {value} 不可用；可选：{known}。", en="{value} is no value of {option}; known: {known}.")
RANGE = Text(
    zh="{option} 的值 {value} 不可用；应为 {low} 到 {high} 的整数。",
    en="{value} is no value of {option}; it must be a whole number from {low} to {high}.",
)
NUMBER = Text(
    zh="{option} 的值 {value} 不可用；应为整数。", en="{value} is no value of {option}; it must be a whole number."
)
NOT_A_FOLDER = Text(zh="{value} 是文件，这里要写文件夹。", en="{value} is a file; name a folder here.")
NOT_A_FILE = Text(zh="{value} 是文件夹，这里要写文件。", en="{value} is a folder; name a file here.")
EXTRA = Text(zh="多余的内容：{value}。", en="There is too much: {value}.")
OTHER = Text(zh="命令写得不对：{message}", en="{message}")
SEE = Text(zh="用法见：{command} --help", en="See {command} --help")
QUOTED = re.compile(r"'([^']*)'")
SURPLUS = re.compile(r"unexpected extra arguments? \((.*)\)", re.DOTALL)


def said(mistake: click.ClickException, lang: Lang) -> str:
    """The mistake in `lang`; help that was asked for by giving no command stays as it is."""
    if isinstance(mistake, click.exceptions.NoArgsIsHelpError):
        return mistake.format_message()
    lines = [_what(mistake, lang)]
    context = getattr(mistake, "ctx", None)
    if context is not None:
        lines.append(SEE.say(lang, command=context.command_path))
    return "\n".join(lines)


def _what(mistake: click.ClickException, lang: Lang) -> str:
    match mistake:
        case click.exceptions.NoSuchCommand():
            return _with_near(NO_COMMAND.say(lang, value=mistake.command_name), mistake.possibilities, lang)
        case click.NoSuchOption():
            return _with_near(NO_OPTION.say(lang, value=mistake.option_name), mistake.possibilities, lang)
        case click.BadOptionUsage():
            return NO_VALUE.say(lang, option=mistake.option_name)
        case click.MissingParameter(param=click.Parameter() as param):
            return MISSING.say(lang, value=_named(param, mistake.ctx))
        case click.BadParameter(param=click.Parameter() as param):
            return _bad_value(mistake, param, lang)
        case _:
            surplus = SURPLUS.search(mistake.message)
            if surplus:
                return EXTRA.say(lang, value=surplus.group(1))
            return OTHER.say(lang, message=mistake.format_message())


def _with_near(sentence: str, possibilities: list[str] | None, lang: Lang) -> str:
    if not possibilities:
        return sentence
    return f"{sentence}{'' if lang == 'zh' else ' '}{NEAR.say(lang, value=possibilities[0])}"


def _named(param: click.Parameter, ctx: click.Context | None) -> str:
    """An option by its name, an argument by what stands for it in the usage."""
    return (
        param.opts[0]
        if isinstance(param, click.Option)
        else param.make_metavar(ctx or click.Context(click.Command("")))
    )


def _bad_value(mistake: click.BadParameter, param: click.Parameter, lang: Lang) -> str:
    """click names the value only inside its own sentence, in quotes."""
    quoted = QUOTED.search(mistake.message)
    facts = {"option": param.opts[0], "value": quoted.group(1) if quoted else "?"}
    match param.type:
        case click.Choice(choices=choices):
            return CHOICE.say(lang, known=", ".join(map(str, choices)), **facts)
        case click.IntRange(min=low, max=high):
            value = facts["value"] if quoted else mistake.message.split(" ")[0]
            return RANGE.say(lang, low=low, high=high, option=param.opts[0], value=value)
        case click.types.IntParamType():
            return NUMBER.say(lang, **facts)
        case click.Path(file_okay=False):
            return NOT_A_FOLDER.say(lang, **facts)
        case click.Path(dir_okay=False):
            return NOT_A_FILE.say(lang, **facts)
        case _:
            return OTHER.say(lang, message=mistake.format_message())
