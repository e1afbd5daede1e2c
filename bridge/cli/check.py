"""`pbridge check`: is everything in place, each thing looked at told with what to do about it."""

from __future__ import annotations

import click

from bridge.cli.printing import plain, plain_lines, print_json, print_table
from bridge.cli.session import Command, Session, json_option
from bridge.cli.sources import source_option
from bridge.language import Lang, Text
from bridge.report.labels import join
from bridge.usecases import checking

CHECK = Text(
    zh="检查设置、映射、计划，每个来源能否登录和读取；不写数据库。",
    en="Check settings, mappings, plan, and whether each source can be read; writes nothing.",
)
FINE = Text(zh="正常", en="fine")
PROJECTS = Text(zh="已登录，可读 {count} 个项目：{names}", en="signed in; {count} project(s) can be read: {names}")
SAMPLE_COLUMNS = (
    Text(zh="来源", en="source"),
    Text(zh="类别", en="stream"),
    Text(zh="字段", en="key"),
    Text(zh="类型", en="type"),
)
NO_SAMPLES = Text(zh="没有可取样的数据。", en="there is nothing to take a sample of.")


@click.command(cls=Command, about=CHECK, example="pbridge check --source pingcode")
@source_option
@json_option
@click.pass_obj
def check(session: Session, sources: tuple[str, ...], as_json: bool) -> int:
    space = session.open(secrets=True)
    found = checking.examine(space, sources, samples=session.verbose)
    if as_json:
        print_json(found.as_json(space.lang))
        return found.exit_code
    for line in found.lines:
        text = line.text.say(space.lang) if line.text else FINE.say(space.lang)
        click.echo(click.style(plain_lines(f"{_mark(line)} {line.place}  {text}"), dim=_is_aside(line)))
    for config, answer in found.sources:
        if answer.signed_in:
            names = join([_named(one.name or one.id, one.key, space.lang) for one in answer.projects], space.lang)
            click.echo(plain(f"  {config.name}  {PROJECTS.say(space.lang, count=len(answer.projects), names=names)}"))
    if session.verbose:
        _print_samples(found, session, space.lang)
    return found.exit_code


def _named(name: str, key: str | None, lang: Lang) -> str:
    """A project with the key by which a scope of the plan names it."""
    if not key or key == name:
        return name
    return f"{name}（{key}）" if lang == "zh" else f"{name} ({key})"


def _print_samples(found: checking.Examined, session: Session, lang: Lang) -> None:
    """The keys of one object of each stream, without a value: what to map, and what to send along with a question."""
    rows = [
        (config.name, sample.stream, key, " | ".join(types))
        for config, answer in found.sources
        for sample in answer.samples
        for key, types in sorted(sample.keys.items())
    ]
    click.echo()
    if not print_table(lang, SAMPLE_COLUMNS, rows, flexible=(2,)):
        session.remark(NO_SAMPLES.say(lang))


def _is_aside(line: checking.Line) -> bool:
    """Whether it is only worth knowing."""
    return line.ok and line.text is not None and line.severity == "info"


def _mark(line: checking.Line) -> str:
    """✓ fine, · worth knowing, ! fine but worth reading, ✗ a problem."""
    if not line.ok:
        return "✗"
    if _is_aside(line):
        return "·"
    return "!" if line.text else "✓"
