"""`pbridge mapping preview`: what a file would change, field by field and milestone by milestone, before it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import click

from bridge.cli.mapping_versions import source_option
from bridge.cli.printing import plain, plain_lines, print_json, print_table
from bridge.cli.session import Command, Option, Session, json_option
from bridge.language import Lang, Text
from bridge.report.cells import money_of
from bridge.report.wording import status_name
from bridge.usecases import mapping_preview
from bridge.usecases.mapping_preview import Preview, Shift, SourcePreview
from bridge.usecases.shown import shown

PREVIEW = Text(
    zh="用已存的数据试算：哪些任务会变，哪些里程碑会变色；不写入。",
    en="Try a file on what is stored: changed tasks, milestones, money; writes nothing.",
)
LIMIT = Text(zh="每个来源最多看多少行", en="look at no more than so many rows of a source")
SECONDS = Text(zh="最多用多少秒", en="take no more than so many seconds")
WHOLE = Text(
    zh="{source}：{former} → {version}，看了全部 {rows} 行", en="{source}: {former} → {version}, all {rows} row(s)"
)
SAMPLED = Text(
    zh="{source}：{former} → {version}，只抽样了 {rows} 行中的 {examined} 行；以下数字只说这些行",
    en="{source}: {former} → {version}, sampled {examined} of {rows} row(s); the figures speak of these rows only",
)
ROWS = Text(
    zh="{changed} 个任务会变，新增 {new}，进入隔离 {held}，离开隔离 {released}",
    en="{changed} task(s) would change, {new} would be new, {held} would go to quarantine, {released} would leave it",
)
HELD = Text(zh="会进入隔离：{id}（{detail}）", en="would go to quarantine: {id} ({detail})")
RELEASED = Text(zh="会离开隔离：{id}", en="would leave quarantine: {id}")
WHY_NOT = {
    "sampled": Text(
        zh="里程碑的颜色没有判断：只看了一部分。加大 --seconds 或去掉 --limit 可以看全部。",
        en="No milestone was judged: only a part was looked at. A larger --seconds, or no --limit, looks at everything.",
    ),
    "no_time": Text(
        zh="里程碑的颜色没有判断：时间用完了。加大 --seconds 可以判断。",
        en="No milestone was judged: the time was over. A larger --seconds judges them.",
    ),
    "no_plan": Text(
        zh="里程碑的颜色没有判断：还没有导入计划。", en="No milestone was judged: no plan was imported yet."
    ),
    "no_copy": Text(
        zh="里程碑的颜色没有判断：放不下一份临时副本。请腾出临时文件夹的空间，或用 TMPDIR 指向别处。",
        en="No milestone was judged: there is no room for a temporary copy. Make room where temporary files go, or point "
        "TMPDIR elsewhere.",
    ),
}
NO_SHIFT = Text(
    zh="没有里程碑会变色，风险金额也不变。", en="No milestone would change colour, nor would money at risk."
)
SHIFTS = Text(
    zh="{count} 个里程碑会变，风险金额合计 {before} → {after}：",
    en="{count} milestone(s) would change, money at risk {before} → {after}:",
)
COLUMNS = (
    Text(zh="字段", en="field"),
    Text(zh="任务数", en="tasks"),
    Text(zh="例子", en="example"),
    Text(zh="现在", en="now"),
    Text(zh="之后", en="then"),
)
SHIFT_COLUMNS = (
    Text(zh="里程碑", en="milestone"),
    Text(zh="名称", en="name"),
    Text(zh="现在", en="now"),
    Text(zh="之后", en="then"),
    Text(zh="风险金额", en="money at risk"),
    Text(zh="之后", en="then"),
)


@click.command(cls=Command, about=PREVIEW, example="pbridge mapping preview new.toml --source pingcode --seconds 30")
@click.argument("file", type=click.Path(path_type=Path))
@source_option
@click.option("--limit", "limit", cls=Option, text=LIMIT, type=click.IntRange(1), metavar="N")
@click.option(
    "--seconds",
    "seconds",
    cls=Option,
    text=SECONDS,
    type=click.IntRange(1, 86_400),
    metavar="S",
    default=int(mapping_preview.SECONDS),
    show_default=True,
)
@json_option
@click.pass_obj
def preview(session: Session, file: Path, source: str | None, limit: int | None, seconds: int, as_json: bool) -> int:
    space = session.open()
    found = mapping_preview.preview(space, file, source=source, wish=mapping_preview.Wish(limit, seconds))
    if as_json:
        print_json(_as_json(found))
        return found.exit_code
    for one in found.sources:
        _print_source(one, space.lang)
    _print_shifts(found, space.lang)
    return found.exit_code


def _print_source(one: SourcePreview, lang: Lang) -> None:
    findings = one.findings
    text = SAMPLED if one.is_sampled else WHOLE
    facts = {
        "former": one.former or "—",
        "version": one.version,
        "rows": one.findings.rows,
        "examined": findings.examined,
    }
    click.echo(plain(text.say(lang, source=one.source, **facts)))
    counts = {"changed": findings.changed, "held": findings.to_quarantine, "released": findings.from_quarantine}
    click.echo(ROWS.say(lang, new=findings.new, **counts))
    for key, detail in findings.held:
        click.echo(plain_lines(HELD.say(lang, id=key, detail=detail)))
    for key in findings.released:
        click.echo(plain_lines(RELEASED.say(lang, id=key)))
    print_table(lang, COLUMNS, _rows(one), right=(1,), flexible=(2, 3, 4))
    click.echo()


def _rows(one: SourcePreview) -> Iterator[tuple[object, ...]]:
    for name, count in one.findings.fields.items():
        examples = one.findings.examples.get(name, [])
        if not examples:
            yield name, count, None, None, None
        for place, example in enumerate(examples):
            key, title = one.titles.get(example.id, (None, example.id))
            what = f"{key or example.id} {title}"
            first = (name, count) if place == 0 else (None, None)
            yield (*first, what, shown(example.old), shown(example.new))


def _print_shifts(found: Preview, lang: Lang) -> None:
    if found.why_not is not None:
        click.echo(WHY_NOT[found.why_not].say(lang))
    elif not found.shifts:
        click.echo(NO_SHIFT.say(lang))
    else:
        totals = {"before": _total(found.risk_before), "after": _total(found.risk_after)}
        click.echo(SHIFTS.say(lang, count=len(found.shifts), **totals))
        print_table(lang, SHIFT_COLUMNS, [_shift(shift, lang) for shift in found.shifts], right=(4, 5), flexible=(1,))


def _total(by_currency: Mapping[str, Decimal]) -> str:
    return " + ".join(money_of(f"{amount:.2f}", currency) for currency, amount in sorted(by_currency.items()))


def _shift(shift: Shift, lang: Lang) -> tuple[object, ...]:
    colours = (status_name(shift.before.value, lang), status_name(shift.after.value, lang))
    risks = (money_of(f"{amount:.2f}", shift.currency) for amount in (shift.at_risk_before, shift.at_risk_after))
    return (shift.key, shift.name, *colours, *risks)


def _as_json(found: Preview) -> dict[str, Any]:
    return {
        "sources": [_source_json(one) for one in found.sources],
        "milestones_judged": found.why_not is None,
        "why_not": found.why_not,
        "at_risk_before": {currency: f"{amount:.2f}" for currency, amount in sorted(found.risk_before.items())},
        "at_risk_after": {currency: f"{amount:.2f}" for currency, amount in sorted(found.risk_after.items())},
        "milestones": [
            {
                "key": shift.key,
                "name": shift.name,
                "before": shift.before.value,
                "after": shift.after.value,
                "currency": shift.currency,
                "at_risk_before": f"{shift.at_risk_before:.2f}",
                "at_risk_after": f"{shift.at_risk_after:.2f}",
            }
            for shift in found.shifts
        ],
        "seconds": round(found.seconds, 1),
    }


def _source_json(one: SourcePreview) -> dict[str, Any]:
    findings = one.findings
    return {
        "source": one.source,
        "former_version": one.former,
        "version": one.version,
        "rows": one.findings.rows,
        "examined": findings.examined,
        "sampled": one.is_sampled,
        "changed": findings.changed,
        "new": findings.new,
        "to_quarantine": findings.to_quarantine,
        "from_quarantine": findings.from_quarantine,
        "quarantine_examples": [{"id": key, "detail": detail} for key, detail in findings.held],
        "fields": [
            {"field": name, "tasks": count, "examples": _examples(one, name)} for name, count in findings.fields.items()
        ],
    }


def _examples(one: SourcePreview, name: str) -> list[dict[str, Any]]:
    unknown = (None, None)
    return [
        {
            "id": example.id,
            "key": one.titles.get(example.id, unknown)[0],
            "title": one.titles.get(example.id, unknown)[1],
            "old": example.old,
            "new": example.new,
        }
        for example in one.findings.examples.get(name, [])
    ]
