"""`pbridge mapping fields`: what a source has that a mapping can use."""

from __future__ import annotations

import click

from bridge.cli.printing import print_json, print_table
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.usecases.mapping_fields import MOST, Catalogue, fields_of

ABOUT = Text(
    zh="列出来源有哪些字段：路径、名称、类型、选项、填写率和例子。",
    en="The fields of a source: path, name, type, options, how often filled.",
)
ROWS = Text(zh="最多看这么多条，均匀抽取；0 为全部", en="look at so many at most, evenly spread; 0: all")
LOOKED_AT = Text(
    zh="{source} 的 {stream}：看了 {stored} 条中的 {looked_at} 条。例子里的人员信息已隐去。",
    en="{stream} of {source}: looked at {looked_at} of {stored}. People are hidden in the examples.",
)
TOO_MANY = Text(
    zh="字段太多，只列出先遇到的那些。",
    en="there are more fields than can be listed; these are the first that were met.",
)
MORE = Text(zh="…等", en="…")
OPTIONS_SHOWN = 4
COLUMNS = (
    Text(zh="路径", en="path"),
    Text(zh="名称", en="name"),
    Text(zh="类型", en="type"),
    Text(zh="填写", en="filled"),
    Text(zh="例子", en="examples"),
    Text(zh="选项", en="options"),
)
TYPES = {
    "unix_seconds": Text(zh="秒数时间", en="unix seconds"),
    "unix_milliseconds": Text(zh="毫秒时间", en="unix milliseconds"),
    "iso_date": Text(zh="日期文字", en="date as text"),
    "iso_instant": Text(zh="时间文字", en="instant as text"),
    "text": Text(zh="文字", en="text"),
    "html": Text(zh="网页文字", en="HTML"),
    "number": Text(zh="数", en="number"),
    "flag": Text(zh="是否", en="yes/no"),
    "object": Text(zh="对象", en="object"),
    "person": Text(zh="人员", en="person"),
    "mixed": Text(zh="多种", en="mixed"),
}
"""What values look like; the source's own words for types are shown as they are."""


@click.command(cls=Command, about=ABOUT, example="pbridge mapping fields pingcode")
@click.argument("source", metavar="SOURCE")
@click.option(
    "--rows", cls=Option, text=ROWS, type=click.IntRange(0, 10_000_000), default=MOST, show_default=True, metavar="N"
)
@json_option
@click.pass_obj
def fields(session: Session, source: str, rows: int, as_json: bool) -> None:
    space = session.open()
    found = fields_of(space, source, most=rows or None)
    if as_json:
        print_json(found.as_json())
        return
    print_table(space.lang, COLUMNS, _rows(found, space.lang), right=(3,), flexible=(0, 1, 4, 5))
    facts = {"source": found.source, "stream": found.stream, "looked_at": found.looked_at, "stored": found.stored}
    session.remark(LOOKED_AT.say(space.lang, **facts))
    if not found.complete:
        session.remark(TOO_MANY.say(space.lang))


def _rows(found: Catalogue, lang: Lang) -> list[tuple[object, ...]]:
    return [
        (
            one.path,
            one.name,
            TYPES[one.type].say(lang) if one.type in TYPES else one.type,
            f"{one.filled}  {one.share:.0%}",
            " | ".join(one.examples),
            _options(one.options, one.more_options, lang),
        )
        for one in found.fields
    ]


def _options(options: tuple[tuple[str, str], ...], has_more: bool, lang: Lang) -> str:
    said = [f"{key}={label}" for key, label in options[:OPTIONS_SHOWN]]
    return ", ".join(said) + (MORE.say(lang) if len(options) > OPTIONS_SHOWN or has_more else "")
